/**
 * A sandbox in the test's own process, on a port, that keeps a book of every refresh: for whom, in which life of the access
 * token, asked by which process, when.
 *
 * Owns: the book. A life begins with a sign-in and whenever the test lets the token expire. Does not own: what Google
 * does (src/sandbox/), what to make of the book (test/postgres/chaos-book.ts).
 */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { bridgeEnvironment } from '../../src/sandbox/environment.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { QuickClock } from './quick-clock.ts';

export interface Refresh {
  account: string;
  /** The how manieth life of the person's access token. */
  life: number;
  /** Of the process that asked. */
  pid: number;
  /** Milliseconds since the epoch, by the bridges' clock. */
  askedAt: number;
}

export interface CountedGoogle {
  /** The environment of a bridge that is to use it. */
  settings: Readonly<Record<string, string>>;
  /** Every refresh that Google granted, in order. */
  refreshes: readonly Refresh[];
  /** Lets the person's access token expire: the next life begins. */
  endLife(account: string): Promise<void>;
  /** So many lives have begun in all. */
  lives(): number;
  close(): Promise<void>;
}

/** `clock` is the bridges' own, by which the book is kept. */
export async function startCountedGoogle(clock: QuickClock): Promise<CountedGoogle> {
  let sandbox: Sandbox | undefined;
  const refreshes: Refresh[] = [];
  const lives = new Map<string, number>();
  const owners = new Map<string, string>();

  /** Whose a refresh token is, Google says only when it is made. */
  const noteSignIn = async (answer: Response): Promise<void> => {
    const { refresh_token, id_token = '' } = (await answer.json()) as { refresh_token?: string; id_token?: string };
    const [, claims = ''] = id_token.split('.');
    const { email } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { email: string };
    if (refresh_token === undefined) return;
    owners.set(refresh_token, email);
    lives.set(email, (lives.get(email) ?? 0) + 1);
  };

  const answerToken = async (request: Request, ask: (request: Request) => Promise<Response>): Promise<Response> => {
    const askedAt = clock.now();
    const form = new URLSearchParams(await request.clone().text());
    const account = owners.get(form.get('refresh_token') ?? '');
    const life = lives.get(account ?? '') ?? 0;
    const answer = await ask(request);
    if (answer.status !== 200) return answer;
    if (form.get('grant_type') === 'authorization_code') await noteSignIn(answer.clone());
    const pid = Number(request.headers.get('x-process'));
    if (account !== undefined) refreshes.push({ account, life, pid, askedAt });
    return answer;
  };

  const server = createAdaptorServer({
    async fetch(request: Request) {
      const ask = async (asked: Request) => (await sandbox?.fetch(asked)) ?? new Response(null, { status: 503 });
      return new URL(request.url).pathname === '/token' ? answerToken(request, ask) : ask(request);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sandbox = createSandbox({ issuer: url, data: 'small' });
  const { close, fetch } = sandbox;
  const preloads = ['name-replica.ts', 'quick-clock.ts'].map((file) => pathToFileURL(join(import.meta.dirname, file)));

  return {
    settings: {
      ...bridgeEnvironment(url),
      ...clock.settings,
      NODE_OPTIONS: preloads.map(({ href }) => `--import ${href}`).join(' '),
    },
    refreshes,
    lives: () => [...lives.values()].reduce((sum, each) => sum + each, 0),
    async endLife(account) {
      lives.set(account, (lives.get(account) ?? 0) + 1);
      const body = JSON.stringify({ person: account, what: 'access' });
      const headers = { 'content-type': 'application/json' };
      await fetch(new Request(`${url}/sandbox/expire`, { method: 'POST', headers, body }));
    },
    close: () =>
      new Promise((resolve) => {
        close();
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
