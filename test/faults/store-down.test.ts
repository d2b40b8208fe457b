/** What each door says while the database does nothing: 503 with Retry-After in its own words, and afterwards all is well. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openSqlite } from '../../src/store/sqlite.ts';
import { type Store, StoreError } from '../../src/store/store.ts';
import {
  authorizeUrl,
  BRIDGE,
  callMcp,
  callTool,
  connect,
  createBrowser,
  createWorld,
  passGoogle,
  redeem,
  refresh,
  signIn,
  type TestClient,
  type Tokens,
  type World,
} from '../support/world.ts';

const ALLOW = { name: 'decision', value: 'allow' };
/** What the database might say of itself; nobody outside may read it. */
const OWN_WORDS = 'canary: SQLITE_IOERR at /var/lib/bridge.db';

describe('a bridge whose database does nothing', () => {
  let isDown = false;
  let refused = 0;
  let world: World;
  let client: TestClient;
  let tokens: Tokens;
  before(async () => {
    const onRefused = () => {
      refused += 1;
    };
    world = await createWorld({ store: breakable(openSqlite(':memory:'), () => isDown, onRefused) });
    client = await world.client();
    tokens = await connect(world, client);
  });
  after(() => world.close());

  const whileDown = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    isDown = true;
    try {
      return await ask();
    } finally {
      isDown = false;
    }
  };
  const ask = (path: string, init?: RequestInit) => whileDown(() => world.request(path, init));
  const form = (fields: Record<string, string>): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  const proof = () => ({ client_id: client.clientId, client_secret: client.secret });

  /** Returns the body. */
  const checkPutOff = async (answer: Response | { status: number; headers: Headers; text: string }) => {
    const text = typeof answer.text === 'string' ? answer.text : await answer.text();
    assert.equal(answer.status, 503, text);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.equal(answer.headers.get('www-authenticate'), null, 'another token would be no help');
    assert.doesNotMatch(text, /canary|SQLITE|\.ts:\d|at \w+ \(/);
    return text;
  };

  it('answers /mcp with a JSON-RPC error', async () => {
    const answer = await whileDown(() => callMcp(world, tokens.accessToken, 'tools/list'));
    const { jsonrpc, error } = JSON.parse(await checkPutOff(answer));
    assert.deepEqual([jsonrpc, error.code], ['2.0', -32000]);
    assert.match(error.message, /cannot reach its database right now\. Try again/);
  });

  it('answers /actions with an error of its kind "unavailable"', async () => {
    const headers = { authorization: `Bearer ${tokens.accessToken}`, 'content-type': 'application/json' };
    const answer = await ask('/actions/get_profile', { method: 'POST', headers, body: '{}' });
    assert.equal(JSON.parse(await checkPutOff(answer)).error.kind, 'unavailable');
  });

  for (const [path, fields] of [
    ['/token', () => ({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken, ...proof() })],
    ['/revoke', () => ({ token: tokens.refreshToken, ...proof() })],
    ['/introspect', () => ({ token: tokens.refreshToken, ...proof() })],
  ] as const)
    it(`answers ${path} with temporarily_unavailable, which no client takes for the end of its tokens`, async () => {
      const body = await checkPutOff(await ask(path, form(fields())));
      assert.equal(JSON.parse(body).error, 'temporarily_unavailable');
    });

  it('does not ask the database a second time for an answer that it has just failed', async () => {
    const before = refused;
    await ask('/token', form({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken, ...proof() }));
    await ask('/mcp', { method: 'POST', headers: { authorization: `Bearer ${tokens.accessToken}` }, body: '{}' });
    assert.equal(refused - before, 2, 'once for each request');
  });

  it('answers /register with temporarily_unavailable', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ redirect_uris: ['https://client.example/cb'] });
    const answer = await ask('/register', { method: 'POST', headers, body });
    assert.equal(JSON.parse(await checkPutOff(answer)).error, 'temporarily_unavailable');
  });

  it('shows a page to a person at /authorize, on the way back from Google, and at /account', async () => {
    const accept = { accept: 'text/html' };
    const start = await ask(authorizeUrl(client), { headers: accept });
    assert.match(await checkPutOff(start), /<html[\s\S]*Something went wrong on this server/);

    const browser = createBrowser(world);
    const atGoogle = await browser.submit(await browser.open(authorizeUrl(client)), ALLOW);
    const back = await whileDown(() => passGoogle(browser, atGoogle));
    assert.deepEqual([back.status, back.url.pathname, back.headers.get('retry-after')], [503, '/google/callback', '5']);

    const visitor = createBrowser(world);
    const chooser = await visitor.submit(await visitor.open(`${BRIDGE}/account`), ALLOW);
    assert.equal((await passGoogle(visitor, chooser)).status, 200);
    const page = await whileDown(() => visitor.open(`${BRIDGE}/account`));
    assert.deepEqual([page.status, page.headers.get('retry-after')], [503, '5']);
  });

  it('is not ready, but up', async () => {
    await checkPutOff(await ask('/ready'));
    assert.equal((await ask('/health')).status, 200);
    assert.equal((await ask('/')).status, 200);
  });

  it('says so in its log, once for each request that it put off', async () => {
    const failures = () => world.logged().match(/^error .*the database failed$/gm)?.length ?? 0;
    const before = failures();
    await ask('/ready');
    await whileDown(() => callMcp(world, tokens.accessToken, 'tools/list'));
    await ask('/token', form({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken, ...proof() }));
    assert.equal(failures() - before, 3);
  });

  it('has lost nothing when the database is back', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    assert.equal((await whileDown(() => redeem(world, client, code))).status, 503);
    assert.equal((await redeem(world, client, code)).status, 200, 'the same code once more');
    assert.equal((await refresh(world, client, tokens.refreshToken)).status, 200);
    assert.equal((await callTool(world, 'list_properties', tokens.accessToken)).status, 200);
    assert.equal((await world.request('/ready')).status, 200);
  });
});

