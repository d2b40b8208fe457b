import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import { SecurityEventError, UpstreamError } from '../errors.ts';
import { googleEvents } from './google-events.ts';

const TYPE = 'application/secevent+jwt';

/** Posts `body`; what the token was read as, what was heeded, and what was logged. */
async function deliver(
  { body = 'a.b.c', headers = { 'content-type': TYPE } }: { body?: string; headers?: Record<string, string> } = {},
  fail?: Error,
) {
  const [read, heeded, logged]: [string[], unknown[], unknown[][]] = [[], [], []];
  const event = { id: 'event', at: 0, notices: [] };
  const note =
    (level: string) =>
    (...line: unknown[]) =>
      logged.push([level, ...line]);
  const app = new Hono().post(
    '/google/events',
    googleEvents({
      readSecurityEvent: async (token) => {
        read.push(token);
        if (fail !== undefined) throw fail;
        return event;
      },
      heedEvent: async (what) => void heeded.push(what),
      log: { info: note('info'), warn: note('warn') } as never,
    }),
  );
  app.onError((error) => new Response(`thrown: ${error.message}`, { status: 599 }));
  // Bytes and not a string, to which a Request would add a type.
  const request = new Request('https://ga.example.com/google/events', {
    method: 'POST',
    headers,
    body: new TextEncoder().encode(body),
  });
  const answer = await app.fetch(request);
  return { answer, text: await answer.text(), read, heeded: heeded.map((each) => each === event), logged };
}

describe('Google delivering a security event (RFC 8935)', () => {
  it('is answered with 202 and nothing else once it was heeded', async () => {
    const { answer, text, read, heeded, logged } = await deliver({ body: ' a.b.c\r\n' });
    assert.deepEqual([answer.status, text, answer.headers.get('cache-control')], [202, '', 'no-store']);
    assert.deepEqual([read, heeded, logged], [['a.b.c'], [true], []]);
  });

  for (const type of [
    'application/secevent+jwt',
    'application/jwt',
    'text/plain',
    'Application/SecEvent+JWT ; charset=utf-8',
    undefined,
  ])
    it(`may call the token ${type ?? 'nothing at all'}`, async () => {
      const { answer } = await deliver({ headers: type === undefined ? {} : { 'content-type': type } });
      assert.equal(answer.status, 202);
    });

  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    it(`may not call the token ${type}`, async () => {
      const { answer, text, read } = await deliver({ headers: { 'content-type': type } });
      const description = 'Send the token as application/secevent+jwt (RFC 8935 2.1).';
      assert.equal(answer.status, 400);
      assert.deepEqual(JSON.parse(text), { err: 'invalid_request', description });
      assert.deepEqual(read, []);
    });

  for (const [what, body, headers] of [
    ['an empty body', '', {}],
    ['a body of blanks', ' \n ', {}],
    ['a body of more than 16 KiB', 'x'.repeat(16_385), {}],
    ['a compressed body', 'x', { 'content-encoding': 'gzip' }],
  ] as const)
    it(`may not send ${what}`, async () => {
      const { answer, text, read } = await deliver({ body, headers: { 'content-type': TYPE, ...headers } });
      const description = 'The body must be one signed token and nothing else.';
      assert.equal(answer.status, 400);
      assert.deepEqual(JSON.parse(text), { err: 'invalid_request', description });
      assert.deepEqual(read, []);
    });

  it('may send 16 KiB', async () => {
    assert.equal((await deliver({ body: 'x'.repeat(16_384) })).answer.status, 202);
  });

  it('is told in English what is wrong with a token, and so is the log', async () => {
    const wrong = new SecurityEventError('invalid_issuer', 'The token is not from Google.');
    const { answer, text, heeded, logged } = await deliver({}, wrong);
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get('content-language'), 'en');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.deepEqual(JSON.parse(text), { err: 'invalid_issuer', description: wrong.message });
    const fields = { path: '/google/events', why: 'invalid_issuer', text: wrong.message };
    assert.deepEqual(logged, [['info', fields, 'a security event was refused']]);
    assert.deepEqual(heeded, []);
  });

  it('is asked to come again in a minute while its keys cannot be had', async () => {
    const { answer, text, logged } = await deliver({}, new UpstreamError('unreachable', 'no route'));
    assert.deepEqual([answer.status, text], [503, '']);
    assert.equal(answer.headers.get('retry-after'), '60');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const fields = { path: '/google/events', kind: 'unreachable', text: 'no route' };
    assert.deepEqual(logged, [['warn', fields, 'a security event could not be checked']]);
  });

  it('is not told that it is done when something else fails', async () => {
    const { answer, text, logged } = await deliver({}, new Error('the database is gone'));
    assert.deepEqual([answer.status, text], [599, 'thrown: the database is gone']);
    assert.deepEqual(logged, []);
  });
});
