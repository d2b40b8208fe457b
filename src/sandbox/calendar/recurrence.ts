/**
 * RRULE, RDATE and EXDATE lines (RFC 5545 3.3.10, 3.8.5): on which wall times a series happens.
 *
 * Owns: reading the lines and walking through the days. Understands daily, weekly, monthly and yearly rules with
 * INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST; refuses the rest (hourly rules, EXRULE), which
 * Google's own calendar page cannot make either. Does not own: events (series.ts). Walking on the wall clock keeps a
 * meeting at half past nine when summer time ends.
 */
import { instantOf, isTimeZone, joinWall, readDay, splitWall, wallTime, weekdayOf } from './time.ts';

interface Rule {
  frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  interval: number;
  count: number;
  /** Last wall time that may still happen. */
  until: number;
  weekStart: number;
  weekdays: { nth: number; weekday: number }[];
  monthDays: number[];
  months: number[];
  positions: number[];
}

export interface Recurrence {
  rules: Rule[];
  added: number[];
  excluded: ReadonlySet<number>;
}

const weekdayNames = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const dayLength = 86_400_000;
/** Enough for a daily series of a hundred years; a rule that never matches (30 February) ends here. */
const mostPeriods = 40_000;

/** Undefined if any line is not understood. `zone` is where the series' wall clock hangs. */
export function readRecurrence(lines: readonly string[], zone: string): Recurrence | undefined {
  const read = lines.map((line) => readLine(line.trim(), zone));
  if (read.includes(undefined)) return undefined;
  return {
    rules: read.flatMap((line) => line?.rules ?? []),
    added: read.flatMap((line) => line?.added ?? []),
    excluded: new Set(read.flatMap((line) => line?.excluded ?? [])),
  };
}

function readLine(
  line: string,
  zone: string,
): (Partial<Record<'added' | 'excluded', number[]>> & { rules?: Rule[] }) | undefined {
  const [, name = '', parameters = '', value = ''] = /^(RRULE|RDATE|EXDATE)((?:;[^:;]+)*):(.+)$/i.exec(line) ?? [];
  if (name.toUpperCase() === 'RRULE') {
    const rule = readRule(value, zone);
    return rule && { rules: [rule] };
  }
  const walls = name === '' ? undefined : readDates(value, parameters, zone);
  if (walls === undefined) return undefined;
  return name.toUpperCase() === 'RDATE' ? { added: walls } : { excluded: walls };
}

function readDates(value: string, parameters: string, zone: string): number[] | undefined {
  const named = /;TZID=([^;]+)/i.exec(parameters)?.[1] ?? zone;
  if (!isTimeZone(named)) return undefined;
  const walls = value.split(',').map((text) => readWall(text, named));
  if (walls.includes(undefined)) return undefined;
  const read = walls.filter((wall) => wall !== undefined);
  return named === zone ? read : read.map((wall) => wallTime(instantOf(wall, named), zone));
}

/** `20261127`, `20261127T093000` (on the wall) or `20261127T173000Z`. */
function readWall(text: string, zone: string, clockOfDay = 0): number | undefined {
  const [, year, month, date, time, utc] = /^(\d{4})(\d{2})(\d{2})(?:T(\d{6})(Z)?)?$/.exec(text.trim()) ?? [];
  const days = readDay(`${year}-${month}-${date}`);
  if (days === undefined) return undefined;
  if (time === undefined) return joinWall(days, clockOfDay);
  const [hours, minutes, seconds] = [time.slice(0, 2), time.slice(2, 4), time.slice(4)].map(Number);
  const clock = ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
  if (clock >= dayLength) return undefined;
  return utc === undefined ? joinWall(days, clock) : wallTime(joinWall(days, clock), zone);
}

