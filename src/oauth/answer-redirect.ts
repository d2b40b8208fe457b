/**
 * The answer to a client's redirect URI (RFC 6749 4.1.2), and the only place that writes one.
 *
 * `state` goes back byte for byte, and `iss` is in every answer, errors included (RFC 9207 2): ChatGPT and Codex refuse
 * an answer without it once the metadata promises it.
 */
import type { Context } from 'hono';
import type { RedirectTarget } from '../errors.ts';
import { withParameters } from './redirect-uri.ts';

type AnswerTarget = RedirectTarget | { redirectUri: string; state?: string | undefined };

/** The address that carries the answer, for a page that lets the person go there by a click. */
export function answerAddress(
  issuer: string,
  { redirectUri, state }: AnswerTarget,
  answer: Readonly<Record<string, string>>,
): string {
  return withParameters(redirectUri, { ...answer, state, iss: issuer });
}

export function answerRedirect(
  c: Context,
  issuer: string,
  target: AnswerTarget,
  answer: Readonly<Record<string, string>>,
): Response {
  c.header('Cache-Control', 'no-store');
  c.header('Referrer-Policy', 'no-referrer');
  return c.redirect(answerAddress(issuer, target, answer), 302);
}
