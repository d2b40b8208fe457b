/**
 * The store and the way to Google, as a replica gets them: the real thing behind gates. At each gate the scheduler decides
 * when, and the faults decide whether the replica lives to see it, and what comes of it.
 *
 * Owns: where a fault strikes. Does not own: what the store does (the shipped SQLite store) or Google (google.ts).
 */
import { UpstreamError } from '../../src/errors.ts';
import type { Outgoing, OutgoingAnswer, OutgoingRequest } from '../../src/http/outgoing.ts';
import { type Store, StoreError } from '../../src/store/store.ts';
import type { Faults } from './faults.ts';
import { type Google, isRefresh } from './google.ts';
import type { Ledger } from './ledger.ts';
import type { Scheduler } from './scheduler.ts';
import type { Witness } from './witness.ts';

export interface GateParts {
  scheduler: Scheduler;
  faults: Faults;
  ledger: Ledger;
  google: Google;
  witnesses(): readonly Witness[];
}

/** Waits at a gate; a replica that crashes there never comes back. */
export type Gate = (what: string, delayMs?: number) => Promise<void>;

type Verb = (...args: unknown[]) => Promise<unknown>;

export function gatedStore(parts: GateParts, store: Store, replica: string, gate: Gate): Store {
  const rooms = Object.entries(store).map(([room, verbs]) => {
    const isRoom = typeof verbs === 'object';
    const wrap = (name: string, verb: Verb): Verb => gatedVerb(parts, { name, verb, replica, gate });
    if (!isRoom) return [room, room === 'close' ? verbs : wrap(room, verbs as Verb)];
    const wrapped = Object.entries(verbs as Record<string, Verb>).map(([name, verb]) => [
      name,
      wrap(`${room}.${name}`, verb),
    ]);
    return [room, Object.fromEntries(wrapped)];
  });
  return Object.fromEntries(rooms) as Store;
}

interface GatedVerb {
  name: string;
  verb: Verb;
  replica: string;
  gate: Gate;
}

function gatedVerb(parts: GateParts, { name, verb, replica, gate }: GatedVerb): Verb {
  const { scheduler, faults, ledger, witnesses } = parts;
  // An event is kept lazily, and nobody waits for it.
  const isLazy = name === 'events.append';
  return async (...args) => {
    await gate(`store ${name}`);
    if (faults.strikes(isLazy ? 'event is refused' : 'store refuses before')) {
      for (const witness of witnesses()) witness.refused?.({ verb: name, args, replica });
      throw new StoreError('the simulated store did not take it');
    }
    const isHeard = isLazy || !faults.strikes('store refuses after');
    const work = verb(...args);
    if (isLazy) work.catch(() => {}); // it is kept with the next write
    const result = isLazy ? undefined : await scheduler.during(work);
    await scheduler.during(ledger.acted({ verb: name, args, result, replica, isHeard }));
    if (!isHeard) throw new StoreError('the simulated store lost its answer');
    return result;
  };
}

const OUTAGE_MS = 5 * 60_000;

/** One Google, with its outages, for all replicas. */
export function createNetwork(parts: GateParts): (replica: string, gate: Gate) => Outgoing {
  const { scheduler, faults, google, witnesses } = parts;
  let outUntil = 0;

  /** What Google says without looking at the request. */
  const turnAway = (request: OutgoingRequest): OutgoingAnswer | undefined => {
    if (faults.strikes('Google is out for minutes')) outUntil = scheduler.now() + OUTAGE_MS;
    const isOut = scheduler.now() < outUntil && !faults.isOver();
    if (isOut) faults.goesOn();
    if (isOut || faults.strikes('Google answers 503')) return plain(503);
    if (faults.strikes('Google answers 429')) return plain(429);
    if (isRefresh(request) && faults.strikes('Google calls our credentials wrong'))
      return { ...plain(401), body: '{"error":"invalid_client"}' };
    return undefined;
  };

  const delayOf = (timeoutMs: number): number => {
    if (faults.strikes('Google never answers')) return timeoutMs;
    return faults.strikes('Google is slow') ? 1_000 + Math.floor(timeoutMs / 3) : 0;
  };

  /** Google does what it is asked, or turns it away; whether the answer will arrive is decided here too. */
  const arrive = (replica: string, request: OutgoingRequest) => {
    const token = request.headers?.authorization?.replace('Bearer ', '');
    const away = turnAway(request);
    if (token !== undefined && faults.strikes('Google forgets an access token')) google.forgetAccess(token);
    const answer = away ?? google.answer(request);
    const delayMs = delayOf(request.timeoutMs);
    const isHeard = delayMs < request.timeoutMs && !faults.strikes('answer of Google lost');
    const seen = away === undefined ? witnesses() : [];
    for (const witness of seen) witness.googleAnswered?.(replica, request, answer, isHeard);
    return { answer, delayMs, isHeard };
  };

  return (replica, gate) => async (request) => {
    const what = `${request.method} ${nameOf(request)}`;
    await gate(`→ ${what}`);
    if (faults.strikes('request to Google lost')) throw new UpstreamError('unreachable', 'the request was lost');
    const { answer, delayMs, isHeard } = arrive(replica, request);
    await gate(`← ${what} ${answer.status}`, delayMs);
    if (!isHeard) throw new UpstreamError('unreachable', 'no answer came');
    return answer;
  };
}

function plain(status: number): OutgoingAnswer {
  return { status, headers: { 'content-type': 'text/plain' }, body: 'not now' };
}

function nameOf(request: OutgoingRequest): string {
  const { host, pathname } = new URL(request.url);
  return `${host}${pathname}${isRefresh(request) ? ' refresh' : ''}`;
}
