/**
 * Start and end as arguments, as Google wants them: whole days or instants, never mixed, the end after the start.
 *
 * Owns: this reading and its refusals. Does not own: ranges to look in (when.ts).
 */
import { ToolError } from '../../errors.ts';
import { type Day, isoDay, parseDay } from '../analytics/calendar-days.ts';
import { quote } from '../quote.ts';
import type { EventTime } from './calendar-api.ts';
import { daysOf, type Place, readInstant } from './when.ts';
import { dayAt, printInstant } from './zone.ts';

export const START_WORDS = '2026-10-05T14:00 (where the calendar is, or with an offset); a day alone is all day';
export const END_WORDS = 'Like start; of an all-day event the last day';

/** A time as the person gave it. */
export type GivenTime = { day: Day } | { instant: number };

export interface GivenTimes {
  start: GivenTime;
  end: GivenTime;
}

/** Throws ToolError `bad-input`. */
export function readTime(text: string, which: 'start' | 'end', place: Place): GivenTime {
  const instant = readInstant(text.trim(), place.zone);
  if (instant !== undefined) return { instant };
  const words = text.trim().toLowerCase().replaceAll('_', ' ');
  const days = daysOf(words, dayAt(place.now, place.zone));
  if (days !== undefined && days.start === days.end) return { day: days.start };
  const clock = /^(.+?)(?: at |,? )([0-9]{1,2}:[0-9]{2})$/.exec(words);
  const day = clock === null ? undefined : daysOf(clock[1] ?? '', dayAt(place.now, place.zone));
  const joined =
    day === undefined ? undefined : readInstant(`${isoDay(day.start)}T${clock?.[2]?.padStart(5, '0')}`, place.zone);
  if (joined !== undefined) return { instant: joined };
  throw new ToolError(
    'bad-input',
    `\`${which}\` is ${quote(text)}, wanted a time such as 2026-10-05T14:00 or a day such as 2026-10-05.`,
  );
}

/** Throws ToolError `bad-input` where one is a day and the other a time, or the end does not come after the start. */
export function checkOrder({ start, end }: GivenTimes): void {
  if ('day' in start !== 'day' in end) {
    throw new ToolError('bad-input', '`start` and `end` must both be days, for an all-day event, or both have a time.');
  }
  const isAfter =
    'day' in start ? 'day' in end && end.day >= start.day : 'instant' in end && end.instant > start.instant;
  if (!isAfter) throw new ToolError('bad-input', 'The end must come after the start.');
}

/** The other kind of time is taken away with null, which a PATCH needs to turn an all-day event into a timed one. */
export function toEventTime(time: GivenTime, which: 'start' | 'end', zone: string): EventTime {
  if ('instant' in time) return { dateTime: printInstant(time.instant, zone), timeZone: zone, date: null };
  return { date: isoDay(which === 'end' ? time.day + 1 : time.day), dateTime: null, timeZone: null };
}

export function withoutNulls(time: EventTime): EventTime {
  return Object.fromEntries(Object.entries(time).filter(([, value]) => value !== null));
}

/** What an event at Google has, as it would have been given. */
export function givenTime(time: EventTime | undefined, which: 'start' | 'end'): GivenTime {
  const day = parseDay(time?.date ?? '');
  if (day !== undefined) return { day: which === 'end' ? day - 1 : day };
  return { instant: Date.parse(time?.dateTime ?? '') };
}

/** Both times moved so that the event starts at `start` and lasts as long as before. */
export function movedTo(start: GivenTime, before: GivenTimes): GivenTime | undefined {
  if ('day' in start && 'day' in before.start && 'day' in before.end) {
    return { day: start.day + before.end.day - before.start.day };
  }
  if ('instant' in start && 'instant' in before.start && 'instant' in before.end) {
    return { instant: start.instant + before.end.instant - before.start.instant };
  }
  return undefined;
}

export function isSame(a: GivenTime, b: GivenTime): boolean {
  return 'day' in a ? 'day' in b && a.day === b.day : 'instant' in b && a.instant === b.instant;
}
