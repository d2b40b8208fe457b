/**
 * MCP's own conformance suite, run as the command that npm brings, against whatever address it is given.
 *
 * Owns: starting it, its time limit, and reading the checks that it wrote down. Does not own: which scenarios apply
 * (mcp-suite.test.ts).
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMMAND = join(import.meta.dirname, '../../node_modules/.bin/conformance');

/** One line of the suite's result. */
export interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
}

export interface SuiteRun {
  checks: Check[];
  exitCode: number | null;
  printed: string;
  /** The suite's own words: `Passed: 2/2, 0 failed, 0 warnings`. */
  summary: string;
}

export interface SuiteOptions {
  args: readonly string[];
  timeoutMs?: number;
  /** Told of every line while the suite runs. */
  onLine?: (line: string) => void;
}

/** Runs it to its end. Rejects when it takes longer than `timeoutMs`. */
export async function runSuite({ args, timeoutMs = 60_000, onLine }: SuiteOptions): Promise<SuiteRun> {
  const folder = await mkdtemp(join(tmpdir(), 'ganalyticsgpt-conformance-'));
  try {
    const { exitCode, printed } = await run([...args, '-o', folder], timeoutMs, onLine);
    const checks = globSync(join(folder, '**/checks.json')).flatMap(
      (path) => JSON.parse(readFileSync(path, 'utf8')) as Check[],
    );
    const summary = /^(?:Passed|Total): .*$/gm.exec(printed)?.[0] ?? '';
    return { checks, exitCode, printed, summary };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], timeoutMs: number, onLine: SuiteOptions['onLine']) {
  return new Promise<{ exitCode: number | null; printed: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      signal: AbortSignal.timeout(timeoutMs),
      killSignal: 'SIGKILL',
    });
    let printed = '';
    let told = 0;
    const listen = (data: Buffer) => {
      printed += data;
      const lines = printed.split('\n');
      for (const line of lines.slice(told, -1)) onLine?.(line);
      told = lines.length - 1;
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', (cause) =>
      reject(new Error(`the suite did not end in time or at all:\n${printed}`, { cause })),
    );
    child.once('close', (exitCode) => resolve({ exitCode, printed }));
  });
}
