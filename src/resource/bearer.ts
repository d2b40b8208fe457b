/**
 * What a token opens: the `Authorization` header → the caller, or a refusal (RFC 6750 2.1 and 3.1).
 *
 * Owns: the checks of our own tokens, and of Google's for relay mode. Does not own: how a refusal is worded on the wire
 * (challenge.ts), nor Google's live token (upstream/live-token.ts). A Google token opens nothing but `/actions`, and only
 * when it was issued to our own Google client: anything else would make us anybody's confused deputy.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { BearerError, ToolError, UpstreamError } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import type { CallRefusal, Grant, LiveAccess } from '../store/records.ts';
import { type Store, StoreError } from '../store/store.ts';
import type { Caller } from '../tools/run.ts';
import type { LiveTokens } from '../upstream/live-token.ts';
import { hashSecret, isSame, parseToken } from '../vault/token.ts';
import type { Authenticate, Door } from './door.ts';
import type { RelayedTokens } from './relayed-token.ts';

export interface BearerParts {
  store: Pick<Store, 'grants' | 'connections'>;
  live: LiveTokens;
  relayed: RelayedTokens;
  mayConnect(email: string | undefined): boolean;
  resourceUrl: string;
  now(): number;
  record: RecordEvent;
  log: Pick<Log, 'warn' | 'error'>;
  /** Waits, until the signal is aborted at the latest, and then it throws; passed in, so that time can be replayed. */
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Last use is worth a write only now and then. */
const TOUCH_MS = 5 * 60_000;
/** How long a call waits for that write; usually a few milliseconds. */
const TOUCH_PATIENCE_MS = 500;
/** As refusalHeaders has it. */
const STORE_RETRY_SECONDS = 5;

interface Gate extends BearerParts {
  sleep: NonNullable<BearerParts['sleep']>;
  /** Grants whose use is being noted. */
  noting: Set<string>;
}

/** What throws BearerError in the end; 503 while the database does not answer, which the operator reads in the log. */
export function createAuthenticate(parts: BearerParts): Authenticate {
  const gate: Gate = {
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
    ...parts,
    noting: new Set(),
  };
  return async (authorization, door) => {
    try {
      return await callerBehind(gate, authorization, door);
    } catch (cause) {
      if (!(cause instanceof StoreError)) throw cause;
      parts.log.error({ err: cause, door }, 'the database failed');
      throw new BearerError(503, 'temporarily_unavailable', STORE_IS_DOWN, { cause });
    }
  };
}

const STORE_IS_DOWN = 'This server cannot reach its database right now. Try again in a few seconds.';

async function callerBehind(parts: Gate, authorization: string | undefined, door: Door): Promise<Caller> {
  if (authorization === undefined) throw new BearerError(401, undefined, 'No access token was sent.');
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization.trim()) ?? [];
  if (token === undefined) throw notOneToken(authorization);
  const parsed = parseToken('accessToken', token);
  if (parsed !== undefined) return ourCaller(parts, parsed, door);
  const caller = door === 'actions' ? await parts.relayed.find(token) : undefined;
  if (caller === undefined) throw invalidToken('The access token is unknown here.');
  return caller;
}

async function ourCaller(parts: Gate, { id, secret }: { id: string; secret: string }, door: Door): Promise<Caller> {
  const { store, live, mayConnect, resourceUrl, now } = parts;
  const grant = await store.grants.find(id);
  const access = grant && findAccess(grant, hashSecret(secret));
  if (grant === undefined || access === undefined)
    throw invalidToken('The access token is unknown, revoked or replaced.');
  if (access.expiresAt <= now() || grant.expiresAt <= now()) throw invalidToken('The access token has expired.');
  if (grant.resource !== resourceUrl)
    throw refuse(parts, grant, 'other-resource', 'The access token was issued for another server.');
  const connection = await store.connections.find(grant.connectionId);
  if (connection === undefined || connection.deadReason !== undefined)
    throw refuse(parts, grant, 'connection-dead', 'Google no longer accepts this connection. Connect again.');
  if (!mayConnect(connection.email))
    throw refuse(parts, grant, 'account-not-allowed', 'This Google account may no longer use this server.');
  await noteUse(parts, grant, door);
  return {
    person: { sub: connection.subject, email: connection.email, name: connection.name },
    clientId: grant.clientId,
    scopes: access.scopes ?? grant.scopes,
    accessToken: (rejected) => asToolError(parts, live.accessToken(connection.id, rejected)),
  };
}

/** A note, which no call fails for nor waits for long: a database that is being moved, locked or full still reads. */
async function noteUse(parts: Gate, grant: Grant, door: Door): Promise<void> {
  const { noting, now, log } = parts;
  if (grant.firstUsedAt !== undefined && now() - grant.lastUsedAt <= TOUCH_MS) return;
  if (noting.has(grant.id)) return;
  noting.add(grant.id);
  const noted = touch(parts, grant, door)
    .catch((err: unknown) => log.warn({ err }, 'the use of a permission could not be noted; the call goes on'))
    .finally(() => noting.delete(grant.id));
  const done = new AbortController();
  const late = parts.sleep(TOUCH_PATIENCE_MS, done.signal).catch(() => undefined); // ended early, since it is not needed
  await Promise.race([noted, late]);
  done.abort();
}

async function touch({ store, record, now }: Gate, grant: Grant, door: Door): Promise<void> {
  const isFirst = await store.grants.touch(grant.id, now());
  if (isFirst) record({ ...about(grant), step: 'call', outcome: 'first', detail: { door } });
}

/** A right token that opens nothing: rare, and what a person wonders about most. */
function refuse({ record }: BearerParts, grant: Grant, why: CallRefusal, description: string): BearerError {
  record({ ...about(grant), step: 'call', outcome: 'refused', detail: { why } });
  return invalidToken(description);
}

function about({ id: grantId, ref, clientId, connectionId }: Grant) {
  return { grantId, ref, clientId, connectionId };
}

function findAccess(grant: Grant, hash: string): LiveAccess | undefined {
  return grant.access.find((token) => isSame(token.hash, hash));
}

/** RFC 6750 3.1: several tokens, or what cannot be one, are a malformed request; who has none yet is told to get one. */
function notOneToken(authorization: string): BearerError {
  const description = 'The Authorization header is not "Bearer" and one token.';
  const isMalformed = /^Bearer +\S/i.test(authorization.trim());
  return isMalformed ? new BearerError(400, 'invalid_request', description) : invalidToken(description);
}

function invalidToken(description: string): BearerError {
  return new BearerError(401, 'invalid_token', description);
}

/** A dead link is the person's to mend, anything else passes. */
async function asToolError({ log }: Gate, token: Promise<string>): Promise<string> {
  try {
    return await token;
  } catch (cause) {
    if (cause instanceof StoreError) {
      log.error({ err: cause }, 'the database failed');
      throw new ToolError('unavailable', STORE_IS_DOWN, { cause, retryAfterSeconds: STORE_RETRY_SECONDS });
    }
    if (!(cause instanceof UpstreamError)) throw cause;
    if (cause.kind === 'grant-dead') {
      throw new ToolError(
        'connect-again',
        'Google no longer accepts this connection. Connect to Google again to go on.',
        { cause },
      );
    }
    const what =
      cause.kind === 'misconfigured'
        ? 'Google refuses this server’s own credentials; its operator has to mend that.'
        : 'Google does not answer right now. Ask again in a moment.';
    throw new ToolError(cause.kind === 'misconfigured' ? 'operator' : 'unavailable', what, {
      cause,
      retryAfterSeconds: cause.retryAfterSeconds ?? 10,
    });
  }
}
