/**
 * One call for everything that happens to a sign-in: a line in the log and a row in the audit trail.
 *
 * Owns: both outputs, how long a row is kept, and what counts as a stranger's. Recording never slows or fails a request:
 * nobody waits for it, and what goes wrong with it is for the log. Does not own: what is recorded when (the handlers),
 * the words (event-words.ts), nor how much strangers may fill (strangers-room.ts).
 */
import type { EventDetail, EventName, NewEvent } from '../store/records.ts';
import type { EventStore } from '../store/store.ts';
import { wordsFor } from './event-words.ts';
import type { Log } from './log.ts';
import { createStrangersRoom } from './strangers-room.ts';

export type Happening = EventName & {
  ref?: string | undefined;
  clientId?: string | undefined;
  connectionId?: string | undefined;
  grantId?: string | undefined;
  /** Kept as a keyed fingerprint only, and not logged. */
  email?: string | undefined;
  /** Where it came from, as http/client-address.ts names it: neither kept nor logged. */
  site?: string | undefined;
  /** Whoever caused it showed something that only an entitled client can have. */
  isProved?: boolean | undefined;
  detail?: EventDetail;
};

/** `logOnly` goes to the log and nowhere else: free text of ours. */
export type RecordEvent = (event: Happening, logOnly?: Readonly<Record<string, unknown>>) => void;

interface RecordParts {
  events: Pick<EventStore, 'append'>;
  log: Log;
  now(): number;
  /** The fingerprint of an address. */
  mark(email: string): string;
}

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
/** Somebody who was signed out may ask much later. */
const END_KEPT_DAYS = 90;

const REPEATED_MS = 10 * 60_000;
const MOST_SEEN = 10_000;

export function createRecordEvent({ events, log, now, mark }: RecordParts): RecordEvent {
  const hasRoom = createStrangersRoom(now);
  const isRepeated = createRepeated(now);

  const keep = async (event: NewEvent): Promise<void> => {
    try {
      await events.append([event]);
    } catch (err) {
      log.error({ err, step: event.step, outcome: event.outcome }, 'an event could not be kept');
    }
  };

  return (event, logOnly) => {
    const { step, outcome, ref, clientId, connectionId, grantId, email, detail = {} } = event;
    const { level, sentence } = wordsFor(event);
    const fields = { step, outcome, ref, client: clientId, connection: connectionId, grant: grantId, ...detail };
    log[level]({ ...fields, ...logOnly }, sentence);
    const who = { ref, clientId, connectionId, grantId };
    // Nothing known of whom it concerns, hence nothing that it could ever be found by; or too much of the like.
    if (Object.values(who).every((each) => each === undefined)) return;
    if (isRepeated(event) || (isStrangers(event) && !hasRoom(event.site))) return;
    const at = now();
    void keep({
      ...named(event),
      ...who,
      at,
      expiresAt: at + (isEnd(event) ? END_KEPT_DAYS : KEPT_DAYS) * DAY_MS,
      person: email === undefined ? undefined : mark(email),
      detail,
    });
  };
}

function named({ step, outcome }: EventName): EventName {
  return { step, outcome } as EventName;
}

function isEnd({ step }: EventName): boolean {
  return step === 'grant' || step === 'connection';
}

const STRANGERS = new Set(['started', 'shown', 'allowed', 'sent', 'denied', 'refused']);

/** What needs no more than a client id, which everybody can have. At a door only a right token is recorded at all. */
function isStrangers({ step, outcome, isProved, detail }: Happening): boolean {
  if (isProved || step === 'call') return false;
  // A relay client's Google code is handed on unseen: it may be made up.
  return STRANGERS.has(outcome) || (step === 'code' && detail?.mode === 'relay');
}

/** A client that loops on a dead token is refused the same thing for ever: once in a while is enough to know it. */
function createRepeated(now: () => number): (event: Happening) => boolean {
  const seen = new Map<string, number>();
  return ({ step, outcome, grantId, ref, isProved, detail }) => {
    // A code that is proved, and not redeemed yet, is known by its flow.
    const about = grantId ?? (isProved ? ref : undefined);
    if (outcome !== 'refused' || about === undefined) return false;
    const key = `${step}/${about}/${detail?.why}`;
    const since = now() - (seen.get(key) ?? Number.NEGATIVE_INFINITY);
    if (since >= 0 && since < REPEATED_MS) return true;
    if (seen.size >= MOST_SEEN) seen.clear();
    seen.set(key, now());
    return false;
  };
}
