/**
 * The writable fields of an event, and the reading of a request body into them.
 *
 * Owns: which fields exist, what makes them valid, and Google's complaints when they are not. Unknown fields are
 * ignored, as Google ignores them. Does not own: times (event-time.ts) nor who may change what (write-event.ts).
 * Fields as in https://developers.google.com/workspace/calendar/api/v3/reference/events
 */
import { z } from 'zod';
import { badRequest, invalid, refusedByCalendar, required } from './calendar-error.ts';
import { type EventTime, lengthOf, readTimes, timeBody } from './event-time.ts';
import { readRecurrence } from './recurrence.ts';

/** A series of longer events would lie a thousandfold upon itself, and listing it would keep the sandbox busy. */
const longestHappening = 366 * 86_400_000;
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

const reminder = z.object({ method: z.enum(['email', 'popup']), minutes: z.int().min(0).max(40_320) });

const solutionKey = z.object({ type: text });

const conferenceBody = z.object({
  conferenceId: text,
  notes: text,
  createRequest: z
    .object({
      requestId: text,
      conferenceSolutionKey: solutionKey.nullish(),
      status: z.object({ statusCode: text }).nullish(),
    })
    .nullish(),
  conferenceSolution: z.object({ key: solutionKey.nullish(), name: text, iconUri: text }).nullish(),
  entryPoints: z
    .array(z.object({ entryPointType: text, uri: text, label: text, meetingCode: text, passcode: text, pin: text }))
    .nullish(),
});

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
  conferenceData: conferenceBody.nullish(),
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
  const { start, end } = readTimes(body, (body.recurrence?.length ?? 0) > 0);
  checkRecurrence(body, start, end);
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

function checkRecurrence(body: EventBody, start: EventTime, end: EventTime): void {
  const zone = 'dateTime' in start ? (start.timeZone ?? 'UTC') : 'UTC';
  const lines = body.recurrence ?? [];
  const isEndless = lines.length > 0 && lengthOf(start, end) > longestHappening;
  if (isEndless || readRecurrence(lines, zone) === undefined) throw invalid('Invalid recurrence rule.');
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
  if (!attendee.email) throw required('Missing attendee email.');
  if (!/^[^\s@]+@[^\s@]+$/.test(attendee.email)) throw invalid('Invalid attendee email.');
  const email = attendee.email.toLowerCase();
  return { ...withoutNulls(attendee), email, responseStatus: attendee.responseStatus ?? 'needsAction' };
}
