/**
 * A whole world in one process for journeys: a bridge, a local Google, browsers and clients, with the clock in hand.
 *
 * The bridge is the shipped one; what is passed in is its clock, its way out to the network (straight into the sandbox's
 * handler) and its store. Nothing here looks inside either side: everything goes through requests and answers.
 */
import { hash } from 'node:crypto';
import { type Bridge, createBridge } from '../../src/bridge.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { UpstreamError } from '../../src/errors.ts';
import type { Outgoing } from '../../src/http/outgoing.ts';
import type { PublicNetwork } from '../../src/http/public-network.ts';
import { createLog, type Log } from '../../src/observe/log.ts';
import { addClient, type NewClient } from '../../src/operate/clients.ts';
import type { Parts } from '../../src/parts.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import type { ToolArea } from '../../src/tools/area.ts';
import { createRandom } from '../../src/vault/token.ts';

export const BRIDGE = 'http://localhost:8787';
export const GOOGLE = 'http://127.0.0.1:4400';
/** A Sunday; the tests' clock starts here and moves only by hand. */
const START = Date.parse('2026-11-22T12:00:00Z');

export interface World {
  bridge: Bridge;
  store: Store;
  sandbox: ReturnType<typeof createSandbox>;
  /** Every request that the bridge sent out, newest last. */
  sent: { method: string; url: string; body: string | undefined }[];
  /** What the bridge logged, as text. */
  logged(): string;
  now(): number;
  advance(milliseconds: number): void;
  /** Makes the way out fail until called with `false`. */
  cutNetwork(isCut: boolean): void;
  /** What clients publish: URL → answer. A URL that is not here has no host. */
  internet: Map<string, Published>;
  /** Every URL of the internet that the bridge asked for, newest last. */
  visited: string[];
  request(path: string, init?: RequestInit): Promise<Response>;
  client(options?: Partial<NewClient>): Promise<TestClient>;
  close(): Promise<void>;
}

/** What a host of the internet answers: 200 and JSON unless said otherwise. */
export interface Published {
  document: unknown;
  status?: number;
  headers?: Record<string, string>;
}

export interface TestClient {
  clientId: string;
  secret: string;
  redirectUri: string;
}

export interface WorldOptions {
  environment?: Record<string, string>;
  store?: Store;
  /** The Google of another world, for a second bridge beside it. */
  sandbox?: World['sandbox'];
  /** Areas of tools instead of the bridge's own. */
  areas?: readonly ToolArea[];
  /** Origins that are answered by somebody else than the sandbox. */
  hosts?: Record<string, (request: Request) => Response | Promise<Response>>;
  /** How it waits before Google is asked again; really, unless said otherwise. */
  sleep?: Parts['sleep'];
}

export const SECRET_KEYS = `test:${Buffer.alloc(32, 7).toString('base64url')}`;

export async function createWorld({
  environment = {},
  store = openSqlite(':memory:'),
  sandbox: given,
  areas,
  hosts = {},
  sleep,
}: WorldOptions = {}): Promise<World> {
  let time = START;
  let isCut = false;
  const now = () => time;
  const config: Config = readConfig({
    PUBLIC_URL: BRIDGE,
    DATABASE_URL: 'sqlite::memory:',
    SECRET_KEYS,
    GOOGLE_CLIENT_ID: 'sandbox-client',
    GOOGLE_CLIENT_SECRET: 'sandbox-secret',
    GOOGLE_ISSUER: GOOGLE,
    GOOGLE_ANALYTICS_DATA_URL: `${GOOGLE}/analyticsdata`,
    GOOGLE_ANALYTICS_ADMIN_URL: `${GOOGLE}/analyticsadmin`,
    GOOGLE_CALENDAR_URL: `${GOOGLE}/calendar/v3`,
    ...environment,
  });
  const sandbox = given ?? createSandbox({ issuer: GOOGLE, data: 'small', now: () => new Date(time) });
  const sent: World['sent'] = [];
  const send: Outgoing = async ({ method, url, headers, body }) => {
    if (isCut) throw new UpstreamError('unreachable', 'the network is cut');
    sent.push({ method, url, body });
    const request = new Request(url, { method, ...(headers && { headers }), ...(body !== undefined && { body }) });
    const answer = await (hosts[new URL(url).origin] ?? sandbox.fetch)(request);
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
  };
  const lines: string[] = [];
  const log = recordingLog(lines);
  const internet: World['internet'] = new Map();
  const visited: string[] = [];
  const network = createInternet(internet, visited);
  const seams = { ...(areas !== undefined && { areas }), ...(sleep !== undefined && { sleep }) };
  const bridge = createBridge(config, { now, send, store, log, network, ...seams });
  const random = createRandom();
  return {
    bridge,
    store,
    sandbox,
    sent,
    internet,
    visited,
    logged: () => lines.join('\n'),
    now,
    advance: (milliseconds) => {
      time += milliseconds;
    },
    cutNetwork: (cut) => {
      isCut = cut;
    },
    request: async (path, init) => bridge.fetch(new Request(new URL(path, BRIDGE), init)),
    async client(options = {}) {
      const redirectUris = options.redirectUris ?? ['https://chatgpt.com/aip/g-0123456789abcdef/oauth/callback'];
      const added = await addClient(
        { clients: store.clients, random, now },
        { name: 'Test GPT', mode: 'broker', ...options, redirectUris },
      );
      return { clientId: added.client.clientId, secret: added.secret, redirectUri: redirectUris[0] ?? '' };
    },
    close: () => bridge.close(),
  };
}

