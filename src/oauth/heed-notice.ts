/**
 * What is done when Google says that something happened to an account (Cross-Account Protection).
 *
 * Owns: which notice ends what. docs/decisions/0014-security-events.md says why. Does not own: whether a notice is
 * Google's (upstream/security-event.ts), how a grant ends (end-grant.ts). Everything compares times and versions, so that a
 * notice which comes twice, late, or in the middle of a refresh does what it would have done once and in time.
 */
import type { Log } from '../observe/log.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import type { Connection, GoogleNotice } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { SecurityEvent, SecurityNotice } from '../upstream/security-event.ts';
import type { Vault } from '../vault/vault.ts';
import type { Endings } from './end-grant.ts';
import { createFindByToken, type FindByToken } from './find-by-token.ts';

export type HeedEvent = (event: SecurityEvent) => Promise<void>;

interface HeedParts {
  store: Pick<Store, 'connections'>;
  vault: Vault;
  end: Pick<Endings, 'before'>;
  record: RecordEvent;
  log: Log;
}

/** Google says when to the second: what was made within that second counts as before. */
const SECOND_MS = 1000;
/**
 * Somebody who disconnects and connects again at once has a link that is hardly younger than the end of the former one.
 * By another clock it may look older. It is spared: if it is gone too, Google refuses it at the next refresh.
 */
const SPARED_MS = 60_000;

type Heed = HeedParts & { findByToken: FindByToken };

/** Resolves when everything has been done, durably. */
export function createHeedEvent(parts: HeedParts): HeedEvent {
  const { store, vault } = parts;
  const findByToken = createFindByToken({ connections: store.connections, vault });
  return async ({ id, at, notices }) => {
    for (const notice of notices) await heed({ ...parts, findByToken }, id, at, notice);
  };
}

async function heed(parts: Heed, eventId: string, at: number, notice: SecurityNotice): Promise<void> {
  const { log } = parts;
  const said = { step: 'google-events', kind: notice.kind, event: shown(eventId) };
  if (notice.kind === 'verification')
    return log.info({ ...said, text: shown(notice.state ?? '') }, 'Google’s test event has arrived'); // a `state` is struck out
  if (notice.kind === 'unknown')
    return log.warn({ ...said, type: shown(notice.type) }, 'Google sent a security event of a kind that is not known');
  const connection = await find(parts, notice);
  if (connection === undefined)
    return log.info(said, 'Google sent a security notice about somebody who is not connected');
  parts.record(
    { step: 'connection', outcome: 'noticed', ...about(connection), detail: { why: notice.kind } },
    { event: shown(eventId) },
  );
  await act(parts, connection, { kind: notice.kind, at, isByToken: notice.token !== undefined });
}

/** A token that is named counts, whoever is named beside it. */
async function find({ store, findByToken }: Heed, notice: SecurityNotice): Promise<Connection | undefined> {
  const { subject, token } = notice;
  if (token !== undefined) return findByToken(token, subject);
  return subject === undefined ? undefined : store.connections.findBySubject(subject);
}

interface Said {
  kind: GoogleNotice;
  at: number;
  isByToken: boolean;
}

async function act(parts: HeedParts, connection: Connection, { kind, at, isByToken }: Said): Promise<void> {
  const { end } = parts;
  // Of `account-enabled` and `credential-change-required` the trail is enough: nothing is locked here that could be opened,
  // and nothing is proved to be wrong.
  switch (kind) {
    case 'sessions-revoked':
    case 'account-hijacked':
      await end.before(connection.id, at + SECOND_MS, kind);
      return;
    case 'tokens-revoked': {
      // A link that somebody made since stays, but no older permission lives again through it.
      const isDead = await forgetTokens(parts, connection, kind, at - SPARED_MS);
      await end.before(connection.id, isDead ? at : at - SPARED_MS, kind);
      return;
    }
    case 'token-revoked':
      // Found by the token itself, it is this link whatever the clocks say; one that is made meanwhile has another token.
      await forgetTokens(parts, connection, kind, isByToken ? connection.linkedAt + 1 : at - SPARED_MS);
      return;
    case 'account-disabled':
      await forgetTokens(parts, connection, kind, at + SECOND_MS);
      return;
  }
}

/**
 * Deletes Google's tokens of a link that was made before `before`. A refresh that comes between changes the tokens and is
 * no sign-in: look again.
 */
async function forgetTokens(
  { store, record }: HeedParts,
  seen: Connection,
  kind: GoogleNotice,
  before: number,
): Promise<boolean> {
  let connection: Connection | undefined = seen;
  while (connection !== undefined && connection.deadReason === undefined && connection.linkedAt < before) {
    if (await store.connections.forgetTokens(connection.id, connection.version, kind)) {
      record({ step: 'connection', outcome: 'dead', ...about(connection), detail: { google: kind } });
      return true;
    }
    connection = await store.connections.find(connection.id);
  }
  return connection?.deadReason !== undefined;
}

function about({ id: connectionId, email }: Connection) {
  return { connectionId, email };
}

/** Foreign text, even if signed by Google. */
function shown(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
