/**
 * POST /google/events: Google's security event tokens, pushed (RFC 8935).
 *
 * Owns: the body, its bounds, and the answers of that RFC. Does not own: what makes a token right
 * (upstream/security-event.ts), what is done then (heed-notice.ts). 202 means that it has been done, durably: Google asks
 * to be answered first, and a crash in between would lose the event. Whoever fails is told to come again.
 */
import type { Handler } from 'hono';
import { SecurityEventError, UpstreamError } from '../errors.ts';
import { readBodyText } from '../http/read-body.ts';
import type { Log } from '../observe/log.ts';
import type { ReadSecurityEvent } from '../upstream/security-event.ts';
import type { HeedEvent } from './heed-notice.ts';

interface GoogleEventsParts {
  readSecurityEvent: ReadSecurityEvent;
  heedEvent: HeedEvent;
  log: Log;
}

/** Google's tokens have less than one of these. */
const MAX_BYTES = 16_384;
const RETRY_SECONDS = '60';
/** RFC 8935 2.1, and what a sender may take for a signed token otherwise. Nothing is done that was not signed. */
const TYPES = new Set(['application/secevent+jwt', 'application/jwt', 'text/plain', '']);

export function googleEvents({ readSecurityEvent, heedEvent, log }: GoogleEventsParts): Handler {
  return async (c) => {
    try {
      await heedEvent(await readSecurityEvent(await readToken(c.req.raw)));
      return c.body(null, 202, { 'Cache-Control': 'no-store' });
    } catch (error) {
      if (error instanceof SecurityEventError) {
        log.info({ path: c.req.path, why: error.code, text: error.message }, 'a security event was refused');
        const headers = { 'Content-Language': 'en', 'Cache-Control': 'no-store' };
        return c.json({ err: error.code, description: error.message }, 400, headers);
      }
      if (!(error instanceof UpstreamError)) throw error;
      log.warn({ path: c.req.path, kind: error.kind, text: error.message }, 'a security event could not be checked');
      return c.body(null, 503, { 'Retry-After': RETRY_SECONDS, 'Cache-Control': 'no-store' });
    }
  };
}

async function readToken(request: Request): Promise<string> {
  const type = (request.headers.get('content-type') ?? '').replace(/;.*/, '').trim().toLowerCase();
  if (!TYPES.has(type))
    throw new SecurityEventError('invalid_request', 'Send the token as application/secevent+jwt (RFC 8935 2.1).');
  const body = await readBodyText(request, { maxBytes: MAX_BYTES });
  if (body.ok && body.text.trim() !== '') return body.text.trim();
  throw new SecurityEventError('invalid_request', 'The body must be one signed token and nothing else.');
}
