import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBoundedCopies, roughBytes } from './bounded-copies.ts';

describe('what is kept of the documents of strangers', () => {
  const createCopies = (connected: string[] = [], asked: string[] = []) =>
    createBoundedCopies<string>({
      most: 3,
      mostBytes: 100,
      bytesOf: (value) => value.length,
      isConnected: async (key) => {
        asked.push(key);
        if (key === 'broken') throw new Error('the database is away');
        return connected.includes(key);
      },
    });
  const kept = (copies: ReturnType<typeof createCopies>, keys: string) =>
    [...keys].filter((key) => copies.get(key) !== undefined).join('');

  it('is bounded by bytes as well as by number', async () => {
    const copies = createCopies();
    await copies.keep('a', 'x'.repeat(60));
    await copies.keep('b', 'x'.repeat(30));
    assert.equal(kept(copies, 'ab'), 'ab');
    await copies.keep('c', 'x'.repeat(30));
    assert.equal(kept(copies, 'abc'), 'bc');
    await copies.keep('c', 'x'.repeat(68)); // 69 + 31: replaced, not added
    assert.equal(kept(copies, 'bc'), 'bc');
    copies.delete('c');
    await copies.keep('d', 'x'.repeat(68));
    assert.equal(kept(copies, 'bd'), 'bd');
    await copies.keep('e', 'x'.repeat(500));
    assert.equal(kept(copies, 'bde'), 'e');
  });

  it('lets go of what no connection depends on first, asking once for each', async () => {
    const asked: string[] = [];
    const copies = createCopies(['a', 'b'], asked);
    for (const key of 'abcdef') await copies.keep(key, key);
    assert.equal(kept(copies, 'abcdef'), 'abf');
    assert.deepEqual(asked, ['a', 'b', 'c', 'd', 'e']);
  });

  it('keeps the newest though all others are depended on, and the longest unused of those goes', async () => {
    const copies = createCopies(['a', 'b', 'c']);
    for (const key of 'abc') await copies.keep(key, key);
    copies.use('a');
    await copies.keep('d', 'd');
    assert.equal(kept(copies, 'abcd'), 'acd');
  });

  it('keeps the newest also when all others are used while room is made for it', async () => {
    const copies = createBoundedCopies<string>({
      most: 3,
      mostBytes: 100,
      bytesOf: (value) => value.length,
      isConnected: async () => {
        for (const key of 'abc') copies.use(key);
        return true;
      },
    });
    for (const key of 'abcd') await copies.keep(key, key);
    assert.equal(kept(copies, 'abcd'), 'bcd');
  });

  it('is not changed when something is used that is not there', async () => {
    const copies = createCopies();
    copies.use('x');
    for (const key of 'abc') await copies.keep(key, key);
    assert.equal(kept(copies, 'xabc'), 'abc');
  });

  it('holds its bounds while the database fails, and when many come at once', async () => {
    const copies = createCopies();
    await copies.keep('broken', 'x');
    await Promise.all([...'abcdefgh'].map((key) => copies.keep(key, key)));
    assert.equal(kept(copies, 'abcdefgh').length, 3);
    assert.equal(copies.get('broken'), undefined);
  });

  it('counts two bytes for a character and something for each value', () => {
    assert.ok(roughBytes({}) > 500);
    assert.ok(roughBytes('x'.repeat(1000)) - roughBytes('') >= 2000);
  });
});
