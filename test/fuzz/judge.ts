/**
 * What every answer must be, however wrong the question: no fault of ours, nothing of our inside, nowhere foreign, in form.
 *
 * Owns: the verdicts. Does not own: sending.
 */
import { BRIDGE, GOOGLE, SECRET_KEYS } from '../support/world.ts';

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

/** Never in an answer: our master key, Google's secret and tokens, a stack, a path of the program, a database's words. */
const INSIDE = [
  SECRET_KEYS.split(':')[1] ?? '',
  'sandbox-secret',
  'ya29.',
  'node_modules',
  'node:internal',
  'file:///',
  'SQLITE_',
  'ERR_',
];
const STACK = /\n\s+at \S+ \(?\S+:\d+:\d+/;

/** What is wrong with the answer, or undefined. */
export function judge(answer: Answered, redirectUris: readonly string[]): string | undefined {
  const { status, headers, text } = answer;
  if (status >= 500) return `answered ${status}`;
  const found = INSIDE.find((word) => text.includes(word)) ?? STACK.exec(text)?.[0];
  if (found !== undefined) return `shows its inside: ${found.slice(0, 60)}`;
  return judgeRedirect(status, headers, redirectUris) ?? judgeForm(status, headers, text);
}

function judgeRedirect(status: number, headers: Headers, redirectUris: readonly string[]): string | undefined {
  const location = headers.get('location');
  if (location === null) return status > 300 && status < 304 ? 'redirects nowhere' : undefined;
  const url = URL.parse(location, BRIDGE);
  if (url === null || /[^\x21-\x7e]/.test(location))
    return `redirects to what is no address: ${location.slice(0, 100)}`;
  if (url.origin === BRIDGE || url.origin === GOOGLE) return undefined;
  // The port of a loopback address is the client's to choose (RFC 8252 7.3).
  const plain = (uri: string) => uri.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\d+/, '$1').split('?')[0];
  const isKnown = redirectUris.some((uri) => plain(uri) === plain(location));
  return isKnown ? undefined : `redirects to a foreign address: ${location.slice(0, 100)}`;
}

function judgeForm(status: number, headers: Headers, text: string): string | undefined {
  const type = headers.get('content-type') ?? '';
  if (type.startsWith('text/html') && !headers.get('content-security-policy')?.includes("frame-ancestors 'none'"))
    return 'is a page that can be framed';
  if (type.startsWith('application/json') && text !== '' && !isJson(text)) return 'calls itself JSON and is not';
  if (status === 429 && !/^[1-9]\d*$/.test(headers.get('retry-after') ?? '')) return 'is a 429 that names no time';
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // that is the verdict
  }
}
