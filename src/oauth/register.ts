/**
 * POST /register: dynamic client registration (RFC 7591), open to anyone as MCP clients need it; and
 * GET and DELETE /register/{client_id}: what the client registered, and taking it back (RFC 7592).
 *
 * Owns: what a registered client becomes, and who may manage it. Does not own: which metadata is accepted
 * (client-metadata.ts), how many may register (http/rate-limit.ts) and stay (store/). A registered client never becomes a
 * relay client. Changing a registration (RFC 7592 2.2) is not offered: no known client asks for it, and registering again
 * is the same to a person, who then sees the changed client on the consent page.
 */
import type { Context, Env, Handler } from 'hono';
import { BearerError, OAuthError } from '../errors.ts';
import { readText } from '../http/parameters.ts';
import type { Log } from '../observe/log.ts';
import type { AuthMethod, Client } from '../store/records.ts';
import type { ClientStore, GrantStore } from '../store/store.ts';
import { createId, createSecret, hashSecret, isSame, type Random, tokenPrefix } from '../vault/token.ts';
import { readClientMetadata } from './client-metadata.ts';
import type { Endings } from './end-grant.ts';

interface RegisterParts {
  store: { clients: Pick<ClientStore, 'register'> };
  random: Random;
  now(): number;
  log: Log;
  scopes: readonly string[];
  publicUrl: string;
}

const MAX_BODY_BYTES = 32 * 1024;
/** Clients that nobody has signed in through yet. A busy server sees some hundreds a day, and each is used in minutes. */
const MOST_NEVER_USED = 10_000;

export function register(parts: RegisterParts): Handler {
  return async (c) => {
    const { store, random, now, log } = parts;
    const asked = readClientMetadata(await readText(c.req.raw, MAX_BODY_BYTES));
    const secret = asked.authMethod === 'none' ? undefined : tokenPrefix.clientSecret + createSecret(random);
    const token = tokenPrefix.registrationToken + createSecret(random);
    const client: Client = {
      clientId: createId(random),
      kind: 'registered',
      name: asked.name,
      redirectUris: asked.redirectUris,
      authMethods: asked.authMethod === 'none' ? ['none'] : secretMethods(asked.authMethod),
      secretHash: secret === undefined ? undefined : hashSecret(secret),
      mode: 'broker',
      createdAt: now(),
      lastUsedAt: undefined,
      clientUri: asked.clientUri,
      logoUri: asked.logoUri,
      registration: { tokenHash: hashSecret(token), applicationType: asked.applicationType },
    };
    if (!(await store.clients.register(client, MOST_NEVER_USED))) {
      throw new OAuthError(
        'temporarily_unavailable',
        'Too many clients have registered here within an hour. Try again later.',
      );
    }
    const { clientId, name } = client;
    log.info({ step: 'register', client: clientId, name, authMethod: asked.authMethod }, 'a client registered');
    return c.json(informationOf(parts, client, token, secret), 201, HEADERS);
  };
}

const HEADERS = { 'Cache-Control': 'no-store', 'Access-Control-Allow-Origin': '*' };

/** Both ways of sending the secret work, whichever was asked for; the one asked for comes first, and is named. */
function secretMethods(asked: 'client_secret_basic' | 'client_secret_post'): AuthMethod[] {
  return asked === 'client_secret_post'
    ? ['client_secret_post', 'client_secret_basic']
    : ['client_secret_basic', 'client_secret_post'];
}

/** RFC 7591 3.2.1 and RFC 7592 3. Of a secret only the hash is kept, so that it is told once. */
function informationOf(
  { publicUrl, scopes }: Pick<RegisterParts, 'publicUrl' | 'scopes'>,
  client: Client,
  token: string,
  secret?: string,
) {
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt / 1000),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: token,
    registration_client_uri: `${publicUrl}/register/${client.clientId}`,
    client_name: client.name,
    redirect_uris: client.redirectUris,
    token_endpoint_auth_method: client.authMethods[0],
    application_type: client.registration?.applicationType,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: scopes.join(' '),
    client_uri: client.clientUri,
    logo_uri: client.logoUri,
  };
}

interface ManageParts {
  store: { clients: Pick<ClientStore, 'find' | 'remove'>; grants: Pick<GrantStore, 'list'> };
  end: Pick<Endings, 'grant'>;
  log: Log;
  scopes: readonly string[];
  publicUrl: string;
}

type Path = '/register/:client_id';
type Managing = Context<Env, Path>;

/** GET /register/{client_id} (RFC 7592 2.1). There also when registration is off: who came before may look and leave. */
export function showRegistration(parts: ManageParts): Handler<Env, Path> {
  return async (c) => {
    const { client, token } = await proveRegistration(parts, c);
    return c.json(informationOf(parts, client, token), 200, HEADERS);
  };
}

/** DELETE /register/{client_id} (RFC 7592 2.3): the client goes, and everything that people allowed it. */
export function deleteRegistration(parts: ManageParts): Handler<Env, Path> {
  return async (c) => {
    const { client } = await proveRegistration(parts, c);
    const { clientId } = client;
    for (const { id } of await parts.store.grants.list({ clientId })) await parts.end.grant(id, 'client-removed');
    await parts.store.clients.remove(clientId);
    parts.log.info({ step: 'register', client: clientId }, 'a client took its registration back');
    return c.body(null, 204, HEADERS);
  };
}

/** RFC 7592 2: one answer for a client that is not there, one that never registered, and a wrong token. */
async function proveRegistration({ store }: ManageParts, c: Managing): Promise<{ client: Client; token: string }> {
  const client = await store.clients.find(c.req.param('client_id'));
  const token = /^Bearer +([A-Za-z0-9_-]{1,100})$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (
    client?.registration === undefined ||
    token === undefined ||
    !isSame(hashSecret(token), client.registration.tokenHash)
  ) {
    throw new BearerError(401, 'invalid_token', 'There is no such registration, or its registration token is wrong.');
  }
  return { client, token };
}
