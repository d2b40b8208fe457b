/**
 * The store on SQLite: one file, one machine, durable commits.
 *
 * Owns: the SQL of every verb but those of clients and events. Does not own: the contract (store.ts), opening and
 * migrating (sqlite-open.ts), grouping of commits (grouped-writes.ts). `node:sqlite` is synchronous: a verb is one short
 * turn.
 */
import { createGroupedWrites, type Write } from './grouped-writes.ts';
import { grantValues, one, orNull, type Row, toCode, toConnection, toGrant, toJson } from './rows.ts';
import { clientStore, sweepNeverUsed } from './sqlite-clients.ts';
import { eventStore, sweepEvents } from './sqlite-events.ts';
import { beforeClosing, openDatabase, watchPlace } from './sqlite-open.ts';
import { changes, read, type Sql } from './sqlite-statement.ts';
import {
  type AssertionStore,
  type CodeStore,
  type ConnectionStore,
  type GrantStore,
  MOST_EVENTS,
  type Store,
  WRONG_CLOCK_MS,
} from './store.ts';

/**
 * Opens (and makes, and migrates) the database at `path`, or a private one for `:memory:`. Throws ConfigError for a
 * database that is newer than this program or lives elsewhere now, StoreError for one that cannot be used.
 */
export function openSqlite(path: string): Store {
  const database = openDatabase(path);
  const checkPlace = path === ':memory:' ? () => {} : watchPlace(path);
  const writes = createGroupedWrites(database, checkPlace);
  const { write } = writes;
  const sql = (text: string) => database.prepare(text);
  const expired = [
    sql('DELETE FROM codes WHERE id IN (SELECT id FROM codes WHERE expires_at < ? LIMIT ?)'),
    sql(
      'DELETE FROM assertions WHERE (client_id, jti_hash) IN (SELECT client_id, jti_hash FROM assertions WHERE expires_at < ? LIMIT ?)',
    ),
  ];

  const oldEvents = sweepEvents(sql, MOST_EVENTS);
  const neverUsed = sweepNeverUsed(sql);

  return {
    clients: clientStore(sql, write),
    connections: connectionStore(sql, write),
    codes: codeStore(sql, write),
    grants: grantStore(sql, write),
    assertions: assertionStore(sql, write),
    events: eventStore(sql, writes),
    sweep: (now, limit) =>
      write(() =>
        expired.reduce(
          (gone, statement) => gone + changes(statement, now, limit),
          oldEvents(now, limit) + neverUsed(now, limit),
        ),
      ),
    ping: () =>
      read(() => {
        checkPlace();
        sql('SELECT 1').get();
      }),
    async close() {
      beforeClosing(database);
      writes.finish();
      database.close();
    },
  };
}

