/**
 * What the crash operations work with: a bridge that can be killed at a point, two assistants, people of the crowd, and
 * what the database and Google hold about each of them.
 *
 * Owns: looking from outside. Does not own: what is done (crash-operations.ts), when it ends (crash-run.ts).
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createBrowser } from '../../src/demo/browser.ts';
import { type Credentials, openStage, type Stage } from '../../src/demo/stage.ts';
import { type Answer, type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { crowdMember, signInFromCrowd } from '../support/crowd.ts';
import { type KillOrders, openKillOrders } from '../support/kill-orders.ts';
import type { CrashStore } from './crash-stores.ts';

/** One assistant's tokens for one person. */
export interface Family {
  assistant: Assistant;
  tokens: Tokens;
}

/** What both sides hold about a person. */
export interface Holding {
  /** `ended` is marked, and waits for Google to be asked. */
  connection: 'none' | 'alive' | 'dead' | 'ended';
  /** Of the tokens. */
  version: number;
  /** How long somebody has the turn to ask Google. */
  turnUntil: number;
  grantIds: string[];
  atGoogle: 'none' | 'link without refresh token' | 'link';
  refreshesAtGoogle: number;
}

export interface CrashWorld {
  stage: Stage;
  orders: KillOrders;
  storeName: CrashStore['name'];
  /** So long after an answer the last of the audit trail is written. */
  trailMs: number;
  /** Two assistants with a client id each. */
  one: Assistant;
  other: Assistant;
  authorizeUrl(assistant: Assistant): string;
  nextPerson(): string;
  connect(assistant: Assistant, account: string): Promise<Family>;
  holding(account: string): Promise<Holding>;
  expireAtGoogle(account: string, what: 'access' | 'refresh'): Promise<void>;
  /** Sends a whole refresh and cuts the connection at once, as a client does whose machine goes to sleep. */
  hangUp(assistant: Assistant, refreshToken: string): Promise<void>;
  close(): Promise<void>;
}

const CALLBACK = 'https://chatgpt.com/aip/g-crash/oauth/callback';

export async function openCrashWorld(store: CrashStore): Promise<CrashWorld> {
  const orders = await openKillOrders();
  const stage = await openStage({ bridgeEnv: { RATE_LIMITS: '0', ...store.settings, ...orders.settings } });
  const clients = new Map<Assistant, Credentials>();
  const addAssistant = async (name: string) => {
    const client = await stage.addClient({ name, redirectUri: CALLBACK });
    const assistant = createAssistant(stage.bridgeUrl, client, CALLBACK);
    clients.set(assistant, client);
    return assistant;
  };
  const [one, other] = [await addAssistant('Crash GPT'), await addAssistant('Another GPT')];
  const sandbox = async (path: string, body?: object) => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${stage.sandboxUrl}/sandbox/${path}`, body === undefined ? {} : post);
    assert.equal(answer.status, 200, `the sandbox on ${path}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const authorizeUrl = (assistant: Assistant) => {
    const client_id = clients.get(assistant)?.clientId ?? '';
    const fields = {
      response_type: 'code',
      client_id,
      redirect_uri: CALLBACK,
      scope: '',
      state: 'kept over the crash',
    };
    return `${stage.bridgeUrl}/authorize?${new URLSearchParams(fields)}`;
  };
  let people = 0;

  return {
    stage,
    orders,
    storeName: store.name,
    trailMs: store.trailMs,
    one,
    other,
    authorizeUrl,
    nextPerson() {
      people += 1;
      return crowdMember(people);
    },
    async connect(assistant, account) {
      const left = await signInFromCrowd(authorizeUrl(assistant), account);
      return familyOf(assistant, await assistant.redeem(codeIn(left)));
    },
    async holding(account) {
      const [row] = await store.query(`SELECT * FROM connections WHERE email = '${account}'`, stage);
      const grants = `SELECT id FROM grants WHERE connection_id = '${row?.id ?? ''}'`;
      const { links } = (await sandbox('links')) as { links: { person: string; refreshTokens: number }[] };
      const link = links.find(({ person }) => person === account);
      const { refreshes } = await sandbox(`refreshes?person=${account}`);
      return {
        connection: stateOf(row),
        version: Number(row?.version ?? 0),
        turnUntil: Number(row?.refreshing_until ?? 0),
        grantIds: (await store.query(grants, stage)).map(({ id }) => String(id)),
        atGoogle: link === undefined ? 'none' : link.refreshTokens === 0 ? 'link without refresh token' : 'link',
        refreshesAtGoogle: Number(refreshes),
      };
    },
    async expireAtGoogle(person, what) {
      await sandbox('expire', { person, what });
    },
    async hangUp(assistant, refresh_token) {
      const { clientId: client_id = '', clientSecret: client_secret = '' } = clients.get(assistant) ?? {};
      const fields = { grant_type: 'refresh_token', refresh_token, client_id, client_secret };
      await sendAndCut(new URL(`${stage.bridgeUrl}/token`), new URLSearchParams(fields).toString());
    },
    async close() {
      await stage.close();
      await orders.close();
    },
  };
}

async function sendAndCut({ pathname, host, port, hostname }: URL, body: string): Promise<void> {
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(head + body, resolve));
  socket.destroy();
  await once(socket, 'close');
}

function stateOf(row: Record<string, unknown> | undefined): Holding['connection'] {
  if (row === undefined) return 'none';
  if (row.dead_reason === null) return 'alive';
  return row.dead_reason === 'ended' ? 'ended' : 'dead';
}

export function codeIn(left: URL): string {
  return left.searchParams.get('code') ?? '';
}

export function familyOf(assistant: Assistant, answer: Answer): Family {
  assert.equal(answer.status, 200, `no tokens: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { assistant, tokens: tokensOf(answer) };
}

/** A browser that can be told to stop before an address on the way, and that knows which address it opened last. */
export function createHaltingBrowser() {
  let isHalt: ((url: URL) => boolean) | undefined;
  let last = new URL('about:blank');
  const browser = createBrowser({
    stopsAt(url) {
      last = url;
      return isHalt?.(url) === true;
    },
  });
  return {
    browser,
    last: () => last,
    haltAt(test: ((url: URL) => boolean) | undefined) {
      isHalt = test;
    },
  };
}
