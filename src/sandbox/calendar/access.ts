/**
 * From a URL to the calendar and the event it names, as far as the person may know of them.
 *
 * Owns: "primary", who may read and write, and single happenings of a series by their ids. Does not own: which details
 * a weak role hides (event-resource.ts).
 */
import type { Context } from 'hono';
import type { ApiEnv } from '../api.ts';
import { notFound, refusedByCalendar } from './calendar-error.ts';
import { type AccessRole, type CalendarRecord, type EventRecord, isAtLeast, type Records, roleOf } from './records.ts';
import { happeningsOf, isSeries, readHappeningId } from './series.ts';

export type Api = Context<ApiEnv>;

export interface Room {
  records: Records;
  now: () => Date;
}

export interface Opened {
  calendar: CalendarRecord;
  role: AccessRole;
}

/** The calendar that an id means to a person. Without any access it is not found, as if it did not exist. */
export function openCalendar(records: Records, email: string, id: string): Opened | undefined {
  const wanted = id === 'primary' ? email : id.toLowerCase();
  const calendar = records.calendars.find((candidate) => candidate.id === wanted);
  const role = calendar && roleOf(email, calendar);
  return calendar && role && { calendar, role };
}

export function calendarInUrl(c: Api, records: Records): Opened {
  const opened = openCalendar(records, c.get('person').email, c.req.param('calendarId') ?? '');
  if (opened === undefined) throw notFound();
  return opened;
}

export function writableCalendarInUrl(c: Api, records: Records): Opened {
  const opened = calendarInUrl(c, records);
  if (isAtLeast(opened.role, 'writerWithoutPrivateAccess')) return opened;
  throw refusedByCalendar(403, 'requiredAccessLevel', 'You need to have writer access to this calendar.');
}

export function eventInUrl(c: Api, records: Records, calendar: CalendarRecord): EventRecord {
  const event = findEvent(records, calendar, c.req.param('eventId') ?? '');
  if (event === undefined) throw notFound();
  return event;
}

/** Also a happening of a series that nobody has touched yet: it exists by its id alone. */
function findEvent(records: Records, calendar: CalendarRecord, id: string): EventRecord | undefined {
  const known = records.find(calendar.id, id);
  if (known !== undefined) return known;
  const { seriesId, window } = readHappeningId(id) ?? {};
  const series = seriesId === undefined ? undefined : records.find(calendar.id, seriesId);
  if (series === undefined || window === undefined || !isSeries(series)) return undefined;
  return happeningsOf(series, calendar.timeZone, window).find((happening) => happening.id === id);
}
