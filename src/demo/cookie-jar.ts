/**
 * Cookies as Chromium keeps them on loopback (RFC 6265, and the draft that follows it, for prefixes and SameSite).
 *
 * Owns: what is kept, what is refused, what goes along with a request. Does not own: sending anything (browser.ts).
 * Cookies belong to a host, not to a port; `Secure` ones are kept and sent over plain http on loopback, which counts as a
 * trustworthy origin. `Domain` cookies do not occur on loopback, so one that names a domain is refused.
 */

interface Cookie {
  name: string;
  value: string;
  host: string;
  path: string;
  isSecure: boolean;
  sameSite: 'lax' | 'strict' | 'none';
  /** Milliseconds since the epoch; undefined for a cookie of this session. */
  expiresAt: number | undefined;
}

/** A navigation, as far as cookies care. `initiator` is undefined when a person typed the address. */
export interface Navigation {
  url: URL;
  method: string;
  initiator: URL | undefined;
}

export interface CookieJar {
  /** Returns what was refused and why, in the words that a browser's console would use. */
  keep(url: URL, setCookies: readonly string[]): string[];
  /** The Cookie header's value, or undefined for none. */
  headerFor(navigation: Navigation): string | undefined;
  names(host: string): string[];
}

export function createCookieJar(now: () => number = Date.now): CookieJar {
  const cookies = new Map<string, Cookie>();
  const live = () => [...cookies.values()].filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now());

  return {
    keep(url, setCookies) {
      const refused: string[] = [];
      for (const line of setCookies) {
        const read = readSetCookie(line, url, now());
        if (typeof read === 'string') refused.push(read);
        else cookies.set(`${read.host};${read.path};${read.name}`, read);
      }
      return refused;
    },

    headerFor(navigation) {
      const fitting = live().filter((cookie) => goesAlong(cookie, navigation));
      // RFC 6265 5.4: longer paths first.
      fitting.sort((one, other) => other.path.length - one.path.length);
      return fitting.length === 0 ? undefined : fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
    },

    names: (host) =>
      live()
        .filter((cookie) => cookie.host === host)
        .map(({ name }) => name),
  };
}

/** Hosts that never leave the machine (RFC 8252 7.3), and therefore all that the demo's browser visits. */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return /^(.+\.)?localhost$/.test(hostname) || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Same scheme and host: on loopback there is no registrable domain that would join hosts into a site. */
export function isSameSite(one: URL, other: URL): boolean {
  return one.protocol === other.protocol && one.hostname === other.hostname;
}

function goesAlong(cookie: Cookie, { url, method, initiator }: Navigation): boolean {
  if (cookie.host !== url.hostname || !isBelow(url.pathname, cookie.path)) return false;
  if (cookie.isSecure && !isTrustworthy(url)) return false;
  if (cookie.sameSite === 'none' || initiator === undefined || isSameSite(initiator, url)) return true;
  return cookie.sameSite === 'lax' && method === 'GET';
}

function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url);
}

function isBelow(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

/** The cookie, or why a browser would refuse it. */
function readSetCookie(line: string, url: URL, now: number): Cookie | string {
  const [pair = '', ...parts] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(equals, 0)).trim();
  if (name === '') return `a cookie without a name was refused: ${pair.slice(0, 20)}`;
  const attributes = readAttributes(parts);
  const cookie: Cookie = {
    name,
    value: pair.slice(equals + 1).trim(),
    host: url.hostname,
    path: pathOf(attributes.get('path'), url),
    isSecure: attributes.has('secure'),
    sameSite: sameSiteOf(attributes.get('samesite')),
    expiresAt: expiryOf(attributes, now),
  };
  const problem = problemOf(cookie, attributes, url);
  return problem === undefined ? cookie : `${name} was refused: ${problem}`;
}

function readAttributes(parts: readonly string[]): Map<string, string> {
  return new Map(
    parts.map((part) => {
      const [key = '', ...value] = part.split('=');
      return [key.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
}

function problemOf(cookie: Cookie, attributes: ReadonlyMap<string, string>, url: URL): string | undefined {
  const isHost = cookie.name.toLowerCase().startsWith('__host-');
  if (isHost && (attributes.get('path') !== '/' || attributes.has('domain') || !cookie.isSecure))
    return '__Host- needs Secure, Path=/ and no Domain';
  if (cookie.name.toLowerCase().startsWith('__secure-') && !cookie.isSecure) return '__Secure- needs Secure';
  if (cookie.isSecure && !isTrustworthy(url)) return 'Secure needs https or loopback';
  if (cookie.sameSite === 'none' && !cookie.isSecure) return 'SameSite=None needs Secure';
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
  if (domain !== undefined && domain !== '' && domain !== url.hostname) return `its Domain ${domain} is another host`;
  return undefined;
}

/** RFC 6265 5.1.4: without a path, the folder of the page that set it. */
function pathOf(given: string | undefined, url: URL): string {
  if (given?.startsWith('/')) return given;
  const folder = url.pathname.slice(0, url.pathname.lastIndexOf('/'));
  return folder === '' ? '/' : folder;
}

/** Chromium takes a missing or unknown value as Lax. */
function sameSiteOf(given: string | undefined): Cookie['sameSite'] {
  const word = given?.toLowerCase();
  return word === 'strict' || word === 'none' ? word : 'lax';
}

/** Max-Age wins over Expires (RFC 6265 5.3). A time that has passed deletes. */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number | undefined {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(expires) ? undefined : expires;
}
