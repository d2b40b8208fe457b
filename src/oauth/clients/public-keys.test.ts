import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPrivateKey, publishedKeySet, toPublicKeys } from './public-keys.ts';

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

  it('is kept when it is of a kind that assertions are signed with, as long as the longest that there are', () => {
    const rsa = { kty: 'RSA', n: 'n'.repeat(1400), e: 'e'.repeat(20), kid: 'k'.repeat(300), alg: 'a'.repeat(20) };
    const curve = { crv: 'c'.repeat(20), x: 'x'.repeat(100), y: 'y'.repeat(100), use: 'u'.repeat(20) };
    const operations = { key_ops: Array(10).fill('o'.repeat(20)) };
    const longest = [rsa, { kty: 'EC', ...curve, ...operations }, { kty: 'OKP', ...curve }];
    assert.deepEqual(kept(...longest), longest);
    for (const long of longest)
      for (const [member, value] of Object.entries(long).filter(([name]) => name !== 'kty' && name !== 'key_ops'))
        assert.deepEqual(kept({ ...long, [member]: `${value}x` }), [], member);
    assert.deepEqual(kept({ ...key, key_ops: ['o'.repeat(21)] }), []);
  });

  it('is private when it has a member that only its owner may know, or is a shared secret', () => {
    assert.equal(isPrivateKey({ kty: 'oct' }), true);
    assert.equal(isPrivateKey({ kty: 'EC', d: 'd' }), true);
    assert.equal(isPrivateKey(key), false);
  });

  it('comes in a set of a hundred at most, among whatever else', () => {
    const readSet = (value: unknown) => {
      const { success, data } = publishedKeySet.safeParse(value);
      return success ? toPublicKeys(data)?.keys : undefined;
    };
    assert.deepEqual(readSet({ keys: [] }), []);
    assert.deepEqual(readSet({ keys: [key, ...Array(99).fill({})], more: 1 }), [key]);
    for (const other of [{ keys: Array(101).fill({}) }, {}, [], { keys: {} }, { keys: [1] }])
      assert.equal(readSet(other), undefined, JSON.stringify(other).slice(0, 50));
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
