/**
 * The pages of a sign-in without a network: the real handlers, vault and store, and a Google that says what a test wants.
 *
 * Owns: the parts, the cookies of one browser, and what was recorded, logged and asked of Google. Does not own: any test.
 * Whole journeys, with the sandbox as Google, stand in test/journeys/.
 */
import { Hono } from 'hono';
import type { Log } from '../observe/log.ts';
import type { Happening, RecordEvent } from '../observe/record-event.ts';
import { aClient } from '../store/conformance-records.ts';
import type { Client } from '../store/records.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import type { AuthorizationUrlParts, Identity, Provider, ProviderTokens } from '../upstream/provider.ts';
import { createRandom, hashSecret } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { createAccountPolicy } from './account-policy.ts';
import { answerError, answerNotFound } from './answer-error.ts';
import { authorize } from './authorize.ts';
import { callback } from './callback.ts';
import { answerConsent, showConsent } from './consent.ts';
import type { Endings } from './end-grant.ts';
import { type ApprovedFlow, type Flow, sealFlow } from './flow.ts';
import { createIssuer } from './issue.ts';
import { createScopeWords } from './scope-words.ts';
import { approvalCookie } from './send-to-google.ts';

export const US = 'https://ga.example.com';
export const GOOGLE = 'https://accounts.google.example';
export const START = Date.parse('2026-11-22T12:00:00Z');

export const vault = createVault([{ kid: 'k1', key: Buffer.alloc(32, 1) }], createRandom());

/** Without the members that are undefined, so that it can be compared with what is meant. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** A cookie of this form names the browser of the tests. */
export const BROWSER = 'b'.repeat(43);
/** What the browser got when the person pressed allow. */
export const APPROVAL = 'a'.repeat(43);

export const REGISTERED = aClient({ clientId: 'registered', kind: 'registered', name: 'A registered app' });

export function aFlow(changed: Partial<Flow> = {}): Flow {
  return {
    id: 'flow-id-of-22-letters!',
    clientId: 'client',
    mode: 'broker',
    redirectUri: 'https://a.example/cb',
    state: 'a state',
    scopes: ['analytics.readonly', 'offline_access'],
    resource: `${US}/mcp`,
    browserHash: hashSecret(BROWSER),
    expiresAt: START + 60_000,
    ...changed,
  };
}

export function anApprovedFlow(changed: Partial<Flow> = {}): ApprovedFlow {
  return { ...aFlow(changed), approval: { hash: hashSecret(APPROVAL), kid: 'k1' } };
}

export const TOKENS: ProviderTokens = {
  accessToken: 'ya29.access',
  expiresInSeconds: 3599,
  refreshToken: '1//refresh',
  refreshExpiresInSeconds: undefined,
  scopes: ['openid', 'email', 'profile', 'analytics.readonly'],
  idToken: 'an ID token',
};

export const ADA: Identity = { subject: 'subject', email: 'ada@example.com', name: 'Ada' };

export interface SignIn {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A form of our own page. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** Google's answer to a flow that was allowed in this browser. */
  comeBack(flow: Flow, answer?: Record<string, string>): Promise<Response>;
  recorded: unknown[];
  logged: unknown[];
  /** What Google was asked, in order. */
  asked: unknown[];
  sentTo: AuthorizationUrlParts[];
  cookies: Map<string, string>;
  store: Store;
  close(): Promise<void>;
}

export interface SignInOptions {
  clients?: readonly Client[];
  provider?: Partial<Provider>;
  tokens?: Partial<ProviderTokens>;
  identity?: Partial<Identity>;
  allowedAccounts?: readonly string[];
  end?: Endings['unneeded'];
  /** Where requests come from, as http/limit-requests.ts notes it. */
  site?: string;
  /** Puts verbs of its own in front of the store. */
  store?: (store: Store) => Partial<Store>;
  /** Runs in front of every route. */
  before?: () => void;
  routes?: (app: Hono) => void;
}