describe('a bridge whose database only reads', () => {
  it('answers calls, though it cannot note that a permission was used, and tells the operator', async () => {
    let isFull = false;
    const store = openSqlite(':memory:');
    const touch: Store['grants']['touch'] = (id, at) =>
      isFull ? Promise.reject(new StoreError('the disk is full')) : store.grants.touch(id, at);
    const world = await createWorld({ store: { ...store, grants: { ...store.grants, touch } } });
    const { accessToken } = await connect(world, await world.client());
    isFull = true;
    assert.equal((await callTool(world, 'list_properties', accessToken)).status, 200);
    assert.match(world.logged(), /warn .*the use of a permission could not be noted; the call goes on/);
    await world.close();
  });

  it('answers calls without waiting for a note that takes for ever', async () => {
    const store = openSqlite(':memory:');
    let asked = 0;
    const touch: Store['grants']['touch'] = () => {
      asked += 1;
      return new Promise(() => {});
    };
    const world = await createWorld({ store: { ...store, grants: { ...store.grants, touch } } });
    const { accessToken } = await connect(world, await world.client());
    for (let n = 0; n < 3; n += 1) assert.equal((await callTool(world, 'get_profile', accessToken)).status, 200);
    assert.equal(asked, 1, 'one note at a time');
    await world.close();
  });
});

/** The store, every verb of which fails while `isDown`. */
function breakable(store: Store, isDown: () => boolean, onRefused: () => void): Store {
  const refuse = () => {
    onRefused();
    return Promise.reject(new StoreError('the database did nothing', { cause: new Error(OWN_WORDS) }));
  };
  const verbs = <Verbs extends object>(real: Verbs): Verbs =>
    new Proxy(real, { get: (target, verb) => (isDown() ? refuse : Reflect.get(target, verb)) });
  const { clients, connections, codes, grants, assertions, events } = store;
  return {
    ...store,
    clients: verbs(clients),
    connections: verbs(connections),
    codes: verbs(codes),
    grants: verbs(grants),
    assertions: verbs(assertions),
    events: verbs(events),
    ping: () => (isDown() ? refuse() : store.ping()),
  };
}
