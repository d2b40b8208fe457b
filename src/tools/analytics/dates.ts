/**
 * Date ranges in the words that people and models use, as real days in the property's time zone.
 *
 * Owns: what each word means. Weeks run from Monday to Sunday (ISO 8601), as people outside reports count them, although
 * Google's `week` dimension begins on Sunday; `last_7_days` and its like end yesterday, as in the Analytics interface.
 * Does not own: which period to compare with (compare-dates.ts). Pure: today comes in, a range or an error goes out.
 */
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';
import {
  addMonths,
  type Day,
  type DayRange,
  isoDay,
  mondayOf,
  monthRange,
  parseDay,
  partsOf,
} from './calendar-days.ts';
import { type RangeUnit, readCalendarName, readExactDay, type UnitRange } from './calendar-names.ts';

export interface NamedRange extends UnitRange {
  notes: readonly string[];
}

export const DATE_EXAMPLES = 'last_28_days, last_week, this_month, 2026-10, 2026-10-01..2026-10-07';

/** Google has no Analytics data from before this day. */
const FIRST_DAY = parseDay('2015-08-14') ?? 0;

/** Throws ToolError `bad-input` with words that would do. */
export function readDates(text: string, today: Day): NamedRange {
  const words = normalise(text);
  const named = readWord(words, today) ?? readSpan(words, today);
  if (named === undefined) throw notDates(text, today);
  return clip(named, text, today);
}

