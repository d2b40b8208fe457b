/**
 * Days without a time of day: counted from 1970-01-01, so that adding, comparing and finding weeks is arithmetic.
 *
 * Owns: this arithmetic, and today's day in a time zone. Does not own: what words such as `last_week` mean (dates.ts).
 */

/** Whole days since 1970-01-01 (a Thursday). */
export type Day = number;

const DAY_MS = 86_400_000;

/** Both ends included. */
export interface DayRange {
  start: Day;
  end: Day;
}

export function dayOf(year: number, month: number, day: number): Day {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** Today where the property is. An unknown zone name counts as UTC. */
export function todayIn(timeZone: string, nowMs: number): Day {
  const zone = isTimeZone(timeZone) ? timeZone : 'UTC';
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' });
  const [month = 1, day = 1, year = 1970] = parts.format(nowMs).split('/').map(Number);
  return dayOf(year, month, day);
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return true;
  } catch {
    // RangeError: a zone that this runtime does not know.
    return false;
  }
}

export function isoDay(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** A real calendar day from `YYYY-MM-DD` or `YYYYMMDD`; `undefined` for anything else, 2026-02-30 included. */
export function parseDay(text: string): Day | undefined {
  const match = /^([0-9]{4})-?([0-9]{2})-?([0-9]{2})$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  return realDay(year, month, day);
}

/** `undefined` where the calendar has no such day. */
export function realDay(year: number, month: number, day: number): Day | undefined {
  if (year < 1970 || month < 1 || month > 12 || day < 1) return undefined;
  const counted = dayOf(year, month, day);
  return partsOf(counted).month === month ? counted : undefined;
}

export function partsOf(day: Day): { year: number; month: number; day: number } {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 is Monday, 6 is Sunday. */
export function weekdayOf(day: Day): number {
  return (((day + 3) % 7) + 7) % 7;
}

export function mondayOf(day: Day): Day {
  return day - weekdayOf(day);
}

export function lengthOf(range: DayRange): number {
  return range.end - range.start + 1;
}

/** `month` may run over: 13 is January of the next year, 0 December of the last. */
export function monthRange(year: number, month: number): DayRange {
  return { start: dayOf(year, month, 1), end: dayOf(year, month + 1, 1) - 1 };
}

/** The same day of the month, that many months on; the last day where the month is too short. */
export function addMonths(day: Day, months: number): Day {
  const { year, month, day: dayOfMonth } = partsOf(day);
  const target = monthRange(year, month + months);
  return Math.min(target.start + dayOfMonth - 1, target.end);
}
