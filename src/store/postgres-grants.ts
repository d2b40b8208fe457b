/** Codes, grants and assertions on PostgreSQL. Owns: the SQL of their verbs. Does not own: the contract (store.ts). */
import type { Ask, InTransaction } from './postgres-ask.ts';
import { grantValues, one, orNull, toCode, toGrant, toJson } from './rows.ts';
import type { AssertionStore, CodeStore, GrantStore } from './store.ts';

export function codeStore(ask: Ask): CodeStore {
  return {
    async find(id) {
      return one((await ask('find_code', 'SELECT * FROM codes WHERE id = $1', [id])).rows[0], toCode);
    },
    async add(c) {
      const text = `INSERT INTO codes (id, secret_hash, flow_id, client_id, connection_id, redirect_uri, scopes, resource, code_challenge, expires_at, grant_id)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::bigint, $11 FROM connections WHERE id = $5 AND dead_reason IS NULL
        FOR KEY SHARE ON CONFLICT DO NOTHING`;
      const { id, secretHash, flowId, clientId, connectionId, redirectUri, resource, expiresAt } = c;
      const values = [
        id,
        secretHash,
        flowId,
        clientId,
        connectionId,
        redirectUri,
        toJson(c.scopes),
        resource,
        orNull(c.codeChallenge),
        expiresAt,
        orNull(c.grantId),
      ];
      return (await ask('add_code', text, values)).count === 1;
    },
  };
}

/** One statement: it spends the code and makes the grant, or does neither. */
const REDEEM = `WITH spent AS (UPDATE codes SET grant_id = $2 WHERE id = $1 AND grant_id IS NULL
    AND EXISTS (SELECT 1 FROM connections WHERE id = codes.connection_id AND dead_reason IS NULL FOR KEY SHARE) RETURNING id)
  INSERT INTO grants (id, client_id, connection_id, scopes, resource, created_at, last_used_at, expires_at, generation, refresh_hash,
    rotation, retired, access, ref, redirect_uri, first_used_at)
  SELECT $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 FROM spent`;

const ROTATE = `UPDATE grants SET generation = $3, refresh_hash = $4, rotation = $5, retired = $6, access = $7, expires_at = $8, last_used_at = $9
  WHERE id = $1 AND generation = $2`;

const COUNT_REPLAY = `UPDATE grants SET rotation = (rotation::jsonb || jsonb_build_object('replays', (rotation::jsonb ->> 'replays')::bigint + 1,
  'answeredAt', $3::bigint))::text WHERE id = $1 AND generation = $2`;

/** The row is locked before it is read, so that of many first uses at once one sees that there was none. */
const TOUCH = `UPDATE grants SET last_used_at = greatest(grants.last_used_at, $2), first_used_at = coalesce(grants.first_used_at, $2)
  FROM (SELECT id, first_used_at FROM grants WHERE id = $1 FOR UPDATE) AS before WHERE grants.id = before.id
  RETURNING before.first_used_at AS used_before`;

export function grantStore(ask: Ask, inTransaction: InTransaction): GrantStore {
  return {
    async find(id) {
      return one((await ask('find_grant', 'SELECT * FROM grants WHERE id = $1', [id])).rows[0], toGrant);
    },
    async list(filter = {}) {
      const text = `SELECT * FROM grants WHERE ($1::text IS NULL OR connection_id = $1) AND ($2::text IS NULL OR client_id = $2)
        ORDER BY created_at, id`;
      return (await ask('list_grants', text, [orNull(filter.connectionId), orNull(filter.clientId)])).rows.map(toGrant);
    },
    async countByKey(since) {
      const text = `SELECT rotation::jsonb ->> 'kid' AS kid, count(*) AS count FROM grants
        WHERE (rotation::jsonb ->> 'at')::bigint >= $1 GROUP BY 1`;
      const { rows } = await ask('count_by_key', text, [since]);
      return new Map(rows.map(({ kid, count }) => [String(kid), Number(count)]));
    },
    async existsFor(clientId) {
      return (
        (await ask('any_grant', 'SELECT 1 AS found FROM grants WHERE client_id = $1 LIMIT 1', [clientId])).count === 1
      );
    },
    async redeem(codeId, grant) {
      return (await ask('redeem', REDEEM, [codeId, ...grantValues(grant)])).count === 1;
    },
    async rotate(id, generation, next) {
      const { refreshHash, expiresAt, lastUsedAt } = next;
      const lists = [toJson(next.rotation), toJson(next.retired), toJson(next.access)];
      return (
        (await ask('rotate', ROTATE, [id, generation, next.generation, refreshHash, ...lists, expiresAt, lastUsedAt]))
          .count === 1
      );
    },
    async countReplay(id, generation, at) {
      return (await ask('count_replay', COUNT_REPLAY, [id, generation, at])).count === 1;
    },
    revoke: (id) =>
      inTransaction(async (within) => {
        // Two last grants that go at once must see each other: the connection's row is their turnstile.
        const lock =
          'SELECT id FROM connections WHERE id = (SELECT connection_id FROM grants WHERE id = $1) FOR UPDATE';
        await within('lock_for_revoke', lock, [id]);
        const { rows } = await within('revoke_grant', 'DELETE FROM grants WHERE id = $1 RETURNING connection_id', [id]);
        const [gone] = rows;
        if (gone === undefined) return undefined;
        const connectionId = String(gone.connection_id);
        const left = await within('any_left', 'SELECT 1 AS found FROM grants WHERE connection_id = $1 LIMIT 1', [
          connectionId,
        ]);
        return { connectionId, wasLast: left.count === 0 };
      }),
    async takeExpired(now, limit) {
      const text = `DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING *`;
      return (await ask('take_expired', text, [now, limit])).rows.map(toGrant);
    },
    async touch(id, at) {
      const { rows } = await ask('touch_grant', TOUCH, [id, at]);
      return rows[0] !== undefined && rows[0].used_before === null;
    },
  };
}

export function assertionStore(ask: Ask): AssertionStore {
  return {
    async claim(clientId, jtiHash, expiresAt) {
      const text =
        'INSERT INTO assertions (client_id, jti_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
      return (await ask('claim_assertion', text, [clientId, jtiHash, expiresAt])).count === 1;
    },
  };
}
