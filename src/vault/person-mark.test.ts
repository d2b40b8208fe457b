import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markPerson, marksOf } from './person-mark.ts';
import { createRandom } from './token.ts';
import { createVault } from './vault.ts';

const key = (kid: string, fill: number) => ({ kid, key: new Uint8Array(32).fill(fill) });
const before = createVault([key('k1', 1)], createRandom());
const rotated = createVault([key('k2', 2), key('k1', 1)], createRandom());

describe('the mark of a person', () => {
  it('is the key’s id and a fingerprint of the address, whose letters may be large or small', () => {
    const mark = markPerson(before, 'Ada@Example.com');
    assert.equal(mark, 'k1.CEiE_SDJOTQTjPMFo6m5wyfEcbA03ZOvnVyNxOETTUc');
    assert.equal(markPerson(before, 'ada@example.com'), mark);
  });

  it('tells two people apart', () => {
    assert.notEqual(markPerson(before, 'ada@example.com'), markPerson(before, 'grace@example.com'));
  });

  it('is found again after the keys were rotated, and new ones are made by the new key', () => {
    const email = 'ada@example.com';
    assert.deepEqual(marksOf(rotated, email), [markPerson(rotated, email), markPerson(before, email)]);
    assert.match(markPerson(rotated, email), /^k2\./);
  });
});