export function createSignIn(options: SignInOptions = {}): SignIn {
  const clients = new Map([aClient(), REGISTERED, ...(options.clients ?? [])].map((each) => [each.clientId, each]));
  const recorded: unknown[] = [];
  const logged: unknown[] = [];
  const asked: unknown[] = [];
  const sentTo: AuthorizationUrlParts[] = [];
  const record: RecordEvent = (event: Happening, logOnly) => recorded.push(plain({ ...event, ...logOnly }));
  const real = openSqlite(':memory:');
  const store = { ...real, ...options.store?.(real) };
  const random = createRandom();
  const now = () => START;
  const lifetimes = { accessTokenSeconds: 3600, refreshTokenSeconds: 86_400, refreshReplaySeconds: 60 };
  const parts = {
    findClient: async (clientId: string) => clients.get(clientId),
    store,
    vault,
    provider: { ...googleThat(options, asked, sentTo), ...options.provider },
    random,
    now,
    record,
    log: recordingLog(logged),
    publicUrl: US,
    resourceUrl: `${US}/mcp`,
    scopes: ['analytics.readonly', 'calendar.events', 'offline_access'],
    operator: { name: 'Olga Operator', email: 'olga@example.com' },
    scopeWords: createScopeWords({
      'analytics.readonly': { area: 'Google Analytics', reads: 'See reports' },
      'calendar.events': { area: 'Google Calendar', changes: 'Change events' },
    }),
    allowedAccounts: options.allowedAccounts,
    mayConnect: createAccountPolicy(options.allowedAccounts),
    issue: createIssuer({ vault, random, now, lifetimes }),
    finishVisit: async () => new Response('a visit'),
    end: { unneeded: options.end ?? (async () => 'ended' as const) },
  };

  const app = new Hono<{ Variables: { counted: unknown } }>();
  app.onError(answerError(parts));
  app.notFound(answerNotFound(parts));
  app.use(async (c, next) => {
    const limits = { check: (limit: string, who: string) => asked.push({ limit, who }) };
    if (options.site !== undefined) c.set('counted', { limits, network: 'a network', site: options.site });
    options.before?.();
    await next();
  });
  app.get('/authorize', authorize(parts));
  app.get('/consent', showConsent(parts)).post(answerConsent(parts));
  app.get('/google/callback', callback(parts));
  options.routes?.(app as unknown as Hono);

  const cookies = new Map([['__Host-ganalyticsgpt-browser', BROWSER]]);
  const fetch = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    return app.fetch(new Request(`${US}${path}`, { ...init, headers }));
  };
  return {
    fetch,
    post: (path, fields, headers = {}) => fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
    comeBack(flow, answer = { code: "Google's code" }) {
      if (flow.approval !== undefined) cookies.set(`__Host-${approvalCookie(flow.id)}`, APPROVAL);
      const state = sealFlow(vault, 'flow-google', flow);
      return fetch(`/google/callback?${new URLSearchParams({ ...answer, state })}`);
    },
    recorded,
    logged,
    asked,
    sentTo,
    cookies,
    store,
    close: () => real.close(),
  };
}

function googleThat({ tokens, identity }: SignInOptions, asked: unknown[], sentTo: AuthorizationUrlParts[]): Provider {
  const never = async () => {
    throw new Error('a sign-in asks nothing of the kind');
  };
  return {
    async authorizationUrl(url) {
      sentTo.push(url);
      return `${GOOGLE}/auth?state=${url.state}`;
    },
    authorizationOrigin: async () => GOOGLE,
    async exchange(code, codeVerifier) {
      asked.push({ code, codeVerifier });
      return { ...TOKENS, ...tokens };
    },
    async identify(idToken, nonce) {
      asked.push({ idToken, nonce });
      return { ...ADA, ...identity };
    },
    refresh: never,
    revoke: never,
    tokenInfo: never,
    forward: never,
  };
}

function recordingLog(lines: unknown[]): Log {
  const write =
    (level: string) =>
    (fields: unknown, sentence: string): void =>
      void lines.push({ level, sentence, ...(plain(fields) as object) });
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } as Log;
}
