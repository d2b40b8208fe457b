/**
 * The replicas: several shipped bridges over one shipped store, in front of them whatever spreads requests, behind them the
 * one Google. A replica that crashes takes along what it was doing, and another one starts in its place.
 *
 * Owns: making and killing replicas, the way of a client's request to one of them. Does not own: what clients ask.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import { type Bridge, createBridge } from '../../src/bridge.ts';
import { readConfig } from '../../src/config.ts';
import type { Log } from '../../src/observe/log.ts';
import type { Store } from '../../src/store/store.ts';
import type { ToolArea } from '../../src/tools/area.ts';
import { defineTool } from '../../src/tools/tool.ts';
import type { Random } from '../../src/vault/token.ts';
import type { Dice } from '../fuzz/dice.ts';
import type { Clock } from './clock.ts';
import { createNetwork, type Gate, type GateParts, gatedStore } from './gates.ts';
import { CREDENTIALS } from './google.ts';
import type { Exchange, Shown } from './witness.ts';

export const BRIDGE = 'https://bridge.example';
export const TOOL = 'ask_google';

export const config = readConfig({
  PUBLIC_URL: BRIDGE,
  DATABASE_URL: 'sqlite::memory:',
  SECRET_KEYS: `simulated:${Buffer.alloc(32, 7).toString('base64url')}`,
  GOOGLE_CLIENT_ID: CREDENTIALS.clientId,
  GOOGLE_CLIENT_SECRET: CREDENTIALS.clientSecret,
  RATE_LIMITS: '0',
});

/** One tool, which needs a token of Google's each time: what tools make of Google's answers is tested elsewhere. */
const areas: readonly ToolArea[] = [
  {
    scopes: { 'analytics.readonly': { area: 'Google Analytics', reads: 'See your reports.' } },
    tools: [
      defineTool({
        name: TOOL,
        title: 'Ask Google',
        description: 'Asks Google something in the name of the person.',
        scopes: ['analytics.readonly'],
        effects: 'reads',
        input: z.strictObject({}),
        output: z.object({ ok: z.boolean() }),
        examples: [{ question: 'Does it work?', input: {} }],
        async call({ google }) {
          await google.send({ service: 'analyticsadmin', method: 'GET', path: ['v1beta', 'accountSummaries'] });
          return { ok: true };
        },
        text: () => 'yes',
      }),
    ],
  },
];

interface Replica {
  name: string;
  bridge: Bridge;
  crashed: Promise<undefined>;
  /** For each request that is under way here, how many faults had struck when it began. */
  underWay: Set<{ faults: number }>;
}

export interface ClusterParts extends GateParts {
  store: Store;
  dice: Dice;
  random: Random;
  clock: Clock;
  /** What stands between a replica and its store: a broken store, to see whether that is noticed. */
  spoil?: (store: Store) => Store;
}

export interface Cluster {
  /** A request of a client's, made when it leaves, to whichever replica. Undefined when the client never hears of it. */
  ask(label: string, make: () => { request: Request; shown: Shown }): Promise<Exchange | undefined>;
  /** The operator's timer, on whichever replica. */
  sweep(): Promise<void>;
  crashes(): number;
}

export function createCluster(parts: ClusterParts): Cluster {
  const { scheduler, faults, dice, clock, witnesses } = parts;
  const asking = new AsyncLocalStorage<string>();
  const networkOf = createNetwork(parts);
  const replicas: Replica[] = [];
  let crashes = 0;

  const start = (slot: number, birth: number) => {
    const name = `r${slot + 1}.${birth}`;
    const { promise: crashed, resolve } = Promise.withResolvers<undefined>();
    const crash = () => {
      crashes += 1;
      scheduler.drop(name);
      for (const witness of witnesses()) witness.crashed?.(name);
      resolve(undefined);
      start(slot, birth + 1);
    };
    const gate: Gate = async (what, delayMs) => {
      await scheduler.pass(name, `${asking.getStore() ?? '?'} · ${what}`, delayMs);
      if (faults.strikes('clock jumps ahead')) clock.jump('ahead');
      if (faults.strikes('clock jumps back')) clock.jump('back');
      if (!faults.strikes('replica crashes')) return;
      crash();
      await new Promise(() => {}); // whoever waited here is no more
    };
    const gated = gatedStore(parts, parts.store, name, gate);
    const bridge = createBridge(config, {
      now: clock.now,
      random: parts.random,
      jitter: () => dice.below(1000) / 1000,
      sleep: (ms) => gate(`sleeps ${Math.round(ms)} ms`, Math.round(ms)),
      log: silent,
      store: parts.spoil?.(gated) ?? gated,
      send: networkOf(name, gate),
      areas,
    });
    replicas[slot] = { name, bridge, crashed, underWay: new Set() };
  };

  const count = 2 + dice.below(3);
  for (let slot = 0; slot < count; slot += 1) start(slot, 1);

  return {
    crashes: () => crashes,

    async ask(label, make) {
      await scheduler.pass(label.split(' ')[0] ?? '', `→ ${label}`);
      const { name, bridge, crashed, underWay } = dice.pick(replicas);
      const startedAt = scheduler.step();
      // It may join what another request began here, and get what befell that one.
      const faultsBefore = Math.min(faults.count(), ...[...underWay].map((each) => each.faults));
      const { request, shown } = make();
      if (faults.strikes('request to us lost')) return undefined;
      const own = { faults: faultsBefore };
      underWay.add(own);
      const answering = asking.run(label, async () => bridge.fetch(request));
      const answer = await Promise.race([answering, crashed]);
      underWay.delete(own);
      if (answer === undefined) return undefined;
      const isHeard = !faults.strikes('answer of ours lost');
      const { status, headers } = answer;
      const body = await answer.text();
      const exchange = { label, shown, replica: name, startedAt, faultsBefore, status, headers, body, isHeard };
      scheduler.note(`${name} answers ${label}: ${status}${status < 400 ? '' : ` ${whyOf(body)}`}`);
      for (const witness of witnesses()) witness.answered?.(exchange);
      return isHeard ? exchange : undefined;
    },

    async sweep() {
      const { bridge, crashed } = dice.pick(replicas);
      const sweeping = asking.run('sweep', () => bridge.sweep(1 + dice.below(20)));
      await Promise.race([sweeping.catch(() => {}), crashed]); // as the timer of `serve` does: it logs, and goes on
    },
  };
}

/** What an answer says, as far as a line of the trace has room for it. */
function whyOf(body: string): string {
  return (/<title>([^<]*)/.exec(body)?.[1] ?? body).slice(0, 140);
}

const ignore = () => {};
const silent = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: (o: unknown) => process.env.SIMLOG && console.log(o),
} as unknown as Log;
