/**
 * The answer to a client's redirect URI (RFC 6749 4.1.2), and the only place that writes one.
 *
 * `state` goes back byte for byte, and `iss` is in every answer, errors included (RFC 9207 2): ChatGPT and Codex refuse
 * an answer without it once the metadata promises it.
 */
import type { Context } from 'hono';
import type { RedirectTarget } from '../errors.ts';
import { withParameters } from './redirect-uri.ts';

export function answerRedirect(
  c: Context,
  issuer: string,
  { redirectUri, state }: RedirectTarget | { redirectUri: string; state?: string | undefined },
  answer: Readonly<Record<string, string>>,
): Response {
  c.header('Cache-Control', 'no-store');
  c.header('Referrer-Policy', 'no-referrer');
  return c.redirect(withParameters(redirectUri, { ...answer, state, iss: issuer }), 302);
}
