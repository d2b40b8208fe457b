/**
 * An error → a response. The only place where that happens for the authorization server and for pages.
 *
 * Owns: status, form and headers of a refusal. Does not own: the doors' refusals (resource/), which speak RFC 6750 and
 * MCP. Foreign text is never repeated, a reason never serialised, and anything unforeseen is a fixed sentence with an
 * event id that the operator finds in the log.
 */
import type { Context, ErrorHandler } from 'hono';
import {
  BearerError,
  ClientDocumentError,
  OAuthError,
  PageError,
  RedirectableError,
  type RedirectTarget,
  TooManyRequests,
} from '../errors.ts';
import { tooManyHeaders } from '../http/limit-requests.ts';
import type { Log } from '../observe/log.ts';
import type { Happening, RecordEvent } from '../observe/record-event.ts';
import { errorPage, leavingPage } from '../pages/error.ts';
import { pageHeaders } from '../pages/headers.ts';
import type { Operator } from '../pages/layout.ts';
import type { EventDetail } from '../store/records.ts';
import { StoreError } from '../store/store.ts';
import { createId, type Random } from '../vault/token.ts';
import { answerAddress, answerRedirect } from './answer-redirect.ts';
import { displayHost } from './redirect-uri.ts';
import { trailOf } from './trail.ts';

interface AnswerErrorParts {
  log: Log;
  record: RecordEvent;
  random: Random;
  publicUrl: string;
  operator: Operator;
}

/** What has failed for now is worth another try after so long. */
export const RETRY_SECONDS = '5';

export function answerError(parts: AnswerErrorParts): ErrorHandler {
  return (error, c) => {
    if (error instanceof RedirectableError) {
      noteRefusal(parts, c, { why: error.code, text: error.message });
      const answer = { error: error.code, error_description: error.message };
      if (c.get(ASKS) === true) return answerLeaving(parts, c, error.target, answer);
      return answerRedirect(c, parts.publicUrl, error.target, answer);
    }
    if (error instanceof OAuthError) return answerJson(parts, c, error);
    if (error instanceof PageError) return answerPage(parts, c, error);
    // At the token endpoint it has become an OAuthError (authenticate.ts): here a person is looking.
    if (error instanceof ClientDocumentError) return answerPage(parts, c, documentPage(error));
    if (error instanceof TooManyRequests) return answerTooMany(parts, c, error);
    if (error instanceof BearerError) return answerBearer(c, error);
    return answerUnforeseen(parts, c, error);
  };
}

const ASKS = 'asksBeforeAnswering';

/** From here on an error of this request is offered as a link, and nobody is sent to the client without a click. */
export function askBeforeAnswering(c: Context): void {
  c.set(ASKS, true);
}

/** The same answer at the same verified redirect URI (RFC 6749 4.1.2.1), when the person wants it to arrive. */
function answerLeaving(
  { publicUrl, operator }: AnswerErrorParts,
  c: Context,
  target: RedirectTarget,
  answer: Readonly<Record<string, string>>,
): Response {
  const body = leavingPage({
    host: displayHost(target.redirectUri),
    address: answerAddress(publicUrl, target, answer),
    ref: trailOf(c)?.ref,
    operator,
    publicHost: new URL(publicUrl).host,
  });
  return c.body(body, 400, pageHeaders());
}

function documentPage(cause: ClientDocumentError): PageError {
  return cause.kind === 'unreachable'
    ? new PageError('client-unreachable', 400, { cause }) // a stranger chose the host: no fault of this server
    : new PageError('client-document-invalid', 400, { cause });
}

interface Refusal {
  why: NonNullable<EventDetail['why']>;
  text: string;
  ref?: string | undefined;
  grantId?: string | undefined;
  cause?: string | undefined;
}

/** A line in the log; and in the audit trail, where it is known which attempt was refused. */
function noteRefusal({ log, record }: AnswerErrorParts, c: Context, refusal: Refusal): void {
  const { why, text, ref, grantId, cause } = refusal;
  const trail = trailOf(c);
  const path = c.req.path;
  if (trail === undefined) {
    log.info({ path, ref, why, text, cause }, 'a request was refused');
    return;
  }
  const { step, ...who } = trail;
  const name = { step, outcome: why === 'access_denied' ? 'denied' : 'refused' } as Happening;
  const known = { ...who, ref: who.ref ?? ref, grantId: who.grantId ?? grantId };
  record({ ...name, ...known, detail: { why } }, { path, text, cause });
}

