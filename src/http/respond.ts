/**
 * Small answers that several routes share: a fixed page, a file, a wrong method, an unknown path.
 * Does not own: what a page says (pages/), nor the refusals of OAuth (oauth/answer-error.ts).
 */
import type { Context, Handler } from 'hono';

export interface File {
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
  etag: string;
  cacheControl: string;
}

/** A page that is the same for everyone. */
export function fixedPage(body: string, headers: Readonly<Record<string, string>>): Handler {
  return (c) => c.body(body, 200, { ...headers, 'Cache-Control': 'public, max-age=300' });
}

/** Serves exactly the files of the map; nothing outside it can be asked for. */
export function files(map: ReadonlyMap<string, File>): Handler {
  return (c) => {
    const file = map.get(c.req.path);
    if (file === undefined) return c.notFound();
    const headers = { ETag: file.etag, 'Cache-Control': file.cacheControl, 'X-Content-Type-Options': 'nosniff' };
    if (c.req.header('if-none-match') === file.etag) return c.body(null, 304, headers);
    return c.body(file.body, 200, { ...headers, 'Content-Type': file.contentType });
  };
}

/** For the methods that an endpoint does not take: says which it does, and what the endpoint is for. */
export function onlyMethod(allowed: 'GET' | 'POST' | 'GET or DELETE', purpose: string): Handler {
  return (c) => {
    const allow = { GET: 'GET, HEAD', POST: 'POST', 'GET or DELETE': 'GET, HEAD, DELETE' }[allowed];
    if (c.req.method === 'OPTIONS') return preflight(c, allow);
    const description = `${c.req.path} takes ${allowed}: ${purpose}`;
    return c.json({ error: 'invalid_request', error_description: description }, 405, {
      Allow: allow,
      'Cache-Control': 'no-store',
    });
  };
}

/** Browser-based clients ask first; there are no credentials here that a browser adds by itself. */
function preflight(c: Context, allow: string): Response {
  return c.body(null, 204, {
    Allow: allow,
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': allow,
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, MCP-Protocol-Version',
    'Access-Control-Max-Age': '600',
  });
}

/** A fixed JSON answer. */
export function fixedJson(body: unknown, status: 200 | 404 = 200): Handler {
  return (c) =>
    c.json(body as Record<string, unknown>, status, {
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'no-store',
    });
}
