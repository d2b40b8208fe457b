/**
 * Who may speak to `/mcp` from a browser: the Host and Origin guard, and the CORS answers that go with it.
 *
 * MCP's transport says that a present and invalid Origin MUST be answered with 403; a foreign Host is how DNS
 * rebinding shows. Allowed are this server's own host and origin and, only when it runs on loopback, every loopback
 * host and origin on any port, so that a local inspector can connect. A client that is no browser sends no Origin and
 * passes. Does not own: tokens (bearer.ts).
 */
import { isLoopback } from '../config.ts';

export interface Guard {
  /** Why the request must not be served, or `undefined`. */
  refuse(request: Request): string | undefined;
  /** What a browser needs to let the page read the answer; empty for other clients. */
  corsHeaders(request: Request): Record<string, string>;
}

/** Every header that an MCP client sets: 2025 and 2026 transport, tracing. */
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Accept',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
  'Last-Event-ID',
  'traceparent',
  'tracestate',
].join(', ');

export function createGuard(publicUrl: string): Guard {
  const own = new URL(publicUrl);
  const isLocal = isLoopback(own.hostname);

  const isOurHost = (hostname: string) => hostname === own.hostname || (isLocal && isLoopback(hostname));
  const isOurOrigin = (origin: string) => {
    const url = URL.parse(origin);
    if (url === null || origin !== url.origin) return false;
    return url.origin === own.origin || (isLocal && isLoopback(url.hostname));
  };

  return {
    refuse(request) {
      const host = request.headers.get('host') ?? new URL(request.url).host;
      if (!isOurHost(hostnameOf(host))) {
        return `This server is ${own.host}, and the Host header names another; a proxy in front must pass it on unchanged`;
      }
      const origin = request.headers.get('origin');
      if (origin !== null && !isOurOrigin(origin)) return 'Pages of this Origin may not use this server';
      return undefined;
    },
    corsHeaders(request) {
      const origin = request.headers.get('origin');
      if (origin === null) return { Vary: 'Origin' };
      return {
        Vary: 'Origin',
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After, Mcp-Session-Id, MCP-Protocol-Version',
      };
    },
  };
}

/** Answers a browser's question before the request (Fetch standard, "CORS-preflight request"). */
export function preflight(): Response {
  const headers = {
    Allow: 'POST',
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': ALLOWED_HEADERS,
    'Access-Control-Max-Age': '600',
  };
  return new Response(null, { status: 204, headers });
}

/** Without the port, in the spelling that URLs have; the empty string for what is no host. */
function hostnameOf(host: string): string {
  return /[/?#@\\\s]/.test(host) ? '' : (URL.parse(`http://${host}`)?.hostname ?? '');
}
