/**
 * One form to Google's token endpoint, and what came back, sorted by what to do about it.
 *
 * Owns: classification by status and code, never by text (Google's texts move). Does not own: which form is sent
 * (google.ts). Only `invalid_grant`, `unauthorized_client` and `admin_policy_enforced` mean that a person must connect
 * again; everything else is our configuration or passing trouble, and must never cost anyone their link.
 * https://developers.google.com/identity/protocols/oauth2/web-server
 */
import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import type { Outgoing, OutgoingAnswer } from '../http/outgoing.ts';

export const TIMEOUT_MS = 10_000;
const GRANT_DEAD = new Set(['invalid_grant', 'unauthorized_client', 'admin_policy_enforced']);
const MISCONFIGURED = new Set(['invalid_client', 'redirect_uri_mismatch', 'deleted_client', 'org_internal']);

/** Sends the form and returns the raw answer, whatever its status. */
export async function postForm(
  send: Outgoing,
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<OutgoingAnswer> {
  return send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(fields).toString(),
    timeoutMs: TIMEOUT_MS,
  });
}

/** The body of a 200 in the promised shape. Throws UpstreamError, sorted, for everything else. */
export function readAnswer<Shape extends z.ZodType>(answer: OutgoingAnswer, shape: Shape): z.output<Shape> {
  if (answer.status !== 200) throw toUpstreamError(answer);
  const read = shape.safeParse(parseJson(answer.body));
  if (read.success) return read.data;
  throw new UpstreamError('odd-answer', 'Google answered 200 with a body that is not of the promised shape');
}

const errorBody = z.object({ error: z.string() });

/** What an answer that is not 200 means. */
export function toUpstreamError(answer: OutgoingAnswer): UpstreamError {
  const { data } = errorBody.safeParse(parseJson(answer.body));
  const code = data?.error;
  const retryAfterSeconds = /^\d{1,5}$/.test(answer.headers['retry-after'] ?? '')
    ? Number(answer.headers['retry-after'])
    : undefined;
  const message = `Google answered ${answer.status}${code === undefined ? '' : ` ${safeCode(code)}`}`;
  if (answer.status === 429 || answer.status >= 500)
    return new UpstreamError('busy', message, { code, retryAfterSeconds });
  if (code === undefined) return new UpstreamError('odd-answer', message);
  if (GRANT_DEAD.has(code)) return new UpstreamError('grant-dead', message, { code });
  if (MISCONFIGURED.has(code)) return new UpstreamError('misconfigured', message, { code });
  return new UpstreamError('refused', message, { code });
}

/** Foreign text in our logs: a code is letters and underscores, or it is not repeated. */
function safeCode(code: string): string {
  return /^[a-z_]{1,64}$/i.test(code) ? code : '(unreadable code)';
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever reads the shape says that it is odd
  }
}
