/**
 * POST /register: dynamic client registration (RFC 7591), open to anyone as MCP clients need it.
 *
 * Owns: which metadata is accepted and what a registered client becomes. Does not own: redirect URI rules
 * (redirect-uri.ts). Unknown members are ignored (RFC 7591 2); values we cannot honour are replaced where the RFC lets
 * us and refused where a client would break. A registered client never becomes a relay client.
 */
import type { Handler } from 'hono';
import { z } from 'zod';
import { OAuthError } from '../errors.ts';
import { MAX_BODY_BYTES, parseJsonObject, readText } from '../http/parameters.ts';
import type { Log } from '../observe/log.ts';
import type { AuthMethod, Client } from '../store/records.ts';
import type { ClientStore } from '../store/store.ts';
import { createId, createSecret, hashSecret, type Random, tokenPrefix } from '../vault/token.ts';
import { problemOf } from './redirect-uri.ts';

interface RegisterParts {
  clients: Pick<ClientStore, 'add'>;
  random: Random;
  now(): number;
  log: Log;
  scopes: readonly string[];
}

const text = (most: number) => z.string().trim().max(most);

const metadata = z.object({
  redirect_uris: z.array(z.string()).min(1).max(20),
  client_name: text(200).optional(),
  client_uri: text(2000).optional(),
  logo_uri: text(2000).optional(),
  token_endpoint_auth_method: z.string().optional(),
  grant_types: z.array(z.string()).max(20).optional(),
  response_types: z.array(z.string()).max(20).optional(),
});

export function register({ clients, random, now, log, scopes }: RegisterParts): Handler {
  return async (c) => {
    const asked = read(parseJsonObject(await readText(c.req.raw, MAX_BODY_BYTES)));
    checkRedirectUris(asked.redirect_uris);
    checkTypes(asked);
    const authMethod = chooseAuthMethod(asked.token_endpoint_auth_method);
    const secret = authMethod === 'none' ? undefined : tokenPrefix.clientSecret + createSecret(random);
    const client: Client = {
      clientId: createId(random),
      kind: 'registered',
      name: asked.client_name || 'An app without a name',
      redirectUris: asked.redirect_uris,
      authMethods: authMethod === 'none' ? ['none'] : ['client_secret_basic', 'client_secret_post'],
      secretHash: secret === undefined ? undefined : hashSecret(secret),
      mode: 'broker',
      createdAt: now(),
      lastUsedAt: undefined,
      clientUri: asked.client_uri,
      logoUri: asked.logo_uri,
    };
    await clients.add(client);
    log.info({ step: 'register', client: client.clientId, name: client.name, authMethod }, 'a client registered');
    return c.json(answerFor(client, authMethod, secret, scopes), 201, {
      'Cache-Control': 'no-store',
      'Access-Control-Allow-Origin': '*',
    });
  };
}

/** RFC 7591 3.2.1: everything that was registered, as it was registered. */
function answerFor(client: Client, authMethod: AuthMethod, secret: string | undefined, scopes: readonly string[]) {
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt / 1000),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: client.name,
    redirect_uris: client.redirectUris,
    token_endpoint_auth_method: authMethod,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: scopes.join(' '),
    ...(client.clientUri !== undefined && { client_uri: client.clientUri }),
    ...(client.logoUri !== undefined && { logo_uri: client.logoUri }),
  };
}

function read(body: Record<string, unknown>): z.output<typeof metadata> {
  const result = metadata.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const member = String(issue?.path[0] ?? 'the body');
  if (member === 'redirect_uris') {
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris must be a list of one to twenty URIs.');
  }
  throw new OAuthError('invalid_client_metadata', `${member} does not have the form that RFC 7591 gives it.`);
}

function checkRedirectUris(uris: readonly string[]): void {
  for (const [index, uri] of uris.entries()) {
    const problem = problemOf(uri);
    if (problem !== undefined) throw new OAuthError('invalid_redirect_uri', `redirect_uris[${index}] ${problem}.`);
  }
}

function checkTypes({ grant_types: grants, response_types: responses }: z.output<typeof metadata>): void {
  if (grants !== undefined && !grants.includes('authorization_code')) {
    throw new OAuthError('invalid_client_metadata', 'grant_types must include authorization_code.');
  }
  if (responses !== undefined && !responses.includes('code')) {
    throw new OAuthError('invalid_client_metadata', 'response_types must include code.');
  }
}

/** RFC 7591 2: absent means client_secret_basic. */
function chooseAuthMethod(asked: string = 'client_secret_basic'): AuthMethod {
  if (asked === 'none' || asked === 'client_secret_basic' || asked === 'client_secret_post') return asked;
  throw new OAuthError(
    'invalid_client_metadata',
    'token_endpoint_auth_method must be none, client_secret_post or client_secret_basic.',
  );
}
