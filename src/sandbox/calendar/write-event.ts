/**
 * POST, PATCH, PUT and DELETE below /calendars/{calendarId}/events: what a person may change, and what follows from it.
 *
 * Owns: the order of the checks (access, parameters, If-Match, body), ids, and the consequences for series. Does not own:
 * what makes an event valid (event-body.ts) nor what guests may do (guest.ts). Nobody gets mail: `sendUpdates` is
 * checked and that is all.
 */
import { type Api, calendarInUrl, eventInUrl, type Opened, type Room, writableCalendarInUrl } from './access.ts';
import {
  alreadyDeleted,
  CalendarError,
  conditionNotMet,
  duplicate,
  invalid,
  refusedByCalendar,
} from './calendar-error.ts';
import { settleConference } from './conference.ts';
import { type EventBody, type EventFields, parseEventBody, readEvent, withoutNulls } from './event-body.ts';
import { isEventId, madeUpId } from './event-id.ts';
import { eventResource } from './event-resource.ts';
import { isSameTime } from './event-time.ts';
import { changeAsGuest, isGuestCopy, leaveAsGuest } from './guest.ts';
import { readChoice, readFlag, readInteger, readZone } from './query.ts';
import { type Draft, type EventRecord, etagOf, isCancelledOn } from './records.ts';

export function getEvent(c: Api, room: Room): Response {
  const opened = calendarInUrl(c, room.records);
  const event = eventInUrl(c, room.records, opened.calendar);
  if (c.req.header('if-none-match') === etagOf(event)) return c.body(null, 304);
  return answerEvent(c, room, opened, event);
}

export async function insertEvent(c: Api, room: Room): Promise<Response> {
  const opened = writableCalendarInUrl(c, room.records);
  const version = checkWriteParameters(c);
  const body = parseEventBody(await readJson(c));
  const id = newId(room, opened, body.id);
  const fields = readEvent(body);
  if (fields.eventType === 'fromGmail') throw invalid('Invalid event type.');
  const event = room.records.save({
    id,
    home: opened.calendar.id,
    creator: c.get('person').email,
    sequence: 0,
    fields: withConference(fields, undefined, version),
    removedFrom: [],
    ownSettings: {},
  });
  return answerEvent(c, room, opened, event);
}

/** PATCH merges objects and replaces arrays whole; PUT replaces everything. */
export async function changeEvent(c: Api, room: Room, how: 'patch' | 'replace'): Promise<Response> {
  const opened = writableCalendarInUrl(c, room.records);
  const version = checkWriteParameters(c);
  const event = eventInUrl(c, room.records, opened.calendar);
  checkIfMatch(c, event);
  const json = await readJson(c);
  const body = parseEventBody(how === 'patch' ? merge(event.fields, json) : json);
  if (body.eventType && body.eventType !== event.fields.eventType) {
    throw refusedByCalendar(400, 'eventTypeRestriction', 'Event type cannot be changed.');
  }
  // A happening does not repeat: the rule that an old copy of it may carry belongs to the series.
  const read = readEvent({ ...body, eventType: event.fields.eventType, ...(event.instance && { recurrence: null }) });
  const fields = withConference(read, event.fields, version);
  const draft = isGuestCopy(event, opened.calendar.id)
    ? changeAsGuest(event, opened.calendar.id, fields)
    : changeAsOrganizer(event, fields);
  const changed = room.records.save(draft);
  if (isMoved(event.fields, changed.fields)) cancelExceptions(room, changed);
  return answerEvent(c, room, opened, changed);
}

export function deleteEvent(c: Api, room: Room): Response {
  const opened = writableCalendarInUrl(c, room.records);
  checkWriteParameters(c);
  const event = eventInUrl(c, room.records, opened.calendar);
  if (isCancelledOn(event, opened.calendar.id)) throw alreadyDeleted();
  checkIfMatch(c, event);
  if (isGuestCopy(event, opened.calendar.id)) {
    room.records.save(leaveAsGuest(event, opened.calendar.id));
  } else {
    room.records.save({ ...event, fields: { ...event.fields, status: 'cancelled' } });
    cancelExceptions(room, event);
  }
  return c.body(null, 204);
}

