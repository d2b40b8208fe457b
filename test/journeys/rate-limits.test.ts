/** Too much from one network or one client: refused in each endpoint's own words, and nobody else notices. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { listen } from '../../src/http/listen.ts';
import { connect, createWorld, type TestClient, type World } from '../support/world.ts';

/** Limits small enough to reach: RATE_LIMITS is a factor on every one of them. */
const SMALL = { RATE_LIMITS: '0.01' };
const HERE = '203.0.113.7';

interface Sent {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  from?: string;
}

async function send(world: World, { path, from = HERE, ...init }: Sent): Promise<Response> {
  const request = new Request(new URL(path, 'http://localhost:8787'), init);
  return world.bridge.fetch(request, { incoming: { socket: { remoteAddress: from } } });
}

/** Sends until it is too much; the first 429. */
async function flood(world: World, sent: Sent | ((n: number) => Sent), most = 200): Promise<Response> {
  for (let n = 0; n < most; n += 1) {
    const answer = await send(world, typeof sent === 'function' ? sent(n) : sent);
    if (answer.status === 429) return answer;
    await answer.body?.cancel();
  }
  throw new Error(`${most} requests, and none was too many`);
}

function form(fields: Record<string, string>): Pick<Sent, 'method' | 'headers' | 'body'> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', headers, body: new URLSearchParams(fields).toString() };
}

function refused(client: string): Sent {
  return { path: '/token', ...form({ grant_type: 'refresh_token', client_id: client, refresh_token: 'x' }) };
}

function tool(token: string): Sent {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return { path: '/actions/get_profile', method: 'POST', headers, body: '{}' };
}

function checkRetryAfter(answer: Response): void {
  assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
}

