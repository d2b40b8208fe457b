/**
 * `ganalyticsgpt demo`: a sandbox and a bridge on free ports, the three doors walked as the assistants walk them, the
 * question and its answer; then both stay up to be looked at.
 *
 * Owns: start and end, exit codes, and where to look. Does not own: the walk (src/demo/walk.ts). Nothing outlives it: both
 * processes and their data go when it ends, however it ends.
 */
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { HopError } from '../demo/hop-error.ts';
import { loadMcpClient } from '../demo/mcp-plugin.ts';
import { createNarrator, type Narrator, widthFor } from '../demo/narrate.ts';
import { QUESTION } from '../demo/question.ts';
import { wrap } from '../demo/shorten.ts';
import { openStage, type Stage } from '../demo/stage.ts';
import { walkDoors } from '../demo/walk.ts';
import { OperatorError } from '../errors.ts';

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('Walk one question through all three doors against a local Google, then stay up to be looked at.')
    .option('--once', 'end after the walk; exit code 0 only if every answer was right')
    .action(({ once = false }: { once?: boolean }) => run(once));
}

async function run(once: boolean): Promise<void> {
  const interrupted = new AbortController();
  const stop = (signal: NodeJS.Signals) => interrupted.abort(signal);
  for (const signal of Object.keys(SIGNALS)) process.on(signal, stop);
  try {
    process.exitCode = await perform(once, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) process.exitCode = 128 + SIGNALS[interrupted.signal.reason as keyof typeof SIGNALS];
    else if (error instanceof HopError) throw stopped(error);
    else throw error;
  } finally {
    for (const signal of Object.keys(SIGNALS)) process.off(signal, stop);
  }
}

/** Returns the exit code. Rejects when it is interrupted before the walk is over. */
async function perform(once: boolean, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const narrator = createNarrator({ print: console.log, columns: process.stdout.columns });
  // First of all: better no walk than one that ends before its last door.
  await loadMcpClient();
  introduce(narrator);
  const stage = await openStage({
    signal,
    onUp: (what, url, milliseconds) => narrator.up(what, url, `${ABOUT[what]}, up after ${inSeconds(milliseconds)}`),
  });
  try {
    const problems = await Promise.race([walkDoors(stage, narrator), rejectedBy(signal)]);
    const took = inSeconds(performance.now() - began);
    narrator.say();
    if (problems.length === 0) narrator.say(` Every answer was right. It took ${took}.`);
    else console.error(`The answers are not all right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    if (!once) await stayUp(stage, narrator, signal);
    return problems.length === 0 ? 0 : 1;
  } finally {
    await stage.close();
  }
}

function stopped(error: HopError): OperatorError {
  const text = `The demo stopped. ${error.message}`;
  return new OperatorError(wrap(text, widthFor(process.stderr.columns)), { cause: error });
}

const ABOUT = { sandbox: 'Google’s part: sign-in and Analytics', bridge: 'this server: three doors' } as const;

function introduce(narrator: Narrator): void {
  narrator.say(` “${QUESTION}” through three doors.`);
  narrator.say(styleText('gray', ' Real servers and real HTTP; the sandbox plays Google, this program plays'));
  narrator.say(styleText('gray', ' ChatGPT and the browser. Nothing leaves the machine.'));
  narrator.say();
}

async function stayUp(stage: Stage, narrator: Narrator, signal: AbortSignal): Promise<void> {
  sayWhereToLook(stage, narrator);
  const ended = [stage.sandbox, stage.bridge()].map(async ({ name, ended: how }) => `${name} ${await how}.`);
  const why = await Promise.race([...ended, rejectedBy(signal).catch(() => undefined)]);
  if (why !== undefined) throw new OperatorError(`${why} The demo ends with it; start it again.`);
}

function sayWhereToLook({ bridgeUrl, sandboxUrl }: Stage, narrator: Narrator): void {
  narrator.say();
  narrator.say(' Both servers stay up. Look at:');
  narrator.look(`${bridgeUrl}/`, 'the bridge’s home page');
  narrator.look(`${bridgeUrl}/openapi.json`, 'the tools as REST, for GPT Actions');
  narrator.look(`${bridgeUrl}/.well-known/ai-plugin.json`, 'the manifest of 2023');
  narrator.look(`${sandboxUrl}/`, 'the sandbox: who lives there, what can go wrong');
  narrator.look(`${sandboxUrl}/sandbox/requests`, 'every request that it got');
  narrator.say();
  narrator.say(' Or connect a client of your own; sign in as ada@example.com, no password:');
  narrator.look(`claude mcp add --transport http analytics-demo ${bridgeUrl}/mcp`);
  narrator.look('npx @modelcontextprotocol/inspector', `Streamable HTTP, ${bridgeUrl}/mcp`);
  narrator.say();
  narrator.say(' Ctrl-C ends both and removes their data.');
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
