/** POST /actions/{tool}, as GPT Actions and scripts use it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { BearerError, ToolError, type ToolErrorKind } from '../errors.ts';
import type { RunTool } from '../tools/run.ts';
import { defineTool } from '../tools/tool.ts';
import { rpc, type ToyParts, toyApp } from './toy-doors.fixture.ts';

interface Failure {
  error: { kind: string; message: string; scopes?: string[]; tools?: string[]; retry_after_seconds?: number };
}

const ORIGIN = 'http://localhost:8787';

async function act(
  tool: string,
  init: RequestInit,
  parts: ToyParts = {},
): Promise<{ response: Response; body: unknown }> {
  const response = await toyApp(parts).request(`${ORIGIN}/actions/${tool}`, init);
  const text = await response.text();
  return { response, body: text === '' ? undefined : JSON.parse(text) };
}

async function fail(
  tool: string,
  init: RequestInit,
  parts: ToyParts = {},
): Promise<{ response: Response; error: Failure['error'] }> {
  const { response, body } = await act(tool, init, parts);
  return { response, error: (body as Failure).error };
}

const failing =
  (kind: ToolErrorKind, options: { retryAfterSeconds?: number } = {}): RunTool =>
  async () => ({ ok: false, error: new ToolError(kind, `This is ${kind}.`, options) });

describe('a GPT action', () => {
  it('sends arguments as a JSON body and gets the structured answer', async () => {
    const { response, body } = await act('list_shops', rpc({ search: 'sou' }));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(body, { person: 'ada', shops: ['south'] });
  });

  it('may leave the body out when there are no arguments', async () => {
    const headers = { Authorization: 'Bearer grace' };
    const { body } = await act('get_profile', { method: 'POST', headers });
    assert.deepEqual(body, { id: 'grace' });
  });

  it('learns the names that there are from a wrong one', async () => {
    const { response, error } = await fail('list_ships', rpc({}));
    assert.equal(response.status, 404);
    assert.equal(error.kind, 'unknown-tool');
    assert.deepEqual(error.tools, ['list_shops', 'add_shop', 'remove_shop', 'get_profile']);
  });

  it('is not given back a name of any length', async () => {
    const { error } = await fail('x'.repeat(5000), rpc({}));
    assert.ok(error.message.length < 300);
  });

  it('does not reach into the prototype with a tool name', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      assert.equal((await fail(name, rpc({}))).response.status, 404, name);
    }
  });

  it('is refused an answer above 100,000 characters, with what to do', async () => {
    const flood = defineTool({
      name: 'flood',
      title: 'Flood',
      description: 'Too much.',
      scopes: [],
      effects: 'reads',
      input: z.object({ size: z.number() }),
      output: z.object({ text: z.string() }),
      examples: [],
      call: async (_context, { size }) => ({ text: 'x'.repeat(size) }),
      text: ({ text }) => text,
    });
    const { response, error } = await fail('flood', rpc({ size: 100_000 }), { tools: [flood] });
    assert.equal(response.status, 400);
    assert.equal(error.kind, 'answer-too-large');
    assert.match(error.message, /fewer rows/);
    const largest = 99_999 - '{"text":""}'.length;
    const fitting = await act('flood', rpc({ size: largest }), { tools: [flood] });
    assert.equal(fitting.response.status, 200);
    assert.equal((await act('flood', rpc({ size: largest + 1 }), { tools: [flood] })).response.status, 400);
  });
});

describe('a failed action', () => {
  for (const [kind, status, wait] of [
    ['bad-input', 400, null],
    ['connect-again', 401, null],
    ['no-access', 403, null],
    ['scope-missing', 403, null],
    ['not-found', 404, null],
    ['quota', 429, '600'],
    ['unavailable', 503, '10'],
    ['operator', 503, null],
  ] as const) {
    it(`leaves as ${status} when its kind is ${kind}`, async () => {
      const { response, error } = await fail('list_shops', rpc({}), { run: failing(kind) });
      assert.equal(response.status, status);
      assert.equal(error.kind, kind);
      assert.equal(error.message, `This is ${kind}.`);
      assert.equal(response.headers.get('retry-after'), wait);
      assert.equal(error.retry_after_seconds, wait === null ? undefined : Number(wait));
    });
  }

  it('says when to ask again in whole seconds, at least one', async () => {
    for (const [given, said] of [
      [90.2, '91'],
      [0, '1'],
    ] as const) {
      const { response } = await fail('list_shops', rpc({}), { run: failing('quota', { retryAfterSeconds: given }) });
      assert.equal(response.headers.get('retry-after'), said);
    }
  });

  it('names all scopes of the operation when one is missing', async () => {
    const { response, error } = await fail('add_shop', rpc({ name: 'x' }, { token: 'grace' }));
    assert.equal(response.status, 403);
    assert.deepEqual(error.scopes, ['analytics.readonly', 'calendar.events']);
    assert.match(
      response.headers.get('www-authenticate') ?? '',
      /scope="analytics.readonly calendar.events", error="insufficient_scope"/,
    );
  });

  it('makes ChatGPT ask for a new sign-in when the Google link is dead', async () => {
    const { response } = await fail('list_shops', rpc({}), { run: failing('connect-again') });
    assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  });
});

describe('the bearer gate of /actions', () => {
  it('answers a call without a token with 401 and where to get one', async () => {
    const { response, error } = await fail('list_shops', { method: 'POST' });
    assert.equal(response.status, 401);
    assert.equal(error.kind, 'connect-again');
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer resource_metadata="[^"]+", scope="[^"]+"$/);
  });

  it('answers a stale token with 401, a malformed header with 400, an outage with 503', async () => {
    assert.equal((await fail('list_shops', rpc({}, { token: 'stale' }))).response.status, 401);
    assert.equal((await fail('list_shops', rpc({}, { headers: { Authorization: 'Basic x' } }))).response.status, 400);
    const { response, error } = await fail('list_shops', rpc({}, { token: 'outage' }));
    assert.equal(response.status, 503);
    assert.equal(error.kind, 'unavailable');
    assert.equal(response.headers.get('retry-after'), '5');
  });

  it('tells the gate which door it is', async () => {
    const doors: string[] = [];
    const authenticate: ToyParts['authenticate'] = async (_authorization, door) => {
      doors.push(door);
      throw new BearerError(503, undefined, 'far enough');
    };
    await toyApp({ authenticate }).request(`${ORIGIN}/actions/list_shops`, rpc({}));
    await toyApp({ authenticate }).request(`${ORIGIN}/mcp`, rpc({}));
    assert.deepEqual(doors, ['actions', 'mcp']);
  });

  it('does not read a token from the address of an action', async () => {
    const response = await toyApp().request(`${ORIGIN}/actions/list_shops?access_token=ada`, rpc({}));
    assert.equal(response.status, 400);
    assert.doesNotMatch(await response.text(), /ada/);
  });
});

describe('an action called in a wrong way', () => {
  for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
    it(`is told by ${method} that POST is the method`, async () => {
      const { response } = await act('list_shops', { method });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
    });
  }

  it('answers OPTIONS with the methods, to anybody', async () => {
    const { response } = await act('list_shops', { method: 'OPTIONS' });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
  });

  for (const [what, body, status, words] of [
    ['broken JSON', '{"search":', 400, /not valid JSON/],
    ['a name given twice', '{"search":"a","search":"b"}', 400, /"search" twice/],
    ['a body of 100,001 bytes', `{"search":"${'x'.repeat(100_001)}"}`, 413, /larger than 100000 bytes/],
  ] as const) {
    it(`is told of ${what}`, async () => {
      const { response, error } = await fail('list_shops', rpc(body));
      assert.equal(response.status, status);
      assert.equal(error.kind, 'bad-input');
      assert.match(error.message, words);
    });
  }

  it('is told of a body in another media type', async () => {
    const init = rpc('search=a', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
    assert.equal((await fail('list_shops', init)).response.status, 415);
  });

  it('hands JSON that is no object to the runner, which answers for arguments', async () => {
    for (const body of ['[]', '5', 'null', '"x"']) {
      assert.equal((await fail('list_shops', rpc(body))).response.status, 400, body);
    }
  });
});
