/**
 * What the sandbox's Calendar remembers: calendars, who may do what in them, and events, until the process ends.
 *
 * Owns: the shape of a record, the count of changes that etags and sync tokens hang on, and on which calendars an event
 * is seen: its home, and the main calendar of each guest. Does not own: what a request may change (write-event.ts) nor
 * how a record looks on the wire (event-resource.ts).
 */
import type { EventFields } from './event-body.ts';
import type { EventTime } from './event-time.ts';

/** From least to most; each may do what the ones before it may. */
export const accessRoles = ['freeBusyReader', 'reader', 'writerWithoutPrivateAccess', 'writer', 'owner'] as const;
export type AccessRole = (typeof accessRoles)[number];

export interface CalendarRecord {
  /** The owner's e-mail address for a main calendar, `…@group.calendar.google.com` for any other. */
  id: string;
  owner: string;
  summary: string;
  description?: string;
  timeZone: string;
  colorId: string;
  backgroundColor: string;
  /** E-mail address → role, for people other than the owner. Does not put the calendar on their list. */
  shared: Readonly<Record<string, AccessRole>>;
}

export interface EventRecord {
  id: string;
  /** The organizer's calendar. */
  home: string;
  creator: string;
  created: number;
  updated: number;
  /** Number of the change that made the record what it is; grows over all calendars. */
  change: number;
  sequence: number;
  fields: EventFields;
  /** Set on one happening of a series: the series' id, and when it would have begun. */
  instance?: { of: string; original: EventTime };
  /** Guests' calendars from which the event was taken off: by the guest, or because the guest is no longer invited. */
  removedFrom: readonly string[];
  /** What a guest set for their own copy only, by calendar. */
  ownSettings: Readonly<Record<string, Partial<EventFields>>>;
}

export type Draft = Omit<EventRecord, 'change' | 'created' | 'updated'> & { created?: number };

export interface Records {
  calendars: readonly CalendarRecord[];
  /** Everything seen on a calendar, deleted events included, in the order of creation. */
  eventsOn(calendarId: string): EventRecord[];
  /** Single happenings of a series that differ from it, or were cancelled. */
  exceptionsOf(series: EventRecord): EventRecord[];
  find(calendarId: string, eventId: string): EventRecord | undefined;
  /** Makes the draft the current state, as one change that happens now, unless the caller says when. */
  save(draft: Draft, at?: number): EventRecord;
  lastChange(): number;
}

export function createRecords(parts: { now: () => Date; calendars: readonly CalendarRecord[] }): Records {
  const events = new Map<string, EventRecord>();
  let changes = 0;
  const eventsOn = (calendarId: string) => [...events.values()].filter((event) => isSeenOn(event, calendarId));

  return {
    calendars: parts.calendars,
    eventsOn,
    exceptionsOf: (series) =>
      [...events.values()].filter(({ home, instance }) => home === series.home && instance?.of === series.id),
    find: (calendarId, eventId) =>
      events.get(keyOf(calendarId, eventId)) ?? eventsOn(calendarId).find(({ id }) => id === eventId),
    save(draft, at = parts.now().getTime()) {
      const record = { ...draft, created: draft.created ?? at, updated: at, change: ++changes };
      events.set(keyOf(record.home, record.id), record);
      return record;
    },
    lastChange: () => changes,
  };
}

function keyOf(calendarId: string, eventId: string): string {
  return `${calendarId} ${eventId}`;
}

function isSeenOn(event: EventRecord, calendarId: string): boolean {
  if (event.home === calendarId || event.removedFrom.includes(calendarId)) return true;
  return event.fields.attendees?.some(({ email }) => email === calendarId) ?? false;
}

/** Deleted, or taken off this very calendar. */
export function isCancelledOn(event: EventRecord, calendarId: string): boolean {
  return event.fields.status === 'cancelled' || event.removedFrom.includes(calendarId);
}

export function roleOf(email: string, calendar: CalendarRecord): AccessRole | undefined {
  return calendar.owner === email ? 'owner' : calendar.shared[email];
}

export function isAtLeast(role: AccessRole | undefined, least: AccessRole): boolean {
  return role !== undefined && accessRoles.indexOf(role) >= accessRoles.indexOf(least);
}

/** Changes with every change of the event and never comes back. */
export function etagOf(event: EventRecord): string {
  return `"${event.updated}${String(event.change).padStart(6, '0')}"`;
}
