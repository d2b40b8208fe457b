/**
 * Toy tools, toy people and the doors over them, for the tests of this room.
 *
 * The runner here is the contract in its smallest form; the real one is tested where it lives (tools/).
 */
import { Hono } from 'hono';
import { z } from 'zod';
import { BearerError, ToolError } from '../errors.ts';
import type { Caller, RunTool } from '../tools/run.ts';
import { defineTool, type Tool, type ToolContext } from '../tools/tool.ts';
import { about } from './about.ts';
import { actions } from './actions.ts';
import type { Authenticate } from './door.ts';
import { type McpParts, mcp } from './mcp.ts';

export const listShops = defineTool({
  name: 'list_shops',
  title: 'List the shops',
  description: 'All shops, or those whose name holds a text.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.object({
    search: z.string().optional().describe('Part of a name'),
    limit: z.int().positive().max(10).optional(),
  }),
  output: z.object({ person: z.string(), shops: z.array(z.string()) }),
  examples: [{ question: 'Which shops are there?', input: {} }],
  progress: { running: 'Looking through the shops', done: 'Shops listed' },
  call: async ({ person }, { search = '' }) => ({
    person: person.sub,
    shops: ['north', 'south'].filter((name) => name.includes(search)),
  }),
  text: ({ person, shops }) => `${person}: ${shops.join(', ')}`,
});

export const addShop = defineTool({
  name: 'add_shop',
  title: 'Add a shop',
  description: 'Adds one shop.',
  scopes: ['analytics.readonly', 'calendar.events'],
  effects: 'writes',
  input: z.object({ name: z.string(), floor: z.int().optional() }),
  output: z.object({ added: z.string() }),
  examples: [{ question: 'Open a shop in the east', input: { name: 'east' } }],
  call: async (_context, { name }) => ({ added: name }),
  text: ({ added }) => `added ${added}`,
});

export const removeShop = defineTool({
  name: 'remove_shop',
  title: 'Remove a shop',
  description: 'Removes one shop for good.',
  scopes: ['calendar.events'],
  effects: 'deletes',
  input: z.object({ name: z.string() }),
  output: z.object({ removed: z.string() }),
  examples: [],
  call: async (_context, { name }) => ({ removed: name }),
  text: ({ removed }) => `removed ${removed}`,
});

export const getProfile = defineTool({
  name: 'get_profile',
  title: 'Who is connected',
  description: 'The connected account.',
  scopes: [],
  effects: 'reads',
  input: z.object({}),
  output: z.object({ id: z.string() }),
  examples: [],
  meta: { 'openai/profile': true },
  call: async ({ person }) => ({ id: person.sub }),
  text: ({ id }) => JSON.stringify({ id }),
});

export const toyTools: readonly Tool[] = [listShops, addShop, removeShop, getProfile];

export const PUBLIC_URL = 'http://localhost:8787';
export const SCOPES = ['analytics.readonly', 'calendar.events'];

/** The bearer token is the person's name; `grace` may only read. */
const SCOPES_OF: Readonly<Record<string, readonly string[]>> = { ada: SCOPES, grace: ['analytics.readonly'] };

export const authenticate: Authenticate = async (authorization) => {
  if (authorization === undefined) throw new BearerError(401, undefined, 'An access token is needed');
  const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? [];
  if (token === undefined) throw new BearerError(400, 'invalid_request', 'The Authorization header is "malformed"');
  if (token === 'outage') throw new BearerError(503, 'temporarily_unavailable', 'Tokens cannot be checked right now');
  const scopes = SCOPES_OF[token];
  if (scopes === undefined) throw new BearerError(401, 'invalid_token', 'The access token is unknown or expired');
  return callerNamed(token, scopes);
};

function callerNamed(name: string, scopes: readonly string[]): Caller {
  return {
    person: { sub: name, email: `${name}@example.com`, name },
    clientId: 'toy-client',
    scopes,
    accessToken: async () => 'google-token',
  };
}

export const run: RunTool = async (tool, rawInput, caller) => {
  const missing = tool.scopes.some((scope) => !caller.scopes.includes(scope));
  if (missing)
    return { ok: false, error: new ToolError('scope-missing', 'A permission is missing.', { scopes: tool.scopes }) };
  const read = tool.input.safeParse(rawInput);
  if (!read.success) return { ok: false, error: new ToolError('bad-input', 'The arguments are wrong.') };
  const output = await tool.call({ person: caller.person } as ToolContext, read.data);
  return { ok: true, structured: output, text: tool.text(output) };
};

export type ToyParts = Partial<McpParts>;

export function toyApp(parts: ToyParts = {}): Hono {
  const tools = parts.tools ?? toyTools;
  const onFault = (error: unknown) => {
    throw error;
  };
  const all = {
    authenticate,
    run,
    tools,
    publicUrl: PUBLIC_URL,
    scopes: SCOPES,
    about: about(tools, '1.2.3'),
    onFault,
  };
  const app = new Hono();
  app.all('/mcp', mcp({ ...all, ...parts }));
  app.all('/actions/:tool', actions({ ...all, ...parts }));
  return app;
}

export interface RpcOptions {
  token?: string;
  headers?: Record<string, string>;
}

/** One JSON-RPC request of 2025, as a client without a handshake sends it. */
export function rpc(message: unknown, { token = 'ada', headers = {} }: RpcOptions = {}): RequestInit {
  return {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${token}`,
      ...headers,
    },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  };
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'toy', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** One JSON-RPC request of 2026-07-28: the envelope in `_meta`, method and name repeated in headers. */
export function modernRpc(method: string, params: Record<string, unknown> = {}, options: RpcOptions = {}): RequestInit {
  const named: Record<string, string> = typeof params.name === 'string' ? { 'Mcp-Name': params.name } : {};
  const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, ...named, ...options.headers };
  const meta = { ...ENVELOPE, ...(params._meta as object | undefined) };
  return rpc({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }, { ...options, headers });
}

export function call(name: string, args: Record<string, unknown> = {}, meta?: Record<string, unknown>): unknown {
  const params = { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) };
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
}

export const LIST = { jsonrpc: '2.0', id: 7, method: 'tools/list' };

export interface Rpc {
  id: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: results of many methods are looked into
  result: any;
  error: { code: number; message: string };
}

export async function post(init: RequestInit, parts: ToyParts = {}): Promise<{ response: Response; body: Rpc }> {
  const response = await toyApp(parts).request(`${PUBLIC_URL}/mcp`, init);
  return { response, body: (await response.json()) as Rpc };
}
