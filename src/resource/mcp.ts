/**
 * POST /mcp: the tools over MCP's Streamable HTTP, every revision from 2024-11-05 to 2026-07-28, without sessions.
 *
 * Owns: everything in front of the official SDK (guard, bearer gate, body limits), one server object per request, and
 * turning an outcome into a tool result or a challenge. Does not own: who calls (bearer.ts), what a tool does
 * (tools/run.ts), JSON-RPC's outer form (mcp-wire.ts). The only file that imports the MCP SDK.
 */
import {
  type CallToolResult,
  createMcpHandler,
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from '@modelcontextprotocol/server';
import type { Handler } from 'hono';
import { BearerError } from '../errors.ts';
import type { RunTool, ToolOutcome } from '../tools/run.ts';
import type { Tool } from '../tools/tool.ts';
import type { WidgetPage } from '../widgets/widget-page.ts';
import type { About } from './about.ts';
import { challenge, refusalHeaders, refusalOf, refuseTokenInUrl } from './challenge.ts';
import { type Charts, withPicture } from './charts.ts';
import { type Authenticate, type CountedCaller, toolsByName, unknownTool } from './door.ts';
import { createGuard, preflight } from './guard.ts';
import { describeTool, type ToolDescriptor } from './mcp-descriptor.ts';
import { describePage, readPage, showsWidgets, widgetPages } from './mcp-widgets.ts';
import {
  type Answer,
  callsIn,
  idOf,
  kindWanted,
  looksLikeChatGpt,
  methodOf,
  readAnswer,
  rpcError,
  toResponse,
  withoutCancellations,
} from './mcp-wire.ts';
import { describePrompt, findPrompt, type Prompt, promptsFor, promptText } from './prompts.ts';
import { readJson } from './read-json.ts';

export interface McpParts {
  authenticate: Authenticate;
  run: RunTool;
  tools: readonly Tool[];
  publicUrl: string;
  /** What a challenge asks for when the client has no token yet. */
  scopes: readonly string[];
  about: About;
  /** Draws what clients without widgets are shown instead; without it they get numbers only. */
  charts?: Charts;
  /** Told when the SDK itself fails. */
  onFault(error: unknown): void;
}

const MAX_BODY_BYTES = 1024 * 1024;
/** Batches existed in the revisions up to 2025-03-26; no known assistant sends one. */
const MAX_BATCH = 20;
/** The tool list changes with a release only. Private, since it is shown to signed-in callers only. */
const CACHE = { ttlMs: 300_000, cacheScope: 'private' } as const;

const CACHED = {
  'tools/list': CACHE,
  'resources/list': CACHE,
  'resources/read': CACHE,
  'prompts/list': CACHE,
  'server/discover': CACHE,
} as const;

/** What lives as long as the endpoint. */
interface Endpoint {
  parts: McpParts;
  descriptors: ToolDescriptor[];
  byName: ReadonlyMap<string, Tool>;
  pages: WidgetPage[];
  prompts: Prompt[];
}

/** What lives as long as one HTTP request. */
interface Exchange {
  request: Request;
  caller: CountedCaller;
  /** Set by a tool call that only a new sign-in mends. */
  refusal: BearerError | undefined;
}

/** Mount with `app.all`: every method must meet the gate first, so that a probe by GET learns where to sign in. */
export function mcp(parts: McpParts): Handler {
  const guard = createGuard(parts.publicUrl);
  const { tools } = parts;
  const described = { descriptors: tools.map(describeTool), pages: widgetPages(tools), prompts: promptsFor(tools) };
  const endpoint = { parts, byName: toolsByName(tools), ...described };
  return async (c) => {
    const request = c.req.raw;
    const foreign = guard.refuse(request);
    if (foreign !== undefined) return rpcError(403, -32000, foreign);
    const answer = request.method === 'OPTIONS' ? preflight() : await passGate(endpoint, request);
    for (const [name, value] of Object.entries(guard.corsHeaders(request))) answer.headers.set(name, value);
    answer.headers.set('Cache-Control', 'no-store');
    answer.headers.set('X-Accel-Buffering', 'no');
    return answer;
  };
}

/** Nothing of the request but its address and one header is looked at before the token is. */
async function passGate(endpoint: Endpoint, request: Request): Promise<Response> {
  const { parts } = endpoint;
  try {
    refuseTokenInUrl(request.url);
    const caller = await parts.authenticate(request.headers.get('authorization') ?? undefined, 'mcp');
    return await receive(endpoint, { request, caller, refusal: undefined });
  } catch (error) {
    if (error instanceof BearerError) return refused(parts, error);
    throw error;
  }
}

async function receive(endpoint: Endpoint, exchange: Exchange): Promise<Response> {
  const { request } = exchange;
  if (request.method !== 'POST') {
    return rpcError(405, -32000, 'Only POST: this server keeps no sessions', { headers: { Allow: 'POST' } });
  }
  const wants = kindWanted(request.headers.get('accept'));
  if (wants === undefined) return rpcError(406, -32000, 'Accept application/json, text/event-stream or both');

  const body = await readJson(request, { maxBytes: MAX_BODY_BYTES });
  if (!body.ok) return rpcError(body.status, body.status === 400 ? -32700 : -32000, body.message);
  const isBatch = Array.isArray(body.value);
  if (Array.isArray(body.value) && body.value.length > MAX_BATCH) {
    return rpcError(400, -32600, `A batch holds at most ${MAX_BATCH} messages`);
  }
  if (methodOf(body.value) === 'subscriptions/listen') {
    return rpcError(404, -32601, 'Nothing here changes while it is watched', { id: idOf(body.value) });
  }
  const calls = callsIn(body.value);
  if (calls > 1) exchange.caller.countMore?.(calls - 1); // the gate has counted one

  const answer = await askSdk(endpoint, exchange, body.value);
  // A batch keeps its answers: a refusal of the whole would make the client repeat the calls that were carried out.
  const asStatus = !isBatch && !looksLikeChatGpt(request.headers, body.value);
  if (exchange.refusal !== undefined && asStatus) return refused(endpoint.parts, exchange.refusal);
  return toResponse(answer, wants, isBatch);
}

/**
 * A new SDK handler and server for each request. Making both costs microseconds, and two people whose requests carry the
 * same JSON-RPC id cannot meet in an object that only one of them has (CVE-2026-25536).
 */
async function askSdk(endpoint: Endpoint, exchange: Exchange, body: unknown): Promise<Answer> {
  const { request } = exchange;
  const headers = new Headers(request.headers);
  headers.delete('authorization'); // the gate has read it; nothing behind the gate needs it
  headers.set('accept', 'application/json, text/event-stream'); // the SDK insists on both, some clients send one
  const inner = new Request(request.url, { method: 'POST', headers, signal: request.signal });
  const handler = createMcpHandler(() => serverFor(endpoint, exchange), { keepAliveMs: 0 });
  const response = await handler.fetch(inner, { parsedBody: withoutCancellations(body) });
  if (response.status >= 500) endpoint.parts.onFault(new Error(`the MCP SDK answered ${response.status}`));
  return readAnswer(response);
}

function serverFor(endpoint: Endpoint, exchange: Exchange): Server {
  const { pages, prompts, parts } = endpoint;
  const { name, title, version, instructions } = parts.about;
  const capabilities = {
    tools: {},
    ...(prompts.length === 0 ? {} : { prompts: {} }),
    ...(pages.length === 0 ? {} : { resources: {} }),
  };
  const identity = { name, title, version, websiteUrl: parts.publicUrl };
  const server = new Server(identity, { capabilities, instructions, cacheHints: CACHED });
  server.setRequestHandler('tools/list', (request) => {
    refuseCursor(request.params?.cursor);
    return { tools: endpoint.descriptors };
  });
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const tool = endpoint.byName.get(params.name);
    if (tool === undefined) throw invalidParams(unknownTool(params.name, parts.tools));
    const outcome = await parts.run(tool, params.arguments ?? {}, exchange.caller, mcpReq.signal);
    // The SDK lifts the envelope of 2026 out of `_meta`; ChatGPT also writes it into requests of 2025.
    const hasWidgets = showsWidgets(mcpReq.envelope) ?? showsWidgets(params._meta);
    return toResult(parts, exchange, { tool, outcome, hasWidgets });
  });
  if (pages.length > 0) offerPages(server, pages);
  if (prompts.length > 0) offerPrompts(server, prompts);
  return server;
}

