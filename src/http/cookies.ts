/**
 * Our cookies: which browser this is.
 *
 * Owns: their names and attributes. Does not own: what they are compared with (oauth/flow.ts). The `__Host-` prefix
 * makes the browser refuse them from a subdomain, another path or plain http. Chromium and Firefox also keep `Secure`
 * cookies of http://localhost; Safari does not, so that a loopback bridge sets a plain twin as well and reads either.
 */
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

const VALUE = /^[A-Za-z0-9_-]{22,43}$/;

/** The value, or undefined when there is none of our form. */
export function readCookie(c: Context, name: string, form: RegExp = VALUE): string | undefined {
  const value = getCookie(c, `__Host-${name}`) ?? (isPlain(c) ? getCookie(c, name) : undefined);
  return value !== undefined && form.test(value) ? value : undefined;
}

export function writeCookie(c: Context, name: string, value: string, maxAgeSeconds: number): void {
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: maxAgeSeconds } as const;
  setCookie(c, `__Host-${name}`, value, { ...attributes, secure: true });
  if (isPlain(c)) setCookie(c, name, value, attributes);
}

export function clearCookie(c: Context, name: string): void {
  writeCookie(c, name, '', 0);
}

/** True only for a bridge whose public URL is http, which config.ts allows on loopback alone. */
function isPlain(c: Context): boolean {
  return c.get('isLoopbackBridge') === true;
}
