/**
 * Writes made-up visits into a property's tables.
 *
 * Owns: the INSERT statements and the numbering of rows. Does not own: what happens in a visit (visit.ts) nor the tables'
 * shape (schema.ts).
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

export interface EventRow {
  sessionId: number | null;
  userId: number;
  day: number;
  ts: number;
  /** Seconds since local midnight. */
  second: number;
  name: string;
  pageId: number | null;
  referrer?: string | undefined;
  engagementMs?: number;
  isKey: boolean;
  creditedTrafficId?: number | undefined;
  value?: number | undefined;
  revenue?: number | undefined;
  tax?: number | undefined;
  shipping?: number | undefined;
  transactionId?: string | undefined;
  firstPurchase?: boolean | undefined;
  params?: Readonly<Record<string, string | number>> | undefined;
}

export interface ItemRow {
  productId: number;
  listName?: string | undefined;
  promotion?: string | undefined;
  quantity: number;
  price: number;
  discount?: number | undefined;
}

export interface SessionRow {
  sessionId: number;
  userId: number;
  number: number;
  day: number;
  ts: number;
  trafficId: number;
  landingPageId: number;
  engaged: boolean;
  active: boolean;
  duration: number;
}

export interface Recorder {
  event(row: EventRow, items?: readonly ItemRow[]): void;
  session(row: SessionRow): void;
}

const marks = (count: number): string => new Array(count).fill('?').join(',');

export function createRecorder(db: DatabaseSync): Recorder {
  const insertEvent = db.prepare(`INSERT INTO all_events VALUES (NULL,${marks(19)})`);
  const insertItem = db.prepare(`INSERT INTO all_items VALUES (NULL,${marks(12)})`);
  const insertSession = db.prepare(`INSERT INTO all_sessions VALUES (${marks(10)})`);
  let eventId = 0;

  return {
    event(row, items = []) {
      eventId++;
      insertEvent.run(...eventValues(row));
      for (const item of items) insertItem.run(eventId, ...itemValues(row, item));
    },
    session(row) {
      insertSession.run(
        row.sessionId,
        row.userId,
        row.number,
        row.day,
        row.ts,
        row.trafficId,
        row.landingPageId,
        row.engaged ? 1 : 0,
        row.active ? 1 : 0,
        row.duration,
      );
    },
  };
}

/** In the order of the table's columns. */
function eventValues(row: EventRow): SQLInputValue[] {
  const { second } = row;
  return [
    row.sessionId,
    row.userId,
    row.day,
    row.ts,
    Math.floor(second / 3600),
    Math.floor((second % 3600) / 60),
    row.name,
    row.pageId,
    orNull(row.referrer),
    row.engagementMs ?? 0,
    row.isKey ? 1 : 0,
    orNull(row.creditedTrafficId),
    orNull(row.value),
    orNull(row.revenue),
    orNull(row.tax),
    orNull(row.shipping),
    orNull(row.transactionId),
    row.firstPurchase ? 1 : null,
    row.params === undefined ? null : JSON.stringify(row.params),
  ];
}

function itemValues(row: EventRow, item: ItemRow): SQLInputValue[] {
  const { sessionId, userId, day, ts, name } = row;
  const shown = [orNull(item.listName), orNull(item.promotion)];
  return [sessionId, userId, day, ts, name, item.productId, ...shown, item.quantity, item.price, item.discount ?? 0];
}

function orNull<T>(value: T | undefined): T | null {
  return value === undefined ? null : value;
}
