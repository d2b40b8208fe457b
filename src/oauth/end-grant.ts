/**
 * The ends: of a grant, of all grants of a person, of what is left over.
 *
 * Owns: that Google's own link goes when, and only when, the last grant on it goes, whoever ends that: the client, the
 * person, the operator, a theft that was noticed, or time. Google revokes a person's whole link to our project at once,
 * so that nothing less can be asked of it. Does not own: who may end what (revoke.ts, account/, operate/).
 *
 * Order: the connection is marked as ended, Google is asked, the row is removed. A crash or an unreachable Google in
 * between leaves a marked row, on which no sign-in builds and which `leftovers` takes up again.
 */
import { UpstreamError } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import type { Connection, Grant, GrantEnd } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Provider } from '../upstream/provider.ts';
import { tokenContext } from '../vault/google-tokens.ts';
import { marksOf } from '../vault/person-mark.ts';
import { type Vault, VaultError } from '../vault/vault.ts';
import { CODE_MS } from './issue.ts';

/** What became of Google's link: still needed by another grant, gone, or not gone since Google could not be asked. */
export type LinkEnd = 'kept' | 'ended' | 'not-ended';

export interface Endings {
  /** Ends a grant; undefined when there is none. */
  grant(grantId: string, why: GrantEnd): Promise<LinkEnd | undefined>;
  /** Ends every grant on a connection, and the connection with them. */
  connection(connectionId: string, why: GrantEnd): Promise<LinkEnd>;
  /** Ends every grant that was made before `at`, and the connection with them unless somebody signed in on it since. */
  before(connectionId: string, at: number, why: GrantEnd): Promise<LinkEnd>;
  /** Ends a connection that nothing needs any more; `kept` when something does. */
  unneeded(connectionId: string): Promise<LinkEnd>;
  /** Deletes everything that is held about a person, the audit trail included, even where Google cannot be asked. */
  person(person: { subject: string; email: string | undefined }): Promise<LinkEnd>;
  /** Ends grants that were not used for too long, and links that nothing needs any more. Returns how many grants went. */
  leftovers(limit: number): Promise<number>;
}

interface EndParts {
  store: Pick<Store, 'grants' | 'connections' | 'events'>;
  vault: Vault;
  provider: Pick<Provider, 'revoke'>;
  record: RecordEvent;
  log: Log;
  now(): number;
}

/** A sign-in is between its link and its code for a moment, and its client may take its time: no hurry with the rest. */
const REST_MS = 3_600_000;
const MOST_LEFT_OVER = 5;

export function createEndings(parts: EndParts): Endings {
  const { store, now } = parts;

  const revoke = async (found: Grant, why: GrantEnd): Promise<boolean> => {
    // Read before: nothing that can fail stands between an end and its line in the trail.
    const owner = await store.connections.find(found.connectionId);
    if ((await store.grants.revoke(found.id)) === undefined) return false;
    recordEnd(parts, found, owner, why);
    return true;
  };

  const grant = async (grantId: string, why: GrantEnd): Promise<LinkEnd | undefined> => {
    const found = await store.grants.find(grantId);
    if (found === undefined || !(await revoke(found, why))) return undefined;
    return endIfUnused(parts, found.connectionId);
  };

  const connection = async (connectionId: string, why: GrantEnd): Promise<LinkEnd> => {
    let link: LinkEnd | undefined;
    for (const { id } of await store.grants.list({ connectionId })) link = await grant(id, why);
    // A code that is still on its way to a client keeps a link alive; not when everything is to end.
    return link === 'ended' || link === 'not-ended' ? link : endIfUnused(parts, connectionId, now() + CODE_MS);
  };

  const before = async (connectionId: string, at: number, why: GrantEnd): Promise<LinkEnd> => {
    for (const each of await store.grants.list({ connectionId })) if (each.createdAt < at) await revoke(each, why);
    const connection = await store.connections.find(connectionId);
    if (connection === undefined || connection.linkedAt >= at) return 'kept';
    // A code that was given later keeps the link, one that was given before does not.
    return endIfUnused(parts, connectionId, Math.min(at, now()) + CODE_MS);
  };

  return {
    grant,
    connection,
    before,
    unneeded: (connectionId) => endIfUnused(parts, connectionId),
    person: ({ subject, email }) => endPerson(parts, connection, subject, email),
    async leftovers(limit) {
      const expired = await store.grants.takeExpired(now(), limit);
      for (const each of expired) recordEnd(parts, each, await findIfPossible(parts, each.connectionId), 'unused');
      for (const id of new Set(expired.map(({ connectionId }) => connectionId))) await endIfUnused(parts, id);
      for (const id of await store.connections.unused(now() - REST_MS, now(), MOST_LEFT_OVER)) {
        if ((await endIfUnused(parts, id)) === 'not-ended') break; // Google is away: the next round will do
      }
      return expired.length;
    },
  };
}

