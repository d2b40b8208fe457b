import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { ConfigError } from '../errors.ts';
import { storeConformance } from './conformance.ts';
import { openSqlite } from './sqlite.ts';

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-store-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

storeConformance('SQLite in memory', async () => ({ store: openSqlite(':memory:') }));

storeConformance('a SQLite file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-store-'));
  return { store: openSqlite(join(folder, 'deep', 'test.db')), cleanUp: () => rmSync(folder, { recursive: true }) };
});

describe('a SQLite file', () => {
  it('is readable by its owner only, and so is what SQLite puts beside it', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'a.db');
      const store = openSqlite(path);
      for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
      await store.close();
    }));

  it('keeps a write-ahead log, so that readers never wait for a writer', () =>
    inFolder((folder) => {
      const path = join(folder, 'a.db');
      const store = openSqlite(path);
      const database = new DatabaseSync(path);
      assert.deepEqual({ ...database.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
      database.close();
      return store.close();
    }));

  it('opens again with what was written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-store-'));
    const path = join(folder, 'a.db');
    const first = openSqlite(path);
    await first.clients.add({
      clientId: 'c',
      kind: 'predefined',
      name: 'n',
      redirectUris: [],
      authMethods: ['none'],
      secretHash: undefined,
      mode: 'broker',
      createdAt: 1,
      lastUsedAt: undefined,
      clientUri: undefined,
      logoUri: undefined,
    });
    await first.close();
    const second = openSqlite(path);
    assert.equal((await second.clients.find('c'))?.name, 'n');
    await second.close();
    rmSync(folder, { recursive: true });
  });

  it('is refused in one sentence when it is newer than the program', () =>
    inFolder((folder) => {
      const path = join(folder, 'a.db');
      const database = new DatabaseSync(path);
      database.exec('PRAGMA user_version = 99');
      database.close();
      assert.throws(
        () => openSqlite(path),
        (error) => error instanceof ConfigError && /older than the database/.test(error.message),
      );
    }));
});