/** Behind the address checks, which have tests with real sockets; what comes before and after them is the shipped code. */
function createInternet(internet: World['internet'], visited: string[]): PublicNetwork {
  return async ({ href }) => {
    visited.push(href);
    const found = internet.get(href);
    if (found === undefined) throw new Error('there is no such host');
    const { document, status = 200, headers = {} } = found;
    const body = typeof document === 'string' ? document : JSON.stringify(document);
    return {
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: new Blob([body]).stream(),
    };
  };
}

function recordingLog(lines: string[]): Log {
  const real = createLog({ level: 'silent', format: 'json' });
  const write =
    (level: string) =>
    (...parts: unknown[]) => {
      const replacer = (_name: string, value: unknown) =>
        value instanceof Error ? { message: value.message, stack: value.stack } : value;
      lines.push(
        `${level} ${parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part, replacer))).join(' ')}`,
      );
    };
  return { ...real, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } as Log;
}

/** A page as a person meets it. */
export interface Page {
  url: URL;
  status: number;
  html: string;
  headers: Headers;
}

/** A browser: cookies per host, redirects followed by hand, forms submitted by their button. */
export interface Browser {
  /** Follows redirects within our two servers; stops with `left` at any other address. */
  open(url: string): Promise<Page>;
  submit(
    page: Page,
    button: { name: string; value: string },
    options?: { untick?: string[]; headers?: Record<string, string> },
  ): Promise<Page>;
  cookies: Map<string, Map<string, string>>;
}

export function createBrowser(world: Pick<World, 'bridge' | 'sandbox'>): Browser {
  const cookies = new Map<string, Map<string, string>>();
  const serverOf = (url: URL) =>
    url.origin === BRIDGE ? world.bridge : url.origin === GOOGLE ? world.sandbox : undefined;

  const load = async (address: string, init: RequestInit = {}): Promise<Page> => {
    let url = new URL(address);
    let options = init;
    for (let hops = 0; hops < 20; hops += 1) {
      const server = serverOf(url);
      if (server === undefined) return { url, status: 0, html: '', headers: new Headers() };
      const jar = cookies.get(url.host) ?? new Map<string, string>();
      cookies.set(url.host, jar);
      const headers = new Headers(options.headers);
      headers.set('accept', 'text/html');
      if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
      const answer = await server.fetch(new Request(url, { ...options, headers, redirect: 'manual' }));
      keepCookies(jar, answer);
      const location = answer.headers.get('location');
      if (location === null || answer.status < 300 || answer.status > 399) {
        return { url, status: answer.status, html: await answer.text(), headers: answer.headers };
      }
      url = new URL(location, url);
      options = {};
    }
    throw new Error(`more than 20 redirects, the last to ${url.href}`);
  };

  return {
    cookies,
    open: (url) => load(url),
    submit(page, button, { untick = [], headers = {} } = {}) {
      const form = formWith(page.html, button);
      const fields = new URLSearchParams(form.fields.filter(([, value]) => !untick.includes(value)));
      fields.set(button.name, button.value);
      const contentType = { 'content-type': 'application/x-www-form-urlencoded' };
      return load(new URL(form.action, page.url).href, {
        method: 'POST',
        body: fields.toString(),
        headers: { ...contentType, ...headers },
      });
    },
  };
}

function keepCookies(jar: Map<string, string>, answer: Response): void {
  for (const line of answer.headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split(';');
    const [name = '', value = ''] = pair.split('=');
    const isGone = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
    if (isGone) jar.delete(name.trim());
    else jar.set(name.trim(), value.trim());
  }
}

