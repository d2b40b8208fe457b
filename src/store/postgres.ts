/**
 * The store on PostgreSQL: many bridges on one database.
 *
 * Owns: the pool, migrating, sweeping. Does not own: the contract (store.ts), the schema (migrations.ts), the SQL of each
 * record's verbs (postgres-*.ts). Commits are as durable as the server is set up to make them; the default waits.
 */
import { Client, Pool, types } from 'pg';
import { ConfigError } from '../errors.ts';
import { migrations, toPostgres } from './migrations.ts';
import { createAsk, createInTransaction, type InTransaction } from './postgres-ask.ts';
import { clientStore, NEVER_USED } from './postgres-clients.ts';
import { connectionStore } from './postgres-connections.ts';
import { eventStore } from './postgres-events.ts';
import { assertionStore, codeStore, grantStore } from './postgres-grants.ts';
import { MOST_EVENTS, NEVER_USED_CLIENT_MS, type Store, StoreError } from './store.ts';

/** Numbers that no other program on the database uses for its advisory locks. */
const LOCK = { migrate: 7_304_001, sweep: 7_304_002 } as const;
const INT8 = 20;

/**
 * How long a statement may wait, for a lock for instance, before the server gives it up and the caller is told to come
 * back; and how long a bridge that hangs in the middle of a transaction may hold what others need. A pooler that does not
 * let these through is told so in DATABASE_URL (docs/operate/scale.md).
 */
const LIMITS = { statement_timeout: 10_000, idle_in_transaction_session_timeout: 10_000 } as const;
/** Where no answer comes at all, not even the server's own refusal. Longer than the above. */
const SILENCE_MS = 15_000;

/** Connects and migrates. Throws ConfigError when the database is newer than this program, StoreError when it is not there. */
export async function openPostgres(url: string): Promise<Store> {
  await migrate(url);
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    query_timeout: SILENCE_MS,
    keepAlive: true,
    ...LIMITS,
    // Times and counts are whole numbers far below 2^53.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)) },
  });
  // A connection that dies is replaced by the pool, and whoever used it hears of it from the query. Without a listener it
  // would end the process: while it is idle by the pool's event, in the middle of a transaction by its own.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  // Migrating went over a connection without the limits: a pooler that refuses them is heard of now, not at a request.
  await pool.query('SELECT 1').catch(async (cause: unknown) => {
    await pool.end();
    throw new StoreError('the database could not be opened', { cause });
  });
  const ask = createAsk(pool);
  const inTransaction = createInTransaction(pool);
  const events = eventStore(ask);
  return {
    clients: clientStore(ask, inTransaction),
    connections: connectionStore(ask, inTransaction),
    codes: codeStore(ask),
    grants: grantStore(ask, inTransaction),
    assertions: assertionStore(ask),
    events,
    sweep: (now, limit) => sweep(inTransaction, now, limit),
    async ping() {
      await ask('ping', 'SELECT 1', []);
    },
    async close() {
      await events.flush();
      await pool.end();
    },
  };
}

/** For whoever starts while another one migrates large tables. */
const MIGRATION_MS = 600_000;

/** Throws StoreError. Who gets a client ends it. */
async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: MIGRATION_MS,
  });
  client.on('error', () => {}); // whatever is asked next says so
  try {
    await client.connect();
    return client;
  } catch (cause) {
    throw new StoreError('the database could not be opened', { cause });
  }
}

/** The version of the schema as it is; 0 for a database without one. Throws StoreError when it is not there. */
export async function postgresSchema(url: string): Promise<number> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<{ found: boolean }>(
      "SELECT to_regclass('schema_version') IS NOT NULL AS found",
    );
    if (rows[0]?.found !== true) return 0;
    const version = await client.query<{ version: string }>(
      'SELECT coalesce(max(version), 0) AS version FROM schema_version',
    );
    return Number(version.rows[0]?.version ?? 0);
  } catch (cause) {
    throw new StoreError('the database could not be opened', { cause });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Brings the schema up to date in one transaction; many replicas starting at once wait for the first. On a connection of
 * its own, since a large table takes longer than any request may.
 */
async function migrate(url: string): Promise<void> {
  const client = await connect(url);
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL statement_timeout = 0'); // one from the URL or of the role is meant for requests
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK.migrate]);
    await client.query('CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)');
    const { rows } = await client.query<{ version: string }>(
      'SELECT coalesce(max(version), 0) AS version FROM schema_version',
    );
    const found = Number(rows[0]?.version ?? 0);
    refuseNewer(found, url);
    for (const step of migrations.filter(({ version }) => version > found)) {
      await client.query(toPostgres(step.sqlite));
      await client.query('INSERT INTO schema_version (version) VALUES ($1)', [step.version]);
    }
    await client.query('COMMIT');
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new StoreError('the database could not be opened', { cause });
  } finally {
    await client.end().catch(() => undefined);
  }
}

function refuseNewer(found: number, url: string): void {
  const newest = migrations.at(-1)?.version ?? 0;
  if (found <= newest) return;
  const wanted = `a database of schema ${newest} or older: this program is older than the database; install the newer version again`;
  const got = `${URL.parse(url)?.host ?? 'a database'} of schema ${found}`;
  throw new ConfigError([{ option: 'DATABASE_URL', got, wanted, example: 'postgres://user@host/database' }]);
}

/** As the SQLite store has them: what ended, clients that never came back, and of too many events the oldest. */
const SWEEPS: readonly { name: string; text: string; before: (now: number) => number }[] = [
  ...['codes', 'events'].map((table) => ({
    name: `sweep_${table}`,
    text: `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at < $1 LIMIT $2)`,
    before: (now: number) => now,
  })),
  {
    name: 'sweep_assertions',
    text: `DELETE FROM assertions WHERE (client_id, jti_hash) IN (SELECT client_id, jti_hash FROM assertions WHERE expires_at < $1 LIMIT $2)`,
    before: (now) => now,
  },
  {
    name: 'sweep_clients',
    text: `DELETE FROM clients WHERE client_id IN (SELECT client_id FROM clients WHERE ${NEVER_USED} AND created_at < $1 LIMIT $2)`,
    before: (now) => now - NEVER_USED_CLIENT_MS,
  },
  {
    name: 'sweep_too_many_events',
    text: 'DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id <= (SELECT max(id) FROM events) - $1 ORDER BY id LIMIT $2)',
    before: () => MOST_EVENTS,
  },
];

/** Whichever replica gets the lock sweeps; the others have nothing to do. */
function sweep(inTransaction: InTransaction, now: number, limit: number): Promise<number> {
  return inTransaction(async (ask) => {
    const { rows } = await ask('lock_sweep', 'SELECT pg_try_advisory_xact_lock($1) AS mine', [LOCK.sweep]);
    // The row type is SQLite's, whose values are never booleans.
    if ((rows[0] as { mine?: unknown } | undefined)?.mine !== true) return 0;
    let gone = 0;
    for (const { name, text, before } of SWEEPS) gone += (await ask(name, text, [before(now), limit])).count;
    return gone;
  });
}
