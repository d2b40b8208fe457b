/**
 * Valid requests to start from, recorded from real flows, so that what is twisted gets past the gates: living flows with
 * their cookies, unspent codes, tokens that open something.
 *
 * Owns: which requests, at least one for each endpoint. Does not own: twisting them (twist-message.ts).
 */
import type { Bridge } from '../../src/bridge.ts';
import { addClient } from '../../src/operate/clients.ts';
import { catalog } from '../../src/tools/catalog.ts';
import { createRandom } from '../../src/vault/token.ts';
import {
  authorizeUrl,
  BRIDGE,
  type Browser,
  createBrowser,
  GOOGLE,
  PKCE,
  passGoogle,
  type TestClient,
} from '../support/world.ts';
import { type Message, toMessage } from './message.ts';
import type { Target } from './target.ts';

export interface Seeds {
  messages: Message[];
  /** Ids, tokens and addresses in them. */
  pool: string[];
  /** Where an answer may send a browser besides the bridge and Google. */
  redirectUris: string[];
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };
const PKCE_QUERY = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };

export async function recordSeeds(target: Target): Promise<Seeds> {
  const messages: Message[] = [];
  const keep = async (label: string, path: string, init: RequestInit = {}) => {
    messages.push(await toMessage(label, new Request(new URL(path, BRIDGE), init)));
  };
  const gpt = await predefined(target, 'broker', 'https://chatgpt.com/aip/g-0123456789abcdef/oauth/callback');
  const relay = await predefined(target, 'relay', 'https://chat.openai.com/aip/plugin-1/oauth/callback');
  const native = await registered(target, keep);

  for (const client of [gpt, relay, native.client]) await walkUnfinished(target, client, messages);
  await walkAccount(target, native.client, messages);
  const code = await codeFor(target, gpt);
  const proof = { client_id: gpt.clientId, client_secret: gpt.secret };
  const exchange = { grant_type: 'authorization_code', redirect_uri: gpt.redirectUri, ...proof };
  await keep('token: code', '/token', form({ ...exchange, code }));
  const tokens = await connect(target, gpt);
  const spare = await connect(target, native.client);
  await keep('token: code with JSON', '/token', json({ ...exchange, code: await codeFor(target, gpt) }));
  await keep(
    'token: refresh',
    '/token',
    form({ grant_type: 'refresh_token', refresh_token: tokens.refresh, ...proof }),
  );
  const native_id = { client_id: native.client.clientId };
  await keep(
    'token: public',
    '/token',
    form({ grant_type: 'refresh_token', refresh_token: spare.refresh, ...native_id }),
  );
  const basic = `Basic ${btoa(`${gpt.clientId}:${gpt.secret}`)}`;
  const asBasic = (fields: Record<string, string>) => withHeader(form(fields), 'authorization', basic);
  await keep('token: basic', '/token', asBasic({ grant_type: 'refresh_token', refresh_token: tokens.refresh }));
  await keep(
    'token: assertion',
    '/token',
    form({ ...exchange, code, client_assertion: assertion(), client_assertion_type: BEARER_TYPE }),
  );
  const documented = {
    ...native.client,
    clientId: 'https://client.example/client.json',
    redirectUri: 'https://client.example/cb',
  };
  await keep('authorize: document', authorizeUrl(documented, { ...PKCE_QUERY, scope: 'analytics.readonly' }));
  await keep('revoke', '/revoke', form({ token: spare.access, ...native_id }));
  await keep('introspect', '/introspect', asBasic({ token: tokens.access }));
  for (const type of ['verification', 'account-enabled'])
    await keep(`google events: ${type}`, '/google/events', await securityEvent(target, type));
  await recordDoors(keep, tokens.access);
  await recordDocuments(keep);
  const redirectUris = [gpt.redirectUri, relay.redirectUri, native.client.redirectUri, 'https://client.example/cb'];
  const pool = [tokens.access, tokens.refresh, spare.refresh, code, gpt.clientId, gpt.secret, ...redirectUris];
  return { messages, pool: [...pool, ...valuesOf(messages)], redirectUris };
}

