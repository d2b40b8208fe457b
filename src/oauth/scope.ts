/**
 * Scopes (RFC 6749 3.3). Pure.
 *
 * Ours are the short names of Google's (`analytics.readonly`) plus `offline_access`. Google's full spelling is
 * understood too, since people paste it. A scope that we do not know is left out of what is granted, which the token
 * answer names (RFC 6749 3.3 allows it); only a request in which nothing is known is refused.
 */
import { OAuthError } from '../errors.ts';

const GOOGLE_BASE = 'https://www.googleapis.com/auth/';

export const OFFLINE_ACCESS = 'offline_access';

export function parseScope(scope: string): string[] {
  const names = scope.split(' ').filter((name) => name !== '');
  return [...new Set(names.map((name) => name.replace(GOOGLE_BASE, '')))];
}

/** What a request asks for out of what we offer; empty or missing means everything. Throws `invalid_scope`. */
export function chooseScopes(requested: string | undefined, offered: readonly string[]): string[] {
  const names = parseScope(requested ?? '');
  const known = names.filter((name) => offered.includes(name));
  const asksForData = names.some((name) => name !== OFFLINE_ACCESS);
  if (!asksForData) return [...offered];
  if (known.length > 0) return known;
  throw new OAuthError('invalid_scope', `None of the requested scopes is known here. Known are: ${offered.join(' ')}.`);
}

/**
 * What a refresh narrows its tokens to (RFC 6749 6); undefined when it asks for no less, or for nothing but to stay
 * connected. Throws `invalid_scope`.
 */
export function narrowScopes(requested: string | undefined, granted: readonly string[]): string[] | undefined {
  const names = parseScope(requested ?? '');
  const data = names.filter((name) => name !== OFFLINE_ACCESS);
  if (data.length === 0) return undefined;
  if (data.some((name) => !granted.includes(name))) {
    throw new OAuthError('invalid_scope', `A refresh cannot ask for more than was granted: ${granted.join(' ')}.`);
  }
  const kept = granted.filter((name) => names.includes(name));
  return kept.length < granted.length ? kept : undefined;
}
