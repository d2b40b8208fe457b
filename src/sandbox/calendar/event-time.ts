/**
 * When an event is: whole days or instants, read from a request body.
 *
 * Owns: the pair of start and end, what makes it valid, and Google's complaints when it is not. Does not own: series
 * (recurrence.ts, series.ts) nor time zones as such (time.ts).
 */
import { z } from 'zod';
import { invalid, required, timeRangeEmpty } from './calendar-error.ts';
import { instantOf, isTimeZone, readDateTime, readDay } from './time.ts';

/** A whole day, or an instant (`dateTime` always in UTC here) with the zone that the person thinks in. */
export type EventTime = { date: string } | { dateTime: string; timeZone?: string };

const text = z.string().nullish();
export const timeBody = z.object({ date: text, dateTime: text, timeZone: text });
type TimeBody = z.infer<typeof timeBody>;

/** Wide enough for any calendar, and narrow enough for every time zone to have rules. */
const years = { first: 1900, last: 2200 };

interface Times<Time> {
  start: Time;
  end: Time;
}

/** `recurs`: whether the times are those of a series, which must name its zone. */
export function readTimes(body: Partial<Times<TimeBody | null | undefined>>, recurs: boolean): Times<EventTime> {
  if (!isGiven(body.end)) throw required('Missing end time.');
  if (!isGiven(body.start)) throw required('Missing start time.');
  const start = readTime(body.start, 'start', recurs);
  const end = readTime(body.end, 'end', recurs);
  if ('date' in start !== 'date' in end) {
    throw invalid('Start and end times must either both be date or both be dateTime.');
  }
  const length = lengthOf(start, end);
  if (length < 0 || (length === 0 && 'date' in start)) throw timeRangeEmpty();
  return { start, end };
}

export function lengthOf(start: EventTime, end: EventTime): number {
  const [from, to] = [start, end].map((time) => Date.parse('date' in time ? time.date : time.dateTime));
  return (to ?? 0) - (from ?? 0);
}

/** The zone does not count: a client that sends back what it read names one where there was none. */
export function isSameTime(a: EventTime, b: EventTime): boolean {
  if ('date' in a || 'date' in b) return 'date' in a && 'date' in b && a.date === b.date;
  return a.dateTime === b.dateTime;
}

function isGiven(time: TimeBody | null | undefined): time is TimeBody {
  return Boolean(time?.date) || Boolean(time?.dateTime);
}

function readTime(time: TimeBody, which: 'start' | 'end', recurs: boolean): EventTime {
  const zone = time.timeZone || undefined;
  if (zone !== undefined && !isTimeZone(zone)) throw invalid(`Invalid time zone definition for ${which} time.`);
  if (!time.date) return readInstantOfEvent(time.dateTime ?? '', zone, which, recurs);
  if (time.dateTime || !isPlausible(time.date)) throw invalid(`Invalid ${which} time.`);
  return { date: time.date };
}

function readInstantOfEvent(dateTime: string, zone: string | undefined, which: string, recurs: boolean): EventTime {
  const read = readDateTime(dateTime);
  if (read === undefined || !isPlausible(dateTime.slice(0, 10))) throw invalid(`Invalid ${which} time.`);
  // A series needs the zone by name even if the time has an offset: the offset does not say when summer time ends.
  if (zone === undefined && ('wall' in read || recurs))
    throw required(`Missing time zone definition for ${which} time.`);
  const instant = 'instant' in read ? read.instant : instantOf(read.wall, zone ?? 'UTC');
  return { dateTime: new Date(instant).toISOString(), ...(zone !== undefined && { timeZone: zone }) };
}

function isPlausible(date: string): boolean {
  const year = Number(date.slice(0, 4));
  return readDay(date) !== undefined && year >= years.first && year <= years.last;
}