type Keep = (label: string, path: string, init?: RequestInit) => Promise<void>;

function form(fields: Record<string, string>): RequestInit & { headers: Record<string, string> } {
  return { method: 'POST', headers: FORM, body: new URLSearchParams(fields).toString() };
}

function json(body: unknown): RequestInit & { headers: Record<string, string> } {
  return { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) };
}

function withHeader(init: RequestInit & { headers: Record<string, string> }, name: string, value: string): RequestInit {
  return { ...init, headers: { ...init.headers, [name]: value } };
}

const BEARER_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function assertion(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const id = 'https://client.example/client.json';
  return `${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: id, sub: id, aud: BRIDGE, exp: 2_000_000_000, jti: 'j' })}.AAAA`;
}

/** Signed by the local Google. */
async function securityEvent({ sandbox }: Target, type: string): Promise<RequestInit> {
  const asked = { method: 'POST', body: JSON.stringify({ person: 'ada@example.com', type }) };
  const answer = await sandbox.fetch(new Request(`${GOOGLE}/sandbox/security-events`, asked));
  const { token } = (await answer.json()) as { token: string };
  return { method: 'POST', headers: { 'content-type': 'application/secevent+jwt' }, body: token };
}

async function predefined(target: Target, mode: 'broker' | 'relay', redirectUri: string): Promise<TestClient> {
  const parts = { clients: target.bridge.store.clients, random: createRandom(), now: target.now };
  const { client, secret } = await addClient(parts, { name: 'A "GPT" <b>', mode, redirectUris: [redirectUri] });
  return { clientId: client.clientId, secret, redirectUri };
}

