/**
 * The audit trail on PostgreSQL. Owns: the SQL of the event verbs, and sending what gathers in a moment as one insert.
 * Does not own: what an event says (observe/), nor how long one is kept, which each carries as `expiresAt`.
 */
import type { Ask } from './postgres-ask.ts';
import type { NewEvent } from './records.ts';
import { orNull, toEvent, toJson } from './rows.ts';
import type { EventFilter, EventStore } from './store.ts';

/** How long an event waits for company. */
const GATHER_MS = 20;

const INSERT = `INSERT INTO events (at, expires_at, step, outcome, ref, client_id, connection_id, grant_id, person, detail)
  SELECT at, expires_at, step, outcome, ref, client_id, connection_id, grant_id, person, detail FROM jsonb_to_recordset($1::jsonb)
  AS e (at BIGINT, expires_at BIGINT, step TEXT, outcome TEXT, ref TEXT, client_id TEXT, connection_id TEXT, grant_id TEXT, person TEXT, detail TEXT)`;

/** A flow's own events, those of its grant after the grant is gone, and what befell its connection since it began. */
const OF_REF = `($1::text IS NULL OR ref = $1
  OR grant_id IN (SELECT grant_id FROM events WHERE ref = $1 AND grant_id IS NOT NULL)
  OR (step = 'connection' AND at >= (SELECT min(at) FROM events WHERE ref = $1)
    AND connection_id IN (SELECT connection_id FROM events WHERE ref = $1 AND connection_id IS NOT NULL)))`;

const LIST = `SELECT * FROM events WHERE ${OF_REF} AND ($2::text IS NULL OR client_id = $2)
  AND ($3::text[] IS NULL OR connection_id = ANY($3)) AND ($4::bigint IS NULL OR at >= $4) ORDER BY id DESC LIMIT $5`;

interface Gathering {
  events: NewEvent[];
  sent: Promise<void>;
  send(): void;
}

export function eventStore(ask: Ask): EventStore & { flush(): Promise<void> } {
  let gathering: Gathering | undefined;
  let sending: Promise<unknown> = Promise.resolve();

  const begin = (): Gathering => {
    const events: NewEvent[] = [];
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => send(), GATHER_MS);
    const send = () => {
      clearTimeout(timer);
      if (gathering?.events === events) gathering = undefined;
      // One after the other, so that what happened first has the lower id.
      const work = sending.then(() => ask('append_events', INSERT, [toJson(events.map(toRow))]));
      sending = work.catch(() => undefined);
      resolve(work.then(() => undefined));
    };
    return { events, sent, send };
  };

  const flush = async () => {
    const waiting = gathering;
    waiting?.send();
    await waiting?.sent.catch(() => undefined); // whoever appended hears of a failure
    await sending;
  };

  return {
    flush,
    append(events) {
      gathering ??= begin();
      gathering.events.push(...events);
      return gathering.sent;
    },
    async list({ ref, clientId, connectionIds, since, limit }: EventFilter) {
      await flush();
      const values = [orNull(ref), orNull(clientId), orNull(connectionIds), orNull(since), limit];
      return (await ask('list_events', LIST, values)).rows.reverse().map(toEvent);
    },
    async connectionsOf(persons) {
      await flush();
      const text =
        'SELECT DISTINCT connection_id AS id FROM events WHERE connection_id IS NOT NULL AND person = ANY($1) ORDER BY 1';
      return (await ask('connections_of', text, [[...persons]])).rows.map(({ id }) => String(id));
    },
    async forget(connectionId) {
      await flush();
      const text = `DELETE FROM events WHERE connection_id = $1
        OR ref IN (SELECT ref FROM events WHERE connection_id = $1 AND ref IS NOT NULL)`;
      return (await ask('forget_events', text, [connectionId])).count;
    },
  };
}

function toRow(e: NewEvent) {
  return {
    at: e.at,
    expires_at: e.expiresAt,
    step: e.step,
    outcome: e.outcome,
    ref: orNull(e.ref),
    client_id: orNull(e.clientId),
    connection_id: orNull(e.connectionId),
    grant_id: orNull(e.grantId),
    person: orNull(e.person),
    detail: toJson(e.detail),
  };
}
