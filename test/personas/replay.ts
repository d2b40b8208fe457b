/**
 * A client's whole life, replayed from its description: it looks around, becomes known, sends a person to sign in, gets
 * tokens, and uses, renews and gives them back, each in its own way.
 *
 * Owns: the requests. What they must bring is asserted where it is common to all (RFC by section), and left to the test
 * where it is the story. Does not own: the descriptions (persona.ts), speaking MCP (speak.ts).
 */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import {
  BRIDGE,
  type Browser,
  createBrowser,
  createWorld,
  type Page,
  passGoogle,
  type World,
} from '../support/world.ts';
import { assertionFor, publishDocument } from './documents.ts';
import { inBrowser } from './in-browser.ts';
import type { Persona } from './persona.ts';
import { type Caller, knock, type Spoken } from './speak.ts';

/** What it learned from the documents that it read. */
export interface Found {
  metadata: Record<string, unknown>;
  resource: string;
  challengedScope: string;
  /** Every answer, in its order. */
  answers: { probe: string; status: number; type: string; body: Record<string, unknown>; challenge: string }[];
}

export interface ClientIdentity {
  clientId: string;
  secret: string | undefined;
}

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
}

export interface TokenSpoken extends Spoken {
  pair: TokenPair;
}

const VERIFIER = 'persona-verifier-0123456789-abcdefghijklmnopqrstuvwxyz';
const ALL_SCOPES = 'analytics.readonly,calendar.events';

export type Replay = Awaited<ReturnType<typeof openReplay>>;

export async function openReplay(persona: Persona) {
  const quiet = await createWorld({ environment: { GOOGLE_SCOPES: ALL_SCOPES } });
  const unreadable: string[] = [];
  const world = persona.origin === undefined ? quiet : inBrowser(quiet, persona.origin, unreadable);
  const found = once(() => lookAround(world, persona));
  const identity = once(async () => becomeKnown(world, persona, await found()));
  const endpoint = async (name: string) => String((await found()).metadata[name]);

  /** A request with the client's own proof, in its own encoding. */
  const prove = async (url: string, fields: Record<string, string>): Promise<TokenSpoken> => {
    // An assertion names the token endpoint at every endpoint (RFC 7523 3).
    const audience = String((await found()).metadata.token_endpoint);
    const { headers, body } = await provenBody({ world, persona, audience }, await identity(), fields);
    const answer = await world.request(url, { method: 'POST', headers, body });
    const json = (await answer.json()) as Record<string, unknown>;
    const pair = { accessToken: String(json.access_token), refreshToken: String(json.refresh_token) };
    return { status: answer.status, headers: answer.headers, body: json, pair };
  };

  return {
    world,
    found,
    identity,
    caller: (accessToken?: string): Caller => ({ world, persona, accessToken }),
    /** What a browser would have kept from a client that is a page in it, and why. */
    unreadable,
    close: () => world.close(),

    /** The consent page in a fresh browser. */
    async openConsent(scope?: string): Promise<{ browser: Browser; page: Page }> {
      const browser = createBrowser(world);
      return { browser, page: await browser.open(await authorizeUrl(persona, await found(), await identity(), scope)) };
    },

    /** From the consent page to the address that the client is called back at. */
    async allow({ browser, page }: { browser: Browser; page: Page }, account = 'ada@example.com'): Promise<URL> {
      const chooser = await browser.submit(page, { name: 'decision', value: 'allow' });
      const end = await passGoogle(browser, chooser, { account });
      assert.ok(end.url.href.startsWith(`${persona.redirectUri}?`), `the flow ended at ${end.url.href}`);
      return end.url;
    },

    async redeem(callback: URL): Promise<TokenSpoken> {
      const { hasPkce } = persona.authorize;
      return prove(await endpoint('token_endpoint'), {
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: persona.redirectUri,
        ...(hasPkce && { code_verifier: VERIFIER }),
        ...(persona.token.sendsResource && { resource: resourceFor(persona, await found()) ?? '' }),
      });
    },

    async refresh(refreshToken: string, scope = 'analytics.readonly calendar.events'): Promise<TokenSpoken> {
      return prove(await endpoint('token_endpoint'), {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        ...(persona.refresh.sendsResource && { resource: resourceFor(persona, await found()) ?? '' }),
        ...(persona.refresh.sendsScope && { scope }),
      });
    },

    revoke: async (token: string) => prove(await endpoint('revocation_endpoint'), { token }),
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Asks what the client asks, in its order, and reads the endpoints out of what it is told. */
async function lookAround(world: World, persona: Persona): Promise<Found> {
  const answers: Found['answers'] = [];
  const caller = { world, persona, accessToken: undefined };
  for (const probe of persona.discovers) {
    const [method, path = ''] = probe.split(' ');
    const spoken = path === '/mcp' ? await knock(caller, method === 'GET' ? 'GET' : 'POST') : await get(caller, path);
    const type = spoken.headers.get('content-type') ?? '';
    const challenge = spoken.headers.get('www-authenticate') ?? '';
    answers.push({ probe, status: spoken.status, type, body: spoken.body, challenge });
  }
  const bodyOf = (probe: string) => answers.find((answer) => answer.probe === probe)?.body;
  const challenge = answers.map((answer) => answer.challenge).find((text) => text !== '') ?? '';
  const resource = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? `${BRIDGE}/mcp`;
  const document = challenge === '' ? undefined : (await get(caller, new URL(resource).pathname)).body;
  return {
    answers,
    metadata: bodyOf('GET /.well-known/oauth-authorization-server') ?? endpointsOf(bodyOf),
    resource: String(document?.resource ?? `${BRIDGE}/mcp`),
    challengedScope: /scope="([^"]*)"/.exec(challenge)?.[1] ?? '',
  };
}

