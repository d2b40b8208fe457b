import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toPublicKeys } from './public-keys.ts';

describe('a published key', () => {
  const key = { kty: 'RSA', n: 'n', e: 'AQAB', kid: 'k', alg: 'RS256', use: 'sig', key_ops: ['verify'] };
  const kept = (...keys: Record<string, unknown>[]) => toPublicKeys({ keys })?.keys;

  it('loses every member that verifying does not need', () => {
    const padded = { ...key, x5c: ['A'.repeat(1000)], junk: Array(1000).fill({}) };
    assert.deepEqual(kept(padded), [key]);
  });

  it('is passed over when a member is longer than any good one, or of another kind', () => {
    for (const wrong of [{ n: 'n'.repeat(1401) }, { kid: 'k'.repeat(301) }, { x: [{}] }, { kty: 'odd' }, { e: 7 }])
      assert.deepEqual(kept({ ...key, ...wrong }, key), [key], JSON.stringify(wrong).slice(0, 50));
    assert.deepEqual(kept({ ...key, key_ops: Array(11).fill('verify') }), []);
  });

  it('is passed over when it shows anything private, which must not make a good key of it', () => {
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
      assert.deepEqual(kept({ ...key, [member]: null }), [], member);
  });

  it('is one of ten at most', () => {
    assert.equal(kept(...Array(10).fill(key), {}, { kty: 'odd' })?.length, 10);
    assert.equal(kept(...Array(11).fill(key)), undefined);
  });
});
