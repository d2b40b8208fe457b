/**
 * The bridge is killed without warning (SIGKILL) in the middle of a sign-in and between two answers, as a real process
 * with a real database. After a restart each flow goes on, or fails with words that tell the person to start again.
 *
 * Owns: the points, the same for every store (crash.test.ts, test/postgres/crash.test.ts). Does not own: the database.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createBrowser, type Stop } from '../../src/demo/browser.ts';
import { answerPages } from '../../src/demo/person.ts';
import { type Credentials, openStage, type Stage } from '../../src/demo/stage.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-crash/oauth/callback';
const PERSON = { account: 'ada@example.com' };

/** `settings` says where the bridge keeps its data; asked once, before it is started. */
export function crashPoints(store: string, settings: () => Promise<Readonly<Record<string, string>>>): void {
  describe(`a bridge on ${store} that is killed with SIGKILL`, () => {
    const title = (sentence: string) => `${sentence} (${store})`;
    let stage: Stage;
    let client: Credentials;
    before(async () => {
      stage = await openStage({ bridgeEnv: await settings() });
      client = await stage.addClient({ name: 'Crash GPT', redirectUri: CALLBACK });
    });
    after(() => stage.close());

    const crashAndRestart = async () => {
      await stage.bridge().crash();
      await stage.restartBridge();
    };

    const crashAfter = async (milliseconds: number) => {
      await wait(milliseconds);
      await stage.bridge().crash();
    };
    const postJson = async (path: string, token: string) =>
      fetch(`${stage.bridgeUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{}',
      });

    const authorizeUrl = () => {
      const query = {
        response_type: 'code',
        client_id: client.clientId,
        redirect_uri: CALLBACK,
        scope: '',
        state: 'kept over the crash',
      };
      return `${stage.bridgeUrl}/authorize?${new URLSearchParams(query)}`;
    };

    /** Walks until the browser is about to open `path` on the bridge; returns a way to let it go on. */
    const walkUntil = async (path: string): Promise<{ goOn(): Promise<Stop> }> => {
      let held = true;
      const browser = createBrowser({
        stopsAt: (url) => held && url.origin === stage.bridgeUrl && url.pathname === path,
      });
      const url = await answerPages(browser, await browser.open(authorizeUrl()), PERSON);
      held = false;
      return { goOn: () => browser.open(url, new URL(stage.sandboxUrl)) };
    };

    const walk = async (): Promise<string> => {
      const browser = createBrowser();
      const url = await answerPages(browser, await browser.open(authorizeUrl()), PERSON);
      assert.equal(url.searchParams.get('state'), 'kept over the crash');
      return url.searchParams.get('code') ?? '';
    };

    const post = async (path: string, fields: Record<string, string>, token?: string) => {
      const isTool = path.startsWith('/actions/');
      const answer = await fetch(`${stage.bridgeUrl}${path}`, {
        method: 'POST',
        headers: {
          'content-type': isTool ? 'application/json' : 'application/x-www-form-urlencoded',
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: isTool ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
      });
      const text = await answer.text();
      return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, string> };
    };
    const credentials = () => ({ client_id: client.clientId, client_secret: client.clientSecret });
    const redeem = (code: string) =>
      post('/token', { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...credentials() });
    const refresh = (token: string) =>
      post('/token', { grant_type: 'refresh_token', refresh_token: token, ...credentials() });
    const profile = (token = '') => post('/actions/get_profile', {}, token);

    it(title('between the consent page and the answer to it: the flow goes on'), async () => {
      const browser = createBrowser();
      const consent = await browser.open(authorizeUrl());
      await crashAndRestart();
      const url = await answerPages(browser, consent, PERSON);
      assert.ok(url.searchParams.get('code'));
    });

    it(title("between consent and Google's callback: the flow goes on"), async () => {
      const { goOn } = await walkUntil('/google/callback');
      await crashAndRestart();
      const stop = await goOn();
      assert.equal(stop.kind, 'left');
      const answer = stop.kind === 'left' ? stop.url.searchParams : new URLSearchParams();
      assert.equal(answer.get('state'), 'kept over the crash');
      assert.equal((await redeem(answer.get('code') ?? '')).status, 200);
    });

    it(title('while the callback is being answered: it goes on, or a page says to start again'), async () => {
      const { goOn } = await walkUntil('/google/callback');
      const [answered] = await Promise.allSettled([goOn(), stage.bridge().crash()]);
      await stage.restartBridge();
      if (answered.status === 'fulfilled' && answered.value.kind === 'left') {
        assert.equal((await redeem(answered.value.url.searchParams.get('code') ?? '')).status, 200);
      } else {
        const again = await goOn();
        const hasCode = again.kind === 'left' && again.url.searchParams.has('code');
        const page = again.kind === 'page' ? again.page.html : '';
        assert.ok(hasCode || /start connecting again/i.test(page), page.replaceAll(/<[^>]+>|\s+/g, ' '));
      }
    });

    it(title('between code and token: the code still gives tokens'), async () => {
      const code = await walk();
      await crashAndRestart();
      const { status, body } = await redeem(code);
      assert.equal(status, 200);
      assert.equal((await profile(body.access_token)).status, 200);
    });

    it(title('after a token answer: no issued token is lost'), async () => {
      const { body } = await redeem(await walk());
      await crashAndRestart();
      assert.equal((await profile(body.access_token)).status, 200);
      assert.equal((await refresh(body.refresh_token ?? '')).status, 200);
    });

    it(title('after a refresh: both pairs are there, and a lost answer can be fetched again'), async () => {
      const first = await redeem(await walk());
      const second = await refresh(first.body.refresh_token ?? '');
      await crashAndRestart();
      assert.equal((await profile(first.body.access_token)).status, 200);
      assert.equal((await profile(second.body.access_token)).status, 200);
      assert.deepEqual(await refresh(first.body.refresh_token ?? ''), second, 'the same answer again');
      assert.equal((await refresh(second.body.refresh_token ?? '')).status, 200);
    });

    it(
      title('a client that hangs up before the answer comes: the same answer is there for it afterwards'),
      async () => {
        const { body } = await redeem(await walk());
        const token = body.refresh_token ?? '';
        await hangUp(`${stage.bridgeUrl}/token`, {
          grant_type: 'refresh_token',
          refresh_token: token,
          ...credentials(),
        });
        const answers = await Promise.all(Array.from({ length: 64 }, () => refresh(token)));
        assert.deepEqual(
          new Set(answers.map(({ status, body: answer }) => `${status} ${JSON.stringify(answer)}`)).size,
          1,
        );
        assert.equal(answers[0]?.status, 200);
        assert.equal((await refresh(answers[0]?.body.refresh_token ?? '')).status, 200);
      },
    );

    it(title('while refreshes are being answered: every answer that was given is good'), async () => {
      const { body } = await redeem(await walk());
      let token = body.refresh_token ?? '';
      for (let round = 0; round < 3; round += 1) {
        const [answered] = await Promise.allSettled([refresh(token), stage.bridge().crash()]);
        await stage.restartBridge();
        const given = answered.status === 'fulfilled' ? answered.value.body.refresh_token : undefined;
        const next = await refresh(given ?? token);
        assert.equal(next.status, 200, `round ${round}`);
        token = next.body.refresh_token ?? '';
      }
    });

    it(
      title('while a code is being redeemed: it gives tokens once, and a lost answer says to start again'),
      async () => {
        for (const delay of [0, 1, 3]) {
          const code = await walk();
          const [answered] = await Promise.allSettled([redeem(code), crashAfter(delay)]);
          await stage.restartBridge();
          const again = await redeem(code);
          if (answered.status === 'fulfilled') assert.equal(again.body.error, 'invalid_grant', 'it gave tokens before');
          else if (again.status !== 200) assert.equal(again.body.error, 'invalid_grant', 'its answer was lost');
          assert.notEqual((await redeem(code)).status, 200, 'never twice');
        }
      },
    );

    it(
      title('while a revocation is being answered: asked again it is done, and nothing opens afterwards'),
      async () => {
        for (const delay of [0, 1, 3]) {
          const { body } = await redeem(await walk());
          const token = body.refresh_token ?? '';
          const [answered] = await Promise.allSettled([
            post('/revoke', { token, ...credentials() }),
            crashAfter(delay),
          ]);
          await stage.restartBridge();
          if (answered.status === 'rejected')
            assert.equal((await post('/revoke', { token, ...credentials() })).status, 200);
          assert.equal((await refresh(token)).body.error, 'invalid_grant');
          assert.equal((await profile(body.access_token)).status, 401);
        }
      },
    );

    it(title('while Google is asked for a fresh token: the next call takes over and the link lives'), async () => {
      const { body } = await redeem(await walk());
      const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const expired = JSON.stringify({ person: PERSON.account, what: 'access' });
      await fetch(`${stage.sandboxUrl}/sandbox/expire`, { ...post, body: expired });
      const call = fetch(`${stage.bridgeUrl}/actions/list_properties`, {
        ...post,
        headers: { ...post.headers, authorization: `Bearer ${body.access_token}` },
        body: '{}',
      });
      await Promise.allSettled([call, crashAfter(5)]);
      await stage.restartBridge();
      const again = () => postJson('/actions/list_properties', body.access_token ?? '');
      let answer = await again();
      // The turn of whoever died has to run out first, which takes 20 seconds at most.
      for (const end = performance.now() + 30_000; answer.status === 503 && performance.now() < end; )
        answer = await again();
      assert.equal(answer.status, 200);
    });
  });
}

/** Sends the whole request and cuts the connection at once, as a client does whose machine goes to sleep. */
async function hangUp(address: string, fields: Record<string, string>): Promise<void> {
  const url = new URL(address);
  const body = new URLSearchParams(fields).toString();
  const head = `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(head + body, resolve));
  socket.destroy();
  await once(socket, 'close');
}
