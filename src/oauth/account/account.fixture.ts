/**
 * The account page without a network: the real handlers, vault and store, a clock in hand, and a Google that says what a
 * test wants.
 *
 * Owns: the parts, the cookies of one browser, and what was recorded, asked and ended. Does not own: any test. Whole
 * stories, with the sandbox as Google, stand in test/journeys/account.test.ts.
 */
import { Hono } from 'hono';
import { PageError } from '../../errors.ts';
import { readQuery } from '../../http/parameters.ts';
import { aCode, aGrant, aLink } from '../../store/conformance-records.ts';
import type { Client, Grant } from '../../store/records.ts';
import { openSqlite } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import type { AuthorizationUrlParts, Identity, Provider } from '../../upstream/provider.ts';
import { createRandom } from '../../vault/token.ts';
import { createVault } from '../../vault/vault.ts';
import type { LinkEnd } from '../end-grant.ts';
import { createScopeWords } from '../scope-words.ts';
import { trailOf } from '../trail.ts';
import { changeAccount, finishVisit, showAccount } from './account.ts';

export const US = 'https://ga.example.com';
export const GOOGLE = 'https://accounts.google.example';
export const START = Date.parse('2026-11-22T12:00:00Z');
export const MINUTE = 60_000;
export const SESSION = '__Host-ganalyticsgpt-account';
export const BROWSER = '__Host-ganalyticsgpt-browser';

export const vault = createVault([{ kid: 'k1', key: Buffer.alloc(32, 1) }], createRandom());

export interface AccountOptions {
  /** Google's part, where it is not willing. */
  provider?: Partial<Provider>;
  identity?: Partial<Identity>;
  findClient?: (clientId: string) => Promise<Client | undefined>;
  /** What becomes of Google's link. */
  link?: LinkEnd | undefined;
  /** Puts verbs of its own in front of the store. */
  store?: (store: Store) => Partial<Store>;
}

export interface Shown {
  status: number;
  /** What a reader would read. */
  text: string;
  html: string;
  headers: Headers;
}

export function createAccount(options: AccountOptions = {}) {
  const clock = { time: START };
  const recorded: unknown[] = [];
  const ended: unknown[] = [];
  const sentTo: AuthorizationUrlParts[] = [];
  const exchanged: unknown[] = [];
  const real = openSqlite(':memory:');
  const store = { ...real, ...options.store?.(real) };
  const ends = 'link' in options ? options.link : 'kept';
  const note =
    (what: string) =>
    async (...args: unknown[]): Promise<never> => {
      ended.push([what, ...args]);
      return ends as never;
    };
  const parts = {
    findClient: options.findClient ?? (async () => undefined),
    store,
    end: { grant: note('grant'), connection: note('connection'), person: note('person') },
    vault,
    provider: { ...googleThat(options, sentTo, exchanged), ...options.provider } as Provider,
    random: createRandom(),
    now: () => clock.time,
    record: (...what: unknown[]) => void recorded.push(what),
    publicUrl: US,
    operator: { name: 'Olga Operator', email: 'olga@example.com' },
    scopeWords: createScopeWords({
      'analytics.readonly': { area: 'Google Analytics', reads: 'See reports' },
      'calendar.events': { area: 'Google Calendar', changes: 'Change events' },
    }),
  };

  const app = new Hono();
  const finish = finishVisit(parts);
  app.get('/account', showAccount(parts)).post(changeAccount(parts));
  app.get('/google/callback', (c) => finish(c, readQuery(c.req.url)));
  // In place of answer-error.ts: what was thrown, and what it would have been recorded under.
  app.onError((error, c) => {
    const [problem, status] =
      error instanceof PageError ? [error.problem, error.status] : [error.message, 500 as const];
    return c.text(`${trailOf(c)?.step}: ${problem}`, status);
  });

  const cookies = new Map<string, string>();
  const fetch = async (path: string, init: RequestInit = {}): Promise<Shown> => {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await app.fetch(new Request(US + path, { ...init, headers }));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = '', age = ''] = /^([^=]+)=([^;]*);.*Max-Age=(\d+)/i.exec(line) ?? [];
      if (age === '0') cookies.delete(name);
      else cookies.set(name, value);
    }
    const html = await answer.text();
    const text = html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    return { status: answer.status, text, html, headers: answer.headers };
  };
  const show = () => fetch('/account');
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch('/account', { method: 'POST', body: new URLSearchParams(fields), headers });
  const comeBack = (fields: Record<string, string>) => fetch(`/google/callback?${new URLSearchParams(fields)}`);
  const csrf = async () => /name="csrf" value="([^"]+)"/.exec((await show()).html)?.[1] ?? '';
  const begin = async () => {
    await show();
    await post({ decision: 'allow' });
    return sentTo.at(-1)?.state ?? '';
  };

  return {
    clock,
    recorded,
    ended,
    sentTo,
    exchanged,
    cookies,
    store,
    fetch,
    show,
    post,
    comeBack,
    /** The page's token, as the form of a person who is signed in carries it. */
    csrf,
    /** From the page with the button to Google; returns the state that Google gets. */
    begin,
    signIn: async () => comeBack({ state: await begin(), code: "Google's code" }),
    /** Presses a button of the page of somebody who is signed in. */
    press: async (name: string, value: string) => post({ [name]: value, csrf: await csrf() }),
    async connect(...grants: Partial<Grant>[]) {
      await real.connections.link(aLink({ at: START }));
      for (const [index, grant] of grants.entries()) {
        const id = grant.id ?? `grant ${index}`;
        await real.codes.add(aCode({ id, flowId: id, expiresAt: START + MINUTE }));
        await real.grants.redeem(id, aGrant({ id, createdAt: START, lastUsedAt: START, ...grant }));
      }
    },
    close: () => real.close(),
  };
}

export type Account = ReturnType<typeof createAccount>;

function googleThat({ identity }: AccountOptions, sentTo: AuthorizationUrlParts[], exchanged: unknown[]) {
  return {
    async authorizationUrl(parts: AuthorizationUrlParts) {
      sentTo.push(parts);
      return `${GOOGLE}/auth?state=${parts.state}`;
    },
    authorizationOrigin: async () => GOOGLE,
    async exchange(code: string, codeVerifier: string) {
      exchanged.push({ code, codeVerifier });
      return { idToken: 'an ID token' };
    },
    async identify(idToken: string, nonce: string) {
      exchanged.push({ idToken, nonce });
      return { subject: 'subject', email: 'ada@example.com', name: 'Ada', ...identity };
    },
  };
}
