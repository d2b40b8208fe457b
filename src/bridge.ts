/**
 * The whole server on one screen: make the parts, give each room only what it uses, lay out the URLs.
 *
 * Returns a web-standard `fetch`, so that the same bridge runs under node:http, inside another server, or inside a test.
 * `parts` is the only seam: pass a clock, randomness, a store or a way out to the network, never an inner function.
 */
import { Hono } from 'hono';
import type { Config } from './config.ts';
import { checkScopes, isLoopback } from './config.ts';
import { type AddressOf, socketAddress } from './http/client-address.ts';
import { limitRequests } from './http/limit-requests.ts';
import { createOutgoing, type Outgoing } from './http/outgoing.ts';
import { createPublicNetwork, type PublicNetwork } from './http/public-network.ts';
import { createRateLimits } from './http/rate-limit.ts';
import { files, fixedJson, fixedPage, onlyMethod } from './http/respond.ts';
import { changeAccount, finishVisit, showAccount } from './oauth/account/account.ts';
import { createAccountPolicy } from './oauth/account-policy.ts';
import { answerError, answerNotFound } from './oauth/answer-error.ts';
import { authorize } from './oauth/authorize.ts';
import { callback } from './oauth/callback.ts';
import { createClients } from './oauth/clients/create-clients.ts';
import { answerConsent, showConsent } from './oauth/consent.ts';
import { createEndings, type Endings } from './oauth/end-grant.ts';
import { introspect } from './oauth/introspect.ts';
import { createIssuer } from './oauth/issue.ts';
import { authorizationServerMetadata } from './oauth/metadata.ts';
import { deleteRegistration, register, showRegistration } from './oauth/register.ts';
import { revoke } from './oauth/revoke.ts';
import { OFFLINE_ACCESS } from './oauth/scope.ts';
import { createScopeWords } from './oauth/scope-words.ts';
import { token } from './oauth/token.ts';
import { createLog, type Log } from './observe/log.ts';
import { createRecordEvent } from './observe/record-event.ts';
import { assets } from './pages/assets.ts';
import { pageHeaders } from './pages/headers.ts';
import { homePage } from './pages/home.ts';
import { privacyPage } from './pages/privacy.ts';
import { supportPage } from './pages/support.ts';
import { termsPage } from './pages/terms.ts';
import { about as aboutUs } from './resource/about.ts';
import { actions } from './resource/actions.ts';
import { createAuthenticate } from './resource/bearer.ts';
import { createCharts } from './resource/charts.ts';
import { mcp } from './resource/mcp.ts';
import { protectedResourceMetadata } from './resource/metadata.ts';
import { openapi } from './resource/openapi.ts';
import { plugin } from './resource/plugin.ts';
import { createRelayedTokens } from './resource/relayed-token.ts';
import { answerTooManyAtDoors, limitCalls } from './resource/too-many.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';
import type { ToolArea } from './tools/area.ts';
import { areas as ownAreas, scopesOf, toolsFor, toolsOf } from './tools/catalog.ts';
import { createRunner } from './tools/run.ts';
import { createGoogle } from './upstream/google.ts';
import { createLiveTokens } from './upstream/live-token.ts';
import { openKeyRing } from './vault/keys.ts';
import { markPerson } from './vault/person-mark.ts';
import { createRandom, type Random } from './vault/token.ts';
import { createVault } from './vault/vault.ts';
import { version } from './version.ts';

/** What may be handed in; everything else is made here. */
export interface Parts {
  now(): number;
  random: Random;
  log: Log;
  store: Store;
  send: Outgoing;
  /** The way to hosts that clients name. */
  network: PublicNetwork;
  /** Where a request comes from, when the server in front is not @hono/node-server. */
  addressOf: AddressOf;
  /** What an assistant can do: our own areas of tools, unless others are given beside or instead of them. */
  areas: readonly ToolArea[];
}

export interface Bridge {
  /** `env` is what the server in front knows about the connection; without it no network is counted. */
  fetch(request: Request, env?: object): Response | Promise<Response>;
  store: Store;
  /** How a grant or a connection ends, for the operator's commands. */
  end: Endings;
  /** Clears away at most `limit` rows of each kind that have ended. Returns how many. To be called now and then. */
  sweep(limit: number): Promise<number>;
  close(): Promise<void>;
}

type App = Hono<{ Variables: { isLoopbackBridge: boolean } }>;

/** Every scope that `GOOGLE_SCOPES` may name with these areas. */
export function offeredScopes(areas: readonly ToolArea[] = ownAreas): string[] {
  return Object.keys(scopesOf(areas));
}

