import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { googleProof } from './google-proof.ts';

const vault = createVault([{ kid: 'k1', key: Buffer.alloc(32, 1) }], createRandom());

describe('what proves that Google’s answer is to our question', () => {
  it('is the same in every version: a sign-in may begin before an update and end after it', () => {
    assert.deepEqual(googleProof(vault, { hash: 'a hash', kid: 'k1' }), {
      codeVerifier: 'Bap71FbjZSJ_sCpVR0_ER1v-0bIOyBOTMp4U1JdxzLo',
      codeChallenge: 'QdWnJHEPSZDgm5NHk4DhitUDv-gATuj5O9L2BvY4iZk',
      nonce: '-BbuBPROd1L-pSZfje20OMmibTVr8q-M0eU0ru874ZE',
    });
  });
});
