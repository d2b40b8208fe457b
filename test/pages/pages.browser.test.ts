/**
 * Our pages in a real browser, under the headers that they are served with: the Google button by the book, nothing to
 * scroll sideways, nothing too faint, the keyboard's way through, and what a click on the consent page may reach.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { PageProblem } from '../../src/errors.ts';
import { type Assistant, accountPage, deletePage, signedOutPage } from '../../src/pages/account.ts';
import { assets } from '../../src/pages/assets.ts';
import { consentPage } from '../../src/pages/consent.ts';
import { errorPage } from '../../src/pages/error.ts';
import { pageHeaders } from '../../src/pages/headers.ts';
import { homePage } from '../../src/pages/home.ts';
import { privacyPage } from '../../src/pages/privacy.ts';
import { scopeMissingPage } from '../../src/pages/scope-missing.ts';
import { supportPage } from '../../src/pages/support.ts';
import { termsPage } from '../../src/pages/terms.ts';
import { checkGoogleButton } from '../support/branding.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { findFaintText, findOverflow, findSmallTargets } from '../support/readability.ts';

const operator = { name: 'Example Ltd', email: 'help@example.com' };
const flow = { ref: 'K7PM-3QXD', sealedFlow: 'sealed', operator, publicHost: 'ga.example.com' };
const plain = {
  ...flow,
  clientName: 'ChatGPT',
  redirectHost: 'chatgpt.com',
  redirectIsLoopback: false,
  isNewClient: false,
  mode: 'broker' as const,
  reads: ['See your Google Analytics accounts, properties and reports'],
};
const hostile = {
  ...plain,
  clientName: `\u202E<script>alert(1)</script>${'W'.repeat(300)}`,
  redirectHost: `chatgpt.com.${'a'.repeat(200)}.evil.example:8443`,
  redirectIsLoopback: true,
  isNewClient: true,
  mode: 'relay' as const,
};
const site = { publicUrl: 'https://ga.example.com', operator, unusedDays: 180, reads: plain.reads };
const command = [
  'npx',
  'ganalyticsgpt',
  'clients',
  'add-redirect',
  'gc_1',
  `https://chatgpt.com/aip/g-${'1'.repeat(80)}/oauth/callback`,
];
const failed = (problem: PageProblem) =>
  errorPage({ problem, ref: flow.ref, extra: { operator, command, publicHost: flow.publicHost } });

const account = { publicHost: flow.publicHost, operator, email: 'ada@example.com', csrf: 'csrf' };
const assistant: Assistant = {
  grantId: 'g',
  name: hostile.clientName,
  address: hostile.redirectHost,
  isLoopback: true,
  kind: 'registered',
  reads: plain.reads,
  changes: ['See, create, change and delete events on your calendars'],
  connectedAt: 1_800_000_000_000,
  firstUsedAt: 1_800_000_060_000,
  lastUsedAt: 1_800_000_120_000,
};
const unknown = { ...assistant, name: undefined, address: undefined, kind: undefined, firstUsedAt: undefined };

const flowPages: Record<string, string> = {
  consent: consentPage(plain),
  'consent-hostile': consentPage(hostile),
  'account-signed-out': signedOutPage({ ...account, notice: 'google-unreachable' }),
  'scope-missing': scopeMissingPage({ ...flow, missing: plain.reads, clientName: 'ChatGPT' }),
};
const pages: Record<string, string> = {
  ...flowPages,
  error: failed('redirect-uri-unregistered'),
  'other-browser': failed('other-browser'),
  account: accountPage({
    ...account,
    notice: 'disconnected-not-google',
    assistants: [assistant, unknown],
    isDead: true,
  }),
  'account-delete': deletePage({ ...account, email: `${'a'.repeat(250)}@example.com`, count: 2 }),
  home: homePage(site),
  privacy: privacyPage(site),
  terms: termsPage(site),
  support: supportPage(site),
};

interface Site {
  origin: string;
  server: Server;
  /** What forms have sent. */
  posts: { headers: IncomingMessage['headers']; body: string }[];
  /** Where a form leads, and what the page's policy names. */
  target: string;
  formActionOrigins: string[];
}

