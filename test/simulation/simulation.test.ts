/**
 * A short simulation: `npm run simulate -- --seeds 10000` is the long one. What it stands on is tested too: that a seed
 * repeats exactly, that no fault is forgotten, and that stores which are broken in small ways are noticed.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { broken } from './broken.ts';
import { type RunResult, simulate } from './run.ts';
import {
  addRun,
  describe as describeRuns,
  describeViolation,
  emptySummary,
  neverReached,
  type Summary,
} from './summary.ts';
import { INVARIANTS } from './witness.ts';

const SEEDS = 100;
const REPEATED = 24;
const WITHIN = 200;
/** Far more than is needed, for machines that are busy. */
const PATIENCE = { timeout: 600_000 };

async function runSeeds(from: number, count: number): Promise<Summary> {
  const summary = emptySummary();
  for (let seed = from; seed < from + count; seed += 1) addRun(summary, await simulate(seed));
  return summary;
}

function complain({ violations: [first] }: Summary): string | undefined {
  return first?.violation && describeViolation(first, INVARIANTS[first.violation.invariant]);
}

describe('simulated people, assistants and replicas', () => {
  it(
    'break no invariant in the seeds of a short run, in which every fault strikes and every deed is done',
    PATIENCE,
    async () => {
      const summary = await runSeeds(1, SEEDS);
      assert.equal(complain(summary), undefined);
      assert.deepEqual(neverReached(summary), [], describeRuns(summary));
      assert.ok(summary.refreshes > SEEDS);
    },
  );

  it(
    'do the same in the same order whenever the seed is the same, in this process and in another',
    PATIENCE,
    async () => {
      const [first, second] = [await runSeeds(1000, REPEATED), await runSeeds(1000, REPEATED)];
      assert.equal(first.traceHash, second.traceHash);
      const command = fileURLToPath(new URL('simulate.ts', import.meta.url));
      const other = await promisify(execFile)(process.execPath, [command, '--seeds', `${REPEATED}`, '--from', '1000']);
      assert.match(other.stdout, new RegExp(`traces ${first.traceHash}\n`));
      const elsewhere = await runSeeds(2000, 1);
      assert.notEqual((await runSeeds(2001, 1)).traceHash, elsewhere.traceHash);
    },
  );
});

describe('a simulation over a broken store', () => {
  for (const { name, violates, spoil } of broken) {
    it(`notices within ${WITHIN} seeds: ${name.replaceAll('-', ' ')}`, PATIENCE, async () => {
      const { violation } = await firstViolation(spoil);
      assert.ok(violation !== undefined && violates.includes(violation.invariant), JSON.stringify(violation));
    });
  }

  it('says which rule was broken in which seed, shows the last steps, and how to see it again', async () => {
    const [spoiled] = broken;
    assert.ok(spoiled);
    const run = await firstViolation(spoiled.spoil);
    const text = describeViolation(run, 'the rule', 5);
    assert.match(text, new RegExp(`^VIOLATION in seed ${run.seed}, step ${run.violation?.step}: the rule\n`));
    assert.ok(text.includes(run.trace.at(-1) ?? '?'));
    assert.match(text, new RegExp(`again: npm run simulate -- --seed ${run.seed}$`));
    const again = await simulate(run.seed, { spoil: spoiled.spoil });
    assert.deepEqual([again.traceHash, again.violation], [run.traceHash, run.violation]);
  });
});

async function firstViolation(spoil: (typeof broken)[number]['spoil']): Promise<RunResult> {
  for (let seed = 1; seed <= WITHIN; seed += 1) {
    const run = await simulate(seed, { spoil });
    if (run.violation !== undefined) return run;
  }
  return assert.fail('nothing was noticed');
}
