/**
 * Times in the words that people and models use, resolved where the calendar is.
 *
 * Owns: what each word means for a calendar, which looks ahead: `friday` is the next one, `next_7_days` begins now. Does
 * not own: clock arithmetic (zone.ts) nor names such as `2026-W41` (../analytics/calendar-names.ts). Pure.
 */
import { ToolError } from '../../errors.ts';
import {
  addMonths,
  type Day,
  type DayRange,
  mondayOf,
  monthRange,
  parseDay,
  partsOf,
  weekdayOf,
} from '../analytics/calendar-days.ts';
import { readCalendarName, readExactDay } from '../analytics/calendar-names.ts';
import { quote } from '../quote.ts';
import { clockTime, dayAt, isZone, startOfDay } from './zone.ts';

/** Instants; the end does not belong to it. */
export interface Span {
  start: number;
  end: number;
}

/** Where and when words are read. */
export interface Place {
  zone: string;
  now: number;
}

export const WHEN_EXAMPLES = 'today, tomorrow, friday, this_week, next_7_days, 2026-10-05, 2026-10-05..2026-10-09';

/** Throws ToolError `bad-input` with words that would do. */
export function readWhen(text: string, place: Place): Span {
  const words = normalise(text);
  const span = readAhead(words, place) ?? readDays(words, place) ?? readEnds(words, place);
  if (span === undefined) {
    throw new ToolError('bad-input', `\`when\` is ${quote(text)}, wanted a time such as ${WHEN_EXAMPLES}.`);
  }
  if (span.end <= span.start) {
    throw new ToolError('bad-input', `${quote(text)} ends before it begins. Write the earlier time first.`);
  }
  return span;
}

