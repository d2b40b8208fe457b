/**
 * POST /revoke: ends the whole link of a person with a Google project, whichever token of it is shown
 * (developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke).
 *
 * Owns: the endpoint. Does not own: what hangs on a link (links.ts). No client authentication: who has a token may
 * revoke it.
 */
import type { Handler } from 'hono';
import type { ApiEnv } from '../api.ts';
import { readForm } from '../form.ts';
import { JsonRefusal } from '../refusal.ts';
import type { Link, Links } from './links.ts';

export function revoke({ links }: { links: Links }): Handler<ApiEnv> {
  return async (c) => {
    const token = (await readForm(c)).token ?? c.req.query('token');
    if (token === undefined || token === '') {
      throw new JsonRefusal(400, 'invalid_request', 'Required parameter is missing: token');
    }
    const link = linkOf(links, token);
    if (link === undefined) throw new JsonRefusal(400, 'invalid_token', 'Token expired or revoked');
    links.revoke(link);
    return c.json({});
  };
}

function linkOf(links: Links, token: string): Link | undefined {
  const access = links.findAccessToken(token);
  if (access?.isLive) return access.content.link;
  return links.findRefreshToken(token)?.link;
}
