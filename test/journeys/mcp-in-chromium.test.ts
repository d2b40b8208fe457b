/**
 * An MCP client on a person's own machine signs in through a real Chromium: the official client finds its way by itself,
 * the browser walks consent page and Google's pages, and the answer comes back to the client's loopback address.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Client, type OAuthClientProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { BrowserContext } from 'playwright-core';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { checkGoogleButton } from '../support/branding.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';

describe('an MCP sign-in in a real browser', () => {
  let stage: Stage;
  let chromium: TestBrowser;
  let native: NativeClient;
  before(async () => {
    [stage, chromium, native] = await Promise.all([openStage(), launchBrowser(), openNativeClient()]);
  });
  after(() => Promise.all([stage.close(), chromium.close(), native.close()]));

  it('goes from the first 401 over our page and Google’s back to the client, and a question is answered', async () => {
    const context = await chromium.browser.newContext();
    const transport = native.transport(stage.bridgeUrl);
    await assert.rejects(native.client().connect(transport));
    const url = native.authorizationUrl();
    assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(url.searchParams.get('resource'), `${stage.bridgeUrl}/mcp`);

    const callback = await walk(context, url, 'ada@example.com');
    assert.equal(callback.get('iss'), stage.bridgeUrl);
    await transport.finishAuth(callback);

    const client = native.client();
    await client.connect(native.transport(stage.bridgeUrl));
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'run_report'));
    const answer = await client.callTool({ name: 'get_profile', arguments: {} });
    assert.equal((answer.structuredContent as { email?: string }).email, 'ada@example.com');
    await client.close();
    await context.close();
  });

  it('shows a consent page that names the client and whose button keeps Google’s rules in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await chromium.browser.newContext({ colorScheme });
      const page = await context.newPage();
      await page.goto(native.authorizationUrl().href);
      const text = (await page.textContent('body')) ?? '';
      assert.match(text, /Native inspector/);
      assert.match(text, /127\.0\.0\.1/);
      assert.equal(await page.locator('form[action="/consent"] button[name=decision][value=allow]').count(), 1);
      assert.deepEqual(await checkGoogleButton(page), []);
      await context.close();
    }
  });

  it('refuses a consent page that is continued in another browser', async () => {
    const first = await chromium.browser.newContext();
    const page = await first.newPage();
    await page.goto(native.authorizationUrl().href);
    const other = await chromium.browser.newContext();
    const stolen = await other.newPage();
    const answer = await stolen.goto(page.url());
    assert.equal(answer?.status(), 403);
    assert.match((await stolen.textContent('body')) ?? '', /browser/i);
    await Promise.all([first.close(), other.close()]);
  });

  it('refuses a consent that another site submits in the person’s browser', async () => {
    const context = await chromium.browser.newContext();
    const page = await context.newPage();
    await page.goto(native.authorizationUrl().href);
    const flow = await page.locator('input[name=flow]').inputValue();
    const foreign = await context.newPage();
    const bridge = stage.bridgeUrl;
    const html = `<form method="post" action="${bridge}/consent"><input name="flow" value="${flow}"><button name="decision" value="allow">win</button></form>`;
    // 127.0.0.1 is another site than localhost, as the sandbox is another site than the bridge.
    await foreign.route(`${stage.sandboxUrl}/evil`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await foreign.goto(`${stage.sandboxUrl}/evil`);
    const [answer] = await Promise.all([foreign.waitForResponse(`${bridge}/consent`), foreign.click('button')]);
    assert.equal(answer.status(), 403);
    await context.close();
  });

  it('refuses Google’s answer to a flow that somebody else allowed in their own browser', async () => {
    const attacker = await chromium.browser.newContext();
    const theirs = await attacker.newPage();
    await theirs.goto(native.authorizationUrl().href);
    await theirs.click('form[action="/consent"] button[name=decision][value=allow]');
    const state = new URL(theirs.url()).searchParams.get('state') ?? '';
    assert.notEqual(state, '');
    const victim = await chromium.browser.newContext();
    const page = await victim.newPage();
    await page.goto(native.authorizationUrl().href);
    const answer = await page.goto(
      `${stage.bridgeUrl}/google/callback?${new URLSearchParams({ code: '4/0Atheirs', state })}`,
    );
    assert.equal(answer?.status(), 403);
    assert.match((await page.textContent('body')) ?? '', /browser/i);
    await Promise.all([attacker.close(), victim.close()]);
  });

  it('cannot be framed', async () => {
    const context = await chromium.browser.newContext();
    const page = await context.newPage();
    const frame = `<iframe src="${native.authorizationUrl().href.replaceAll('"', '&quot;')}"></iframe>`;
    await page.route(`${stage.sandboxUrl}/frame`, (route) => route.fulfill({ contentType: 'text/html', body: frame }));
    await page.goto(`${stage.sandboxUrl}/frame`, { waitUntil: 'load' });
    const [inner] = page.frames().slice(1);
    assert.equal(await inner?.locator('button[name=decision]').count(), 0);
    await context.close();
  });

  /** What a person does: allow, choose the account, allow at Google if asked. Returns what the client is sent. */
  async function walk(context: BrowserContext, url: URL, account: string): Promise<URLSearchParams> {
    const page = await context.newPage();
    const arrived = native.nextCallback();
    await page.goto(url.href);
    await page.click('form[action="/consent"] button[name=decision][value=allow]');
    await page.click(`button[name=account][value="${account}"]`);
    const isAsked = await page.locator('button[name=decision][value=allow]').count();
    if (isAsked > 0) await page.click('button[name=decision][value=allow]');
    const answer = await arrived;
    await page.waitForURL(/127\.0\.0\.1:\d+\/callback/);
    return answer;
  }
});

interface NativeClient {
  transport(bridgeUrl: string): StreamableHTTPClientTransport;
  client(): Client;
  authorizationUrl(): URL;
  nextCallback(): Promise<URLSearchParams>;
  close(): Promise<void>;
}

/** A client with a listener on loopback, as native apps have (RFC 8252 7.3). Registers itself, without a secret. */
async function openNativeClient(): Promise<NativeClient> {
  let waiting: ((answer: URLSearchParams) => void) | undefined;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    response.setHeader('content-type', 'text/html').end('<title>Done</title>You can close this window.');
    if (url.pathname === '/callback') waiting?.(url.searchParams);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const redirectUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  const memory = createMemory(redirectUrl);
  return {
    transport: (bridgeUrl) =>
      new StreamableHTTPClientTransport(new URL(`${bridgeUrl}/mcp`), { authProvider: memory.provider }),
    client: () => new Client({ name: 'native-inspector', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } }),
    authorizationUrl: memory.authorizationUrl,
    nextCallback: () => new Promise((resolve) => (waiting = resolve)),
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function createMemory(redirectUrl: string): { provider: OAuthClientProvider; authorizationUrl(): URL } {
  const kept = new Map<string, unknown>();
  const read = <Value>(name: string) => kept.get(name) as Value;
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: 'Native inspector',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => read('client'),
    saveClientInformation: (value) => void kept.set('client', value),
    tokens: () => read('tokens'),
    saveTokens: (value) => void kept.set('tokens', value),
    redirectToAuthorization: (value) => void kept.set('url', value),
    saveCodeVerifier: (value) => void kept.set('verifier', value),
    codeVerifier: () => read('verifier'),
    saveDiscoveryState: (value) => void kept.set('discovery', value),
    discoveryState: () => read('discovery'),
  };
  return { provider, authorizationUrl: () => new URL(read<URL>('url')) };
}
