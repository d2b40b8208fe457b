/**
 * `npm run chaos`: many people on four replicas and one PostgreSQL, while one replica after the other is killed without
 * warning and started again. Nobody may be signed out, and Google is asked for one fresh token per person and token life;
 * a second time only when a killed replica took the answer with it (chaos-book.ts). With `--term` replicas are asked to
 * end, as deployments do, and then there is no excuse.
 *
 * Owns: the people's traffic, the killing, the report. A token's life ends when Google is told so, rather than after an
 * hour. Does not own: the replicas, Google (support/). `--people 1000 --seconds 120 --kill-every 4 --seed 1 --term`.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Credentials } from '../../src/demo/stage.ts';
import { type Answer, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { type CountedGoogle, startCountedGoogle } from '../support/counted-google.ts';
import { crowdMember, signInFromCrowd } from '../support/crowd.ts';
import { createQuickClock, type QuickClock } from '../support/quick-clock.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';
import { type Death, type Excused, judge } from './chaos-book.ts';

export interface ChaosOptions {
  people: number;
  seconds: number;
  killEverySeconds: number;
  signal: 'SIGKILL' | 'SIGTERM';
  seed: number;
  /** The bridges' clocks run so many times as fast: a turn that a dead one holds runs out sooner. */
  clockTimes?: number;
  say(line: string): void;
}

export interface ChaosReport {
  people: number;
  requests: number;
  kills: number;
  /** How the replicas ended, and how often. */
  ends: Record<string, number>;
  /** What made each of them lose the access; has to be empty. */
  signedOut: string[];
  tokenLives: number;
  /** Lives in which Google was asked for a fresh token. */
  refreshedLives: number;
  refreshesAtGoogle: number;
  /** Second ones in a life, each by the kill that took the first one's answer with it. */
  excused: Excused[];
  /** All other second ones; has to be empty. */
  unexplained: string[];
  /** What callers met instead of an answer, and tried again. */
  troubles: Record<string, number>;
  errorsInLogs: Record<string, number>;
}

const CALLBACK = 'https://chatgpt.com/aip/g-chaos/oauth/callback';
const REPLICAS = 4;
/** So many people are busy at the same moment. */
const LANES = 24;
const PATIENCE_MS = 60_000;

interface Person {
  account: string;
  tokens: Tokens;
  isBusy: boolean;
}

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const clock = createQuickClock(Date.now(), options.clockTimes ?? 1);
  const google = await startCountedGoogle(clock);
  try {
    const replicas = await startReplicas(REPLICAS, google.settings);
    try {
      const client = await replicas.addClient({ name: 'Chaos GPT', redirectUri: CALLBACK });
      return await stir({ replicas, google, clock }, client, options);
    } finally {
      await replicas.close();
    }
  } finally {
    await google.close();
  }
}

interface Arena {
  replicas: Replicas;
  google: CountedGoogle;
  clock: QuickClock;
}

async function stir(arena: Arena, client: Credentials, options: ChaosOptions): Promise<ChaosReport> {
  const { replicas, google } = arena;
  const { seconds, say } = options;
  const random = createDice(options.seed);
  const began = performance.now();
  const traffic = createTraffic(replicas, google, client, random);
  const people: Person[] = [];
  await inLanes(options.people, async (n) => {
    const account = crowdMember(n + 1);
    people.push({ account, tokens: await traffic.signIn(account), isBusy: false });
    if (people.length % 100 === 0) say(`${people.length} people have signed in`);
  });
  const took = Math.round((performance.now() - began) / 1000);
  say(`${people.length} people signed in within ${took} s; now ${seconds} s of chaos`);

  const end = performance.now() + seconds * 1000;
  const killing = killOneByOne(arena, options, end, () => traffic.summary());
  await inLanes(LANES, async () => {
    while (performance.now() < end) {
      const person = people[Math.floor(random() * people.length)];
      if (person === undefined || person.isBusy) {
        await wait(1);
        continue;
      }
      person.isBusy = true;
      await traffic.act(person);
      person.isBusy = false;
    }
  });
  const { deaths, ends } = await killing;

  say('the dust settles: everybody refreshes and asks once more');
  await inLanes(people.length, (n) => traffic.settle(people[n] as Person));
  const errorsInLogs: Record<string, number> = {};
  for (const line of replicas.errors()) count(errorsInLogs, (JSON.parse(line) as { msg?: string }).msg ?? '?');
  const kills = Object.values(ends).reduce((sum, each) => sum + each, 0);
  return {
    ...{ people: people.length, requests: traffic.requests(), kills, ends, signedOut: traffic.signedOut },
    ...{ tokenLives: google.lives(), refreshesAtGoogle: google.refreshes.length },
    ...judge(google.refreshes, deaths),
    ...{ troubles: traffic.troubles, errorsInLogs },
  };
}

