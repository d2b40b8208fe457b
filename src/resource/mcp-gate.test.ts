/** What stands in front of the protocol at /mcp: Host and Origin, the token, the body; and what a refusal looks like. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ToolError } from '../errors.ts';
import type { RunTool } from '../tools/run.ts';
import { call, LIST, modernRpc, post, type Rpc, rpc, toyApp } from './toy-doors.fixture.ts';

const METADATA = 'resource_metadata="http://localhost:8787/.well-known/oauth-protected-resource/mcp"';

const failing =
  (kind: ToolError['kind'], message = 'It did not work.'): RunTool =>
  async () => ({ ok: false, error: new ToolError(kind, message) });

describe('the Host and Origin guard of /mcp', () => {
  const status = async (publicUrl: string, headers: Record<string, string>) => {
    const response = await toyApp({ publicUrl }).request(`${publicUrl}/mcp`, rpc(LIST, { headers }));
    return response.status;
  };

  it('serves the public host, whatever the port, and refuses every other', async () => {
    const publicUrl = 'https://ga.example.com';
    assert.equal(await status(publicUrl, { Host: 'ga.example.com' }), 200);
    assert.equal(await status(publicUrl, { Host: 'GA.example.com:443' }), 200);
    for (const host of [
      'localhost',
      '127.0.0.1:8787',
      'evil.example.com',
      'ga.example.com.evil.net',
      'x@ga.example.com',
      '',
    ]) {
      assert.equal(await status(publicUrl, { Host: host }), 403, host);
    }
  });

  it('serves loopback names when it is on loopback itself', async () => {
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:8787'])
      assert.equal(await status('http://localhost:8787', { Host: host }), 200, host);
    assert.equal(await status('http://localhost:8787', { Host: 'rebound.example.com:8787' }), 403);
  });

  it('serves its own origin and, on loopback, every loopback origin', async () => {
    assert.equal(await status('https://ga.example.com', { Origin: 'https://ga.example.com' }), 200);
    assert.equal(await status('http://localhost:8787', { Origin: 'http://localhost:6274' }), 200);
    assert.equal(await status('http://localhost:8787', { Origin: 'http://[::1]:1' }), 200);
  });

  it('refuses every other origin with 403 before it looks at the token', async () => {
    for (const origin of [
      'https://evil.example.com',
      'http://ga.example.com',
      'http://localhost:6274',
      'null',
      '',
      'https://ga.example.com/',
    ]) {
      const headers = { Origin: origin, Authorization: 'Bearer stale' };
      assert.equal(await status('https://ga.example.com', headers), 403, origin);
    }
    assert.equal(await status('http://localhost:8787', { Origin: 'http://localhost.evil.net' }), 403);
  });

  it('answers a preflight without a token and lets the page read the challenge', async () => {
    const headers = { Origin: 'http://localhost:6274', 'Access-Control-Request-Method': 'POST' };
    const preflight = await toyApp().request('http://localhost:8787/mcp', { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), 'http://localhost:6274');
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Authorization.*Mcp-Method/);
    assert.equal(preflight.headers.get('access-control-allow-credentials'), null);

    const refused = await toyApp().request('http://localhost:8787/mcp', { method: 'POST', headers });
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('access-control-expose-headers') ?? '', /WWW-Authenticate/);
  });
});

describe('the bearer gate of /mcp (RFC 6750, RFC 9728 5.1)', () => {
  for (const method of ['POST', 'GET', 'DELETE', 'PUT', 'HEAD']) {
    it(`answers ${method} without a token with 401 and a challenge that names no error`, async () => {
      const response = await toyApp().request('http://localhost:8787/mcp', { method });
      assert.equal(response.status, 401);
      const expected = `Bearer ${METADATA}, scope="analytics.readonly calendar.events"`;
      assert.equal(response.headers.get('www-authenticate'), expected);
      assert.equal(response.headers.get('cache-control'), 'no-store');
    });
  }

  for (const method of ['GET', 'DELETE', 'PUT']) {
    it(`answers ${method} with a token with 405 and the one method there is`, async () => {
      const headers = { Authorization: 'Bearer ada', Accept: 'text/event-stream' };
      const response = await toyApp().request('http://localhost:8787/mcp', { method, headers });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), 'POST');
    });
  }

  it('says invalid_token to an unknown token, in header and body', async () => {
    const { response, body } = await post(rpc(LIST, { token: 'stale' }));
    assert.equal(response.status, 401);
    assert.match(
      response.headers.get('www-authenticate') ?? '',
      /error="invalid_token", error_description="The access token is unknown or expired"$/,
    );
    assert.deepEqual(body, { error: 'invalid_token', error_description: 'The access token is unknown or expired' });
  });

  it('keeps a description from ending its quoted string', async () => {
    const { response } = await post(rpc(LIST, { headers: { Authorization: 'Basic abc' } }));
    assert.equal(response.status, 400);
    assert.match(
      response.headers.get('www-authenticate') ?? '',
      /error="invalid_request", error_description="[^"]*'malformed'"$/,
    );
  });

  it('asks for patience, not for a new token, when tokens cannot be checked', async () => {
    const { response } = await post(rpc(LIST, { token: 'outage' }));
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '5');
    assert.equal(response.headers.get('www-authenticate'), null);
  });

  for (const name of ['access_token', 'token']) {
    it(`refuses a token in the URL as ${name}, even beside a good header`, async () => {
      const response = await toyApp().request(`http://localhost:8787/mcp?${name}=ada`, rpc(LIST));
      assert.equal(response.status, 400);
      assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_request"/);
    });
  }

  it('asks for the token before it reads the body', async () => {
    const response = await toyApp().request('http://localhost:8787/mcp', {
      method: 'POST',
      body: '{'.repeat(2_000_000),
    });
    assert.equal(response.status, 401);
  });
});

describe('a request body that is wrong', () => {
  const wrong = async (body: string, headers: Record<string, string> = {}) => post(rpc(body, { headers }));

  for (const [what, body] of [
    ['no JSON', '{"jsonrpc":'],
    ['nothing', ''],
    ['a name given twice', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}'],
    ['too many levels', `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(100)}${']'.repeat(100)}}}`],
  ] as const) {
    it(`is a parse error when it holds ${what}`, async () => {
      const { response, body: answer } = await wrong(body);
      assert.equal(response.status, 400);
      assert.equal(answer.error.code, -32700);
    });
  }

  for (const body of [
    'null',
    '5',
    '"x"',
    '{}',
    '[]',
    '[1]',
    '{"jsonrpc":"1.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
  ]) {
    it(`is an invalid request when it is ${body}`, async () => {
      const { response, body: answer } = await wrong(body);
      assert.equal(response.status, 400);
      assert.ok([-32600, -32700].includes(answer.error.code));
    });
  }

  it('is too large above one mebibyte, declared or not', async () => {
    assert.equal((await wrong(`"${'x'.repeat(1024 * 1024)}"`)).response.status, 413);
    const stream = new Blob(['"', 'x'.repeat(1024 * 1024), '"']).stream();
    const { response } = await post({ ...rpc(''), body: stream, duplex: 'half' } as RequestInit);
    assert.equal(response.status, 413);
  });

  it('is refused in another media type', async () => {
    assert.equal((await wrong('{}', { 'Content-Type': 'text/plain' })).response.status, 415);
  });
});

describe('a call that only a new sign-in mends', () => {
  const stepUp =
    /^Bearer resource_metadata="[^"]+", scope="analytics.readonly calendar.events", error="insufficient_scope"/;

  for (const [era, init] of [
    ['2025', (options: object) => rpc(call('add_shop', { name: 'x' }), { token: 'grace', ...options })],
    [
      '2026',
      (options: object) =>
        modernRpc('tools/call', { name: 'add_shop', arguments: { name: 'x' } }, { token: 'grace', ...options }),
    ],
  ] as const) {
    it(`answers a missing scope with 403 and all scopes of the operation (${era})`, async () => {
      const { response, body } = await post(init({}));
      assert.equal(response.status, 403);
      assert.match(response.headers.get('www-authenticate') ?? '', stepUp);
      assert.equal((body as unknown as Record<string, unknown>).error, 'insufficient_scope');
    });

    it(`answers ChatGPT with a result that carries the challenge, on 200 (${era})`, async () => {
      const { response, body } = await post(init({ headers: { 'User-Agent': 'openai-mcp/1.0.0 (Codex)' } }));
      assert.equal(response.status, 200);
      assert.equal(body.result.isError, true);
      assert.match(body.result._meta['mcp/www_authenticate'][0], stepUp);
      assert.match(body.result._meta['mcp/www_authenticate'][0], /error_description="A permission is missing."/);
    });

    it(`answers a dead Google link with 401 invalid_token (${era})`, async () => {
      const { response } = await post(init({}), { run: failing('connect-again', 'The link to Google is gone.') });
      assert.equal(response.status, 401);
      assert.match(
        response.headers.get('www-authenticate') ?? '',
        /error="invalid_token", error_description="The link to Google is gone."/,
      );
    });
  }

  it('knows ChatGPT by its _meta keys too', async () => {
    const message = call('add_shop', { name: 'x' }, { 'openai/locale': 'en' });
    const { response, body } = await post(rpc(message, { token: 'grace' }));
    assert.equal(response.status, 200);
    assert.match(body.result._meta['mcp/www_authenticate'][0], stepUp);
  });

  it('tells ChatGPT of a dead Google link inside the result', async () => {
    const init = rpc(call('list_shops'), { headers: { 'User-Agent': 'openai-mcp/1.0.0' } });
    const { body } = await post(init, { run: failing('connect-again') });
    assert.match(body.result._meta['mcp/www_authenticate'][0], /error="invalid_token"/);
  });

  it('keeps the other answers of a batch', async () => {
    const { response, body } = await post(rpc([call('add_shop', { name: 'x' }), LIST], { token: 'grace' }));
    assert.equal(response.status, 200);
    assert.equal((body as unknown as Rpc[]).length, 2);
  });

  it('does not turn any other failure into a challenge', async () => {
    for (const kind of ['no-access', 'quota', 'unavailable', 'operator', 'not-found'] as const) {
      const { response, body } = await post(rpc(call('list_shops')), { run: failing(kind) });
      assert.equal(response.status, 200, kind);
      assert.equal(body.result.isError, true, kind);
      assert.equal(body.result._meta, undefined, kind);
    }
  });
});
