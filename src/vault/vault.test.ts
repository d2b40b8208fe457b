import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createRandom } from './token.ts';
import { createVault, sealedBy, VaultError } from './vault.ts';

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
    assert.throws(() => createVault([], random), { message: 'a vault needs at least one key' });
  });

  it('seals and derives as the release before did: what is stored still opens', () => {
    const first = createVault([key('k1', 1)], (size) => new Uint8Array(size).fill(7));
    const sealed = first.seal('google-tokens', 'ada/refresh', '1//a Google token');
    const stored = 'AQJrMQcHBwcHBwcHBwcHB20Z5H4wjdzCI97gV0g66jwINx1bKqraAPmeuU1mjDx-ng';
    assert.equal(Buffer.from(sealed).toString('base64url'), stored);
    assert.equal(first.derive('token-pair', 'message', 'k1'), 'GmQ7UbDFkdUV2vUdXb6zdusz9KyoU8AS4F2DpPdFGT4');
  });

  it('opens an empty text', () => {
    assert.equal(vault.open('chart', 'x', vault.seal('chart', 'x', '')), '');
  });

  it('says in the log what hindered it, and keeps what the cipher said', () => {
    const sealed = vault.seal('chart', '', 'x');
    const changed = Uint8Array.from(sealed).fill(0, sealed.length - 1);
    const nameAndText = (text: string) => ({ name: 'VaultError', message: text });
    assert.throws(() => vault.open('chart', '', changed), nameAndText('not sealed by us for this purpose'));
    assert.throws(
      () => vault.open('chart', '', changed),
      ({ cause }: Error) => cause instanceof Error,
    );
    assert.throws(() => vault.open('chart', '', sealed.subarray(0, 31)), nameAndText('not a sealed value'));
    const elsewhere = createVault([key('k2', 2)], random);
    const missing = nameAndText('sealed by a key that this server does not have');
    assert.throws(() => elsewhere.open('chart', '', sealed), missing);
  });

  it('knows its keys by their ids, the one that seals first', () => {
    const rotated = createVault([key('k2', 2), key('k1', 1)], random);
    assert.equal(rotated.activeKid, 'k2');
    assert.deepEqual(rotated.kids, ['k2', 'k1']);
  });

  it('looks at the source of its keys again for one that it does not know, and for no other', () => {
    let looks = 0;
    const [old, fresh] = [key('k1', 1), key('k2', 2)];
    const ring = {
      keys: () => [old],
      lookAgain: () => {
        looks += 1;
        return [fresh, old];
      },
    };
    const running = createVault(ring, random);
    assert.equal(running.open('chart', '', vault.seal('chart', '', 'old')), 'old');
    assert.equal(looks, 0);
    assert.equal(running.open('chart', '', createVault([fresh], random).seal('chart', '', 'new')), 'new');
    assert.equal(looks, 1);
  });
});

describe('a sealed value', () => {
  it('says by which key it was sealed', () => {
    const [value, empty] = [vault.seal('chart', '', 'x'), vault.seal('chart', '', '')];
    assert.equal(sealedBy(value), 'k1');
    assert.equal(sealedBy(empty), 'k1');
    assert.equal(sealedBy(createVault([key('a-longer.name', 3)], random).seal('chart', '', 'x')), 'a-longer.name');
  });

  it('says nothing when it is none of ours by its form', () => {
    const empty = vault.seal('chart', '', '');
    for (const other of [Buffer.of(), Buffer.of(1), empty.subarray(0, -1), Uint8Array.from(empty).fill(2, 0, 1)])
      assert.equal(sealedBy(other), undefined);
  });
});
