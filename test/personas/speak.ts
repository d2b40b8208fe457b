/**
 * The first words of a client of each era, and one question that every one of them asks: who am I here?
 *
 * Owns: requests to the doors in each revision's form. Does not own: tokens (replay.ts).
 */
import assert from 'node:assert/strict';
import type { World } from '../support/world.ts';
import type { Era, Persona } from './persona.ts';

export interface Spoken {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface Caller {
  world: World;
  persona: Persona;
  /** Undefined: without a token. */
  accessToken: string | undefined;
}

const LEGACY: readonly Era[] = ['2025-11-25', '2025-06-18', '2024-11-05'];

/** Everything that the client says before its first question; asserts that it is understood. */
export async function greet(caller: Caller): Promise<void> {
  const { speaks } = caller.persona;
  if (LEGACY.includes(speaks)) await initialize(caller);
  if (speaks === '2026-07-28') await discover(caller);
  if (speaks === 'call' || speaks === 'rest') return;
  const list = await rpc(caller, { id: 2, method: 'tools/list' });
  assert.equal(list.status, 200);
  const { tools } = list.body.result as { tools: { name: string }[] };
  assert.ok(tools.some(({ name }) => name === 'run_report'));
}

async function initialize(caller: Caller): Promise<void> {
  const { speaks, userAgents } = caller.persona;
  const clientInfo = { name: userAgents.calls.split('/')[0], version: '1.0.0' };
  const answer = await rpc(caller, {
    id: 0,
    method: 'initialize',
    params: { protocolVersion: speaks, capabilities: {}, clientInfo },
  });
  assert.equal(answer.status, 200);
  assert.equal((answer.body.result as { protocolVersion: string }).protocolVersion, speaks);
  assert.equal(answer.headers.get('mcp-session-id'), null);
  const told = await rpc(caller, { method: 'notifications/initialized' });
  assert.equal(told.status, 202);
}

async function discover(caller: Caller): Promise<void> {
  const answer = await rpc(caller, { id: 'openai-mcp-discover', method: 'server/discover' });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const result = answer.body.result as { supportedVersions: string[] };
  assert.ok(result.supportedVersions.includes('2026-07-28'));
}

/** Calls a tool as the client does, REST or MCP. */
export function call(caller: Caller, name: string): Promise<Spoken> {
  if (caller.persona.speaks === 'rest') return post(caller, `/actions/${name}`, {}, {});
  return rpc(caller, { id: 3, method: 'tools/call', params: { name, arguments: {} } });
}

/** The first request of a client that has nothing yet. */
export function knock(caller: Caller, method: 'GET' | 'POST'): Promise<Spoken> {
  if (method === 'POST') return rpc(caller, { id: 'first', method: firstMethod(caller.persona.speaks) });
  return send(caller, '/mcp', { method, headers: headersFor(caller, { accept: 'text/event-stream' }) });
}

function firstMethod(era: Era): string {
  if (era === '2026-07-28') return 'server/discover';
  return era === 'call' ? 'tools/call' : 'initialize';
}

interface Message {
  id?: string | number;
  method: string;
  params?: Record<string, unknown>;
}

function rpc(caller: Caller, { id, method, params }: Message): Promise<Spoken> {
  const { speaks } = caller.persona;
  const isModern = speaks === '2026-07-28';
  const meta = isModern ? { ...params, _meta: modernMeta(caller.persona) } : params;
  const message = { jsonrpc: '2.0', ...(id !== undefined && { id }), method, ...(meta && { params: meta }) };
  const accept = { accept: 'application/json, text/event-stream' };
  const name = params?.name;
  const modern = { 'mcp-method': method, ...(typeof name === 'string' && { 'mcp-name': name }) };
  // The header came with 2025-06-18, and no client sends it with `initialize`.
  const hasVersion = isModern || (LEGACY.includes(speaks) && speaks !== '2024-11-05' && method !== 'initialize');
  const version = hasVersion ? { 'mcp-protocol-version': speaks } : {};
  return post(caller, '/mcp', message, { ...accept, ...version, ...(isModern && modern) });
}

function modernMeta({ userAgents }: Persona): Record<string, unknown> {
  const [name, version = '1.0.0'] = userAgents.calls.split('/');
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name, version },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
}

function post(caller: Caller, path: string, body: unknown, headers: Record<string, string>): Promise<Spoken> {
  const all = headersFor(caller, { 'content-type': 'application/json', ...headers });
  return send(caller, path, { method: 'POST', body: JSON.stringify(body), headers: all });
}

function headersFor({ persona, accessToken }: Caller, headers: Record<string, string>): Record<string, string> {
  const authorization = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  return { 'user-agent': persona.userAgents.calls, ...authorization, ...headers };
}

async function send({ world }: Caller, path: string, init: RequestInit): Promise<Spoken> {
  const answer = await world.request(path, init);
  const text = await answer.text();
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: answer.status, headers: answer.headers, body };
}

/** Who the answer says is signed in, through either door. */
export function emailIn({ body }: Spoken): unknown {
  const result = body.result as { structuredContent?: { email?: string } } | undefined;
  return result === undefined ? body.email : result.structuredContent?.email;
}
