/**
 * `npm run mutation -- [files or folders] [--tests files or folders] [--jobs 2]`: breaks the source in every small way that Stryker knows
 * and sees whether a test notices. Without arguments: the authorization server and the vault, against every test that
 * needs no other process.
 *
 * Owns: the command, the watch over its workers, the score. Does not own: a mutant's trial (worker.ts), nor the reasons
 * for which a survivor may live (survivors.json). Exits 1 when a survivor is not explained there.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Instrumented, instrument, type Mutant, root, sourcesOf } from './instrument.ts';
import { report, type Tried } from './report.ts';
import type { Answer, Ask, Known } from './worker.ts';

/** Everything that runs in one process and says something about these rooms; browsers and other processes are elsewhere. */
const TESTS = [
  'src/oauth/**/*.test.ts',
  'src/vault/**/*.test.ts',
  'src/upstream/**/*.test.ts',
  'test/{attacks,journeys,models,personas}/*.test.ts',
  'test/conformance/rfc-*.test.ts',
];
/** What starts a process, a browser or a database of its own costs seconds, and shows nothing that the others do not. */
const OTHER_PROCESSES =
  /child_process|crash-|threats|chromium|browser\.ts|postgres|processes\.ts|src\/cli\/|src\/demo\//;

/** A worker that says nothing for so long is in an endless loop. */
const SILENCE_MS = 40_000;
/** Each mutant that lives at load leaves a copy of every module behind, so a worker is replaced after so many. */
const LIFE = 150;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: '2' },
    tests: { type: 'string', multiple: true },
    json: { type: 'string' },
  },
});

const testPatterns = values.tests?.map((tests) => (tests.endsWith('.ts') ? tests : `${tests}/**/*.test.ts`)) ?? TESTS;
const testFiles = globSync(testPatterns, { cwd: root })
  .filter((file) => !OTHER_PROCESSES.test(readFileSync(root + file, 'utf8')))
  .sort();
const instrumented: Instrumented = await instrument(
  sourcesOf(positionals.length === 0 ? ['src/oauth', 'src/vault'] : positionals),
);
const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
const workload = join(folder, 'workload.json');
writeFileSync(workload, JSON.stringify({ instrumented, testFiles }));

interface Worker {
  ask(what: Ask): Promise<Answer | 'silent'>;
  /** What it was at when it went silent. */
  last(): string;
  end(): void;
}

async function startWorker(): Promise<Worker> {
  const child: ChildProcess = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [workload], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=3000'],
    env: { ...process.env, FC_RUNS: process.env.FC_RUNS ?? '4' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let last = 'loading';
  const next = () =>
    new Promise<Answer | 'silent'>((resolve) => {
      let timer = setTimeout(() => finish('silent'), SILENCE_MS);
      const onMessage = (answer: Answer) => {
        clearTimeout(timer);
        if (answer.is !== 'beat') return finish(answer);
        last = answer.text;
        timer = setTimeout(() => finish('silent'), SILENCE_MS);
      };
      const onExit = () => finish('silent');
      function finish(answer: Answer | 'silent') {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(answer);
      }
      child.on('message', onMessage);
      child.on('exit', onExit);
    });
  const ready = await next();
  if (ready === 'silent') throw new Error('the tests could not be loaded; what a test file says is above');
  return {
    ask(what) {
      const answer = next();
      child.send(what);
      return answer;
    },
    last: () =>
      `${last}, ${child.exitCode === null ? 'which hangs' : `which ended the process with ${child.exitCode}`}`,
    end: () => child.kill('SIGKILL'),
  };
}

async function learn(): Promise<Known> {
  const worker = await startWorker();
  const answer = await worker.ask({ do: 'learn' });
  worker.end();
  if (answer === 'silent' || answer.is !== 'learned') throw new Error(`without any mutant: ${worker.last()}`);
  return answer.known;
}

const idsByFile = new Map<string, string[]>();
for (const { file, id } of instrumented.mutants) idsByFile.set(file, [...(idsByFile.get(file) ?? []), id]);

/** One worker after the other, over a queue that all jobs share. */
async function work(known: Known, queue: Mutant[], onTried: (tried: Tried) => void): Promise<void> {
  let worker = await startWorker();
  let age = 0;
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const ask: Ask = {
      do: 'try',
      known,
      mutant: mutant.id,
      source: mutant.file,
      inFile: idsByFile.get(mutant.file) ?? [],
    };
    const t0 = Date.now();
    const answer = await worker.ask(ask);
    if (process.env.MUTATION_TIMES !== undefined)
      console.log(
        Date.now() - t0,
        mutant.id,
        mutant.line,
        mutant.kind,
        known.atLoad.includes(mutant.id),
        JSON.stringify(answer).slice(0, 200),
      );
    const isOver = answer === 'silent' || answer.is !== 'verdict';
    onTried(
      isOver ? { mutant, verdict: 'timeout', by: undefined } : { mutant, verdict: answer.verdict, by: answer.by },
    );
    age += known.atLoad.includes(mutant.id) ? 8 : 1;
    if (!isOver && answer.verdict !== 'timeout' && age < LIFE) continue;
    worker.end();
    if (queue.length > 0) worker = await startWorker();
    age = 0;
  }
  worker.end();
}

try {
  const { mutants } = instrumented;
  console.log(
    `${mutants.length} mutants in ${idsByFile.size} files; learning from ${testFiles.length} files of tests …`,
  );
  const known = await learn();
  if (known.broken.length > 0)
    console.log(`These fail without a mutant and judge nothing:\n  ${known.broken.join('\n  ')}`);
  const count = Object.keys(known.covers).length;
  console.log(`${count} tests; ${known.atLoad.length} mutants live when their module is loaded.`);
  const tried: Tried[] = [];
  const queue = [...mutants];
  const began = Date.now();
  await Promise.all(
    Array.from({ length: Number(values.jobs) }, () =>
      work(known, queue, (one) => {
        tried.push(one);
        if (tried.length % 100 !== 0) return;
        const alive = tried.filter(({ verdict }) => verdict === 'survived' || verdict === 'no test').length;
        console.log(
          `${tried.length} of ${mutants.length}, ${alive} alive, ${Math.round((Date.now() - began) / 1000)} s`,
        );
      }),
    ),
  );
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(tried));
  const explained = JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8'));
  const { text, isFine } = report(tried, explained);
  console.log(text);
  process.exitCode = isFine ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
