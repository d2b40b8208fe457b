/**
 * GET /calendars/{calendarId}/events and …/events/{eventId}/instances: which events of a calendar, in what order.
 *
 * Owns: the filters, the order, pages and the switch between series and their happenings. Does not own: how an event
 * looks (event-resource.ts), sync tokens (sync.ts) nor the rules of a series (series.ts).
 */
import { type Api, calendarInUrl, eventInUrl, type Opened, type Room } from './access.ts';
import { invalid, timeRangeEmpty, updatedMinTooLongAgo } from './calendar-error.ts';
import { cancelledResource, eventResource, iCalUidOf, isHidden, type View } from './event-resource.ts';
import {
  type Bookmark,
  checkChoice,
  readChoice,
  readFlag,
  readInteger,
  readPageToken,
  readText,
  readTimestamp,
  readZone,
  shapeOf,
  writePageToken,
} from './query.ts';
import { type EventRecord, isCancelledOn } from './records.ts';
import { happeningsOf, isSeries, type Span, spanOf, touches, untouchedHappeningsOf } from './series.ts';
import { readSyncToken, writeSyncToken } from './sync.ts';

const day = 86_400_000;
/** How far beyond now, or beyond timeMin, a series is told: an endless one must end somewhere. */
const horizon = 730 * day;
const oldestUpdatedMin = 30 * day;
const eventTypes = ['birthday', 'default', 'focusTime', 'fromGmail', 'outOfOffice', 'workingLocation'] as const;

interface Wanted {
  view: View;
  window: Span;
  singleEvents: boolean;
  showDeleted: boolean;
  orderBy: 'startTime' | 'updated' | undefined;
  words: readonly string[];
  eventTypes: readonly string[];
  iCalUID: string | undefined;
  updatedMin: number | undefined;
  since: number | undefined;
}

export function listEvents(c: Api, room: Room): Response {
  const opened = calendarInUrl(c, room.records);
  const wanted = readWanted(c, room, opened);
  const events = room.records.eventsOn(opened.calendar.id).flatMap((event) => unfold(event, wanted, room));
  return answerEvents(
    c,
    room,
    wanted,
    inOrder(
      events.filter((event) => isWanted(event, wanted, room)),
      wanted,
    ),
  );
}

/** The happenings of one series, exceptions in their places. */
export function listInstances(c: Api, room: Room): Response {
  const opened = calendarInUrl(c, room.records);
  const series = eventInUrl(c, room.records, opened.calendar);
  const read = readWanted(c, room, opened);
  const wanted: Wanted = { ...read, singleEvents: true, orderBy: 'startTime' };
  const events = isSeries(series)
    ? [...unfold(series, wanted, room), ...room.records.exceptionsOf(series)].filter((event) =>
        isWanted(event, wanted, room),
      )
    : [];
  return answerEvents(c, room, wanted, inOrder(events, wanted));
}

