/**
 * What the server is made of: each part made once, from the configuration and from what was handed in.
 *
 * Owns: which implementation stands behind which contract. Does not own: the URLs, nor which room gets which part
 * (bridge.ts). `given` is the only seam: pass a clock, randomness, a store or a way out to the network, never an inner
 * function.
 */
import type { Config } from './config.ts';
import { checkScopes } from './config.ts';
import type { ToolError } from './errors.ts';
import type { AddressOf } from './http/client-address.ts';
import { createOutgoing, type Outgoing } from './http/outgoing.ts';
import { createPublicNetwork, type PublicNetwork } from './http/public-network.ts';
import { createRateLimits } from './http/rate-limit.ts';
import { createAccountPolicy } from './oauth/account-policy.ts';
import { createClients } from './oauth/clients/create-clients.ts';
import { createEndings } from './oauth/end-grant.ts';
import { createHeedEvent } from './oauth/heed-notice.ts';
import { createIssuer } from './oauth/issue.ts';
import { OFFLINE_ACCESS } from './oauth/scope.ts';
import { createScopeWords } from './oauth/scope-words.ts';
import { createLog, type Log } from './observe/log.ts';
import { createRecordEvent } from './observe/record-event.ts';
import { about as aboutUs } from './resource/about.ts';
import { createAuthenticate } from './resource/bearer.ts';
import { createCharts } from './resource/charts.ts';
import { createRelayedTokens } from './resource/relayed-token.ts';
import { limitCalls } from './resource/too-many.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';
import type { ToolArea } from './tools/area.ts';
import { areas as ownAreas, scopesOf, toolsFor, toolsOf } from './tools/catalog.ts';
import { createRunner } from './tools/run.ts';
import { type EventStream, openEventStream, type ServiceAccount } from './upstream/event-stream.ts';
import { createGoogle } from './upstream/google.ts';
import { createLiveTokens } from './upstream/live-token.ts';
import { createReadSecurityEvent } from './upstream/security-event.ts';
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
  /** Waits before Google is asked again; ends early, by throwing, when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to but not 1: how far apart those who ask again come. No secret hangs on it. */
  jitter(): number;
}

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

/** How the two that ask Google again wait, where it was handed in; each has its own way otherwise. */
function waitsOf({ sleep, jitter }: Partial<Parts>) {
  return { ...(sleep && { sleep }), ...(jitter && { jitter, random: jitter }) };
}

/** What the operator reads of calls that failed: loudly, where only the operator can mend it. */
function tellsOf(log: Log) {
  return {
    onUnexpected: (tool: string, err: unknown) => log.error({ tool, err }, 'a tool failed by our fault'),
    onRefusal: (tool: string, { kind, cause }: ToolError) => {
      const fields = { tool, kind, cause: cause instanceof Error ? cause.message : undefined };
      log[kind === 'operator' ? 'error' : 'info'](fields, 'a tool could not answer');
    },
  };
}

/** Where Google sends its security events, for the operator's command: nothing else of a bridge is needed for that. */
export function eventStreamOf(config: Config, send: Outgoing, account: ServiceAccount): Promise<EventStream> {
  const { publicUrl, google } = config;
  return openEventStream({ issuer: google.issuer, publicUrl, send, now: Date.now }, account);
}

/** What Google says of accounts by itself, and what is done then. */
function createNotices(
  { issuer, clientId }: Config['google'],
  parts: Parameters<typeof createHeedEvent>[0] & { send: Outgoing; now(): number },
) {
  const { send, now, log } = parts;
  const readSecurityEvent = createReadSecurityEvent({ issuer, clientId, send, now });
  return { readSecurityEvent, heedEvent: createHeedEvent(parts), log };
}

export function makeParts(config: Config, given: Partial<Parts>) {
  const { publicUrl, resourceUrl, operator, google, cimd: policy } = config;
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
    ...waitsOf(given),
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
    createAuthenticate({ store, live, relayed, mayConnect, resourceUrl, now, record, log, ...waitsOf(given) }),
    limits,
  );
  const { tools, scopeWords } = offer(given.areas ?? ownAreas, google.scopes);
  const run = createRunner({
    send,
    baseUrls: baseUrlsOf(google),
    now,
    ...waitsOf(given),
    ...tellsOf(log),
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
  const googleNotices = createNotices(google, { send, now, store, vault, end, record, log });
  const unusedDays = Math.round(config.lifetimes.refreshTokenSeconds / 86_400);
  return { base, consent, door, words: { ...words, unusedDays }, googleNotices, charts, limits, outgoing };
}
