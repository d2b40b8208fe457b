/** Each kind of refusal as it leaves: status, headers and words, for whoever it is meant for, and what is noted of it. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { Context } from 'hono';
import {
  BearerError,
  ClientDocumentError,
  OAuthError,
  PageError,
  RedirectableError,
  TooManyRequests,
} from '../errors.ts';
import { StoreError } from '../store/store.ts';
import { askBeforeAnswering } from './answer-error.ts';
import { createSignIn, type SignIn, US } from './sign-in.fixture.ts';
import { startTrail } from './trail.ts';

const HTML = { accept: 'text/html,application/xhtml+xml' };

let signIn: SignIn;
afterEach(() => signIn.close());

/** A request to `path` that fails like that. `note` may begin its trail. */
function fail(
  error: Error,
  {
    path = '/fail',
    headers = {},
    note = () => {},
  }: { path?: string; headers?: object; note?: (c: Context) => void } = {},
): Promise<Response> {
  signIn = createSignIn({
    routes: (app) => {
      app.get(path, (c) => {
        note(c);
        throw error;
      });
    },
  });
  return signIn.fetch(path, { headers: { ...headers } });
}

const ours = (answer: Response) => {
  const dull = new Set(['content-type', 'vary']);
  return Object.fromEntries([...answer.headers].filter(([name]) => !dull.has(name)));
};

const OPEN = { 'cache-control': 'no-store', pragma: 'no-cache', 'access-control-allow-origin': '*' };
const BASIC = { authorization: 'Basic eDp5' };

describe('a refusal to a client (RFC 6749 5.2)', () => {
  for (const [what, error, headers, status, answered] of [
    ['is 400 in most cases', new OAuthError('invalid_grant', 'No.'), {}, 400, OPEN],
    ['has the status that HTTP has for it', new OAuthError('invalid_request', 'No.', { status: 413 }), {}, 413, OPEN],
    ['is 401 for a client that did not prove itself', new OAuthError('invalid_client', 'No.'), {}, 401, OPEN],
    [
      'challenges a client that came with a header',
      new OAuthError('invalid_client', 'No.'),
      BASIC,
      401,
      { ...OPEN, 'www-authenticate': 'Basic realm="GanalyticsGPT", charset="UTF-8"' },
    ],
    ['challenges nobody for anything else', new OAuthError('invalid_grant', 'No.'), BASIC, 400, OPEN],
    [
      'is 503 when it may be tried again',
      new OAuthError('temporarily_unavailable', 'No.'),
      {},
      503,
      { ...OPEN, 'retry-after': '5' },
    ],
  ] as [string, OAuthError, object, number, object][]) {
    it(what, async () => {
      const answer = await fail(error, { headers });
      assert.equal(answer.status, status);
      assert.deepEqual(ours(answer), answered);
      assert.deepEqual(await answer.json(), { error: error.code, error_description: 'No.' });
      const line = { level: 'info', sentence: 'a request was refused', path: '/fail', why: error.code, text: 'No.' };
      assert.deepEqual(signIn.logged, [line]);
      assert.deepEqual(signIn.recorded, []);
    });
  }

  it('is recorded with its true reason where it is known whose it is, and never tells it', async () => {
    const error = new OAuthError('invalid_grant', 'No.', { reason: { kind: 'pkce-mismatch' } });
    const answer = await fail(error, { note: (c) => Object.assign(startTrail(c, 'token'), { grantId: 'a grant' }) });
    assert.deepEqual(await answer.json(), { error: 'invalid_grant', error_description: 'No.' });
    const noted = { step: 'token', outcome: 'refused', grantId: 'a grant', detail: { why: 'pkce-mismatch' } };
    assert.deepEqual(signIn.recorded, [{ ...noted, path: '/fail', text: 'No.' }]);
    assert.deepEqual(signIn.logged, []);
  });

  it('of a spent code is recorded with the grant that the code had made', async () => {
    const error = new OAuthError('invalid_grant', 'No.', { reason: { kind: 'code-spent', grantId: 'its grant' } });
    await fail(error, { note: (c) => startTrail(c, 'token') });
    assert.equal((signIn.recorded[0] as { grantId: string }).grantId, 'its grant');
  });

  it('of a token that manages a registration is a bearer challenge (RFC 6750 3)', async () => {
    const answer = await fail(new BearerError(401, 'invalid_token', 'No.'));
    assert.equal(answer.status, 401);
    assert.deepEqual(ours(answer), {
      ...{ 'access-control-allow-origin': '*', 'cache-control': 'no-store' },
      'www-authenticate': 'Bearer error="invalid_token"',
    });
    assert.deepEqual(await answer.json(), { error: 'invalid_token', error_description: 'No.' });
  });

  it('in a redirect keeps its state, says who answers, and is noted also where nothing is known of an attempt', async () => {
    const target = { redirectUri: 'https://a.example/cb?x=1', state: undefined };
    const answer = await fail(new RedirectableError(target, 'invalid_scope', 'No.'));
    assert.equal(answer.status, 302);
    const iss = encodeURIComponent(US);
    const to = `https://a.example/cb?x=1&error=invalid_scope&error_description=No.&iss=${iss}`;
    assert.equal(answer.headers.get('location'), to);
    const line = { level: 'info', sentence: 'a request was refused', path: '/fail', why: 'invalid_scope', text: 'No.' };
    assert.deepEqual(signIn.logged, [line]);
  });
});

