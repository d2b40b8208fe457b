/**
 * An event as the tools answer it: small, with times where the calendar is, and the last day of an all-day event instead
 * of Google's day after it.
 *
 * Owns: the row, its text, and reading an event's times. Does not own: which events are shown.
 */
import { z } from 'zod';
import { isoDay, parseDay } from '../analytics/calendar-days.ts';
import { plainLine } from '../quote.ts';
import type { Attendee, CalendarEvent, EventTime } from './calendar-api.ts';
import { dayAt, printDay, printInstant } from './zone.ts';

const MAX_DESCRIPTION = 1000;
const MAX_GUESTS = 50;

export const eventRow = z.object({
  id: z.string(),
  title: z.string(),
  start: z.string().describe('Time with offset; a day for all-day events'),
  end: z.string().describe('For all-day events the last day'),
  version: z.string().describe('For update_event'),
  calendar: z.string().optional(),
  status: z.string().optional(),
  location: z.string().optional(),
  series: z.string().optional().describe('Id of the whole series'),
  guests: z.int().optional(),
  video: z.string().optional(),
  repeats: z.array(z.string()).optional(),
  description: z.string().optional(),
  attendees: z.array(z.string()).optional(),
  link: z.string().optional(),
});

export type EventRow = z.infer<typeof eventRow>;

export interface RowView {
  zone: string;
  /** Told where events of several calendars stand together. */
  calendar?: string;
  hasDetails?: boolean;
}

export function toRow(event: CalendarEvent, view: RowView): EventRow {
  const { attendees = [], hangoutLink, location, recurrence, recurringEventId } = event;
  const row: EventRow = {
    id: event.id,
    title: titleOf(event),
    ...printTimes(event, view.zone),
    version: versionOf(event),
    ...(view.calendar !== undefined && { calendar: view.calendar }),
    ...(event.status !== undefined && event.status !== 'confirmed' && { status: event.status }),
    ...(location !== undefined && location !== '' && { location: plainLine(location, 300) }),
    ...(recurringEventId !== undefined && { series: recurringEventId }),
    ...(attendees.length > 0 && { guests: attendees.length }),
    ...(hangoutLink !== undefined && { video: hangoutLink }),
    ...(recurrence !== undefined && { repeats: recurrence }),
  };
  return view.hasDetails === true ? { ...row, ...detailsOf(event) } : row;
}

export function titleOf(event: CalendarEvent): string {
  return event.summary === undefined || event.summary === '' ? '(no title)' : plainLine(event.summary, 200);
}

function detailsOf(event: CalendarEvent): Partial<EventRow> {
  const { attendees = [], description, htmlLink } = event;
  return {
    ...(description !== undefined && description !== '' && { description: withoutTags(description) }),
    ...(attendees.length > 0 && { attendees: attendees.slice(0, MAX_GUESTS).map(describeGuest) }),
    ...(htmlLink !== undefined && { link: htmlLink }),
  };
}

/** Descriptions are HTML; what a reader of text needs of it is the text. */
function withoutTags(html: string): string {
  return plainLine(html.slice(0, MAX_DESCRIPTION * 4).replaceAll(/<[^>]{0,500}>/g, ' '), MAX_DESCRIPTION);
}

const ANSWERS: Readonly<Record<string, string>> = {
  accepted: 'yes',
  declined: 'no',
  tentative: 'maybe',
  needsAction: 'no answer yet',
};

function describeGuest({ email = '', responseStatus = '', optional, organizer }: Attendee): string {
  const marks = [organizer === true && 'organizer', optional === true && 'optional', ANSWERS[responseStatus]];
  return `${plainLine(email, 100)} (${marks.filter(Boolean).join(', ')})`;
}

/** The etag without its quotes, which models lose. */
export function versionOf(event: CalendarEvent): string {
  return event.etag.replaceAll('"', '');
}

export function instantOf(time: EventTime | undefined): number {
  return Date.parse(time?.dateTime ?? time?.date ?? '');
}

/** An all-day event ends on the day before the one that Google names. */
export function printTimes({ start, end }: CalendarEvent, zone: string): { start: string; end: string } {
  if (typeof start?.date === 'string') {
    const day = parseDay(end?.date ?? '');
    return { start: start.date, end: day === undefined ? start.date : isoDay(day - 1) };
  }
  return { start: printTime(start, zone), end: printTime(end, zone) };
}

function printTime(time: EventTime | undefined, zone: string): string {
  const instant = instantOf(time);
  return Number.isNaN(instant) ? '' : printInstant(instant, zone);
}

/** `Mon 2026-10-05 10:00–10:45 Title (2 guests, Room) [id]`. */
export function rowText(row: EventRow, zone: string): string {
  const extra = [
    row.status,
    row.calendar,
    row.guests === undefined ? undefined : `${row.guests} ${row.guests === 1 ? 'guest' : 'guests'}`,
    row.location,
    row.series === undefined ? undefined : 'repeats',
    row.video,
  ].filter((part) => part !== undefined);
  const more = [row.description, row.attendees?.join(', '), row.link].filter((part) => part !== undefined);
  const line = `${timeText(row, zone)} ${row.title}${extra.length === 0 ? '' : ` (${extra.join(', ')})`} [${row.id}]`;
  return [line, ...more.map((part) => `  ${part}`)].join('\n');
}

function timeText({ start, end }: EventRow, zone: string): string {
  const [from, to] = [parseDay(start), parseDay(end)];
  if (from !== undefined)
    return to === undefined || to === from ? `${printDay(from)} all day` : `${printDay(from)} to ${printDay(to)}`;
  const [first, last] = [Date.parse(start), Date.parse(end)];
  if (Number.isNaN(first) || Number.isNaN(last)) return `${start} ${end}`;
  const day = dayAt(first, zone);
  const until = dayAt(last, zone) === day ? end.slice(11, 16) : `${printDay(dayAt(last, zone))} ${end.slice(11, 16)}`;
  return `${printDay(day)} ${start.slice(11, 16)}–${until}`;
}