/** What of these areas is switched on. Throws ConfigError for a scope that none of them uses. */
function offer(areas: readonly ToolArea[], scopes: readonly string[]) {
  checkScopes(scopes, offeredScopes(areas));
  return { tools: toolsFor(scopes, toolsOf(areas)), scopeWords: createScopeWords(scopesOf(areas)) };
}

function baseUrlsOf({ analyticsDataUrl, analyticsAdminUrl, calendarUrl }: Config['google']) {
  return { analyticsdata: analyticsDataUrl, analyticsadmin: analyticsAdminUrl, calendar: calendarUrl };
}

export function createBridge(config: Config, given: Partial<Parts> = {}): Bridge {
  const { publicUrl, resourceUrl, operator, google } = config;
  const now = given.now ?? Date.now;
  const random = given.random ?? createRandom();
  const log = given.log ?? createLog(config.log);
  const outgoing = createOutgoing();
  const send = given.send ?? outgoing.send;
  const path = config.database.kind === 'sqlite' ? config.database.path : ':memory:';
  const vault = createVault(openKeyRing(config.secretKeys, path, random, now), random);
  // PostgreSQL is opened before (store/open.ts), since that has to be waited for.
  const store = given.store ?? openSqlite(path);
  const provider = createGoogle({ ...google, redirectUri: `${publicUrl}/google/callback`, send, now });

  const mayConnect = createAccountPolicy(config.allowedAccounts);
  const { cimd: policy } = config;
  const network = given.network ?? createPublicNetwork();
  const { findClient, checkAssertion } = createClients({ store, network, policy, publicUrl, now, log });
  const record = createRecordEvent({ events: store.events, log, now, mark: (email) => markPerson(vault, email) });
  const end = createEndings({ store, vault, provider, record, log, now });
  const issue = createIssuer({ vault, random, now, lifetimes: config.lifetimes });
  const live = createLiveTokens({
    connections: store.connections,
    vault,
    provider,
    now,
    onDead: ({ id: connectionId, email }, google) =>
      record({ step: 'connection', outcome: 'dead', connectionId, email, detail: { google } }),
  });
  const relayed = createRelayedTokens({
    provider,
    clients: store.clients,
    googleClientId: google.clientId,
    mayConnect,
    now,
  });
  const limits = createRateLimits({ factor: config.rateLimits, now, log });
  const authenticate = limitCalls(
    createAuthenticate({ store, live, relayed, mayConnect, resourceUrl, now, record }),
    limits,
  );
  const { tools, scopeWords } = offer(given.areas ?? ownAreas, google.scopes);
  const run = createRunner({
    send,
    baseUrls: baseUrlsOf(google),
    now,
    onUnexpected: (tool, err) => log.error({ tool, err }, 'a tool failed by our fault'),
    onRefusal: (tool, error) =>
      log.info(
        { tool, kind: error.kind, cause: error.cause instanceof Error ? error.cause.message : undefined },
        'a tool could not answer',
      ),
  });
  const about = aboutUs(tools, version);
  const scopes = [...google.scopes, OFFLINE_ACCESS];
  const base = {
    findClient,
    checkAssertion,
    store,
    vault,
    provider,
    issue,
    end,
    record,
    mayConnect,
    random,
    now,
    log,
    publicUrl,
    resourceUrl,
    scopes,
    scopeWords,
    operator,
  };
  const consent = { ...base, allowedAccounts: config.allowedAccounts };
  const charts = createCharts({ vault, publicUrl, now, onFault: (err) => log.error({ err }, 'a chart was not drawn') });
  const door = {
    authenticate,
    run,
    tools,
    charts,
    publicUrl,
    scopes: google.scopes,
    about,
    operatorEmail: operator.email,
  };
  const words = { publicUrl, operator, ...scopeWords.describe(google.scopes) };
  const unusedDays = Math.round(config.lifetimes.refreshTokenSeconds / 86_400);

  const app: App = new Hono();
  app.onError(answerTooManyAtDoors(answerError(base)));
  app.notFound(answerNotFound(base));
  app.use(async (c, next) => {
    c.set('isLoopbackBridge', publicUrl.startsWith('http:') && isLoopback(new URL(publicUrl).hostname));
    await next();
  });
  const addressOf = given.addressOf ?? socketAddress;
  app.use(limitRequests({ limits, addressOf, trustProxyHops: config.trustProxyHops, log }));

  // The authorization server (RFC 6749, 7009, 7591, 8414, 9207)
  app.get(
    '/.well-known/oauth-authorization-server',
    authorizationServerMetadata({
      publicUrl,
      scopes,
      registration: config.registration,
      hasDocuments: policy !== 'off',
    }),
  );
  app.get(
    '/.well-known/openid-configuration',
    fixedJson({ error: 'not_found', error_description: 'This server is not an OpenID provider.' }, 404),
  );
  app.get('/authorize', authorize(base));
  app.get('/consent', showConsent(consent)).post(answerConsent(consent));
  app.get('/google/callback', callback({ ...base, finishVisit: finishVisit(base) }));
  app.post('/token', token({ ...base, replayWindowMs: config.lifetimes.refreshReplaySeconds * 1000 }));
  app.post('/revoke', revoke(base));
  app.post('/introspect', introspect(base));
  if (config.registration === 'open') app.post('/register', register(base));
  app.get('/register/:client_id', showRegistration(base)).delete(deleteRegistration(base));

  // The doors: three faces of one catalogue
  const resource = protectedResourceMetadata({ publicUrl, resourceUrl, scopes: google.scopes, title: about.title });
  app.all('/.well-known/oauth-protected-resource', resource);
  app.all('/.well-known/oauth-protected-resource/mcp', resource);
  app.all('/mcp', mcp({ ...door, onFault: (err) => log.error({ err }, 'the MCP endpoint failed') }));
  app.all('/actions/:tool', actions(door));
  app.all('/charts/:file', charts.handler);
  app.all('/openapi.json', openapi({ ...door, scopeName: scopeWords.nameOf, format: 'json' }));
  app.all('/openapi.yaml', openapi({ ...door, scopeName: scopeWords.nameOf, format: 'yaml' }));
  app.all('/.well-known/ai-plugin.json', plugin({ ...door, verificationToken: config.pluginVerificationToken }));
  const { openaiAppsChallenge: challenge } = config;
  if (challenge !== undefined) app.get('/.well-known/openai-apps-challenge', (c) => c.text(challenge));

  // For people
  app.get('/', fixedPage(homePage(words), pageHeaders({ hasScript: true })));
  app.get('/privacy', fixedPage(privacyPage({ ...words, unusedDays, hasAccountPage: true }), pageHeaders()));
  app.get('/terms', fixedPage(termsPage(words), pageHeaders()));
  app.get('/support', fixedPage(supportPage({ ...words, hasAccountPage: true }), pageHeaders()));
  app.get('/account', showAccount(base)).post(changeAccount(base));
  app.get('/assets/*', files(assets));
  app.get('/logo.png', (c) => c.redirect('/assets/logo.png', 301));

  // For the operator
  app.get('/health', (c) => c.json({ status: 'up', version }));
  app.get('/ready', async (c) => {
    await store.ping();
    return c.json({ status: 'ready' });
  });

  answerWrongMethods(app, config.registration);

  return {
    fetch: app.fetch,
    store,
    end,
    sweep: async (limit) => (await store.sweep(now(), limit)) + (await end.leftovers(limit)),
    async close() {
      await charts.close();
      await store.close();
      await outgoing.close();
    },
  };
}