describe('a refusal that could lead a person astray', () => {
  it('is a link on a page of ours, also where nothing is known of an attempt', async () => {
    const target = { redirectUri: 'https://a.example/cb', state: undefined };
    const answer = await fail(new RedirectableError(target, 'invalid_scope', 'No.'), { note: askBeforeAnswering });
    assert.deepEqual([answer.status, answer.headers.get('location')], [400, null]);
    const page = await answer.text();
    assert.match(page, /href="https:\/\/a\.example\/cb\?error=invalid_scope&amp;error_description=No\.&amp;iss=/);
    assert.doesNotMatch(page, /Reference/);
  });
});

describe('a refusal to a person', () => {
  it('is a page with its reference, who runs this server, and the command that mends it', async () => {
    const command = ['npx', 'ganalyticsgpt', 'clients'];
    const options = { ref: 'K7PM-3QXA', detail: 'a detail', command, cause: new Error('a cause') };
    const answer = await fail(new PageError('redirect-uri-unregistered', 400, options));
    assert.equal(answer.status, 400);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(answer.headers.get('content-security-policy') ?? '', /form-action 'self';/);
    assert.equal(answer.headers.get('retry-after'), null);
    const page = await answer.text();
    for (const text of [
      /isn’t registered/,
      /<code>K7PM-3QXA</,
      /Olga/,
      /npx ganalyticsgpt clients/,
      />ga\.example\.com</,
    ])
      assert.match(page, text);
    const line = { level: 'info', sentence: 'a request was refused', path: '/fail', ref: 'K7PM-3QXA' };
    const why = 'redirect-uri-unregistered';
    assert.deepEqual(signIn.logged, [{ ...line, why, text: 'a detail', cause: 'a cause' }]);
  });

  it('that is no fault of theirs is an error in the log, too', async () => {
    const cause = new Error('a cause');
    const answer = await fail(new PageError('google-misconfigured', 500, { ref: 'K7PM-3QXA', cause }));
    assert.equal(answer.status, 500);
    assert.equal(answer.headers.get('retry-after'), null);
    const line = { level: 'error', sentence: 'a person was shown an error page', ref: 'K7PM-3QXA' };
    assert.deepEqual(signIn.logged[1], { ...line, problem: 'google-misconfigured', cause: 'a cause' });
  });

  it('for something that may pass says when to try again', async () => {
    const answer = await fail(new PageError('google-unreachable', 503));
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5']);
    assert.doesNotMatch(await answer.text(), /Reference/);
  });

  it('of an attempt is recorded under the attempt’s own reference', async () => {
    const note = (c: Context) => Object.assign(startTrail(c, 'callback'), { ref: 'OWNR-EFRN' });
    const answer = await fail(new PageError('google-refused', 400), { note });
    assert.match(await answer.text(), /<code>OWNR-EFRN</);
    const noted = { step: 'callback', outcome: 'refused', ref: 'OWNR-EFRN', detail: { why: 'google-refused' } };
    assert.deepEqual(signIn.recorded, [{ ...noted, path: '/fail', text: 'google-refused' }]);
  });

  it('of an attempt that is only known by the refusal is recorded under that one’s', async () => {
    const error = new PageError('flow-expired', 410, { ref: 'K7PM-3QXA' });
    await fail(error, { note: (c) => startTrail(c, 'callback') });
    assert.equal((signIn.recorded[0] as { ref: string }).ref, 'K7PM-3QXA');
  });

  for (const [kind, problem, words] of [
    ['unreachable', 'client-unreachable', /can’t be checked right now/],
    ['invalid', 'client-document-invalid', /doesn’t describe itself correctly/],
  ] as const) {
    it(`says of an app whose document is ${kind} what its maker has to know`, async () => {
      const answer = await fail(new ClientDocumentError(kind, 'its host said no'));
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), words);
      const line = { level: 'info', sentence: 'a request was refused', path: '/fail' };
      assert.deepEqual(signIn.logged, [{ ...line, why: problem, text: problem, cause: 'its host said no' }]);
    });
  }
});

