import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PageError, UpstreamError } from '../errors.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { exchangeCode } from './google-answer.ts';

const vault = createVault([{ kid: 'k', key: new Uint8Array(32).fill(1) }], createRandom());

describe('a page on the way back from Google', () => {
  for (const [code, problem] of [
    ['invalid_grant', 'flow-damaged'],
    ['admin_policy_enforced', 'google-refused'],
  ] as const) {
    it(`says ${problem} when Google answers ${code} to its own code`, async () => {
      const provider = {
        exchange: () => Promise.reject(new UpstreamError('grant-dead', 'Google answered 400', { code })),
        identify: () => Promise.reject(new Error('nobody is asked about')),
      };
      const signIn = { approval: { hash: 'h', kid: 'k' }, code: 'c' };
      await assert.rejects(exchangeCode({ provider, vault }, signIn), (error: unknown) => {
        assert.ok(error instanceof PageError);
        return error.problem === problem && error.status === 400;
      });
    });
  }
});
