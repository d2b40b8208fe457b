/**
 * Which period a range is compared with.
 *
 * Owns: the rules of `previous_period` and `previous_year`, and saying which rule was used. Weeks are compared with
 * weeks, weekday by weekday, since weekends differ more than most weeks do; calendar months, quarters and years are
 * compared with their like, whatever their length. Pure.
 */
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';
import { addMonths, type Day, type DayRange, isoDay, lengthOf, partsOf } from './calendar-days.ts';
import { type NamedRange, readDates } from './dates.ts';

export interface Comparison extends DayRange {
  notes: readonly string[];
}

const WORDS: Readonly<Record<string, 'none' | 'previous_period' | 'previous_year'>> = {
  '': 'none',
  none: 'none',
  no: 'none',
  false: 'none',
  true: 'previous_period',
  yes: 'previous_period',
  previous: 'previous_period',
  previousperiod: 'previous_period',
  priorperiod: 'previous_period',
  previousrange: 'previous_period',
  periodoverperiod: 'previous_period',
  pop: 'previous_period',
  previousyear: 'previous_year',
  sameperiodlastyear: 'previous_year',
  yearoveryear: 'previous_year',
  lastyear: 'previous_year',
  yearago: 'previous_year',
  yoy: 'previous_year',
};

/** `undefined` when nothing is to be compared. Throws ToolError `bad-input` for words that name no period. */
export function readComparison(text: string | undefined, range: NamedRange, today: Day): Comparison | undefined {
  const word = WORDS[(text ?? '').toLowerCase().replaceAll(/[^a-z]/g, '')];
  const isWord = word !== undefined && !/[0-9]/.test(text ?? '');
  if (isWord && word === 'none') return undefined;
  if (isWord) return word === 'previous_year' ? previousYear(range) : previousPeriod(range, today);
  return explicit(text ?? '', range, today);
}

/** A range of its own, or one relative to the range: `week over week`, `previous month`. */
function explicit(text: string, range: NamedRange, today: Day): Comparison {
  const step = readStep(text);
  if (step !== undefined) return stepBack(range, step);
  let other: NamedRange;
  try {
    other = readDates(text, today);
  } catch (cause) {
    const message = `\`compare\` is ${quote(text)}, wanted previous_period, previous_year or a range such as 2026-10-01..2026-10-07.`;
    throw new ToolError('bad-input', message, { cause });
  }
  const notes = [...other.notes, ...lengthNote(range, other)];
  if (other.start <= range.end && range.start <= other.end) {
    notes.push('The two periods overlap, so the same days count on both sides.');
  }
  return { start: other.start, end: other.end, notes };
}

type Step = 'week' | 'month' | 'year';

const STEPS: Readonly<Record<string, Step>> = {
  wow: 'week',
  weekoverweek: 'week',
  weekbefore: 'week',
  theweekbefore: 'week',
  previousweek: 'week',
  mom: 'month',
  monthovermonth: 'month',
  monthbefore: 'month',
  themonthbefore: 'month',
  previousmonth: 'month',
  theyearbefore: 'year',
};

function readStep(text: string): Step | undefined {
  return STEPS[text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')];
}

function stepBack(range: NamedRange, step: Step): Comparison {
  if (step === 'year') return previousYear(range);
  if (step === 'month') return byMonths(range, 1);
  return { start: range.start - 7, end: range.end - 7, notes: [] };
}

const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

function previousPeriod(range: NamedRange, today: Day): Comparison {
  const months = MONTHS[range.unit];
  if (months !== undefined) return byMonths(range, months);
  if (range.unit === 'week') return { start: range.start - 7, end: range.end - 7, notes: [] };
  const wholeMonths = countWholeMonths(range);
  if (wholeMonths > 0) return byMonths(range, wholeMonths);
  // A single day is compared with the same weekday, unless it is today or yesterday: then the day before is meant.
  const isFarDay = range.unit === 'day' && range.end < today - 1;
  const days = isFarDay ? 7 : lengthOf(range);
  const notes = isFarDay ? ['A single day is compared with the same weekday a week before.'] : [];
  return { start: range.start - days, end: range.end - days, notes };
}

/** How many calendar months the range is made of; 0 when it begins or ends inside one. */
function countWholeMonths(range: DayRange): number {
  const [first, after] = [partsOf(range.start), partsOf(range.end + 1)];
  return first.day === 1 && after.day === 1 ? (after.year - first.year) * 12 + after.month - first.month : 0;
}

/** The same days some months before. A whole month stays whole, so that October is compared with all of September. */
function byMonths(range: NamedRange, months: number): Comparison {
  const isWholeEnd = partsOf(range.end + 1).day === 1;
  const start = addMonths(range.start, -months);
  const end = isWholeEnd ? addMonths(range.end + 1, -months) - 1 : addMonths(range.end, -months);
  return { start, end, notes: lengthNote(range, { start, end }) };
}

/** 52 weeks back for whole weeks, so that weekdays meet weekdays; the same calendar days for everything else. */
function previousYear(range: NamedRange): Comparison {
  const isCalendar = MONTHS[range.unit] !== undefined || countWholeMonths(range) > 0;
  if (isCalendar || lengthOf(range) % 7 !== 0) return byMonths(range, 12);
  const notes = ['The previous year is taken 52 weeks before, so that the same weekdays are compared.'];
  return { start: range.start - 364, end: range.end - 364, notes };
}

function lengthNote(range: DayRange, other: DayRange): string[] {
  const [days, otherDays] = [lengthOf(range), lengthOf(other)];
  if (days === otherDays) return [];
  return [
    `The periods differ in length: ${days} days against ${otherDays} (${isoDay(other.start)} to ${isoDay(other.end)}).`,
  ];
}