describe('too many requests from one network', () => {
  let world: World;
  let client: TestClient;
  beforeEach(async () => {
    world = await createWorld({ environment: SMALL });
    client = await world.client();
  });
  afterEach(() => world.close());

  it('get OAuth’s JSON at /token, and other networks go on', async () => {
    const answer = await flood(world, (n) => refused(`client ${n}`));
    checkRetryAfter(answer);
    assert.equal(((await answer.json()) as { error: string }).error, 'temporarily_unavailable');
    assert.equal((await send(world, { ...refused('x'), from: '203.0.113.8' })).status, 401);
  });

  it('get a page at /authorize and /consent, whatever the browser accepts', async () => {
    const answer = await flood(world, (n) => ({ path: `/authorize?client_id=${n}` }));
    checkRetryAfter(answer);
    assert.match(await answer.text(), /Too many attempts in a short time/);
    assert.match(answer.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.equal((await send(world, { path: '/consent?flow=x' })).status, 429);
  });

  it('get JSON-RPC at /mcp', async () => {
    const answer = await flood(world, { path: '/mcp', method: 'POST' });
    checkRetryAfter(answer);
    const body = (await answer.json()) as { jsonrpc: string; error: { code: number; message: string } };
    assert.equal(body.jsonrpc, '2.0');
    assert.match(body.error.message, /Wait \d+ s/);
  });

  it('get the doors’ JSON at /actions', async () => {
    const answer = await flood(world, tool('ggpt_at_wrong'));
    checkRetryAfter(answer);
    const { error } = (await answer.json()) as { error: { kind: string; retry_after_seconds: number } };
    assert.equal(error.kind, 'quota');
    assert.equal(String(error.retry_after_seconds), answer.headers.get('retry-after'));
  });

  it('get JSON at public documents and a page at pages', async () => {
    const answer = await flood(world, { path: '/.well-known/oauth-authorization-server' });
    assert.match(answer.headers.get('content-type') ?? '', /json/);
    const page = await send(world, { path: '/', headers: { accept: 'text/html' } });
    assert.equal(page.status, 429);
    assert.match(page.headers.get('content-type') ?? '', /html/);
  });

  it('may register only so many clients', async () => {
    const body = JSON.stringify({ redirect_uris: ['https://a.example/'] });
    const headers = { 'content-type': 'application/json' };
    checkRetryAfter(await flood(world, { path: '/register', method: 'POST', headers, body }));
    assert.equal((await world.store.clients.list()).filter(({ kind }) => kind === 'registered').length, 3);
  });

  it('may register only so many clients from all of an IPv6 /48, too', async () => {
    const body = JSON.stringify({ redirect_uris: ['https://a.example/'] });
    const headers = { 'content-type': 'application/json' };
    const from = (site: string) => (n: number) => ({
      ...{ path: '/register', method: 'POST', headers, body },
      from: `2001:db8:${site}:${n.toString(16)}::1`,
    });
    checkRetryAfter(await flood(world, from('1')));
    assert.equal((await send(world, from('2')(1))).status, 201);
    assert.equal((await world.store.clients.list()).filter(({ kind }) => kind === 'registered').length, 10);
  });

  it('are let through again after the time that was named', async () => {
    const answer = await flood(world, (n) => refused(`client ${n}`));
    world.advance(Number(answer.headers.get('retry-after')) * 1000);
    assert.equal((await send(world, refused('x'))).status, 401);
  });

  it('count as one for a whole IPv6 /64, and for IPv4 inside IPv6 (CVE-2026-45364)', async () => {
    await flood(world, (n) => ({ ...refused(`client ${n}`), from: `2001:db8:1:2::${n.toString(16)}` }));
    assert.equal((await send(world, { ...refused('x'), from: '2001:0DB8:0001:0002:ffff::1' })).status, 429);
    assert.equal((await send(world, { ...refused('x'), from: '2001:db8:1:3::1' })).status, 401);
    await flood(world, (n) => ({ ...refused(`client ${n}`), from: '::ffff:198.51.100.1' }));
    assert.equal((await send(world, { ...refused('x'), from: '198.51.100.1' })).status, 429);
  });

  it('are counted by the address of the socket when they come over one', async () => {
    const listener = await listen({ fetch: world.bridge.fetch, host: '127.0.0.1', port: 0 });
    const statuses = [];
    for (let n = 0; n < 8; n += 1)
      statuses.push((await fetch(`http://127.0.0.1:${listener.port}/authorize?client_id=${n}`)).status);
    assert.deepEqual(statuses, [400, 400, 400, 400, 429, 429, 429, 429]);
    await listener.close(0);
  });

  it('never make health and readiness look down', async () => {
    await flood(world, (n) => refused(`client ${n}`));
    for (const path of ['/health', '/ready']) assert.equal((await send(world, { path })).status, 200);
  });

  it('do not count what was answered well: people of one assistant share its addresses', async () => {
    const { accessToken } = await connect(world, client);
    const people = { RATE_LIMITS: '0.1' };
    const roomy = await createWorld({ environment: people, store: world.store });
    for (let n = 0; n < 29; n += 1) assert.equal((await send(roomy, tool(accessToken))).status, 200);
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(roomy, { path: '/openapi.json' })));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  });
});

describe('too many requests of one client', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ environment: SMALL });
  });
  afterEach(() => world.close());

  it('are refused before those of its neighbours in the same network', async () => {
    const { clientId } = await world.client();
    await flood(world, refused(clientId), 4);
    assert.equal((await send(world, refused(clientId))).status, 429);
    assert.equal((await send(world, refused('another'))).status, 401);
    assert.equal((await send(world, { ...refused(clientId), from: '203.0.113.8' })).status, 401);
  });

  it('are recognised by the name in HTTP Basic too', async () => {
    const authorization = (secret: string) => `Basic ${btoa(`a:${secret}`)}`;
    const body = form({ grant_type: 'refresh_token', refresh_token: 'x' });
    await flood(
      world,
      (n) => ({ path: '/token', ...body, headers: { ...body.headers, authorization: authorization(`${n}`) } }),
      4,
    );
    assert.equal((await send(world, refused('a'))).status, 429);
    assert.equal((await send(world, refused('b'))).status, 401);
  });

  it('with a good token are counted for the person behind it, wherever they come from', async () => {
    const { accessToken } = await connect(world, await world.client());
    const answer = await flood(world, (n) => ({ ...tool(accessToken), from: `198.51.100.${n}` }), 5);
    assert.equal(((await answer.json()) as { error: { kind: string } }).error.kind, 'quota');
    const { accessToken: other } = await connect(world, await world.client());
    assert.equal((await send(world, tool(other))).status, 200);
  });
});