describe('too many requests (RFC 6585 4)', () => {
  const error = new TooManyRequests(120, 'requests');

  it('are told to a program with the time to wait', async () => {
    const answer = await fail(error, { headers: { accept: 'application/json' } });
    assert.equal(answer.status, 429);
    assert.deepEqual(ours(answer), {
      ...{ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After' },
      ...{ 'cache-control': 'no-store', 'retry-after': '120' },
    });
    assert.deepEqual(await answer.json(), {
      error: 'temporarily_unavailable',
      error_description: 'Too many requests came from here in a short time. Wait 120 s and try again.',
    });
  });

  for (const [path, accept, isPage] of [
    ['/authorize', '*/*', true],
    ['/consent', '*/*', true],
    ['/google/callback', '*/*', true],
    ['/account', '*/*', true],
    ['/account/x', '*/*', true],
    ['/token', HTML.accept, true],
    ['/token', '*/*', false],
    ['/accounts', '*/*', false],
    ['/x/account', '*/*', false],
  ] as const) {
    it(`at ${path} with Accept ${accept} are told ${isPage ? 'on a page' : 'as JSON'}`, async () => {
      const answer = await failAt(path, accept);
      assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '120']);
      assert.equal(/^text\/html/.test(answer.headers.get('content-type') ?? ''), isPage);
      assert.equal(answer.headers.has('content-security-policy'), isPage);
      if (isPage) assert.match(await answer.text(), /Too many attempts[\s\S]*about 2 minutes/);
    });
  }

  /** In front of whatever is at that path. */
  function failAt(path: string, accept: string): Promise<Response> {
    signIn = createSignIn({
      before: () => {
        throw error;
      },
    });
    return signIn.fetch(path, { headers: { accept } });
  }
});

describe('a fault that nobody foresaw', () => {
  const SENTENCE = /^Something went wrong on this server\. The operator finds it in the log under ([\w-]{10})\.$/;
  const headers = { 'access-control-allow-origin': '*', 'cache-control': 'no-store', 'retry-after': '5' };

  for (const [error, status, code, logged] of [
    [new Error('a secret'), 500, 'server_error', 'an unforeseen error'],
    [new StoreError('a secret'), 503, 'temporarily_unavailable', 'the database failed'],
  ] as const) {
    it(`is ${status} and a fixed sentence to a program when ${logged}`, async () => {
      const answer = await fail(error);
      assert.equal(answer.status, status);
      assert.deepEqual(ours(answer), headers);
      const body = (await answer.json()) as { error: string; error_description: string };
      assert.equal(body.error, code);
      const [, event] = SENTENCE.exec(body.error_description) ?? [];
      const line = { level: 'error', sentence: logged, path: '/fail', event };
      assert.deepEqual(
        signIn.logged.map((each) => ({ ...(each as object), err: 0 })),
        [{ ...line, err: 0 }],
      );
      assert.ok('err' in (signIn.logged[0] as object));
      assert.deepEqual(signIn.recorded, []);
    });

    it(`is ${status} and a page to a person when ${logged}`, async () => {
      const answer = await fail(error, { headers: HTML });
      assert.deepEqual([answer.status, answer.headers.get('retry-after')], [status, status === 503 ? '5' : null]);
      assert.ok(answer.headers.has('content-security-policy'));
      const page = await answer.text();
      const { event } = signIn.logged[0] as { event: string };
      for (const text of ['Something went wrong', 'Olga Operator', `<code>${event}</code>`])
        assert.ok(page.includes(text), text);
    });
  }

  it('in the middle of an attempt is found in the log under the attempt’s reference', async () => {
    const note = (c: Context) => Object.assign(startTrail(c, 'consent'), { ref: 'K7PM-3QXA' });
    const answer = await fail(new Error('x'), { note });
    assert.match(await answer.text(), /in the log under K7PM-3QXA\./);
    const noted = { step: 'consent', outcome: 'refused', ref: 'K7PM-3QXA', detail: { why: 'unexpected' } };
    assert.deepEqual(signIn.recorded, [{ ...noted, path: '/fail', text: 'see the error of this event' }]);
  });
});

describe('a path that is not there', () => {
  it('is a page to a person', async () => {
    signIn = createSignIn();
    const answer = await signIn.fetch('/nowhere', { headers: HTML });
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /There is no such page/);
  });

  for (const [path, named] of [
    ['/no-where/x.1_2', '/no-where/x.1_2'],
    [`/${'x'.repeat(99)}`, `/${'x'.repeat(99)}`],
    [`/${'x'.repeat(100)}`, 'this address'],
    ['/a%20word', 'this address'],
    ['/x%22', 'this address'],
    ['/%3Cx', 'this address'],
  ] as const) {
    it(`is JSON to a program, which is told of ${path.slice(0, 20)} as ${named.slice(0, 20)}`, async () => {
      signIn = createSignIn();
      for (const accept of [undefined, 'application/json']) {
        const answer = await signIn.fetch(path, { headers: accept === undefined ? {} : { accept } });
        assert.equal(answer.status, 404);
        assert.deepEqual(ours(answer), { 'access-control-allow-origin': '*' });
        const said = { error: 'not_found', error_description: `There is nothing at ${named}.` };
        assert.deepEqual(await answer.json(), said);
      }
    });
  }
});
