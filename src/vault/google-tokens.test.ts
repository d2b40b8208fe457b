import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sealAnew, tokenContext } from './google-tokens.ts';
import { createRandom } from './token.ts';
import { createVault, sealedBy, VaultError } from './vault.ts';

const key = (kid: string, fill: number) => ({ kid, key: new Uint8Array(32).fill(fill) });
const before = createVault([key('k1', 1)], createRandom());
const rotated = createVault([key('k2', 2), key('k1', 1)], createRandom());

describe('Google’s token of a connection', () => {
  const sealed = before.seal('google-tokens', tokenContext('ada', 'refresh'), '1//token');

  it('is bound to its person and kind', () => {
    assert.equal(tokenContext('ada', 'refresh'), 'ada/refresh');
    for (const context of [tokenContext('ada', 'access'), tokenContext('grace', 'refresh')])
      assert.throws(() => before.open('google-tokens', context, sealed), VaultError);
  });

  it('is sealed anew by the key that seals now', () => {
    const anew = sealAnew(rotated, 'ada', 'refresh', sealed);
    assert.ok(anew);
    assert.equal(sealedBy(anew), 'k2');
    assert.equal(rotated.open('google-tokens', 'ada/refresh', anew), '1//token');
  });

  it('is left alone when that key sealed it, or when there is none', () => {
    assert.equal(sealAnew(before, 'ada', 'refresh', sealed), undefined);
    assert.equal(sealAnew(rotated, 'ada', 'refresh', undefined), undefined);
  });

  it('is not sealed anew for another person', () => {
    assert.throws(() => sealAnew(rotated, 'grace', 'refresh', sealed), VaultError);
  });
});
