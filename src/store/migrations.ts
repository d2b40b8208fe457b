/**
 * The schema, as forward steps. A step that has been released is never edited; a new one is added below it.
 *
 * Owns: the tables and their order of coming. What each column holds, what is hashed or sealed and who expires it is
 * written in docs/storage.md.
 */

export interface Migration {
  version: number;
  sqlite: string;
}

export const migrations: readonly Migration[] = [
  {
    version: 1,
    sqlite: `
      CREATE TABLE clients (
        client_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        redirect_uris TEXT NOT NULL,
        auth_methods TEXT NOT NULL,
        secret_hash TEXT,
        mode TEXT NOT NULL,
        client_uri TEXT,
        logo_uri TEXT,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE connections (
        id TEXT PRIMARY KEY,
        subject TEXT NOT NULL UNIQUE,
        email TEXT,
        name TEXT,
        scopes TEXT NOT NULL,
        sealed_refresh_token BLOB,
        sealed_access_token BLOB,
        access_expires_at INTEGER NOT NULL,
        refresh_expires_at INTEGER,
        dead_reason TEXT,
        version INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE codes (
        id TEXT PRIMARY KEY,
        secret_hash TEXT NOT NULL,
        flow_id TEXT NOT NULL UNIQUE,
        client_id TEXT NOT NULL,
        connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        redirect_uri TEXT NOT NULL,
        scopes TEXT NOT NULL,
        resource TEXT NOT NULL,
        code_challenge TEXT,
        expires_at INTEGER NOT NULL,
        grant_id TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX codes_by_expiry ON codes (expires_at);
      CREATE INDEX codes_by_connection ON codes (connection_id);

      CREATE TABLE grants (
        id TEXT PRIMARY KEY,
        client_id TEXT NOT NULL,
        connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        scopes TEXT NOT NULL,
        resource TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        refresh_hash TEXT NOT NULL,
        rotation TEXT NOT NULL,
        retired TEXT NOT NULL,
        access TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX grants_by_connection ON grants (connection_id);
      CREATE INDEX grants_by_client ON grants (client_id);
    `,
  },
  {
    version: 2,
    sqlite: `
      CREATE TABLE assertions (
        client_id TEXT NOT NULL,
        jti_hash TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (client_id, jti_hash)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX assertions_by_expiry ON assertions (expires_at);
    `,
  },
  {
    version: 3,
    sqlite: `
      ALTER TABLE grants ADD COLUMN ref TEXT;
      ALTER TABLE grants ADD COLUMN redirect_uri TEXT;
      ALTER TABLE grants ADD COLUMN first_used_at INTEGER;
      CREATE INDEX grants_by_expiry ON grants (expires_at);

      CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        step TEXT NOT NULL,
        outcome TEXT NOT NULL,
        ref TEXT,
        client_id TEXT,
        connection_id TEXT,
        grant_id TEXT,
        person TEXT,
        detail TEXT NOT NULL
      ) STRICT;
      CREATE INDEX events_by_expiry ON events (expires_at);
      CREATE INDEX events_by_ref ON events (ref) WHERE ref IS NOT NULL;
      CREATE INDEX events_by_connection ON events (connection_id) WHERE connection_id IS NOT NULL;
      CREATE INDEX events_by_grant ON events (grant_id) WHERE grant_id IS NOT NULL;
      CREATE INDEX events_by_person ON events (person) WHERE person IS NOT NULL;
    `,
  },
  {
    version: 4,
    sqlite: `
      ALTER TABLE clients ADD COLUMN registration_hash TEXT;
      ALTER TABLE clients ADD COLUMN application_type TEXT;
      CREATE INDEX clients_never_used ON clients (created_at) WHERE kind = 'registered' AND last_used_at IS NULL;
      CREATE INDEX clients_in_relay_mode ON clients (mode) WHERE mode = 'relay';
    `,
  },
  {
    version: 5,
    sqlite: 'ALTER TABLE connections ADD COLUMN refreshing_until INTEGER NOT NULL DEFAULT 0;',
  },
  {
    version: 6,
    sqlite: 'ALTER TABLE connections ADD COLUMN linked_at INTEGER NOT NULL DEFAULT 0;',
  },
];

/**
 * The same step for PostgreSQL. The schema keeps to a vocabulary that both understand but for the names of types and
 * SQLite's table options, so that there is one schema and no second one to forget.
 */
export function toPostgres(sqlite: string): string {
  return sqlite
    .replaceAll(/\) STRICT(, WITHOUT ROWID)?;/g, ');')
    .replaceAll('id INTEGER PRIMARY KEY', 'id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY')
    .replaceAll(/\bINTEGER\b/g, 'BIGINT')
    .replaceAll(/\bBLOB\b/g, 'BYTEA');
}
