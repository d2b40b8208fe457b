/** The same suite that SQLite passes, on a real PostgreSQL, and what only a database of many can get wrong. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
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

  it('lets one replica sweep at a time and loses nothing by it', async () => {
    const url = await postgres.database();
    const stores = await Promise.all([openPostgres(url), openPostgres(url)]);
    const counts = await Promise.all(stores.map((store) => store.sweep(Date.now(), 100)));
    assert.deepEqual(counts, [0, 0]);
    await Promise.all(stores.map((store) => store.close()));
  });
});