async function listen(
  host: string,
  answer: (
    request: IncomingMessage,
    url: URL,
  ) => { status: number; headers: Record<string, string>; body: string | Uint8Array },
) {
  const server = createServer((request, response) => {
    const { status, headers, body } = answer(request, new URL(request.url ?? '/', 'http://localhost'));
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return { server, origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

async function openSite(): Promise<Site> {
  const posts: Site['posts'] = [];
  const { server, origin } = await listen('127.0.0.1', (request, url) => {
    const asset = assets.get(url.pathname);
    if (asset !== undefined) return { status: 200, headers: { 'Content-Type': asset.contentType }, body: asset.body };
    if (request.method === 'POST') {
      const post = { headers: request.headers, body: '' };
      posts.push(post);
      request.on('data', (chunk) => {
        post.body += chunk;
      });
      return { status: 303, headers: { Location: opened.target }, body: '' };
    }
    const name = url.pathname.slice(1);
    const { formActionOrigins } = opened;
    return {
      status: 200,
      headers: pageHeaders({ formActionOrigins, hasScript: name === 'home' }),
      body: pages[name] ?? 'none',
    };
  });
  const opened: Site = { origin, server, posts, target: '/terms', formActionOrigins: [] };
  return opened;
}

let chromium: TestBrowser;
let ours: Site;
const others: Server[] = [];

before(async () => {
  chromium = await launchBrowser();
  ours = await openSite();
});
after(async () => {
  await chromium?.close();
  for (const server of [ours?.server, ...others]) {
    server?.closeAllConnections();
    server?.close();
  }
});

/** A fresh context, closed afterwards; what the browser complained about, or asked of others, fails the test. */
async function visit(name: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> {
  const context = await chromium.browser.newContext(options);
  const complaints: string[] = [];
  context.on('console', (message) => complaints.push(message.text()));
  context.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  context.on('request', (request) => {
    if (!request.url().startsWith(ours.origin)) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  try {
    const page = await context.newPage();
    await page.goto(`${ours.origin}/${name}`);
    await look(page);
    assert.deepEqual(complaints, [], name);
  } finally {
    await context.close();
  }
}

describe('the Google button (branding guidelines)', () => {
  for (const name of Object.keys(flowPages)) {
    it(`is by the book on the page ${name}, in light and dark`, () =>
      visit(name, {}, async (page) => assert.deepEqual(await checkGoogleButton(page), [])));
  }

  it('is shaded by 8% under the pointer and by 12% with the keyboard on it', () =>
    visit('consent', { reducedMotion: 'reduce' }, async (page) => {
      const button = page.locator('.google-button');
      const veil = () =>
        button.evaluate((each) => each.ownerDocument.defaultView.getComputedStyle(each, '::after').opacity);
      assert.equal(await veil(), '0');
      await button.hover();
      assert.equal(await veil(), '0.08');
      await page.mouse.move(0, 0);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.equal(await veil(), '0.12');
    }));

  it('is checked by a checker that finds every broken rule', () =>
    visit('consent', {}, async (page) => {
      const breakIt = (css: string) =>
        page.locator('main').evaluate((main, text) => {
          const sheet = new main.ownerDocument.defaultView.CSSStyleSheet();
          sheet.replaceSync(text);
          main.ownerDocument.adoptedStyleSheets = [sheet];
        }, css);
      const many = `
        .google-button { height: 44px; padding: 0 16px; background: #4285f4; border-color: #000; border-radius: 8px;
          color: #fff; font: 400 13px/1 Roboto }
        .google-button img { width: 18px; margin-right: 4px; filter: grayscale(1) }
        .decision { background: #0f4c52 }`;
      const few =
        '.google-button { border: 0; visibility: hidden; background-image: linear-gradient(#fff, #eee) } main { opacity: 0.9 }';
      for (const [css, rules] of [
        [
          many,
          ['height', 'padding left', 'padding right', 'gap', 'fill', 'stroke', 'radius', 'text colour', 'font size'],
        ],
        [many, ['font family', 'font weight', 'line height', 'G width', 'effects on the G: filter', 'coloured boxes']],
        [few, ['stroke width', 'visible', 'fill picture', 'effects on the G: opacity']],
      ] as const) {
        await breakIt(css);
        const found = (await checkGoogleButton(page)).filter((each) => each.startsWith('dark: '));
        for (const rule of rules)
          assert.ok(
            found.some((each) => each.startsWith(`dark: ${rule}`)),
            `${rule} is not among ${found.join('; ')}`,
          );
      }
      await breakIt('');
      await page.locator('.google-button span').evaluate((words) => {
        words.textContent = 'Authorize';
      });
      assert.deepEqual(
        (await checkGoogleButton(page)).map((each) => each.split(':').slice(0, 2).join(':')),
        ['light: text', 'dark: text'],
      );
    }));
});

describe('every page', () => {
  for (const name of Object.keys(pages)) {
    it(`reads well, light and dark, down to 320 pixels: ${name}`, () =>
      visit(name, {}, async (page) => {
        await page.locator('details').evaluateAll((all) => {
          for (const each of all) each.open = true;
        });
        for (const width of [320, 360, 1100]) {
          await page.setViewportSize({ width, height: 740 });
          assert.deepEqual(await findOverflow(page), [], `${width} pixels`);
        }
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await findFaintText(page), [], colorScheme);
        }
        assert.deepEqual(await findSmallTargets(page), []);
      }));

    it(`has one heading of the first rank, one main part, a language and a title: ${name}`, () =>
      visit(name, {}, async (page) => {
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
        assert.equal(await page.getByRole('main').count(), 1);
        assert.equal(await page.locator('html').getAttribute('lang'), 'en');
        assert.match(await page.title(), /.+ · GanalyticsGPT$/);
      }));
  }
});

describe('the consent page for the keyboard', () => {
  it('leads from the skip link to the Google button, the refusal and the small print, each seen', () =>
    visit('consent', {}, async (page) => {
      const seen: string[] = [];
      for (let step = 0; step < 6; step++) {
        await page.keyboard.press('Tab');
        const focused = page.locator(':focus');
        const outline = await focused.evaluate(
          (each) => each.ownerDocument.defaultView.getComputedStyle(each).outlineStyle,
        );
        assert.equal(outline, 'solid');
        seen.push((await focused.textContent())?.trim() ?? '');
      }
      assert.deepEqual(seen, [
        'Skip to the content',
        'Sign in with Google',
        'Don’t connect',
        'Google Account',
        'privacy policy',
        'Limited Use',
      ]);
    }));

  it('is sent by the keyboard alone', () =>
    visit('consent', {}, async (page) => {
      ours.target = '/terms';
      await page.locator('[value="allow"]').focus();
      await page.keyboard.press('Enter');
      await page.waitForURL('**/terms');
      assert.equal(ours.posts.at(-1)?.body, 'flow=sealed&decision=allow');
    }));

  it('shows the button without scrolling on a phone', () =>
    visit('consent', { viewport: { width: 360, height: 740 } }, async (page) => {
      const box = await page.locator('.google-button').boundingBox();
      assert.ok(box !== null && box.y + box.height < 740, `${box?.y}`);
    }));
});

describe('the click on the consent page', () => {
  const google = async () => {
    const opened = await listen('127.0.0.1', (_, url) => ({
      status: 302,
      headers: { Location: url.searchParams.get('to') ?? '' },
      body: '',
    }));
    others.push(opened.server);
    return opened.origin;
  };
  const client = async (host: string) => {
    const opened = await listen(host, () => ({
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: '<h1>Back at the client</h1>',
    }));
    others.push(opened.server);
    return `${opened.origin}/callback`;
  };
  /** Where the window is after the click, and what the browser said about it. */
  async function click(target: string, formActionOrigins: string[]): Promise<{ url: string; said: string }> {
    Object.assign(ours, { target, formActionOrigins });
    const context = await chromium.browser.newContext();
    try {
      const page = await context.newPage();
      const refusal = new Promise<string>((resolve) => page.on('console', (message) => resolve(message.text())));
      await page.goto(`${ours.origin}/consent`);
      await page.locator('[value="allow"]').click({ noWaitAfter: true });
      const arrived = page.waitForURL((url) => url.pathname === '/callback').then(() => '');
      const said = await Promise.any([arrived, refusal]);
      return { url: page.url(), said };
    } finally {
      Object.assign(ours, { target: '/terms', formActionOrigins: [] });
      await context.close();
    }
  }

  it('reaches the client through Google, when the policy names both', async () => {
    const [at, back] = [await google(), await client('127.0.0.1')];
    assert.deepEqual(await click(`${at}/?to=${back}`, [at, back]), { url: back, said: '' });
  });

  it('reaches a program that listens on IPv6 loopback', async () => {
    const [at, back] = [await google(), await client('::1')];
    assert.deepEqual(await click(`${at}/?to=${back}`, [at, back]), { url: back, said: '' });
  });

  it('reaches no place that the policy leaves out', async () => {
    const [at, back] = [await google(), await client('127.0.0.1')];
    const { url, said } = await click(`${at}/?to=${back}`, [at]);
    assert.equal(new URL(url).origin, ours.origin);
    assert.match(said, /form-action/);
  });

  it('tells our own server its origin, and other sites nothing of the page', async () => {
    const [at, back] = [await google(), await client('127.0.0.1')];
    let referer: string | undefined = 'unset';
    others.at(-1)?.on('request', (request: IncomingMessage) => {
      if (request.url === '/callback') referer = request.headers.referer;
    });
    await click(`${at}/?to=${back}`, [at, back]);
    assert.equal(ours.posts.at(-1)?.headers.origin, ours.origin);
    assert.equal(referer, undefined);
  });
});

describe('a window that an assistant opened', () => {
  it('keeps its tie to the opener while it shows our page', async () => {
    const opener = await listen('127.0.0.1', () => ({
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: '<title>assistant</title>',
    }));
    others.push(opener.server);
    const context = await chromium.browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(opener.origin);
      const [popup] = await Promise.all([
        page.waitForEvent('popup'),
        page.evaluate(`void window.open(${JSON.stringify(`${ours.origin}/consent`)}, 'x')`),
      ]);
      await popup.waitForURL('**/consent');
      assert.equal(await popup.evaluate('window.opener !== null'), true);
    } finally {
      await context.close();
    }
  });

  it('cannot show our page inside a frame', async () => {
    const framer = await listen('127.0.0.1', () => ({
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: `<iframe src="${ours.origin}/consent"></iframe>`,
    }));
    others.push(framer.server);
    const context = await chromium.browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(framer.origin);
      assert.equal(await page.frameLocator('iframe').locator('form').count(), 0);
    } finally {
      await context.close();
    }
  });
});

describe('the copy buttons of the home page', () => {
  it('copy the address beside them', () =>
    visit('home', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      await page.locator('[data-copy="mcp-address"]').click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'https://ga.example.com/mcp');
    }));

  it('stay hidden without script, and everything else is there', () =>
    visit('home', { javaScriptEnabled: false }, async (page) => {
      assert.equal(await page.locator('button:visible').count(), 0);
      await page.locator('#cursor summary').click();
      assert.equal(await page.locator('#cursor code').isVisible(), true);
    }));
});
