/**
 * A SQLite file as the operator handles it: which schema it has, a copy of it.
 *
 * Owns: opening it beside running bridges. Does not own: the store on it (sqlite.ts), nor moving it (move.ts).
 */
import { chmodSync, existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store.ts';

/** Undefined for a file that is not there. */
export function sqliteSchema(path: string): number | undefined {
  if (path === ':memory:' || !existsSync(path)) return undefined;
  return withFile(path, (database) => Number(database.prepare('PRAGMA user_version').get()?.user_version));
}

/** A copy as of one moment, while bridges read and write. Throws StoreError when it cannot be made. */
export function copySqlite(path: string, to: string): void {
  withFile(path, (database) => database.prepare('VACUUM INTO ?').run(to));
  chmodSync(to, 0o600);
}

export function withFile<Result>(path: string, work: (database: DatabaseSync) => Result): Result {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 5_000 });
    return work(database);
  } catch (cause) {
    throw new StoreError('the database file could not be used', { cause });
  } finally {
    database?.close();
  }
}