function refuseCursor(cursor: unknown): void {
  if (cursor !== undefined) throw invalidParams('The list has one page: no cursor was given out');
}

function offerPages(server: Server, pages: readonly WidgetPage[]): void {
  server.setRequestHandler('resources/list', (request) => {
    refuseCursor(request.params?.cursor);
    return { resources: pages.map(describePage) };
  });
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));
  server.setRequestHandler('resources/read', ({ params }) => {
    const page = pages.find(({ uri }) => uri === params.uri);
    if (page === undefined) throw invalidParams('There is no such resource; see resources/list');
    return { contents: [readPage(page)] };
  });
}

function offerPrompts(server: Server, prompts: readonly Prompt[]): void {
  server.setRequestHandler('prompts/list', (request) => {
    refuseCursor(request.params?.cursor);
    return { prompts: prompts.map(describePrompt) };
  });
  server.setRequestHandler('prompts/get', ({ params }) => {
    const prompt = findPrompt(prompts, params.name);
    if (prompt === undefined) {
      throw invalidParams(`There is no such prompt. There are: ${prompts.map(({ name }) => name).join(', ')}`);
    }
    const text = promptText(prompt, params.arguments ?? {});
    return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
  });
}

interface Called {
  tool: Tool;
  outcome: ToolOutcome;
  /** Whether the client shows pages; `undefined` where it did not say. */
  hasWidgets: boolean | undefined;
}

async function toResult(
  parts: McpParts,
  exchange: Exchange,
  { tool, outcome, hasWidgets }: Called,
): Promise<CallToolResult> {
  if (outcome.ok) {
    const isChatGpt = exchange.request.headers.get('user-agent')?.startsWith('openai-mcp') ?? false;
    const wants = { link: !(hasWidgets ?? isChatGpt), image: true };
    const { structured, text, image } = await withPicture(parts.charts, tool, outcome, wants);
    const drawn = image === undefined ? [] : [{ type: 'image' as const, mimeType: 'image/png', data: toBase64(image) }];
    return { content: [{ type: 'text', text }, ...drawn], structuredContent: structured };
  }
  const result: CallToolResult = { content: [{ type: 'text', text: outcome.error.message }], isError: true };
  const refusal = refusalOf(outcome.error, tool.scopes);
  if (refusal === undefined) return result;
  exchange.refusal = refusal;
  return { ...result, _meta: { 'mcp/www_authenticate': [challenge(parts, refusal)] } };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

/**
 * Status, challenge, and a body in the words of RFC 6749 5.2, which OAuth libraries read. A token is not the trouble where
 * the answer is 503: that is said in the words of the protocol.
 */
function refused(parts: McpParts, error: BearerError): Response {
  if (error.status === 503) return rpcError(503, -32000, error.message, { headers: refusalHeaders(parts, error) });
  const body = { error: error.code ?? 'token_required', error_description: error.message };
  return Response.json(body, { status: error.status, headers: refusalHeaders(parts, error) });
}