function answerJson(parts: AnswerErrorParts, c: Context, error: OAuthError): Response {
  const { reason } = error;
  // The code's row may have gone with its grant.
  const grantId = reason?.kind === 'code-spent' ? reason.grantId : undefined;
  noteRefusal(parts, c, { why: reason?.kind ?? error.code, text: error.message, grantId });
  const headers: Record<string, string> = {
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    'Access-Control-Allow-Origin': '*',
  };
  const body = { error: error.code, error_description: error.message };
  if (error.code === 'temporarily_unavailable') return c.json(body, 503, { ...headers, 'Retry-After': RETRY_SECONDS });
  if (error.code !== 'invalid_client') return c.json(body, error.status ?? 400, headers);
  // RFC 6749 5.2: a client that tried the Authorization header is challenged with the scheme that it used.
  if (c.req.header('authorization') !== undefined)
    headers['WWW-Authenticate'] = 'Basic realm="GanalyticsGPT", charset="UTF-8"';
  return c.json(body, 401, headers);
}

/** A token in place of a client's credentials, at the endpoint of one registration (RFC 7592 2, RFC 6750 3). */
function answerBearer(c: Context, error: BearerError): Response {
  return c.json({ error: error.code, error_description: error.message }, error.status, {
    'WWW-Authenticate': `Bearer error="${error.code}"`,
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
  });
}

function answerPage(parts: AnswerErrorParts, c: Context, error: PageError): Response {
  const { log, publicUrl, operator } = parts;
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  const ref = error.ref ?? trailOf(c)?.ref;
  noteRefusal(parts, c, { why: error.problem, text: error.message, ref, cause });
  if (error.status >= 500) log.error({ ref, problem: error.problem, cause }, 'a person was shown an error page');
  const body = errorPage({
    problem: error.problem,
    ref,
    extra: { operator, publicHost: new URL(publicUrl).host, command: error.command },
  });
  const headers = pageHeaders();
  return c.body(body, error.status, error.status === 503 ? { ...headers, 'Retry-After': RETRY_SECONDS } : headers);
}

/** Where a person looks at the answer, whatever the browser says that it accepts. */
const PEOPLE_ARE_AT = /^\/(authorize|consent|google\/callback|account)(\/|$)/;

function wantsPage(c: Context): boolean {
  return c.req.header('accept')?.includes('text/html') === true;
}

/** A page for people, JSON for programs. `temporarily_unavailable` is the registered code that means "try again". */
function answerTooMany({ operator }: AnswerErrorParts, c: Context, error: TooManyRequests): Response {
  const { retryAfterSeconds } = error;
  if (PEOPLE_ARE_AT.test(c.req.path) || wantsPage(c)) {
    const body = errorPage({ problem: 'too-many-requests', extra: { operator, retryAfterSeconds } });
    return c.body(body, 429, { ...pageHeaders(), 'Retry-After': String(retryAfterSeconds) });
  }
  const description = `${error.message} Wait ${retryAfterSeconds} s and try again.`;
  return c.json({ error: 'temporarily_unavailable', error_description: description }, 429, tooManyHeaders(error));
}

function answerUnforeseen(parts: AnswerErrorParts, c: Context, error: Error): Response {
  const trail = trailOf(c);
  const event = trail?.ref ?? createId(parts.random).slice(0, 10);
  const isStore = error instanceof StoreError;
  parts.log.error({ path: c.req.path, event, err: error }, isStore ? 'the database failed' : 'an unforeseen error');
  if (trail !== undefined) noteRefusal(parts, c, { why: 'unexpected', text: 'see the error of this event' });
  const status = isStore ? 503 : 500;
  if (wantsPage(c)) {
    const body = errorPage({ problem: 'unexpected', ref: event, extra: { operator: parts.operator } });
    const headers = pageHeaders();
    return c.body(body, status, isStore ? { ...headers, 'Retry-After': RETRY_SECONDS } : headers);
  }
  const code = isStore ? 'temporarily_unavailable' : 'server_error';
  const description = `Something went wrong on this server. The operator finds it in the log under ${event}.`;
  return c.json({ error: code, error_description: description }, status, {
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
    'Retry-After': RETRY_SECONDS,
  });
}

/** A path that is not there: a page for people, JSON for programs. */
export function answerNotFound(parts: AnswerErrorParts): (c: Context) => Response {
  return (c) => {
    if (wantsPage(c)) return answerPage(parts, c, new PageError('not-found', 404));
    const description = `There is nothing at ${/^[\w./-]{1,100}$/.test(c.req.path) ? c.req.path : 'this address'}.`;
    return c.json({ error: 'not_found', error_description: description }, 404, { 'Access-Control-Allow-Origin': '*' });
  };
}