const TO_READ = [
  ...['/', '/privacy', '/terms', '/support', '/logo.png', '/assets/*', '/health', '/ready'],
  ...['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'],
];

/** After every route: what reaches these used a method that nothing takes. */
function answerWrongMethods(app: App, registration: Config['registration']): void {
  app.all('/authorize', onlyMethod('GET', 'it is the authorization endpoint, opened in a browser.'));
  app.all(
    '/token',
    onlyMethod(
      'POST',
      'it is the token endpoint, called by an assistant’s server. The page that people see is /authorize.',
    ),
  );
  app.all('/revoke', onlyMethod('POST', 'it takes back a token (RFC 7009).'));
  app.all(
    '/register',
    onlyMethod(
      'POST',
      registration === 'open' ? 'it registers a client (RFC 7591).' : 'registration is switched off here.',
    ),
  );
  app.all('/register/:client_id', onlyMethod('GET or DELETE', 'it is the registration of one client (RFC 7592).'));
  app.all('/introspect', onlyMethod('POST', 'it says what a token of yours is good for (RFC 7662).'));
  app.all('/account', onlyMethod('GET', 'it is a page.'));
  app.all('/consent', onlyMethod('GET', 'it is a page.'));
  for (const path of TO_READ) app.all(path, onlyMethod('GET', 'it is there to be read.'));
  app.all('/google/callback', onlyMethod('GET', 'Google sends people back here.'));
}
