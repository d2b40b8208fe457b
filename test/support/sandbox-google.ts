/**
 * A sandbox in the test's own process with a clock that the test turns, and the calls that a Google client makes to it.
 *
 * Owns: test conveniences around createSandbox. Does not own: pages (sandbox-visitor.ts). For tests of the sandbox
 * itself; tests of the bridge start a sandbox on a port.
 */
import assert from 'node:assert/strict';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { createSandboxVisitor, type SignInSteps } from './sandbox-visitor.ts';

export const issuer = 'http://127.0.0.1:4400';
export const redirectUri = 'http://localhost:8787/google/callback';
export const analyticsReadonly = 'https://www.googleapis.com/auth/analytics.readonly';
export const calendarEvents = 'https://www.googleapis.com/auth/calendar.events';
export const userinfoEmail = 'https://www.googleapis.com/auth/userinfo.email';
export const userinfoProfile = 'https://www.googleapis.com/auth/userinfo.profile';

export type Fields = Record<string, string>;

/** Status, headers and parsed JSON of an answer. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever JSON came; the assertion is the type check
  json: any;
}

export type TestGoogle = ReturnType<typeof startTestGoogle>;

export function startTestGoogle() {
  let time = Date.parse('2026-10-01T12:00:00Z');
  const waits: number[] = [];
  const sandbox = createSandbox({
    issuer,
    data: 'small',
    now: () => new Date(time),
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
  });

  async function call(method: string, path: string, init: { form?: Fields; json?: unknown; headers?: Fields } = {}) {
    const body = init.form
      ? new URLSearchParams(init.form)
      : init.json === undefined
        ? null
        : JSON.stringify(init.json);
    const headers = { ...(init.json !== undefined && { 'Content-Type': 'application/json' }), ...init.headers };
    const response = await sandbox.fetch(new Request(issuer + path, { method, body, headers }));
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : text } as Answer;
  }

  const credentials = { client_id: 'sandbox-client', client_secret: 'sandbox-secret' };

  return {
    call,
    waits,
    fetch: sandbox.fetch,
    visitor: () => createSandboxVisitor(sandbox.fetch),

    /** Turns the clock forward. */
    pass(seconds: number): void {
      time += seconds * 1000;
    },

    /** POST /token as the seeded client; a field set to the empty text is left out. */
    token(fields: Fields): Promise<Answer> {
      const all = Object.entries({ ...credentials, ...fields }).filter(([, value]) => value !== '');
      return call('POST', '/token', { form: Object.fromEntries(all) });
    },

    redeem(code: string, fields: Fields = {}): Promise<Answer> {
      return this.token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...fields });
    },

    refresh(refreshToken: string, fields: Fields = {}): Promise<Answer> {
      return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...fields });
    },

    bearer: (path: string, accessToken: string, method = 'GET'): Promise<Answer> =>
      call(method, path, { headers: { Authorization: `Bearer ${accessToken}` } }),

    /** A whole sign-in in a fresh browser, up to the code. */
    async code(query: Fields = {}, steps: Partial<SignInSteps> = {}): Promise<string> {
      const visitor = createSandboxVisitor(sandbox.fetch);
      const back = await visitor.signIn(authorizationUrl(query), { account: 'ada@example.com', ...steps });
      const code = back.searchParams.get('code');
      assert.ok(code, `no code in ${back.href}`);
      return code;
    },

    /** A whole sign-in with the tokens it ends in. */
    async connect(query: Fields = {}, steps: Partial<SignInSteps> = {}): Promise<Answer['json']> {
      const { client_id = credentials.client_id } = query;
      const client_secret = client_id.replace('client', 'secret');
      const answer = await this.redeem(await this.code(query, steps), { client_id, client_secret });
      assert.equal(answer.status, 200, JSON.stringify(answer.json));
      return answer.json;
    },
  };
}

/** An authorization URL as a careful client sends it: offline, with consent. Empty text leaves a parameter out. */
export function authorizationUrl(query: Fields = {}): string {
  const all = {
    client_id: 'sandbox-client',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: `openid email ${analyticsReadonly}`,
    access_type: 'offline',
    prompt: 'consent',
    state: 'the-state',
    ...query,
  };
  const url = new URL('/o/oauth2/v2/auth', issuer);
  for (const [name, value] of Object.entries(all)) if (value !== '') url.searchParams.set(name, value);
  return url.href;
}