/** Right behind each death the database is asked whose turn the dead one still holds. Two at most are down at a time. */
async function killOneByOne(
  { replicas, clock }: Arena,
  { killEverySeconds, signal, say }: ChaosOptions,
  end: number,
  summary: () => string,
) {
  const deaths: Death[] = [];
  const ends: Record<string, number> = {};
  const starting = new Set<Promise<void>>();
  const pause = killEverySeconds * 1000;
  for (let kill = 1; performance.now() + pause < end; kill += 1) {
    await wait(pause);
    if (starting.size > 1) await Promise.race(starting);
    const n = kill % REPLICAS;
    const { pid, how } = await replicas.end(n, signal);
    const goneAt = clock.now();
    const turns = await replicas.query(
      `SELECT email, refreshing_until FROM connections WHERE refreshing_until > ${goneAt}`,
    );
    if (signal === 'SIGKILL') {
      const held = turns.map((row) => [String(row.email), Number(row.refreshing_until)] as const);
      deaths.push({ kill, pid, goneAt, turns: new Map(held) });
    }
    count(ends, how);
    const start = replicas.startAgain(n).finally(() => starting.delete(start));
    starting.add(start);
    say(`${kill}: replica ${n + 1} ${how}, turns taken at that moment: ${turns.length}; ${summary()}`);
  }
  await Promise.all(starting);
  return { deaths, ends };
}

