/**
 * An assistant's own HTTP requests, server to server, with what is told about each.
 *
 * Owns: sending, reading, and refusing what was not wanted in a sentence. Does not own: what any assistant sends
 * (plugin-2023.ts, gpt-action.ts, mcp-plugin.ts).
 */
import { HopError, unexpected } from './hop-error.ts';

export interface Call {
  method: 'GET' | 'POST';
  url: string;
  headers?: Readonly<Record<string, string>>;
  form?: Readonly<Record<string, string>>;
  json?: unknown;
  /** For the narration: the telling part of what goes along. */
  with?: string;
  /** For the error: `an access token`. */
  wanted: string;
  /** The status that was wanted, 200 when left out. */
  status?: number;
  /** For the narration: what the answer amounts to. */
  got(answer: Answer): string;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON from outside; every reader says what it expects of it
  json: any;
}

export interface SentHop {
  method: string;
  url: URL;
  with: string | undefined;
  got: string;
}

export type Send = (call: Call) => Promise<Answer>;

/** ChatGPT gives up on a call after 45 seconds. */
const TIMEOUT_MS = 45_000;

export function createSend(onHop?: (hop: SentHop) => void | Promise<void>): Send {
  return async (call) => {
    const url = new URL(call.url);
    const asked = `ChatGPT asked ${call.method} ${url.origin}${url.pathname}`;
    const answer = await exchange(call, asked);
    if (answer.status !== (call.status ?? 200)) throw unexpected(asked, call.wanted, { ...answer, body: answer.text });
    await onHop?.({ method: call.method, url, with: call.with, got: `${answer.status} ${call.got(answer)}` });
    return answer;
  };
}

async function exchange({ method, url, headers, form, json }: Call, asked: string): Promise<Answer> {
  const body = form === undefined ? json : new URLSearchParams(form).toString();
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  try {
    const response = await fetch(url, {
      method,
      headers: { Accept: 'application/json', ...(body !== undefined && { 'Content-Type': type }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new HopError(`${asked} and got no answer: ${why}`, { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page or nothing: whoever wanted JSON says so
  }
}
