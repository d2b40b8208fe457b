/**
 * A SQLite database whose data moves elsewhere: writes are refused by the database itself, reads go on.
 *
 * Owns: the triggers that refuse, and the note of where the data went, which a later start reads. Triggers and note come
 * and go in one transaction, so that of a running bridge's writes each is either before it and moved, or refused (and
 * answered 503). Does not own: moving (move.ts).
 */
import type { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../errors.ts';

export interface Move {
  /** Where to, without a password. */
  target: string;
  state: 'moving' | 'moved';
  at: number;
}

const EVENTS = ['INSERT', 'UPDATE', 'DELETE'] as const;

/** The tables that hold data: every one but the note. */
export function dataTables(database: DatabaseSync): string[] {
  const rows = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'moved' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .all();
  // Others refer to connections.
  return rows.map(({ name }) => String(name)).sort((a, b) => Number(b === 'connections') - Number(a === 'connections'));
}

export function moveOf(database: DatabaseSync): Move | undefined {
  const hasNote = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'moved'").get() !== undefined;
  const row = hasNote ? database.prepare('SELECT target, state, at FROM moved').get() : undefined;
  return row && { target: String(row.target), state: row.state === 'moved' ? 'moved' : 'moving', at: Number(row.at) };
}

export function blockWrites(database: DatabaseSync, target: string, at: number): void {
  inTransaction(database, () => {
    database.exec(
      'CREATE TABLE IF NOT EXISTS moved (target TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL) STRICT',
    );
    database.exec('DELETE FROM moved');
    database.prepare("INSERT INTO moved (target, state, at) VALUES (?, 'moving', ?)").run(target, at);
    for (const { name, table, event } of triggers(database))
      database.exec(`CREATE TRIGGER IF NOT EXISTS ${name} BEFORE ${event} ON ${table}
        BEGIN SELECT RAISE(ABORT, 'the data of this database is being moved, or was; if that command was killed, run it again, or: ganalyticsgpt db move --undo'); END`);
  });
}

export function markMoved(database: DatabaseSync, at: number): void {
  database.prepare("UPDATE moved SET state = 'moved', at = ?").run(at);
}

export function unblockWrites(database: DatabaseSync): void {
  inTransaction(database, () => {
    for (const { name } of triggers(database)) database.exec(`DROP TRIGGER IF EXISTS ${name}`);
    database.exec('DROP TABLE IF EXISTS moved');
  });
}

/** Throws ConfigError, so that no bridge starts on data that lives elsewhere. */
export function refuseMoved(database: DatabaseSync, path: string): void {
  const move = moveOf(database);
  if (move === undefined) return;
  const { target, state, at } = move;
  const when = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const wanted =
    state === 'moved'
      ? `${target}, where its data was moved on ${when}`
      : `it to be whole: since ${when} its data is being moved to ${target}; run that command to its end, or undo it with: ganalyticsgpt db move --undo`;
  throw new ConfigError([{ option: 'DATABASE_URL', got: `sqlite:${path}`, wanted, example: target }]);
}

function triggers(database: DatabaseSync) {
  return dataTables(database).flatMap((table) =>
    EVENTS.map((event) => ({ name: `blocked_${event.toLowerCase()}_${table}`, table, event })),
  );
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
