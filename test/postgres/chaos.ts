/**
 * `npm run chaos`: many people on four replicas and one PostgreSQL, while one replica after the other is killed without
 * warning and started again. Nobody may be signed out, and Google is asked for one fresh token per person and token life.
 *
 * Owns: the people's traffic, the killing, the reckoning. A token's life ends when the sandbox is told so, rather than
 * after an hour. Does not own: the replicas (support/replicas.ts). `--people 1000 --seconds 120 --kill-every 4 --seed 1`.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Credentials } from '../../src/demo/stage.ts';
import { type Answer, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { crowdMember, signInFromCrowd } from '../support/crowd.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';

export interface ChaosOptions {
  people: number;
  seconds: number;
  killEverySeconds: number;
  seed: number;
  say(line: string): void;
}

export interface ChaosReport {
  people: number;
  requests: number;
  kills: number;
  /** What made each of them lose the access; has to be empty. */
  signedOut: string[];
  tokenLives: number;
  refreshesAtGoogle: number;
  /** Second refreshes in one life while no replica was killed; has to be 0. */
  refreshedTwice: number;
  /** Second refreshes in one life while a replica was killed, which took Google's answer with it. */
  refreshedAgainAfterKill: number;
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
  /** Refreshes at Google when this life of the token began, and when they were last looked at. */
  refreshesBefore: number;
  refreshesSeen: number;
  seenAt: number;
}

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const replicas = await startReplicas(REPLICAS);
  try {
    const client = await replicas.addClient({ name: 'Chaos GPT', redirectUri: CALLBACK });
    return await stir(replicas, client, options);
  } finally {
    await replicas.close();
  }
}

