/**
 * POST /freeBusy: when are these calendars taken, without saying by what.
 *
 * Owns: the request's rules (at most 50 calendars and 90 days), what counts as busy, and joining what overlaps. Does not
 * own: events. Shape as in https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query
 */
import { z } from 'zod';
import { type Api, type Opened, openCalendar, type Room } from './access.ts';
import { badRequest, invalid, missingParameter, refusedByCalendar, timeRangeEmpty } from './calendar-error.ts';
import { type EventRecord, isCancelledOn } from './records.ts';
import { isSeries, type Span, spanOf, touches, untouchedHappeningsOf } from './series.ts';
import { formatInstant, isTimeZone, readInstant } from './time.ts';

const mostCalendars = 50;
const longestRange = 90 * 86_400_000;

const freeBusyBody = z.object({
  timeMin: z.string().nullish(),
  timeMax: z.string().nullish(),
  timeZone: z.string().nullish(),
  items: z.array(z.object({ id: z.string() })).nullish(),
  calendarExpansionMax: z.int().nullish(),
});

export async function freeBusy(c: Api, room: Room): Promise<Response> {
  const parsed = freeBusyBody.safeParse(await c.req.json().catch(() => undefined));
  if (!parsed.success) throw badRequest();
  const { timeMin, timeMax, timeZone, items, calendarExpansionMax } = parsed.data;
  const window = { start: readTime(timeMin, 'timeMin'), end: readTime(timeMax, 'timeMax') };
  if (window.end <= window.start) throw timeRangeEmpty();
  if (window.end - window.start > longestRange) {
    throw refusedByCalendar(400, 'timeRangeTooLong', 'The requested time range is too long.', 'timeMax');
  }
  const zone = timeZone || 'UTC';
  if (!isTimeZone(zone)) throw invalid('Invalid time zone.', 'timeZone');
  const most = Math.min(calendarExpansionMax ?? mostCalendars, mostCalendars);
  const ids = [...new Set((items ?? []).map(({ id }) => id))];
  const answers = ids.map((id, index) => {
    if (index >= most) return [id, failed('calendar', 'tooManyCalendarsRequested')];
    const opened = openCalendar(room.records, c.get('person').email, id);
    if (opened === undefined) return [id, failed('global', 'notFound')];
    return [id, { busy: busyTimes(room, opened, window).map((span) => spanResource(span, zone)) }];
  });
  return c.json({
    kind: 'calendar#freeBusy',
    timeMin: new Date(window.start).toISOString(),
    timeMax: new Date(window.end).toISOString(),
    calendars: Object.fromEntries(answers),
  });
}

function readTime(text: string | null | undefined, name: string): number {
  if (text === null || text === undefined || text === '') throw missingParameter(name);
  const instant = readInstant(text);
  if (instant === undefined) throw badRequest();
  return instant;
}

function failed(domain: string, reason: string) {
  return { errors: [{ domain, reason }], busy: [] };
}

function busyTimes(room: Room, { calendar }: Opened, window: Span): Span[] {
  const zone = calendar.timeZone;
  const spans = room.records
    .eventsOn(calendar.id)
    .flatMap((event) => {
      return isSeries(event) ? untouchedHappeningsOf(event, room.records.exceptionsOf(event), zone, window) : [event];
    })
    .filter((event) => isBusy(event, calendar.id))
    .map((event) => spanOf(event, zone))
    .filter((span) => touches(span, window) && span.end > span.start);
  return joined(spans).map(({ start, end }) => ({
    start: Math.max(start, window.start),
    end: Math.min(end, window.end),
  }));
}

function isBusy(event: EventRecord, calendarId: string): boolean {
  const { transparency, attendees } = { ...event.fields, ...event.ownSettings[calendarId] };
  const own = attendees?.find(({ email }) => email === calendarId);
  return !isCancelledOn(event, calendarId) && transparency !== 'transparent' && own?.responseStatus !== 'declined';
}

/** Meetings that overlap or follow each other without a gap are one busy time. */
function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else result.push({ ...span });
  }
  return result;
}

function spanResource({ start, end }: Span, zone: string) {
  return { start: formatInstant(start, zone), end: formatInstant(end, zone) };
}
