/**
 * An event on the wire, as it looks on one calendar to one person.
 *
 * Owns: the JSON shape, the `self` and `organizer` flags, and what is hidden from weak roles. Does not own: the record
 * (records.ts) nor which events are shown (list-events.ts).
 */
import type { Opened } from './access.ts';
import type { Attendee } from './event-body.ts';
import type { EventTime } from './event-time.ts';
import { type CalendarRecord, type EventRecord, etagOf, isAtLeast, isCancelledOn } from './records.ts';
import { formatInstant } from './time.ts';

export interface View extends Opened {
  calendars: readonly CalendarRecord[];
  /** Times are written with the offsets of this zone. */
  zone: string;
  maxAttendees?: number;
}

type Json = Record<string, unknown>;

export function eventResource(event: EventRecord, view: View): Json {
  const fields = { ...event.fields, ...event.ownSettings[view.calendar.id] };
  const head = {
    ...identity(event, view),
    htmlLink: linkTo(event.id, view.calendar.id),
    created: new Date(event.created).toISOString(),
    updated: new Date(event.updated).toISOString(),
  };
  const tail = {
    start: timeResource(fields.start, view),
    end: timeResource(fields.end, view),
    ...(fields.recurrence && fields.recurrence.length > 0 && { recurrence: fields.recurrence }),
    ...instanceResource(event, view),
    ...(fields.transparency === 'transparent' && { transparency: 'transparent' }),
    iCalUID: iCalUidOf(event),
    sequence: event.sequence,
    eventType: fields.eventType,
  };
  if (isHidden(event, view)) return { ...head, ...tail, visibility: 'private' };
  const { summary, description, location, colorId, visibility, conferenceData, source, extendedProperties } = fields;
  return {
    ...head,
    ...given({ summary, description, location, colorId }),
    creator: { email: event.creator, ...(event.creator === view.calendar.id && { self: true }) },
    organizer: organizerOf(event, view),
    ...tail,
    ...(visibility !== 'default' && given({ visibility })),
    ...attendeesResource(event, fields.attendees ?? [], view),
    ...(fields.guestsCanInviteOthers === false && { guestsCanInviteOthers: false }),
    ...(fields.guestsCanModify === true && { guestsCanModify: true }),
    ...(fields.guestsCanSeeOtherGuests === false && { guestsCanSeeOtherGuests: false }),
    ...given({ hangoutLink: meetLink(conferenceData), conferenceData, source, extendedProperties }),
    reminders: fields.reminders ?? { useDefault: true },
  };
}

/** What an incremental list says of an event that is gone: which one, and for a happening, which of its series. */
export function cancelledResource(event: EventRecord, view: View): Json {
  return { ...identity(event, view), ...instanceResource(event, view) };
}

/** All happenings of a series share it. */
export function iCalUidOf(event: EventRecord): string {
  return `${event.instance?.of ?? event.id}@google.com`;
}

function identity(event: EventRecord, view: View): Json {
  const status = isCancelledOn(event, view.calendar.id) ? 'cancelled' : event.fields.status;
  return { kind: 'calendar#event', etag: etagOf(event), id: event.id, status };
}

function instanceResource(event: EventRecord, view: View): Json {
  if (event.instance === undefined) return {};
  return { recurringEventId: event.instance.of, originalStartTime: timeResource(event.instance.original, view) };
}

/** Readers of busy times see only times; readers of a calendar see everything but private events. */
export function isHidden(event: EventRecord, view: View): boolean {
  if (!isAtLeast(view.role, 'reader')) return true;
  const isPrivate = event.fields.visibility === 'private' || event.fields.visibility === 'confidential';
  return isPrivate && !isAtLeast(view.role, 'writer');
}

function linkTo(eventId: string, calendarId: string): string {
  const place = Buffer.from(`${eventId} ${calendarId}`).toString('base64').replaceAll('=', '');
  return `https://www.google.com/calendar/event?eid=${encodeURIComponent(place)}`;
}

function timeResource(time: EventTime, view: View): Json {
  if ('date' in time) return { date: time.date };
  const dateTime = formatInstant(Date.parse(time.dateTime), view.zone);
  return { dateTime, timeZone: time.timeZone ?? view.calendar.timeZone };
}

function organizerOf(event: EventRecord, view: View): Json {
  const home = view.calendars.find((calendar) => calendar.id === event.home);
  const isMain = home === undefined || home.owner === home.id;
  return {
    email: event.home,
    ...(!isMain && { displayName: home.summary }),
    ...(event.home === view.calendar.id && { self: true }),
  };
}

function attendeesResource(event: EventRecord, attendees: readonly Attendee[], view: View): Json {
  if (attendees.length === 0) return {};
  const own = view.calendar.id;
  const seesAll = event.home === own || event.fields.guestsCanSeeOtherGuests !== false;
  const shown =
    seesAll && attendees.length <= (view.maxAttendees ?? Infinity)
      ? attendees
      : attendees.filter(({ email }) => email === own);
  return {
    attendees: shown.map((attendee) => ({
      email: attendee.email,
      ...given({ displayName: attendee.displayName }),
      ...(attendee.email === event.home && { organizer: true }),
      ...(attendee.email === own && { self: true }),
      ...(attendee.optional === true && { optional: true }),
      ...(attendee.resource === true && { resource: true }),
      responseStatus: attendee.responseStatus,
      ...given({ comment: attendee.comment, additionalGuests: attendee.additionalGuests }),
    })),
    ...(shown.length < attendees.length && { attendeesOmitted: true }),
  };
}

function meetLink(conferenceData: EventRecord['fields']['conferenceData']): string | undefined {
  const id = conferenceData?.conferenceId;
  return typeof id === 'string' ? `https://meet.google.com/${id}` : undefined;
}

function given(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
