/**
 * What a client publishes at a URL, kept for as long as its host says, within bounds of ours.
 *
 * Owns: freshness (RFC 9111), one fetch at a time for each URL, a short peace after a failure, and an old copy in place of
 * a host that fails. Does not own: fetching (http/safe-fetch.ts), what the document must be (`parse`), nor which copy goes
 * when there are too many (bounded-copies.ts). In memory and per process: everything here is public and can be had again.
 *
 * The CIMD draft forbids to cache errors. What is kept of one is only that we have just asked: without that, everybody who
 * can open /authorize could have us hammer a host that is down.
 */
import { ClientDocumentError, FetchError, type FetchProblem, PageError } from '../../errors.ts';
import type { SafeFetch } from '../../http/safe-fetch.ts';
import type { Log } from '../../observe/log.ts';
import { createBoundedCopies } from './bounded-copies.ts';

export interface CachedDocuments<Value> {
  /** Throws ClientDocumentError, or FetchesBusy when we have no room to ask. */
  get(url: string): Promise<Value>;
  /** The same, but asks the host again if it was not asked in the last minute. */
  getNewer(url: string): Promise<Value>;
}

/**
 * We are fetching too much already to ask. Nothing is known about the host, so nothing is remembered of it. Pages leave as
 * they are; authenticate.ts turns it into JSON.
 */
export class FetchesBusy extends PageError {
  constructor(cause: FetchError) {
    super('client-unreachable', 503, { cause });
    this.name = 'FetchesBusy';
  }
}

interface CacheParts<Value> {
  fetch: SafeFetch;
  /** Throws ClientDocumentError `invalid`. */
  parse(value: unknown, url: string): Value;
  now(): number;
  log: Log;
  /** What the documents are, for the log. */
  what: string;
  /** However long or short the host says. */
  freshMs: { least: number; most: number };
  /** How old a copy may get while its host fails. */
  staleMs: number;
  most: number;
  mostBytes: number;
  /** Roughly, of what `parse` returned. */
  bytesOf(value: Value): number;
  /** Whether somebody connected depends on it: such a copy goes last. */
  isConnected?(url: string): Promise<boolean>;
}

interface Copy<Value> {
  value: Value;
  fetchedAt: number;
  freshUntil: number;
}

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Where a host says nothing about caching. */
const UNSAID_MS = HOUR;
const PEACE_MS = 30 * SECOND;
const AGAIN_MS = MINUTE;
/** How long a copy outlives its time while we have no room to ask: short, since strangers can take the room away. */
const BUSY_MS = HOUR;
/** Of a foreign host's words, a certificate's names for example. */
const LONGEST_MESSAGE = 300;

