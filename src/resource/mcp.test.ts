/** POST /mcp, driven by raw requests of each era and by the official client over a real port. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ToolError } from '../errors.ts';
import type { RunTool } from '../tools/run.ts';
import { call, LIST, modernRpc, post, type Rpc, rpc, run, type ToyParts, toyApp } from './toy-doors.fixture.ts';

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

describe('a client that goes away', () => {
  const inits = [
    ['mcp', 'of 2025', rpc(call('list_shops'))],
    ['mcp', 'of 2026', modernRpc('tools/call', { name: 'list_shops', arguments: {} })],
    ['actions/list_shops', 'of the REST door', rpc({})],
  ] as const;
  for (const [path, who, init] of inits) {
    it(`stops its call when it is a client ${who}`, async () => {
      const started = Promise.withResolvers<void>();
      const stopped = Promise.withResolvers<void>();
      const patient: RunTool = async (_tool, _input, _caller, signal) => {
        signal.addEventListener('abort', () => stopped.resolve());
        started.resolve();
        await stopped.promise;
        return { ok: false, error: new ToolError('unavailable', 'The caller has gone.') };
      };
      await using server = await open({ run: patient });
      const leave = new AbortController();
      const asked = fetch(new URL(`/${path}`, server.url), { ...init, signal: leave.signal });
      await started.promise;
      leave.abort();
      await assert.rejects(asked, { name: 'AbortError' });
      await stopped.promise;
    });
  }
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
    assert.equal(response.headers.get('vary'), 'Origin');
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
    const { floor } = (await descriptor('add_shop')).inputSchema.properties;
    assert.deepEqual(floor, { type: 'integer' });
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
});
