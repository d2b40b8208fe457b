/**
 * Fetching a JSON document whose URL a stranger chose.
 *
 * Owns: what may be asked for (https, a host name, nothing hidden in the URL), the limits of time, size and number, and what
 * an answer must be: status 200, no redirect, JSON by its type and by its content. Does not own: that the host is on the
 * public internet (public-network.ts), what the document means, or for how long it is good.
 */
import { isIP } from 'node:net';
import { FetchError } from '../errors.ts';
import type { PublicAnswer, PublicNetwork } from './public-network.ts';

export interface FetchedJson {
  value: unknown;
  /** Lower-case names. */
  headers: Record<string, string>;
}

/** Throws FetchError and nothing else. */
export type SafeFetch = (url: string) => Promise<FetchedJson>;

interface SafeFetchParts {
  network: PublicNetwork;
  /** For the whole exchange, from the name to the last byte. */
  limitMs?: number;
  limitBytes?: number;
  /** Beyond so many at a time strangers would be using our sockets; the rest is told to come back. */
  mostAtOnce?: number;
  mostPerHost?: number;
  /** Of one owner, as far as a name shows it: whoever has a name has all the names below it. */
  mostPerSite?: number;
  /** There is always room for these: few, each asked for once at a time, and at hosts that strangers do not hold up. */
  always?: ReadonlySet<string>;
}

export function createSafeFetch(parts: SafeFetchParts): SafeFetch {
  const { network, limitMs = 5000, limitBytes = 64 * 1024, always } = parts;
  const enter = createRoom(parts);
  return async (text) => {
    const url = readPublicUrl(text);
    const leave = always?.has(text) === true ? undefined : enter(url.hostname);
    const done = new AbortController();
    // Not AbortSignal.timeout: it would hold what was read until its time is over, however soon we are done.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limitMs).unref();
    const limit = late.signal;
    try {
      const signal = AbortSignal.any([done.signal, limit]);
      return await Promise.race([exchange(network, url, signal, limitBytes), rejectOn(limit)]);
    } catch (cause) {
      if (limit.aborted) throw new FetchError('too-slow', `${url.host} took longer than ${limitMs} ms`, { cause });
      if (cause instanceof FetchError) throw cause;
      throw new FetchError('unreachable', `${url.host} gave no whole answer`, { cause });
    } finally {
      clearTimeout(timer);
      done.abort();
      leave?.();
    }
  };
}

/** Counts what is running, in all and by whose it is. Throws FetchError `busy`; returns how to leave. */
function createRoom(parts: SafeFetchParts): (hostname: string) => () => void {
  const { mostAtOnce = 32, mostPerHost = 2, mostPerSite = 4 } = parts;
  const running = new Map<string, number>();
  const add = (name: string, change: 1 | -1): void => {
    const count = (running.get(name) ?? 0) + change;
    if (count === 0) running.delete(name);
    else running.set(name, count);
  };
  return (hostname) => {
    const labels = hostname.split('.').filter((label) => label !== ''); // a closing dot makes no other host
    const bounds: [name: string, most: number][] = [
      ['all', mostAtOnce],
      [`host ${labels.join('.')}`, mostPerHost],
      [`site ${labels.slice(-2).join('.')}`, mostPerSite],
    ];
    const full = bounds.find(([name, most]) => (running.get(name) ?? 0) >= most);
    if (full !== undefined) throw new FetchError('busy', `${full[1]} documents are being fetched already (${full[0]})`);
    for (const [name] of bounds) add(name, 1);
    return () => {
      for (const [name] of bounds) add(name, -1);
    };
  };
}

/**
 * The URL, if strangers may have us fetch it. Throws FetchError `url`. An address in place of a name is refused: it would
 * not be resolved, hence not be checked, and no public document lives at one.
 */
function readPublicUrl(text: string): URL {
  const url = URL.parse(text);
  const refuse = (what: string) => new FetchError('url', `the URL ${what}`);
  if (url === null) throw refuse('cannot be read');
  if (url.protocol !== 'https:') throw refuse('is not https');
  if (url.username !== '' || url.password !== '') throw refuse('has user information');
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) throw refuse('names an address in place of a host');
  return url;
}

async function exchange(
  network: PublicNetwork,
  url: URL,
  signal: AbortSignal,
  limitBytes: number,
): Promise<FetchedJson> {
  const answer = await network(url, signal);
  checkAnswer(url, answer);
  return { value: await readJson(url, answer.body, limitBytes), headers: answer.headers };
}

function checkAnswer(url: URL, { status, headers }: PublicAnswer): void {
  if (status >= 300 && status < 400) throw new FetchError('redirect', `${url.host} redirects`, { status });
  if (status !== 200) throw new FetchError('status', `${url.host} answered with status ${status}`, { status });
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!/^application\/([a-z0-9.!#$&^_-]+\+)?json$/.test(type)) {
    throw new FetchError('not-json', `${url.host} answered with something that is not JSON by its type`);
  }
  // We asked for none; unpacking what came anyway would let a small answer become a large one.
  if (!['', 'identity'].includes((headers['content-encoding'] ?? '').toLowerCase())) {
    throw new FetchError('not-json', `${url.host} answered with a packed document`);
  }
}

async function readJson(url: URL, body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limitBytes) throw new FetchError('too-large', `${url.host} sends more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw new FetchError('not-json', `${url.host} answered with something that is not JSON`, { cause });
  }
}

/** Never resolves; a network that does not listen to its signal must not hold us. */
function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
