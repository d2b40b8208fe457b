/**
 * Which browser this is: one random cookie that names nobody, by whose hash a flow and an account session are bound.
 * Does not own: cookies as such (http/cookies.ts), nor what is bound to one.
 */
import type { Context } from 'hono';
import { readCookie, writeCookie } from '../http/cookies.ts';
import { createSecret, hashSecret, isSame, type Random } from '../vault/token.ts';

const NAME = 'ganalyticsgpt-browser';
const SECONDS = 24 * 3600;

/** The hash of this browser's cookie, which is set if there is none and lives on otherwise. */
export function markBrowser(c: Context, random: Random): string {
  const browser = readCookie(c, NAME) ?? createSecret(random);
  writeCookie(c, NAME, browser, SECONDS);
  return hashSecret(browser);
}

/** The hash of this browser's cookie, if it has one. */
export function browserHash(c: Context): string | undefined {
  const browser = readCookie(c, NAME);
  return browser === undefined ? undefined : hashSecret(browser);
}

export function isBrowser(c: Context, hash: string): boolean {
  const own = browserHash(c);
  return own !== undefined && isSame(own, hash);
}
