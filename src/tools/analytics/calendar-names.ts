/**
 * Days, weeks, months, quarters and years by their own names: `2026-10`, `Q3 2026`, `2026-W41`, `5 October 2026`.
 *
 * Owns: these spellings. Does not own: words that depend on today alone, such as `last_week`, nor spans (dates.ts). Gets
 * lower-case words with single spaces.
 */
import { type Day, type DayRange, mondayOf, monthRange, parseDay, partsOf, realDay } from './calendar-days.ts';

/** What a range was named after; decides how it is compared. `span` is any other run of days. */
export type RangeUnit = 'day' | 'week' | 'month' | 'quarter' | 'year' | 'span';

export interface UnitRange extends DayRange {
  unit: RangeUnit;
}

/** `2026-10`, `2026`, `Q3 2026`, `2026-W41`, `October`, `October 2026`. */
export function readCalendarName(words: string, today: Day): UnitRange | undefined {
  const month = /^([0-9]{4})[-/]?(0[1-9]|1[0-2])$/.exec(words);
  if (month !== null) return { ...monthRange(Number(month[1]), Number(month[2])), unit: 'month' };
  const year = /^((?:19|20)[0-9]{2})$/.exec(words)?.[1];
  if (year !== undefined)
    return { start: monthRange(Number(year), 1).start, end: monthRange(Number(year), 12).end, unit: 'year' };
  return readQuarter(words, today) ?? readIsoWeek(words) ?? readMonthName(words, today);
}

function readQuarter(words: string, today: Day): UnitRange | undefined {
  const match = /^(?:q([1-4])(?:[ -]?([0-9]{4}))?|([0-9]{4})[ -]?q([1-4]))$/.exec(words);
  if (match === null) return undefined;
  const quarter = Number(match[1] ?? match[4]);
  const firstMonth = quarter * 3 - 2;
  const { year: thisYear, month: thisMonth } = partsOf(today);
  const latest = firstMonth <= thisMonth ? thisYear : thisYear - 1;
  const year = Number(match[2] ?? match[3] ?? latest);
  return { start: monthRange(year, firstMonth).start, end: monthRange(year, firstMonth + 2).end, unit: 'quarter' };
}

function readIsoWeek(words: string): UnitRange | undefined {
  const match = /^([0-9]{4})[ -]?w([0-9]{1,2})$/.exec(words);
  if (match === null) return undefined;
  const week = Number(match[2]);
  const fourth = realDay(Number(match[1]), 1, 4);
  if (fourth === undefined || week < 1 || week > 53) return undefined;
  // ISO 8601: week 1 is the one with 4 January in it.
  const start = mondayOf(fourth) + (week - 1) * 7;
  return { start, end: start + 6, unit: 'week' };
}

const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_PATTERN =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';

function monthNumber(name: string): number {
  return MONTH_NAMES.indexOf(name.slice(0, 3)) + 1;
}

function readMonthName(words: string, today: Day): UnitRange | undefined {
  const match = new RegExp(`^(?:last )?${MONTH_PATTERN}(?:[ ,-]+([0-9]{4}))?$`).exec(words);
  if (match === null) return undefined;
  const month = monthNumber(match[1] ?? '');
  const now = partsOf(today);
  const latest = month <= now.month ? now.year : now.year - 1;
  return { ...monthRange(Number(match[2] ?? latest), month), unit: 'month' };
}

/** One written-out day: ISO, compact, or with the month's name. `03/04/2026` is left alone: two countries, two days. */
export function readExactDay(words: string): Day | undefined {
  const plain = parseDay(words.replaceAll('/', '-'));
  if (plain !== undefined) return plain;
  const dayFirst = new RegExp(`^([0-9]{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH_PATTERN},? ([0-9]{4})$`).exec(words);
  if (dayFirst !== null) return realDay(Number(dayFirst[3]), monthNumber(dayFirst[2] ?? ''), Number(dayFirst[1]));
  const monthFirst = new RegExp(`^${MONTH_PATTERN} ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})$`).exec(words);
  if (monthFirst === null) return undefined;
  return realDay(Number(monthFirst[3]), monthNumber(monthFirst[1] ?? ''), Number(monthFirst[2]));
}
