/**
 * Which client speaks at the token endpoint, and does it know its secret? In the body or as Basic (RFC 6749 2.3.1).
 *
 * Owns: reading and checking the credentials, with Google's texts. Does not own: the list of clients (clients.ts).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Fields } from '../form.ts';
import { JsonRefusal } from '../refusal.ts';
import { findClient, type SandboxClient } from './clients.ts';

/** Throws JsonRefusal: 400 for credentials that are not there, 401 for wrong ones. */
export function authenticateClient(authorization: string | undefined, form: Fields): SandboxClient {
  const { id, secret } = readBasic(authorization) ?? { id: form.client_id, secret: form.client_secret };
  if (id === undefined || id === '') {
    throw new JsonRefusal(400, 'invalid_request', 'Could not determine client ID from request.');
  }
  const client = findClient(id);
  if (client === undefined) throw new JsonRefusal(401, 'invalid_client', 'The OAuth client was not found.');
  if (secret === undefined || secret === '') throw new JsonRefusal(400, 'invalid_request', 'client_secret is missing.');
  if (!isEqual(secret, client.secret)) {
    throw new JsonRefusal(401, 'invalid_client', 'The provided client secret is invalid.');
  }
  return client;
}

/** Id and secret of a Basic header; undefined for any other header. Both are form-encoded inside (RFC 6749 2.3.1). */
function readBasic(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { id: formDecode(text), secret: '' };
  return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // Not form-encoded after all: taken as it stands, it will simply not match.
    return text;
  }
}

function isEqual(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