function createTraffic(replicas: Replicas, google: CountedGoogle, client: Credentials, random: () => number) {
  const assistant = createAssistant(replicas.url, client, CALLBACK);
  const signedOut: string[] = [];
  const troubles: Record<string, number> = {};
  let requests = 0;

  /** As a client does: what the network or a 5xx swallowed is asked again, with the same token. */
  const insist = async (what: string, ask: () => Promise<Answer>): Promise<Answer> => {
    for (const end = performance.now() + PATIENCE_MS; ; ) {
      requests += 1;
      const answer = await ask().catch((error: unknown) => kindOf(error));
      if (typeof answer !== 'string' && answer.status < 500) return answer;
      count(troubles, `${what}: ${typeof answer === 'string' ? answer : answer.status}`);
      if (performance.now() > end) throw new Error(`${what} got no answer for a minute`);
      await wait(100);
    }
  };
  const must = (person: Person, what: string, { status, body }: Answer): boolean => {
    if (status === 200) return true;
    signedOut.push(`${person.account}: ${what} gave ${status} ${JSON.stringify(body).slice(0, 200)}`);
    return false;
  };

  const signIn = async (account: string): Promise<Tokens> => {
    const fields = { response_type: 'code', client_id: client.clientId, redirect_uri: CALLBACK, state: 's' };
    for (const end = performance.now() + PATIENCE_MS; ; ) {
      try {
        const left = await signInFromCrowd(`${replicas.url}/authorize?${new URLSearchParams(fields)}`, account);
        const answer = await assistant.redeem(left.searchParams.get('code') ?? '');
        if (answer.status === 200) return tokensOf(answer);
        count(troubles, `sign-in: ${answer.status}`);
      } catch (error) {
        count(troubles, `sign-in: ${kindOf(error)}`);
      }
      if (performance.now() > end) throw new Error('nobody could sign in for a minute');
    }
  };
  const refresh = async (person: Person, times: number): Promise<void> => {
    const { refresh: token } = person.tokens;
    const asks = Array.from({ length: times }, () => insist('refresh', () => assistant.refresh(token)));
    const answers = await Promise.all(asks);
    if (answers.every((answer) => must(person, 'a refresh', answer))) person.tokens = tokensOf(answers[0] as Answer);
  };
  const callTool = async (person: Person, times: number): Promise<void> => {
    const { access } = person.tokens;
    const calls = Array.from({ length: times }, () =>
      insist('tool call', () => assistant.report(access, 1 + Math.floor(random() * 1000))),
    );
    for (const answer of await Promise.all(calls)) must(person, 'a tool call', answer);
  };
  /** Connects once more and gives the former grant back: the link stays, since the new one hangs on it. */
  const connectAgain = async (person: Person): Promise<void> => {
    const { refresh: former } = person.tokens;
    person.tokens = await signIn(person.account);
    must(person, 'a revocation', await insist('revocation', () => assistant.revoke(former)));
    if ((await insist('refresh', () => assistant.refresh(former))).status !== 400)
      signedOut.push(`${person.account}: a revoked token went on working`);
  };

  return {
    signedOut,
    troubles,
    requests: () => requests,
    summary: () =>
      `${requests} requests, ${google.refreshes.length} refreshes in ${google.lives()} lives, ${signedOut.length} signed out`,
    signIn,
    async act(person: Person): Promise<void> {
      const roll = random();
      if (roll < 0.35) return callTool(person, 1);
      if (roll < 0.6) return refresh(person, 1);
      if (roll < 0.7) return refresh(person, 3);
      if (roll >= 0.96) return connectAgain(person);
      await google.endLife(person.account);
      await callTool(person, 4);
    },
    async settle(person: Person): Promise<void> {
      await refresh(person, 1);
      await callTool(person, 1);
    },
  };
}

function count(of: Record<string, number>, what: string): void {
  of[what] = (of[what] ?? 0) + 1;
}

/** Does `work` for 0 to count - 1, so many at a time. */
async function inLanes(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, count) }, lane));
}

function kindOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error)).slice(0, 60);
}

/** Mulberry32: the same seed, the same rolls. */
function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The counts, and one line for each refresh that was one too many. */
function tell(report: ChaosReport): void {
  const { signedOut, excused, unexplained, ...counts } = report;
  const numbers = { signedOut: signedOut.length, excused: excused.length, unexplained: unexplained.length };
  console.log(JSON.stringify({ ...counts, ...numbers }, null, 2));
  for (const { account, life, kill, secondsBetween } of excused)
    console.log(`${account}, life ${life}: kill ${kill} took Google's answer; asked again after ${secondsBetween} s`);
  for (const line of unexplained) console.log(`NOT EXPLAINED ${line}`);
  for (const line of signedOut) console.log(`SIGNED OUT ${line}`);
}

async function main(): Promise<void> {
  const option = (value: string) => ({ type: 'string' as const, default: value });
  const { values } = parseArgs({
    options: {
      ...{ people: option('1000'), seconds: option('120'), 'kill-every': option('4'), seed: option('1') },
      term: { type: 'boolean', default: false },
    },
  });
  const report = await runChaos({
    people: Number(values.people),
    seconds: Number(values.seconds),
    killEverySeconds: Number(values['kill-every']),
    signal: values.term ? 'SIGTERM' : 'SIGKILL',
    seed: Number(values.seed),
    say: (line) => console.log(line),
  });
  tell(report);
  if (report.signedOut.length > 0 || report.unexplained.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
