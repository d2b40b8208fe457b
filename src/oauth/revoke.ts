/**
 * POST /revoke (RFC 7009): a client gives back a grant.
 *
 * Owns: that either token of a grant ends the whole grant, and that Google's own link ends when, and only when, the
 * last grant on it goes. Does not own: what Google says to that (upstream/). An unknown token is answered like a known
 * one (RFC 7009 2.2); the answer is an empty JSON object, since some clients parse it.
 */
import type { Handler } from 'hono';
import { OAuthError, UpstreamError } from '../errors.ts';
import { readBody } from '../http/parameters.ts';
import type { Log } from '../observe/log.ts';
import type { Client, Grant } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { tokenContext } from '../upstream/live-token.ts';
import type { Provider } from '../upstream/provider.ts';
import { hashSecret, isSame, parseToken } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import { authenticateClient } from './clients/authenticate.ts';
import type { FindClient } from './clients/find.ts';

interface RevokeParts {
  findClient: FindClient;
  store: Pick<Store, 'grants' | 'connections'>;
  vault: Vault;
  provider: Provider;
  log: Log;
}

export function revoke(parts: RevokeParts): Handler {
  return async (c) => {
    const form = await readBody(c.req.raw);
    const client = await authenticateClient(parts.findClient, c.req.header('authorization'), form);
    const text = form.get('token');
    if (text === undefined) throw new OAuthError('invalid_request', 'token is missing.');
    if (client.mode === 'relay') await revokeAtGoogle(parts, text);
    else await revokeGrant(parts, client, text);
    return c.json({}, 200, { 'Cache-Control': 'no-store' });
  };
}

async function revokeGrant(parts: RevokeParts, client: Client, text: string): Promise<void> {
  const parsed = parseToken('accessToken', text) ?? parseToken('refreshToken', text);
  const grant = parsed && (await parts.store.grants.find(parsed.id));
  if (parsed === undefined || grant === undefined || !isTokenOf(grant, hashSecret(parsed.secret))) return;
  if (grant.clientId !== client.clientId) return; // RFC 7009 2.1: only its own; telling that it exists helps nobody
  const gone = await parts.store.grants.revoke(grant.id);
  parts.log.info(
    { step: 'revoke', client: client.clientId, grant: grant.id, wasLast: gone?.wasLast },
    'a client gave back a grant',
  );
  if (gone?.wasLast === true) await endConnection(parts, gone.connectionId);
}

function isTokenOf(grant: Grant, hash: string): boolean {
  const hashes = [
    grant.refreshHash,
    ...grant.retired.map((token) => token.hash),
    ...grant.access.map((token) => token.hash),
  ];
  return hashes.some((known) => isSame(known, hash));
}

/** Google revokes a person's whole link to our project, so this waits for the last grant. */
async function endConnection(parts: RevokeParts, connectionId: string): Promise<void> {
  const connection = await parts.store.connections.find(connectionId);
  if (connection === undefined) return;
  if (connection.sealedRefreshToken !== undefined) {
    const token = parts.vault.open(
      'google-tokens',
      tokenContext(connection.subject, 'refresh'),
      connection.sealedRefreshToken,
    );
    await revokeAtGoogle(parts, token);
  }
  await parts.store.connections.remove(connectionId);
}

/** Ours is gone whatever Google says; a link that Google keeps alive by its own fault is for the log. */
async function revokeAtGoogle({ provider, log }: RevokeParts, token: string): Promise<void> {
  try {
    await provider.revoke(token);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    log.warn({ step: 'revoke', kind: error.kind, code: error.code }, 'Google did not take the revocation');
  }
}
