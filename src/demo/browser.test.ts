import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type BrowserHop, createBrowser, type Stop } from './browser.ts';
import { answerPages } from './person.ts';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

type Respond = (seen: Seen, response: ServerResponse) => void;

/** A site of one handler for each path, which remembers what it was asked. */
function createSite(host: string) {
  const routes = new Map<string, Respond>();
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: (await request.toArray()).join('') };
    seen.push(one);
    const respond = routes.get(url.split('?')[0] ?? '');
    if (respond === undefined) response.writeHead(404).end('<title>Nothing here</title>');
    else respond(one, response);
  });
  return {
    routes,
    seen,
    url: (path: string) => `http://${host}:${(server.address() as AddressInfo).port}${path}`,
    open: () => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function pageOf(stop: Stop) {
  if (stop.kind === 'left') assert.fail(`left for ${stop.url.href}`);
  return stop.page;
}

describe('the demo’s browser', () => {
  // Two sites: localhost and 127.0.0.1 are different hosts of one machine.
  const bridge = createSite('localhost');
  const google = createSite('127.0.0.1');
  before(async () => {
    await bridge.open();
    await google.open();
  });
  after(() => {
    bridge.close();
    google.close();
  });
  beforeEach(() => {
    for (const site of [bridge, google]) {
      site.routes.clear();
      site.seen.length = 0;
    }
  });
  const form = (action: string, inside = '') =>
    `<title>A page</title><form method="post" action="${action}">${inside}<button name="decision" value="allow">Go on</button></form>`;

  it('follows redirects over hosts, carries cookies along and tells each hop', async () => {
    bridge.routes.set('/start', (_, response) =>
      response
        .writeHead(303, {
          Location: google.url('/sign-in'),
          'Set-Cookie': ['a=1; Path=/', '__Host-b=2; Path=/; Secure'],
        })
        .end(),
    );
    google.routes.set('/sign-in', (_, response) => response.writeHead(302, { Location: bridge.url('/end') }).end());
    bridge.routes.set('/end', (_, response) => response.end('<title>The end</title>'));
    const hops: BrowserHop[] = [];
    const browser = createBrowser({ onHop: (hop) => void hops.push(hop) });
    const page = pageOf(await browser.open(bridge.url('/start')));
    assert.equal(page.title, 'The end');
    assert.equal(bridge.seen[1]?.headers.cookie, 'a=1; __Host-b=2');
    assert.equal(google.seen[0]?.headers.cookie, undefined);
    assert.deepEqual(
      hops.map(({ url, status, next, title }) => [url.pathname, status, next?.pathname, title]),
      [
        ['/start', 303, '/sign-in', undefined],
        ['/sign-in', 302, '/end', undefined],
        ['/end', 200, undefined, 'The end'],
      ],
    );
  });

  it('stops before an address that is not on this machine and hands it back', async () => {
    const callback = 'https://chat.openai.com/aip/plugin-1/oauth/callback?code=c&state=s';
    bridge.routes.set('/end', (_, response) => response.writeHead(302, { Location: callback }).end());
    assert.deepEqual(await createBrowser().open(bridge.url('/end')), { kind: 'left', url: new URL(callback) });
  });

  it('stops before an address that it was told to stop at', async () => {
    bridge.routes.set('/start', (_, response) =>
      response.writeHead(302, { Location: '/google/callback?code=c' }).end(),
    );
    const browser = createBrowser({ stopsAt: ({ pathname }) => pathname === '/google/callback' });
    const stop = await browser.open(bridge.url('/start'));
    assert.equal(stop.kind === 'left' && stop.url.search, '?code=c');
    assert.equal(bridge.seen.length, 1);
  });

  it('sends a form as a browser does: fields, origin, site, and GET after the redirect', async () => {
    bridge.routes.set('/page', (_, response) =>
      response.end(form('/consent', '<input type="hidden" name="flow" value="a b&amp;c">')),
    );
    bridge.routes.set('/consent', (_, response) => response.writeHead(303, { Location: '/done' }).end());
    bridge.routes.set('/done', (_, response) => response.end('<title>Done</title>'));
    const browser = createBrowser();
    const page = pageOf(await browser.open(bridge.url('/page'), new URL('https://chatgpt.com')));
    const [only] = page.forms;
    const [button] = only?.buttons ?? [];
    assert.ok(only && button);
    await browser.press(page, { form: only, button });
    const [opened, posted, followed] = bridge.seen;
    assert.equal(opened?.headers['sec-fetch-site'], 'cross-site');
    assert.equal(posted?.body, 'flow=a+b%26c&decision=allow');
    assert.equal(posted?.headers.origin, new URL(bridge.url('/')).origin);
    assert.equal(posted?.headers['sec-fetch-site'], 'same-origin');
    assert.deepEqual([followed?.method, followed?.headers.origin, followed?.body], ['GET', undefined, '']);
  });

  it('says `Origin: null` for a form of a page whose policy is no-referrer', async () => {
    bridge.routes.set('/page', (_, response) =>
      response.setHeader('Referrer-Policy', 'no-referrer').end(form('/consent')),
    );
    bridge.routes.set('/consent', (_, response) => response.writeHead(302, { Location: 'https://chatgpt.com/' }).end());
    const browser = createBrowser();
    await answerPages(browser, await browser.open(bridge.url('/page')), { account: 'ada@example.com' });
    assert.equal(bridge.seen[1]?.headers.origin, 'null');
  });

  it('goes nowhere that the pressed page’s form-action does not name, redirects included', async () => {
    bridge.routes.set('/page', (_, response) =>
      response.setHeader('Content-Security-Policy', "default-src 'none'; form-action 'self'").end(form('/consent')),
    );
    bridge.routes.set('/consent', (_, response) => response.writeHead(303, { Location: google.url('/sign-in') }).end());
    const browser = createBrowser();
    const first = await browser.open(bridge.url('/page'));
    await assert.rejects(
      answerPages(browser, first, { account: 'ada@example.com' }),
      /a browser would not go on from “A page” to http:\/\/127\.0\.0\.1:\d+: the page's policy says form-action 'self'/,
    );
    assert.equal(google.seen.length, 0);
  });

  it('gives up on redirects without end', async () => {
    bridge.routes.set('/round', (_, response) => response.writeHead(302, { Location: '/round' }).end());
    await assert.rejects(createBrowser().open(bridge.url('/round')), /redirected more than 20 times/);
  });

  it('says who did not answer', async () => {
    await assert.rejects(createBrowser().open('http://127.0.0.1:9/consent'), {
      name: 'HopError',
      message: /the browser asked GET http:\/\/127\.0\.0\.1:9\/consent and got no answer: .*ECONNREFUSED/,
    });
  });

  describe('with a person before it', () => {
    it('chooses the account, leaves boxes ticked but for one, and comes back to the assistant', async () => {
      const boxes = ['a', 'b'].map((value) => `<input type="checkbox" name="scope" value="${value}" checked>`).join('');
      google.routes.set('/accounts', (_, response) =>
        response.end(
          '<form method="post" action="/pick"><button name="account" value="grace@example.com">G</button></form><form method="post" action="/pick"><button name="account" value="ada@example.com">A</button></form>',
        ),
      );
      google.routes.set('/pick', (_, response) => response.end(form('/google-consent', boxes)));
      google.routes.set('/google-consent', (_, response) =>
        response.writeHead(302, { Location: 'https://chatgpt.com/cb' }).end(),
      );
      const browser = createBrowser();
      const acts: string[] = [];
      const answers = { account: 'ada@example.com', untick: ['b'] };
      const back = await answerPages(browser, await browser.open(google.url('/accounts')), answers, ({ page }) =>
        acts.push(page),
      );
      assert.equal(back.href, 'https://chatgpt.com/cb');
      assert.deepEqual(acts, ['accounts', 'google']);
      assert.deepEqual(
        google.seen.slice(1).map(({ body }) => body),
        ['account=ada%40example.com', 'scope=a&decision=allow'],
      );
    });

    it('says what stood on a page that leads nowhere', async () => {
      bridge.routes.set('/error', (_, response) => response.writeHead(400).end('<h1>This link is not right</h1>'));
      const browser = createBrowser();
      await assert.rejects(
        answerPages(browser, await browser.open(bridge.url('/error')), { account: 'ada@example.com' }),
        /\/error, wanted a page with a button to press, and got 400: This link is not right$/,
      );
    });
  });
});
