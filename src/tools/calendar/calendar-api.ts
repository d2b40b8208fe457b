/**
 * The Calendar API's calls and the parts of its answers that the tools read.
 *
 * Owns: paths, parameters and the shapes (https://developers.google.com/workspace/calendar/api/v3/reference). Does not
 * own: what is asked for and what an answer means (each tool).
 */
import { ToolError } from '../../errors.ts';
import { GoogleRefusal } from '../google-error.ts';
import { quote } from '../quote.ts';
import type { ToolContext } from '../tool.ts';

export type Asking = Pick<ToolContext, 'google' | 'remember'>;

/** A whole day, or an instant with the zone that the person thinks in. */
export interface EventTime {
  date?: string | null;
  dateTime?: string | null;
  timeZone?: string | null;
}

export interface Attendee {
  email?: string;
  displayName?: string;
  responseStatus?: string;
  optional?: boolean;
  self?: boolean;
  organizer?: boolean;
  resource?: boolean;
}

export interface CalendarEvent {
  id: string;
  etag: string;
  status?: string;
  htmlLink?: string;
  hangoutLink?: string;
  summary?: string;
  description?: string;
  location?: string;
  start?: EventTime;
  end?: EventTime;
  recurrence?: string[];
  recurringEventId?: string;
  attendees?: Attendee[];
  attendeesOmitted?: boolean;
  organizer?: { email?: string; self?: boolean };
  eventType?: string;
}

interface EventPage {
  timeZone: string;
  summary?: string;
  nextPageToken?: string;
  items?: CalendarEvent[];
}

/** What PATCH and insert send. `null` takes a field away. */
export interface EventBody {
  id?: string;
  summary?: string;
  description?: string;
  location?: string;
  start?: EventTime;
  end?: EventTime;
  recurrence?: string[];
  attendees?: Attendee[];
  conferenceData?: { createRequest: { requestId: string; conferenceSolutionKey: { type: 'hangoutsMeet' } } };
}

export type SendUpdates = 'all' | 'externalOnly' | 'none';

export interface ListedCalendar {
  id: string;
  summary?: string;
  summaryOverride?: string;
  description?: string;
  timeZone?: string;
  accessRole?: string;
  primary?: boolean;
}

const LIST_MEMORY_MS = 5 * 60_000;
const ZONE_MEMORY_MS = 60 * 60_000;
const MAX_PAGES = 4;

/** All calendars on the person's list, at most a thousand. */
export function readCalendars({ google, remember }: Asking): Promise<ListedCalendar[]> {
  return remember('calendar list', LIST_MEMORY_MS, async () => {
    const all: ListedCalendar[] = [];
    let pageToken: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer: { items?: ListedCalendar[]; nextPageToken?: string } = await google.send({
        service: 'calendar',
        method: 'GET',
        path: ['users', 'me', 'calendarList'],
        query: { maxResults: 250, pageToken },
      });
      all.push(...(answer.items ?? []));
      pageToken = answer.nextPageToken;
      if (pageToken === undefined) break;
    }
    return all;
  });
}

/** Every list of events names its calendar's zone, so this needs no scope beyond that of the events. */
export function readZone({ google, remember }: Asking, calendarId: string): Promise<string> {
  return remember(`calendar zone ${calendarId}`, ZONE_MEMORY_MS, async () => {
    const query = { maxResults: 1 };
    const page = await google.send<EventPage>({
      service: 'calendar',
      method: 'GET',
      path: eventsOf(calendarId),
      query,
    });
    return page.timeZone;
  });
}

export interface EventQuery {
  timeMin: string;
  timeMax: string;
  q: string | undefined;
  /** How many are wanted at most. */
  count: number;
}