function normalise(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/["'`[\]()]/g, '')
    .replaceAll(/[_\s]+/g, ' ')
    .replaceAll(/(?<=[a-z])-(?=[a-z0-9])|(?<=[0-9])-(?=[a-z])/g, ' ')
    .replace(/^(?:from|between|for|the|in|during) /, '')
    .replace(/^the /, '')
    .trim();
}

/** A range that one word or phrase names. */
function readWord(words: string, today: Day): UnitRange | undefined {
  return (
    readNow(words, today) ?? readLastMany(words, today) ?? readUnit(words, today) ?? readCalendarName(words, today)
  );
}

function readNow(words: string, today: Day): UnitRange | undefined {
  if (words === 'today' || words === 'so far today') return single(today);
  if (words === 'yesterday') return single(today - 1);
  if (words === 'tomorrow') return single(today + 1);
  const day = readExactDay(words);
  return day === undefined ? undefined : single(day);
}

function single(day: Day): UnitRange {
  return { start: day, end: day, unit: 'day' };
}

/** `last 7 days`, `past 3 months`, `30d`: whole units that have ended. */
function readLastMany(words: string, today: Day): UnitRange | undefined {
  const match =
    /^(?:last|past|previous|prior) ([0-9]{1,4})[ -]?(day|week|month|quarter|year)s?$/.exec(words) ??
    /^([0-9]{1,4}) ?(d|w|m|y|day|week|month|year)s?$/.exec(words);
  if (match === null) return undefined;
  const count = Number(match[1]);
  if (count < 1) return undefined;
  const unit = LETTERS[match[2] ?? ''] ?? 'day';
  return wholeUnits(unit, count, today);
}

const LETTERS: Readonly<Record<string, CalendarUnit>> = {
  d: 'day',
  w: 'week',
  m: 'month',
  y: 'year',
  day: 'day',
  week: 'week',
  month: 'month',
  quarter: 'quarter',
  year: 'year',
};

type CalendarUnit = Exclude<RangeUnit, 'span'>;

/** The last `count` complete units before today. */
function wholeUnits(unit: CalendarUnit, count: number, today: Day): UnitRange {
  const end = unitStart(unit, today) - 1;
  if (unit === 'day') return { start: today - count, end, unit: count === 1 ? 'day' : 'span' };
  if (unit === 'week') return { start: end + 1 - 7 * count, end, unit: count === 1 ? 'week' : 'span' };
  const months = MONTHS_IN[unit] * count;
  return { start: addMonths(end + 1, -months), end, unit: count === 1 ? unit : 'span' };
}

const MONTHS_IN = { month: 1, quarter: 3, year: 12 } as const;

function unitStart(unit: CalendarUnit, today: Day): Day {
  const { year, month } = partsOf(today);
  if (unit === 'day') return today;
  if (unit === 'week') return mondayOf(today);
  if (unit === 'month') return monthRange(year, month).start;
  if (unit === 'quarter') return monthRange(year, month - ((month - 1) % 3)).start;
  return monthRange(year, 1).start;
}

/** `last week`, `this month`, `year to date`, `mtd`. */
function readUnit(words: string, today: Day): UnitRange | undefined {
  const last = /^(?:last|previous|prior|past) (week|month|quarter|year)$/.exec(words)?.[1];
  if (last !== undefined) return wholeUnits(LETTERS[last] ?? 'week', 1, today);
  const running = /^(?:this|current) (week|month|quarter|year)(?: to date| so far)?$/.exec(words)?.[1];
  const toDate = /^(week|month|quarter|year) to date$/.exec(words)?.[1] ?? /^([wmqy])td$/.exec(words)?.[1];
  const named = running ?? toDate;
  if (named !== undefined) {
    const unit = named === 'q' ? 'quarter' : (LETTERS[named] ?? 'week');
    return { start: unitStart(unit, today), end: today, unit };
  }
  if (words !== 'last weekend') return undefined;
  const monday = mondayOf(today);
  return { start: monday - 2, end: monday - 1, unit: 'span' };
}

const SEPARATORS = [
  /\s*\.{2,3}\s*/,
  /\s+(?:to|until|till|through|thru|and|–|—|-)\s+/,
  /\s*[,;|–—:]\s*/,
  /(?<=^[0-9]{8})-(?=[0-9]{8}$)/,
  /(?<=[0-9a-z])\/(?=[0-9a-z]{4})/,
];

/** `A..B` with any two ends; `since A`; `A..` up to today. */
function readSpan(words: string, today: Day): UnitRange | undefined {
  const since = /^since (.+)$/.exec(words)?.[1] ?? /^(.+?)(?: ?\.{2,3}| (?:onwards?|to now))$/.exec(words)?.[1];
  if (since !== undefined) return joinEnds(readEnd(since, today), single(today));
  for (const separator of SEPARATORS) {
    const [first, second, ...others] = words.split(separator);
    if (first === undefined || second === undefined || others.length > 0) continue;
    const range = joinEnds(readEnd(first, today), readEnd(second, today));
    if (range !== undefined) return range;
  }
  return undefined;
}

function joinEnds(first: UnitRange | undefined, second: UnitRange | undefined): UnitRange | undefined {
  if (first === undefined || second === undefined) return undefined;
  const range = { start: first.start, end: second.end };
  return { ...range, unit: range.start === range.end ? 'day' : unitOf(range) };
}

/** An end of a span: a day, `7daysAgo`, or a whole month of which the near edge counts. */
function readEnd(words: string, today: Day): UnitRange | undefined {
  const ago = /^([0-9]{1,5}) ?days? ?ago$/.exec(words.trim())?.[1];
  if (ago !== undefined) return single(today - Number(ago));
  if (words.trim() === 'now') return single(today);
  return readWord(words.trim(), today);
}

/** Whole calendar months, quarters and years are compared as such, however they were written. */
export function unitOf(range: DayRange): RangeUnit {
  const { year, month } = partsOf(range.start);
  for (const [unit, months] of Object.entries(MONTHS_IN)) {
    const aligned = (month - 1) % months === 0 && monthRange(year, month).start === range.start;
    if (aligned && monthRange(year, month + months - 1).end === range.end) return unit as RangeUnit;
  }
  return mondayOf(range.start) === range.start && range.end === range.start + 6 ? 'week' : 'span';
}

/** Keeps the range within the days that can have data. */
function clip(range: UnitRange, text: string, today: Day): NamedRange {
  if (range.start > range.end) {
    throw new ToolError(
      'bad-input',
      `${quote(text)} ends before it begins. Write the earlier day first: "${isoDay(range.end)}..${isoDay(range.start)}".`,
    );
  }
  if (range.start > today) {
    throw new ToolError(
      'bad-input',
      `${quote(text)} lies in the future; today is ${isoDay(today)} where the property is. Use for example last_28_days.`,
    );
  }
  if (range.end < FIRST_DAY) {
    throw new ToolError(
      'bad-input',
      `${quote(text)} is before ${isoDay(FIRST_DAY)}, the first day that Google Analytics 4 can have data for.`,
    );
  }
  const notes: string[] = [];
  if (range.end > today) notes.push(`The range was cut at today, ${isoDay(today)}.`);
  return { ...range, start: Math.max(range.start, FIRST_DAY), end: Math.min(range.end, today), notes };
}

function notDates(text: string, today: Day): ToolError {
  const words = normalise(text);
  const ago = /^([0-9]{1,5}) ?days? ?ago$/.exec(words)?.[1];
  if (ago !== undefined) {
    const message = `${quote(text)} names a single day, not a range. Write "last_${ago}_days" for the ${ago} days up to yesterday, or "${isoDay(today - Number(ago))}" for that day alone.`;
    return new ToolError('bad-input', message);
  }
  if (/^[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4}/.test(words)) {
    const message = `${quote(text)} can be read as two different days. Write days as YYYY-MM-DD, for example "${isoDay(today - 7)}..${isoDay(today - 1)}".`;
    return new ToolError('bad-input', message);
  }
  const unreal = words.match(/[0-9]{4}-[0-9]{2}-[0-9]{2}/g)?.find((part) => parseDay(part) === undefined);
  if (unreal !== undefined) {
    return new ToolError('bad-input', `There is no such day as ${unreal}. Write for example ${DATE_EXAMPLES}.`);
  }
  const message = `\`dates\` is ${quote(text)}, wanted a range such as ${DATE_EXAMPLES}. Today is ${isoDay(today)} where the property is.`;
  return new ToolError('bad-input', message);
}
