/**
 * Attacks on where an answer goes: a link to this server that ends at a stranger's page, and a stranger who looks known.
 *
 * Anybody may register a client, so that "registered" says nothing about who gets the answer.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { publish } from '../support/document-client.ts';
import {
  authorizeUrl,
  BRIDGE,
  connect,
  createBrowser,
  createWorld,
  type Page,
  signIn,
  type TestClient,
  type World,
} from '../support/world.ts';

const EVIL = 'https://chatgpt.com.evil.example/landing';
const DOCUMENT = { client_id: 'https://evil.example/c.json', client_name: 'ChatGPT', redirect_uris: [EVIL] };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

async function register(redirectUri: string): Promise<TestClient> {
  const answer = await world.request('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_post',
      client_name: 'ChatGPT',
    }),
  });
  assert.equal(answer.status, 201, redirectUri);
  const { client_id, client_secret } = (await answer.json()) as { client_id: string; client_secret: string };
  return { clientId: client_id, secret: client_secret, redirectUri };
}

const open = (client: TestClient, parameters: Record<string, string> = {}): Promise<Page> =>
  createBrowser(world).open(authorizeUrl(client, parameters));
const fail = (client: TestClient): Promise<Page> => open(client, { response_type: 'nonsense' });

const wordsOf = ({ html }: Page): string => html.replace(/<[^>]*>/g, ' ');

/** Where the one link of the page leads. */
function linkOf(page: Page): URL {
  const href = /<a class="action" href="([^"]*)"/.exec(page.html)?.[1] ?? '';
  return new URL(href.replaceAll('&amp;', '&'));
}

describe('RFC 9700 4.11.2: a link to this server, made to fail, that ends at a stranger’s page', () => {
  it('shows the host and waits for a click, while nobody is connected through that client', async () => {
    for (const client of [await register(EVIL), publish(world, DOCUMENT), await register('evilapp://oauth/cb')]) {
      const page = await fail(client);
      assert.equal(page.status, 400, client.redirectUri);
      assert.equal(page.url.origin, BRIDGE);
      assert.equal(page.headers.get('location'), null);
      assert.match(wordsOf(page), /Back to (chatgpt\.com\.evil\.example|evilapp:\/\/oauth)/);
    }
  });

  it('carries the whole answer in the link, so that an honest client learns what was wrong', async () => {
    const link = linkOf(await fail(await register(EVIL)));
    assert.equal(link.origin + link.pathname, EVIL);
    assert.equal(link.searchParams.get('error'), 'unsupported_response_type');
    assert.equal(link.searchParams.get('iss'), BRIDGE);
    assert.ok(link.searchParams.has('error_description') && link.searchParams.has('state'));
  });

  it('shows no link to a place that is not registered', async () => {
    const client = await register(EVIL);
    const page = await fail({ ...client, redirectUri: 'https://other.example/' });
    assert.equal(page.status, 400);
    assert.doesNotMatch(page.html, /other\.example|Back to/);
  });

  it('sends the answer at once to a client of the operator’s, to one in use, and to a program on loopback', async () => {
    const used = await register('https://app.example/cb');
    await connect(world, used);
    for (const client of [await world.client(), used, await register('http://127.0.0.1/cb')]) {
      const page = await fail(client);
      assert.equal(page.status, 0, client.redirectUri);
      assert.equal(page.url.origin + page.url.pathname, client.redirectUri);
    }
  });

  it('sends the answer at once after the person’s own click on our page', async () => {
    const browser = createBrowser(world);
    const client = await register(EVIL);
    const page = await browser.submit(await browser.open(authorizeUrl(client)), { name: 'decision', value: 'deny' });
    assert.equal(page.url.origin + page.url.pathname, EVIL);
    assert.equal(page.url.searchParams.get('error'), 'access_denied');
  });
});

describe('a stranger’s app that wants to look known', () => {
  it('is still called new after its maker signed in, and redeemed nothing', async () => {
    const client = await register(EVIL);
    await signIn(world, client, { account: 'grace@example.com' });
    assert.match((await open(client)).html, /New here/);
  });

  it('is said to have named itself for good, whoever connected through it', async () => {
    const client = await register(EVIL);
    await connect(world, client);
    assert.match(wordsOf(await open(client)), /This app named itself.*chatgpt\.com\.evil\.example/s);
    assert.doesNotMatch(wordsOf(await open(await world.client())), /New here|named itself/);
  });

  it('is shown as a program on this device when its own scheme gets the answer', async () => {
    for (const redirectUri of ['evilapp://oauth/cb', 'com.example.app:/cb', 'http://localhost:1/cb'])
      assert.match(wordsOf(await open(await register(redirectUri))), /A program on this device gets the answer/);
    assert.doesNotMatch(wordsOf(await open(await register(EVIL))), /A program on this device/);
  });
});
