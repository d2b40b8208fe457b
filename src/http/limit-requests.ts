/**
 * Where each limit is applied: in front of every route, and after it for what was refused.
 *
 * Owns: which routes count for which limit. Does not own: the numbers (rate-limit.ts), nor how a refusal reads: it leaves
 * here as TooManyRequests. A bridge whose host does not say where a request comes from (embedded, or in a test) has no
 * networks to count, and only its callers with tokens are limited.
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { TooManyRequests } from '../errors.ts';
import { type AddressOf, believedAddress, networkOf, siteOf } from './client-address.ts';
import type { RateLimits } from './rate-limit.ts';

interface LimitParts {
  limits: RateLimits;
  addressOf: AddressOf;
  trustProxyHops: number;
  /** Told once when a proxy seems to be in front that the configuration does not know of. */
  log: { warn(message: string): void };
}

/** What a request leaves in its context for limitClient, siteOfRequest and the count afterwards. */
interface Counted {
  limits: RateLimits;
  network: string;
  site: string;
  /** Network and client, once the request said which client it is. */
  client: string | undefined;
}

/** Watched by whoever keeps the process alive: refusing them would turn a flood into an outage. */
const UNCOUNTED = new Set(['/health', '/ready']);
const SIGN_IN_STEPS = /^\/(authorize|consent|google\/callback|account)(\/|$)/;
const CREDENTIALS =
  /^\/(authorize|consent|google\/callback|google\/events|account|token|revoke|introspect|register)(\/|$)/;
const DOORS = /^\/(mcp$|actions\/)/;

export function limitRequests({ limits, addressOf, trustProxyHops, log }: LimitParts): MiddlewareHandler {
  let isTold = trustProxyHops > 0;
  return async (c, next) => {
    const { path, method } = c.req;
    const forwardedFor = c.req.header('x-forwarded-for') ?? null;
    if (!isTold && forwardedFor !== null) {
      isTold = true;
      log.warn('X-Forwarded-For arrives, but TRUST_PROXY_HOPS is 0: all who come through that proxy share one limit');
    }
    const address = believedAddress(addressOf(c.req.raw, c.env), forwardedFor, trustProxyHops);
    const network = networkOf(address);
    if (network === undefined || UNCOUNTED.has(path)) return next();

    limits.take('requests', network);
    if (SIGN_IN_STEPS.test(path)) limits.take('sign-in steps', network);
    const site = siteOf(address) ?? network;
    if (path === '/register' && method === 'POST') takeRegistration(limits, network, site);
    limits.check('refusals', network);
    const counted: Counted = { limits, network, site, client: undefined };
    c.set('counted', counted);
    await next();
    if (isRefusal(path, c.res.status)) countRefusal(counted);
    return undefined;
  };
}

function takeRegistration(limits: RateLimits, network: string, site: string): void {
  limits.take('registrations', network);
  if (site !== network) limits.take('registrations of a site', site);
}

/** Who shares what a stranger may leave behind here; undefined where no networks are counted. */
export function siteOfRequest(c: Context): string | undefined {
  const counted: Counted | undefined = c.get('counted');
  return counted?.site;
}

/** To be called as soon as a request has said which client it comes from, proved or not. Throws TooManyRequests. */
export function limitClient(c: Context, clientId: string | undefined): void {
  const counted: Counted | undefined = c.get('counted');
  if (counted === undefined || clientId === undefined) return;
  const client = `${counted.network} ${clientId}`;
  counted.limits.check('refusals of a client', client);
  counted.client = client;
}

/** A wrong argument of a tool is the model's to mend; only a token that opens nothing counts at a door. */
function isRefusal(path: string, status: number): boolean {
  if (DOORS.test(path)) return status === 401;
  return CREDENTIALS.test(path) && status >= 400 && status < 500 && status !== 429;
}

function countRefusal({ limits, network, client }: Counted): void {
  limits.count('refusals', network);
  if (client !== undefined) limits.count('refusals of a client', client);
}

/** The headers of every 429 (RFC 6585 4). */
export function tooManyHeaders({ retryAfterSeconds }: TooManyRequests): Record<string, string> {
  return {
    'Retry-After': String(retryAfterSeconds),
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'Retry-After',
  };
}