describe('a batch of calls', () => {
  const batch = (token: string, method: string): Sent => ({
    path: '/mcp',
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...{ host: 'localhost:8787', authorization: `Bearer ${token}`, 'mcp-protocol-version': '2025-03-26' },
    },
    body: JSON.stringify(
      Array.from({ length: 20 }, (_, id) => ({ jsonrpc: '2.0', id, method, params: { name: 'get_profile' } })),
    ),
  });

  it('counts as many calls as it holds', async () => {
    const world = await createWorld({ environment: { RATE_LIMITS: '0.1' } });
    const { accessToken } = await connect(world, await world.client());
    assert.equal((await send(world, batch(accessToken, 'tools/call'))).status, 200);
    const answer = await send(world, batch(accessToken, 'tools/call'));
    assert.equal(answer.status, 429);
    checkRetryAfter(answer);
    assert.equal(((await answer.json()) as { error: { code: number } }).error.code, -32000);
    await world.close();
  });

  it('counts what is no call as one request', async () => {
    const world = await createWorld({ environment: { RATE_LIMITS: '0.1' } });
    const { accessToken } = await connect(world, await world.client());
    for (let n = 0; n < 5; n += 1) assert.equal((await send(world, batch(accessToken, 'tools/list'))).status, 200);
    await world.close();
  });
});

describe('strangers', () => {
  const START = 'response_type=code&code_challenge_method=S256&code_challenge=';
  const begin = (client: TestClient, from: string): Sent => {
    const query = `client_id=${client.clientId}&redirect_uri=${encodeURIComponent(client.redirectUri)}`;
    return { path: `/authorize?${query}&${START}${'c'.repeat(43)}`, from };
  };

  it('who flood the audit trail do not keep an honest person out of it', async () => {
    const world = await createWorld({ environment: { RATE_LIMITS: '0' } });
    const client = await world.client();
    const rows = async () => (await world.store.events.list({ limit: 1e6 })).length;
    for (let n = 0; n < 2400; n += 1) await send(world, begin(client, `198.51.100.${n % 2}`));
    const before = await rows();
    assert.ok(before < 2000, `${before} rows of strangers`);
    assert.equal((await send(world, begin(client, '192.0.2.1'))).status, 303);
    assert.equal((await rows()) - before, 1);
    await world.close();
  });
});

describe('the operator’s settings', () => {
  it('switch all limits off with RATE_LIMITS=0', async () => {
    const world = await createWorld({ environment: { RATE_LIMITS: '0' } });
    const answers = await Promise.all(Array.from({ length: 3000 }, () => send(world, { path: '/authorize' })));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([400]));
    await world.close();
  });

  it('say how many proxies are believed, and without them a forged header changes nothing but a warning', async () => {
    const forged = (n: number): Sent => ({ ...refused(`client ${n}`), from: '10.0.0.1' });
    const withHeader = (sent: Sent, address: string): Sent => ({
      ...sent,
      headers: { ...sent.headers, 'x-forwarded-for': `1.2.3.4, ${address}` },
    });
    const direct = await createWorld({ environment: SMALL });
    await flood(direct, (n) => withHeader(forged(n), `198.51.100.${n}`));
    assert.equal(direct.logged().match(/TRUST_PROXY_HOPS is 0/g)?.length, 1);
    await direct.close();

    const proxied = await createWorld({ environment: { ...SMALL, TRUST_PROXY_HOPS: '1' } });
    for (let n = 0; n < 30; n += 1)
      assert.equal((await send(proxied, withHeader(forged(n), `198.51.100.${n}`))).status, 401);
    await flood(proxied, (n) => withHeader(forged(n), '198.51.100.99'));
    assert.equal((await send(proxied, withHeader(forged(1), '198.51.100.100'))).status, 401);
    await proxied.close();
  });
});
