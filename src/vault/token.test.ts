import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createId, createRandom, createSecret, formatToken, hashSecret, isSame, parseToken } from './token.ts';

const random = createRandom();

describe('tokens', () => {
  it('are parsed into the id and the secret that they were made of', () => {
    const [id, secret] = [createId(random), createSecret(random)];
    assert.deepEqual(parseToken('accessToken', formatToken('accessToken', id, secret)), { id, secret });
  });

  it('are not parsed as another kind, nor with anything added, cut or changed in form', () => {
    const token = formatToken('refreshToken', createId(random), createSecret(random));
    for (const other of [
      `${token}A`,
      token.slice(0, -1),
      token.replace('ggpt_rt_', ''),
      ` ${token}`,
      token.replace('ggpt_rt_', 'ggpt_rt_A'),
      `${token.slice(0, -1)}=`,
      '',
    ]) {
      assert.equal(parseToken('refreshToken', other), undefined);
    }
    assert.equal(parseToken('accessToken', token), undefined);
    assert.equal(parseToken('code', token), undefined);
  });

  it('are compared whole, and hashes hide them', () => {
    const secret = createSecret(random);
    assert.equal(isSame(secret, secret), true);
    assert.equal(isSame(secret, `${secret}A`), false);
    assert.equal(isSame(secret, createSecret(random)), false);
    assert.notEqual(hashSecret(secret), secret);
  });

  it('are hashed by SHA-256, as FIPS 180-4 has it for abc', () => {
    const known = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.equal(hashSecret('abc'), Buffer.from(known, 'hex').toString('base64url'));
  });

  it('look as secret scanners know them', () => {
    const [id, secret] = ['i'.repeat(22), 's'.repeat(43)];
    assert.equal(formatToken('accessToken', id, secret), `ggpt_at_${id}${secret}`);
    assert.equal(formatToken('refreshToken', id, secret), `ggpt_rt_${id}${secret}`);
    assert.equal(formatToken('code', id, secret), `ggpt_ac_${id}${secret}`);
  });

  it('have ids that no command line takes for an option', () => {
    for (let round = 0; round < 2_000; round += 1) assert.match(createId(random), /^[A-Za-z0-9_][\w-]{21}$/);
  });
});

describe('the random bytes', () => {
  it('are as many as were asked for, from the first on and past a refill, and none is given out twice', () => {
    const fresh = createRandom();
    const seen = new Set<string>();
    for (let round = 0; round < 2_500; round += 1) {
      const bytes = fresh(32);
      assert.equal(bytes.length, 32);
      seen.add(Buffer.from(bytes).toString('hex'));
    }
    assert.equal(seen.size, 2_500);
  });

  it('are nobody’s but the receiver’s', () => {
    const fresh = createRandom();
    const first = fresh(16);
    const copy = Uint8Array.from(first);
    fresh(16);
    assert.deepEqual(Uint8Array.from(first), copy);
  });
});
