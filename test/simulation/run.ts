/**
 * One seed, one run: a world made from the seed, everybody in it goes their way, then the weather clears, and at every step
 * the invariants look on. The same seed gives the same run, step by step, in any process.
 *
 * Owns: making the world, the end of a run, its result. Does not own: anything that happens in between.
 */
import type { Client } from '../../src/store/records.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { createId, createSecret, hashSecret, type Random } from '../../src/vault/token.ts';
import { createVault } from '../../src/vault/vault.ts';
import { createDice, type Dice } from '../fuzz/dice.ts';
import { createAssistant } from './assistant.ts';
import { createClock } from './clock.ts';
import { config, createCluster } from './cluster.ts';
import { createFaults, type Fault } from './faults.ts';
import { createGoogleModel } from './google.ts';
import { heal } from './healing.ts';
import { watchAnswers } from './invariants/answers.ts';
import { watchCodes } from './invariants/codes.ts';
import { watchLinks } from './invariants/links.ts';
import { watchReasons } from './invariants/reasons.ts';
import { type RefreshCount, watchRefreshes } from './invariants/refreshes.ts';
import { createLedger } from './ledger.ts';
import { countOffThread } from './off-thread.ts';
import { createPerson } from './people.ts';
import { createScheduler } from './scheduler.ts';
import { assistantGoes, operatorGoes, personGoes } from './script.ts';
import type { Violate, Violation, Witness } from './witness.ts';
import type { SimulatedClient, World } from './world.ts';

export interface RunOptions {
  /** A broken store in place of the shipped one, to see whether it is noticed. */
  spoil?: (store: Store) => Store;
}

export interface RunResult {
  seed: number;
  violation: Violation | undefined;
  steps: number;
  traceHash: string;
  trace: readonly string[];
  crashes: number;
  faults: ReadonlyMap<Fault, number>;
  deeds: ReadonlyMap<string, number>;
  refreshes: RefreshCount;
  /** Ends whose reason went with a crash or a failing store. */
  excusedReasons: number;
}

const START = Date.parse('2026-11-22T12:00:00Z');
const REPLAY_WINDOW_MS = config.lifetimes.refreshReplaySeconds * 1000;
const PEOPLE = ['ada', 'ben', 'cleo'];

export async function simulate(seed: number, options: RunOptions = {}): Promise<RunResult> {
  countOffThread();
  const dice = createDice(seed);
  const scheduler = createScheduler(dice, START);
  const faults = createFaults(dice, scheduler.note);
  const clock = createClock(scheduler.now, dice);
  const google = createGoogleModel(scheduler.now);
  const store = openSqlite(':memory:');
  const deeds = new Map<string, number>();
  let violation: Violation | undefined;
  const violate: Violate = (invariant, detail) => {
    violation ??= { invariant, detail, step: scheduler.step() };
  };
  const all: Witness[] = [];
  const witnesses = () => all;
  const ledger = createLedger({ store, step: scheduler.step, latest: clock.latest }, witnesses);
  const random = randomOf(dice);
  const clients = await addClients(store, random, scheduler.now());
  const shownRefresh: World['shownRefresh'] = new Map();
  const isPublic = (clientId: string) => clients.some((each) => each.clientId === clientId && each.secret === '');
  const parts = {
    ledger,
    google,
    clock,
    faults,
    violate,
    isPublic,
    shownRefresh,
    step: scheduler.step,
    now: scheduler.now,
  };
  const vault = createVault(config.secretKeys ?? [], random);
  const refreshes = watchRefreshes({ ...parts, vault });
  const reasons = watchReasons({ ...parts, replayWindowMs: REPLAY_WINDOW_MS });
  all.push(refreshes, reasons, watchCodes(parts), watchLinks({ ...parts, vault }));
  all.push(watchAnswers({ ...parts, replayWindowMs: REPLAY_WINDOW_MS }));
  const cluster = createCluster({ ...parts, ...options, scheduler, store, dice, random, witnesses });
  const did = (what: string) => void deeds.set(what, (deeds.get(what) ?? 0) + 1);
  const world: World = { ...parts, dice, scheduler, cluster, did, isCalm: faults.isOver };

  const stray = (error: unknown) => violate('noStray', String(error));
  process.on('unhandledRejection', stray);
  try {
    let isOver = false;
    const living = live(world, clients).then(
      () => {
        isOver = true;
      },
      (error: unknown) => violate('noStray', error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    await scheduler.run(() => violation !== undefined);
    if (violation === undefined && !isOver) violate('noHang', 'somebody waits for an answer that nobody is giving');
    if (isOver) await living;
    for (const witness of all) witness.atEnd?.();
  } catch (error) {
    violate('noHang', error instanceof Error ? error.message : String(error));
  } finally {
    process.off('unhandledRejection', stray);
  }
  await store.close();
  return {
    seed,
    violation,
    steps: scheduler.step(),
    traceHash: scheduler.traceHash(),
    trace: scheduler.trace(),
    crashes: cluster.crashes(),
    faults: faults.counts,
    deeds,
    refreshes: refreshes.count(),
    excusedReasons: reasons.excused(),
  };
}

async function live(world: World, clients: readonly SimulatedClient[]): Promise<void> {
  const { dice } = world;
  const people = PEOPLE.slice(0, 1 + dice.below(PEOPLE.length)).map((name) => createPerson(world, name));
  const assistants = people.flatMap((person) =>
    clients.slice(0, 1 + dice.below(clients.length)).map((client) => createAssistant(world, person, client)),
  );
  world.scheduler.note(`assistants: ${assistants.map(({ name }) => name).join(', ')}`);
  await Promise.all([
    ...assistants.map((assistant) => assistantGoes(world, assistant, 4 + dice.below(6))),
    ...people.map((person) => personGoes(world, person, dice.below(3))),
    operatorGoes(world, dice.below(6)),
  ]);
  await heal(world, assistants);
}

function randomOf(dice: Dice): Random {
  return (size) => {
    const words = new Uint32Array(Math.ceil(size / 4));
    for (let index = 0; index < words.length; index += 1) words[index] = dice.below(2 ** 32);
    return new Uint8Array(words.buffer, 0, size);
  };
}

/** Two that have a secret, and one that has none. */
async function addClients(store: Store, random: Random, now: number): Promise<SimulatedClient[]> {
  const clients = ['gpt', 'claude', 'editor'].map((name) => ({
    name,
    clientId: createId(random),
    secret: name === 'editor' ? '' : createSecret(random),
    redirectUri: `https://${name}.example/callback`,
  }));
  for (const { name, clientId, secret, redirectUri } of clients) {
    const record: Client = {
      clientId,
      kind: 'predefined',
      name,
      redirectUris: [redirectUri],
      authMethods: secret === '' ? ['none'] : ['client_secret_post'],
      secretHash: secret === '' ? undefined : hashSecret(secret),
      mode: 'broker',
      createdAt: now,
      lastUsedAt: undefined,
      clientUri: undefined,
      logoUri: undefined,
    };
    await store.clients.add(record);
  }
  return clients;
}
