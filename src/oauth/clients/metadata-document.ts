/**
 * Clients whose id is the URL of a document that describes them (draft-ietf-oauth-client-id-metadata-document, "CIMD").
 *
 * Owns: which URLs may be client ids, which of them the operator lets in, and what a document must say to become a client.
 * Does not own: fetching (http/safe-fetch.ts), keeping (cached-document.ts), the copies for hosts that turn servers away
 * (packaged-copies.ts), proving that a caller is the client (authenticate.ts). No row is kept for such a client.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { ClientDocumentError } from '../../errors.ts';
import type { SafeFetch } from '../../http/safe-fetch.ts';
import type { Log } from '../../observe/log.ts';
import type { AuthMethod, Client, PublicKeySet } from '../../store/records.ts';
import { problemOf } from '../redirect-uri.ts';
import { ASSERTION_ALGORITHMS } from './assertion-keys.ts';
import { roughBytes } from './bounded-copies.ts';
import { createCachedDocuments, DAY, MINUTE } from './cached-document.ts';
import { createPackagedCopies } from './packaged-copies.ts';
import { isPrivateKey, publishedKeySet, toPublicKeys } from './public-keys.ts';

/** `open`: every public host; otherwise these hosts and no other. */
export type DocumentPolicy = 'open' | readonly string[];

interface DocumentParts {
  fetch: SafeFetch;
  policy: DocumentPolicy;
  now(): number;
  log: Log;
  /** Whether anybody is connected through the client. */
  isConnected?(clientId: string): Promise<boolean>;
}

/** Short enough to travel inside our flow through Google. */
const MAX_LENGTH = 512;

/** Undefined for what is no client id or not let in. Throws as CachedDocuments does. */
export function createDocumentClients(parts: DocumentParts): (clientId: string) => Promise<Client | undefined> {
  const { policy, now, log } = parts;
  const read = (value: unknown, clientId: string) => readDocument(value, clientId, { policy, at: now() });
  const packaged = createPackagedCopies(read);
  const documents = createCachedDocuments<Client>({
    ...parts,
    parse(value, clientId) {
      const client = read(value, clientId);
      packaged.see(client);
      return client;
    },
    what: "a client's metadata document was",
    freshMs: { least: 5 * MINUTE, most: DAY },
    staleMs: 7 * DAY,
    most: 500,
    mostBytes: 4_000_000,
    bytesOf: roughBytes,
  });
  return async (clientId) => {
    const problem = problemOfClientId(clientId) ?? problemOfHost(clientId, policy);
    if (problem !== undefined) {
      log.info({ step: 'client-document', client: clientId.slice(0, MAX_LENGTH), problem }, 'a client id was refused');
      return undefined;
    }
    try {
      return await documents.get(clientId);
    } catch (error) {
      const known = packaged.insteadOf(clientId, error);
      if (known === undefined) throw error;
      log.info({ step: 'client-document', client: clientId, seen: known.seen }, 'the packaged copy serves');
      return read(known.document, clientId);
    }
  };
}

/** The ids that this file is asked about; ours never look like it. */
export function isDocumentId(clientId: string): boolean {
  return clientId.startsWith('https://');
}

/**
 * Why the URL may not be a client id, or undefined. Ids are compared as text, so the text must be the one spelling that a
 * URL parser would give back: that leaves no dot segments, default ports, upper-case hosts or missing paths. A query is
 * discouraged and does no harm.
 */
export function problemOfClientId(clientId: string): string | undefined {
  const problem = problemOfUrl(clientId);
  if (problem !== undefined) return problem;
  const url = new URL(clientId);
  if (url.href !== clientId) return 'is not spelt as a URL parser would spell it';
  return url.pathname === '/' ? 'has no path' : undefined;
}

function problemOfUrl(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  const url = /^https:\/\/[\x21-\x7e]+$/.test(text) ? URL.parse(text) : null;
  if (url === null) return 'is not an https URL in printable characters';
  if (text.includes('#')) return 'has a fragment';
  if (url.username !== '' || url.password !== '') return 'has user information';
  return isIP(url.hostname.replace(/[[\]]/g, '')) === 0 ? undefined : 'names an address in place of a host';
}

/**
 * Of a URL without other problems. Also for the URL of the keys: an operator who lists hosts wants no other asked. A listed
 * host means its usual port.
 */
function problemOfHost(url: string, policy: DocumentPolicy): string | undefined {
  return policy === 'open' || policy.includes(new URL(url).host)
    ? undefined
    : 'is at a host that the operator does not let in';
}

/** Members for show only never refuse a client; all others that are there must have the form that RFC 7591 2 gives them. */
const forShow = z.string().max(2000).optional().catch(undefined);
const word = z.string().max(200);
const words = z.array(word).max(50);

