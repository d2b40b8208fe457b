/**
 * Asking Google's APIs in a person's name: time limits, one retry after a fresh token, Google's errors as ToolErrors.
 *
 * Owns: the GoogleApi contract and its only implementation; what is retried and what never is. Does not own: where a
 * token comes from (passed in as `accessToken`), the words for a refusal (google-error.ts), nor what an answer means
 * (each tool).
 */
import { ToolError, UpstreamError } from '../errors.ts';
import type { Outgoing, OutgoingAnswer } from '../http/outgoing.ts';
import { ANALYTICS, GoogleRefusal, readRefusal } from './google-error.ts';
import type { PropertyGate } from './property-gate.ts';

/** The APIs whose addresses are options of the configuration. */
export type ConfiguredService = 'analyticsdata' | 'analyticsadmin' | 'calendar';

/** Another Google API, which its area of tools describes itself. */
export interface OwnService {
  /** As people call it, for sentences about a failure: `Search Console`. */
  name: string;
  /** Without a trailing slash. */
  baseUrl: string;
}

export type GoogleService = ConfiguredService | OwnService;

export interface GoogleApi {
  /**
   * Sends one request. `path` is below the service's base URL, for instance `['v1beta', 'properties', '123:runReport']`:
   * each segment is percent-encoded here, so that no argument can climb out of its place. `query` values are encoded too.
   * Returns the parsed JSON (`undefined` for an empty body). Throws ToolError only; GoogleRefusal (google-error.ts) where
   * Google's answer said something that a tool may want to explain better.
   */
  send<Answer>(request: GoogleRequest): Promise<Answer>;
}

export interface GoogleRequest {
  service: GoogleService;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: readonly string[];
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /**
   * Whether sending it twice does no harm, so that a lost answer may be asked for again. Left out: true for GET and for
   * everything that is sent to Analytics, which only reads.
   */
  isRepeatable?: boolean;
}

export interface GoogleApiParts {
  send: Outgoing;
  /** Without a trailing slash. */
  baseUrls: Readonly<Record<ConfiguredService, string>>;
  /** A live token; with `rejected`, one that is not the rejected one. May throw UpstreamError. */
  accessToken(rejected?: string): Promise<string>;
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
  /** What the calling tool needs, for the words about a missing scope. */
  scopes?: readonly string[];
  /** Milliseconds for everything that is asked through this one object, retries and waits included. */
  budgetMs?: number;
  /** Waits; ends early, by throwing, when the signal is aborted. */
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
  /** What all callers of a property have in common; left out, nothing. */
  gate?: PropertyGate;
  /** Between 0 and 1, for jitter. */
  random?(): number;
}

/** ChatGPT gives up after 45 to 60 seconds and asks again; an answer has to be there well before. */
export const CALL_BUDGET_MS = 25_000;

/** Server errors count against a small quota of their own (10 an hour), so two more tries are all that they get. */
const SERVER_ERROR_RETRIES = 2;
const BUSY_RETRIES = 3;

export function createGoogleApi(parts: GoogleApiParts): GoogleApi {
  const deadline = parts.now() + (parts.budgetMs ?? CALL_BUDGET_MS);
  return {
    async send<Answer>(request: GoogleRequest): Promise<Answer> {
      const url = buildUrl(baseUrlOf(parts, request.service), request);
      const send = () => sendUntilAnswered(parts, request, url, deadline);
      const answer = await (parts.gate === undefined ? send() : parts.gate.pass(request, parts.signal, send));
      return readAnswer(answer) as Answer;
    },
  };
}

function baseUrlOf({ baseUrls }: GoogleApiParts, service: GoogleService): string {
  return typeof service === 'string' ? baseUrls[service] : service.baseUrl;
}

const PRODUCTS: Readonly<Record<ConfiguredService, string>> = {
  analyticsdata: ANALYTICS,
  analyticsadmin: ANALYTICS,
  calendar: 'Google Calendar',
};

function productOf(service: GoogleService): string {
  return typeof service === 'string' ? PRODUCTS[service] : service.name;
}

/** Throws ToolError `bad-input` for a segment that would not stay one segment. */
export function encodePath(path: readonly string[]): string {
  return path.map((segment) => `/${encodeSegment(segment)}`).join('');
}

/** A numeric id with a method after it: the only colon that Google reads as a colon. */
const ID_WITH_METHOD = /^[0-9]+:[A-Za-z]+$/;

function encodeSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..' || !segment.isWellFormed()) {
    throw new ToolError('bad-input', 'An identifier in the request is empty or cannot be used in a web address.');
  }
  return ID_WITH_METHOD.test(segment) ? segment : encodeURIComponent(segment);
}

function buildUrl(baseUrl: string, request: GoogleRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const search = query.size === 0 ? '' : `?${query}`;
  return `${baseUrl}${encodePath(request.path)}${search}`;
}

interface Tries {
  serverErrors: number;
  busy: number;
  rejectedToken: string | undefined;
}

