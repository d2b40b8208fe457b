/**
 * What a door says to a caller who asks too often: JSON-RPC at `/mcp`, the doors' own error JSON at `/actions`.
 *
 * Owns: those two bodies, and the limit per person and client behind a good token. Does not own: the numbers
 * (http/rate-limit.ts), nor the answer of any other path (passed in).
 */
import type { ErrorHandler } from 'hono';
import { TooManyRequests } from '../errors.ts';
import { tooManyHeaders } from '../http/limit-requests.ts';
import type { RateLimits } from '../http/rate-limit.ts';
import type { Authenticate } from './door.ts';
import { rpcError } from './mcp-wire.ts';

/** Counts each call under who makes it through which client; a relayed token has its person, too. */
export function limitCalls(authenticate: Authenticate, limits: RateLimits): Authenticate {
  return async (authorization, door) => {
    const caller = await authenticate(authorization, door);
    const key = `${caller.clientId} ${caller.person.sub}`;
    limits.take('calls', key);
    return { ...caller, countMore: (calls) => limits.take('calls', key, calls) };
  };
}

export function answerTooManyAtDoors(otherwise: ErrorHandler): ErrorHandler {
  return (error, c) => {
    if (!(error instanceof TooManyRequests)) return otherwise(error, c);
    const headers = tooManyHeaders(error);
    const wait = `${error.message} Wait ${error.retryAfterSeconds} s and try again.`;
    if (c.req.path === '/mcp') return rpcError(429, -32000, wait, { headers });
    if (!c.req.path.startsWith('/actions/')) return otherwise(error, c);
    const body = { kind: 'quota', message: wait, retry_after_seconds: error.retryAfterSeconds };
    return Response.json({ error: body }, { status: 429, headers });
  };
}
