/**
 * Redirect URIs: which may be registered, and whether a given one is a registered one. Pure.
 *
 * Compared by component after strict parsing, never by pattern (RFC 9700 2.1): exact, except that the port is ignored
 * for http loopback, since native clients listen wherever they find a free port (RFC 8252 7.3). Claude Code and Codex
 * need that for the name `localhost` as well as for the addresses.
 */
import { isLoopback } from '../config.ts';

/** Schemes that run code, read local files or start a program: never a redirect target (RFC 9700 4.1.1, RFC 8252 8.4). */
const DANGEROUS_SCHEMES = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'blob:',
  'about:',
  'filesystem:',
  'view-source:',
  'intent:',
  'jar:',
  'mhtml:',
  'ftp:',
  'ws:',
  'wss:',
  // Open a program of the system with what the address says, answer parameters included; `ms-…:` as a family, below.
  'callto:',
  'facetime:',
  'facetime-audio:',
  'git:',
  'itms:',
  'itms-apps:',
  'itms-services:',
  'ldap:',
  'ldaps:',
  'mailto:',
  'market:',
  'nfs:',
  'onenote:',
  'rdp:',
  'res:',
  'search:',
  'search-ms:',
  'sftp:',
  'shell:',
  'sip:',
  'sips:',
  'skype:',
  'sms:',
  'smb:',
  'ssh:',
  'steam:',
  'teams:',
  'tel:',
  'telnet:',
  'vnc:',
  'webcal:',
  'x-apple.systempreferences:',
  'zoommtg:',
]);

/** Windows and Office start a program for each of these, `ms-word:` and `ms-settings:` among them. */
const MICROSOFT_PROGRAM = /^ms-/;

/** Why the URI may not be registered, in words for the client developer; undefined when it may. */
export function problemOf(uri: string): string | undefined {
  const url = uri.length <= 2048 ? parse(uri) : undefined;
  if (url === undefined) return 'is not an absolute URI of at most 2048 printable characters';
  if (uri.includes('#')) return 'has a fragment';
  if (url.username !== '' || url.password !== '') return 'has user information';
  if (DANGEROUS_SCHEMES.has(url.protocol) || MICROSOFT_PROGRAM.test(url.protocol))
    return 'has a scheme that browsers execute or hand to a program';
  if (!hasPlainStart(uri)) return 'is not written out as https://host/path or scheme:/path';
  if (uri.includes('*')) return 'has a wildcard, and redirect URIs are compared exactly';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return 'is plain http on a host that is not loopback';
  return undefined;
}

/** Whether `given` is one of `registered`. Anything that does not parse strictly is not. */
export function isRegistered(registered: readonly string[], given: string): boolean {
  return (
    registered.some((uri) => uri === given && problemOf(uri) === undefined) ||
    registered.some((uri) => isSameButPort(uri, given))
  );
}

/** RFC 8252 7.3: http, the same loopback host text, path and query exact; only the port may differ. */
function isSameButPort(registered: string, given: string): boolean {
  if (problemOf(given) !== undefined) return false;
  const a = split(registered);
  const b = split(given);
  return a !== undefined && b !== undefined && isLoopback(a.host) && a.host === b.host && a.rest === b.rest;
}

/** The text itself is split, not the parsed form, so that no normalising makes two different texts equal. */
function split(uri: string): { host: string; rest: string } | undefined {
  const match = /^http:\/\/(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(|[/?].*)$/.exec(uri);
  return match?.[1] === undefined ? undefined : { host: match[1], rest: match[2] ?? '' };
}

/** What a person should recognise: the host, or the scheme of an app's own URI. */
export function displayHost(uri: string): string {
  const url = parse(uri);
  if (url === undefined) return uri;
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.host : `${url.protocol}//${url.host}`;
}

/** Whether a program's own scheme gets the answer, instead of a web server. */
export function isAppUri(uri: string): boolean {
  return !/^https?:/i.test(uri);
}

export function isLoopbackUri(uri: string): boolean {
  const url = parse(uri);
  return url?.protocol === 'http:' && isLoopback(url.hostname);
}

/** The URI with our parameters added to its query; what was there stays byte for byte (RFC 6749 3.1.2). */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const added = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${uri}${uri.includes('?') ? '&' : '?'}${added}`;
}

/**
 * Parsers mend `https:host`, `https:/host` and `https:///host` into a host, and browsers read the same text as an address
 * relative to our own page. What follows another scheme is a path: `ms-word:…` and its like are a program's command line.
 */
function hasPlainStart(uri: string): boolean {
  return /^https?:/i.test(uri) ? /^https?:\/\/[^/\\]/i.test(uri) : /^[a-z][a-z\d+.-]*:\//i.test(uri);
}

function parse(uri: string): URL | undefined {
  // Control characters, spaces and backslashes are where parsers disagree: refuse rather than guess.
  if (!/^[\x21-\x7e]+$/.test(uri) || uri.includes('\\')) return undefined;
  const url = URL.parse(uri);
  return url === null || (url.host === '' && url.pathname === '') ? undefined : url;
}