function formWith(
  html: string,
  button: { name: string; value: string },
): { action: string; fields: [string, string][] } {
  for (const [, attributes = '', content = ''] of html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    const buttons = [...content.matchAll(/<button([^>]*)>/g)].map(([, text = '']) => text);
    if (!buttons.some((text) => attribute(text, 'name') === button.name && attribute(text, 'value') === button.value))
      continue;
    const inputs = [...content.matchAll(/<input([^>]*)>/g)].map(([, text = '']) => text);
    const sent = inputs.filter((text) => attribute(text, 'type') !== 'checkbox' || /\bchecked\b/.test(text));
    const fields = sent.map((text): [string, string] => [
      attribute(text, 'name') ?? '',
      attribute(text, 'value') ?? '',
    ]);
    return { action: attribute(attributes, 'action') ?? '', fields };
  }
  throw new Error(
    `no form has the button ${button.name}=${button.value} in: ${html.replaceAll(/\s+/g, ' ').slice(0, 600)}`,
  );
}

function attribute(text: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1];
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

export interface FlowOptions {
  account?: string;
  /** Extra or changed parameters of the authorization request; undefined leaves one out. */
  parameters?: Record<string, string | undefined>;
  untick?: string[];
  browser?: Browser;
}

/** The authorization request's address, as a confidential client without PKCE sends it. */
export function authorizeUrl(client: TestClient, parameters: Record<string, string | undefined> = {}): string {
  const all = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    state: 'a state',
    ...parameters,
  };
  const query = new URLSearchParams(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  return `${BRIDGE}/authorize?${query}`;
}

/** From the assistant's button to the client's redirect URI, allowing everything. Returns the parameters of the answer. */
export async function signIn(world: World, client: TestClient, options: FlowOptions = {}): Promise<URLSearchParams> {
  const browser = options.browser ?? createBrowser(world);
  const consent = await browser.open(authorizeUrl(client, options.parameters));
  const chooser = await browser.submit(consent, { name: 'decision', value: 'allow' });
  const page = await passGoogle(browser, chooser, options);
  if (page.status !== 0) throw new Error(`the flow ended at ${page.url.pathname} with ${page.status}: ${textOf(page)}`);
  return page.url.searchParams;
}

/** Google's pages, with everything that is not unticked allowed; returns the first page that is not Google's. */
export async function passGoogle(
  browser: Browser,
  start: Page,
  { account = 'ada@example.com', untick = [] }: FlowOptions = {},
): Promise<Page> {
  let page = start;
  for (let steps = 0; steps < 6 && page.url.origin === GOOGLE; steps += 1) {
    const isChooser = page.html.includes('name="account"') && page.html.includes('<button');
    const hasDecision = page.html.includes('name="decision"');
    const button = hasDecision
      ? { name: 'decision', value: 'allow' }
      : isChooser
        ? { name: 'account', value: account }
        : undefined;
    if (button === undefined) return page;
    page = await browser.submit(page, button, { untick });
  }
  return page;
}

export function textOf(page: Page): string {
  return page.html
    .replaceAll(/<style[\s\S]*?<\/style>|<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 500);
}

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** POST /token with a form; `undefined` leaves a field out. */
export async function postToken(
  world: World,
  fields: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const body = new URLSearchParams(
    Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const answer = await world.request('/token', {
    method: 'POST',
    body: body.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** The whole way: sign in and redeem the code with the secret in the body. */
export async function connect(world: World, client: TestClient, options: FlowOptions = {}): Promise<Tokens> {
  const answer = await signIn(world, client, options);
  const { status, body } = await redeem(world, client, answer.get('code') ?? '');
  if (status !== 200) throw new Error(`the code was not redeemed: ${JSON.stringify(body)}`);
  return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token) };
}

export function redeem(
  world: World,
  client: TestClient,
  code: string,
  changed: Record<string, string | undefined> = {},
): Promise<TokenAnswer> {
  const { clientId: client_id, secret: client_secret, redirectUri: redirect_uri } = client;
  return postToken(world, {
    grant_type: 'authorization_code',
    code,
    client_id,
    client_secret,
    redirect_uri,
    ...changed,
  });
}

export function refresh(
  world: World,
  client: TestClient,
  refreshToken: string,
  changed: Record<string, string | undefined> = {},
): Promise<TokenAnswer> {
  const { clientId: client_id, secret: client_secret } = client;
  return postToken(world, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id,
    client_secret,
    ...changed,
  });
}

/** POST /actions/{tool}. */
export async function callTool(
  world: World,
  tool: string,
  token: string | undefined,
  input: unknown = {},
): Promise<TokenAnswer> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const answer = await world.request(`/actions/${tool}`, { method: 'POST', body: JSON.stringify(input), headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

/** One JSON-RPC request to `/mcp` as ChatGPT's worker sends it, without initialize. */
export async function callMcp(
  world: World,
  token: string | undefined,
  method: string,
  params: unknown = {},
): Promise<{ status: number; headers: Headers; text: string }> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    host: new URL(BRIDGE).host,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const answer = await world.request('/mcp', {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    headers,
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

export const PKCE = { verifier: 'v'.repeat(43), challenge: hash('sha256', 'v'.repeat(43), 'base64url') };