function readRule(text: string, zone: string): Rule | undefined {
  const values = readParts(text);
  if (values === undefined) return undefined;
  const limits = readLimits(values, zone);
  const [monthDays, months, positions] = ['BYMONTHDAY', 'BYMONTH', 'BYSETPOS'].map((name) => {
    return readNumbers(values.get(name), listLimits[name] ?? 0);
  });
  const frequency = (['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const).find((name) => name === values.get('FREQ'));
  const weekdays = readWeekdays(values.get('BYDAY'));
  const weekStart = weekdayNames.indexOf(values.get('WKST') ?? 'MO');
  if (frequency === undefined || weekdays === undefined || weekStart < 0 || limits === undefined) return undefined;
  if (monthDays === undefined || months === undefined || positions === undefined) return undefined;
  return { frequency, weekStart, weekdays, monthDays, months, positions, ...limits };
}

function readParts(text: string): Map<string, string> | undefined {
  const values = new Map<string, string>();
  for (const part of text.toUpperCase().split(';').filter(Boolean)) {
    const [name = '', value = ''] = part.split('=');
    if (!ruleParts.has(name) || value === '' || values.has(name)) return undefined;
    values.set(name, value);
  }
  return values;
}

function readLimits(values: Map<string, string>, zone: string): Pick<Rule, 'interval' | 'count' | 'until'> | undefined {
  const [countText, untilText] = [values.get('COUNT'), values.get('UNTIL')];
  if (countText !== undefined && untilText !== undefined) return undefined;
  const interval = readPositive(values.get('INTERVAL') ?? '1');
  const count = countText === undefined ? Infinity : readPositive(countText);
  const until = untilText === undefined ? Infinity : readWall(untilText, zone, dayLength - 1);
  return interval && count && until !== undefined ? { interval, count, until } : undefined;
}

const listLimits: Readonly<Record<string, number>> = { BYMONTHDAY: 31, BYMONTH: 12, BYSETPOS: 366 };
const ruleParts = new Set(['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', ...Object.keys(listLimits)]);

function readPositive(text: string): number | undefined {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

function readNumbers(text: string | undefined, limit: number): number[] | undefined {
  if (text === undefined) return [];
  const numbers = text.split(',').map((item) => (/^[+-]?\d{1,3}$/.test(item) ? Number(item) : 0));
  return numbers.every((value) => value !== 0 && Math.abs(value) <= limit) ? numbers : undefined;
}

function readWeekdays(text: string | undefined): Rule['weekdays'] | undefined {
  if (text === undefined) return [];
  const read = text.split(',').map((item) => {
    const [, nth, name = ''] = /^([+-]?[1-5])?([A-Z]{2})$/.exec(item) ?? [];
    return { nth: Number(nth ?? 0), weekday: weekdayNames.indexOf(name) };
  });
  return read.every(({ weekday }) => weekday >= 0) ? read : undefined;
}

/** The wall times of a series that begins at `first`, from `from` until before `to`, in order. */
export function wallTimes(recurrence: Recurrence, first: number, from: number, to: number): number[] {
  const walls = new Set(recurrence.added.filter((wall) => wall >= from && wall < to));
  if (recurrence.rules.length === 0 && first >= from && first < to) walls.add(first);
  for (const rule of recurrence.rules) {
    for (const wall of walk(rule, first)) {
      if (wall >= to) break;
      if (wall >= from) walls.add(wall);
    }
  }
  return [...walls].filter((wall) => !recurrence.excluded.has(wall)).sort((a, b) => a - b);
}

function* walk(rule: Rule, first: number): Generator<number> {
  const { days: firstDay, clock } = splitWall(first);
  let given = 0;
  for (let period = 0; period < mostPeriods; period++) {
    for (const days of chosenDays(rule, firstDay, period)) {
      const wall = joinWall(days, clock);
      if (wall > rule.until || given >= rule.count) return;
      given++;
      yield wall;
    }
  }
}

function chosenDays(rule: Rule, firstDay: number, period: number): number[] {
  const all = [...new Set(daysOfPeriod(rule, firstDay, period))].sort((a, b) => a - b);
  const chosen =
    rule.positions.length === 0
      ? all
      : all.filter((_, index) => rule.positions.includes(index + 1) || rule.positions.includes(index - all.length));
  return chosen.filter((days) => days >= firstDay);
}

function daysOfPeriod(rule: Rule, firstDay: number, period: number): number[] {
  const step = period * rule.interval;
  const { year, month } = dateOf(firstDay);
  switch (rule.frequency) {
    case 'DAILY':
      return [firstDay + step].filter((days) => fitsDaily(rule, days));
    case 'WEEKLY': {
      const monday = firstDay - ((weekdayOf(firstDay) - rule.weekStart + 7) % 7) + 7 * step;
      const wanted = rule.weekdays.length === 0 ? [{ weekday: weekdayOf(firstDay) }] : rule.weekdays;
      return wanted
        .map(({ weekday }) => monday + ((weekday - rule.weekStart + 7) % 7))
        .filter((days) => fitsMonth(rule, days));
    }
    case 'MONTHLY':
      return daysOfMonth(rule, firstDay, year, month + step).filter((days) => fitsMonth(rule, days));
    case 'YEARLY': {
      const months = rule.months.length === 0 ? [month] : rule.months.map((number) => number - 1);
      return months.flatMap((wanted) => daysOfMonth(rule, firstDay, year + step, wanted));
    }
  }
}

function fitsMonth(rule: Rule, days: number): boolean {
  return rule.months.length === 0 || rule.months.includes(dateOf(days).month + 1);
}

function fitsDaily(rule: Rule, days: number): boolean {
  const weekdayFits = rule.weekdays.length === 0 || rule.weekdays.some(({ weekday }) => weekday === weekdayOf(days));
  const dayFits = rule.monthDays.length === 0 || rule.monthDays.includes(dateOf(days).date);
  return weekdayFits && dayFits && fitsMonth(rule, days);
}

function daysOfMonth(rule: Rule, firstDay: number, year: number, month: number): number[] {
  const start = Date.UTC(year, month, 1) / dayLength;
  const length = Date.UTC(year, month + 1, 1) / dayLength - start;
  if (rule.weekdays.length > 0) return rule.weekdays.flatMap((wanted) => weekdaysOfMonth(wanted, start, length));
  const numbers = rule.monthDays.length > 0 ? rule.monthDays : [dateOf(firstDay).date];
  return numbers
    .map((number) => (number > 0 ? number : length + 1 + number))
    .filter((number) => number >= 1 && number <= length)
    .map((number) => start + number - 1);
}

function weekdaysOfMonth({ nth, weekday }: Rule['weekdays'][number], start: number, length: number): number[] {
  const first = start + ((weekday - weekdayOf(start) + 7) % 7);
  const all = [0, 7, 14, 21, 28].map((later) => first + later).filter((days) => days < start + length);
  if (nth === 0) return all;
  const one = all.at(nth > 0 ? nth - 1 : nth);
  return one === undefined ? [] : [one];
}

function dateOf(days: number): { year: number; month: number; date: number } {
  const date = new Date(days * dayLength);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), date: date.getUTCDate() };
}
