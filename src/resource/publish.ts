/**
 * Publishing one fixed document: metadata, manifest, OpenAPI. Anybody may read it, from any page.
 *
 * Owns: methods, caching and CORS of public documents. Does not own: what they say.
 */
import type { Handler } from 'hono';

export interface PublicDocument {
  type: 'application/json' | 'application/yaml';
  text: string;
}

const OPEN = {
  'Access-Control-Allow-Origin': '*',
  'X-Content-Type-Options': 'nosniff',
};

/** Mount with `app.all`: it answers GET, HEAD and preflights, and tells other methods what is allowed. */
export function publish(document: PublicDocument): Handler {
  return (c) => {
    if (c.req.method === 'OPTIONS') {
      const headers = {
        ...OPEN,
        Allow: 'GET, HEAD, OPTIONS',
        'Access-Control-Allow-Methods': 'GET, HEAD',
        'Access-Control-Allow-Headers': 'Accept, Authorization, Content-Type, MCP-Protocol-Version',
        'Access-Control-Max-Age': '600',
      };
      return c.body(null, 204, headers);
    }
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      const problem = { error: 'method_not_allowed', error_description: 'This document can only be read, with GET' };
      return c.json(problem, 405, { ...OPEN, Allow: 'GET, HEAD, OPTIONS' });
    }
    // Five minutes is what the slowest client keeps metadata anyway, and short enough for a changed catalogue.
    const headers = {
      ...OPEN,
      'Content-Type': `${document.type}; charset=utf-8`,
      'Cache-Control': 'public, max-age=300',
    };
    return c.body(document.text, 200, headers);
  };
}
