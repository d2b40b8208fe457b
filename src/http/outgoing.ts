/**
 * The one way out: every request that the bridge itself makes goes through a function of type `Outgoing`, passed in.
 *
 * Owns: pooled connections, the time limit, the size limit, text bodies. Does not own: what an answer means
 * (upstream/, tools/google-api.ts). Built on undici's pool, since the global `fetch` costs several times its processor
 * time per call.
 */
import { Agent, request } from 'undici';
import { UpstreamError } from '../errors.ts';

export interface OutgoingRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds for the whole exchange. */
  timeoutMs: number;
  /** The caller has gone away: stop. */
  signal?: AbortSignal | undefined;
}

export interface OutgoingAnswer {
  status: number;
  /** Lower-case names; repeated headers joined with a comma. */
  headers: Record<string, string>;
  body: string;
}

/** Throws UpstreamError `unreachable` when no whole answer came in time; any status is an answer. Follows no redirect. */
export type Outgoing = (request: OutgoingRequest) => Promise<OutgoingAnswer>;

/** No Google answer that we ask for is near this; more is a fault, not an answer. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export function createOutgoing(): { send: Outgoing; close(): Promise<void> } {
  const agent = new Agent({ connections: 64, pipelining: 1, keepAliveTimeout: 30_000 });
  return {
    send: (sent) => exchange(agent, sent),
    close: () => agent.destroy(),
  };
}

async function exchange(agent: Agent, sent: OutgoingRequest): Promise<OutgoingAnswer> {
  const limit = AbortSignal.timeout(sent.timeoutMs);
  const signal = sent.signal === undefined ? limit : AbortSignal.any([limit, sent.signal]);
  try {
    const answer = await request(sent.url, {
      dispatcher: agent,
      method: sent.method,
      signal,
      ...(sent.headers === undefined ? {} : { headers: sent.headers }),
      ...(sent.body === undefined ? {} : { body: sent.body }),
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    return { status: answer.statusCode, headers, body: await readBounded(answer.body) };
  } catch (cause) {
    const host = new URL(sent.url).host;
    const what = limit.aborted ? `did not answer within ${sent.timeoutMs} ms` : 'could not be reached';
    throw new UpstreamError('unreachable', `${host} ${what}`, { cause });
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