const metadata = z.object({
  client_id: z.string(),
  // The first bound is for what is cut off: a trimmed string keeps the whole one alive.
  client_name: z.string().max(1000).trim().min(1).max(200),
  redirect_uris: z.array(z.string().max(2048)).min(1).max(20),
  client_uri: forShow,
  logo_uri: forShow,
  grant_types: words.optional(),
  response_types: words.optional(),
  token_endpoint_auth_method: word.optional(),
  token_endpoint_auth_methods_supported: words.optional(),
  token_endpoint_auth_signing_alg: word.optional(),
  client_secret: z.never().optional(),
  client_secret_expires_at: z.never().optional(),
  jwks: publishedKeySet.optional(),
  jwks_uri: z.string().optional(),
});

type Metadata = z.output<typeof metadata>;

/** Throws ClientDocumentError `invalid`, saying what is wrong to the operator. Unknown members are ignored. */
export function readDocument(
  value: unknown,
  clientId: string,
  { policy, at }: { policy: DocumentPolicy; at: number },
): Client {
  const { success, data, error } = metadata.safeParse(value);
  if (!success) {
    const [member = 'the document'] = error.issues.flatMap(({ path }) => path);
    throw invalid(`${String(member)} does not have the form it must have`);
  }
  // Otherwise anybody could serve a copy of somebody else's document as their own.
  if (data.client_id !== clientId) throw invalid('client_id is not the URL that the document was read from');
  for (const [index, uri] of data.redirect_uris.entries()) {
    const problem = problemOf(uri);
    if (problem !== undefined) throw invalid(`redirect_uris[${index}] ${problem}`);
  }
  if (data.grant_types?.includes('authorization_code') === false) throw invalid('grant_types lacks authorization_code');
  if (data.response_types?.includes('code') === false) throw invalid('response_types lacks code');
  const jwks = readKeys(data, policy);
  return {
    clientId,
    kind: 'document',
    name: data.client_name,
    redirectUris: data.redirect_uris,
    authMethods: chooseAuthMethods(data),
    secretHash: undefined,
    mode: 'broker',
    createdAt: at,
    lastUsedAt: undefined,
    clientUri: data.client_uri,
    logoUri: data.logo_uri,
    ...(jwks && { jwks }),
    ...(data.jwks_uri !== undefined && { jwksUri: data.jwks_uri }),
    ...(data.token_endpoint_auth_signing_alg !== undefined && {
      assertionAlgorithm: data.token_endpoint_auth_signing_alg,
    }),
  };
}

/** RFC 7591 2 for the pair; the rest is the CIMD draft's "Credential and Key Material Restrictions". */
function readKeys({ jwks, jwks_uri: jwksUri }: Metadata, policy: DocumentPolicy): PublicKeySet | undefined {
  if (jwks !== undefined && jwksUri !== undefined) throw invalid('jwks and jwks_uri exclude each other');
  if (jwks?.keys.some(isPrivateKey)) throw invalid('jwks shows a private key');
  const problem = jwksUri === undefined ? undefined : (problemOfUrl(jwksUri) ?? problemOfHost(jwksUri, policy));
  if (problem !== undefined) throw invalid(`jwks_uri ${problem}`);
  const keys = jwks && toPublicKeys(jwks);
  if (jwks !== undefined && keys === undefined) throw invalid('jwks has more keys than a client could need');
  return keys;
}

/**
 * Every method that the client and we both know: which one it will use is its choice (MCP SEP-3149). The plural member is
 * read first, since ChatGPT's singular one names its preference only. Where both are missing the client is public: the
 * default of RFC 7591 is a shared secret, and none can be shared this way.
 */
function chooseAuthMethods(data: Metadata): AuthMethod[] {
  const { token_endpoint_auth_method: preferred, token_endpoint_auth_methods_supported: supported } = data;
  const offered = supported ?? [preferred ?? 'none'];
  const shared = [preferred, ...offered].find((method) => method?.startsWith('client_secret'));
  if (shared !== undefined) throw invalid(`${shared} needs a shared secret, and a public document can share none`);
  const signs = (data.jwks ?? data.jwks_uri) !== undefined && knowsAlgorithm(data.token_endpoint_auth_signing_alg);
  const methods: AuthMethod[] = [
    ...(offered.includes('none') ? ['none' as const] : []),
    ...(offered.includes('private_key_jwt') && signs ? ['private_key_jwt' as const] : []),
  ];
  if (methods.length === 0) throw invalid('it offers no way to authenticate that this server knows and can check');
  return methods;
}

function knowsAlgorithm(algorithm: string | undefined): boolean {
  return algorithm === undefined || ASSERTION_ALGORITHMS.includes(algorithm);
}

function invalid(problem: string): ClientDocumentError {
  return new ClientDocumentError('invalid', `the client's metadata document is refused: ${problem}`);
}
