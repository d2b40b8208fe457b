/**
 * Every limit on how often something may be asked, as one table, and the counting.
 *
 * Owns: the numbers with their reasons, and the buckets. Does not own: who is counted (client-address.ts), where a limit
 * is applied (limit-requests.ts), how a refusal reads (each door and oauth/answer-error.ts). Counted in this process's
 * memory: with several replicas each allows this much. docs/decisions/0011-rate-limits-in-memory.md says why no library.
 */
import { TooManyRequests } from '../errors.ts';

interface Limit {
  /** How many at once, after a rest. */
  burst: number;
  /** How many in the long run. */
  perMinute: number;
}

/**
 * A network is an IPv4 address or an IPv6 /64. Hosted assistants send everybody's requests from a few dozen addresses, so
 * a limit per network has to leave room for thousands of people (at four calls a minute each, five hundred of them busy
 * behind one address), and mostly counts what was refused, which in a healthy conversation is next to nothing.
 */
const LIMITS = {
  /** Per network: any request at all. Keeps one sender from taking all of the processor. */
  requests: { burst: 2000, perMinute: 6000 },
  /** Per network: the steps of a sign-in in a browser, about four for each person. An office shares an address. */
  'sign-in steps': { burst: 400, perMinute: 400 },
  /**
   * Per network: new clients, about three thousand a day. Claude registers anew with each connection, at times twice at
   * once, for all its users from the same addresses; ChatGPT once for each connection.
   */
  registrations: { burst: 300, perMinute: 2 },
  /**
   * Per IPv6 /48: the same, whichever of its 65,536 networks they come from. Room for the few networks that an assistant
   * sends from, and too little to fill the table within an hour (store/store.ts).
   */
  'registrations of a site': { burst: 900, perMinute: 6 },
  /** Per network: what was refused for want of a right credential, code, parameter or token. */
  refusals: { burst: 600, perMinute: 600 },
  /** Per network and client: the same. A client that loops is stopped before it uses up what its neighbours share. */
  'refusals of a client': { burst: 200, perMinute: 120 },
  /** Per person and client: calls with a good token, each call of a batch by itself. An agent that fans out stays below; a loop does not. */
  calls: { burst: 300, perMinute: 300 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

export interface RateLimits {
  /** Counts one, or several at once. Throws TooManyRequests, and counts nothing, when that is too many. */
  take(name: LimitName, key: string, howMany?: number): void;
  /** Throws TooManyRequests when there were too many; counts nothing. */
  check(name: LimitName, key: string): void;
  /** Counts one that has happened already. */
  count(name: LimitName, key: string): void;
}

interface RateLimitParts {
  /** RATE_LIMITS: multiplies every number above; 0 means no limits. */
  factor: number;
  now(): number;
  /** Told of refusals, at most once a minute for each limit. */
  log: { warn(fields: object, message: string): void };
}

/** About ten megabytes. Beyond it the bucket that rested longest is forgotten, which is to say full again. */
const MOST_BUCKETS = 50_000;
const MINUTE = 60_000;
/** Keys carry text from outside; this much tells them apart. */
const MAX_KEY = 200;

/**
 * One number per bucket (the "generic cell rate algorithm"): the moment at which the bucket will be full again. Each
 * request moves it on by the time that one takes to refill, and may not move it further ahead than a whole burst takes.
 */
export function createRateLimits({ factor, now, log }: RateLimitParts): RateLimits {
  if (factor === 0) return { take() {}, check() {}, count() {} };
  const fullAt = new Map<string, number>();
  const toldAt = new Map<LimitName, number>();

  /** Milliseconds until so many more fit, 0 when they do; and when the bucket would be full with them counted. */
  const look = (name: LimitName, key: string, howMany = 1) => {
    const each = MINUTE / (LIMITS[name].perMinute * factor);
    const mostAhead = each * Math.max(1, LIMITS[name].burst * factor);
    const id = `${name}/${key.slice(0, MAX_KEY)}`;
    const most = now() + mostAhead;
    const known = fullAt.get(id) ?? 0;
    // Nothing else is so far ahead than what was counted before the clock was put back: hours of refusals would follow.
    const next = Math.max(known > most + MINUTE ? 0 : known, now()) + each * howMany;
    return { id, next, most, waitMs: Math.max(0, next - most) };
  };
  const remember = (id: string, time: number) => {
    fullAt.delete(id); // to the end of the map's order, which is the order of use
    fullAt.set(id, time);
    if (fullAt.size <= MOST_BUCKETS) return;
    const [oldest] = fullAt.keys();
    if (oldest !== undefined) fullAt.delete(oldest);
  };
  const refuse = (name: LimitName, key: string, waitMs: number): never => {
    if (now() - (toldAt.get(name) ?? Number.NEGATIVE_INFINITY) >= MINUTE) {
      toldAt.set(name, now());
      log.warn({ limit: name, key }, 'requests are refused: there are too many');
    }
    throw new TooManyRequests(Math.max(1, Math.ceil(waitMs / 1000)), name);
  };

  return {
    take(name, key, howMany) {
      const { id, next, waitMs } = look(name, key, howMany);
      // A thousandth of a millisecond: sums of fractions must not make the last of a burst one too many.
      if (waitMs > 0.001) refuse(name, key, waitMs);
      remember(id, next);
    },
    check(name, key) {
      const { waitMs } = look(name, key);
      if (waitMs > 0.001) refuse(name, key, waitMs);
    },
    count(name, key) {
      const { id, next, most } = look(name, key);
      remember(id, Math.min(next, most));
    },
  };
}
