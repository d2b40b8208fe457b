/**
 * The account page in a real browser, before a real bridge and a real sandbox: two assistants are connected, one is
 * disconnected while the other goes on, and with the last one the link at Google goes.
 *
 * With ACCOUNT_SHOTS set to a folder, it leaves pictures of each page there.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { type Credentials, openStage, type Stage } from '../../src/demo/stage.ts';
import { checkGoogleButton } from '../support/branding.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { findFaintText, findOverflow, findSmallTargets } from '../support/readability.ts';

const CALLBACKS = {
  chatgpt: 'https://chatgpt.com/aip/g-0123456789abcdef/oauth/callback',
  claude: 'https://claude.ai/api/mcp/auth_callback',
} as const;

interface Connected {
  client: Credentials;
  accessToken: string;
}

describe('the account page in a browser', () => {
  let stage: Stage;
  let chromium: TestBrowser;
  let context: BrowserContext;
  let page: Page;
  let chatgpt: Connected;
  let claude: Connected;
  const complaints: string[] = [];

  before(async () => {
    // One after the other: what is up is closed even if the next does not start.
    chromium = await launchBrowser();
    stage = await openStage();
    context = await chromium.browser.newContext();
    page = await context.newPage();
    chatgpt = await connect('ChatGPT', CALLBACKS.chatgpt);
    claude = await connect('Claude', CALLBACKS.claude);
    context.on('console', (message) => complaints.push(message.text()));
  });
  after(async () => {
    await chromium?.close();
    await stage?.close();
  });

  /** As an assistant does it: through the person's browser, then from its own server. */
  async function connect(name: string, redirectUri: string): Promise<Connected> {
    const client = await stage.addClient({ name, redirectUri });
    const query = { response_type: 'code', client_id: client.clientId, redirect_uri: redirectUri, state: 's' };
    await page.goto(`${stage.bridgeUrl}/authorize?${new URLSearchParams(query)}`);
    await page.click('button[name=decision][value=allow]');
    // The assistant's own host is out of reach for this browser; what is asked of it is all that matters.
    const asked = page.waitForRequest((request) => request.url().startsWith(`${redirectUri}?`));
    await passGoogle();
    const answered = new URL((await asked).url());
    const answer = await post('/token', {
      grant_type: 'authorization_code',
      code: answered.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: client.clientId,
      client_secret: client.clientSecret,
    });
    return { client, accessToken: String(answer.access_token) };
  }

  async function passGoogle(): Promise<void> {
    await page.click('button[name=account][value="ada@example.com"]');
    const allow = page.locator('button[name=decision][value=allow]');
    if (page.url().startsWith(stage.sandboxUrl) && (await allow.count()) > 0) await allow.click();
  }

  async function post(path: string, fields: Record<string, string>): Promise<Record<string, unknown>> {
    const answer = await fetch(`${stage.bridgeUrl}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
    return (await answer.json()) as Record<string, unknown>;
  }

  /** The status of a real question to Google Analytics. */
  async function ask({ accessToken }: Connected): Promise<number> {
    const answer = await fetch(`${stage.bridgeUrl}/actions/list_properties`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: '{}',
    });
    return answer.status;
  }

  async function linksAtGoogle(): Promise<number> {
    const answer = await fetch(`${stage.sandboxUrl}/sandbox/links`);
    return ((await answer.json()) as { links: unknown[] }).links.length;
  }

  /** Readable in both themes and down to 320 pixels, with pictures for whoever wants to look. */
  async function inspect(name: string): Promise<void> {
    for (const [theme, width] of [
      ['light', 1100],
      ['dark', 1100],
      ['light', 360],
      ['dark', 320],
    ] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 800 });
      const at = `${name}, ${theme}, ${width}`;
      assert.deepEqual(await findFaintText(page), [], at);
      assert.deepEqual(await findOverflow(page), [], at);
      assert.deepEqual(await findSmallTargets(page), [], at);
      const folder = process.env.ACCOUNT_SHOTS;
      if (folder !== undefined)
        await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`), fullPage: true });
    }
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1100, height: 800 });
  }

  const shown = () => page.locator('.connected h2').allTextContents();

  it('is walked from the sign-in to the last disconnection', async () => {
    await page.goto(`${stage.bridgeUrl}/account`);
    assert.deepEqual(await checkGoogleButton(page), []);
    await inspect('signed-out');

    assert.equal(await ask(claude), 200);
    await page.click('button[name=decision][value=allow]');
    await passGoogle();
    await page.waitForURL(`${stage.bridgeUrl}/account`);
    assert.deepEqual(await shown(), ['Claude', 'ChatGPT'], 'the one that was used last comes first');
    assert.match((await page.locator('.signed-in').textContent()) ?? '', /ada@example\.com/);
    await inspect('two');

    await page.getByRole('button', { name: 'Disconnect ChatGPT' }).click();
    assert.deepEqual(await shown(), ['Claude']);
    await inspect('one');
    assert.equal(await ask(chatgpt), 401);
    assert.equal(await ask(claude), 200);
    assert.equal(await linksAtGoogle(), 1);

    await page.reload();
    assert.equal(await page.locator('.told').count(), 0, 'a thing is told once');
    await page.getByRole('button', { name: 'Delete everything' }).click();
    await inspect('delete');
    await page.getByRole('link', { name: 'Keep it' }).click();

    await page.getByRole('button', { name: 'Disconnect Claude' }).click();
    assert.match((await page.locator('.told').textContent()) ?? '', /link to your Google account is gone/);
    await inspect('none');
    assert.equal(await ask(claude), 401);
    assert.equal(await linksAtGoogle(), 0);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await inspect('after');
    assert.deepEqual(complaints, [], 'the content security policy let everything through, and there was nothing else');
  });

  it('refuses a form that another site sends in the person’s browser', async () => {
    await page.goto(`${stage.bridgeUrl}/account`);
    await page.click('button[name=decision][value=allow]');
    await passGoogle();
    await page.waitForURL(`${stage.bridgeUrl}/account`);
    await context.route('https://chatgpt.com/evil', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form action="${stage.bridgeUrl}/account" method="post"><button name="disconnect" value="all">Win a prize</button></form>`,
      }),
    );
    await page.goto('https://chatgpt.com/evil');
    const [answer] = await Promise.all([page.waitForResponse(`${stage.bridgeUrl}/account`), page.click('button')]);
    assert.equal(answer.status(), 403);
  });
});
