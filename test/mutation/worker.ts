/**
 * One process that holds the tests in memory and tries mutants against them.
 *
 * Owns: the first run that learns which test runs through which mutant, and the verdict on each mutant. Does not own:
 * what happens when this process hangs (mutate.ts watches it), nor the report.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { beginEdition, type Instrumented, loadCopies, root, theSwitch } from './instrument.ts';
import { collect, type Suite } from './node-test.ts';
import { runTests, testsIn } from './run-tests.ts';

/** What the first run learned. */
export interface Known {
  /** Test → mutants it ran through, its suites' hooks included. */
  covers: Record<string, string[]>;
  /** Mutants that run when their module is loaded. */
  atLoad: string[];
  /** Milliseconds, by test. */
  took: Record<string, number>;
  /** Tests that only pass together with the rest of their file. */
  together: string[];
  /** Tests that fail without any mutant: they judge nothing. */
  broken: string[];
}

export type Ask = { do: 'learn' } | { do: 'try'; known: Known; mutant: string; inFile: readonly string[] };

export type Answer =
  | { is: 'ready' }
  | { is: 'beat'; text: string }
  | { is: 'learned'; known: Known }
  | { is: 'verdict'; mutant: string; verdict: Verdict; by: string | undefined; ran: number };

export type Verdict = 'killed' | 'timeout' | 'survived' | 'no test';

/** The first run may be slow, with everything else cold. */
const LEARNING_LIMIT_MS = 30_000;
const say = (answer: Answer) => process.send?.(answer);

const { instrumented, testFiles } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as {
  instrumented: Instrumented;
  testFiles: string[];
};
loadCopies(instrumented.copies);

async function collectFiles(files: readonly string[]): Promise<Suite[]> {
  const found: Suite[] = [];
  for (const file of files) found.push(await collect(file, () => import(pathToFileURL(root + file).href)));
  return found;
}

const suites = await collectFiles(testFiles);
const fileOf = (test: string) => test.split(' › ')[0] ?? '';

async function learn(): Promise<Known> {
  const known: Known = { covers: {}, atLoad: [], took: {}, together: [], broken: [] };
  for (const suite of suites) {
    const ids = testsIn(suite).map(({ id }) => id);
    say({ is: 'beat', text: suite.name });
    for (const id of ids) {
      const alone = await runTests(suite, new Set([id]), () => LEARNING_LIMIT_MS);
      known.took[id] = alone.took.get(id) ?? 0;
      if (alone.failed !== undefined) known.together.push(id);
    }
    if (!ids.some((id) => known.together.includes(id))) continue;
    const { failed, took } = await runTests(suite, new Set(ids), () => LEARNING_LIMIT_MS);
    for (const [id, time] of took) known.took[id] = time;
    if (failed !== undefined) known.broken.push(...ids);
  }
  const coverage = theSwitch().mutantCoverage ?? { static: {}, perTest: {} };
  known.atLoad = Object.keys(coverage.static);
  for (const suite of suites) noteCoverage(suite, [], coverage.perTest, known);
  return known;
}

/** A test also runs through what the hooks of its suites run through. */
function noteCoverage(
  suite: Suite,
  outer: readonly string[],
  perTest: Record<string, Record<string, number>>,
  known: Known,
): void {
  const hooks = [...outer, ...Object.keys(perTest[suite.name] ?? {})];
  for (const { id } of suite.tests) {
    known.covers[id] = [...new Set([...hooks, ...Object.keys(perTest[id] ?? {})])];
  }
  for (const inner of suite.suites) noteCoverage(inner, hooks, perTest, known);
}

/** How many mutants each file of tests killed: the ones that kill most are asked first. */
const kills = new Map<string, number>();

function limitFor(known: Known): (id: string) => number {
  return (id) => 1_500 + 8 * (known.took[id] ?? 500);
}

/** The tests to ask, by file of tests, the most promising file first. */
function plan(known: Known, isAsked: (covered: readonly string[]) => boolean): [string, Set<string>][] {
  const byFile = new Map<string, Set<string>>();
  for (const [id, covered] of Object.entries(known.covers)) {
    if (known.broken.includes(id) || !isAsked(covered)) continue;
    byFile.set(fileOf(id), (byFile.get(fileOf(id)) ?? new Set()).add(id));
  }
  const costOf = (ids: Set<string>) => [...ids].reduce((sum, id) => sum + (known.took[id] ?? 0), 20);
  const worth = ([file, ids]: [string, Set<string>]) => (1 + (kills.get(file) ?? 0)) / costOf(ids);
  return [...byFile].sort((one, other) => worth(other) - worth(one));
}

async function judge({ known, mutant, inFile }: Extract<Ask, { do: 'try' }>): Promise<void> {
  const isAtLoad = known.atLoad.includes(mutant);
  const asked = isAtLoad ? new Set(inFile) : new Set([mutant]);
  const queue = plan(known, (covered) => covered.some((id) => asked.has(id)));
  const loaded = new Map(suites.map((suite) => [suite.name, suite]));
  theSwitch().activeMutant = mutant;
  theSwitch().hitCount = undefined;
  let ran = 0;
  const done = (verdict: Verdict, by?: string) => {
    theSwitch().activeMutant = undefined;
    beginEdition('');
    if (by !== undefined) kills.set(fileOf(by), (kills.get(fileOf(by)) ?? 0) + 1);
    say({ is: 'verdict', mutant, verdict, by, ran });
  };
  if (isAtLoad) beginEdition(mutant);
  for (const [file, ids] of queue) {
    say({ is: 'beat', text: file });
    let suite = loaded.get(file);
    if (isAtLoad) {
      try {
        suite = await collect(file, () => import(pathToFileURL(root + file).href));
      } catch (error) {
        return done('killed', `${file} › it loads: ${String(error).split('\n')[0]}`);
      }
    }
    if (suite === undefined) continue;
    const chosen = testsIn(suite).some(({ id }) => ids.has(id) && known.together.includes(id))
      ? new Set(testsIn(suite).map(({ id }) => id))
      : ids;
    const { failed, why, took } = await runTests(suite, chosen, limitFor(known));
    ran += took.size;
    if (failed !== undefined) return done(why === 'timeout' ? 'timeout' : 'killed', failed);
  }
  done(ran === 0 ? 'no test' : 'survived');
}

process.on('message', async (ask: Ask) => {
  if (ask.do === 'learn') say({ is: 'learned', known: await learn() });
  else await judge(ask);
});
say({ is: 'ready' });
