/**
 * Days as a property sees them: civil dates in its time zone, numbered from 1970-01-01 so that they can be counted.
 *
 * Owns: time zone arithmetic, week numbers, Google's relative dates. Does not own: which days have data (seed.ts) nor the
 * words of a refusal (report-request.ts).
 */

const DAY_SECONDS = 86_400;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** Wall-clock seconds: what the clock on the wall reads at `epoch`, counted as if it were UTC. */
export function wallSeconds(epoch: number, timeZone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterFor(timeZone).formatToParts(new Date(epoch * 1000))) {
    if (type !== 'literal') parts[type] = Number(value);
  }
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** The day number of the civil date at `now` in `timeZone`. */
export function dayAt(now: Date, timeZone: string): number {
  return Math.floor(wallSeconds(Math.floor(now.getTime() / 1000), timeZone) / DAY_SECONDS);
}

/** Unix seconds at which `day` begins in `timeZone`. */
export function midnight(day: number, timeZone: string): number {
  const wanted = day * DAY_SECONDS;
  let guess = wanted;
  // Twice: the first correction may itself cross a change of the clocks.
  for (let i = 0; i < 2; i++) guess += wanted - wallSeconds(guess, timeZone);
  return guess;
}

/** `YYYYMMDD`, as the `date` dimension prints it. */
export function compactDate(day: number): string {
  return isoDate(day).replaceAll('-', '');
}

/** `YYYY-MM-DD`. */
export function isoDate(day: number): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
}

/** The day number of `YYYY-MM-DD`, or undefined if there is no such day. */
export function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(time)) return undefined;
  const day = time / 1000 / DAY_SECONDS;
  // 2025-02-30 parses in some engines; a date that does not print as itself does not exist.
  return isoDate(day) === text ? day : undefined;
}

/** Google's date words: `today`, `yesterday`, `NdaysAgo`, `YYYY-MM-DD`. */
export function resolveDay(text: string, today: number): number | undefined {
  if (text === 'today') return today;
  if (text === 'yesterday') return today - 1;
  const ago = /^(\d{1,6})daysAgo$/.exec(text);
  return ago ? today - Number(ago[1]) : dayOf(text);
}

/** 0 = Sunday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

export const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export interface CalendarDay {
  day: number;
  date: string;
  year: string;
  month: string;
  /** Weeks begin on Sunday and 1 January is always in week 01. */
  week: string;
  isoWeek: string;
  isoYear: string;
  weekday: number;
  weekdayName: string;
}

const two = (n: number): string => String(n).padStart(2, '0');

function firstDayOfYear(year: number): number {
  return Date.UTC(year, 0, 1) / 1000 / DAY_SECONDS;
}

/** Everything that the time dimensions need to know about a day. */
export function describeDay(day: number): CalendarDay {
  const date = compactDate(day);
  const year = Number(date.slice(0, 4));
  const weekday = weekdayOf(day);
  const newYear = firstDayOfYear(year);
  const week = Math.floor((day - newYear + weekdayOf(newYear)) / 7) + 1;
  // ISO 8601: the week belongs to the year of its Thursday.
  const thursday = day - ((weekday + 6) % 7) + 3;
  const isoYear = new Date(thursday * DAY_SECONDS * 1000).getUTCFullYear();
  const isoWeek = Math.floor((thursday - firstDayOfYear(isoYear)) / 7) + 1;
  return {
    day,
    date,
    year: String(year),
    month: date.slice(4, 6),
    week: two(week),
    isoWeek: two(isoWeek),
    isoYear: String(isoYear),
    weekday,
    weekdayName: weekdayNames[weekday] ?? 'Sunday',
  };
}