/** Single events and the happenings of series, by their start. */
export async function readEvents({ google }: Asking, calendarId: string, wanted: EventQuery) {
  const { count, ...filter } = wanted;
  const events: CalendarEvent[] = [];
  let pageToken: string | undefined;
  // Google's pages may be short without being the last.
  for (let page = 0; page < MAX_PAGES && events.length < count; page += 1) {
    const query = { ...filter, singleEvents: true, orderBy: 'startTime', maxResults: count, pageToken };
    const answer = await google.send<EventPage>({
      service: 'calendar',
      method: 'GET',
      path: eventsOf(calendarId),
      query,
    });
    events.push(...(answer.items ?? []));
    pageToken = answer.nextPageToken;
    if (pageToken === undefined) return { events, isAll: true };
  }
  return { events, isAll: false };
}

/** Also an event that was deleted, whose status is `cancelled`. */
export function readEvent({ google }: Asking, calendarId: string, eventId: string): Promise<CalendarEvent> {
  const path = [...eventsOf(calendarId), eventId];
  return google.send<CalendarEvent>({ service: 'calendar', method: 'GET', path });
}

export interface WriteQuery {
  sendUpdates: SendUpdates;
  conferenceDataVersion?: 1;
}

/** Its id is chosen before, so a lost answer may be asked for again. */
export function insertEvent(
  { google }: Asking,
  calendarId: string,
  body: EventBody & { id: string },
  query: WriteQuery,
) {
  const path = eventsOf(calendarId);
  return google.send<CalendarEvent>({
    service: 'calendar',
    method: 'POST',
    path,
    query: { ...query },
    body,
    isRepeatable: true,
  });
}

/** Only if the event is still as `etag` says. */
export function patchEvent(
  { google }: Asking,
  calendarId: string,
  event: CalendarEvent,
  body: EventBody,
  query: WriteQuery,
) {
  const path = [...eventsOf(calendarId), event.id];
  const headers = { 'if-match': event.etag };
  return google.send<CalendarEvent>({ service: 'calendar', method: 'PATCH', path, query: { ...query }, body, headers });
}

export async function removeEvent(
  { google }: Asking,
  calendarId: string,
  event: CalendarEvent,
  query: WriteQuery,
): Promise<void> {
  const path = [...eventsOf(calendarId), event.id];
  const headers = { 'if-match': event.etag };
  await google.send({ service: 'calendar', method: 'DELETE', path, query: { ...query }, headers, isRepeatable: true });
}

export interface BusyAnswer {
  calendars?: Record<
    string,
    { busy?: { start: string; end: string }[]; errors?: { domain?: string; reason?: string }[] }
  >;
}

export function readBusy(
  { google }: Asking,
  body: { timeMin: string; timeMax: string; timeZone: string; items: { id: string }[] },
) {
  return google.send<BusyAnswer>({ service: 'calendar', method: 'POST', path: ['freeBusy'], body, isRepeatable: true });
}

function eventsOf(calendarId: string): string[] {
  return ['calendars', calendarId, 'events'];
}

/** Whether Google refused with one of these statuses. */
export function isRefusal(cause: unknown, ...statuses: number[]): cause is GoogleRefusal {
  return cause instanceof GoogleRefusal && statuses.includes(cause.status);
}

const REASONS: Readonly<Record<string, string>> = {
  requiredAccessLevel: 'This calendar may only be read: its owner has not given the right to change events on it.',
  forbiddenForNonOrganizer:
    'Only the organizer may change this event. Others can change their own answer in Google Calendar itself.',
  timeRangeEmpty: 'The end must come after the start.',
};

/** Google's refusal of a call about `event` on `calendarId`, as what can be done about it. */
export function explainRefusal(cause: unknown, calendarId: string, event?: string): unknown {
  if (!(cause instanceof GoogleRefusal)) return cause;
  const { detail } = cause;
  const reason = detail.about === 'no-access' || detail.about === 'other' ? (detail.reason ?? '') : '';
  const known = REASONS[reason];
  if (known !== undefined) return new ToolError(cause.kind, known, { cause });
  if (cause.status !== 404) return cause;
  const where = `the calendar ${quote(calendarId)}`;
  const message =
    event === undefined
      ? `This Google account has no access to ${where}, or there is none. Use primary, or an id that list_calendars shows.`
      : `There is no event ${quote(event)} on ${where}. list_events shows the ids; an event belongs to the calendar it was listed from.`;
  return new ToolError('not-found', message, { cause });
}
