/**
 * Attacks that reach for what is behind the doors: another person's answers, Google's other paths, this machine, and the
 * operator's own secrets; as published against comparable servers.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  authorizeUrl,
  BRIDGE,
  callMcp,
  callTool,
  connect,
  createBrowser,
  createWorld,
  GOOGLE,
  type TestClient,
  type Tokens,
  type World,
} from '../support/world.ts';

let world: World;
let client: TestClient;
let ada: Tokens;
let grace: Tokens;
before(async () => {
  world = await createWorld();
  client = await world.client();
  ada = await connect(world, client);
  grace = await connect(world, client, { account: 'grace@example.com' });
});
after(() => world.close());

describe('CVE-2026-32871: arguments that become steps in a path (CVSS 10)', () => {
  const KNOWN = /^http:\/\/127\.0\.0\.1:4400\/(analytics(data|admin)\/v1(beta|alpha)\/|token$|jwks|\.well-known\/)/;

  for (const property of [
    '../../v1beta/accounts',
    'properties/../accountSummaries',
    '123/../../../token',
    '123:runReport?key=x',
    '123#',
    '%2e%2e%2ftoken',
    '123\\..\\..',
    'http://127.0.0.1:4400/sandbox/requests',
    '@127.0.0.1:4400/',
    '123\r\nHost: evil.example',
  ]) {
    it(`asks Google nothing that was not meant with ${JSON.stringify(property)}`, async () => {
      const before = world.sent.length;
      const input = { property, metrics: ['activeUsers'], dates: 'last 7 days' };
      const { status } = await callTool(world, 'run_report', ada.accessToken, input);
      assert.ok(status >= 400 && status < 500, String(status));
      for (const { url } of world.sent.slice(before)) {
        assert.match(url, KNOWN);
        assert.doesNotMatch(decodeURIComponent(url), /\.\.|\\|#|@|evil|sandbox/);
      }
    });
  }
});

describe('GHSA-345p-7cg4-v4c7, CVE-2026-25536: answers that go to somebody else', () => {
  it('keeps two people apart who ask at the same moment under the same request id', async () => {
    const rounds = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ada : grace));
    const answers = await Promise.all(
      rounds.map(({ accessToken }) =>
        callMcp(world, accessToken, 'tools/call', { name: 'get_profile', arguments: {} }),
      ),
    );
    for (const [index, { text }] of answers.entries()) {
      const [mine, theirs] = index % 2 === 0 ? ['ada@', 'grace@'] : ['grace@', 'ada@'];
      assert.ok(text.includes(mine), text);
      assert.ok(!text.includes(theirs), text);
    }
  });

  it('answers nobody from what it remembers of somebody else', async () => {
    const [one, two] = await Promise.all([
      callTool(world, 'list_properties', ada.accessToken),
      callTool(world, 'list_properties', grace.accessToken),
    ]);
    assert.notDeepEqual(one.body, two.body);
    const again = await callTool(world, 'list_properties', grace.accessToken);
    assert.deepEqual(again.body, two.body);
  });
});

describe('GHSA-w48q-cv73-mx4w: no protection from DNS rebinding by default', () => {
  it('serves no foreign Host and no foreign Origin, with a good token too', async () => {
    for (const headers of [
      { host: 'rebound.evil.example' },
      { host: 'localhost:8787', origin: 'https://evil.example' },
      { host: 'localhost:8787', origin: 'null' },
    ] as Record<string, string>[]) {
      const answer = await world.request('/mcp', {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${ada.accessToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      });
      assert.equal(answer.status, 403, JSON.stringify(headers));
    }
  });
});

describe('CVE-2025-6514: an address that ends up in a shell', () => {
  it('gives the operator no command with a stranger’s address in it, but OpenAI’s own callbacks', async () => {
    for (const tail of [
      '$(reboot)',
      '`reboot`',
      "';reboot;'",
      '%0areboot',
      'g-1 && reboot',
      'g-1\nreboot',
      'g-1"|sh',
    ]) {
      const redirect_uri = `https://chatgpt.com/aip/${tail}/oauth/callback`;
      const page = await createBrowser(world).open(authorizeUrl(client, { redirect_uri }));
      assert.equal(page.status, 400);
      assert.doesNotMatch(page.html, /add-redirect/, tail);
      assert.doesNotMatch(page.html, /reboot/, 'what a stranger wrote is not shown at all');
    }
  });

  it('tells clients no address that a request could have shaped', async () => {
    const answer = await world.request('/.well-known/oauth-protected-resource/mcp', {
      headers: { host: '$(reboot)', 'x-forwarded-host': '`reboot`' },
    });
    assert.doesNotMatch(await answer.text(), /reboot/);
  });
});

describe('punkpeye/fastmcp #201: a registration that hands out the upstream client', () => {
  it('answers with a client of its own and never with Google’s id or secret', async () => {
    const answer = await world.request('/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['https://app.example/cb'], client_id: 'sandbox-client' }),
    });
    const text = await answer.text();
    assert.equal(answer.status, 201);
    assert.doesNotMatch(text, /sandbox-client|sandbox-secret/);
  });

  it('takes Google’s own client for none of ours', async () => {
    const google = { clientId: 'sandbox-client', secret: 'sandbox-secret', redirectUri: `${BRIDGE}/google/callback` };
    const page = await createBrowser(world).open(authorizeUrl(google));
    assert.equal(page.status, 400);
    assert.equal(page.url.origin, BRIDGE);
  });
});

describe('token passthrough (MCP security best practices)', () => {
  it('opens nothing with a token of Google’s own, and shows none to a client', async () => {
    const exchange = world.sent.find(({ url }) => url === `${GOOGLE}/token`);
    assert.ok(exchange !== undefined);
    for (const [tool, input] of [['list_properties', {}]] as const) {
      const { status, body } = await callTool(world, tool, ada.accessToken, input);
      assert.equal(status, 200);
      assert.doesNotMatch(JSON.stringify(body), /ya29\.|1\/\//);
    }
    const foreign = await callTool(world, 'list_properties', 'ya29.a0-made-up-or-stolen');
    assert.equal(foreign.status, 401);
    assert.equal((await callMcp(world, 'ya29.a0-made-up-or-stolen', 'tools/list')).status, 401);
  });
});
