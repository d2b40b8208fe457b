/** Requests that are wrong in form, at every endpoint that reads one: each gets a clear refusal in the endpoint's own words. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { BRIDGE, connect, createWorld, type World } from '../support/world.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

interface Endpoint {
  path: string;
  type: string;
  /** Good enough to be read to its end. */
  body: string;
  /** The same with a name given twice. */
  twice: string;
}

const ENDPOINTS: Endpoint[] = [
  { path: '/token', type: FORM, body: 'client_id=a&grant_type=b', twice: 'client_id=a&grant_type=b&grant_type=c' },
  { path: '/token', type: JSON_TYPE, body: '{"client_id":"a"}', twice: '{"client_id":"a","client_id":"b"}' },
  { path: '/revoke', type: FORM, body: 'client_id=a&token=b', twice: 'client_id=a&token=b&token=c' },
  { path: '/introspect', type: FORM, body: 'client_id=a&token=b', twice: 'client_id=a&token=b&%74oken=c' },
  { path: '/consent', type: FORM, body: 'flow=a&decision=allow', twice: 'flow=a&decision=allow&decision=deny' },
  { path: '/account', type: FORM, body: 'leave=now', twice: 'leave=now&leave=now' },
  {
    path: '/register',
    type: JSON_TYPE,
    body: '{"redirect_uris":[]}',
    twice: '{"redirect_uris":[],"redirect_uris":[]}',
  },
  { path: '/actions/get_profile', type: JSON_TYPE, body: '{}', twice: '{"a":1,"a":2}' },
  { path: '/mcp', type: JSON_TYPE, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}', twice: '{"id":1,"id":2}' },
];

describe('a body that is wrong in form', () => {
  let world: World;
  let token = '';
  before(async () => {
    world = await createWorld();
    token = (await connect(world, await world.client())).accessToken;
  });
  after(() => world.close());

  const post = async (
    { path, type }: Endpoint,
    body: NonNullable<RequestInit['body']>,
    more: Record<string, string> = {},
  ) => {
    const isDoor = path === '/mcp' || path.startsWith('/actions');
    const headers = {
      'content-type': type,
      accept: 'application/json, text/event-stream',
      host: new URL(BRIDGE).host,
      ...(isDoor && { authorization: `Bearer ${token}` }),
      ...more,
    };
    const answer = await world.request(path, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  };

  for (const endpoint of ENDPOINTS) {
    const name = `at ${endpoint.path} as ${endpoint.type === FORM ? 'a form' : 'JSON'}`;

    it(`is refused when it names something twice ${name}`, async () => {
      assert.equal((await post(endpoint, endpoint.twice)).status, 400);
    });

    it(`is refused when it is packed or in another charset ${name}`, async () => {
      const expected = ['/consent', '/account'].includes(endpoint.path) ? 400 : 415;
      const packed = Uint8Array.from(gzipSync(endpoint.body));
      assert.equal((await post(endpoint, packed, { 'content-encoding': 'gzip' })).status, expected);
      const utf16 = { 'content-type': `${endpoint.type}; charset=utf-16` };
      assert.equal((await post(endpoint, endpoint.body, utf16)).status, expected);
    });

    it(`is refused when it is not UTF-8, has no end of nesting or is far too long ${name}`, async () => {
      const broken = endpoint.type === FORM ? `${endpoint.body}&x=%ff` : '"\ud800';
      assert.equal((await post(endpoint, broken)).status, 400);
      assert.equal((await post(endpoint, Uint8Array.from([0xff, 0xfe]))).status, 400);
      if (endpoint.type === JSON_TYPE)
        assert.equal((await post(endpoint, `{"a":${'['.repeat(4000)}${']'.repeat(4000)}}`)).status, 400);
      const long = await post(endpoint, `${endpoint.body}${' '.repeat(1_100_000)}`);
      assert.ok([400, 413].includes(long.status), `${long.status}`);
    });

    it(`leaves no trace in what every object inherits ${name}`, async () => {
      const trap = endpoint.type === FORM ? '__proto__=a&constructor=b' : '{"__proto__":{"polluted":1}}';
      assert.ok((await post(endpoint, trap)).status < 500);
      assert.equal((Object.prototype as Record<string, unknown>).polluted, undefined);
    });
  }

  it('is refused when a query names something twice', async () => {
    for (const path of [
      '/authorize?client_id=a&client_id=b',
      '/consent?flow=a&flow=a',
      '/google/callback?state=a&state=b',
    ])
      assert.equal((await world.request(path)).status, 400, path);
  });
});

describe('a method that nothing takes', () => {
  const PATHS = [
    ...['/', '/privacy', '/terms', '/support', '/health', '/ready', '/account', '/authorize', '/consent', '/token'],
    ...['/revoke', '/introspect', '/register', '/register/a', '/google/callback', '/openapi.json', '/logo.png'],
    ...['/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource', '/actions/get_profile'],
    ...['/.well-known/openid-configuration', '/.well-known/ai-plugin.json', '/assets/style.css'],
  ];
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  it('is answered 405 with the methods that there are', async () => {
    for (const path of PATHS) {
      const answer = await world.request(path, { method: 'PATCH' });
      assert.equal(answer.status, 405, path);
      assert.match(answer.headers.get('allow') ?? '', /GET|POST/, path);
    }
  });

  it('does not meet OPTIONS, which a browser may ask everywhere', async () => {
    for (const path of PATHS) assert.equal((await world.request(path, { method: 'OPTIONS' })).status, 204, path);
  });

  it('does not meet HEAD where GET is answered, and the answer has no body', async () => {
    for (const path of [
      '/',
      '/health',
      '/openapi.json',
      '/.well-known/oauth-authorization-server',
      '/assets/style.css',
    ]) {
      const answer = await world.request(path, { method: 'HEAD' });
      assert.equal(answer.status, 200, path);
      assert.equal(await answer.text(), '', path);
    }
  });
});
