/** A person at the account page: sees what is connected, ends it, has everything deleted; and what others try there. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  BRIDGE,
  type Browser,
  callTool,
  connect,
  createBrowser,
  createWorld,
  GOOGLE,
  type Page,
  passGoogle,
  refresh,
  signIn,
  type TestClient,
  type Tokens,
  textOf,
  type World,
} from '../support/world.ts';

const ACCOUNT = `${BRIDGE}/account`;
const SIGN_IN = { name: 'decision', value: 'allow' };

/** From the page's Google button to the page as it is for somebody signed in. */
async function visit(browser: Browser, account = 'ada@example.com'): Promise<Page> {
  const chooser = await browser.submit(await browser.open(ACCOUNT), SIGN_IN);
  return passGoogle(browser, chooser, { account });
}

/** Everything a reader would read. */
function read(page: Page): string {
  return page.html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

async function linksAtGoogle(world: World): Promise<{ client: string; person: string; refreshTokens: number }[]> {
  const answer = await world.sandbox.fetch(new Request(`${GOOGLE}/sandbox/links`));
  return ((await answer.json()) as { links: { client: string; person: string; refreshTokens: number }[] }).links;
}

async function grantIdOf(world: World, { clientId }: TestClient): Promise<string> {
  return (await world.store.grants.list({ clientId }))[0]?.id ?? '';
}

describe('a person at the account page', () => {
  let world: World;
  let gpt: TestClient;
  let other: TestClient;
  let gptTokens: Tokens;
  let otherTokens: Tokens;
  let browser: Browser;
  beforeEach(async () => {
    world = await createWorld();
    gpt = await world.client({ name: 'First GPT' });
    other = await world.client({
      name: '<b>Second</b> \u202Eapp',
      redirectUris: ['https://claude.ai/api/mcp/auth_callback'],
    });
    gptTokens = await connect(world, gpt);
    otherTokens = await connect(world, other);
    browser = createBrowser(world);
  });
  afterEach(() => world.close());

  it('is asked to sign in, with Google asked only who that is', async () => {
    const page = await browser.open(ACCOUNT);
    assert.equal(page.status, 200);
    assert.doesNotMatch(read(page), /First GPT/);
    const chooser = await browser.submit(page, SIGN_IN);
    assert.equal(chooser.url.searchParams.get('scope'), 'openid email');
    assert.equal(chooser.url.searchParams.get('access_type'), 'online');
    assert.equal(chooser.url.searchParams.get('prompt'), 'select_account');
  });

  it('sees each assistant with its address, its scopes in words and its use, names made harmless', async () => {
    await callTool(world, 'get_profile', gptTokens.accessToken);
    const page = await visit(browser);
    assert.equal(page.url.href, ACCOUNT);
    const text = read(page);
    for (const expected of ['ada@example.com', 'First GPT', 'chatgpt.com', 'claude.ai', '22 November 2026, 12:00 UTC'])
      assert.ok(text.includes(expected), `${expected} is missing in: ${text}`);
    assert.match(text, /See your Google Analytics accounts/);
    assert.match(text, /First used Not yet/);
    assert.ok(page.html.includes('&lt;b&gt;Second&lt;/b&gt; app'), 'a hostile name is escaped and stripped');
  });

  it('makes no connection, no grant and no code by signing in', async () => {
    const fresh = await createWorld();
    const page = await visit(createBrowser(fresh), 'grace@example.com');
    assert.match(read(page), /No assistant is connected with this account/);
    assert.deepEqual(await fresh.store.connections.list(), []);
    assert.deepEqual(await fresh.store.grants.list(), []);
    await fresh.close();
  });

  it('leaves the connection as it was by signing in', async () => {
    const [before] = await world.store.connections.list();
    await visit(browser);
    assert.deepEqual(await world.store.connections.list(), [before]);
    assert.equal((await callTool(world, 'list_properties', gptTokens.accessToken)).status, 200);
  });

  it('disconnects one assistant and leaves the other working', async () => {
    const page = await visit(browser);
    const after = await browser.submit(page, { name: 'disconnect', value: await grantIdOf(world, gpt) });
    assert.match(read(after), /Your other assistants stay connected/);
    assert.doesNotMatch(read(after), /First GPT/);
    assert.equal((await callTool(world, 'get_profile', gptTokens.accessToken)).status, 401);
    assert.equal((await refresh(world, gpt, gptTokens.refreshToken)).body.error, 'invalid_grant');
    assert.equal((await callTool(world, 'list_properties', otherTokens.accessToken)).status, 200);
    assert.equal((await linksAtGoogle(world)).length, 1, 'the link is still needed');
  });

  it('ends the link at Google with the last assistant', async () => {
    let page = await visit(browser);
    for (const client of [gpt, other])
      page = await browser.submit(page, { name: 'disconnect', value: await grantIdOf(world, client) });
    assert.match(read(page), /the link to your Google account is gone/);
    assert.deepEqual(await linksAtGoogle(world), []);
    assert.deepEqual(await world.store.connections.list(), []);
  });

  it('disconnects all at once', async () => {
    const page = await browser.submit(await visit(browser), { name: 'disconnect', value: 'all' });
    assert.match(read(page), /No assistant is connected/);
    assert.deepEqual(await linksAtGoogle(world), []);
  });

  it('takes a code that is still on its way along when all are disconnected', async () => {
    const code = (await signIn(world, gpt)).get('code') ?? '';
    await browser.submit(await visit(browser), { name: 'disconnect', value: 'all' });
    assert.deepEqual(await linksAtGoogle(world), []);
    const { clientId: client_id, secret: client_secret, redirectUri: redirect_uri } = gpt;
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      client_id,
      client_secret,
      redirect_uri,
    });
    const answer = await world.request('/token', { method: 'POST', body: form });
    assert.equal(((await answer.json()) as { error: string }).error, 'invalid_grant');
  });

  it('is told a thing once', async () => {
    await browser.submit(await visit(browser), { name: 'disconnect', value: await grantIdOf(world, gpt) });
    assert.doesNotMatch(read(await browser.open(ACCOUNT)), /Disconnected\./);
  });

  it('has everything deleted only after being asked once more', async () => {
    const ids = (await world.store.connections.list()).map(({ id }) => id);
    const question = await browser.submit(await visit(browser), { name: 'delete', value: 'ask' });
    assert.match(read(question), /the access of 2 assistants/);
    assert.equal((await world.store.grants.list()).length, 2, 'a question changes nothing');
    const page = await browser.submit(question, { name: 'delete', value: 'everything' });
    assert.match(read(page), /Everything is deleted/);
    assert.deepEqual(await world.store.connections.list(), []);
    assert.deepEqual(await world.store.grants.list(), []);
    assert.deepEqual(await linksAtGoogle(world), []);
    assert.deepEqual(await world.store.events.list({ connectionIds: ids, limit: 100 }), []);
    assert.doesNotMatch(read(await browser.open(ACCOUNT)), /ada@example.com/, 'signed out, too');
  });

  it('has the notes on an earlier connection deleted, too, and nobody else’s', async () => {
    const grace = createBrowser(world);
    await connect(world, gpt, { account: 'grace@example.com', browser: grace });
    const gone = (await world.store.connections.list()).find(({ email }) => email === 'ada@example.com');
    await browser.submit(await visit(browser), { name: 'disconnect', value: 'all' });
    await connect(world, gpt);
    const question = await browser.submit(await browser.open(ACCOUNT), { name: 'delete', value: 'ask' });
    await browser.submit(question, { name: 'delete', value: 'everything' });
    const left = await world.store.events.list({ limit: 1000 });
    assert.ok(!left.some(({ connectionId }) => connectionId === gone?.id));
    assert.ok(
      left.some(({ step, connectionId }) => step === 'code' && connectionId !== undefined),
      'grace’s are there',
    );
  });

  it('has everything of ours deleted even while Google cannot be reached, and is told what is left', async () => {
    const question = await browser.submit(await visit(browser), { name: 'delete', value: 'ask' });
    world.cutNetwork(true);
    const page = await browser.submit(question, { name: 'delete', value: 'everything' });
    world.cutNetwork(false);
    assert.match(read(page), /remove GanalyticsGPT in your Google Account/);
    assert.deepEqual(await world.store.connections.list(), []);
  });

  it('has the link at Google ended later when Google cannot be reached at the moment', async () => {
    const page = await visit(browser);
    world.cutNetwork(true);
    const after = await browser.submit(page, { name: 'disconnect', value: 'all' });
    world.cutNetwork(false);
    assert.match(read(after), /keeps asking/);
    assert.equal((await linksAtGoogle(world)).length, 1);
    world.advance(2 * 3_600_000);
    await world.bridge.sweep(100);
    assert.deepEqual(await linksAtGoogle(world), []);
    assert.deepEqual(await world.store.connections.list(), []);
  });

  it('signs out without disconnecting anything', async () => {
    const page = await browser.submit(await visit(browser), { name: 'leave', value: 'now' });
    assert.match(read(page), /changes nothing about your assistants/);
    assert.doesNotMatch(read(await browser.open(ACCOUNT)), /First GPT/);
    assert.equal((await world.store.grants.list()).length, 2);
  });

  it('is signed out after twenty minutes', async () => {
    const page = await visit(browser);
    world.advance(21 * 60_000);
    assert.doesNotMatch(read(await browser.open(ACCOUNT)), /First GPT/);
    const late = await browser.submit(page, { name: 'disconnect', value: 'all' });
    assert.equal(late.status, 403);
    assert.match(read(late), /nothing was changed/);
    assert.equal((await world.store.grants.list()).length, 2);
  });

  it('is told in place when the sign-in was cancelled at Google', async () => {
    const chooser = await browser.submit(await browser.open(ACCOUNT), SIGN_IN);
    const state = encodeURIComponent(chooser.url.searchParams.get('state') ?? '');
    const page = await browser.open(`${BRIDGE}/google/callback?error=access_denied&state=${state}`);
    assert.match(read(page), /Google didn’t complete the sign-in/);
    assert.match(page.html, /name="decision" value="allow"/);
  });

  it('can disconnect after being taken off ALLOWED_ACCOUNTS', async () => {
    const strict = await createWorld({
      store: world.store,
      environment: { ALLOWED_ACCOUNTS: '@elsewhere.example' },
    });
    const late = createBrowser(strict);
    const page = await visit(late);
    await late.submit(page, { name: 'disconnect', value: await grantIdOf(world, gpt) });
    assert.deepEqual(await world.store.grants.list({ clientId: gpt.clientId }), []);
  });

  it('keeps its cookie to this origin and away from scripts, and its pages out of frames and caches', async () => {
    const page = await browser.submit(await visit(browser), {
      name: 'disconnect',
      value: await grantIdOf(world, gpt),
    });
    assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.equal(page.headers.get('cache-control'), 'no-store');
    const cookie = page.headers.getSetCookie().find((line) => line.startsWith('__Host-ganalyticsgpt-account=')) ?? '';
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/'])
      assert.ok(cookie.includes(attribute), cookie);
    assert.doesNotMatch(cookie, /Domain/i);
  });
});