function connectionStore(sql: Sql, write: Write): ConnectionStore {
  const find = sql('SELECT * FROM connections WHERE id = ?');
  const findBySubject = sql('SELECT * FROM connections WHERE subject = ?');
  const list = sql('SELECT * FROM connections ORDER BY created_at, id');
  const page = sql('SELECT * FROM connections WHERE id > ? ORDER BY id LIMIT ?');
  const reseal =
    sql(`UPDATE connections SET sealed_refresh_token = coalesce(?, sealed_refresh_token), sealed_access_token = coalesce(?, sealed_access_token)
    WHERE id = ? AND version = ?`);
  const link =
    sql(`INSERT INTO connections (id, subject, email, name, scopes, sealed_refresh_token, sealed_access_token, access_expires_at,
      refresh_expires_at, dead_reason, version, created_at, linked_at, last_used_at)
    VALUES ($id, $subject, $email, $name, $scopes, $refresh, $access, $accessExpiresAt, $refreshExpiresAt, NULL, 1, $at, $at, $at)
    ON CONFLICT (subject) DO UPDATE SET email = coalesce(excluded.email, email), name = coalesce(excluded.name, name), scopes = excluded.scopes,
      sealed_refresh_token = coalesce(excluded.sealed_refresh_token, sealed_refresh_token), sealed_access_token = excluded.sealed_access_token,
      access_expires_at = excluded.access_expires_at,
      refresh_expires_at = CASE WHEN excluded.sealed_refresh_token IS NULL THEN refresh_expires_at ELSE excluded.refresh_expires_at END,
      dead_reason = NULL, refreshing_until = 0, version = version + 1, linked_at = excluded.linked_at,
      last_used_at = excluded.last_used_at
    RETURNING *`);
  const saveAccess =
    sql(`UPDATE connections SET sealed_access_token = ?, access_expires_at = ?, sealed_refresh_token = coalesce(?, sealed_refresh_token),
    last_used_at = ?, refreshing_until = 0, version = version + 1 WHERE id = ? AND version = ?`);
  const claimRefresh = sql(
    'UPDATE connections SET refreshing_until = ? WHERE id = ? AND version = ? AND (refreshing_until <= ? OR refreshing_until > ?)',
  );
  const releaseRefresh = sql('UPDATE connections SET refreshing_until = 0 WHERE id = ? AND version = ?');
  const markDead = sql('UPDATE connections SET dead_reason = ?, version = version + 1 WHERE id = ? AND version = ?');
  const forgetTokens =
    sql(`UPDATE connections SET dead_reason = ?, sealed_refresh_token = NULL, sealed_access_token = NULL,
    refreshing_until = 0, version = version + 1 WHERE id = ? AND version = ?`);
  const remove = sql('DELETE FROM connections WHERE id = ?');
  const isUnused = `NOT EXISTS (SELECT 1 FROM grants WHERE connection_id = connections.id)
    AND NOT EXISTS (SELECT 1 FROM codes WHERE connection_id = connections.id AND grant_id IS NULL AND expires_at > $now)`;
  const retire = sql(
    `UPDATE connections SET dead_reason = 'ended', version = version + 1 WHERE id = $id AND ${isUnused} RETURNING *`,
  );
  // A sign-in may bring the row back to life: what was on its way before must not come back with it.
  const removeWaiting = sql('DELETE FROM codes WHERE connection_id = ? AND grant_id IS NULL');
  const removeRetired = sql("DELETE FROM connections WHERE id = ? AND dead_reason = 'ended'");
  const unused = sql(`SELECT id FROM connections WHERE last_used_at < $before AND ${isUnused} LIMIT $limit`);
  return {
    find: (id) => read(() => one(find.get(id), toConnection)),
    findBySubject: (subject) => read(() => one(findBySubject.get(subject), toConnection)),
    list: () => read(() => list.all().map(toConnection)),
    page: (after, limit) => read(() => page.all(after, limit).map(toConnection)),
    reseal: (id, version, { sealedRefreshToken, sealedAccessToken }) =>
      write(() => changes(reseal, orNull(sealedRefreshToken), orNull(sealedAccessToken), id, version) === 1),
    link: (l) =>
      write(() =>
        toConnection(
          link.get({
            $id: l.id,
            $subject: l.subject,
            $email: orNull(l.email),
            $name: orNull(l.name),
            $scopes: toJson(l.scopes),
            $refresh: orNull(l.sealedRefreshToken),
            $access: l.sealedAccessToken,
            $accessExpiresAt: l.accessExpiresAt,
            $refreshExpiresAt: orNull(l.refreshExpiresAt),
            $at: l.at,
          }) as Row,
        ),
      ),
    claimRefresh: (id, version, now, until) =>
      write(() => changes(claimRefresh, until, id, version, now, until + WRONG_CLOCK_MS) === 1),
    releaseRefresh: (id, version) => write(() => void releaseRefresh.run(id, version)),
    saveAccess: (id, version, fresh) =>
      write(
        () =>
          changes(
            saveAccess,
            fresh.sealedAccessToken,
            fresh.accessExpiresAt,
            orNull(fresh.sealedRefreshToken),
            fresh.at,
            id,
            version,
          ) === 1,
      ),
    markDead: (id, version, reason) => write(() => changes(markDead, reason, id, version) === 1),
    forgetTokens: (id, version, reason) => write(() => changes(forgetTokens, reason, id, version) === 1),
    remove: (id) => write(() => changes(remove, id) === 1),
    retire: (id, now) =>
      write(() => {
        const retired = one(retire.get({ $id: id, $now: now }), toConnection);
        if (retired !== undefined) removeWaiting.run(id);
        return retired;
      }),
    removeRetired: (id) => write(() => changes(removeRetired, id) === 1),
    unused: (before, now, limit) =>
      read(() => unused.all({ $before: before, $now: now, $limit: limit }).map((row) => String(row.id))),
  };
}

