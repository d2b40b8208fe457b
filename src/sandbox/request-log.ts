/**
 * Every request that reached the sandbox, so that a test can count what the bridge really did: "exactly one refresh".
 *
 * Owns: recording, redaction, the control routes. Bounded: the oldest entries go first and are counted. Control paths
 * are not recorded. JSON bodies and cookies never enter the log.
 */
import { Hono, type MiddlewareHandler } from 'hono';
import type { ApiEnv } from './api.ts';
import { isControlPath } from './faults.ts';

export interface LoggedRequest {
  id: number;
  /** RFC 3339, by the sandbox's clock. */
  time: string;
  method: string;
  path: string;
  query: Record<string, string>;
  /** Fields of a form body. */
  form: Record<string, string>;
  grant_type: string | null;
  /** Scheme and the first characters. */
  authorization: string | null;
  userAgent: string | null;
  /** Null while the request is under way, and for ever if the connection was cut. */
  status: number | null;
  /** Effects of the faults that met the request. */
  faults: string[];
}

const most = 2000;
const longestValue = 500;
const longestForm = 65_536;

const secret = new Set([
  ...['client_secret', 'code', 'code_verifier', 'token', 'access_token', 'refresh_token', 'id_token'],
  ...['assertion', 'client_assertion', 'password', 'key'],
]);

export type RequestLog = ReturnType<typeof createRequestLog>;

export function createRequestLog(now: () => Date) {
  let requests: LoggedRequest[] = [];
  let dropped = 0;
  let lastId = 0;

  return {
    start(request: Omit<LoggedRequest, 'id' | 'time' | 'status' | 'faults'>): LoggedRequest {
      lastId += 1;
      const entry = { id: lastId, time: now().toISOString(), ...request, status: null, faults: [] };
      requests.push(entry);
      if (requests.length > most) {
        requests.shift();
        dropped += 1;
      }
      return entry;
    },
    list: () => ({ requests, dropped }),
    clear(): void {
      requests = [];
      dropped = 0;
    },
  };
}

/** Runs first of all, so that it also sees what a fault made of the request. */
export function logRequests(log: RequestLog): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const url = new URL(c.req.url);
    if (isControlPath(url.pathname)) return next();
    const isForm = c.req.header('Content-Type')?.startsWith('application/x-www-form-urlencoded') ?? false;
    // Hono keeps a text that was read, so the handler can read it again.
    const form = isForm ? new URLSearchParams((await c.req.text()).slice(0, longestForm)) : new URLSearchParams();
    const entry = log.start({
      method: c.req.method,
      path: url.pathname,
      query: redacted(url.searchParams),
      form: redacted(form),
      grant_type: shortened(form.get('grant_type')),
      authorization: redactedAuthorization(c.req.header('Authorization')),
      userAgent: shortened(c.req.header('User-Agent') ?? null),
    });
    try {
      await next();
      entry.status = c.res.status;
    } finally {
      entry.faults = (c.get('faults') ?? []).map((fault) => fault.effect);
    }
  };
}

export function requestControls(log: RequestLog): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/', (c) => c.json(log.list()));
  app.delete('/', (c) => {
    log.clear();
    return c.json(log.list());
  });
  return app;
}

/** Enough to tell two apart by kind, too little to use: at most six characters and never more than a quarter. */
export function prefixOf(value: string): string {
  return `${value.slice(0, Math.min(6, Math.floor(value.length / 4)))}…`;
}

/** Parameters as a log may keep them. A name that comes twice is joined by a comma: the log shows, it does not judge. */
export function redacted(params: URLSearchParams): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name).map((value) => (secret.has(name.toLowerCase()) ? prefixOf(value) : value));
    Object.defineProperty(fields, name, { value: shortened(values.join(',')), enumerable: true });
  }
  return fields;
}

function redactedAuthorization(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [scheme = '', credentials] = header.split(/ +/, 2);
  return credentials === undefined ? prefixOf(scheme) : `${shortened(scheme)} ${prefixOf(credentials)}`;
}

function shortened<T extends string | null>(value: T): T | string {
  return value !== null && value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
}
