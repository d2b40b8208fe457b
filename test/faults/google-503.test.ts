/**
 * Google answers 503 to everything for five minutes of the clock in hand, while people ask, refresh, connect and go through
 * every door. Nothing may be lost by it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  authorizeUrl,
  BRIDGE,
  type Browser,
  callMcp,
  callTool,
  connect,
  createBrowser,
  createWorld,
  GOOGLE,
  type Page,
  passGoogle,
  postToken,
  redeem,
  refresh,
  signIn,
  type TestClient,
  type Tokens,
  type World,
} from '../support/world.ts';

const PEOPLE = ['ada@example.com', 'grace@example.com', 'nobody@example.com'];
const ALLOW = { name: 'decision', value: 'allow' };
const STEPS = 10;
const STEP_MS = 30_000;
/** What our server asks of Google; its pages for people are between them and Google. */
const ASKED = ['/token', '/revoke', '/tokeninfo', '/oauth2/v3/certs', '/analytics*', '/calendar*'];

interface Person {
  account: string;
  client: TestClient;
  tokens: Tokens;
}

describe('Google that answers 503 for five minutes by the clock', () => {
  let world: World;
  let people: Person[];
  let relay: Person;
  let leaving: Person;
  const answered: Record<string, number> = {};
  before(async () => {
    // Nobody really waits between two tries: that is time of the clock in hand, too.
    world = await createWorld({ sleep: async (milliseconds) => world.advance(Math.ceil(milliseconds)) });
    const one = await world.client({ name: 'One' });
    people = await Promise.all(
      PEOPLE.map(async (account) => ({ account, client: one, tokens: await join(account, one) })),
    );
    const relaying = await world.client({ name: 'Relay', mode: 'relay' });
    relay = { account: 'ada@example.com', client: relaying, tokens: await join('ada@example.com', relaying) };
    const other = await world.client({ name: 'To be left' });
    leaving = { account: 'nobody@example.com', client: other, tokens: await join('nobody@example.com', other) };
    world.advance(3_550_000); // Google's tokens are about to end, ours are not
  });
  after(() => world.close());

  const join = (account: string, client: TestClient) => connect(world, client, { account });
  const tell = (method: string, path: string, body?: unknown) =>
    world.sandbox.fetch(
      new Request(`${GOOGLE}${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) }),
    );
  const refreshesAtGoogle = async (account: string) => {
    const answer = await tell('GET', `/sandbox/refreshes?person=${account}`);
    return ((await answer.json()) as { refreshes: number }).refreshes;
  };

  /** 503 and when to come back, in whatever form. */
  const checkPutOff = (door: string, { status, headers }: { status: number; headers: Headers }) => {
    assert.equal(status, 503, door);
    assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/, door);
    answered[door] = (answered[door] ?? 0) + 1;
  };

  const untilGoogle = async (path: string): Promise<[Browser, Page]> => {
    const browser = createBrowser(world);
    return [browser, await browser.submit(await browser.open(path), ALLOW)];
  };

  const everybodyTries = async () => {
    for (const person of people) {
      const renewed = await refresh(world, person.client, person.tokens.refreshToken);
      assert.equal(renewed.status, 200, 'our own tokens need no Google');
      person.tokens = tokensOf(renewed.body);
      checkPutOff('POST /actions', await callTool(world, 'list_properties', person.tokens.accessToken));
      const result = await callMcp(world, person.tokens.accessToken, 'tools/call', {
        name: 'list_properties',
        arguments: {},
      });
      assert.match(result.text, /"isError":true/, 'a model reads why, and that it passes');
      assert.match(result.text, /Google does not answer right now\. Ask again in a moment/);
      assert.equal((await callMcp(world, person.tokens.accessToken, 'tools/list')).status, 200);
      assert.equal((await callTool(world, 'get_profile', person.tokens.accessToken)).status, 200, 'which asks nobody');
    }
    const asGoogle = { grant_type: 'refresh_token', refresh_token: relay.tokens.refreshToken };
    const proof = { client_id: relay.client.clientId, client_secret: relay.client.secret };
    checkPutOff('POST /token, relayed', await postToken(world, { ...asGoogle, ...proof }));
    checkPutOff('POST /actions, relayed', await callTool(world, 'list_properties', relay.tokens.accessToken));
  };

  it('costs nobody the link: callers get 503 with Retry-After, and everything works afterwards with no restart', async () => {
    const [[browser, chooser], [visitor, visit]] = [
      await untilGoogle(authorizeUrl(people[0]?.client as TestClient)),
      await untilGoogle(`${BRIDGE}/account`),
    ];
    const code = (await signIn(world, relay.client)).get('code') ?? '';
    const began = world.now();
    await tell(
      'POST',
      '/sandbox/faults',
      ASKED.map((path) => ({ path, effect: 'status', status: 503 })),
    );

    checkPutOff('GET /google/callback', await passGoogle(browser, chooser));
    checkPutOff('GET /google/callback for /account', await passGoogle(visitor, visit));
    checkPutOff('POST /token, relayed code', await redeem(world, relay.client, code));
    for (let step = 1; step <= STEPS; step += 1) {
      await everybodyTries();
      world.advance(Math.max(0, began + step * STEP_MS - world.now()));
    }
    const { clientId: client_id, secret: client_secret } = leaving.client;
    const gone = await world.request('/revoke', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id, client_secret, token: leaving.tokens.refreshToken }).toString(),
    });
    assert.equal(gone.status, 200, 'whoever leaves need not wait for Google');
    await world.bridge.sweep(100);
    assert.ok(world.now() - began >= 300_000);

    await tell('DELETE', '/sandbox/faults');
    for (const connection of await world.store.connections.list()) assert.equal(connection.deadReason, undefined);
    assert.equal((await world.store.connections.list()).length, PEOPLE.length);
    for (const person of people) {
      const before = await refreshesAtGoogle(person.account);
      assert.equal((await callTool(world, 'list_properties', person.tokens.accessToken)).status, 200, person.account);
      const renewed = await refresh(world, person.client, person.tokens.refreshToken);
      assert.equal(renewed.status, 200);
      assert.equal((await callTool(world, 'list_properties', String(renewed.body.access_token))).status, 200);
      assert.equal((await refreshesAtGoogle(person.account)) - before, 1, 'one refresh for the whole outage');
    }
    const relayed = await refresh(world, relay.client, relay.tokens.refreshToken);
    assert.equal(relayed.status, 200);
    assert.equal((await callTool(world, 'list_properties', String(relayed.body.access_token))).status, 200);
    const again = await join('ada@example.com', people[0]?.client as TestClient);
    assert.equal((await callTool(world, 'list_properties', again.accessToken)).status, 200);
  });

  it('put off all who needed Google, every time', () => {
    assert.deepEqual(answered, {
      'GET /google/callback': 1,
      'GET /google/callback for /account': 1,
      'POST /token, relayed code': 1,
      'POST /actions': STEPS * PEOPLE.length,
      'POST /token, relayed': STEPS,
      'POST /actions, relayed': STEPS,
    });
  });

  it('left no word in the audit trail that a link ended, and said in the log what Google answered', async () => {
    const events = await world.store.events.list({ limit: 1000 });
    assert.deepEqual(
      events.filter(({ step, outcome }) => step === 'connection' && outcome === 'dead'),
      [],
    );
    assert.match(world.logged(), /info .*"kind":"unavailable","cause":"Google answered 503".*a tool could not answer/);
  });
});

function tokensOf(body: Record<string, unknown>): Tokens {
  return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token) };
}

describe('Google that refuses our own credentials', () => {
  it('fails calls in words for the operator, loudly in the log, and costs nobody the link', async () => {
    const world = await createWorld();
    const client = await world.client();
    const { accessToken } = await connect(world, client);
    const atSandbox = (method: string, body?: string) =>
      world.sandbox.fetch(new Request(`${GOOGLE}/sandbox/faults`, { method, ...(body !== undefined && { body }) }));
    world.advance(3_550_000);
    const refusal = { error: 'invalid_client', error_description: 'The OAuth client was not found.' };
    await atSandbox('POST', JSON.stringify({ path: '/token', effect: 'status', status: 401, body: refusal }));
    const { status, body } = await callTool(world, 'list_properties', accessToken);
    const error = body.error as { kind: string; message: string };
    assert.deepEqual([status, error.kind], [503, 'operator']);
    assert.match(error.message, /Google refuses this server’s own credentials; its operator has to mend that/);
    assert.match(
      world.logged(),
      /^error .*"kind":"operator","cause":"Google answered 401 invalid_client".*could not answer$/m,
    );
    await atSandbox('DELETE');
    assert.equal((await callTool(world, 'list_properties', accessToken)).status, 200);
    await world.close();
  });
});
