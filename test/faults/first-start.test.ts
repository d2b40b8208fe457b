/** Two processes that start for the first time at the same moment, as threads: both get the one key that was made. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadKeys } from '../../src/vault/keys.ts';
import { createRandom } from '../../src/vault/token.ts';

const THREADS = 2;
const ROUNDS = 100;

interface Race {
  folder: string;
  /** How many stand ready, by round. */
  ready: Int32Array;
}

/** Starts once in each round, when everybody is ready; returns what key it got, or what it was told. */
function run({ folder, ready }: Race): string[] {
  const random = createRandom();
  return Array.from(ready, (_, round) => {
    Atomics.add(ready, round, 1);
    while (Atomics.load(ready, round) < THREADS);
    try {
      return loadKeys(undefined, join(folder, `${round}.db`), random)[0]?.kid ?? '';
    } catch (error) {
      return String(error);
    }
  });
}

function start(race: Race): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  const worker = new Worker(new URL(import.meta.url), { workerData: race });
  worker.once('message', resolve).once('error', reject);
  return promise;
}

if (isMainThread) {
  describe('two first starts at one moment', () => {
    it('agree on one key, and nobody reads half a file', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-first-'));
      const ready = new Int32Array(new SharedArrayBuffer(4 * ROUNDS));
      const [first = [], ...others] = await Promise.all(
        Array.from({ length: THREADS }, () => start({ folder, ready })),
      );
      assert.equal(first.length, ROUNDS);
      for (const kid of first) assert.match(kid, /^k[\w-]{6}$/);
      for (const other of others) assert.deepEqual(other, first);
      assert.equal(readdirSync(folder).length, ROUNDS, 'nothing is left beside the files');
      rmSync(folder, { recursive: true });
    });
  });
} else parentPort?.postMessage(run(workerData));
