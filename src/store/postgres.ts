/**
 * The store on PostgreSQL: many bridges on one database.
 *
 * Owns: the pool, migrating, and the SQL of every verb, one round trip each where the contract allows it. Does not own:
 * the contract (store.ts), the schema (migrations.ts), rows (rows.ts). Commits are as durable as the server is set up
 * to make them. `pg` is loaded by whoever opens this store, and by nobody else.
 */
import { Pool, type PoolClient, type QueryResultRow, types } from 'pg';
import { ConfigError } from '../errors.ts';
import { migrations, toPostgres } from './migrations.ts';
import { one, orNull, type Row, toClient, toCode, toConnection, toGrant, toJson } from './rows.ts';
import {
  type ClientStore,
  type CodeStore,
  type ConnectionStore,
  type GrantStore,
  type Store,
  StoreError,
} from './store.ts';

/** Any two numbers that no other program on the database uses for its advisory locks. */
const LOCK = { migrate: 7_304_001, sweep: 7_304_002 } as const;
const INT8 = 20;

/** Connects and migrates. Throws ConfigError when the database is newer than this program, StoreError when it is not there. */
export async function openPostgres(url: string): Promise<Store> {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    query_timeout: 15_000,
    // Times and counts are whole numbers far below 2^53.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)) },
  });
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  try {
    await transaction(pool, (client) => migrate(client, url));
  } catch (error) {
    await pool.end();
    throw error;
  }
  const ask = createAsk(pool);
  return {
    clients: clientStore(ask),
    connections: connectionStore(ask),
    codes: codeStore(ask),
    grants: grantStore(ask, pool),
    sweep: (now, limit) => transaction(pool, (client) => sweep(client, now, limit)),
    async ping() {
      await ask('ping', 'SELECT 1', []);
    },
    close: () => pool.end(),
  };
}

/** Runs one prepared statement by name. */
type Ask = (name: string, text: string, values: readonly unknown[]) => Promise<{ rows: Row[]; count: number }>;

function createAsk(pool: Pool): Ask {
  return async (name, text, values) => {
    try {
      const { rows, rowCount } = await pool.query<QueryResultRow>({ name, text, values: [...values] });
      return { rows, count: rowCount ?? 0 };
    } catch (cause) {
      throw new StoreError(`the database did not answer ${name}`, { cause });
    }
  };
}

async function transaction<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (cause) {
    client?.release(true); // the connection goes, and with it the open transaction
    if (cause instanceof ConfigError) throw cause;
    throw new StoreError('the database did not take a transaction', { cause });
  }
}

/** Brings the schema up to date; many replicas starting at once wait for the first. */
async function migrate(client: PoolClient, url: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK.migrate]);
  await client.query('CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)');
  const { rows } = await client.query<{ version: number }>('SELECT coalesce(max(version), 0) AS version FROM schema_version');
  const found = Number(rows[0]?.version ?? 0);
  const newest = migrations.at(-1)?.version ?? 0;
  if (found > newest) {
    const wanted = `a database of schema ${newest} or older: this program is older than the database; install the newer version again`;
    const got = `${URL.parse(url)?.host ?? 'a database'} of schema ${found}`;
    throw new ConfigError([{ option: 'DATABASE_URL', got, wanted, example: 'postgres://user@host/database' }]);
  }
  for (const step of migrations.filter(({ version }) => version > found)) {
    await client.query(toPostgres(step.sql));
    await client.query('INSERT INTO schema_version (version) VALUES ($1)', [step.version]);
  }
}

/** Whichever replica holds the lock sweeps; the others have nothing to do. Rows in use are left for the next time. */
async function sweep(client: PoolClient, now: number, limit: number): Promise<number> {
  const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [LOCK.sweep]);
  if (rows[0]?.mine !== true) return 0;
  let gone = 0;
  for (const table of ['codes', 'grants']) {
    const text = `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`;
    gone += (await client.query(text, [now, limit])).rowCount ?? 0;
  }
  return gone;
}
