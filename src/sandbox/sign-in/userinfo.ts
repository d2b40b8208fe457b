/**
 * GET and POST /v1/userinfo: who the bearer of an access token acts for (OpenID Connect Core 5.3).
 *
 * Owns: the endpoint and its refusals. Does not own: which scope tells what (profileClaims in id-token.ts).
 */
import type { Handler } from 'hono';
import type { ApiEnv } from '../api.ts';
import { bearerToken } from './bearer.ts';
import { profileClaims } from './id-token.ts';
import { type Links, personOf } from './links.ts';
import { isSignInScope } from './scopes.ts';

export function userinfo({ links, issuer }: { links: Links; issuer: string }): Handler<ApiEnv> {
  return (c) => {
    const token = bearerToken(c.req.header('Authorization'));
    const found = token === undefined ? undefined : links.findAccessToken(token);
    c.header('Cache-Control', 'no-store');
    if (!found?.isLive || !found.content.scopes.some(isSignInScope)) {
      c.header('WWW-Authenticate', 'Bearer realm="https://accounts.google.com/", error="invalid_token"');
      return c.json({ error: 'invalid_request', error_description: 'Invalid Credentials' }, 401);
    }
    return c.json(profileClaims(personOf(found.content.link), found.content.scopes, issuer));
  };
}