function readWanted(c: Api, room: Room, opened: Opened): Wanted {
  const singleEvents = readFlag(c, 'singleEvents') ?? false;
  const orderBy = readChoice(c, 'orderBy', ['startTime', 'updated']);
  if (orderBy === 'startTime' && !singleEvents) {
    throw invalid('The requested ordering is not available for the particular query.', 'orderBy');
  }
  const now = room.now();
  const updatedMin = readTimestamp(c, 'updatedMin');
  if (updatedMin !== undefined && updatedMin < now.getTime() - oldestUpdatedMin) throw updatedMinTooLongAgo();
  const maxAttendees = readInteger(c, 'maxAttendees', 1);
  const zone = readZone(c) ?? opened.calendar.timeZone;
  return {
    view: { ...opened, calendars: room.records.calendars, zone, ...(maxAttendees !== undefined && { maxAttendees }) },
    window: readWindow(c),
    singleEvents,
    showDeleted: readFlag(c, 'showDeleted') ?? false,
    orderBy,
    words: (readText(c, 'q') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
    eventTypes: (c.req.queries('eventTypes') ?? []).map((type) => checkChoice(type, 'eventTypes', eventTypes)),
    iCalUID: readText(c, 'iCalUID'),
    updatedMin,
    since: readSyncToken(c, now, opened.calendar.id, room.records.lastChange()),
  };
}

function readWindow(c: Api): Span {
  const start = readTimestamp(c, 'timeMin') ?? -Infinity;
  const end = readTimestamp(c, 'timeMax') ?? Infinity;
  if (end <= start) throw timeRangeEmpty();
  return { start, end };
}

/** A series as its happenings, where single events are wanted; those that were changed come as events of their own. */
function unfold(event: EventRecord, wanted: Wanted, room: Room): EventRecord[] {
  if (!wanted.singleEvents || !isSeries(event)) return [event];
  return untouchedHappeningsOf(
    event,
    room.records.exceptionsOf(event),
    wanted.view.zone,
    windowOf(event, wanted, room),
  );
}

/** Where to look for happenings of a series: not before it begins, and not for ever. */
function windowOf(series: EventRecord, { window, view }: Wanted, room: Room): Span {
  const start = Math.max(window.start, spanOf(series, view.zone).start);
  const latest = Math.max(room.now().getTime(), start) + horizon;
  return { start, end: Math.min(window.end, latest) };
}

function isWanted(event: EventRecord, wanted: Wanted, room: Room): boolean {
  return (
    isShown(event, wanted, room) &&
    isInWindow(event, wanted, room) &&
    (wanted.since === undefined || event.change > wanted.since) &&
    (wanted.updatedMin === undefined || event.updated >= wanted.updatedMin) &&
    (wanted.eventTypes.length === 0 || wanted.eventTypes.includes(event.fields.eventType)) &&
    (wanted.iCalUID === undefined || wanted.iCalUID === iCalUidOf(event)) &&
    mentions(event, wanted)
  );
}

/**
 * Deleted events come when asked for and in every incremental list. A cancelled happening also comes beside its series:
 * without it the reader of the rule would show a meeting that is off.
 */
function isShown(event: EventRecord, wanted: Wanted, room: Room): boolean {
  const calendarId = wanted.view.calendar.id;
  if (!isCancelledOn(event, calendarId)) return true;
  if (wanted.showDeleted || isIncremental(wanted)) return true;
  if (wanted.singleEvents || event.instance === undefined) return false;
  const series = room.records.find(event.home, event.instance.of);
  return series !== undefined && !isCancelledOn(series, calendarId);
}

function isIncremental(wanted: Wanted): boolean {
  return wanted.since !== undefined || wanted.updatedMin !== undefined;
}

function isInWindow(event: EventRecord, wanted: Wanted, room: Room): boolean {
  const { start, end } = wanted.window;
  if (start === -Infinity && end === Infinity) return true;
  if (isSeries(event)) return happeningsOf(event, wanted.view.zone, windowOf(event, wanted, room)).length > 0;
  return touches(spanOf(event, wanted.view.zone), wanted.window);
}

function mentions(event: EventRecord, { words, view }: Wanted): boolean {
  if (words.length === 0) return true;
  if (isHidden(event, view)) return false; // A search must not tell what the answer would hide.
  const { summary, description, location, attendees } = event.fields;
  const guests = (attendees ?? []).flatMap(({ email, displayName }) => [email, displayName]);
  const text = [summary, description, location, event.home, ...guests].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

function inOrder(events: EventRecord[], wanted: Wanted): EventRecord[] {
  if (wanted.orderBy === undefined) return events;
  const rank = (event: EventRecord) =>
    wanted.orderBy === 'updated' ? event.updated : spanOf(event, wanted.view.zone).start;
  return events.sort((a, b) => rank(a) - rank(b) || a.change - b.change);
}

function answerEvents(c: Api, room: Room, wanted: Wanted, events: readonly EventRecord[]): Response {
  const size = Math.min(readInteger(c, 'maxResults', 1) ?? 250, 2500);
  const list = shapeOf(c);
  const from: Bookmark = readPageToken(c, list) ?? { offset: 0, change: room.records.lastChange() };
  const page = events.slice(from.offset, from.offset + size);
  const next = from.offset + page.length;
  const { calendar, role } = wanted.view;
  return c.json({
    kind: 'calendar#events',
    etag: `"p${room.records.lastChange()}g"`,
    summary: calendar.summary,
    ...(calendar.description !== undefined && { description: calendar.description }),
    updated: lastUpdate(room, calendar.id).toISOString(),
    timeZone: wanted.view.zone,
    accessRole: role,
    defaultReminders: role === 'owner' ? [{ method: 'popup', minutes: 10 }] : [],
    ...(next < events.length
      ? { nextPageToken: writePageToken({ ...from, offset: next }, list) }
      : nextSyncToken(wanted, from, room)),
    items: page.map((event) => itemResource(event, wanted)),
  });
}

function lastUpdate(room: Room, calendarId: string): Date {
  const updates = room.records.eventsOn(calendarId).map(({ updated }) => updated);
  return updates.length === 0 ? room.now() : new Date(Math.max(...updates));
}

/** Lists that were searched or ordered cannot be continued. */
function nextSyncToken(wanted: Wanted, from: Bookmark, room: Room): { nextSyncToken?: string } {
  const isPart = wanted.orderBy ?? wanted.iCalUID ?? wanted.updatedMin ?? wanted.words[0];
  if (isPart !== undefined) return {};
  return { nextSyncToken: writeSyncToken(from.change, room.now(), wanted.view.calendar.id) };
}

function itemResource(event: EventRecord, wanted: Wanted): Record<string, unknown> {
  const { view } = wanted;
  const isGone = isCancelledOn(event, view.calendar.id);
  const isBrief = isGone && !wanted.showDeleted;
  return isBrief ? cancelledResource(event, view) : eventResource(event, view);
}
