/** One person, one assistant, from the first redirect to the first answer, and what goes wrong on the way. */
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
  PKCE,
  passGoogle,
  redeem,
  refresh,
  signIn,
  type TestClient,
  textOf,
  type World,
} from '../support/world.ts';

describe('a sign-in in broker mode', () => {
  let world: World;
  let client: TestClient;
  before(async () => {
    world = await createWorld();
    client = await world.client();
  });
  after(() => world.close());

  it('hands the client a code, its state byte for byte and our issuer', async () => {
    const state = 'ä b+c/=&?#%20';
    const answer = await signIn(world, client, { parameters: { state, scope: '' } });
    assert.match(answer.get('code') ?? '', /^ggpt_ac_[\w-]{65}$/);
    assert.equal(answer.get('state'), state);
    assert.equal(answer.get('iss'), BRIDGE);
  });

  it('turns the code into tokens that open both doors', async () => {
    const { accessToken } = await connect(world, client);
    const profile = await callTool(world, 'get_profile', accessToken);
    assert.deepEqual(profile.body, { id: '108000000000000000001', name: 'Ada Lovelace', email: 'ada@example.com' });
    const listed = await callMcp(world, accessToken, 'tools/list');
    assert.equal(listed.status, 200);
    assert.match(listed.text, /run_report/);
  });

  it('names the whole token answer as RFC 6749 5.1 does, and keeps it out of caches', async () => {
    const answer = await signIn(world, client);
    const { status, headers, body } = await redeem(world, client, answer.get('code') ?? '');
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('content-type'), 'application/json');
    assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope']);
    assert.equal(body.token_type, 'Bearer');
    assert.equal(body.expires_in, 3600);
    assert.equal(body.scope, 'analytics.readonly offline_access');
  });

  it('shows our consent page and never leads straight to Google', async () => {
    const page = await createBrowser(world).open(authorizeUrl(client));
    assert.equal(page.url.origin + page.url.pathname, `${BRIDGE}/consent`);
    assert.match(page.html, /Test GPT/);
    assert.match(page.html, /chatgpt\.com/);
  });

  it('keeps one connection for a person who comes through two clients, with a grant for each', async () => {
    const other = await world.client({ name: 'Second GPT' });
    await connect(world, client);
    await connect(world, other);
    const [connection, ...more] = await world.store.connections.list();
    assert.deepEqual(more, []);
    const clients = new Set(
      (await world.store.grants.list({ connectionId: connection?.id ?? '' })).map((grant) => grant.clientId),
    );
    assert.ok(clients.has(client.clientId) && clients.has(other.clientId));
  });

  it('asks Google for consent only once for a person', async () => {
    const browser = createBrowser(world);
    const consent = await browser.open(authorizeUrl(client));
    const chooser = await browser.submit(consent, { name: 'decision', value: 'allow' });
    const after = await browser.submit(chooser, { name: 'account', value: 'ada@example.com' });
    assert.equal(after.url.host, 'chatgpt.com', 'no second page of Google');
  });

  it('asks Google for a lasting link when a silent sign-in brought none', async () => {
    const fresh = await createWorld();
    const gpt = await fresh.client();
    await connect(fresh, gpt);
    await fresh.store.connections.remove((await fresh.store.connections.list())[0]?.id ?? '');
    const { accessToken } = await connect(fresh, gpt);
    assert.equal((await callTool(fresh, 'list_properties', accessToken)).status, 200);
    const [connection] = await fresh.store.connections.list();
    assert.ok(connection?.sealedRefreshToken, 'the second sign-in brought a refresh token again');
    await fresh.close();
  });

  it('tells the client when the person says no on our page', async () => {
    const browser = createBrowser(world);
    const page = await browser.submit(await browser.open(authorizeUrl(client)), { name: 'decision', value: 'deny' });
    assert.equal(page.url.searchParams.get('error'), 'access_denied');
    assert.equal(page.url.searchParams.get('state'), 'a state');
    assert.equal(page.url.searchParams.get('iss'), BRIDGE);
  });

  it('tells the client when the person says no at Google', async () => {
    const fresh = await createWorld();
    const gpt = await fresh.client();
    const browser = createBrowser(fresh);
    const chooser = await browser.submit(await browser.open(authorizeUrl(gpt)), { name: 'decision', value: 'allow' });
    const boxes = await browser.submit(chooser, { name: 'account', value: 'grace@example.com' });
    const page = await browser.submit(boxes, { name: 'decision', value: 'deny' });
    assert.equal(page.url.host, 'chatgpt.com');
    assert.equal(page.url.searchParams.get('error'), 'access_denied');
    await fresh.close();
  });

  it('names the box that was left unticked and goes on once it is ticked', async () => {
    const fresh = await createWorld();
    const gpt = await fresh.client();
    const browser = createBrowser(fresh);
    const chooser = await browser.submit(await browser.open(authorizeUrl(gpt)), { name: 'decision', value: 'allow' });
    const untick = ['https://www.googleapis.com/auth/analytics.readonly'];
    const page = await passGoogle(browser, chooser, { account: 'grace@example.com', untick });
    assert.equal(page.status, 403);
    assert.match(textOf(page), /Google Analytics/);
    const again = await browser.submit(page, { name: 'decision', value: 'allow' });
    const done = await passGoogle(browser, again, { account: 'grace@example.com' });
    assert.ok(done.url.searchParams.get('code'), textOf(done));
    await fresh.close();
  });
});

