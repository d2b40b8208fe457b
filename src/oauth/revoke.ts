/**
 * POST /revoke (RFC 7009): a client gives back a grant.
 *
 * Owns: that either token of a grant ends the whole grant, and only a grant of the client's own. Does not own: what
 * ending one means (end-grant.ts). An unknown token is answered like a known one (RFC 7009 2.2); the answer is an empty
 * JSON object, since some clients parse it.
 */
import type { Handler } from 'hono';
import { OAuthError, UpstreamError } from '../errors.ts';
import { limitClient } from '../http/limit-requests.ts';
import { readBody } from '../http/parameters.ts';
import type { Log } from '../observe/log.ts';
import type { Client, Grant } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Provider } from '../upstream/provider.ts';
import { hashSecret, isSame, parseToken } from '../vault/token.ts';
import { type AuthenticateParts, authenticateClient } from './clients/authenticate.ts';
import { namedClient } from './clients/named-client.ts';
import type { Endings } from './end-grant.ts';

interface RevokeParts extends AuthenticateParts {
  store: Pick<Store, 'grants'>;
  end: Pick<Endings, 'grant'>;
  provider: Pick<Provider, 'revoke'>;
  log: Log;
}

export function revoke(parts: RevokeParts): Handler {
  return async (c) => {
    const form = await readBody(c.req.raw);
    limitClient(c, namedClient(c.req.header('authorization'), form));
    const { client } = await authenticateClient(parts, c.req.header('authorization'), form);
    const text = form.get('token');
    if (text === undefined) throw new OAuthError('invalid_request', 'token is missing.');
    if (client.mode === 'relay') await revokeAtGoogle(parts, text);
    else await revokeGrant(parts, client, text);
    return c.json({}, 200, { 'Cache-Control': 'no-store', 'Access-Control-Allow-Origin': '*' });
  };
}

async function revokeGrant(parts: RevokeParts, client: Client, text: string): Promise<void> {
  const parsed = parseToken('accessToken', text) ?? parseToken('refreshToken', text);
  if (parsed === undefined) return;
  const grant = await parts.store.grants.find(parsed.id);
  if (grant === undefined || !isTokenOf(grant, hashSecret(parsed.secret))) return;
  if (grant.clientId !== client.clientId) return; // RFC 7009 2.1: only its own; telling that it exists helps nobody
  await parts.end.grant(grant.id, 'client');
}

function isTokenOf(grant: Grant, hash: string): boolean {
  const hashes = [
    grant.refreshHash,
    ...grant.retired.map((token) => token.hash),
    ...grant.access.map((token) => token.hash),
  ];
  return hashes.some((known) => isSame(known, hash));
}

/** Relay mode: the token is Google's own. What Google keeps alive by its own fault is for the log. */
async function revokeAtGoogle({ provider, log }: RevokeParts, token: string): Promise<void> {
  try {
    await provider.revoke(token);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    log.warn({ step: 'revoke', kind: error.kind, code: error.code }, 'Google did not take the revocation');
  }
}
