/**
 * The clients table on SQLite.
 *
 * Owns: the SQL of the client verbs, and which rows of clients the sweep takes. Does not own: the contract (store.ts).
 */
import type { Write } from './grouped-writes.ts';
import type { Client } from './records.ts';
import { clientValues, one, toClient, toJson } from './rows.ts';
import { changes, read, type Sql } from './sqlite-statement.ts';
import { type ClientStore, NEVER_USED_CLIENT_MS, SPARED_CLIENT_MS } from './store.ts';

/** As the partial index `clients_never_used` has it, word for word. */
const NEVER_USED = "kind = 'registered' AND last_used_at IS NULL";

export function clientStore(sql: Sql, write: Write): ClientStore {
  const find = sql('SELECT * FROM clients WHERE client_id = ?');
  const list = sql('SELECT * FROM clients ORDER BY created_at, client_id');
  const anyInRelayMode = sql("SELECT 1 FROM clients WHERE mode = 'relay' LIMIT 1");
  const insert =
    sql(`INSERT INTO clients (client_id, kind, name, redirect_uris, auth_methods, secret_hash, mode, client_uri, logo_uri, created_at,
      last_used_at, registration_hash, application_type)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const countNeverUsed = sql(`SELECT count(*) AS n FROM clients WHERE ${NEVER_USED}`);
  const evict = sql(`DELETE FROM clients WHERE client_id IN (SELECT client_id FROM clients
    WHERE ${NEVER_USED} AND created_at <= ? ORDER BY created_at LIMIT ?)`);
  const setRedirectUris = sql('UPDATE clients SET redirect_uris = ? WHERE client_id = ?');
  const removeGrants = sql('DELETE FROM grants WHERE client_id = ?');
  const removeCodes = sql('DELETE FROM codes WHERE client_id = ?');
  const remove = sql('DELETE FROM clients WHERE client_id = ?');
  const touch = sql('UPDATE clients SET last_used_at = ? WHERE client_id = ?');

  const add = (c: Client): boolean => changes(insert, ...clientValues(c)) === 1;

  return {
    find: (clientId) => read(() => one(find.get(clientId), toClient)),
    list: () => read(() => list.all().map(toClient)),
    anyInRelayMode: () => read(() => anyInRelayMode.get() !== undefined),
    add: (client) => write(() => add(client)),
    register: (client, mostNeverUsed) =>
      write(() => {
        const tooMany = Number(countNeverUsed.get()?.n) - mostNeverUsed + 1;
        if (tooMany > 0 && changes(evict, client.createdAt - SPARED_CLIENT_MS, tooMany) < tooMany) return false;
        return add(client);
      }),
    addRedirectUri: (clientId, redirectUri) =>
      write(() => {
        const client = one(find.get(clientId), toClient);
        if (client === undefined) return false;
        if (!client.redirectUris.includes(redirectUri))
          setRedirectUris.run(toJson([...client.redirectUris, redirectUri]), clientId);
        return true;
      }),
    remove: (clientId) =>
      write(() => {
        removeGrants.run(clientId);
        removeCodes.run(clientId);
        return changes(remove, clientId) === 1;
      }),
    touch: (clientId, at) => write(() => void touch.run(at, clientId)),
  };
}

/** Clients that registered long ago and never came back. One that was used once stays, however long it rests. */
export function sweepNeverUsed(sql: Sql): (now: number, limit: number) => number {
  const reap = sql(`DELETE FROM clients WHERE client_id IN
    (SELECT client_id FROM clients WHERE ${NEVER_USED} AND created_at < ? LIMIT ?)`);
  return (now, limit) => changes(reap, now - NEVER_USED_CLIENT_MS, limit);
}