async function stir(replicas: Replicas, client: Credentials, options: ChaosOptions): Promise<ChaosReport> {
  const { seconds, killEverySeconds, say } = options;
  const random = createDice(options.seed);
  const assistant = createAssistant(replicas.url, client, CALLBACK);
  const kills: number[] = [];
  const report = {
    ...{ people: options.people, requests: 0, kills: 0, tokenLives: 0, refreshesAtGoogle: 0 },
    ...{ refreshedTwice: 0, refreshedAgainAfterKill: 0 },
    signedOut: [] as string[],
    troubles: {} as Record<string, number>,
    errorsInLogs: {} as Record<string, number>,
  };
  const trouble = (kind: string) => {
    report.troubles[kind] = (report.troubles[kind] ?? 0) + 1;
  };

  /** As a client does: what the network or a 5xx swallowed is asked again, with the same token. */
  const insist = async (what: string, ask: () => Promise<Answer>): Promise<Answer> => {
    for (const end = performance.now() + PATIENCE_MS; ; ) {
      report.requests += 1;
      const answer = await ask().catch((error: unknown) => kindOf(error));
      if (typeof answer !== 'string' && answer.status < 500) return answer;
      trouble(`${what}: ${typeof answer === 'string' ? answer : answer.status}`);
      if (performance.now() > end) throw new Error(`${what} got no answer for a minute`);
      await wait(100);
    }
  };
  const must = (person: Person, what: string, { status, body }: Answer): boolean => {
    if (status === 200) return true;
    report.signedOut.push(`${person.account}: ${what} gave ${status} ${JSON.stringify(body).slice(0, 200)}`);
    return false;
  };

  const signIn = async (account: string): Promise<Tokens> => {
    const fields = { response_type: 'code', client_id: client.clientId, redirect_uri: CALLBACK, state: 's' };
    for (const end = performance.now() + PATIENCE_MS; ; ) {
      try {
        const left = await signInFromCrowd(`${replicas.url}/authorize?${new URLSearchParams(fields)}`, account);
        const answer = await assistant.redeem(left.searchParams.get('code') ?? '');
        if (answer.status === 200) return tokensOf(answer);
        trouble(`sign-in: ${answer.status}`);
      } catch (error) {
        trouble(`sign-in: ${kindOf(error)}`);
      }
      if (performance.now() > end) throw new Error('nobody could sign in for a minute');
    }
  };

  /** A refresh too many is the kill's only if a replica died since the last look, which is as long as one burst of calls. */
  const reckon = async (person: Person): Promise<void> => {
    const asked = await fetch(`${replicas.sandboxUrl}/sandbox/refreshes?person=${person.account}`);
    const { refreshes } = (await asked.json()) as { refreshes: number };
    const tooMany = (count: number) => Math.max(0, count - person.refreshesBefore - 1);
    const more = tooMany(refreshes) - tooMany(person.refreshesSeen);
    report.refreshesAtGoogle += refreshes - person.refreshesSeen;
    if (kills.some((at) => at >= person.seenAt)) report.refreshedAgainAfterKill += more;
    else report.refreshedTwice += more;
    person.refreshesSeen = refreshes;
    person.seenAt = performance.now();
  };
  const endLife = async (person: Person): Promise<void> => {
    await reckon(person);
    await fetch(`${replicas.sandboxUrl}/sandbox/expire`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ person: person.account, what: 'access' }),
    });
    report.tokenLives += 1;
    person.refreshesBefore = person.refreshesSeen;
  };

  const refresh = async (person: Person, times: number): Promise<void> => {
    const { refresh: token } = person.tokens;
    const answers = await Promise.all(
      Array.from({ length: times }, () => insist('refresh', () => assistant.refresh(token))),
    );
    if (answers.every((answer) => must(person, 'a refresh', answer))) person.tokens = tokensOf(answers[0] as Answer);
  };
  const callTool = async (person: Person, times: number): Promise<void> => {
    const { access } = person.tokens;
    const calls = Array.from({ length: times }, () =>
      insist('tool call', () => assistant.report(access, 1 + Math.floor(random() * 1000))),
    );
    for (const answer of await Promise.all(calls)) must(person, 'a tool call', answer);
  };

  const act = async (person: Person): Promise<void> => {
    const roll = random();
    if (roll < 0.35) return callTool(person, 1);
    if (roll < 0.6) return refresh(person, 1);
    if (roll < 0.7) return refresh(person, 3);
    if (roll < 0.96) {
      await endLife(person);
      await callTool(person, 4);
      return reckon(person);
    }
    person.tokens = await signIn(person.account);
  };

  const people: Person[] = [];
  const began = performance.now();
  await inLanes(options.people, async (n) => {
    const account = crowdMember(n + 1);
    people.push({
      account,
      tokens: await signIn(account),
      isBusy: false,
      refreshesBefore: 0,
      refreshesSeen: 0,
      seenAt: performance.now(),
    });
    if (people.length % 100 === 0) say(`${people.length} people have signed in`);
  });
  say(
    `${people.length} people signed in within ${Math.round((performance.now() - began) / 1000)} s; now ${seconds} s of chaos`,
  );
  report.troubles = {};

  const end = performance.now() + seconds * 1000;
  const killing = (async () => {
    for (let n = 0; performance.now() < end; n += 1) {
      await wait(killEverySeconds * 1000);
      kills.push(performance.now());
      await replicas.killAndRestart(n % REPLICAS);
      report.kills += 1;
      say(
        `killed replica ${(n % REPLICAS) + 1} and started it again; ${report.requests} requests so far, ${report.signedOut.length} signed out`,
      );
    }
  })();
  await inLanes(LANES, async () => {
    while (performance.now() < end) {
      const person = people[Math.floor(random() * people.length)];
      if (person === undefined || person.isBusy) {
        await wait(1);
        continue;
      }
      person.isBusy = true;
      await act(person);
      person.isBusy = false;
    }
  });
  await killing;

  say('the dust settles: everybody refreshes and asks once more');
  await inLanes(people.length, async (n) => {
    const person = people[n] as Person;
    await refresh(person, 1);
    await callTool(person, 1);
    await reckon(person);
  });
  for (const line of replicas.errors()) {
    const { msg = '?' } = JSON.parse(line) as { msg?: string };
    report.errorsInLogs[msg] = (report.errorsInLogs[msg] ?? 0) + 1;
  }
  return report;
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

async function main(): Promise<void> {
  const option = (value: string) => ({ type: 'string' as const, default: value });
  const { values } = parseArgs({
    options: { people: option('1000'), seconds: option('120'), 'kill-every': option('4'), seed: option('1') },
  });
  const report = await runChaos({
    people: Number(values.people),
    seconds: Number(values.seconds),
    killEverySeconds: Number(values['kill-every']),
    seed: Number(values.seed),
    say: (line) => console.log(line),
  });
  console.log(JSON.stringify(report, null, 2));
  if (report.signedOut.length > 0 || report.refreshedTwice > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
