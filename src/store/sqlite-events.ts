/**
 * The audit trail on SQLite. Owns: the SQL of the event verbs. Does not own: what an event says (observe/), nor how long
 * one is kept, which each carries as `expiresAt`.
 */
import type { SQLInputValue } from 'node:sqlite';
import type { GroupedWrites } from './grouped-writes.ts';
import { orNull, toEvent, toJson } from './rows.ts';
import { changes, read, type Sql } from './sqlite-statement.ts';
import type { EventFilter, EventStore } from './store.ts';

/** A flow's own events, those of its grant after the grant is gone, and what befell its connection since it began. */
const OF_REF = `(ref = $ref
  OR grant_id IN (SELECT grant_id FROM events WHERE ref = $ref AND grant_id IS NOT NULL)
  OR (step = 'connection' AND at >= (SELECT min(at) FROM events WHERE ref = $ref)
    AND connection_id IN (SELECT connection_id FROM events WHERE ref = $ref AND connection_id IS NOT NULL)))`;

export function eventStore(sql: Sql, { write, writeLazily, flush }: GroupedWrites): EventStore {
  const insert =
    sql(`INSERT INTO events (at, expires_at, step, outcome, ref, client_id, connection_id, grant_id, person, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const forget = sql(`DELETE FROM events WHERE connection_id = $id
    OR ref IN (SELECT ref FROM events WHERE connection_id = $id AND ref IS NOT NULL)`);
  return {
    append: (events) =>
      writeLazily(() => {
        for (const e of events)
          insert.run(
            e.at,
            e.expiresAt,
            e.step,
            e.outcome,
            orNull(e.ref),
            orNull(e.clientId),
            orNull(e.connectionId),
            orNull(e.grantId),
            orNull(e.person),
            toJson(e.detail),
          );
      }),
    list: (filter) =>
      read(() => {
        flush();
        const { where, values } = conditions(filter);
        const newest = sql(`SELECT * FROM events ${where} ORDER BY id DESC LIMIT $limit`).all(values);
        return newest.reverse().map(toEvent);
      }),
    connectionsOf: (persons) =>
      read(() => {
        flush();
        const found = sql(`SELECT DISTINCT connection_id AS id FROM events
          WHERE connection_id IS NOT NULL AND person IN (SELECT value FROM json_each(?)) ORDER BY 1`).all(
          toJson(persons),
        );
        return found.map(({ id }) => String(id));
      }),
    forget: (id) => write(() => Number(forget.run({ $id: id }).changes)),
  };
}

/** Only what is asked stands in the statement, so that the planner can choose an index for it. */
function conditions({ ref, clientId, connectionIds, since, limit }: EventFilter) {
  const values: Record<string, SQLInputValue> = { $limit: limit };
  const all: string[] = [];
  const add = (name: string, value: SQLInputValue | undefined, condition: string) => {
    if (value === undefined) return;
    values[name] = value;
    all.push(condition);
  };
  add('$ref', ref, OF_REF);
  add('$client', clientId, 'client_id = $client');
  add(
    '$connections',
    connectionIds && toJson(connectionIds),
    'connection_id IN (SELECT value FROM json_each($connections))',
  );
  add('$since', since, 'at >= $since');
  return { where: all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`, values };
}

/** Takes what has ended and, of too many, the oldest. */
export function sweepEvents(sql: Sql, most: number): (now: number, limit: number) => number {
  const ended = sql('DELETE FROM events WHERE id IN (SELECT id FROM events WHERE expires_at < ? LIMIT ?)');
  const tooMany = sql(
    'DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id <= (SELECT max(id) FROM events) - ? ORDER BY id LIMIT ?)',
  );
  return (now, limit) => changes(ended, now, limit) + changes(tooMany, most, limit);
}
