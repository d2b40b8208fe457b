/**
 * The gate before every Google API in the sandbox: a live access token with a scope that is enough, or Google's own
 * refusal with its `WWW-Authenticate` (RFC 6750 3).
 *
 * Owns: who passes, the words of the refusals, the fault `api-disabled`. Does not own: what an API then answers, nor
 * whether the person may read the thing asked for.
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiEnv } from './api.ts';
import { bearerToken } from './sign-in/bearer.ts';
import { type Links, personOf, type Token } from './sign-in/links.ts';

export interface Api {
  /** Where it is mounted. */
  mount: string;
  /** The host name at Google, as errors name it. */
  service: string;
  title: string;
  /** The oldest APIs add a list `errors` with reasons of their own. */
  hasErrorList: boolean;
  /** Any one of these scopes is enough for a call. `path` is the path below the mount; an empty list asks for none. */
  neededScopes: (method: string, path: string) => readonly string[];
}

const realm = 'Bearer realm="https://accounts.google.com/"';
const expected =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';

/** Lets a request pass with `person` set, or answers 401 or 403. */
export function gate(links: Links, api: Api): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    // The path as the router reads it: an encoded letter must not lead round the scope that a call needs.
    const path = c.req.path.slice(api.mount.length);
    const authorization = c.req.header('Authorization');
    if (authorization === undefined) return missing(c, api, path);
    const token = bearerToken(authorization);
    const found = token === undefined ? undefined : links.findAccessToken(token);
    if (!found?.isLive) return invalid(c, api, path, token ?? '');
    const needed = api.neededScopes(c.req.method, path);
    if (!isEnough(found.content, needed)) return insufficient(c, api, path, needed);
    if (c.get('faults').some((fault) => fault.effect === 'api-disabled')) return disabled(c, api);
    c.set('person', personOf(found.content.link));
    await next();
  };
}

function isEnough(token: Token, needed: readonly string[]): boolean {
  return needed.length === 0 || needed.some((scope) => token.scopes.includes(scope));
}

interface ApiError {
  code: 401 | 403;
  status: 'UNAUTHENTICATED' | 'PERMISSION_DENIED';
  message: string;
  reason: string;
  metadata: Record<string, string>;
  /** The entry of the old `errors` list. */
  old: Record<string, string>;
  challenge?: string;
  moreDetails?: unknown[];
}

function refuse(c: Context, api: Api, error: ApiError): Response {
  if (error.challenge !== undefined) c.header('WWW-Authenticate', error.challenge);
  const { code, message, status, reason, metadata } = error;
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata };
  const errors = api.hasErrorList ? { errors: [error.old] } : {};
  return c.json({ error: { code, message, ...errors, status, details: [info, ...(error.moreDetails ?? [])] } }, code);
}

const unauthenticated = {
  code: 401,
  status: 'UNAUTHENTICATED',
  old: {
    message: 'Invalid Credentials',
    domain: 'global',
    reason: 'authError',
    location: 'Authorization',
    locationType: 'header',
  },
} as const;

function missing(c: Context, api: Api, path: string): Response {
  return refuse(c, api, {
    ...unauthenticated,
    message: `Request is missing required authentication credential. ${expected}`,
    reason: 'CREDENTIALS_MISSING',
    metadata: { method: methodName(c, path), service: api.service },
    old: { ...unauthenticated.old, message: 'Login Required.', reason: 'required' },
    challenge: realm,
  });
}

/** Google does not tell an expired token from a revoked one; what never was an access token has another reason. */
function invalid(c: Context, api: Api, path: string, token: string): Response {
  return refuse(c, api, {
    ...unauthenticated,
    message: `Request had invalid authentication credentials. ${expected}`,
    reason: token.startsWith('ya29.') ? 'ACCESS_TOKEN_EXPIRED' : 'ACCESS_TOKEN_TYPE_UNSUPPORTED',
    metadata: { method: methodName(c, path), service: api.service },
    challenge: `${realm}, error="invalid_token"`,
  });
}

function insufficient(c: Context, api: Api, path: string, needed: readonly string[]): Response {
  return refuse(c, api, {
    code: 403,
    status: 'PERMISSION_DENIED',
    message: 'Request had insufficient authentication scopes.',
    reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    metadata: { method: methodName(c, path), service: api.service },
    old: { message: 'Insufficient Permission', domain: 'global', reason: 'insufficientPermissions' },
    challenge: `${realm}, error="insufficient_scope", scope="${needed.join(' ')}"`,
  });
}

/** The operator forgot to switch the API on in the console: nothing that signing in again could mend. */
function disabled(c: Context, api: Api): Response {
  const url = `https://console.developers.google.com/apis/api/${api.service}/overview?project=123456`;
  const message = `${api.title} has not been used in project 123456 before or it is disabled. Enable it by visiting ${url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`;
  const help = {
    '@type': 'type.googleapis.com/google.rpc.Help',
    links: [{ description: 'Google developers console API activation', url }],
  };
  return refuse(c, api, {
    code: 403,
    status: 'PERMISSION_DENIED',
    message,
    reason: 'SERVICE_DISABLED',
    metadata: { consumer: 'projects/123456', service: api.service },
    old: { message, domain: 'usageLimits', reason: 'accessNotConfigured', extendedHelp: url },
    moreDetails: [help],
  });
}

/** A readable stand-in for the RPC name that Google prints: the verb after the colon, or the last collection. */
function methodName(c: Context, path: string): string {
  const verb = path.split(':')[1] ?? path.split('/').findLast((part) => /^[a-zA-Z]+$/.test(part)) ?? '';
  return path.includes(':') ? verb : `${c.req.method.toLowerCase()}.${verb}`;
}