/** One loop for all reasons to ask again: a rejected token, a busy property, a failing server, a lost connection. */
async function sendUntilAnswered(
  parts: GoogleApiParts,
  request: GoogleRequest,
  url: string,
  deadline: number,
): Promise<OutgoingAnswer> {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const tries: Tries = { serverErrors: 0, busy: 0, rejectedToken: undefined };
  for (;;) {
    const token = await takeToken(parts, tries.rejectedToken);
    const outcome = await sendOnce(parts, { ...request, url, token, body }, deadline);
    if (!(outcome instanceof ToolError)) return outcome;
    if (tries.rejectedToken === undefined && outcome instanceof GoogleRefusal && outcome.status === 401) {
      tries.rejectedToken = token;
    } else if (!(await waitToRepeat(parts, request, outcome, tries, deadline))) {
      throw outcome;
    }
  }
}

async function takeToken(parts: GoogleApiParts, rejected: string | undefined): Promise<string> {
  try {
    return await (rejected === undefined ? parts.accessToken() : parts.accessToken(rejected));
  } catch (cause) {
    throw cause instanceof UpstreamError ? fromUpstream(cause) : cause;
  }
}

/** Why no token could be had, by who can mend it. */
export function fromUpstream(cause: UpstreamError): ToolError {
  if (cause.kind === 'grant-dead') {
    const message = 'The link to the Google account has ended. The person has to connect their Google account again.';
    return new ToolError('connect-again', message, { cause });
  }
  if (cause.kind === 'misconfigured') {
    const message =
      "Google does not accept this server's own registration. Only the operator of this server can mend it.";
    return new ToolError('operator', message, { cause });
  }
  const message = 'Google cannot be reached right now. Ask again in a minute.';
  return new ToolError('unavailable', message, { cause, retryAfterSeconds: cause.retryAfterSeconds ?? 60 });
}

type ReadyRequest = Omit<GoogleRequest, 'body'> & { url: string; token: string; body: string | undefined };

/** A successful answer, or the ToolError for its absence that a further try may still mend. */
async function sendOnce(
  parts: GoogleApiParts,
  request: ReadyRequest,
  deadline: number,
): Promise<OutgoingAnswer | ToolError> {
  const timeoutMs = deadline - parts.now();
  if (timeoutMs <= 0 || parts.signal.aborted) throw outOfTime();
  try {
    const answer = await parts.send({
      method: request.method,
      url: request.url,
      headers: {
        ...request.headers,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        accept: 'application/json',
        authorization: `Bearer ${request.token}`,
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      timeoutMs,
      signal: parts.signal,
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    return readRefusal(answer, {
      sentBody: request.body ?? '',
      scopes: parts.scopes ?? [],
      nowMs: parts.now(),
      product: productOf(request.service),
    });
  } catch (cause) {
    if (!(cause instanceof UpstreamError)) throw cause;
    if (parts.signal.aborted || parts.now() >= deadline) throw outOfTime(cause);
    return fromUpstream(cause);
  }
}

function outOfTime(cause?: unknown): ToolError {
  const message =
    'Google did not answer in time. Ask again, perhaps for a shorter date range or with fewer dimensions.';
  return new ToolError('unavailable', message, { cause, retryAfterSeconds: 10 });
}

/** Reading twice is harmless; writing twice is not, and a lost answer may mean that the first one worked. */
function mayRepeat(request: GoogleRequest): boolean {
  if (request.isRepeatable !== undefined) return request.isRepeatable;
  const readsOnly = request.service === 'analyticsdata' || request.service === 'analyticsadmin';
  return request.method === 'GET' || (request.method === 'POST' && readsOnly);
}

/** True after waiting, when the request deserves another try; false when it does not or there is no time for one. */
async function waitToRepeat(
  parts: GoogleApiParts,
  request: GoogleRequest,
  outcome: ToolError,
  tries: Tries,
  deadline: number,
): Promise<boolean> {
  if (isBusy(outcome)) {
    if (tries.busy >= BUSY_RETRIES) return false;
    tries.busy += 1;
    return waitFor(parts, 1000 * 2 ** (tries.busy - 1), deadline);
  }
  if (outcome.kind !== 'unavailable' || !mayRepeat(request) || tries.serverErrors >= SERVER_ERROR_RETRIES) return false;
  tries.serverErrors += 1;
  return waitFor(parts, 500 * 3 ** (tries.serverErrors - 1), deadline);
}

/** Used-up tokens return in an hour or a day, so only these two kinds of quota are worth a wait. */
function isBusy(outcome: ToolError): boolean {
  if (!(outcome instanceof GoogleRefusal) || outcome.detail.about !== 'quota') return false;
  return outcome.detail.quota === 'concurrent' || outcome.detail.quota === 'rate';
}

/** Waits `ms` and up to half as much again, so that many callers do not come back together. */
async function waitFor(parts: GoogleApiParts, ms: number, deadline: number): Promise<boolean> {
  const random = parts.random ?? Math.random;
  const wait = Math.round(ms * (1 + random() / 2));
  if (parts.now() + wait + 1000 > deadline) return false;
  try {
    await (parts.sleep ?? sleepUnlessAborted)(wait, parts.signal);
  } catch (cause) {
    throw outOfTime(cause);
  }
  return true;
}

function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function readAnswer(answer: OutgoingAnswer): unknown {
  if (answer.body === '') return undefined;
  try {
    return JSON.parse(answer.body);
  } catch (cause) {
    const odd = new UpstreamError('odd-answer', 'a success without JSON', { code: String(answer.status), cause });
    throw fromUpstream(odd);
  }
}
