/**
 * `ganalyticsgpt serve`: the bridge, configured by the environment.
 *
 * Owns: starting, saying where it listens, and ending on SIGTERM or SIGINT without losing an answer. Does not own: the
 * life of several processes (workers.ts), nor clearing away (sweeping.ts).
 */
import type { Command } from 'commander';
import { type Bridge, createBridge } from '../bridge.ts';
import { type Config, readConfig } from '../config.ts';
import { ConfigError, OperatorError } from '../errors.ts';
import { type Listener, listen } from '../http/listen.ts';
import { createLog, type Log } from '../observe/log.ts';
import { checkKeys } from '../operate/keys.ts';
import { offeredScopes } from '../parts.ts';
import { holdForThisHost } from '../store/one-host.ts';
import { loadKeys } from '../vault/keys.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { askedToEnd } from './ask-to-end.ts';
import { sweepNowAndThen } from './sweeping.ts';
import { openDatabase } from './with-store.ts';
import { runWorkers, workerSlot } from './workers.ts';

const DRAIN_MS = 10_000;
/** A worker closes its database after that. */
const END_WITHIN_MS = DRAIN_MS + 5_000;

export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('Start the bridge. Everything is set by environment variables; see docs/configuration.md.')
    .action(async () => {
      const config = readConfig(process.env, offeredScopes());
      const log = createLog(config.log);
      const slot = workerSlot();
      if (slot !== undefined) return serveAsWorker(config, log, slot);
      await checkStart(config);
      const { database } = config;
      const giveFree = database.kind === 'sqlite' ? await holdForThisHost(database.path) : () => {};
      try {
        if (config.workers === 1) await serveAlone(config, log);
        else await serveByWorkers(config, log);
      } finally {
        giveFree();
      }
    });
}

/** Before anything listens: the database is there and migrated, and its keys are the right ones. Throws ConfigError. */
async function checkStart({ database, secretKeys, workers }: Config): Promise<void> {
  const path = database.kind === 'sqlite' ? database.path : ':memory:';
  if (database.kind === 'sqlite' && path === ':memory:') {
    if (workers === 1) return;
    const wanted = '1 with a database in memory, which no two processes share; or a database file';
    throw new ConfigError([{ option: 'WORKERS', got: String(workers), wanted, example: '1' }]);
  }
  const random = createRandom();
  const vault = createVault(loadKeys(secretKeys, path, random), random);
  const store = await openDatabase(database);
  try {
    await checkKeys(store, vault);
  } finally {
    await store.close();
  }
}

async function serveAlone(config: Config, log: Log): Promise<void> {
  const running = await start(config, log);
  sayUp(config, log, running.listener.port);
  const stopSweeping = sweepNowAndThen(running.bridge, log);
  await askedToEnd((message) => log.info(message));
  stopSweeping();
  endAtTheLatest(log);
  await end(running);
}

/** A database that does not answer must not hold up the end. */
function endAtTheLatest(log: Log): void {
  const late = () => {
    log.error('ended without the last answers of the database: it did not give them in time');
    process.exit(1);
  };
  setTimeout(late, END_WITHIN_MS).unref();
}

async function serveByWorkers(config: Config, log: Log): Promise<void> {
  const onUp = (port: number) => sayUp(config, log, port);
  process.exitCode = await runWorkers({ count: config.workers, log, endWithinMs: END_WITHIN_MS, onUp });
}

/** Each worker counts for itself, and a sender reaches any of them: together they allow what one bridge would. */
async function serveAsWorker(config: Config, log: Log, slot: number): Promise<void> {
  process.on('SIGINT', () => {}); // a terminal's Ctrl-C reaches all of us; the first process says when to end
  const asked = new Promise<void>((resolve) => process.on('SIGTERM', () => resolve()));
  const running = await start({ ...config, rateLimits: config.rateLimits / config.workers }, log);
  const stopSweeping = slot === 0 ? sweepNowAndThen(running.bridge, log) : undefined;
  await asked;
  stopSweeping?.();
  await end(running);
  process.disconnect(); // the channel to the first process would keep this one alive
}

interface Running {
  bridge: Bridge;
  listener: Listener;
}

async function start(config: Config, log: Log): Promise<Running> {
  const bridge = createBridge(config, { log, store: await openDatabase(config.database) });
  return { bridge, listener: await open(config, bridge) };
}

function sayUp({ publicUrl }: Config, log: Log, port: number): void {
  log.info({ url: publicUrl, port }, 'the bridge is up');
  log.info(`register this redirect URI at Google: ${publicUrl}/google/callback`);
}

async function end({ bridge, listener }: Running): Promise<void> {
  await listener.close(DRAIN_MS);
  await bridge.close();
}

async function open({ listen: { host, port } }: Config, bridge: Bridge): Promise<Listener> {
  try {
    return await listen({ fetch: bridge.fetch, host, port });
  } catch (cause) {
    await bridge.close();
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new OperatorError(`Port ${port} on ${host} is in use. Stop what uses it, or set PORT to another.`, {
        cause,
      });
    if (code === 'EACCES')
      throw new OperatorError(`Port ${port} needs more rights than this user has. Set PORT to one above 1023.`, {
        cause,
      });
    throw new OperatorError(
      `Cannot listen on ${host}:${port} (${code ?? 'unknown error'}). Set HOST to an address of this machine.`,
      { cause },
    );
  }
}
