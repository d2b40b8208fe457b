/**
 * What a token opens: the `Authorization` header → the caller, or a refusal (RFC 6750 2.1 and 3.1).
 *
 * Owns: the checks of our own tokens, and of Google's for relay mode. Does not own: how a refusal is worded on the wire
 * (challenge.ts), nor Google's live token (upstream/live-token.ts). A Google token opens nothing but `/actions`, and only
 * when it was issued to our own Google client: anything else would make us anybody's confused deputy.
 */
import { BearerError, ToolError, UpstreamError } from '../errors.ts';
import type { Grant, LiveAccess } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Caller } from '../tools/run.ts';
import type { LiveTokens } from '../upstream/live-token.ts';
import { hashSecret, isSame, parseToken } from '../vault/token.ts';
import type { Authenticate } from './door.ts';
import type { RelayedTokens } from './relayed-token.ts';

export interface BearerParts {
  store: Pick<Store, 'grants' | 'connections'>;
  live: LiveTokens;
  relayed: RelayedTokens;
  mayConnect(email: string | undefined): boolean;
  resourceUrl: string;
  now(): number;
}

/** Last use is worth a write only now and then. */
const TOUCH_MS = 5 * 60_000;

export function createAuthenticate(parts: BearerParts): Authenticate {
  return async (authorization, door) => {
    if (authorization === undefined) throw new BearerError(401, undefined, 'No access token was sent.');
    const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization.trim()) ?? [];
    if (token === undefined) throw invalidToken('The Authorization header is not "Bearer" and a token.');
    const parsed = parseToken('accessToken', token);
    if (parsed !== undefined) return ourCaller(parts, parsed);
    const caller = door === 'actions' ? await parts.relayed.find(token) : undefined;
    if (caller === undefined) throw invalidToken('The access token is unknown here.');
    return caller;
  };
}

async function ourCaller(parts: BearerParts, { id, secret }: { id: string; secret: string }): Promise<Caller> {
  const { store, live, mayConnect, resourceUrl, now } = parts;
  const grant = await store.grants.find(id);
  const access = grant && findAccess(grant, hashSecret(secret));
  if (grant === undefined || access === undefined)
    throw invalidToken('The access token is unknown, revoked or replaced.');
  if (access.expiresAt <= now() || grant.expiresAt <= now()) throw invalidToken('The access token has expired.');
  if (grant.resource !== resourceUrl) throw invalidToken('The access token was issued for another server.');
  const connection = await store.connections.find(grant.connectionId);
  if (connection === undefined || connection.deadReason !== undefined)
    throw invalidToken('Google no longer accepts this connection. Connect again.');
  if (!mayConnect(connection.email)) throw invalidToken('This Google account may no longer use this server.');
  if (now() - grant.lastUsedAt > TOUCH_MS) await store.grants.touch(grant.id, now());
  return {
    person: { sub: connection.subject, email: connection.email, name: connection.name },
    clientId: grant.clientId,
    scopes: access.scopes ?? grant.scopes,
    accessToken: (rejected) => asToolError(live.accessToken(connection.id, rejected)),
  };
}

function findAccess(grant: Grant, hash: string): LiveAccess | undefined {
  return grant.access.find((token) => isSame(token.hash, hash));
}

function invalidToken(description: string): BearerError {
  return new BearerError(401, 'invalid_token', description);
}

/** A dead link is the person's to mend, anything else passes. */
async function asToolError(token: Promise<string>): Promise<string> {
  try {
    return await token;
  } catch (cause) {
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