async function registered(target: Target, keep: Keep): Promise<{ client: TestClient }> {
  const redirectUri = 'http://localhost:33418/callback';
  const sent = json({
    client_name: 'Native',
    redirect_uris: [redirectUri, 'cursor://anysphere.cursor-mcp/oauth/callback'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'analytics.readonly',
    client_uri: 'https://client.example/',
  });
  await keep('register', '/register', sent);
  const register = async () => {
    const answer = await target.bridge.fetch(new Request(`${BRIDGE}/register`, sent));
    return (await answer.json()) as Record<string, string>;
  };
  const doomed = await register();
  const manage = { headers: { authorization: `Bearer ${doomed.registration_access_token}` } };
  await keep('registration: read', `/register/${doomed.client_id}`, manage);
  await keep('registration: delete', `/register/${doomed.client_id}`, { ...manage, method: 'DELETE' });
  return { client: { clientId: (await register()).client_id ?? '', secret: '', redirectUri } };
}

/** A browser whose requests to the bridge are noted; those that `isHeld` takes are not carried out. */
function watchedBrowser(target: Target, messages: Message[], isHeld: (step: string) => boolean): Browser {
  const fetch: Bridge['fetch'] = async (request) => {
    const step = `${new URL(request.url).pathname.slice(1)} ${request.method}`;
    messages.push(await toMessage(step, request));
    return isHeld(step) ? new Response('held') : target.bridge.fetch(request);
  };
  return createBrowser({ bridge: { ...target.bridge, fetch }, sandbox: target.sandbox });
}

/** A sign-in up to what Google sends back. */
async function walkUnfinished(target: Target, client: TestClient, messages: Message[]): Promise<void> {
  const browser = watchedBrowser(target, messages, (step) => step.startsWith('google/callback'));
  const consent = await browser.open(authorizeUrl(client, PKCE_QUERY));
  const google = await browser.submit(consent, { name: 'decision', value: 'allow' });
  await passGoogle(browser, google);
}

/** Another person than the one whose tokens the rest uses signs in to their account, and is about to press each button. */
async function walkAccount(target: Target, client: TestClient, messages: Message[]): Promise<void> {
  const account = 'grace@example.com';
  await connect(target, client, account);
  let isSignedIn = false;
  const browser = watchedBrowser(target, messages, (step) => isSignedIn && step === 'account POST');
  const signedOut = await browser.open(`${BRIDGE}/account`);
  const google = await browser.submit(signedOut, { name: 'decision', value: 'allow' });
  const page = await passGoogle(browser, google, { account });
  isSignedIn = true;
  const buttons = [...page.html.matchAll(/<button[^>]* name="(\w+)" value="([^"]+)"/g)];
  if (buttons.length < 3) throw new Error(`no account to fuzz with: ${page.html.slice(0, 300)}`);
  for (const [, name = '', value = ''] of buttons) await browser.submit(page, { name, value });
}

async function codeFor(target: Target, client: TestClient, account?: string): Promise<string> {
  const browser = createBrowser(target);
  const query = client.secret === '' ? PKCE_QUERY : {};
  const consent = await browser.open(authorizeUrl(client, query));
  const google = await browser.submit(consent, { name: 'decision', value: 'allow' });
  const end = await passGoogle(browser, google, account === undefined ? {} : { account });
  return end.url.searchParams.get('code') ?? '';
}

async function connect(
  target: Target,
  client: TestClient,
  account?: string,
): Promise<{ access: string; refresh: string }> {
  const fields = {
    grant_type: 'authorization_code',
    code: await codeFor(target, client, account),
    redirect_uri: client.redirectUri,
    client_id: client.clientId,
    ...(client.secret === '' ? { code_verifier: PKCE.verifier } : { client_secret: client.secret }),
  };
  const answer = await target.bridge.fetch(new Request(`${BRIDGE}/token`, form(fields)));
  const body = (await answer.json()) as Record<string, string>;
  if (body.access_token === undefined) throw new Error(`no token to fuzz with: ${JSON.stringify(body)}`);
  return { access: body.access_token, refresh: body.refresh_token ?? '' };
}

async function recordDoors(keep: Keep, token: string): Promise<void> {
  const authorization = `Bearer ${token}`;
  for (const tool of catalog)
    for (const { input } of [{ input: {} }, ...tool.examples])
      await keep(
        `actions: ${tool.name}`,
        `/actions/${tool.name}`,
        withHeader(json(input), 'authorization', authorization),
      );
  const accept = 'application/json, text/event-stream';
  const call = (method: string, params: unknown, more: Record<string, string> = {}) =>
    keep(`mcp: ${method}`, '/mcp', {
      method: 'POST',
      headers: { ...JSON_TYPE, accept, authorization, host: new URL(BRIDGE).host, ...more },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
  const client = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'openai-mcp', version: '1.0.0' },
  };
  await call('initialize', client);
  await call('notifications/initialized', {});
  await call('ping', {});
  await call('tools/list', {}, { 'mcp-protocol-version': '2025-11-25' });
  for (const tool of catalog) await call('tools/call', { name: tool.name, arguments: tool.examples[0]?.input ?? {} });
  const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' };
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': client.clientInfo,
  };
  await call('server/discover', { _meta }, modern);
}

async function recordDocuments(keep: Keep): Promise<void> {
  const paths = [
    ...[
      '/',
      '/privacy',
      '/terms',
      '/support',
      '/health',
      '/ready',
      '/logo.png',
      '/assets/style.css',
      '/nothing',
      '/account',
    ],
    ...['/openapi.json', '/openapi.yaml', '/.well-known/ai-plugin.json', '/.well-known/openid-configuration'],
    ...['/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource'],
    ...['/.well-known/oauth-protected-resource/mcp', '/.well-known/openai-apps-challenge'],
  ];
  for (const path of paths) await keep(path, path, { headers: { accept: 'text/html,*/*', 'accept-encoding': 'gzip' } });
}

function valuesOf(messages: readonly Message[]): string[] {
  return messages
    .flatMap(({ path }) => [...new URL(path, BRIDGE).searchParams.values()])
    .filter((value) => value !== '');
}
