/**
 * A fuzzing campaign: many twisted requests to every endpoint, in this process for volume and over a socket for bad HTTP,
 * and what came of them.
 *
 * Owns: the loop, the counts, the time limit that makes a hang of a slow answer. Does not own: what is sent (seeds.ts,
 * twist-message.ts, raw-http.ts) nor what is wrong (judge.ts).
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { listen } from '../../src/http/listen.ts';
import { BRIDGE } from '../support/world.ts';
import { createDice, type Dice } from './dice.ts';
import { type Answered, judge } from './judge.ts';
import { describeMessage, type Message, toRequest } from './message.ts';
import { rawBytes, sendRaw } from './raw-http.ts';
import { recordSeeds, type Seeds } from './seeds.ts';
import { createTarget, type Target } from './target.ts';
import { twistMessage } from './twist-message.ts';

export interface Plan {
  requests: number;
  seed: number;
  /** Every so many requests one goes over a socket as bytes. */
  rawEvery?: number;
  /** Told now and then how far it is. */
  onProgress?(done: number, heapMegabytes: number): void;
}

export interface Finding {
  what: string;
  request: string;
}

export interface Report {
  requests: number;
  /** Over a socket. */
  raw: number;
  byStatus: Map<number, number>;
  /** Of the valid requests that are sent in between. */
  byEndpoint: Map<string, number>;
  slowestMs: number;
  slowest: string;
  hangs: number;
  findings: Finding[];
  faults: string[];
  /** Of the heap after collecting, at the start, at tenths of the way, and at the end. */
  heapMegabytes: number[];
  seconds: number;
}

/** Seeds age: codes are spent, grants revoked, clients deleted by what was sent. */
const FRESH_EVERY = 500;
const HANG_MS = 10_000;
const MOST_FINDINGS = 50;
/** How far the bridge's clock goes on with each request. */
const STEP_MS = 100;

export async function fuzz({ requests, seed, rawEvery = 50, onProgress }: Plan): Promise<Report> {
  const dice = createDice(seed);
  const target = createTarget(dice);
  const listener = await listen({ fetch: target.bridge.fetch, host: '127.0.0.1', port: 0 });
  const report = emptyReport(target);
  const started = performance.now();
  let seeds = await recordSeeds(target);
  report.heapMegabytes.push(heapMegabytes());
  while (report.requests < requests) {
    const message = twistMessage(dice, dice.pick(seeds.messages), seeds.pool);
    if (report.requests % rawEvery === rawEvery - 1) await sendBytes(report, dice, listener.port, message);
    else if (!(await sendOne(report, dice, target, seeds, message))) continue;
    if (!isFlood(report)) target.advance(STEP_MS);
    report.requests += 1;
    if (report.requests % FRESH_EVERY === 0) {
      await target.bridge.sweep(500);
      seeds = await recordSeeds(target);
    }
    if (report.requests % Math.ceil(requests / 10) === 0) {
      report.heapMegabytes.push(heapMegabytes());
      onProgress?.(report.requests, report.heapMegabytes.at(-1) ?? 0);
    }
  }
  await checkAlive(report, listener.port);
  await listener.close(1000);
  await target.close();
  report.seconds = (performance.now() - started) / 1000;
  return report;
}

function emptyReport({ faults }: Target): Report {
  const counts = { byStatus: new Map(), byEndpoint: new Map() };
  const nothing = { requests: 0, raw: 0, slowestMs: 0, slowest: '', hangs: 0, seconds: 0 };
  return { ...nothing, ...counts, findings: [], faults, heapMegabytes: [] };
}

/** False when it could not be sent this way and does not count. */
async function sendOne(report: Report, dice: Dice, target: Target, seeds: Seeds, message: Message): Promise<boolean> {
  const request = toRequest(BRIDGE, message);
  if (request === undefined) return false;
  const from = performance.now();
  const answer = await within(HANG_MS, answerOf(target.bridge.fetch(request, whereFrom(dice, report))));
  const took = performance.now() - from;
  if (took > report.slowestMs) Object.assign(report, { slowestMs: took, slowest: describeMessage(message) });
  const what = answer === undefined ? `gave no answer in ${HANG_MS} ms` : judge(answer, seeds.redirectUris);
  if (answer === undefined) report.hangs += 1;
  else count(report.byStatus, answer.status);
  if (answer !== undefined && answer.status < 400) count(report.byEndpoint, message.label);
  if (what !== undefined) find(report, what, describeMessage(message));
  return true;
}

/** The body is read to its end: an answer that begins and never ends is a hang as well. */
async function answerOf(response: Response | Promise<Response>): Promise<Answered> {
  const given = await response;
  return { status: given.status, headers: given.headers, text: await given.text() };
}

/** One stretch in ten comes at one moment from one network, which is too much. */
function isFlood({ requests }: Report): boolean {
  return Math.floor(requests / FRESH_EVERY) % 10 === 2;
}

function whereFrom(dice: Dice, report: Report): object {
  const address = `2001:db8:${dice.below(65_536).toString(16)}:${dice.below(65_536).toString(16)}::1`;
  return { incoming: { socket: { remoteAddress: isFlood(report) ? '203.0.113.7' : address } } };
}

async function sendBytes(report: Report, dice: Dice, port: number, message: Message): Promise<void> {
  const bytes = rawBytes(dice, message);
  const { text } = await sendRaw(port, bytes, dice.chance(0.3) ? dice.below(bytes.length) : bytes.length);
  report.raw += 1;
  for (const [, status] of text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)) {
    count(report.byStatus, Number(status));
    if (Number(status) >= 500)
      find(report, `answered ${status} over a socket`, JSON.stringify(bytes.toString('latin1').slice(0, 600)));
  }
}

async function checkAlive(report: Report, port: number): Promise<void> {
  const { text } = await sendRaw(port, Buffer.from('GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'), 0);
  if (!text.startsWith('HTTP/1.1 200')) find(report, 'is no longer ready', text.slice(0, 200));
}

async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), limitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function find(report: Report, what: string, request: string): void {
  if (report.findings.length < MOST_FINDINGS) report.findings.push({ what, request });
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMegabytes(): number {
  collect();
  return Math.round((process.memoryUsage().heapUsed / 1024 / 1024) * 10) / 10;
}
