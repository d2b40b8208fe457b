import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GoogleRefusal } from './google-error.ts';
import { createMemory } from './memory.ts';

function start(maxEntries?: number) {
  let time = 0;
  const memory = createMemory({ now: () => time, ...(maxEntries === undefined ? {} : { maxEntries }) });
  let made = 0;
  return { memory, make: async () => ++made, pass: (ms: number) => (time += ms) };
}

describe('remembering Google’s slow-changing answers', () => {
  it('asks once and joins those who ask meanwhile', async () => {
    const { memory, make } = start();
    const remember = memory.of('ada');
    assert.deepEqual(await Promise.all([remember('k', 10, make), remember('k', 10, make)]), [1, 1]);
  });

  it('asks again after the lifetime', async () => {
    const { memory, make, pass } = start();
    const remember = memory.of('ada');
    await remember('k', 10, make);
    pass(9);
    assert.equal(await remember('k', 10, make), 1);
    pass(1);
    assert.equal(await remember('k', 10, make), 2);
  });

  it('does not remember a failure, and asks itself when the one it joined failed', async () => {
    const { memory, make } = start();
    const remember = memory.of('ada');
    const failing = remember('k', 10, () => Promise.reject(new Error('gone away')));
    const joined = remember('k', 10, make);
    await assert.rejects(failing, /gone away/);
    assert.equal(await joined, 1);
    assert.equal(await remember('k', 10, make), 1);
  });

  it('cannot be made to mix up persons by their names', async () => {
    const { memory, make } = start();
    assert.equal(await memory.of('a","b')('c', 10, make), 1);
    assert.equal(await memory.of('a')('b","c', 10, make), 2);
  });

  it('forgets the entry unused for longest when it is full', async () => {
    const { memory, make } = start(2);
    const remember = memory.of('ada');
    await remember('a', 10, make);
    await remember('b', 10, make);
    await remember('a', 10, make);
    await remember('c', 10, make);
    assert.equal(await remember('a', 10, make), 1);
    assert.equal(await remember('b', 10, make), 4);
  });

  it('joins who asks at once even when nothing is to be remembered', async () => {
    const { memory, make } = start();
    const remember = memory.of('ada');
    assert.deepEqual(await Promise.all([remember('k', 0, make), remember('k', 0, make)]), [1, 1]);
    assert.equal(await remember('k', 0, make), 2);
  });

  it('tells everybody who joined what Google said, and asks no more', async () => {
    const { memory, make } = start();
    const remember = memory.of('ada');
    const refusal = new GoogleRefusal('no-access', 'no', 403, { about: 'no-access' });
    const failing = remember('k', 10, () => Promise.reject(refusal));
    const joined = remember('k', 10, make);
    await assert.rejects(failing, refusal);
    await assert.rejects(joined, refusal);
    assert.equal(await remember('k', 10, make), 1);
  });

  it('asks once for all who had joined a caller that went away', async () => {
    const { memory, make } = start();
    const remember = memory.of('ada');
    const failing = remember('k', 10, () => Promise.reject(new Error('gone away')));
    const joined = [remember('k', 10, make), remember('k', 10, make), remember('k', 10, make)];
    await assert.rejects(failing, /gone away/);
    assert.deepEqual(await Promise.all(joined), [1, 1, 1]);
  });

  it('forgets the text unused for longest when the texts are too long together, and keeps no single long one', async () => {
    const memory = createMemory({ now: () => 0, maxLength: 160 });
    const remember = memory.of('ada');
    const text = (length: number) => async () => 'x'.repeat(length);
    await remember('long', 10, text(11));
    assert.equal(await remember('long', 10, text(1)), 'x');
    await remember('number', 10, async () => 7);
    for (let index = 0; index < 16; index += 1) await remember(`k${index}`, 10, text(10));
    assert.equal((await remember('k1', 10, text(2))).length, 10);
    assert.equal((await remember('k0', 10, text(2))).length, 10);
    assert.equal((await remember('long', 10, text(2))).length, 2);
    assert.equal(await remember('number', 10, async () => 8), 7);
  });
});
