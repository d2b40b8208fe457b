/**
 * One event in time, and the happenings of a series as events of their own.
 *
 * Owns: the names of happenings (`{series}_{original start}`), their times, and how far into the future an endless
 * series is told. Does not own: the rules (recurrence.ts) nor what was changed about one happening (records.ts).
 */
import type { EventTime } from './event-time.ts';
import type { EventRecord } from './records.ts';
import { readRecurrence, wallTimes } from './recurrence.ts';
import { formatDay, instantOf, joinWall, readDay, splitWall, wallTime } from './time.ts';

export interface Span {
  start: number;
  /** Exclusive. */
  end: number;
}

const dayLength = 86_400_000;

/** Whole days begin at midnight of `zone`, the zone of whoever looks. */
export function spanOf(event: EventRecord, zone: string): Span {
  return { start: beginOf(event.fields.start, zone), end: beginOf(event.fields.end, zone) };
}

export function beginOf(time: EventTime, zone: string): number {
  return 'date' in time ? instantOf(joinWall(readDay(time.date) ?? 0, 0), zone) : Date.parse(time.dateTime);
}

export function isSeries(event: EventRecord): boolean {
  return (event.fields.recurrence?.length ?? 0) > 0;
}

/**
 * The happenings of a series that touch the window, as the rule has them: exceptions are not looked at. Each is a
 * record of its own that was never saved.
 */
export function happeningsOf(series: EventRecord, zone: string, window: Span): EventRecord[] {
  const { start, end, recurrence } = series.fields;
  const length = beginOf(end, 'UTC') - beginOf(start, 'UTC');
  const seriesZone = 'date' in start ? 'UTC' : (start.timeZone ?? 'UTC');
  const rules = readRecurrence(recurrence ?? [], seriesZone);
  if (rules === undefined) return [];
  // Two days of slack for zones and for hours that are skipped; `touches` is exact.
  const from = window.start - length - 2 * dayLength;
  const walls = wallTimes(rules, wallTime(beginOf(start, 'UTC'), seriesZone), from, window.end + 2 * dayLength);
  return walls
    .map((wall) => happeningAt(series, wall, seriesZone, length))
    .filter((happening) => touches(spanOf(happening, zone), window));
}

/** The happenings that nobody moved, changed or cancelled: those come as records of their own. */
export function untouchedHappeningsOf(
  series: EventRecord,
  exceptions: readonly EventRecord[],
  zone: string,
  window: Span,
): EventRecord[] {
  const touched = new Set(exceptions.map(({ id }) => id));
  return happeningsOf(series, zone, window).filter(({ id }) => !touched.has(id));
}

/** Events that end when the window begins, or begin when it ends, are outside. One without length is in if it begins inside. */
export function touches(span: Span, window: Span): boolean {
  return (
    span.start < window.end && (span.end > window.start || (span.start === span.end && span.start >= window.start))
  );
}

function happeningAt(series: EventRecord, wall: number, zone: string, length: number): EventRecord {
  const { recurrence: _, ...fields } = series.fields;
  const at = 'date' in fields.start ? wholeDays(wall, length) : instants(fields, wall, zone, length);
  return {
    ...series,
    id: `${series.id}_${nameOf(at.start)}`,
    fields: { ...fields, ...at },
    instance: { of: series.id, original: at.start },
  };
}

function wholeDays(wall: number, length: number): { start: EventTime; end: EventTime } {
  const { days } = splitWall(wall);
  return { start: { date: formatDay(days) }, end: { date: formatDay(days + length / dayLength) } };
}

function instants(fields: EventRecord['fields'], wall: number, zone: string, length: number) {
  const start = instantOf(wall, zone);
  return { start: movedTo(fields.start, start), end: movedTo(fields.end, start + length) };
}

function movedTo(time: EventTime, instant: number): EventTime {
  return 'date' in time ? time : { ...time, dateTime: new Date(instant).toISOString() };
}

/** `20261127T173000Z`, or `20261127` for whole days. */
function nameOf(start: EventTime): string {
  const name = ('date' in start ? start.date : start.dateTime.slice(0, 19)).replace(/[-:]/g, '');
  return 'date' in start ? name : `${name}Z`;
}

/** The id of a series and the window to look in, from the id of one of its happenings. */
export function readHappeningId(id: string): { seriesId: string; window: Span } | undefined {
  const [, seriesId, year, month, date] = /^(.+)_(\d{4})(\d{2})(\d{2})(?:T\d{6}Z)?$/.exec(id) ?? [];
  const days = readDay(`${year}-${month}-${date}`);
  if (seriesId === undefined || days === undefined) return undefined;
  return { seriesId, window: { start: (days - 1) * dayLength, end: (days + 2) * dayLength } };
}
