/**
 * POST /introspect (RFC 7662): a client asks what a token of its own is still good for.
 *
 * Owns: who may ask, and what is said. Does not own: what opens a door (resource/bearer.ts). Only a client that proves
 * itself may ask, and only about its own tokens; of anything else, also of a token that never was, it learns exactly
 * `{"active": false}` (RFC 7662 2.2).
 */
import type { Handler } from 'hono';
import { OAuthError } from '../errors.ts';
import { limitClient } from '../http/limit-requests.ts';
import { readBody } from '../http/parameters.ts';
import type { Client, Connection, Grant } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { hashSecret, isSame, parseToken } from '../vault/token.ts';
import type { MayConnect } from './account-policy.ts';
import { type AuthenticateParts, authenticateClient } from './clients/authenticate.ts';
import { namedClient } from './clients/named-client.ts';

interface IntrospectParts extends AuthenticateParts {
  store: Pick<Store, 'grants' | 'connections'>;
  mayConnect: MayConnect;
  publicUrl: string;
  now(): number;
}

export function introspect(parts: IntrospectParts): Handler {
  return async (c) => {
    const form = await readBody(c.req.raw);
    limitClient(c, namedClient(c.req.header('authorization'), form));
    const { client, method } = await authenticateClient(parts, c.req.header('authorization'), form);
    if (method === 'none')
      throw new OAuthError('invalid_client', 'Only a client that proves itself may ask about tokens.', {
        reason: { kind: 'client-auth-method', used: 'none' },
      });
    const text = form.get('token');
    if (text === undefined) throw new OAuthError('invalid_request', 'token is missing.');
    return c.json((await describe(parts, client, text)) ?? { active: false }, 200, { 'Cache-Control': 'no-store' });
  };
}

async function describe(parts: IntrospectParts, client: Client, text: string): Promise<object | undefined> {
  const { store, mayConnect, publicUrl, now } = parts;
  const access = parseToken('accessToken', text);
  const token = access ?? parseToken('refreshToken', text);
  if (token === undefined) return undefined;
  const grant = await store.grants.find(token.id);
  if (grant === undefined || grant.clientId !== client.clientId || grant.expiresAt <= now()) return undefined;
  const connection = await store.connections.find(grant.connectionId);
  if (connection === undefined || connection.deadReason !== undefined || !mayConnect(connection.email))
    return undefined;
  const own = access === undefined ? refreshFields(grant, token.secret) : accessFields(grant, token.secret, now());
  return own && { active: true, ...own, ...commonFields(publicUrl, grant, connection) };
}

function accessFields(grant: Grant, secret: string, now: number): object | undefined {
  const hash = hashSecret(secret);
  const token = grant.access.find((each) => isSame(each.hash, hash));
  if (token === undefined || token.expiresAt <= now) return undefined;
  return {
    scope: (token.scopes ?? grant.scopes).join(' '),
    token_type: 'Bearer',
    exp: toSeconds(token.expiresAt),
    ...(token.issuedAt !== undefined && { iat: toSeconds(token.issuedAt) }),
  };
}

/** The current one alone: a retired one is good for a lost answer and nothing more. */
function refreshFields(grant: Grant, secret: string): object | undefined {
  if (!isSame(hashSecret(secret), grant.refreshHash)) return undefined;
  return { scope: grant.scopes.join(' '), exp: toSeconds(grant.expiresAt), iat: toSeconds(grant.rotation.at) };
}

function commonFields(issuer: string, grant: Grant, { subject, email }: Connection): object {
  return {
    client_id: grant.clientId,
    sub: subject,
    username: email, // left out by JSON where it is not known
    aud: grant.resource,
    iss: issuer,
  };
}

/** RFC 7662 2.2: times are seconds since 1970. */
function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