async function endPerson(
  { store, vault, record }: EndParts,
  end: Endings['connection'],
  subject: string,
  email: string | undefined,
): Promise<LinkEnd> {
  const connection = await store.connections.findBySubject(subject);
  const address = connection?.email ?? email;
  const link = connection === undefined ? 'ended' : await end(connection.id, 'deleted');
  const known = new Set<string>();
  if (address !== undefined) for (const id of await store.events.connectionsOf(marksOf(vault, address))) known.add(id);
  if (connection !== undefined) {
    await store.connections.remove(connection.id);
    known.add(connection.id);
  }
  for (const id of known) await store.events.forget(id);
  record({ step: 'account', outcome: 'deleted' });
  return link;
}

/** For grants that have ended already: that their ends are recorded does not hang on whose they were. */
async function findIfPossible({ store, log }: EndParts, connectionId: string): Promise<Connection | undefined> {
  try {
    return await store.connections.find(connectionId);
  } catch (err) {
    log.error({ err, connection: connectionId }, 'the person of a grant that ended could not be looked up');
    return undefined;
  }
}

function recordEnd({ record }: EndParts, grant: Grant, connection: Connection | undefined, why: GrantEnd): void {
  const { ref, clientId, connectionId, id: grantId } = grant;
  record({
    step: 'grant',
    outcome: 'ended',
    ref,
    clientId,
    connectionId,
    grantId,
    email: connection?.email,
    detail: { why },
  });
}

async function endIfUnused(parts: EndParts, connectionId: string, at: number = parts.now()): Promise<LinkEnd> {
  const { store, record } = parts;
  const connection = await store.connections.retire(connectionId, at);
  if (connection === undefined) return 'kept';
  const refusal = await revokeAtGoogle(parts, connection);
  const about = { step: 'connection', connectionId, email: connection.email } as const;
  if (refusal !== undefined) {
    record({ ...about, outcome: 'end-failed', detail: { why: refusal } });
    return 'not-ended';
  }
  await store.connections.removeRetired(connectionId);
  record({ ...about, outcome: 'ended' });
  return 'ended';
}

/** Why Google has to be asked again, or undefined when there is nothing left to ask. */
async function revokeAtGoogle(
  { provider, vault, log }: EndParts,
  { id, subject, sealedRefreshToken }: Connection,
): Promise<UpstreamError['kind'] | undefined> {
  if (sealedRefreshToken === undefined) return undefined;
  try {
    await provider.revoke(vault.open('google-tokens', tokenContext(subject, 'refresh'), sealedRefreshToken));
    return undefined;
  } catch (error) {
    if (error instanceof VaultError) {
      log.error(
        { connection: id },
        'the key of this Google token is gone, so that Google cannot be asked to end the link',
      );
      return undefined;
    }
    if (!(error instanceof UpstreamError)) throw error;
    log.warn({ connection: id, kind: error.kind, code: error.code }, 'Google did not take the revocation');
    // A refusal for good will be the same tomorrow; only an outage is worth another try.
    return error.kind === 'grant-dead' || error.kind === 'refused' ? undefined : error.kind;
  }
}
