/**
 * Clock times in a time zone, and instants: one into the other and back.
 *
 * Owns: this arithmetic, summer time included, on what the runtime knows of time zones. Does not own: what words such as
 * `tomorrow` mean (when.ts) nor days as such (../analytics/calendar-days.ts). Pure.
 */
import { type Day, isoDay } from '../analytics/calendar-days.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A clock time where the calendar is, in milliseconds as if that place were UTC. */
type Wall = number;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for a zone that the runtime does not know. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  // There are some 600 zone names; a caller who makes up more fails above.
  formats.set(zone, format);
  return format;
}

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false; // RangeError: no such zone
  }
}

function wallOf(instant: number, zone: string): Wall {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** A time that summer time skips is moved on by the hour that is missing; of one that comes twice, the first is meant. */
function instantOf(wall: Wall, zone: string): number {
  const offsetAt = (instant: number) => wallOf(instant, zone) - instant;
  const before = wall - offsetAt(wall - DAY_MS);
  const after = wall - offsetAt(wall + DAY_MS);
  const fitting = [before, after].filter((instant) => wallOf(instant, zone) === wall);
  return fitting.length === 0 ? before : Math.min(...fitting);
}

export function startOfDay(day: Day, zone: string): number {
  return instantOf(day * DAY_MS, zone);
}

/** `minutes` since midnight, as the clock shows it. */
export function clockTime(day: Day, minutes: number, zone: string): number {
  return instantOf(day * DAY_MS + minutes * MINUTE_MS, zone);
}

export function dayAt(instant: number, zone: string): Day {
  return Math.floor(wallOf(instant, zone) / DAY_MS);
}

/** RFC 3339 with the offset of the zone: `2026-10-05T14:00:00-07:00`. */
export function printInstant(instant: number, zone: string): string {
  const whole = Math.floor(instant / 1000) * 1000;
  const wall = wallOf(whole, zone);
  const offset = Math.round((wall - whole) / MINUTE_MS);
  const two = (value: number) => String(value).padStart(2, '0');
  const ahead = Math.abs(offset);
  const sign = offset < 0 ? '-' : '+';
  return `${new Date(wall).toISOString().slice(0, 19)}${sign}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

/** `Mon 2026-10-05`. */
export function printDay(day: Day): string {
  return `${WEEKDAYS[((day % 7) + 7) % 7]} ${isoDay(day)}`;
}
