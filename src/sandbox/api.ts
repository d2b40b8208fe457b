/**
 * What every Google API in the sandbox is handed: who asks, and which switched-on faults concern this very request.
 *
 * Owns: the Hono environment shared by the API apps and the shape of a fault. Does not own: how a token is checked
 * (gate.ts) nor how faults are switched and matched (faults.ts).
 */
import type { Person } from './world.ts';

/**
 * Something Google may do to a request. `path` is matched against the request's path, `*` standing for any run of
 * characters; `times` counts down and then the fault is gone (absent: until switched off).
 */
export interface Fault {
  path: string;
  method?: string;
  times?: number;
  effect: /** Answer with `status` and, if given, `body` (JSON) and `headers` instead of doing the work. */
    | 'status'
    /** Wait `delayMs` before doing the work. */
    | 'slow'
    /** Do the work, then wait `delayMs` before answering: the answer may be lost by then. */
    | 'slow-answer'
    /** Cut the connection without an answer. */
    | 'reset'
    /** Analytics data quality: what `metadata` says, and rows to match. */
    | 'thresholding'
    | 'sampling'
    | 'other-row'
    | 'truncation'
    /** Analytics quota: almost gone (answers still come), or gone (429 with Google's text). */
    | 'quota-low'
    | 'quota-hour'
    | 'quota-day'
    | 'quota-concurrent'
    | 'quota-thresholded'
    /** Sign-in: what Google's token endpoint leaves out or refuses. */
    | 'no-refresh-token'
    | 'testing-mode'
    | 'invalid-rapt'
    /** Sign-in: an earlier, incomplete consent is taken for enough when `include_granted_scopes` is set. */
    | 'stale-consent'
    | 'api-disabled';
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  delayMs?: number;
}

/** Hono environment of the API apps: set by the sandbox's gate before a handler runs. */
export interface ApiEnv {
  Variables: { person: Person; faults: readonly Fault[] };
}
