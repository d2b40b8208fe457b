/**
 * Which day, week or month of one period stands opposite which of another.
 *
 * Owns: lining up time dimensions by their place in the period, so that the third day meets the third day although their
 * dates differ. Dimensions such as `hour` and `dayOfWeek` recur and line up by themselves.
 */
import { type Day, type DayRange, dayOf, mondayOf, partsOf, weekdayOf } from './calendar-days.ts';

/** The value of a time dimension on a day, as Google writes it; only for dimensions that name a place in a period. */
const VALUES: Readonly<Record<string, (day: Day) => string>> = {
  date: (day) => compact(day),
  yearMonth: (day) => compact(day).slice(0, 6),
  year: (day) => compact(day).slice(0, 4),
  month: (day) => compact(day).slice(4, 6),
  yearWeek: (day) => sundayWeek(day),
  week: (day) => sundayWeek(day).slice(4),
  isoYearIsoWeek: (day) => isoWeek(day),
  isoWeek: (day) => isoWeek(day).slice(4),
};

function compact(day: Day): string {
  const { year, month, day: dayOfMonth } = partsOf(day);
  return `${year}${pad(month)}${pad(dayOfMonth)}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

/** Google's weeks begin on Sunday, and 1 January is always in week 01. */
function sundayWeek(day: Day): string {
  const { year } = partsOf(day);
  const newYear = dayOf(year, 1, 1);
  const firstSunday = newYear - ((weekdayOf(newYear) + 1) % 7);
  return `${year}${pad(Math.floor((day - firstSunday) / 7) + 1)}`;
}

/** ISO 8601: the week belongs to the year of its Thursday. */
function isoWeek(day: Day): string {
  const thursday = mondayOf(day) + 3;
  const { year } = partsOf(thursday);
  return `${year}${pad(Math.floor((thursday - dayOf(year, 1, 1)) / 7) + 1)}`;
}

/** True for dimensions whose values differ between two periods and have to be lined up by place. */
export function isPlaceInPeriod(dimension: string): boolean {
  return dimension === 'dateHour' || Object.hasOwn(VALUES, dimension);
}

export interface Places {
  /**
   * The place of a value in the period, counted from 0 (`#3`), as a key that is the same for both periods. A value that
   * does not lie in the period, or that has no place, keeps itself as key.
   */
  keyOf(value: string): string;
  /** The value that stands at a place; `undefined` where the period has no such place. */
  valueAt(key: string): string | undefined;
}

export function placesIn(range: DayRange, dimension: string): Places {
  if (dimension === 'dateHour') return hourPlaces(placesIn(range, 'date'));
  const valueOn = VALUES[dimension];
  if (valueOn === undefined) return { keyOf: (value) => value, valueAt: (key) => key };
  const values: string[] = [];
  const places = new Map<string, string>();
  for (let day = range.start; day <= range.end; day += 1) {
    const value = valueOn(day);
    if (places.has(value)) continue;
    places.set(value, `#${values.length}`);
    values.push(value);
  }
  return {
    keyOf: (value) => places.get(value) ?? value,
    valueAt: (key) => (key.startsWith('#') ? values[Number(key.slice(1))] : key),
  };
}

/** The hour stands behind the day: `#3 17` is five in the afternoon of the fourth day. */
function hourPlaces(days: Places): Places {
  return {
    keyOf: (value) => {
      const place = days.keyOf(value.slice(0, 8));
      return place.startsWith('#') ? `${place} ${value.slice(8)}` : value;
    },
    valueAt: (key) => {
      const [, place, hour = ''] = /^(#[0-9]+) (.*)$/.exec(key) ?? [];
      if (place === undefined) return key;
      const day = days.valueAt(place);
      return day === undefined ? undefined : day + hour;
    },
  };
}
