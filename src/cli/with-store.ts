/**
 * What a command works on: the configured database, beside a running bridge if there is one; or the whole bridge without
 * its listener, where Google has to be asked.
 *
 * Owns: opening and closing. Does not own: what is done with it.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Bridge, createBridge } from '../bridge.ts';
import { type Config, readConfig, readDatabase } from '../config.ts';
import { OperatorError } from '../errors.ts';
import { createLog } from '../observe/log.ts';
import { openStore } from '../store/open.ts';
import { type Store, StoreError } from '../store/store.ts';

interface Needs {
  /** For a command that a newcomer may run before the first start: it makes the database. */
  mayMake?: boolean;
}

export async function withStore<Result>(
  work: (store: Store) => Promise<Result>,
  { mayMake = false }: Needs = {},
): Promise<Result> {
  const database = readDatabase(process.env);
  if (!mayMake) checkIsThere(database);
  const store = await openDatabase(database);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Needs the environment that the bridge itself is started with. Its log is silent: a command prints what matters. */
export async function withBridge<Result>(work: (bridge: Bridge) => Promise<Result>): Promise<Result> {
  const config = readConfig(process.env);
  checkIsThere(config.database);
  const log = createLog({ level: 'silent', format: 'json' });
  const bridge = createBridge(config, { log, store: await openDatabase(config.database) });
  try {
    return await work(bridge);
  } finally {
    await bridge.close();
  }
}

/** In another folder than the bridge's the default names a file that is not there: an empty one would be no help. */
export function checkIsThere(database: Config['database']): void {
  if (database.kind !== 'sqlite' || database.path === ':memory:' || existsSync(database.path)) return;
  const path = resolve(database.path);
  throw new OperatorError(
    `There is no database at ${path}. Run this in the folder in which the bridge runs, or set DATABASE_URL as the bridge has it.`,
  );
}

/** Throws OperatorError when there is no database that answers. */
export async function openDatabase(database: Config['database']): Promise<Store> {
  try {
    return await openStore(database);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    const why = cause.cause instanceof Error ? cause.cause.message : 'no reason given';
    throw new OperatorError(`The database cannot be used (${why}). Check DATABASE_URL, and that the database is up.`, {
      cause,
    });
  }
}
