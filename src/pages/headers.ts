/**
 * The response headers of every page of ours.
 *
 * Owns: the content security policy and its neighbours, with the reason for each choice. Does not own: which origins a
 * flow may lead to, which its handler knows.
 */

export interface PageHeaderOptions {
  /**
   * Where the page's form may end up. Browsers hold the *whole* chain of redirects after a submit to `form-action`, so that
   * it must name Google's authorization endpoint and the client's redirect URI (which Google may redirect to at once). Each
   * is an origin or any URL of it; of a scheme that is not http(s), a bare `cursor:` does.
   */
  formActionOrigins?: readonly string[];
  /** The page loads one of our own scripts. No step of a flow does. */
  hasScript?: boolean;
}

export function pageHeaders({
  formActionOrigins = [],
  hasScript = false,
}: PageHeaderOptions = {}): Record<string, string> {
  const formActions = new Set([
    "'self'",
    ...formActionOrigins.map(formActionSource).filter((source) => source !== undefined),
  ]);
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    ...(hasScript ? ["script-src 'self'"] : []),
    `form-action ${[...formActions].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    // For browsers that don't know frame-ancestors: a consent that can be framed can be clicked by proxy.
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    // Not `no-referrer`: under it a browser sends `Origin: null` with our own form (Fetch, "append a request Origin
    // header"), and the origin of a consent could no longer be checked. Other sites learn nothing either way.
    'Referrer-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    // Assistants open this page in a pop-up and wait for their window.opener; any value but this one cuts that tie for good.
    // What an opener can do across origins is to navigate the window, which shows in the address bar.
    'Cross-Origin-Opener-Policy': 'unsafe-none',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  };
}

/**
 * One `form-action` source for a URL. Scheme-only where CSP has no way to write the host: other schemes than http(s), and
 * IPv6 literals (CSP Level 3, `host-source`). `undefined` for what is no URL: nothing foreign can end the directive, and a
 * form that may not go somewhere is the safe way to fail.
 */
function formActionSource(url: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*:)/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined || RUNS_OR_INLINES.has(scheme)) return undefined;
  if (scheme !== 'https:' && scheme !== 'http:') return scheme;
  const parsed = URL.parse(url);
  if (parsed?.hostname.startsWith('[')) return scheme;
  // `*` is a host to the URL parser and every host to a policy.
  return parsed !== null && /^[a-z0-9._-]+$/.test(parsed.hostname) ? parsed.origin : undefined;
}

const RUNS_OR_INLINES = new Set(['javascript:', 'data:', 'blob:', 'filesystem:', 'about:', 'vbscript:']);
