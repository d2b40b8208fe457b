/** The connections table on PostgreSQL. Owns: the SQL of the connection verbs. Does not own: the contract (store.ts). */
import type { Ask, InTransaction } from './postgres-ask.ts';
import { one, orNull, type Row, toConnection, toJson } from './rows.ts';
import { type ConnectionStore, WRONG_CLOCK_MS } from './store.ts';

const LINK = `INSERT INTO connections AS c (id, subject, email, name, scopes, sealed_refresh_token, sealed_access_token, access_expires_at,
    refresh_expires_at, dead_reason, version, created_at, linked_at, last_used_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, 1, $10, $10, $10)
  ON CONFLICT (subject) DO UPDATE SET email = coalesce(excluded.email, c.email), name = coalesce(excluded.name, c.name), scopes = excluded.scopes,
    sealed_refresh_token = coalesce(excluded.sealed_refresh_token, c.sealed_refresh_token), sealed_access_token = excluded.sealed_access_token,
    access_expires_at = excluded.access_expires_at,
    refresh_expires_at = CASE WHEN excluded.sealed_refresh_token IS NULL THEN c.refresh_expires_at ELSE excluded.refresh_expires_at END,
    dead_reason = NULL, refreshing_until = 0, version = c.version + 1, linked_at = excluded.linked_at,
    last_used_at = excluded.last_used_at
  RETURNING *`;

/** The parameter of `now` is passed in, since the two statements that use it count differently. */
function isUnused(now: string): string {
  return `NOT EXISTS (SELECT 1 FROM grants WHERE connection_id = connections.id)
    AND NOT EXISTS (SELECT 1 FROM codes WHERE connection_id = connections.id AND grant_id IS NULL AND expires_at > ${now})`;
}

export function connectionStore(ask: Ask, inTransaction: InTransaction): ConnectionStore {
  return {
    async find(id) {
      return one((await ask('find_connection', 'SELECT * FROM connections WHERE id = $1', [id])).rows[0], toConnection);
    },
    async findBySubject(subject) {
      const text = 'SELECT * FROM connections WHERE subject = $1';
      return one((await ask('find_connection_by_subject', text, [subject])).rows[0], toConnection);
    },
    async list() {
      return (await ask('list_connections', 'SELECT * FROM connections ORDER BY created_at, id', [])).rows.map(
        toConnection,
      );
    },
    async page(after, limit) {
      const text = 'SELECT * FROM connections WHERE id > $1 ORDER BY id LIMIT $2';
      return (await ask('page_connections', text, [after, limit])).rows.map(toConnection);
    },
    async reseal(id, version, { sealedRefreshToken, sealedAccessToken }) {
      const text = `UPDATE connections SET sealed_refresh_token = coalesce($3, sealed_refresh_token),
        sealed_access_token = coalesce($4, sealed_access_token) WHERE id = $1 AND version = $2`;
      const values = [id, version, orNull(sealedRefreshToken), orNull(sealedAccessToken)];
      return (await ask('reseal', text, values)).count === 1;
    },
    async link(l) {
      const { rows } = await ask('link_connection', LINK, [
        l.id,
        l.subject,
        orNull(l.email),
        orNull(l.name),
        toJson(l.scopes),
        orNull(l.sealedRefreshToken),
        l.sealedAccessToken,
        l.accessExpiresAt,
        orNull(l.refreshExpiresAt),
        l.at,
      ]);
      return toConnection(rows[0] as Row);
    },
    async claimRefresh(id, version, now, until) {
      const text = `UPDATE connections SET refreshing_until = $4 WHERE id = $1 AND version = $2
        AND (refreshing_until <= $3 OR refreshing_until > $5)`;
      return (await ask('claim_refresh', text, [id, version, now, until, until + WRONG_CLOCK_MS])).count === 1;
    },
    async releaseRefresh(id, version) {
      const text = 'UPDATE connections SET refreshing_until = 0 WHERE id = $1 AND version = $2';
      await ask('release_refresh', text, [id, version]);
    },
    async saveAccess(id, version, fresh) {
      const text = `UPDATE connections SET sealed_access_token = $3, access_expires_at = $4, sealed_refresh_token = coalesce($5, sealed_refresh_token),
        last_used_at = $6, refreshing_until = 0, version = version + 1 WHERE id = $1 AND version = $2`;
      const { sealedAccessToken, accessExpiresAt, sealedRefreshToken, at } = fresh;
      const values = [id, version, sealedAccessToken, accessExpiresAt, orNull(sealedRefreshToken), at];
      return (await ask('save_access', text, values)).count === 1;
    },
    async markDead(id, version, reason) {
      const text = 'UPDATE connections SET dead_reason = $3, version = version + 1 WHERE id = $1 AND version = $2';
      return (await ask('mark_dead', text, [id, version, reason])).count === 1;
    },
    async forgetTokens(id, version, reason) {
      const text = `UPDATE connections SET dead_reason = $3, sealed_refresh_token = NULL, sealed_access_token = NULL,
        refreshing_until = 0, version = version + 1 WHERE id = $1 AND version = $2`;
      return (await ask('forget_tokens', text, [id, version, reason])).count === 1;
    },
    async remove(id) {
      return (await ask('remove_connection', 'DELETE FROM connections WHERE id = $1', [id])).count === 1;
    },
    retire: (id, now) =>
      inTransaction(async (within) => {
        // Whoever adds a grant or a code holds the row by its foreign key: wait for them, then look with fresh eyes.
        await within('lock_connection', 'SELECT id FROM connections WHERE id = $1 FOR UPDATE', [id]);
        const text = `UPDATE connections SET dead_reason = 'ended', version = version + 1 WHERE id = $1 AND ${isUnused('$2')} RETURNING *`;
        const retired = one((await within('retire_connection', text, [id, now])).rows[0], toConnection);
        // A sign-in may bring the row back to life: what was on its way before must not come back with it.
        const waiting = 'DELETE FROM codes WHERE connection_id = $1 AND grant_id IS NULL';
        if (retired !== undefined) await within('remove_waiting', waiting, [id]);
        return retired;
      }),
    async removeRetired(id) {
      return (
        (await ask('remove_retired', "DELETE FROM connections WHERE id = $1 AND dead_reason = 'ended'", [id])).count ===
        1
      );
    },
    async unused(before, now, limit) {
      const text = `SELECT id FROM connections WHERE last_used_at < $1 AND ${isUnused('$2')} LIMIT $3`;
      return (await ask('unused_connections', text, [before, now, limit])).rows.map(({ id }) => String(id));
    },
  };
}
