/**
 * The writable fields of an event, and the reading of a request body into them.
 *
 * Owns: which fields exist, what makes them valid, and Google's complaints when they are not. Unknown fields are
 * ignored, as Google ignores them. Does not own: who may change what (write-event.ts).
 * Fields as in https://developers.google.com/workspace/calendar/api/v3/reference/events
 */
import { z } from 'zod';
import { badRequest, invalid, refusedByCalendar, required, timeRangeEmpty } from './calendar-error.ts';
import { readRecurrence } from './recurrence.ts';
import { instantOf, isTimeZone, readDateTime, readDay } from './time.ts';

/** A whole day, or an instant (`dateTime` always in UTC here) with the zone that the person thinks in. */
export type EventTime = { date: string } | { dateTime: string; timeZone?: string };

const text = z.string().nullish();
const flag = z.boolean().nullish();

const attendeeBody = z.object({
  email: text,
  displayName: text,
  responseStatus: z.enum(['needsAction', 'declined', 'tentative', 'accepted']).nullish(),
  optional: flag,
  resource: flag,
  comment: text,
  additionalGuests: z.int().min(0).nullish(),
});

const timeBody = z.object({ date: text, dateTime: text, timeZone: text });

const reminder = z.object({ method: z.enum(['email', 'popup']), minutes: z.int().min(0).max(40_320) });

const eventBody = z.object({
  id: text,
  status: z.enum(['confirmed', 'tentative', 'cancelled']).nullish(),
  summary: text,
  description: text,
  location: text,
  colorId: text,
  start: timeBody.nullish(),
  end: timeBody.nullish(),
  recurrence: z.array(z.string()).nullish(),
  attendees: z.array(attendeeBody).nullish(),
  transparency: z.enum(['opaque', 'transparent']).nullish(),
  visibility: z.enum(['default', 'public', 'private', 'confidential']).nullish(),
  eventType: z.enum(['default', 'focusTime', 'outOfOffice', 'workingLocation', 'birthday', 'fromGmail']).nullish(),
  guestsCanInviteOthers: flag,
  guestsCanModify: flag,
  guestsCanSeeOtherGuests: flag,
  reminders: z.object({ useDefault: flag, overrides: z.array(reminder).max(5).nullish() }).nullish(),
  source: z.object({ title: text, url: text }).nullish(),
  extendedProperties: z
    .object({
      private: z.record(z.string(), z.string()).nullish(),
      shared: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
  conferenceData: z
    .looseObject({
      createRequest: z
        .looseObject({ requestId: text, conferenceSolutionKey: z.looseObject({ type: text }).nullish() })
        .nullish(),
    })
    .nullish(),
});

export type EventBody = z.infer<typeof eventBody>;
export type Attendee = NonNullable<EventBody['attendees']>[number] & {
  email: string;
  responseStatus: 'needsAction' | 'declined' | 'tentative' | 'accepted';
};

type Checked = 'id' | 'status' | 'start' | 'end' | 'attendees' | 'eventType';
export type EventFields = Omit<EventBody, Checked> & {
  status: 'confirmed' | 'tentative' | 'cancelled';
  start: EventTime;
  end: EventTime;
  attendees?: Attendee[];
  eventType: NonNullable<EventBody['eventType']>;
};

/** The body as far as its form goes; 400 for a list where Google wants text and the like. */
export function parseEventBody(json: unknown): EventBody {
  const parsed = eventBody.safeParse(json);
  if (!parsed.success) throw badRequest();
  return parsed.data;
}

/** Checks a whole event, in Google's order: when it is, how it repeats, who comes. */
export function readEvent(body: EventBody): EventFields {
  const { id: _, start: startBody, end: endBody, attendees, ...rest } = body;
  const { start, end } = readTimes(body);
  checkRecurrence(body, start);
  checkReminders(body);
  return {
    ...withoutNulls(rest),
    status: body.status ?? 'confirmed',
    eventType: body.eventType ?? 'default',
    start,
    end,
    ...(attendees && attendees.length > 0 && { attendees: attendees.map(readAttendee) }),
  };
}

export function withoutNulls<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Fields;
}

function readTimes(body: EventBody): { start: EventTime; end: EventTime } {
  if (!isGiven(body.end)) throw required('Missing end time.');
  if (!isGiven(body.start)) throw required('Missing start time.');
  const recurs = (body.recurrence?.length ?? 0) > 0;
  const start = readTime(body.start, 'start', recurs);
  const end = readTime(body.end, 'end', recurs);
  if ('date' in start !== 'date' in end) {
    throw invalid('Start and end times must either both be date or both be dateTime.');
  }
  const isEmpty =
    'date' in start && 'date' in end
      ? end.date <= start.date
      : 'dateTime' in start && 'dateTime' in end && Date.parse(end.dateTime) < Date.parse(start.dateTime);
  if (isEmpty) throw timeRangeEmpty();
  return { start, end };
}

type TimeBody = z.infer<typeof timeBody>;

function isGiven(time: TimeBody | null | undefined): time is TimeBody {
  return time !== null && time !== undefined && (isText(time.date) || isText(time.dateTime));
}

function isText(value: string | null | undefined): value is string {
  return value !== null && value !== undefined && value !== '';
}

function readTime(time: TimeBody, which: 'start' | 'end', recurs: boolean): EventTime {
  const zone = isText(time.timeZone) ? time.timeZone : undefined;
  if (zone !== undefined && !isTimeZone(zone)) throw invalid(`Invalid time zone definition for ${which} time.`);
  if (isText(time.date)) {
    if (isText(time.dateTime) || readDay(time.date) === undefined) throw invalid(`Invalid ${which} time.`);
    return { date: time.date };
  }
  const read = readDateTime(time.dateTime ?? '');
  if (read === undefined) throw invalid(`Invalid ${which} time.`);
  // A series needs the zone by name even if the time has an offset: the offset does not say when summer time ends.
  if (zone === undefined && ('wall' in read || recurs))
    throw required(`Missing time zone definition for ${which} time.`);
  const instant = 'instant' in read ? read.instant : instantOf(read.wall, zone ?? 'UTC');
  return { dateTime: new Date(instant).toISOString(), ...(zone !== undefined && { timeZone: zone }) };
}

/** The zone does not count: a client that sends back what it read names one where there was none. */
export function isSameTime(a: EventTime, b: EventTime): boolean {
  if ('date' in a || 'date' in b) return 'date' in a && 'date' in b && a.date === b.date;
  return a.dateTime === b.dateTime;
}

function checkRecurrence(body: EventBody, start: EventTime): void {
  const zone = 'dateTime' in start ? (start.timeZone ?? 'UTC') : 'UTC';
  if (readRecurrence(body.recurrence ?? [], zone) === undefined) throw invalid('Invalid recurrence rule.');
}

function checkReminders(body: EventBody): void {
  if (body.reminders?.useDefault !== true || (body.reminders.overrides?.length ?? 0) === 0) return;
  throw refusedByCalendar(
    400,
    'cannotUseDefaultRemindersAndSpecifyOverride',
    'Cannot specify both default reminders and overrides at the same time.',
  );
}

function readAttendee(attendee: z.infer<typeof attendeeBody>): Attendee {
  if (!isText(attendee.email)) throw required('Missing attendee email.');
  if (!/^[^\s@]+@[^\s@]+$/.test(attendee.email)) throw invalid('Invalid attendee email.');
  const email = attendee.email.toLowerCase();
  return { ...withoutNulls(attendee), email, responseStatus: attendee.responseStatus ?? 'needsAction' };
}