/** Exceptions live and die with the times that they are exceptions from. */
function cancelExceptions(room: Room, series: EventRecord): void {
  for (const exception of room.records.exceptionsOf(series)) {
    if (exception.fields.status === 'cancelled') continue;
    room.records.save({ ...exception, fields: { ...exception.fields, status: 'cancelled' } });
  }
}

function changeAsOrganizer(event: EventRecord, fields: EventFields): Draft {
  const emails = (some: EventFields) => (some.attendees ?? []).map(({ email }) => email);
  const invited = emails(fields);
  const uninvited = emails(event.fields).filter((email) => !invited.includes(email));
  const removedFrom = [...event.removedFrom, ...uninvited].filter((email) => !invited.includes(email));
  return { ...event, fields, removedFrom, sequence: event.sequence + (isMoved(event.fields, fields) ? 1 : 0) };
}

function isMoved(before: EventFields, after: EventFields): boolean {
  const rule = ({ start, recurrence = [] }: EventFields) => {
    return JSON.stringify(recurrence?.length ? [recurrence, 'dateTime' in start && start.timeZone] : []);
  };
  return !isSameTime(before.start, after.start) || !isSameTime(before.end, after.end) || rule(before) !== rule(after);
}

function withConference(fields: EventFields, current: EventFields | undefined, version: number): EventFields {
  const conferenceData = settleConference(fields.conferenceData, current?.conferenceData, version);
  return withoutNulls({ ...fields, conferenceData });
}

/** Parameters of all writes; the answer is the version of conference data that the client understands. */
function checkWriteParameters(c: Api): number {
  readChoice(c, 'sendUpdates', ['all', 'externalOnly', 'none']);
  readFlag(c, 'sendNotifications');
  return readInteger(c, 'conferenceDataVersion', 0, 1) ?? 0;
}

/** A client may name its event, so that a repeated insert is refused instead of doubled. */
function newId(room: Room, { calendar }: Opened, wanted: EventBody['id']): string {
  if (wanted === null || wanted === undefined || wanted === '')
    return madeUpId(`${calendar.id} ${room.records.lastChange()}`);
  if (!isEventId(wanted)) throw invalid('Invalid resource id value.');
  if (room.records.find(calendar.id, wanted) !== undefined) throw duplicate();
  return wanted;
}

function checkIfMatch(c: Api, event: EventRecord): void {
  const wanted = c.req.header('if-match');
  if (wanted === undefined || wanted === '*' || wanted === etagOf(event)) return;
  throw conditionNotMet();
}

async function readJson(c: Api): Promise<unknown> {
  const text = await c.req.text();
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new CalendarError(400, { domain: 'global', reason: 'parseError', message: 'Parse Error' });
  }
}

/** RFC 7396, as deep as events go. */
function merge(current: unknown, patch: unknown, depth = 0): unknown {
  if (!isObject(patch) || depth > 5) return patch;
  const merged: Record<string, unknown> = isObject(current) ? { ...current } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else Object.defineProperty(merged, name, { value: merge(merged[name], value, depth + 1), ...plain });
  }
  return merged;
}

/** A field called `__proto__` stays a field. */
const plain = { enumerable: true, configurable: true, writable: true };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function answerEvent(c: Api, room: Room, opened: Opened, event: EventRecord): Response {
  const maxAttendees = readInteger(c, 'maxAttendees', 1);
  const zone = readZone(c) ?? opened.calendar.timeZone;
  const view = { ...opened, calendars: room.records.calendars, zone, ...(maxAttendees && { maxAttendees }) };
  c.header('ETag', etagOf(event));
  return c.json(eventResource(event, view));
}