function codeStore(sql: Sql, write: Write): CodeStore {
  const find = sql('SELECT * FROM codes WHERE id = ?');
  const insert =
    sql(`INSERT INTO codes (id, secret_hash, flow_id, client_id, connection_id, redirect_uri, scopes, resource, code_challenge, expires_at, grant_id)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM connections WHERE id = ?5 AND dead_reason IS NULL ON CONFLICT DO NOTHING`);
  return {
    find: (id) => read(() => one(find.get(id), toCode)),
    add: (c) =>
      write(
        () =>
          changes(
            insert,
            c.id,
            c.secretHash,
            c.flowId,
            c.clientId,
            c.connectionId,
            c.redirectUri,
            toJson(c.scopes),
            c.resource,
            orNull(c.codeChallenge),
            c.expiresAt,
            orNull(c.grantId),
          ) === 1,
      ),
  };
}

function grantStore(sql: Sql, write: Write): GrantStore {
  const find = sql('SELECT * FROM grants WHERE id = ?');
  const list = sql(
    `SELECT * FROM grants WHERE (?1 IS NULL OR connection_id = ?1) AND (?2 IS NULL OR client_id = ?2) ORDER BY created_at, id`,
  );
  const byKey = sql(`SELECT json_extract(rotation, '$.kid') AS kid, count(*) AS count FROM grants
    WHERE json_extract(rotation, '$.at') >= ? GROUP BY 1`);
  const anyFor = sql('SELECT 1 FROM grants WHERE client_id = ? LIMIT 1');
  const spend = sql(`UPDATE codes SET grant_id = ? WHERE id = ? AND grant_id IS NULL
    AND EXISTS (SELECT 1 FROM connections WHERE id = codes.connection_id AND dead_reason IS NULL)`);
  const insert =
    sql(`INSERT INTO grants (id, client_id, connection_id, scopes, resource, created_at, last_used_at, expires_at, generation, refresh_hash,
      rotation, retired, access, ref, redirect_uri, first_used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const rotate =
    sql(`UPDATE grants SET generation = ?, refresh_hash = ?, rotation = ?, retired = ?, access = ?, expires_at = ?, last_used_at = ?
    WHERE id = ? AND generation = ?`);
  const countReplay =
    sql(`UPDATE grants SET rotation = json_set(rotation, '$.replays', json_extract(rotation, '$.replays') + 1, '$.answeredAt', ?)
    WHERE id = ? AND generation = ?`);
  const remove = sql('DELETE FROM grants WHERE id = ? RETURNING connection_id');
  const anyLeft = sql('SELECT 1 FROM grants WHERE connection_id = ? LIMIT 1');
  const takeExpired = sql(
    'DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE expires_at < ? LIMIT ?) RETURNING *',
  );
  const firstUse = sql('UPDATE grants SET first_used_at = ? WHERE id = ? AND first_used_at IS NULL');
  const touch = sql('UPDATE grants SET last_used_at = max(last_used_at, ?) WHERE id = ?');
  return {
    find: (id) => read(() => one(find.get(id), toGrant)),
    list: (filter = {}) => read(() => list.all(orNull(filter.connectionId), orNull(filter.clientId)).map(toGrant)),
    countByKey: (since) => read(() => new Map(byKey.all(since).map(({ kid, count }) => [String(kid), Number(count)]))),
    existsFor: (clientId) => read(() => anyFor.get(clientId) !== undefined),
    redeem: (codeId, g) =>
      write(() => {
        if (changes(spend, g.id, codeId) === 0) return false;
        insert.run(...grantValues(g));
        return true;
      }),
    rotate: (id, generation, next) =>
      write(
        () =>
          changes(
            rotate,
            next.generation,
            next.refreshHash,
            toJson(next.rotation),
            toJson(next.retired),
            toJson(next.access),
            next.expiresAt,
            next.lastUsedAt,
            id,
            generation,
          ) === 1,
      ),
    countReplay: (id, generation, at) => write(() => changes(countReplay, at, id, generation) === 1),
    revoke: (id) =>
      write(() => {
        const gone = remove.get(id) as { connection_id: string } | undefined;
        if (gone === undefined) return undefined;
        return { connectionId: gone.connection_id, wasLast: anyLeft.get(gone.connection_id) === undefined };
      }),
    takeExpired: (now, limit) => write(() => takeExpired.all(now, limit).map(toGrant)),
    touch: (id, at) =>
      write(() => {
        touch.run(at, id);
        return changes(firstUse, at, id) === 1;
      }),
  };
}

function assertionStore(sql: Sql, write: Write): AssertionStore {
  const claim = sql('INSERT INTO assertions (client_id, jti_hash, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  return {
    claim: (clientId, jtiHash, expiresAt) => write(() => changes(claim, clientId, jtiHash, expiresAt) === 1),
  };
}
