/** The clients table on PostgreSQL. Owns: the SQL of the client verbs. Does not own: the contract (store.ts). */
import type { Ask, InTransaction } from './postgres-ask.ts';
import { clientValues, one, toClient } from './rows.ts';
import { type ClientStore, SPARED_CLIENT_MS } from './store.ts';

/** As the partial index `clients_never_used` has it, word for word. */
export const NEVER_USED = "kind = 'registered' AND last_used_at IS NULL";

const INSERT = `INSERT INTO clients (client_id, kind, name, redirect_uris, auth_methods, secret_hash, mode, client_uri, logo_uri, created_at,
    last_used_at, registration_hash, application_type)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`;

const COUNT_NEVER_USED = `SELECT count(*) AS n FROM clients WHERE ${NEVER_USED}`;

const EVICT = `DELETE FROM clients WHERE client_id IN (SELECT client_id FROM clients
  WHERE ${NEVER_USED} AND created_at <= $1 ORDER BY created_at LIMIT $2)`;

/** A number that no other program on the database uses for its advisory locks. */
const REGISTER_LOCK = 7_304_003;

export function clientStore(ask: Ask, inTransaction: InTransaction): ClientStore {
  return {
    async find(clientId) {
      return one(
        (await ask('find_client', 'SELECT * FROM clients WHERE client_id = $1', [clientId])).rows[0],
        toClient,
      );
    },
    async list() {
      return (await ask('list_clients', 'SELECT * FROM clients ORDER BY created_at, client_id', [])).rows.map(toClient);
    },
    async anyInRelayMode() {
      return (await ask('any_relay', "SELECT 1 AS found FROM clients WHERE mode = 'relay' LIMIT 1", [])).count === 1;
    },
    async add(client) {
      return (await ask('add_client', INSERT, clientValues(client))).count === 1;
    },
    register: (client, mostNeverUsed) =>
      inTransaction(async (within) => {
        // One at a time: two that each make room and then add one would be one too many.
        await within('lock_register', 'SELECT pg_advisory_xact_lock($1)', [REGISTER_LOCK]);
        const { rows } = await within('count_never_used', COUNT_NEVER_USED, []);
        const tooMany = Number(rows[0]?.n) - mostNeverUsed + 1;
        if (tooMany > 0) {
          const values = [client.createdAt - SPARED_CLIENT_MS, tooMany];
          if ((await within('evict_clients', EVICT, values)).count < tooMany) return false;
        }
        return (await within('add_client', INSERT, clientValues(client))).count === 1;
      }),
    async addRedirectUri(clientId, redirectUri) {
      const text = `UPDATE clients SET redirect_uris = CASE WHEN redirect_uris::jsonb @> jsonb_build_array($2::text) THEN redirect_uris
        ELSE (redirect_uris::jsonb || jsonb_build_array($2::text))::text END WHERE client_id = $1`;
      return (await ask('add_redirect_uri', text, [clientId, redirectUri])).count === 1;
    },
    async remove(clientId) {
      const text = `WITH g AS (DELETE FROM grants WHERE client_id = $1), c AS (DELETE FROM codes WHERE client_id = $1)
        DELETE FROM clients WHERE client_id = $1`;
      return (await ask('remove_client', text, [clientId])).count === 1;
    },
    async touch(clientId, at) {
      await ask('touch_client', 'UPDATE clients SET last_used_at = $2 WHERE client_id = $1', [clientId, at]);
    },
  };
}