function normalise(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/["'`[\]()]/g, '')
    .replaceAll(/[_\s]+/g, ' ')
    .replace(/^(?:from|between|for|the|in|during|on) /, '')
    .trim();
}

const UNIT_DAYS = { day: 1, week: 7 } as const;

/** `next 7 days`, `the coming 2 weeks`: from now on; `last 7 days`: up to now. */
function readAhead(words: string, { now, zone }: Place): Span | undefined {
  const match = /^(?:the )?(next|coming|last|past)(?: ([0-9]{1,3}))? (hour|day|week|month)s$/.exec(words);
  if (match === null) return undefined;
  const count = Number(match[2] ?? 1);
  const sign = match[1] === 'last' || match[1] === 'past' ? -1 : 1;
  const other = moved(now, count * sign, match[3] ?? 'day', zone);
  return sign === 1 ? { start: now, end: other } : { start: other, end: now };
}

function moved(now: number, count: number, unit: string, zone: string): number {
  if (unit === 'hour') return now + count * 3_600_000;
  const today = dayAt(now, zone);
  const day = unit === 'month' ? addMonths(today, count) : today + count * (unit === 'week' ? UNIT_DAYS.week : 1);
  // The end of that day ahead, the beginning of it in the past: whole days are what is meant.
  return startOfDay(count > 0 ? day + 1 : day, zone);
}

function readDays(words: string, place: Place): Span | undefined {
  const days = daysOf(words, dayAt(place.now, place.zone));
  return days === undefined ? undefined : spanOf(days, place.zone);
}

/** The whole of these days. */
function spanOf({ start, end }: DayRange, zone: string): Span {
  return { start: startOfDay(start, zone), end: startOfDay(end + 1, zone) };
}

/** Days by any name that does not depend on the hour. */
export function daysOf(words: string, today: Day): DayRange | undefined {
  const offset = { yesterday: -1, today: 0, tonight: 0, tomorrow: 1, 'day after tomorrow': 2 }[words];
  if (offset !== undefined) return one(today + offset);
  const exact = parseDay(words) ?? readExactDay(words);
  if (exact !== undefined) return one(exact);
  return readWeekday(words, today) ?? readUnit(words, today) ?? readNamed(words, today);
}

function one(day: Day): DayRange {
  return { start: day, end: day };
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEKDAY = /^(this |next |last )?(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?$/;

/** `friday` and `this friday` are the next one, today included; `next friday` is the one of next week. */
function readWeekday(words: string, today: Day): DayRange | undefined {
  const match = WEEKDAY.exec(words);
  if (match === null) return undefined;
  const weekday = WEEKDAYS.indexOf((match[2] ?? '').slice(0, 3));
  const ahead = today + ((weekday - weekdayOf(today) + 7) % 7);
  if (match[1] === 'next ') return one(mondayOf(today) + 7 + weekday);
  if (match[1] === 'last ') return one(ahead - 7);
  return one(ahead);
}

const STEPS: Readonly<Record<string, number>> = { this: 0, current: 0, next: 1, coming: 1, last: -1, past: -1 };

/** `this week`, `next month`, `this weekend`, `rest of the week`. */
function readUnit(words: string, today: Day): DayRange | undefined {
  const rest = /^rest of (?:the |this )?(week|month)$/.exec(words)?.[1];
  const match = /^(this|current|next|coming|last|past) (week|weekend|month|year)$/.exec(
    rest === undefined ? words : `this ${rest}`,
  );
  if (match === null) return undefined;
  const step = STEPS[match[1] ?? ''] ?? 0;
  const range = unitRange(match[2] ?? '', step, today);
  return rest === undefined ? range : { start: today, end: range.end };
}

function unitRange(unit: string, step: number, today: Day): DayRange {
  const { year, month } = partsOf(today);
  const monday = mondayOf(today) + 7 * step;
  if (unit === 'weekend') return { start: monday + 5, end: monday + 6 };
  if (unit === 'month') return monthRange(year, month + step);
  if (unit === 'year') return { start: monthRange(year + step, 1).start, end: monthRange(year + step, 12).end };
  return { start: monday, end: monday + 6 };
}

/** `2026-10`, `Q4 2026`, `2026-W41`; a month's bare name would be read as the last one, and a calendar looks ahead. */
function readNamed(words: string, today: Day): DayRange | undefined {
  return /[0-9]/.test(words) ? readCalendarName(words, today) : undefined;
}

/** `A..B`, each end a day or a time of day. */
function readEnds(words: string, place: Place): Span | undefined {
  const [first, second, ...others] = words.split(/\s*\.{2,3}\s*|\s+(?:to|until|till|through|and|–|—)\s+/);
  if (first === undefined || others.length > 0) return undefined;
  if (second === undefined) return undefined;
  const start = endOf(first, place)?.start;
  const end = endOf(second, place)?.end;
  return start === undefined || end === undefined ? undefined : { start, end };
}

function endOf(words: string, place: Place): Span | undefined {
  if (words === 'now') return { start: place.now, end: place.now };
  const instant = readInstant(words.toUpperCase().replace(' ', 'T'), place.zone);
  return instant === undefined ? readDays(words, place) : { start: instant, end: instant };
}

const TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$/i;

/** A day and a clock time; without an offset it is meant where the calendar is. */
export function readInstant(text: string, zone: string): number | undefined {
  const match = TIME.exec(text.trim());
  const day = parseDay(match?.[1] ?? '');
  if (match === null || day === undefined) return undefined;
  const [hours, minutes, seconds] = [match[2], match[3], match[4] ?? '0'].map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const offset = match[5];
  if (offset === undefined) return clockTime(day, hours * 60 + minutes, zone) + seconds * 1000;
  const sign = offset.startsWith('-') ? -1 : 1;
  const ahead = /^z$/i.test(offset) ? 0 : sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2)));
  return day * 86_400_000 + ((hours * 60 + minutes - ahead) * 60 + seconds) * 1000;
}

/** The zone that was asked for, or the calendar's own. Throws ToolError `bad-input`. */
export function chooseZone(wanted: string | undefined, own: string): string {
  const zone = wanted?.trim() ?? '';
  if (zone === '') return isZone(own) ? own : 'UTC';
  if (/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone) && isZone(zone)) return zone;
  throw new ToolError(
    'bad-input',
    `There is no time zone ${quote(zone)}. Write one as Europe/Berlin or America/New_York.`,
  );
}
