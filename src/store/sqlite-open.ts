/**
 * Opening a SQLite file for the store: made if need be, in the right mode, brought up to date, not moved elsewhere.
 *
 * Owns: that, how long SQLite waits for other processes, and noticing that the file is gone from under us. Does not own:
 * any verb (sqlite.ts), nor the schema (migrations.ts).
 */
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../errors.ts';
import { migrations } from './migrations.ts';
import { refuseMoved } from './sqlite-block.ts';
import { StoreError } from './store.ts';

/**
 * How long SQLite itself waits for another process: at the start and at the end, and while requests are answered. It
 * waits inside of one call, which stops everything else here; so the longer waiting is done outside (grouped-writes.ts).
 */
const BUSY_MS = { alone: 5000, answering: 25 } as const;

/** Throws ConfigError for a database that is newer than this program or lives elsewhere now, StoreError for what else. */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') makeFile(path);
    database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS.alone}; PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL`);
    refuseMoved(database, path);
    migrate(database, path);
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS.answering}`);
    return database;
  } catch (cause) {
    if (database?.isOpen === true) database.close();
    if (cause instanceof ConfigError) throw cause;
    throw new StoreError('the database could not be opened', { cause });
  }
}

/** Nobody is being answered any more: what is still to be written may wait for its turn. */
export function beforeClosing(database: DatabaseSync): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS.alone}`);
}

/**
 * A file that was removed or replaced under an open database takes writes as before, and all of them are lost when the
 * process ends. Returns what throws then.
 */
export function watchPlace(path: string): () => void {
  const placeOf = () => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat && `${stat.dev}/${stat.ino}`;
  };
  const opened = placeOf();
  return () => {
    if (placeOf() === opened) return;
    throw new Error(
      `${path} was removed or replaced while it was in use: put it back, or restart on what is there now`,
    );
  };
}

/** Only its owner reads it: names and addresses stand in it. What SQLite puts beside it gets the same mode. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, 'a', 0o600));
}

/** Brings the schema up to date in one transaction; concurrent starts wait for each other. */
function migrate(database: DatabaseSync, path: string): void {
  const newest = migrations.at(-1)?.version ?? 0;
  if (schemaOf(database) === newest) return; // a full disk, or one that is locked, stops no reader
  database.exec('BEGIN IMMEDIATE');
  const found = schemaOf(database);
  if (found > newest) {
    database.exec('ROLLBACK');
    const wanted = `a database of schema ${newest} or older: this program is older than the database; install the newer version again`;
    throw new ConfigError([
      { option: 'DATABASE_URL', got: `${path} of schema ${found}`, wanted, example: 'sqlite:./data/ganalyticsgpt.db' },
    ]);
  }
  for (const step of migrations.filter(({ version }) => version > found)) database.exec(step.sqlite);
  database.exec(`PRAGMA user_version = ${newest}`);
  database.exec('COMMIT');
}

function schemaOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}
