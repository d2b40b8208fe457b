/**
 * JSON-RPC over HTTP, seen from outside the SDK: what a body says, what an answer looks like.
 *
 * Owns: reading just enough of a body to decide, error bodies, and SSE answers made plain JSON. Does not own: the
 * protocol (the SDK behind mcp.ts).
 */

export function rpcError(
  status: number,
  code: number,
  message: string,
  options: { headers?: Record<string, string>; id?: string | number | null } = {},
): Response {
  const body = { jsonrpc: '2.0', error: { code, message }, id: options.id ?? null };
  return Response.json(body, { status, headers: options.headers ?? {} });
}

/** What the client can read, JSON first; `undefined` when neither kind of answer would do. */
export function kindWanted(accept: string | null): 'json' | 'sse' | undefined {
  const kinds = (accept ?? '*/*').split(',').map((kind) => (kind.split(';', 1)[0] ?? '').trim().toLowerCase());
  if (kinds.some((kind) => ['application/json', 'application/*', '*/*', ''].includes(kind))) return 'json';
  return kinds.some((kind) => kind === 'text/event-stream' || kind === 'text/*') ? 'sse' : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function methodOf(message: unknown): unknown {
  return isObject(message) ? message.method : undefined;
}

/** How many calls of tools a body asks for, alone or in a batch. */
export function callsIn(body: unknown): number {
  return (Array.isArray(body) ? body : [body]).filter((message) => methodOf(message) === 'tools/call').length;
}

export function idOf(message: unknown): string | number | null {
  const id = isObject(message) ? message.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

/**
 * ChatGPT reads a challenge inside a tool result and opens its sign-in from there; other clients ignore one on HTTP 200
 * and need the status. Both signs can be faked, which only changes in which of two forms the faker is refused.
 */
export function looksLikeChatGpt(headers: Headers, message: unknown): boolean {
  if (headers.get('user-agent')?.startsWith('openai-mcp')) return true;
  const params = isObject(message) ? message.params : undefined;
  const meta = isObject(params) ? params._meta : undefined;
  return isObject(meta) && Object.keys(meta).some((key) => key.startsWith('openai/'));
}

/**
 * A stateless server has no earlier request to cancel. Inside a batch a cancellation would meet its own neighbour, whose
 * answer the stream would then wait for without end.
 */
export function withoutCancellations(body: unknown): unknown {
  return Array.isArray(body) ? body.filter((message) => methodOf(message) !== 'notifications/cancelled') : body;
}

/** An answer of the SDK, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export async function readAnswer(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/**
 * The SDK answers 2025 and earlier revisions with an event stream always. No message of ours comes before the result, so
 * a stream would only hold the one event: JSON says the same, and proxies do not buffer or cut it.
 */
export function toResponse(answer: Answer, wants: 'json' | 'sse', isBatch: boolean): Response {
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (!isStream || wants === 'sse') {
    const body = answer.text === '' ? null : answer.text;
    return new Response(body, { status: answer.status, headers: answer.headers });
  }
  const events = answer.text.split('\n').filter((line) => line.startsWith('data: '));
  const messages = events.map((line) => line.slice('data: '.length));
  if (messages.length === 0) return new Response(null, { status: 499 }); // the client left before there was an answer
  const json = isBatch ? `[${messages.join(',')}]` : messages[0];
  return new Response(json, { status: answer.status, headers: { 'Content-Type': 'application/json' } });
}
