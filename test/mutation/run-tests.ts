/**
 * Runs chosen tests of a tree of suites, one at a time, with the hooks that belong to them.
 *
 * Owns: the order of hooks, the time limits and what a failure is. Does not own: which tests are chosen (worker.ts).
 */
import { theSwitch } from './instrument.ts';
import type { Suite, Test } from './node-test.ts';

export interface Outcome {
  failed: string | undefined;
  why: string | undefined;
  /** Milliseconds of each test that ran, by id. */
  took: Map<string, number>;
}

class TookTooLong extends Error {}

type Step = (context: { diagnostic(text: string): void }) => unknown;

/** What the code under test let fall where nobody could catch it; taken by the test that runs. */
const fallen: unknown[] = [];
process.on('unhandledRejection', (reason) => fallen.push(reason));
process.on('uncaughtException', (error) => fallen.push(error));

async function within(milliseconds: number, step: Step): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TookTooLong('took too long')), milliseconds);
  });
  try {
    await Promise.race([Promise.resolve(step({ diagnostic: () => undefined })), limit]);
  } finally {
    clearTimeout(timer);
  }
  if (fallen.length > 0) throw fallen.splice(0)[0];
}

function chainOf(suite: Suite | undefined): Suite[] {
  return suite === undefined ? [] : [...chainOf(suite.parent), suite];
}

export function testsIn(suite: Suite): Test[] {
  return [...suite.tests, ...suite.suites.flatMap(testsIn)];
}

/** Every test of `suite` whose id is in `chosen`, until one fails. `limitOf` is in milliseconds, hooks included. */
export async function runTests(
  suite: Suite,
  chosen: ReadonlySet<string>,
  limitOf: (id: string) => number,
): Promise<Outcome> {
  fallen.length = 0;
  const outcome: Outcome = { failed: undefined, why: undefined, took: new Map() };
  await runSuite(suite, { chosen, limitOf, outcome });
  return outcome;
}

interface Run {
  chosen: ReadonlySet<string>;
  limitOf(id: string): number;
  outcome: Outcome;
}

async function runSuite(suite: Suite, run: Run): Promise<void> {
  const { chosen, outcome } = run;
  if (!testsIn(suite).some(({ id }) => chosen.has(id))) return;
  const hookLimit = 2 * run.limitOf(suite.name);
  const attempt = async (id: string, limit: number, steps: readonly Step[]) => {
    theSwitch().currentTestId = id;
    try {
      for (const step of steps) await within(limit, step);
    } catch (error) {
      outcome.failed ??= id;
      outcome.why ??= error instanceof TookTooLong ? 'timeout' : String(error).split('\n')[0];
    }
    theSwitch().currentTestId = undefined;
  };
  await attempt(suite.name, hookLimit, suite.before);
  for (const test of suite.tests) {
    if (outcome.failed !== undefined) break;
    if (!chosen.has(test.id)) continue;
    const chain = chainOf(suite);
    const started = performance.now();
    await attempt(test.id, run.limitOf(test.id), [...chain.flatMap(({ beforeEach }) => beforeEach), test.body]);
    await attempt(
      test.id,
      run.limitOf(test.id),
      chain.toReversed().flatMap(({ afterEach }) => afterEach),
    );
    outcome.took.set(test.id, performance.now() - started);
  }
  for (const inner of suite.suites) if (outcome.failed === undefined) await runSuite(inner, run);
  await attempt(suite.name, hookLimit, suite.after);
}