export function createCachedDocuments<Value>(parts: CacheParts<Value>): CachedDocuments<Value> {
  const { fetch, parse, now, log, what, freshMs, staleMs, most } = parts;
  const copies = createBoundedCopies<Copy<Value>>({
    most,
    mostBytes: parts.mostBytes,
    bytesOf: ({ value }) => parts.bytesOf(value),
    isConnected: parts.isConnected ?? (async () => false),
  });
  const failures = new Map<string, { error: ClientDocumentError; until: number }>();
  const underWay = new Map<string, Promise<Value>>();

  const load = async (url: string): Promise<Value> => {
    try {
      const { value: json, headers } = await fetch(url);
      const at = now();
      const wanted = freshnessMs(headers, at) ?? UNSAID_MS;
      const freshUntil = at + Math.min(Math.max(wanted, freshMs.least), freshMs.most);
      const value = parse(json, url);
      await copies.keep(url, { value, fetchedAt: at, freshUntil });
      log.info({ step: 'client-document', url, freshSeconds: Math.round((freshUntil - at) / SECOND) }, `${what} read`);
      return value;
    } catch (cause) {
      if (cause instanceof FetchError && cause.problem === 'busy') return copyWhileBusy(url, cause);
      const error = toDocumentError(cause);
      keep(failures, url, { error, until: now() + PEACE_MS }, most);
      if (isFinal(cause)) copies.delete(url);
      const hasOldCopy = copies.get(url) !== undefined;
      log[hasOldCopy ? 'warn' : 'info']({ step: 'client-document', url, why: error.message }, `${what} not had`);
      return oldCopy(url, error);
    }
  };

  const copyWhileBusy = (url: string, cause: FetchError): Value => {
    const copy = copies.get(url);
    if (copy !== undefined && now() < copy.freshUntil + BUSY_MS) return copy.value;
    log.warn({ step: 'client-document', url, why: cause.message }, `${what} not asked for`);
    throw new FetchesBusy(cause);
  };

  /** Throws `error` when there is none that is young enough. */
  const oldCopy = (url: string, error: ClientDocumentError): Value => {
    const copy = copies.get(url);
    if (copy === undefined || now() >= copy.fetchedAt + staleMs) throw error;
    return copy.value;
  };

  const loadOnce = async (url: string): Promise<Value> => {
    const failure = failures.get(url);
    // A failure from later than now is one from before the clock was put back: it would last for hours.
    if (failure !== undefined && now() < failure.until && failure.until <= now() + PEACE_MS)
      return oldCopy(url, failure.error);
    const running = underWay.get(url);
    if (running !== undefined) return running;
    const loading = load(url).finally(() => underWay.delete(url));
    underWay.set(url, loading);
    return loading;
  };

  return {
    async get(url) {
      const copy = copies.get(url);
      if (copy === undefined || now() >= copy.freshUntil) return loadOnce(url);
      copies.use(url);
      return copy.value;
    },
    async getNewer(url) {
      const copy = copies.get(url);
      return copy !== undefined && now() < copy.fetchedAt + AGAIN_MS ? copy.value : loadOnce(url);
    },
  };
}

/** A document that is there and wrong, or a host that says "gone", is the publisher's own word: no old copy outlives it. */
function isFinal(cause: unknown): boolean {
  if (cause instanceof FetchError) return cause.status === 404 || cause.status === 410;
  return cause instanceof ClientDocumentError;
}

/** What only the publisher can mend, as against what may pass by itself. A robot check in place of JSON does pass. */
const THEIRS: readonly FetchProblem[] = ['url', 'address', 'redirect', 'too-large'];

function toDocumentError(cause: unknown): ClientDocumentError {
  if (cause instanceof ClientDocumentError) return cause;
  if (!(cause instanceof FetchError)) throw cause;
  const { problem, status } = cause;
  const kind = THEIRS.includes(problem) || isFinal(cause) ? 'invalid' : 'unreachable';
  // It is remembered, so it must not hold what caused it in its turn: sockets, certificates, pieces of an answer.
  const message = cause.message.slice(0, LONGEST_MESSAGE);
  const bare = new FetchError(problem, message, status === undefined ? {} : { status });
  return new ClientDocumentError(kind, message, { cause: bare });
}

/** For how long the headers let a shared cache use an answer, in milliseconds; undefined when they are silent. */
export function freshnessMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const directives = new Map(
    (headers['cache-control'] ?? '').split(',').map((directive): [string, string] => {
      const [name = '', value = ''] = directive.split('=');
      return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
    }),
  );
  if (['no-store', 'no-cache', 'private'].some((name) => directives.has(name))) return 0;
  const seconds = directives.get('s-maxage') ?? directives.get('max-age');
  if (seconds !== undefined) {
    const age = /^\d{1,10}$/.test(headers.age ?? '') ? Number(headers.age) : 0;
    return /^\d{1,10}$/.test(seconds) ? Math.max(0, Number(seconds) - age) * SECOND : 0;
  }
  if (headers.expires === undefined) return undefined;
  const end = Date.parse(headers.expires);
  return Number.isNaN(end) ? 0 : Math.max(0, end - now);
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
