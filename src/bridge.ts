/**
 * The whole server on one screen: take the parts, give each room only what it uses, lay out the URLs.
 *
 * Returns a web-standard `fetch`, so that the same bridge runs under node:http, inside another server, or inside a test.
 * What a part is made of stands in parts.ts.
 */
import { Hono } from 'hono';
import type { Config } from './config.ts';
import { isLoopback } from './config.ts';
import { socketAddress } from './http/client-address.ts';
import { limitRequests } from './http/limit-requests.ts';
import { files, fixedJson, fixedPage, onlyMethod } from './http/respond.ts';
import { changeAccount, finishVisit, showAccount } from './oauth/account/account.ts';
import { answerError, answerNotFound } from './oauth/answer-error.ts';
import { authorize } from './oauth/authorize.ts';
import { callback } from './oauth/callback.ts';
import { answerConsent, showConsent } from './oauth/consent.ts';
import type { Endings } from './oauth/end-grant.ts';
import { googleEvents } from './oauth/google-events.ts';
import { introspect } from './oauth/introspect.ts';
import { authorizationServerMetadata } from './oauth/metadata.ts';
import { deleteRegistration, register, showRegistration } from './oauth/register.ts';
import { revoke } from './oauth/revoke.ts';
import { token } from './oauth/token.ts';
import { assets } from './pages/assets.ts';
import { pageHeaders } from './pages/headers.ts';
import { homePage } from './pages/home.ts';
import { privacyPage } from './pages/privacy.ts';
import { supportPage } from './pages/support.ts';
import { termsPage } from './pages/terms.ts';
import { makeParts, type Parts } from './parts.ts';
import { actions } from './resource/actions.ts';
import { mcp } from './resource/mcp.ts';
import { protectedResourceMetadata } from './resource/metadata.ts';
import { openapi } from './resource/openapi.ts';
import { plugin } from './resource/plugin.ts';
import { answerTooManyAtDoors } from './resource/too-many.ts';
import type { Store } from './store/store.ts';
import { version } from './version.ts';

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

export function createBridge(config: Config, given: Partial<Parts> = {}): Bridge {
  const { base, consent, googleNotices, door, words, charts, limits, outgoing } = makeParts(config, given);
  const { store, end, log, now, publicUrl, resourceUrl, scopes, scopeWords } = base;
  const { lifetimes, google } = config;

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
      hasDocuments: config.cimd !== 'off',
    }),
  );
  app.get(
    '/.well-known/openid-configuration',
    fixedJson({ error: 'not_found', error_description: 'This server is not an OpenID provider.' }, 404),
  );
  app.get('/authorize', authorize(base));
  app.get('/consent', showConsent(consent)).post(answerConsent(consent));
  app.get('/google/callback', callback({ ...base, finishVisit: finishVisit(base) }));
  app.post('/google/events', googleEvents(googleNotices));
  app.post('/token', token({ ...base, replayWindowMs: lifetimes.refreshReplaySeconds * 1000 }));
  app.post('/revoke', revoke(base));
  app.post('/introspect', introspect(base));
  if (config.registration === 'open') app.post('/register', register(base));
  app.get('/register/:client_id', showRegistration(base)).delete(deleteRegistration(base));

  // The doors: three faces of one catalogue
  const resource = protectedResourceMetadata({
    publicUrl,
    resourceUrl,
    scopes: google.scopes,
    title: door.about.title,
  });
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
  app.get('/privacy', fixedPage(privacyPage({ ...words, hasAccountPage: true }), pageHeaders()));
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
  app.all('/google/events', onlyMethod('POST', 'Google sends its security events here (RFC 8935).'));
}
