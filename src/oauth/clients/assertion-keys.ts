/**
 * The public keys with which clients' assertions are verified (RFC 7517): in the client's document or where it points to.
 *
 * Owns: which keys are used, keeping them, and looking again when a client has rotated them. Does not own: what an assertion
 * must say (assertion.ts), fetching (http/safe-fetch.ts).
 */
import { createLocalJWKSet, type JWSHeaderParameters, type JWTVerifyGetKey } from 'jose';
import { ClientDocumentError } from '../../errors.ts';
import type { SafeFetch } from '../../http/safe-fetch.ts';
import type { Log } from '../../observe/log.ts';
import type { Client, PublicKeySet } from '../../store/records.ts';
import { roughBytes } from './bounded-copies.ts';
import { createCachedDocuments, DAY, HOUR, MINUTE } from './cached-document.ts';
import { publishedKeySet, toPublicKeys } from './public-keys.ts';

/** Signatures with a pair of keys only: nothing that a public key could forge. */
export const ASSERTION_ALGORITHMS: readonly string[] = ['RS256', 'ES256', 'EdDSA'];

/** The key of this client that fits the header. Throws as CachedDocuments does when its keys are not to be had. */
export type FindKey = (client: Client) => JWTVerifyGetKey;

interface KeyParts {
  fetch: SafeFetch;
  now(): number;
  log: Log;
}

interface KeptKeys {
  find: JWTVerifyGetKey;
  bytes: number;
}

export function createAssertionKeys(parts: KeyParts): FindKey {
  const sets = createCachedDocuments<KeptKeys>({
    ...parts,
    parse: readKeys,
    what: "a client's keys were",
    // Shorter than for documents: a key that is taken back has been stolen.
    freshMs: { least: 5 * MINUTE, most: HOUR },
    staleMs: DAY,
    most: 100,
    mostBytes: 2_000_000,
    bytesOf: ({ bytes }) => bytes,
  });
  return (client) => {
    const { jwks, jwksUri } = client;
    if (jwks !== undefined) return toKeySet(jwks);
    if (jwksUri === undefined) throw new Error('a client without keys cannot sign');
    return async (header, token) => {
      const known = await sets.get(jwksUri);
      try {
        return await known.find(header, token);
      } catch {
        // Not among those that we know: the client may have a new one.
        return (await sets.getNewer(jwksUri)).find(header, token);
      }
    };
  };
}

function readKeys(value: unknown): KeptKeys {
  const { success, data } = publishedKeySet.safeParse(value);
  if (!success) throw new ClientDocumentError('invalid', "the client's keys are not a JSON Web Key Set");
  const keys = toPublicKeys(data);
  if (keys === undefined) throw new ClientDocumentError('invalid', 'the client has more keys than it could need');
  return { find: toKeySet(keys), bytes: roughBytes(keys) };
}

/** The library passes over keys for another purpose, and refuses to verify with private and symmetric ones. */
function toKeySet({ keys }: PublicKeySet): JWTVerifyGetKey {
  const find = createLocalJWKSet({ keys: keys as { kty: string }[] });
  return (header: JWSHeaderParameters | undefined, token) => find(header, token);
}
