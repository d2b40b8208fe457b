/**
 * `npm run simulate -- --seeds 10000 --from 1`: so many seeds, and their sums. `-- --seed N`: one seed again, step by step.
 * Exit 1 when an invariant was violated. Ctrl-C ends it after the seed that is under way, and prints the sums so far.
 *
 * Owns: the command line and the printing. Does not own: a run (run.ts), the sums (summary.ts).
 */
import { parseArgs } from 'node:util';
import { broken } from './broken.ts';
import { type RunOptions, simulate } from './run.ts';
import { addRun, describe, describeViolation, emptySummary } from './summary.ts';
import { INVARIANTS } from './witness.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    /** A store that is broken on purpose, by its name in broken.ts: to see the simulation notice it. */
    broken: { type: 'string' },
  },
});

const PROGRESS_MS = 10_000;
const MOST_SHOWN = 5;

const options = optionsFor(values.broken);
process.exitCode = values.seed === undefined ? await runMany() : await runOne(Number(values.seed));

async function runMany(): Promise<number> {
  const [from, count] = [Number(values.from), Number(values.seeds)];
  const summary = emptySummary();
  const began = performance.now();
  let toldAt = began;
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      isStopped = true;
    });
  }
  for (let seed = from; seed < from + count && !isStopped; seed += 1) {
    const run = await simulate(seed, options);
    addRun(summary, run);
    if (run.violation !== undefined && summary.violations.length <= MOST_SHOWN)
      console.log(describeViolation(run, INVARIANTS[run.violation.invariant]));
    if (performance.now() - toldAt < PROGRESS_MS) continue;
    toldAt = performance.now();
    const left = ((toldAt - began) / summary.seeds) * (count - summary.seeds);
    console.error(
      `${summary.seeds} of ${count} seeds, ${summary.violations.length} violations, ${Math.ceil(left / 60_000)} min left`,
    );
  }
  console.log(describe(summary));
  for (const { seed, violation } of summary.violations) console.log(`seed ${seed}: ${violation?.invariant}`);
  return summary.violations.length === 0 ? 0 : 1;
}

async function runOne(seed: number): Promise<number> {
  const run = await simulate(seed, options);
  console.log(run.trace.join('\n'));
  console.log(`seed ${seed}: ${run.steps} steps, trace ${run.traceHash}`);
  if (run.violation === undefined) return 0;
  console.log(describeViolation(run, INVARIANTS[run.violation.invariant], 0));
  return 1;
}

function optionsFor(name: string | undefined): RunOptions {
  if (name === undefined) return {};
  const found = broken.find((each) => each.name === name);
  if (found === undefined) throw new Error(`broken.ts knows ${broken.map((each) => each.name).join(', ')}`);
  return { spoil: found.spoil };
}
