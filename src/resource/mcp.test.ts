/** POST /mcp, driven by raw requests of each era and by the official client over a real port. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ToolError } from '../errors.ts';
import type { RunTool } from '../tools/run.ts';
import { call, modernRpc, rpc, run, type ToyParts, toyApp } from './toy-doors.fixture.ts';

const METADATA = 'resource_metadata="http://localhost:8787/.well-known/oauth-protected-resource/mcp"';
const LIST = { jsonrpc: '2.0', id: 7, method: 'tools/list' };

interface Rpc {
  id: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: results of many methods are looked into
  result: any;
  error: { code: number; message: string; data?: unknown };
}

async function post(init: RequestInit, parts: ToyParts = {}): Promise<{ response: Response; body: Rpc }> {
  const response = await toyApp(parts).request('http://localhost:8787/mcp', init);
  return { response, body: (await response.json()) as Rpc };
}

/** A server on a free port of 127.0.0.1 until the end of the test. */
async function open(parts: ToyParts = {}): Promise<{ url: URL } & AsyncDisposable> {
  const server = createAdaptorServer({ fetch: toyApp(parts).fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

async function connect(url: URL, mode: 'legacy' | 'auto', token = 'ada'): Promise<Client> {
  const client = new Client({ name: 'toy-client', version: '1' }, { versionNegotiation: { mode } });
  const headers = { Authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

const failing =
  (kind: ToolError['kind'], message = 'It did not work.'): RunTool =>
  async () => ({ ok: false, error: new ToolError(kind, message) });

describe('the official MCP client', () => {
  for (const [mode, version] of [
    ['legacy', '2025-11-25'],
    ['auto', '2026-07-28'],
  ] as const) {
    it(`connects, lists and calls in revision ${version}`, async () => {
      await using server = await open();
      const client = await connect(server.url, mode);
      assert.equal(client.getNegotiatedProtocolVersion(), version);
      assert.equal(client.getServerVersion()?.title, 'GanalyticsGPT');
      assert.match(client.getInstructions() ?? '', /Google Analytics/);
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map((tool) => tool.name),
        ['list_shops', 'add_shop', 'remove_shop', 'get_profile'],
      );
      const result = await client.callTool({ name: 'list_shops', arguments: { search: 'nor' } });
      assert.deepEqual(result.structuredContent, { person: 'ada', shops: ['north'] });
      assert.deepEqual(result.content, [{ type: 'text', text: 'ada: north' }]);
      await client.close();
    });
  }

  it('keeps two people apart whose requests carry equal ids and overlap', async () => {
    const waiting: (() => void)[] = [];
    const slow: RunTool = async (...args) => {
      await new Promise<void>((resolve) => {
        if (waiting.push(resolve) === 2) for (const go of waiting.reverse()) go();
      });
      return run(...args);
    };
    await using server = await open({ run: slow });
    const ask = async (token: string) => {
      const response = await fetch(server.url, rpc(call('list_shops'), { token }));
      return ((await response.json()) as Rpc).result.structuredContent.person;
    };
    assert.deepEqual(await Promise.all([ask('ada'), ask('grace')]), ['ada', 'grace']);
  });
});

describe('an MCP client of 2025 and before', () => {
  for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
    it(`is answered in its revision ${version}`, async () => {
      const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'toy', version: '1' } };
      const { response, body } = await post(rpc({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
      assert.equal(response.status, 200);
      assert.equal(body.result.protocolVersion, version);
      assert.equal(body.result.serverInfo.name, 'ganalyticsgpt');
      assert.equal(body.result.serverInfo.version, '1.2.3');
      assert.deepEqual(body.result.capabilities, { tools: {} });
    });
  }

  it('is offered the newest revision of its era when it names an unknown one', async () => {
    const params = { protocolVersion: '2099-01-01', capabilities: {}, clientInfo: { name: 'toy', version: '1' } };
    const { body } = await post(rpc({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
    assert.equal(body.result.protocolVersion, '2025-11-25');
  });

  it('calls a tool without a handshake', async () => {
    const { body } = await post(rpc(call('list_shops')));
    assert.deepEqual(body.result.structuredContent.shops, ['north', 'south']);
  });

  it('gets plain JSON, never cached and never buffered by a proxy', async () => {
    const { response } = await post(rpc(LIST));
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('x-accel-buffering'), 'no');
  });

  it('is served when it accepts JSON alone', async () => {
    const { response, body } = await post(rpc(LIST, { headers: { Accept: 'application/json' } }));
    assert.equal(response.status, 200);
    assert.equal(body.id, 7);
  });

  it('is served an event stream when it accepts nothing else', async () => {
    const init = rpc(LIST, { headers: { Accept: 'text/event-stream' } });
    const response = await toyApp().request('http://localhost:8787/mcp', init);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.match(await response.text(), /^event: message\ndata: \{.*"id":7\}\n\n$/);
  });

  it('is told when it accepts neither kind of answer', async () => {
    const { response, body } = await post(rpc(LIST, { headers: { Accept: 'text/html' } }));
    assert.equal(response.status, 406);
    assert.match(body.error.message, /application\/json/);
  });

  it('sends a notification and gets 202 without a body', async () => {
    const init = rpc({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const response = await toyApp().request('http://localhost:8787/mcp', init);
    assert.equal(response.status, 202);
    assert.equal(await response.text(), '');
  });

  it('sends a batch and gets an array, one answer for each request', async () => {
    const ping = { jsonrpc: '2.0', id: 'p', method: 'ping' };
    const note = { jsonrpc: '2.0', method: 'notifications/initialized' };
    const { response, body } = await post(rpc([LIST, note, ping]));
    assert.equal(response.status, 200);
    assert.deepEqual((body as unknown as Rpc[]).map((answer) => answer.id).sort(), [7, 'p']);
    const one = await post(rpc([ping]));
    assert.deepEqual(one.body, [{ jsonrpc: '2.0', id: 'p', result: {} }]);
  });

  it('may cancel a neighbour in its own batch without the answer hanging', async () => {
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const { body } = await post(rpc([call('list_shops'), cancel]));
    assert.equal((body as unknown as Rpc[])[0]?.result.structuredContent.person, 'ada');
  });

  it('is refused a batch of more than twenty messages', async () => {
    const { response, body } = await post(rpc(Array.from({ length: 21 }, () => LIST)));
    assert.equal(response.status, 400);
    assert.equal(body.error.code, -32600);
  });
});

describe('an MCP client of 2026-07-28', () => {
  it('discovers the server, with cache hints', async () => {
    const { response, body } = await post(modernRpc('server/discover'));
    assert.equal(response.status, 200);
    assert.deepEqual(body.result.supportedVersions, ['2026-07-28']);
    assert.equal(body.result.cacheScope, 'private');
    assert.equal(body.result.ttlMs, 300_000);
  });

  it('calls a tool and gets a complete result', async () => {
    const { response, body } = await post(modernRpc('tools/call', { name: 'list_shops', arguments: {} }));
    assert.equal(response.status, 200);
    assert.equal(body.result.resultType, 'complete');
    assert.deepEqual(body.result.structuredContent.shops, ['north', 'south']);
  });

  it('is refused when header and body disagree', async () => {
    const params = { name: 'list_shops', arguments: {} };
    const { response, body } = await post(modernRpc('tools/call', params, { headers: { 'Mcp-Name': 'remove_shop' } }));
    assert.equal(response.status, 400);
    assert.equal(body.error.code, -32020);
  });

  it('is told that an unknown method is not found', async () => {
    const { response, body } = await post(modernRpc('resources/dance'));
    assert.equal(response.status, 404);
    assert.equal(body.error.code, -32601);
  });

  it('cannot hold a subscription open, since nothing changes', async () => {
    const { response, body } = await post(
      modernRpc('subscriptions/listen', { notifications: { toolsListChanged: true } }),
    );
    assert.equal(response.status, 404);
    assert.equal(body.error.code, -32601);
    assert.equal(body.id, 1);
  });
});

describe('tools/list', () => {
  // biome-ignore lint/suspicious/noExplicitAny: descriptors are looked into key by key
  const descriptor = async (name: string, init = rpc(LIST)): Promise<any> => {
    const { body } = await post(init);
    return body.result.tools.find((tool: { name: string }) => tool.name === name);
  };

  for (const [era, init] of [
    ['2025', rpc(LIST)],
    ['2026', modernRpc('tools/list')],
  ] as const) {
    it(`carries securitySchemes at the top and in _meta for a client of ${era}`, async () => {
      const schemes = [{ type: 'oauth2', scopes: ['analytics.readonly', 'calendar.events'] }];
      const tool = await descriptor('add_shop', init);
      assert.deepEqual(tool.securitySchemes, schemes);
      assert.deepEqual(tool._meta.securitySchemes, schemes);
    });
  }

  it('derives the annotations from what a tool does to the world', async () => {
    const { title: _title, ...reads } = (await descriptor('list_shops')).annotations;
    const { title: _same, ...writes } = (await descriptor('add_shop')).annotations;
    const { title: _again, ...deletes } = (await descriptor('remove_shop')).annotations;
    const hints = (
      readOnlyHint: boolean,
      destructiveHint: boolean,
      idempotentHint: boolean,
      openWorldHint: boolean,
    ) => ({
      readOnlyHint,
      destructiveHint,
      idempotentHint,
      openWorldHint,
    });
    assert.deepEqual(reads, hints(true, false, true, false));
    assert.deepEqual(writes, hints(false, false, false, true));
    assert.deepEqual(deletes, hints(false, true, true, true));
  });

  it('shows titles, schemas and the words said while a call runs', async () => {
    const tool = await descriptor('list_shops');
    assert.equal(tool.title, 'List the shops');
    assert.equal(tool.inputSchema.type, 'object');
    assert.equal(tool.inputSchema.properties.search.description, 'Part of a name');
    assert.deepEqual(tool.outputSchema.required, ['person', 'shops']);
    assert.equal(tool._meta['openai/toolInvocation/invoking'], 'Looking through the shops');
    assert.equal(tool._meta['openai/toolInvocation/invoked'], 'Shops listed');
  });

  it('leaves out the ranges of safe integers but keeps real limits', async () => {
    const { limit } = (await descriptor('list_shops')).inputSchema.properties;
    assert.deepEqual(limit, { type: 'integer', maximum: 10, exclusiveMinimum: 0 });
  });

  it("passes on a tool's own _meta", async () => {
    assert.equal((await descriptor('get_profile'))._meta['openai/profile'], true);
  });

  it('refuses a cursor that it never gave out', async () => {
    const { body } = await post(rpc({ ...LIST, params: { cursor: 'abc' } }));
    assert.equal(body.error.code, -32602);
  });
});

describe('tools/call', () => {
  it('answers an unknown tool with a protocol error that names the tools', async () => {
    const { body } = await post(rpc(call('list_ships')));
    assert.equal(body.error.code, -32602);
    assert.match(body.error.message, /list_shops, add_shop/);
  });

  it('answers wrong arguments with a tool result that the model can read', async () => {
    const { response, body } = await post(rpc(call('add_shop', { name: 5 })));
    assert.equal(response.status, 200);
    assert.equal(body.result.isError, true);
    assert.deepEqual(body.result.content, [{ type: 'text', text: 'The arguments are wrong.' }]);
    assert.equal(body.result._meta, undefined);
  });

  it('answers a call without arguments as one with none', async () => {
    const { body } = await post(rpc({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_profile' } }));
    assert.deepEqual(body.result.structuredContent, { id: 'ada' });
  });

  it('hides the bearer token from everything behind the gate', async () => {
    const seen: string[] = [];
    const spy: RunTool = async (...args) => {
      seen.push(JSON.stringify(args));
      return run(...args);
    };
    const { body } = await post(rpc(call('get_profile')), { run: spy });
    assert.equal(seen.length, 1);
    assert.doesNotMatch(seen.join() + JSON.stringify(body), /Bearer/);
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
    await using server = await open();
    const stream = new Blob(['"', 'x'.repeat(1024 * 1024), '"']).stream();
    const { body: _body, ...init } = rpc('');
    const response = await fetch(server.url, { ...init, body: stream, duplex: 'half' } as RequestInit);
    assert.equal(response.status, 413);
  });

  it('is refused in another media type', async () => {
    assert.equal((await wrong('{}', { 'Content-Type': 'text/plain' })).response.status, 415);
  });
});

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
