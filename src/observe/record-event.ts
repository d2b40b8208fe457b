/**
 * One call for everything that happens to a sign-in: a line in the log and a row in the audit trail.
 *
 * Owns: both outputs, how long a row is kept, and that a stranger cannot fill the trail. Recording never slows or fails a
 * request: nobody waits for it, and what goes wrong with it is for the log. Does not own: what is recorded when (the
 * handlers), nor the words (event-words.ts).
 */
import type { EventDetail, EventName, NewEvent } from '../store/records.ts';
import type { EventStore } from '../store/store.ts';
import { wordsFor } from './event-words.ts';
import type { Log } from './log.ts';

export type Happening = EventName & {
  ref?: string | undefined;
  clientId?: string | undefined;
  connectionId?: string | undefined;
  grantId?: string | undefined;
  /** Kept as a keyed fingerprint only, and not logged. */
  email?: string | undefined;
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

/** How many rows a second may come from what anybody can cause without a right to anything. */
const STRANGERS_PER_SECOND = 20;
const STRANGERS_BURST = 400;

const REPEATED_MS = 10 * 60_000;
const MOST_SEEN = 10_000;

export function createRecordEvent({ events, log, now, mark }: RecordParts): RecordEvent {
  const hasRoom = createRoom(now);
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
    if (isAnybodys(event) && (isRepeated(event) || !hasRoom())) return;
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

/** What needs no more than a client id that everybody knows. */
function isAnybodys({ outcome }: EventName): boolean {
  return (
    outcome === 'started' || outcome === 'shown' || outcome === 'allowed' || outcome === 'sent' || outcome === 'refused'
  );
}

/** A client that loops on a dead token is refused the same thing for ever: once in a while is enough to know it. */
function createRepeated(now: () => number): (event: Happening) => boolean {
  const seen = new Map<string, number>();
  return ({ step, outcome, grantId, detail }) => {
    if (outcome !== 'refused' || grantId === undefined) return false;
    const key = `${step}/${grantId}/${detail?.why}`;
    if (now() - (seen.get(key) ?? Number.NEGATIVE_INFINITY) < REPEATED_MS) return true;
    if (seen.size >= MOST_SEEN) seen.clear();
    seen.set(key, now());
    return false;
  };
}

/** A bucket that fills by the clock. */
function createRoom(now: () => number): () => boolean {
  let room = STRANGERS_BURST;
  let filledAt = now();
  return () => {
    const at = now();
    room = Math.min(STRANGERS_BURST, room + (Math.max(0, at - filledAt) / 1000) * STRANGERS_PER_SECOND);
    filledAt = at;
    if (room < 1) return false;
    room -= 1;
    return true;
  };
}
