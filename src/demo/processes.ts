/**
 * Child processes of the package's own command: start one, wait until it says that it is ready, read its last lines, end
 * it. What a person would do in two more terminals.
 *
 * Owns: their life, which is never longer than ours. Does not own: which commands are run and with what (stage.ts).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { HopError } from './hop-error.ts';
import { cut } from './shorten.ts';

/** The same file from src/demo/ and from dist/demo/. */
const BIN = fileURLToPath(new URL('../../bin/ganalyticsgpt.js', import.meta.url));
const KEPT_LINES = 400;
const STOP_MS = 5000;

/** What a child needs of the machine. Nothing else is handed on, so that no setting of the person's own shell gets in. */
const FROM_MACHINE = /^(PATH|HOME|TMPDIR|TEMP|TMP|LANG|LC_\w+|TZ|SYSTEMROOT|USERPROFILE|NODE_V8_COVERAGE)$/i;

export interface CommandOptions {
  /** For messages: `the bridge`. */
  name: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  cwd: string;
}

export interface StartOptions<Ready> extends CommandOptions {
  /** Reads every line as it comes; the first value that is not undefined means ready. */
  isReady(line: string): Ready | undefined;
  timeoutMs?: number;
  /** Ends the child when it has not become ready by then. */
  signal?: AbortSignal | undefined;
}

export interface Child<Ready> {
  name: string;
  pid: number;
  /** What `isReady` found. */
  ready: Ready;
  /** The last lines of both outputs, oldest first. */
  lines(): readonly string[];
  /** Resolves when it has ended, in words: `ended with exit code 1`. */
  ended: Promise<string>;
  /** Asks it to end, and makes it after a while. Safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash or a pulled plug would be. */
  crash(): Promise<void>;
}

/** Throws HopError with the last lines when it ends first or stays silent for too long. */
export async function startProcess<Ready>(options: StartOptions<Ready>): Promise<Child<Ready>> {
  const { name, isReady, timeoutMs = 60_000, signal } = options;
  const lines: string[] = [];
  const ready = Promise.withResolvers<Ready>();
  const child = launch(options);
  const listen = (line: string) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    const found = isReady(line);
    if (found !== undefined) ready.resolve(found);
  };
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', listen);

  const ended = endOf(child);
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    ready.reject(new HopError(`${name} was not ready after ${timeoutMs / 1000} seconds.${tail(lines)}`));
  }, timeoutMs);
  const abort = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  void ended.then((how) => ready.reject(new HopError(`${name} ${how} before it was ready.${tail(lines)}`)));
  try {
    const value = await ready.promise;
    return {
      name,
      pid: child.pid ?? 0,
      ready: value,
      lines: () => lines,
      ended,
      stop: () => stop(child, ended),
      crash: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Runs a command to its end and returns what it printed. Throws HopError when it fails. */
export async function runCommand(options: CommandOptions & { timeoutMs?: number }): Promise<string> {
  const { name, timeoutMs = 30_000 } = options;
  const child = launch(options);
  const printed = { out: '', err: '' };
  child.stdout?.on('data', (data) => (printed.out += data));
  child.stderr?.on('data', (data) => (printed.err += data));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const how = await endOf(child);
  clearTimeout(timer);
  if (child.exitCode === 0) return printed.out;
  throw new HopError(`${name} ${how}.${tail(printed.err.split('\n'))}`);
}

/**
 * In a process group of its own: Ctrl-C reaches us alone, and we end our children in order. The channel between us is
 * how a child notices that we were killed without warning; bin/ganalyticsgpt.js then ends it, given this mark.
 */
function launch({ args, env = {}, cwd }: CommandOptions): ChildProcess {
  const machine = Object.entries(process.env).filter(([name]) => FROM_MACHINE.test(name));
  return spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...Object.fromEntries(machine), GANALYTICSGPT_STARTED_AGAIN: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    // Not `exit`: the last lines come before `close`.
    child.once('close', (code, signal) =>
      resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
  });
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

const TOLD_LINES = 5;

/** The last lines, or those from where a crash names its error, since a stack trace follows that. */
function tail(lines: readonly string[]): string {
  const said = lines.filter((line) => line.trim() !== '');
  if (said.length === 0) return ' It printed nothing.';
  const error = said.findLastIndex((line) => /^\w*Error\b/.test(line));
  const last = error === -1 ? said.slice(-TOLD_LINES) : said.slice(error, error + TOLD_LINES);
  return ` Its last lines:\n${last.map((line) => `  ${cut(line, 400)}`).join('\n')}`;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
