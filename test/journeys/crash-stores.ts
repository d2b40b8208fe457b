/**
 * The two stores that a bridge is killed on: a SQLite file in the stage's folder, a real PostgreSQL that lives on.
 *
 * Owns: opening them and looking into them as an operator would. Does not own: the bridge (crash-world.ts).
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Stage } from '../../src/demo/stage.ts';
import { startPostgres } from '../support/postgres.ts';

export type StoreName = 'SQLite' | 'PostgreSQL';

export interface CrashStore {
  name: StoreName;
  /** Settings of the bridge. */
  settings: Readonly<Record<string, string>>;
  trailMs: number;
  query(sql: string, stage: Stage): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function openCrashStore(name: StoreName): Promise<CrashStore> {
  return name === 'SQLite' ? sqlite : postgres();
}

const sqlite: CrashStore = {
  name: 'SQLite',
  settings: {},
  trailMs: 350,
  async query(sql, { folder }) {
    const database = new DatabaseSync(join(folder, 'bridge.db'), { timeout: 5_000 });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  },
  close: async () => {},
};

async function postgres(): Promise<CrashStore> {
  const server = await startPostgres();
  const url = await server.database();
  return {
    name: 'PostgreSQL',
    settings: { DATABASE_URL: url, SECRET_KEYS: `k1:${randomBytes(32).toString('base64url')}` },
    trailMs: 100,
    query: (sql) => server.query(url, sql),
    close: () => server.close(),
  };
}
