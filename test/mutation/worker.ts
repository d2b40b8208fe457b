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

export type Ask =
  | { do: 'learn' }
  | { do: 'try'; known: Known; mutant: string; source: string; inFile: readonly string[] };

export type Answer =
  | { is: 'ready' }
  | { is: 'beat'; text: string }
  | { is: 'learned'; known: Known }
  | { is: 'verdict'; mutant: string; verdict: Verdict; by: string | undefined };

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
    for (const id of ids) {
      say({ is: 'beat', text: id });
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

/** How many mutants of a source file each test killed: the ones that kill most are asked first. */
const kills = new Map<string, number>();

function limitFor(known: Known): (id: string) => number {
  return (id) => 1_500 + 8 * (known.took[id] ?? 250);
}

/** No test takes a mutant's line nearly so often. */
const MOST_HITS = 500_000;

/** So many tests are asked one by one before whole files are: most mutants die there, within milliseconds. */
const PROMISING = 12;

/** The tests to ask: the most promising ones alone, then all of them by file. */
function plan(known: Known, source: string, isAsked: (covered: readonly string[]) => boolean): [string, string[]][] {
  const asked = Object.entries(known.covers).filter(([id, covered]) => !known.broken.includes(id) && isAsked(covered));
  const worth = ([id, covered]: [string, string[]]) =>
    ((1 + 50 * (kills.get(`${source} ${id}`) ?? 0)) / (20 + (known.took[id] ?? 0))) * (1 / (50 + covered.length));
  const sorted = asked.toSorted((one, other) => worth(other) - worth(one)).map(([id]) => id);
  const byFile = Object.entries(Object.groupBy(sorted.slice(PROMISING), fileOf)).map(
    ([file, ids]): [string, string[]] => [file, ids ?? []],
  );
  return [...sorted.slice(0, PROMISING).map((id): [string, string[]] => [fileOf(id), [id]]), ...byFile];
}

/** The suites of the edition that is being tried: a file is loaded once in each. */
const editionSuites = new Map<string, Suite>();

/** The file's suite as it is, or loaded once more with the mutant awake. */
async function suiteFor(file: string, isAtLoad: boolean): Promise<Suite | undefined> {
  if (!isAtLoad) return suites.find(({ name }) => name === file);
  const known = editionSuites.get(file);
  if (known !== undefined) return known;
  const suite = await collect(file, () => import(pathToFileURL(root + file).href));
  editionSuites.set(file, suite);
  return suite;
}

/** A test that needs the others of its outermost suite brings all of them. */
function choose(suite: Suite, ids: ReadonlySet<string>, known: Known): Set<string> {
  const groups = [suite.tests, ...suite.suites.map(testsIn)].map((tests) => tests.map(({ id }) => id));
  const isWhole = (group: string[]) => group.some((id) => ids.has(id) && known.together.includes(id));
  return new Set(groups.flatMap((group) => (isWhole(group) ? group : group.filter((id) => ids.has(id)))));
}

async function judge({ known, mutant, source, inFile }: Extract<Ask, { do: 'try' }>): Promise<void> {
  const isAtLoad = known.atLoad.includes(mutant);
  const asked = isAtLoad ? new Set(inFile) : new Set([mutant]);
  const covers = (covered: readonly string[]) => covered.some((id) => asked.has(id));
  // A file of constants only runs at load: no test runs through it later, so every test may be the one that sees it.
  const isNowhere = isAtLoad && !Object.values(known.covers).some(covers);
  const queue = plan(known, source, isNowhere ? () => true : covers);
  // Each look at the switch counts, so that a loop that a mutant made endless ends in an error.
  Object.assign(theSwitch(), { activeMutant: mutant, hitCount: 0, hitLimit: MOST_HITS });
  editionSuites.clear();
  if (isAtLoad) beginEdition(mutant);
  const { verdict, by } = await tryFiles(queue, known, isAtLoad);
  theSwitch().activeMutant = undefined;
  beginEdition('');
  if (by !== undefined) kills.set(`${source} ${by}`, (kills.get(`${source} ${by}`) ?? 0) + 1);
  say({ is: 'verdict', mutant, verdict, by });
}

async function tryFiles(
  queue: readonly [string, string[]][],
  known: Known,
  isAtLoad: boolean,
): Promise<{ verdict: Verdict; by?: string }> {
  for (const [file, ids] of queue) {
    say({ is: 'beat', text: file });
    try {
      const suite = await suiteFor(file, isAtLoad);
      if (suite === undefined) continue;
      const { failed, why } = await runTests(suite, choose(suite, new Set(ids), known), limitFor(known));
      if (failed !== undefined) return { verdict: why === 'timeout' ? 'timeout' : 'killed', by: failed };
    } catch {
      return { verdict: 'killed', by: `${file} › it loads` };
    }
  }
  return { verdict: queue.length === 0 ? 'no test' : 'survived' };
}

process.on('message', async (ask: Ask) => {
  if (ask.do === 'learn') say({ is: 'learned', known: await learn() });
  else await judge(ask);
});
say({ is: 'ready' });