/** The doors without MCP tell the endpoints in documents of their own. */
function endpointsOf(bodyOf: (probe: string) => Record<string, unknown> | undefined): Record<string, unknown> {
  const revocation_endpoint = `${BRIDGE}/revoke`;
  const auth = bodyOf('GET /.well-known/ai-plugin.json')?.auth as Record<string, string> | undefined;
  if (auth !== undefined) {
    const { client_url, authorization_url } = auth;
    return { authorization_endpoint: client_url, token_endpoint: authorization_url, revocation_endpoint };
  }
  const components = bodyOf('GET /openapi.json')?.components as { securitySchemes: Record<string, SecurityScheme> };
  const flow = Object.values(components.securitySchemes).find(({ flows }) => flows)?.flows?.authorizationCode;
  return { authorization_endpoint: flow?.authorizationUrl, token_endpoint: flow?.tokenUrl, revocation_endpoint };
}

interface SecurityScheme {
  flows?: { authorizationCode?: { authorizationUrl: string; tokenUrl: string } };
}

async function get({ world, persona }: Caller, path: string): Promise<Spoken> {
  const headers = {
    'user-agent': persona.userAgents.discovery,
    accept: 'application/json',
    'mcp-protocol-version': '2025-06-18',
  };
  const answer = await world.request(path, { headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

async function becomeKnown(world: World, persona: Persona, found: Found): Promise<ClientIdentity> {
  const { knownBy } = persona;
  if (knownBy.way === 'operator') {
    return world.client({ name: persona.shows.name, redirectUris: [persona.redirectUri] });
  }
  if (knownBy.way === 'document') {
    await publishDocument(world, knownBy);
    return { clientId: knownBy.clientId, secret: undefined };
  }
  const sendOne = () =>
    world.request(String(found.metadata.registration_endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': persona.userAgents.discovery },
      body: JSON.stringify(knownBy.body),
    });
  const answers = await Promise.all(Array.from({ length: knownBy.atOnce ?? 1 }, sendOne));
  const bodies = await Promise.all(answers.map((answer) => readRegistration(answer, persona)));
  assert.equal(
    new Set(bodies.map(({ clientId }) => clientId)).size,
    bodies.length,
    'each registration is its own client',
  );
  return bodies.at(-1) as ClientIdentity;
}

/** RFC 7591 3.2.1. */
async function readRegistration(answer: Response, { knownBy, token }: Persona): Promise<ClientIdentity> {
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const body = (await answer.json()) as Record<string, unknown>;
  assert.ok(knownBy.way === 'registration');
  assert.deepEqual(body.redirect_uris, knownBy.body.redirect_uris);
  assert.equal(body.token_endpoint_auth_method, token.method);
  const isPublic = token.method === 'none';
  assert.equal(body.client_secret === undefined, isPublic);
  assert.equal(body.client_secret_expires_at, isPublic ? undefined : 0);
  return { clientId: String(body.client_id), secret: isPublic ? undefined : String(body.client_secret) };
}

async function authorizeUrl(
  persona: Persona,
  found: Found,
  { clientId }: ClientIdentity,
  givenScope: string | undefined,
): Promise<string> {
  const { authorize } = persona;
  const scope = givenScope ?? scopeFor(persona, found);
  const resource = resourceFor(persona, found);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: persona.redirectUri,
    ...(scope !== undefined && { scope }),
    state: authorize.state,
    ...(authorize.hasPkce && {
      code_challenge: hash('sha256', VERIFIER, 'base64url'),
      code_challenge_method: 'S256',
    }),
    ...(resource !== undefined && { resource }),
    ...authorize.extra,
  });
  return `${found.metadata.authorization_endpoint}?${query}`;
}

function scopeFor({ authorize }: Persona, { metadata, challengedScope }: Found): string | undefined {
  if (authorize.scope === 'omitted') return undefined;
  if (typeof authorize.scope === 'object') return authorize.scope.text;
  const isOffered = (metadata.scopes_supported as string[]).includes('offline_access');
  return authorize.scope === 'offline' && isOffered ? `${challengedScope} offline_access` : challengedScope;
}

function resourceFor({ authorize }: Persona, { resource }: Found): string | undefined {
  if (authorize.resource === 'none') return undefined;
  return authorize.resource === 'typed' ? `${resource}/` : resource;
}

/** RFC 6749 2.3.1, and RFC 7523 2.2 for a signed assertion. */
async function provenBody(
  { world, persona: { token, userAgents }, audience }: { world: World; persona: Persona; audience: string },
  { clientId, secret = '' }: ClientIdentity,
  fields: Record<string, string>,
): Promise<{ headers: Record<string, string>; body: string }> {
  const isBasic = token.method === 'client_secret_basic';
  const proof: Record<string, string> = {
    ...(!isBasic && { client_id: clientId }),
    ...(token.method === 'client_secret_post' && { client_secret: secret }),
    ...(token.method === 'private_key_jwt' && (await assertionFor(world, clientId, audience))),
  };
  const all = { ...fields, ...proof };
  const isJson = token.encoding === 'json';
  const basic = `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}`;
  return {
    headers: {
      'user-agent': userAgents.token,
      'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(isBasic && { authorization: basic }),
    },
    body: isJson ? JSON.stringify(all) : new URLSearchParams(all).toString(),
  };
}
