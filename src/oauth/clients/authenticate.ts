/**
 * Who calls the token endpoint (RFC 6749 2.3).
 *
 * Owns: reading credentials from the header or the body, and checking them. Does not own: looking a client up
 * (find.ts). A confidential client may use Basic or the body without being told beforehand which, since people pick
 * either in the GPT builder; both at once are refused (RFC 6749 2.3).
 */
import { OAuthError } from '../../errors.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Client } from '../../store/records.ts';
import { hashSecret, isSame } from '../../vault/token.ts';
import { type FindClient, isPublic } from './find.ts';

interface Credentials {
  clientId: string;
  secret: string | undefined;
}

/**
 * The client, proved. Throws OAuthError `invalid_client` for an unknown client as for a wrong secret, so that clients
 * whose registration is gone register again; the reason tells the two apart in the log only.
 */
export async function authenticateClient(
  findClient: FindClient,
  authorization: string | undefined,
  body: Parameters,
): Promise<Client> {
  const { clientId, secret } = readCredentials(authorization, body);
  const client = await findClient(clientId);
  if (client === undefined) throw refuse('client-unknown');
  if (isPublic(client)) {
    if (secret !== undefined) throw refuse('client-auth-method');
    return client;
  }
  if (client.secretHash === undefined || secret === undefined) throw refuse('client-secret-wrong');
  if (!isSame(hashSecret(secret), client.secretHash)) throw refuse('client-secret-wrong');
  return client;
}

function refuse(kind: 'client-unknown' | 'client-secret-wrong' | 'client-auth-method'): OAuthError {
  const reason = kind === 'client-auth-method' ? { kind, used: 'secret of a public client' } : { kind };
  return new OAuthError('invalid_client', 'The client is unknown here or its credentials are wrong.', { reason });
}

function readCredentials(authorization: string | undefined, body: Parameters): Credentials {
  const bodyId = body.get('client_id');
  const bodySecret = body.get('client_secret');
  const basic = readBasic(authorization);
  if (basic !== undefined) {
    if (bodySecret !== undefined) {
      throw new OAuthError(
        'invalid_request',
        'Send the client secret in the Authorization header or in the body, not in both.',
      );
    }
    if (bodyId !== undefined && bodyId !== basic.clientId) {
      throw new OAuthError(
        'invalid_request',
        'client_id in the body differs from the one in the Authorization header.',
      );
    }
    return basic;
  }
  if (bodyId === undefined) throw new OAuthError('invalid_client', 'The request names no client: send client_id.');
  return { clientId: bodyId, secret: bodySecret };
}

/** RFC 6749 2.3.1: both halves are form-encoded before they are joined. */
function readBasic(authorization: string | undefined): Credentials | undefined {
  if (authorization === undefined) return undefined;
  const [, encoded] = /^Basic +([A-Za-z0-9+/_-]+=*)$/i.exec(authorization.trim()) ?? [];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon <= 0)
    throw new OAuthError('invalid_client', 'The Authorization header is not HTTP Basic with a client id and a secret.');
  return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) || undefined };
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text; // sent without encoding, as many clients do: take it as it stands
  }
}
