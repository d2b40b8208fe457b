import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from '../errors.ts';
import { keyFileFor, loadKeys } from './keys.ts';
import { createId, createRandom, createSecret, formatToken, hashSecret, isSame, parseToken } from './token.ts';
import { createVault, VaultError } from './vault.ts';

const random = createRandom();
const key = (kid: string, fill: number) => ({ kid, key: new Uint8Array(32).fill(fill) });
const vault = createVault([key('k1', 1)], random);

describe('the vault', () => {
  it('opens what it sealed, for the same purpose and context', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        assert.equal(vault.open('google-tokens', context, vault.seal('google-tokens', context, text)), text);
      }),
    );
  });

  it('opens bytes as the bytes that they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.deepEqual(Uint8Array.from(vault.openBytes('chart', '', vault.seal('chart', '', bytes))), bytes);
      }),
    );
  });

  it('opens nothing for another purpose or another row', () => {
    const sealed = vault.seal('google-tokens', 'ada/refresh', 'secret');
    assert.throws(() => vault.open('flow-google', 'ada/refresh', sealed), VaultError);
    assert.throws(() => vault.open('google-tokens', 'grace/refresh', sealed), VaultError);
    assert.throws(() => vault.open('google-tokens', 'ada/access', sealed), VaultError);
  });

  it('opens nothing in which any byte was changed, cut or added', () => {
    const sealed = vault.seal('flow-consent', '', 'secret');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      assert.throws(() => vault.open('flow-consent', '', changed), VaultError, `byte ${index}`);
      assert.throws(() => vault.open('flow-consent', '', sealed.subarray(0, index)), VaultError, `cut at ${index}`);
    }
    assert.throws(() => vault.open('flow-consent', '', Buffer.concat([sealed, Buffer.of(0)])), VaultError);
  });

  it('never throws anything but its own error for arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        assert.throws(() => vault.open('flow-consent', '', bytes), VaultError),
      ),
    );
  });

  it('seals the same text differently each time', () => {
    assert.notDeepEqual(vault.seal('flow-consent', '', 'x'), vault.seal('flow-consent', '', 'x'));
  });

  it('opens with a retired key and seals with the first', () => {
    const old = vault.seal('google-tokens', 'c', 'secret');
    const rotated = createVault([key('k2', 2), key('k1', 1)], random);
    assert.equal(rotated.open('google-tokens', 'c', old), 'secret');
    const fresh = rotated.seal('google-tokens', 'c', 'secret');
    assert.throws(() => vault.open('google-tokens', 'c', fresh), VaultError);
  });

  it('opens nothing with another key of the same name', () => {
    const other = createVault([key('k1', 9)], random);
    assert.throws(() => other.open('google-tokens', 'c', vault.seal('google-tokens', 'c', 'secret')), VaultError);
  });

  it('derives the same value from the same message, and another for another purpose, message or key', () => {
    const value = vault.derive('token-pair', 'message', 'k1');
    assert.equal(vault.derive('token-pair', 'message', 'k1'), value);
    assert.match(value, /^[\w-]{43}$/);
    assert.notEqual(vault.derive('google-proof', 'message', 'k1'), value);
    assert.notEqual(vault.derive('token-pair', 'other', 'k1'), value);
    assert.throws(() => vault.derive('token-pair', 'message', 'k9'), VaultError);
  });

  it('does not start without a key', () => {
    assert.throws(() => createVault([], random));
  });
});

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

  it('have ids that no command line takes for an option', () => {
    for (let round = 0; round < 2_000; round += 1) assert.match(createId(random), /^[A-Za-z0-9_][\w-]{21}$/);
  });

  it('never repeat, past several refills of the pool', () => {
    const seen = new Set(Array.from({ length: 20_000 }, () => createSecret(random)));
    assert.equal(seen.size, 20_000);
  });
});

describe('the key file', () => {
  it('is made once, readable only by its owner, and read again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-keys-'));
    const database = join(folder, 'deep', 'a.db');
    const first = loadKeys(undefined, database, random);
    assert.deepEqual(
      loadKeys(undefined, database, random).map(({ kid }) => kid),
      first.map(({ kid }) => kid),
    );
    assert.equal(statSync(keyFileFor(database)).mode & 0o777, 0o600);
    assert.ok(readFileSync(keyFileFor(database), 'utf8').length > 43);
    rmSync(folder, { recursive: true });
  });

  it('stops the start when it is damaged, rather than being replaced by keys that open nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-keys-'));
    const database = join(folder, 'a.db');
    for (const content of ['', 'nonsense', 'k1:short\n']) {
      writeFileSync(keyFileFor(database), content);
      assert.throws(() => loadKeys(undefined, database, random), ConfigError);
    }
    rmSync(folder, { recursive: true });
  });

  it('is not used when keys are configured', () => {
    const configured = [key('env', 3)];
    assert.equal(loadKeys(configured, '/nowhere/a.db', random), configured);
  });
});
