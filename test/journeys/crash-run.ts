/**
 * `npm run crash`: kills real processes with SIGKILL in every gap between two writes (and two requests to Google), on
 * either store, starts them again, and tells for each point what came of it. `--store sqlite|postgres --only refresh`.
 *
 * Owns: finding the gaps by a dry run of each operation, the killing, and the reckoning at the end: nobody lost a link, no
 * code gave tokens twice, whoever wanted an end has it on both sides. Does not own: the operations (crash-operations.ts).
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gapsOf } from '../support/kill-orders.ts';
import { type Operation, operations, type Settled } from './crash-operations.ts';
import { openCrashStore, type StoreName } from './crash-stores.ts';
import { type CrashWorld, type Family, type Holding, openCrashWorld } from './crash-world.ts';

interface CrashPoint {
  operation: string;
  point: string;
  outcome: string;
}

export interface CrashReport {
  /** Every gap that the operations have, and those that were tried. */
  gaps: number;
  tried: readonly CrashPoint[];
  /** What must not be; empty. */
  lostLinks: string[];
  doubleRedemptions: string[];
  unfinishedEnds: string[];
  /** Points after which something else was not as promised, or which were not reached. */
  otherwiseWrong: string[];
}

export interface CrashOptions {
  /** Each operation is looked at in a process that knows nothing yet: it asks Google for more. */
  isThorough: boolean;
  /** Which of an operation's gaps are tried. */
  pick(gaps: string[], operation: Operation): string[];
  say(line: string): void;
}

export interface CrashRun {
  /** Finds the operation's gaps and kills in those that are picked. Returns how many there are. */
  kill(operation: Operation): Promise<number>;
  /** Waits for what comes later, and reckons. After this the bridge lives two hours ahead. */
  finish(): Promise<CrashReport>;
}

/** A killed process is gone at once; one that lives on after so long has not come by the point. */
const GONE_WITHIN_MS = 5_000;
const HOUR_AHEAD_MS = 2 * 3_600_000;
const SWEPT_WITHIN_MS = 30_000;

interface Case extends CrashPoint {
  account: string;
  settled: Settled;
}

export function startCrashRun(world: CrashWorld, { isThorough, pick, say }: CrashOptions): CrashRun {
  const cases: Case[] = [];
  const otherwiseWrong: string[] = [];
  let gaps = 0;
  const tell = ({ operation, point, outcome }: CrashPoint) =>
    say(`${operation} | ${point} | ${world.storeName} | ${outcome}`);
  const attempt = async (where: Omit<CrashPoint, 'outcome'>, work: () => Promise<CrashPoint>): Promise<void> => {
    try {
      tell(await work());
    } catch (error) {
      const outcome = `WRONG: ${(error as Error).message}`;
      tell({ ...where, outcome });
      otherwiseWrong.push(`${where.operation}, ${where.point}: ${outcome}`);
    }
  };
  return {
    async kill(operation) {
      if (isThorough) await world.stage.restartBridge();
      const found = gapsOf(await dryRun(world, operation));
      gaps += found.length;
      for (const point of pick(found, operation)) {
        const where = { operation: operation.name, point };
        await attempt(where, async () => {
          const killed = await killAt(world, operation, point);
          if (killed === undefined) return { ...where, outcome: 'the audit trail went in fewer writes this time' };
          const each = { ...where, ...killed };
          cases.push(each);
          return each;
        });
      }
      return found.length;
    },
    async finish() {
      for (const each of cases.filter(({ settled }) => settled.later !== undefined))
        await attempt(each, () => settleLater(each));
      return { gaps, tried: cases, otherwiseWrong, ...(await reckon(world, cases)) };
    },
  };
}

/** The operation undisturbed. */
async function dryRun(world: CrashWorld, operation: Operation): Promise<string[]> {
  const { orders } = world;
  const moment = await operation.prepare(world, world.nextPerson());
  await wait(world.trailMs); // of what was before
  await orders.give({ command: operation.command, from: operation.from, kill: undefined });
  const answer = await moment.act();
  await wait(world.trailMs);
  await orders.takeBack();
  const trace = await orders.trace();
  assert.ok(trace.length > 1, `${operation.name} does something: ${trace.join(', ')}`);
  await moment.settle(answer);
  return trace;
}

/** A process that has read Google's keys before does not ask for them again: then a fresh one comes to that point. */
async function killAt(world: CrashWorld, operation: Operation, point: string) {
  const killed = (await bringTo(world, operation, point)) ?? (await bringTo(world, operation, point));
  if (killed === undefined && isTrail(point)) return undefined;
  assert.ok(killed, 'the process never came to this point');
  const { account, settled } = killed;
  return { ...killed, outcome: inWords(settled, await world.holding(account)) };
}

/** What gathers for a while before it is written comes in more or fewer writes each time. */
function isTrail(point: string): boolean {
  return /^after (INSERT|COMMIT of) events/.test(point);
}

