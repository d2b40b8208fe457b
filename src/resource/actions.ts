/**
 * POST /actions/{tool}: the same tools as plain REST, for GPT Actions, the 2023 plugin and scripts.
 *
 * Owns: the body as arguments, the answer as JSON, and an HTTP status for each way a call can fail. Does not own: who
 * calls (bearer.ts), what a tool does (tools/run.ts), nor the description of all this (openapi.ts).
 * GPT Actions limits a request and an answer to 100,000 characters each.
 */
import type { Handler } from 'hono';
import { BearerError, type ToolError, type ToolErrorKind } from '../errors.ts';
import type { RunTool } from '../tools/run.ts';
import type { Tool } from '../tools/tool.ts';
import { refusalHeaders, refusalOf, refuseTokenInUrl } from './challenge.ts';
import { type Charts, withPicture } from './charts.ts';
import { type Authenticate, toolsByName, unknownTool } from './door.ts';
import { readJson } from './read-json.ts';

export interface ActionsParts {
  authenticate: Authenticate;
  run: RunTool;
  tools: readonly Tool[];
  publicUrl: string;
  /** What a challenge asks for when the client has no token yet. */
  scopes: readonly string[];
  /** Draws the pictures that answers link to. */
  charts?: Charts;
}

const MAX_BODY_BYTES = 100_000;
const MAX_ANSWER_CHARACTERS = 99_999;

/** What is wrong, by who can mend it; the first word of every error body. */
type ActionErrorKind = ToolErrorKind | 'unknown-tool' | 'wrong-method' | 'answer-too-large';

interface ActionError {
  kind: ActionErrorKind;
  message: string;
  /** All scopes that the call needs. */
  scopes?: readonly string[];
  /** The names that would have been right. */
  tools?: readonly string[];
  retry_after_seconds?: number;
}

const STATUS: Record<ToolErrorKind, number> = {
  'bad-input': 400,
  'connect-again': 401,
  'no-access': 403,
  'scope-missing': 403,
  'not-found': 404,
  conflict: 409,
  quota: 429,
  unavailable: 503,
  operator: 503,
};

/** Seconds, when Google did not say: the shortest quotas refill within the hour, an outage is often over at once. */
const DEFAULT_WAIT: Partial<Record<ToolErrorKind, number>> = { quota: 600, unavailable: 10 };

/** Mount with `app.all('/actions/:tool', …)`: it answers every method. */
export function actions(parts: ActionsParts): Handler {
  const byName = toolsByName(parts.tools);
  return async (c) => {
    const request = c.req.raw;
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: { Allow: 'POST, OPTIONS' } });
    if (request.method !== 'POST') {
      const message = 'Call this with POST and the arguments as a JSON body; see /openapi.json';
      return answer(405, { error: { kind: 'wrong-method', message } }, { Allow: 'POST, OPTIONS' });
    }
    try {
      return await act(parts, byName, c.req.param('tool') ?? '', request);
    } catch (error) {
      if (error instanceof BearerError) return refused(parts, error);
      throw error;
    }
  };
}

async function act(parts: ActionsParts, byName: ReadonlyMap<string, Tool>, name: string, request: Request) {
  refuseTokenInUrl(request.url);
  const caller = await parts.authenticate(request.headers.get('authorization') ?? undefined, 'actions');
  const tool = byName.get(name);
  if (tool === undefined) {
    const message = unknownTool(name, parts.tools);
    return answer(404, { error: { kind: 'unknown-tool', message, tools: [...byName.keys()] } });
  }
  const body = await readJson(request, { maxBytes: MAX_BODY_BYTES, whenEmpty: {} });
  if (!body.ok) return answer(body.status, { error: { kind: 'bad-input', message: body.message } });

  const outcome = await parts.run(tool, body.value, caller, request.signal);
  if (!outcome.ok) return answerFailure(parts, tool, outcome.error);
  // Text only goes through this door: a picture is an address.
  const shown = await withPicture(parts.charts, tool, outcome, { link: true, image: false });
  return answerTable(tool, shown.structured);
}

/** ChatGPT shows a too large answer as a failure without a reason, so the reason is given here. */
function answerTable(tool: Tool, structured: Record<string, unknown>): Response {
  const text = JSON.stringify(structured);
  if (text.length <= MAX_ANSWER_CHARACTERS) return answer(200, text);
  const size = `${text.length.toLocaleString('en-US')} characters, and 100,000 is the most that can be sent this way`;
  const message = `The answer of ${tool.name} has ${size}. Ask for fewer rows, fewer columns or a shorter period.`;
  return answer(400, { error: { kind: 'answer-too-large', message } });
}

function answerFailure(parts: ActionsParts, tool: Tool, error: ToolError): Response {
  const refusal = refusalOf(error, tool.scopes);
  if (refusal !== undefined) return refused(parts, refusal);
  const wait = error.retryAfterSeconds ?? DEFAULT_WAIT[error.kind];
  const body: ActionError = { kind: error.kind, message: error.message };
  if (wait === undefined) return answer(STATUS[error.kind], { error: body });
  const seconds = Math.max(1, Math.ceil(wait));
  return answer(
    STATUS[error.kind],
    { error: { ...body, retry_after_seconds: seconds } },
    { 'Retry-After': `${seconds}` },
  );
}

const REFUSAL_KIND: Record<BearerError['status'], ToolErrorKind> = {
  400: 'bad-input',
  401: 'connect-again',
  403: 'scope-missing',
  503: 'unavailable',
};

function refused(parts: ActionsParts, error: BearerError): Response {
  const body: ActionError = { kind: REFUSAL_KIND[error.status], message: error.message };
  const scopes = error.scopes.length > 0 ? { scopes: error.scopes } : {};
  return answer(error.status, { error: { ...body, ...scopes } }, refusalHeaders(parts, error));
}

function answer(status: number, body: string | { error: ActionError }, headers: Record<string, string> = {}): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const fixed = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  return new Response(text, { status, headers: { ...fixed, ...headers } });
}