describe('somebody else at the account page', () => {
  let world: World;
  let gpt: TestClient;
  let ada: Browser;
  let page: Page;
  beforeEach(async () => {
    world = await createWorld();
    gpt = await world.client({ name: 'First GPT' });
    await connect(world, gpt);
    ada = createBrowser(world);
    page = await visit(ada);
  });
  afterEach(() => world.close());

  const stillConnected = async () => assert.equal((await world.store.grants.list()).length, 1);
  const disconnect = async () => ({ name: 'disconnect', value: await grantIdOf(world, gpt) });

  for (const [who, headers] of [
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sister domain', { 'sec-fetch-site': 'same-site' }],
    ['a page without an origin', { origin: 'null' }],
  ] as [string, Record<string, string>][]) {
    it(`cannot disconnect from ${who} in the person's browser`, async () => {
      const answer = await ada.submit(page, await disconnect(), { headers });
      assert.equal(answer.status, 403);
      await stillConnected();
    });

    it(`cannot start a sign-in from ${who}`, async () => {
      const fresh = createBrowser(world);
      const answer = await fresh.submit(await fresh.open(ACCOUNT), SIGN_IN, { headers });
      assert.equal(answer.url.origin, BRIDGE);
      assert.equal(answer.status, 403);
    });
  }

  it('cannot disconnect with a form that lacks the session’s own token, or has another session’s', async () => {
    const grace = createBrowser(world);
    const hers = await visit(grace, 'grace@example.com');
    const token = /name="csrf" value="([^"]+)"/g;
    const [[, foreign] = []] = hers.html.matchAll(token);
    assert.ok(foreign);
    for (const field of ['', `name="csrf" value="${foreign}"`]) {
      const html = page.html.replaceAll(token, field);
      const browser = createBrowser(world);
      for (const [host, jar] of ada.cookies) browser.cookies.set(host, new Map(jar));
      const answer = await browser.submit({ ...page, html }, await disconnect());
      assert.equal(answer.status, 403);
      await stillConnected();
    }
  });

  it('cannot disconnect another person’s assistant with a session of their own', async () => {
    const grace = createBrowser(world);
    await connect(world, gpt, { account: 'grace@example.com' });
    const hers = await visit(grace, 'grace@example.com');
    const [connection] = (await world.store.connections.list()).filter(({ email }) => email === 'ada@example.com');
    const [grant] = await world.store.grants.list({ connectionId: connection?.id ?? '' });
    const forged = {
      ...hers,
      html: hers.html.replace(/name="disconnect" value="[^"]+"/, `name="disconnect" value="${grant?.id}"`),
    };
    const answer = await grace.submit(forged, { name: 'disconnect', value: grant?.id ?? '' });
    assert.match(read(answer), /disconnected already/, 'told no more than of a grant that is not there');
    assert.ok(await world.store.grants.find(grant?.id ?? ''));
  });

  it('cannot use the session’s cookie in another browser', async () => {
    const thief = createBrowser(world);
    await thief.open(ACCOUNT);
    const stolen = ada.cookies.get(new URL(BRIDGE).host)?.get('__Host-ganalyticsgpt-account') ?? '';
    thief.cookies.get(new URL(BRIDGE).host)?.set('__Host-ganalyticsgpt-account', stolen);
    assert.doesNotMatch(read(await thief.open(ACCOUNT)), /First GPT/);
  });

  it('cannot use a session cookie in which one character was changed', async () => {
    const jar = ada.cookies.get(new URL(BRIDGE).host);
    const cookie = jar?.get('__Host-ganalyticsgpt-account') ?? '';
    for (const index of [0, 30, cookie.length - 3]) {
      const changed = cookie.slice(0, index) + (cookie[index] === 'A' ? 'B' : 'A') + cookie.slice(index + 1);
      jar?.set('__Host-ganalyticsgpt-account', changed);
      jar?.set('ganalyticsgpt-account', changed);
      assert.doesNotMatch(read(await ada.open(ACCOUNT)), /First GPT/);
    }
  });

  it('cannot sign a person in to a foreign account by a link that finishes a sign-in begun elsewhere', async () => {
    const attacker = createBrowser(world);
    const chooser = await attacker.submit(await attacker.open(ACCOUNT), SIGN_IN);
    const state = encodeURIComponent(chooser.url.searchParams.get('state') ?? '');
    const victim = createBrowser(world);
    await victim.open(ACCOUNT);
    const answer = await victim.open(`${BRIDGE}/google/callback?code=4/0Aforeign&state=${state}`);
    assert.equal(answer.status, 403);
    assert.match(textOf(answer), /another browser/);
    assert.ok(!victim.cookies.get(new URL(BRIDGE).host)?.has('__Host-ganalyticsgpt-account'));
  });

  it('cannot pass a visit off as a client’s flow, nor a flow as a visit', async () => {
    const browser = createBrowser(world);
    const chooser = await browser.submit(await browser.open(ACCOUNT), SIGN_IN);
    const state = chooser.url.searchParams.get('state') ?? '';
    assert.ok(state.startsWith('visit.'));
    const asFlow = await browser.open(`${BRIDGE}/google/callback?code=x&state=${state.slice('visit.'.length)}`);
    assert.equal(asFlow.status, 400);
    const consent = await browser.open(`${BRIDGE}/consent?flow=${state.slice('visit.'.length)}`);
    assert.equal(consent.status, 400);
    const asVisit = await browser.open(`${BRIDGE}/google/callback?code=x&state=visit.AAAA`);
    assert.equal(asVisit.status, 400);
    assert.ok(!browser.cookies.get(new URL(BRIDGE).host)?.has('__Host-ganalyticsgpt-account'));
  });

  it('cannot finish a visit after ten minutes', async () => {
    const browser = createBrowser(world);
    const chooser = await browser.submit(await browser.open(ACCOUNT), SIGN_IN);
    world.advance(11 * 60_000);
    const state = encodeURIComponent(chooser.url.searchParams.get('state') ?? '');
    const answer = await browser.open(`${BRIDGE}/google/callback?code=4/0Alate&state=${state}`);
    assert.equal(answer.status, 410);
    assert.match(read(answer), /took too long/);
  });
});