describe('a flow that is not in order', () => {
  let world: World;
  let client: TestClient;
  before(async () => {
    world = await createWorld();
    client = await world.client();
  });
  after(() => world.close());

  it('shows a page for an unknown client and redirects nowhere', async () => {
    const page = await createBrowser(world).open(authorizeUrl({ ...client, clientId: 'nobody' }));
    assert.equal(page.status, 400);
    assert.equal(page.url.origin, BRIDGE);
    assert.match(textOf(page), /doesn.t know the app/);
  });

  for (const [what, redirect_uri] of [
    ['another path', 'https://chatgpt.com/aip/g-0123456789abcdef/oauth/callback/'],
    ['another host', 'https://evil.example/aip/g-0123456789abcdef/oauth/callback'],
    ['user information', 'https://chatgpt.com@evil.example/aip/g-0123456789abcdef/oauth/callback'],
    ['a fragment', 'https://chatgpt.com/aip/g-0123456789abcdef/oauth/callback#x'],
    ['an added query', 'https://chatgpt.com/aip/g-0123456789abcdef/oauth/callback?x=1'],
  ] as const) {
    it(`shows a page for a redirect URI with ${what}`, async () => {
      const page = await createBrowser(world).open(authorizeUrl(client, { redirect_uri }));
      assert.equal(page.status, 400);
      assert.equal(page.url.origin, BRIDGE);
    });
  }

  it('shows a page for a parameter that comes twice before the client is known', async () => {
    const page = await createBrowser(world).open(`${authorizeUrl(client)}&client_id=other`);
    assert.equal(page.status, 400);
  });

  it('sends a missing response_type back to the verified redirect URI', async () => {
    const page = await createBrowser(world).open(authorizeUrl(client, { response_type: undefined }));
    assert.equal(page.url.host, 'chatgpt.com');
    assert.equal(page.url.searchParams.get('error'), 'invalid_request');
    assert.equal(page.url.searchParams.get('iss'), BRIDGE);
  });

  it('sends back invalid_target for another resource, and takes ours in any spelling', async () => {
    const page = await createBrowser(world).open(authorizeUrl(client, { resource: 'https://other.example/mcp' }));
    assert.equal(page.url.searchParams.get('error'), 'invalid_target');
    for (const resource of [BRIDGE, `${BRIDGE}/`, `${BRIDGE}/mcp`, `${BRIDGE}/mcp/`, 'HTTP://LOCALHOST:8787/mcp']) {
      const good = await createBrowser(world).open(authorizeUrl(client, { resource }));
      assert.equal(good.status, 200, resource);
    }
  });

  it('sends back invalid_scope only when nothing that was asked is known', async () => {
    const page = await createBrowser(world).open(authorizeUrl(client, { scope: 'drive photos' }));
    assert.equal(page.url.searchParams.get('error'), 'invalid_scope');
    const known = await createBrowser(world).open(
      authorizeUrl(client, { scope: 'openid https://www.googleapis.com/auth/analytics.readonly' }),
    );
    assert.equal(known.status, 200);
  });

  it('refuses a flow that stayed open too long, and says to start again', async () => {
    const browser = createBrowser(world);
    const consent = await browser.open(authorizeUrl(client));
    world.advance(31 * 60_000);
    const page = await browser.submit(consent, { name: 'decision', value: 'allow' });
    assert.equal(page.status, 410);
    assert.match(textOf(page), /start connecting again/);
  });

  it('refuses an answer of Google after ten minutes', async () => {
    const browser = createBrowser(world);
    const chooser = await browser.submit(await browser.open(authorizeUrl(client)), {
      name: 'decision',
      value: 'allow',
    });
    world.advance(11 * 60_000);
    const state = encodeURIComponent(chooser.url.searchParams.get('state') ?? '');
    const page = await browser.open(`${BRIDGE}/google/callback?code=4/0Alate&state=${state}`);
    assert.equal(page.status, 410);
  });

  it('refuses a consent that is continued in another browser', async () => {
    const consent = await createBrowser(world).open(authorizeUrl(client));
    const page = await createBrowser(world).submit(consent, { name: 'decision', value: 'allow' });
    assert.equal(page.status, 403);
    assert.match(textOf(page), /browser/);
  });

  it('refuses to show the consent page in another browser', async () => {
    const consent = await createBrowser(world).open(authorizeUrl(client));
    const page = await createBrowser(world).open(consent.url.href);
    assert.equal(page.status, 403);
  });

  it('refuses an answer to consent that comes from another site', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ] as Record<string, string>[]) {
      const browser = createBrowser(world);
      const page = await browser.submit(
        await browser.open(authorizeUrl(client)),
        { name: 'decision', value: 'allow' },
        { headers },
      );
      assert.equal(page.status, 403, JSON.stringify(headers));
    }
  });

  it("refuses Google's answer in a browser that did not allow the flow", async () => {
    const victim = createBrowser(world);
    const attacker = createBrowser(world);
    const chooser = await attacker.submit(await attacker.open(authorizeUrl(client)), {
      name: 'decision',
      value: 'allow',
    });
    const state = chooser.url.searchParams.get('state') ?? '';
    await victim.open(authorizeUrl(client));
    const page = await victim.open(`${BRIDGE}/google/callback?code=4/0Astolen&state=${encodeURIComponent(state)}`);
    assert.equal(page.status, 403);
  });

  it('refuses a flow of the consent stage as a state, and a state as a flow', async () => {
    const browser = createBrowser(world);
    const consent = await browser.open(authorizeUrl(client));
    const flow = consent.url.searchParams.get('flow') ?? '';
    assert.equal((await browser.open(`${BRIDGE}/google/callback?code=x&state=${flow}`)).status, 400);
    const chooser = await browser.submit(consent, { name: 'decision', value: 'allow' });
    assert.equal((await browser.open(`${BRIDGE}/consent?flow=${chooser.url.searchParams.get('state')}`)).status, 400);
  });

  it('refuses a flow in which one character was changed', async () => {
    const browser = createBrowser(world);
    const flow = (await browser.open(authorizeUrl(client))).url.searchParams.get('flow') ?? '';
    for (const index of [0, 5, 20, flow.length - 2]) {
      const changed = flow.slice(0, index) + (flow[index] === 'A' ? 'B' : 'A') + flow.slice(index + 1);
      assert.equal((await browser.open(`${BRIDGE}/consent?flow=${changed}`)).status, 400);
    }
  });

  it('lets the same consent page be shown many times', async () => {
    const browser = createBrowser(world);
    const consent = await browser.open(authorizeUrl(client));
    await browser.open(consent.url.href);
    await browser.open(consent.url.href);
    const page = await passGoogle(browser, await browser.submit(consent, { name: 'decision', value: 'allow' }));
    assert.ok(page.url.searchParams.get('code'));
  });

  it("shows a page and loses nothing when Google's callback is loaded a second time", async () => {
    const browser = createBrowser(world);
    const consent = await browser.open(authorizeUrl(client));
    const chooser = await browser.submit(consent, { name: 'decision', value: 'allow' });
    const done = await passGoogle(browser, chooser);
    const state = chooser.url.searchParams.get('state') ?? '';
    const page = await browser.open(`${BRIDGE}/google/callback?code=4/0Aagain&state=${encodeURIComponent(state)}`);
    assert.ok(page.status >= 400 && page.status < 500);
    assert.equal((await redeem(world, client, done.url.searchParams.get('code') ?? '')).status, 200);
  });

  it('shows a page that can be tried again when Google cannot be reached', async () => {
    const browser = createBrowser(world);
    const chooser = await browser.submit(await browser.open(authorizeUrl(client)), {
      name: 'decision',
      value: 'allow',
    });
    world.cutNetwork(true);
    const page = await passGoogle(browser, chooser);
    world.cutNetwork(false);
    assert.equal(page.url.pathname, '/google/callback');
    assert.equal(page.status, 503);
    assert.equal(page.headers.get('retry-after'), '5');
  });

  it('requires PKCE of a public client and checks its verifier', async () => {
    const registered = await world.request('/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['http://localhost:3333/callback'],
        token_endpoint_auth_method: 'none',
        client_name: 'Native',
      }),
    });
    const { client_id } = (await registered.json()) as { client_id: string };
    const native = { clientId: client_id, secret: '', redirectUri: 'http://localhost:49152/callback' };
    const without = await createBrowser(world).open(authorizeUrl(native));
    assert.equal(without.url.searchParams.get('error'), 'invalid_request');
    const plain = await createBrowser(world).open(
      authorizeUrl(native, { code_challenge: PKCE.verifier, code_challenge_method: 'plain' }),
    );
    assert.equal(plain.url.searchParams.get('error'), 'invalid_request');
    const parameters = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };
    const answer = await signIn(world, native, { parameters });
    const code = answer.get('code') ?? '';
    const changed = { client_secret: undefined };
    assert.equal(
      (await redeem(world, native, code, { ...changed, code_verifier: undefined })).body.error,
      'invalid_grant',
    );
    assert.equal(
      (await redeem(world, native, code, { ...changed, code_verifier: 'w'.repeat(43) })).body.error,
      'invalid_grant',
    );
    assert.equal((await redeem(world, native, code, { ...changed, code_verifier: PKCE.verifier })).status, 200);
  });

  it('refuses a verifier for a code that was asked without a challenge', async () => {
    const answer = await signIn(world, client);
    assert.equal(
      (await redeem(world, client, answer.get('code') ?? '', { code_verifier: PKCE.verifier })).body.error,
      'invalid_grant',
    );
  });

  it('refuses a code twice and revokes what the first use gave out', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    const first = await redeem(world, client, code);
    const second = await redeem(world, client, code);
    assert.equal(second.status, 400);
    assert.equal(second.body.error, 'invalid_grant');
    assert.equal((await callTool(world, 'get_profile', String(first.body.access_token))).status, 401);
    assert.equal((await refresh(world, client, String(first.body.refresh_token))).body.error, 'invalid_grant');
  });

  it('refuses a code of another client, with the same words as an unknown one, and leaves it redeemable', async () => {
    const other = await world.client({ name: 'Other' });
    const code = (await signIn(world, client)).get('code') ?? '';
    const stolen = await redeem(world, other, code);
    const unknown = await redeem(world, other, `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`);
    assert.deepEqual(stolen.body, unknown.body);
    assert.equal(
      (await redeem(world, client, code, { redirect_uri: 'https://chatgpt.com/other' })).body.error,
      'invalid_grant',
    );
    assert.equal((await redeem(world, client, code)).status, 200);
  });

  it('refuses a code after a minute', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    world.advance(61_000);
    assert.equal((await redeem(world, client, code)).body.error, 'invalid_grant');
  });

  it('gives exactly one of two racing redemptions a token', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    const answers = await Promise.all([redeem(world, client, code), redeem(world, client, code)]);
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 400]);
  });
});

describe('a custom GPT whose callback address is not known yet', () => {
  it('leads to a page with the one command that allows exactly this address', async () => {
    const world = await createWorld();
    const client = await world.client();
    const redirect_uri = 'https://chatgpt.com/aip/g-3RXxeUIZQ-blogstreak-gpt/oauth/callback';
    const page = await createBrowser(world).open(authorizeUrl(client, { redirect_uri }));
    assert.equal(page.status, 400);
    assert.match(page.html, new RegExp(`clients add-redirect -- ${client.clientId} ${redirect_uri}`));
    await world.store.clients.addRedirectUri(client.clientId, redirect_uri);
    assert.equal((await createBrowser(world).open(authorizeUrl(client, { redirect_uri }))).status, 200);
    await world.close();
  });

  it('shows no command for an address that is not OpenAI’s, nor for a client that registered itself', async () => {
    const world = await createWorld();
    const client = await world.client();
    const page = await createBrowser(world).open(
      authorizeUrl(client, { redirect_uri: 'https://evil.example/aip/g-1/oauth/callback' }),
    );
    assert.doesNotMatch(page.html, /add-redirect/);
    await world.close();
  });
});
