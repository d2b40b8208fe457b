/** The same suite that SQLite passes, on a real PostgreSQL, and what only a database of many can get wrong. */
import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { ConfigError } from '../../src/errors.ts';
import { storeConformance } from '../../src/store/conformance.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { StoreError } from '../../src/store/store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.close());

let shared: string | undefined;
storeConformance('PostgreSQL', async () => {
  shared ??= await postgres.database();
  await postgres.empty(shared);
  return { store: await openPostgres(shared) };
});

describe('a PostgreSQL database', () => {
  it('is migrated once by many replicas that start at the same moment', async () => {
    const url = await postgres.database();
    const stores = await Promise.all(Array.from({ length: 8 }, () => openPostgres(url)));
    await Promise.all(stores.map((store) => store.ping()));
    await Promise.all(stores.map((store) => store.close()));
  });

  it('is refused in one sentence when its schema is newer than the program', async () => {
    const url = await postgres.database();
    await postgres.query(
      url,
      'CREATE TABLE schema_version (version BIGINT NOT NULL); INSERT INTO schema_version VALUES (99)',
    );
    await assert.rejects(
      openPostgres(url),
      (error) => error instanceof ConfigError && !error.message.includes(new URL(url).password),
    );
  });

  it('is a StoreError, without its password, when nobody answers', async () => {
    await assert.rejects(openPostgres('postgres://user:canary-password@127.0.0.1:1/none'), (error) => {
      assert.ok(error instanceof StoreError);
      assert.doesNotMatch(`${error.message} ${error.stack}`, /canary-password/);
      return true;
    });
  });

  it('is a StoreError, and no end of the process, when a connection is cut in the middle of a transaction', async () => {
    const url = await postgres.database();
    const line = await startLine(Number(new URL(url).port));
    const store = await openPostgres(url.replace(/:\d+\//, `:${line.port}/`));
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE connections');
    const waiting = assert.rejects(store.connections.retire('id', 0), StoreError);
    const blocked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while ((await other.query(blocked)).rowCount === 0) await other.query('SELECT pg_stat_clear_snapshot()');
    line.cut();
    await waiting;
    await other.query('ROLLBACK');
    await other.end();
    assert.equal(await store.connections.retire('id', 0), undefined, 'the next one gets another connection');
    await store.close();
    line.close();
  });

  it('lets one replica sweep at a time and loses nothing by it', async () => {
    const url = await postgres.database();
    const stores = await Promise.all([openPostgres(url), openPostgres(url)]);
    const counts = await Promise.all(stores.map((store) => store.sweep(Date.now(), 100)));
    assert.deepEqual(counts, [0, 0]);
    await Promise.all(stores.map((store) => store.close()));
  });
});

/** A way to a port of this machine that can be cut as a network is: without a word. */
async function startLine(target: number): Promise<{ port: number; cut(): void; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [one, end] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => sockets.delete(one) && end.destroy());
      one.pipe(end);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = () => {
    cut();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, cut, close };
}
