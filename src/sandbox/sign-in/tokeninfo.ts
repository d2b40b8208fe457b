/**
 * GET and POST /tokeninfo: what is this access token or ID token, and whose? How a relay learns that a token was really
 * issued to its own Google client.
 *
 * Owns: the endpoint, both verbs, the three places where a token may stand. Numbers and booleans leave as text, as at
 * Google.
 */
import type { Context, Handler } from 'hono';
import type { ApiEnv } from '../api.ts';
import { type Fields, readForm } from '../form.ts';
import { JsonRefusal } from '../refusal.ts';
import { bearerToken } from './bearer.ts';
import type { IdTokenParts } from './id-token.ts';
import { type Links, personOf } from './links.ts';
import { emailScope, isSignInScope, printScopes } from './scopes.ts';

export interface TokeninfoParts extends Omit<IdTokenParts, 'now'> {
  links: Links;
  now: () => Date;
}

export function tokeninfo(parts: TokeninfoParts): Handler<ApiEnv> {
  return async (c) => {
    const fields = await readFields(c);
    c.header('Cache-Control', 'no-store');
    if (fields.id_token !== undefined) return c.json(await aboutIdToken(parts, fields.id_token));
    const accessToken = fields.access_token ?? bearerToken(c.req.header('Authorization'));
    return c.json(aboutAccessToken(parts, accessToken));
  };
}

async function readFields(c: Context): Promise<Fields> {
  const form = c.req.method === 'POST' ? await readForm(c) : {};
  return { ...c.req.query(), ...form };
}

const invalidToken = () => new JsonRefusal(400, 'invalid_token', 'Invalid Value');

function aboutAccessToken({ links, now }: TokeninfoParts, accessToken: string | undefined): Record<string, string> {
  const found = accessToken === undefined ? undefined : links.findAccessToken(accessToken);
  if (!found?.isLive) throw invalidToken();
  const { clientId, scopes, expiresAt, accessType, link } = found.content;
  const person = personOf(link);
  return {
    azp: clientId,
    aud: clientId,
    ...(scopes.some(isSignInScope) && { sub: person.sub }),
    scope: printScopes(scopes),
    exp: String(Math.floor(expiresAt / 1000)),
    expires_in: String(Math.floor((expiresAt - now().getTime()) / 1000)),
    ...(scopes.includes(emailScope) && { email: person.email, email_verified: 'true' }),
    access_type: accessType,
  };
}

async function aboutIdToken({ keys, issuer }: TokeninfoParts, token: string): Promise<Record<string, string>> {
  const checked = await keys.verify(token, issuer).catch(() => undefined);
  if (checked === undefined) throw invalidToken();
  const { payload, protectedHeader } = checked;
  const all = { ...payload, alg: protectedHeader.alg, kid: protectedHeader.kid, typ: protectedHeader.typ };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
}