/** Undefined when the process did not come by; in any case the one that is left is fresh. */
async function bringTo(world: CrashWorld, operation: Operation, point: string) {
  const { stage, orders } = world;
  const account = world.nextPerson();
  const moment = await operation.prepare(world, account);
  await wait(world.trailMs);
  await orders.give({ command: operation.command, from: operation.from, kill: point });
  const answer = await moment.act().catch(() => undefined);
  if (operation.command === 'serve') await Promise.race([stage.bridge().ended, wait(GONE_WITHIN_MS)]);
  await orders.takeBack();
  const isThere = (await orders.trace()).at(-1) === point;
  if (operation.command === 'serve') await stage.restartBridge();
  return isThere ? { account, settled: await moment.settle(answer) } : undefined;
}

function inWords({ says, families, later }: Settled, { connection, atGoogle }: Holding): string {
  if (later !== undefined || families.length > 0) return says;
  if (connection === 'none' && atGoogle === 'none') return `${says}; nothing is left on either side`;
  const ours = connection === 'ended' ? 'marked as ended here' : 'without a grant here';
  return `${says}; the link is ${ours} and ${atGoogle === 'none' ? 'gone' : 'alive'} at Google, the sweep ends it`;
}

async function settleLater(each: Case): Promise<Case> {
  const { later } = each.settled;
  if (later === undefined) return each;
  await wait(Math.max(0, later.at + 100 - Date.now()));
  each.settled = await later.work();
  each.outcome = each.settled.says;
  return each;
}

/** An hour later by the bridge's clock, when the sweep has been: what is alive and what is gone, person by person. */
async function reckon(world: CrashWorld, cases: readonly Case[]) {
  const report = { lostLinks: [] as string[], doubleRedemptions: [] as string[], unfinishedEnds: [] as string[] };
  await world.stage.restartBridge({ KILL_POINTS_AHEAD_MS: String(HOUR_AHEAD_MS) });
  const sweptBy = performance.now() + SWEPT_WITHIN_MS;
  for (const { account, settled, operation, point } of cases) {
    const where = `${operation}, ${point}`;
    const { families } = settled;
    if (families.length === 0) {
      const left = await whatIsLeft(world, account, sweptBy);
      if (left !== undefined) report.unfinishedEnds.push(`${where}: ${left}`);
      continue;
    }
    const { grantIds } = await world.holding(account);
    if (grantIds.length > families.length)
      report.doubleRedemptions.push(`${where}: ${grantIds.length} grants for ${families.length}`);
    report.lostLinks.push(...(await troublesOf(world, account, families)).map((trouble) => `${where}: ${trouble}`));
  }
  return report;
}

async function troublesOf(world: CrashWorld, account: string, families: readonly Family[]): Promise<string[]> {
  const { connection, atGoogle } = await world.holding(account);
  const troubles = connection === 'alive' && atGoogle === 'link' ? [] : [`${connection} here, ${atGoogle} at Google`];
  for (const { assistant, tokens } of families) {
    const fresh = await assistant.refresh(tokens.refresh);
    const called = await assistant.properties(fresh.body.access_token ?? '');
    if (called.status !== 200) troubles.push(`a refresh gave ${fresh.status}, a call ${called.status}`);
  }
  return troubles;
}

/** Undefined when nothing is left; the sweep has time until `end`. */
async function whatIsLeft(world: CrashWorld, account: string, end: number): Promise<string | undefined> {
  for (;;) {
    const { connection, atGoogle, grantIds } = await world.holding(account);
    if (connection === 'none' && atGoogle === 'none' && grantIds.length === 0) return undefined;
    if (performance.now() > end) return `${connection} here, ${atGoogle} at Google`;
    await wait(100);
  }
}

/** Prints each point, and returns what must not be. */
async function runOn(name: StoreName, only: string | undefined): Promise<string[]> {
  const store = await openCrashStore(name);
  const world = await openCrashWorld(store);
  try {
    const chosen = operations.filter((operation) => only === undefined || operation.name.includes(only));
    const run = startCrashRun(world, { isThorough: true, pick: (all) => all, say: (line) => console.log(line) });
    for (const operation of chosen) await run.kill(operation);
    const { tried, gaps, lostLinks, doubleRedemptions, unfinishedEnds, otherwiseWrong } = await run.finish();
    const counts = `${lostLinks.length} lost links, ${doubleRedemptions.length} double redemptions, ${unfinishedEnds.length} unfinished ends, ${otherwiseWrong.length} otherwise wrong`;
    console.log(`${name}: ${tried.length} of ${gaps} gaps in ${chosen.length} operations tried; ${counts}`);
    return [...lostLinks, ...doubleRedemptions, ...unfinishedEnds, ...otherwiseWrong].map((line) => `${name}: ${line}`);
  } finally {
    await world.close();
    await store.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { store: { type: 'string' }, only: { type: 'string' } } });
  const names = { sqlite: ['SQLite'], postgres: ['PostgreSQL'] }[values.store ?? ''] ?? ['SQLite', 'PostgreSQL'];
  const wrong: string[] = [];
  for (const name of names as StoreName[]) wrong.push(...(await runOn(name, values.only)));
  for (const line of wrong) console.log(line);
  if (wrong.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
