/**
 * What a guest may do with an invitation: answer it, set their own reminders and colour, take it off their calendar.
 *
 * Owns: the line between what is the guest's and what is the organizer's. Does not own: the request (write-event.ts).
 */
import { refusedByCalendar } from './calendar-error.ts';
import type { EventFields } from './event-body.ts';
import { isSameTime } from './event-time.ts';
import type { Draft, EventRecord } from './records.ts';

/** Kept for each copy of an event. */
const ownFields = ['reminders', 'colorId', 'transparency', 'visibility'] as const;
const sharedFields = [
  'status',
  'summary',
  'description',
  'location',
  'recurrence',
  'guestsCanInviteOthers',
  'guestsCanModify',
  'guestsCanSeeOtherGuests',
] as const;

/** Whether this calendar holds an invitation that only its organizer may change. */
export function isGuestCopy(event: EventRecord, calendarId: string): boolean {
  return event.home !== calendarId && event.fields.guestsCanModify !== true;
}

/** Takes the guest's own answer and settings out of the wanted fields; other guests' entries are not theirs to change. */
export function changeAsGuest(event: EventRecord, calendarId: string, wanted: EventFields): Draft {
  const isOverreaching =
    sharedFields.some((name) => JSON.stringify(wanted[name]) !== JSON.stringify(event.fields[name])) ||
    !isSameTime(wanted.start, event.fields.start) ||
    !isSameTime(wanted.end, event.fields.end);
  if (isOverreaching) {
    const message = 'Shared properties can only be changed by the organizer of the event.';
    throw refusedByCalendar(403, 'forbiddenForNonOrganizer', message);
  }
  const answer = wanted.attendees?.find(({ email }) => email === calendarId);
  const attendees = event.fields.attendees?.map((attendee) =>
    attendee.email === calendarId ? (answer ?? attendee) : attendee,
  );
  const own = Object.fromEntries(ownFields.map((name) => [name, wanted[name]]));
  return {
    ...event,
    fields: { ...event.fields, ...(attendees && { attendees }) },
    removedFrom: event.removedFrom.filter((id) => id !== calendarId),
    ownSettings: { ...event.ownSettings, [calendarId]: own },
  };
}

/** The event goes on without the guest, whose entry says so. */
export function leaveAsGuest(event: EventRecord, calendarId: string): Draft {
  const attendees = event.fields.attendees?.map((attendee) =>
    attendee.email === calendarId ? { ...attendee, responseStatus: 'declined' as const } : attendee,
  );
  return {
    ...event,
    fields: { ...event.fields, ...(attendees && { attendees }) },
    removedFrom: [...event.removedFrom, calendarId],
  };
}
