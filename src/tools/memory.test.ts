import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
    assert.equal(await remember('k', 10, make), 2);
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
});
