/**
 * The whole sandbox on one screen: a local server that behaves like Google, quirks included, and knows the bridge only
 * from outside. Make the parts, lay out the URLs.
 *
 * Owns: wiring and the listener. Does not own: behaviour (sign-in/, analytics/, calendar/, faults.ts, gate.ts).
 */
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { analyticsAdmin } from './analytics/admin.ts';
import { analyticsData } from './analytics/data.ts';
import type { ApiEnv } from './api.ts';
import { calendar } from './calendar/calendar.ts';
import { controls } from './controls.ts';
import { applyFaults, createFaults } from './faults.ts';
import { type Api, gate } from './gate.ts';
import { sendPage } from './page.ts';
import { answerRefusal, JsonRefusal } from './refusal.ts';
import { createRequestLog, logRequests } from './request-log.ts';
import { analyticsAdminApi, analyticsDataApi, calendarApi } from './scopes-needed.ts';
import { createServiceAccount } from './security-events/account-key.ts';
import { createSecurityEvents, type Deliver, deliverByHttp } from './security-events/events.ts';
import { streamApi } from './security-events/stream-api.ts';
import { authorize } from './sign-in/authorize.ts';
import { discovery } from './sign-in/discovery.ts';
import { createFlows } from './sign-in/flows.ts';
import { createKeys } from './sign-in/keys.ts';
import { createLinks } from './sign-in/links.ts';
import { revoke } from './sign-in/revoke.ts';
import { token } from './sign-in/token.ts';
import { tokeninfo } from './sign-in/tokeninfo.ts';
import { userinfo } from './sign-in/userinfo.ts';
import { startPage } from './start-page.ts';

export interface SandboxOptions {
  /** Origin without a trailing slash; every URL and `iss` says it, whatever host a request names. */
  issuer: string;
  data: 'small' | 'shop';
  now?: () => Date;
  /** How slow faults wait; passed in by tests that must not. */
  wait?: (milliseconds: number) => Promise<void>;
  /** How security events reach their receiver; passed in by tests without a network. */
  deliver?: Deliver;
}

export interface Sandbox {
  fetch: (request: Request, bindings?: HttpBindings) => Response | Promise<Response>;
  /** Ends every wait that is under way. */
  close: () => void;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  const { issuer, data, now = () => new Date() } = options;
  const closing = new AbortController();
  const wait = options.wait ?? ((milliseconds) => waitFor(milliseconds, closing.signal));
  const links = createLinks(now);
  const flows = createFlows();
  const keys = createKeys(now);
  const events = createSecurityEvents({ issuer, keys, deliver: options.deliver ?? deliverByHttp });
  const account = createServiceAccount(now);
  const faults = createFaults();
  const log = createRequestLog(now);

  const app = new Hono<ApiEnv>();
  app.onError(answerRefusal);
  app.notFound((c) => answerRefusal(new JsonRefusal(404, 'not_found', `Nothing here; see ${issuer}/ for what is.`), c));
  app.use(bodyLimit({ maxSize: 4_000_000 }), logRequests(log), applyFaults({ faults, wait }));

  // sign-in
  app.route('/', discovery({ issuer, keys }));
  app.route('/', authorize({ links, flows }));
  app.post('/token', token({ links, issuer, keys, now }));
  app.post('/revoke', revoke({ links }));
  app.on(['GET', 'POST'], '/tokeninfo', tokeninfo({ links, issuer, keys, now }));
  app.on(['GET', 'POST'], '/v1/userinfo', userinfo({ links, issuer }));

  // Cross-Account Protection
  app.route('/', streamApi({ issuer, events, account, now }));

  // Google's APIs, each behind the gate
  const mount = (api: Api, calls: Hono<ApiEnv>) => {
    app.use(`${api.mount}/*`, gate(links, api));
    app.route(api.mount, calls);
  };
  mount(analyticsDataApi, analyticsData({ now, size: data }));
  mount(analyticsAdminApi, analyticsAdmin({ now }));
  mount(calendarApi, calendar({ now }));

  // the sandbox's own
  app.get('/', (c) => sendPage(c, 200, startPage(issuer, data)));
  app.route('/sandbox', controls({ issuer, faults, log, links, keys, events, account, now }));

  return { fetch: (request, bindings) => app.fetch(request, bindings), close: () => closing.abort() };
}

/** A closing sandbox waits for nothing more. */
async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

export interface StartOptions extends Omit<SandboxOptions, 'issuer' | 'wait'> {
  /** 0 takes a free one. */
  port?: number;
  host?: string;
}

/** Listens, on the loopback interface unless told otherwise. Rejects when the port is taken. */
export async function startSandbox(options: StartOptions): Promise<{ url: string; close: () => Promise<void> }> {
  const { port = 0, host = '127.0.0.1', ...rest } = options;
  let sandbox: Sandbox | undefined;
  const fetch = (request: Request, bindings: unknown) => sandbox?.fetch(request, bindings as HttpBindings);
  const server = createAdaptorServer({ fetch, hostname: host });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  sandbox = createSandbox({ ...rest, issuer: url });
  const { close } = sandbox;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        close();
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
