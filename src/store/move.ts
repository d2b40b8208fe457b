/**
 * Moving everything from a SQLite file to an empty PostgreSQL database, beside bridges that run on the file.
 *
 * Owns: the order of it. Writes at the source are refused first, then every table is copied in one transaction of the
 * target and compared there, and only when all agree that is committed and the source marked as moved. Whatever fails
 * before leaves the target empty and the source as it was. Killed at any moment, it can be run again. Does not own: how
 * the source refuses (sqlite-block.ts), nor what the operator is told (cli/db.ts).
 */
import { createHash } from 'node:crypto';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { Client } from 'pg';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import { blockWrites, dataTables, markMoved, moveOf, unblockWrites } from './sqlite-block.ts';
import { withFile } from './sqlite-file.ts';
import { StoreError } from './store.ts';

export interface MoveParts {
  path: string;
  url: string;
  now(): number;
  onProgress(table: string, copied: number, of: number): void;
}

export interface Moved {
  target: string;
  rows: Record<string, number>;
  /** How long writes were refused until the target had all. */
  blockedMs: number;
}

/** The target holds rows already, so that nothing was touched. */
export class TargetNotEmptyError extends Error {}

type Values = readonly unknown[];

interface Table {
  name: string;
  columns: readonly string[];
  rows: number;
}

const BATCH = 500;

export async function moveToPostgres({ path, url, now, onProgress }: MoveParts): Promise<Moved> {
  const target = shown(url);
  const source = new DatabaseSync(path, { timeout: 10_000 });
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // whatever is asked next says so
  let hasToUnblock = false;
  let isConnected = false; // a client that never was would wait for ever
  try {
    await bringUpToDate(path, url, moveOf(source) !== undefined);
    await client.connect();
    isConnected = true;
    await client.query('BEGIN');
    const names = dataTables(source);
    await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS EXCLUSIVE MODE`);
    const wasMoving = moveOf(source)?.target === target;
    const isEmpty = await isTargetEmpty(client, names);
    if (!isEmpty && !wasMoving) throw new TargetNotEmptyError(`${target} holds data already`);

    const since = now();
    blockWrites(source, target, since);
    hasToUnblock = true;
    const tables = names.map((name) => describe(source, name));
    // Not empty, but what was being moved before: that run was killed after its commit. It is compared like a fresh one.
    if (isEmpty) for (const table of tables) await copy(source, client, table, onProgress);
    for (const table of tables) await compare(source, client, table);
    await client.query('COMMIT');
    hasToUnblock = false; // from here on it stays blocked, whatever happens: the target has all
    markMoved(source, now());
    return { target, rows: Object.fromEntries(tables.map(({ name, rows }) => [name, rows])), blockedMs: now() - since };
  } catch (error) {
    if (isConnected) await client.query('ROLLBACK').catch(() => undefined);
    if (hasToUnblock) unblockWrites(source);
    throw asOurs(error);
  } finally {
    if (isConnected) await client.end().catch(() => undefined);
    source.close();
  }
}

function asOurs(error: unknown): Error {
  if (error instanceof TargetNotEmptyError || error instanceof StoreError) return error;
  return new StoreError('the data could not be moved', { cause: error });
}

/** Whether and where to the source was moved. */
export function moveState(path: string): ReturnType<typeof moveOf> {
  return withFile(path, moveOf);
}

/** Lets writes in again at a source that was moved or half moved. Returns what was undone. */
export function undoMove(path: string): ReturnType<typeof moveOf> {
  return withFile(path, (source) => {
    const move = moveOf(source);
    unblockWrites(source);
    return move;
  });
}

/** A database URL as it may be printed and kept: no user, no password, no parameters. */
function shown(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}

/** Both sides have the schema of this program. A source in the middle of a move was up to date when that began. */
async function bringUpToDate(path: string, url: string, isMoving: boolean): Promise<void> {
  if (!isMoving) await openSqlite(path).close();
  const store = await openPostgres(url);
  await store.close();
}

async function isTargetEmpty(client: Client, tables: readonly string[]): Promise<boolean> {
  for (const table of tables) {
    const { rowCount } = await client.query(`SELECT 1 FROM ${table} LIMIT 1`);
    if (rowCount !== 0) return false;
  }
  return true;
}

function describe(source: DatabaseSync, name: string): Table {
  const columns = source.prepare(`PRAGMA table_info(${name})`).all();
  const rows = Number(source.prepare(`SELECT count(*) AS count FROM ${name}`).get()?.count);
  return { name, columns: columns.map((column) => String(column.name)), rows };
}

function* eachRow(source: DatabaseSync, { name, columns }: Table): Generator<SQLOutputValue[]> {
  for (const row of source.prepare(`SELECT ${columns.join(', ')} FROM ${name}`).iterate())
    yield columns.map((column) => row[column] ?? null);
}

async function copy(
  source: DatabaseSync,
  client: Client,
  table: Table,
  onProgress: MoveParts['onProgress'],
): Promise<void> {
  let copied = 0;
  let batch: SQLOutputValue[][] = [];
  const send = async () => {
    if (batch.length > 0) await insert(client, table, batch);
    copied += batch.length;
    batch = [];
    onProgress(table.name, copied, table.rows);
  };
  for (const row of eachRow(source, table)) {
    batch.push(row);
    if (batch.length === BATCH) await send();
  }
  await send();
  // Events are numbered by the database: the next one comes after those that were brought.
  if (table.name === 'events')
    await client.query(
      "SELECT setval(pg_get_serial_sequence('events', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM events), false)",
    );
}

async function insert(client: Client, { name, columns }: Table, rows: readonly Values[]): Promise<void> {
  const marks = rows.map(
    (_, row) => `(${columns.map((_, column) => `$${row * columns.length + column + 1}`).join(', ')})`,
  );
  const text = `INSERT INTO ${name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES ${marks.join(', ')}`;
  await client.query(text, rows.flat());
}

/** Throws StoreError unless the target has the same rows. Their order does not matter: the sums of both sides are compared. */
async function compare(source: DatabaseSync, client: Client, table: Table): Promise<void> {
  const here = createSum();
  for (const row of eachRow(source, table)) here.add(row);
  const there = createSum();
  await client.query(`DECLARE every_row NO SCROLL CURSOR FOR SELECT ${table.columns.join(', ')} FROM ${table.name}`);
  for (;;) {
    const { rows } = await client.query<unknown[]>({ text: `FETCH ${BATCH} FROM every_row`, rowMode: 'array' });
    for (const row of rows) there.add(row);
    if (rows.length < BATCH) break;
  }
  await client.query('CLOSE every_row');
  if (here.value() !== there.value())
    throw new StoreError(`the copy of ${table.name} is not the same as the original`, {
      cause: new Error(`${here.count()} rows here, ${there.count()} there, or a row differs`),
    });
}

/** The number of rows and the XOR of their SHA-256. */
function createSum() {
  const sum = Buffer.alloc(32);
  let count = 0;
  return {
    add(row: Values): void {
      const digest = createHash('sha256')
        .update(JSON.stringify(row.map(plain)))
        .digest();
      for (const [n, byte] of digest.entries()) sum[n] = (sum[n] ?? 0) ^ byte;
      count += 1;
    },
    count: () => count,
    value: () => `${count}/${sum.toString('hex')}`,
  };
}

/** Numbers come as text from PostgreSQL, bytes in different classes. No column holds a number here and a text there. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'number' ? String(value) : value;
}
