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
  if (!hasPlainStart(uri, url)) return 'is not written out as https://host/path or scheme:/path';
  if (uri.includes('*')) return 'has a wildcard, and redirect URIs are compared exactly';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return 'is plain http on a host that is not loopback';
  return undefined;
}

/** Whether `given` is one of `registered`. What nobody may register is not, also when it was kept from before. */
export function isRegistered(registered: readonly string[], given: string): boolean {
  return problemOf(given) === undefined && registered.some((uri) => withoutPort(uri) === withoutPort(given));
}

/**
 * RFC 8252 7.3: of http loopback the port may differ, and nothing else. The text itself is compared, not the parsed form,
 * so that no normalising makes two different texts equal.
 */
function withoutPort(uri: string): string {
  return uri.replace(/^(http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])):\d+/, '$1');
}

/** What a person should recognise: the host, or the scheme of an app's own URI. */
export function displayHost(uri: string): string {
  const url = parse(uri);
  if (url === undefined) return uri;
  return isWeb(url.protocol) ? url.host : `${url.protocol}//${url.host}`;
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
function hasPlainStart(uri: string, { protocol }: URL): boolean {
  const rest = uri.slice(protocol.length);
  return isWeb(protocol) ? /^\/\/[^/]/.test(rest) : rest.startsWith('/');
}

function isWeb(protocol: string): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

function parse(uri: string): URL | undefined {
  // Control characters, spaces and backslashes are where parsers disagree: refuse rather than guess.
  if (!/^[\x21-\x7e]+$/.test(uri) || uri.includes('\\')) return undefined;
  const url = URL.parse(uri);
  return url === null || (url.host === '' && url.pathname === '') ? undefined : url;
}
