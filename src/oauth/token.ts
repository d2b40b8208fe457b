/**
 * POST /token (RFC 6749 3.2): authenticate the client, pick the grant, answer.
 *
 * Owns: that order. Does not own: authentication (clients/authenticate.ts), each grant (grants/, relay.ts).
 * Bodies may be forms, as the RFC says, or JSON, as 2023 plugin manifests may ask for.
 */
import type { Handler } from 'hono';
import { OAuthError, UpstreamError } from '../errors.ts';
import { limitClient } from '../http/limit-requests.ts';
import { type Parameters, readBody } from '../http/parameters.ts';
import type { Log } from '../observe/log.ts';
import type { Client } from '../store/records.ts';
import { StoreError } from '../store/store.ts';
import { type AuthenticateParts, authenticateClient } from './clients/authenticate.ts';
import type { AuthenticatedClient } from './clients/find.ts';
import { namedClient } from './clients/named-client.ts';
import { type RedeemParts, redeemCode } from './grants/authorization-code.ts';
import { type RefreshParts, refreshTokens } from './grants/refresh-token.ts';
import { type RelayParts, relayExchange, relayRefresh } from './relay.ts';
import { followShown, startTrail } from './trail.ts';

interface TokenParts extends AuthenticateParts, RedeemParts, RefreshParts, RelayParts {
  store: RedeemParts['store'] & RefreshParts['store'];
  log: Log;
}

export function token(parts: TokenParts): Handler {
  return async (c) => {
    const trail = startTrail(c, 'token');
    const form = await readBody(c.req.raw);
    limitClient(c, namedClient(c.req.header('authorization'), form));
    try {
      const proved = await authenticateClient(parts, c.req.header('authorization'), form);
      trail.clientId = proved.client.clientId;
      return await answerGrant(parts, proved, form);
    } catch (error) {
      // A database that has just failed would keep the caller waiting once more.
      if (!(error instanceof StoreError)) await followShown(parts.store, trail, form);
      throw error;
    }
  };
}

async function answerGrant(parts: TokenParts, proved: AuthenticatedClient, form: Parameters): Promise<Response> {
  const { client } = proved;
  const grantType = form.get('grant_type');
  const headers = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    'Access-Control-Allow-Origin': '*', // a client may be a page: what it can read it had to prove its right to
  };
  switch (grantType) {
    case 'authorization_code':
    case 'refresh_token': {
      const isCode = grantType === 'authorization_code';
      if (client.mode === 'relay') {
        const ask = isCode ? relayExchange(parts, client, form) : relayRefresh(parts, form);
        const { status, body } = await orUnavailable(parts, client, ask);
        return new Response(body, { status, headers });
      }
      const answer = isCode ? await redeemCode(parts, client, form) : await refreshTokens(parts, proved, form);
      return new Response(JSON.stringify(answer), { status: 200, headers });
    }
    case undefined:
      throw new OAuthError('invalid_request', 'grant_type is missing.');
    default:
      throw new OAuthError('unsupported_grant_type', 'This server answers authorization_code and refresh_token.');
  }
}

/** Trouble at Google, or with our own credentials there, is neither the client's fault nor a dead grant. */
async function orUnavailable<Answer>({ log }: TokenParts, client: Client, ask: Promise<Answer>): Promise<Answer> {
  try {
    return await ask;
  } catch (cause) {
    if (!(cause instanceof UpstreamError)) throw cause;
    const level = cause.kind === 'misconfigured' ? 'error' : 'warn';
    log[level]({ step: 'token', client: client.clientId, kind: cause.kind, code: cause.code }, cause.message);
    throw new OAuthError(
      'temporarily_unavailable',
      'Google does not answer as it should right now. Try again in a moment.',
      { cause },
    );
  }
}
