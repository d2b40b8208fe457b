/**
 * Instants, calendar days and IANA time zones: reading RFC 3339, writing it with a zone's offset, and the clock on the
 * wall of a zone.
 *
 * Owns: that arithmetic. An instant is milliseconds since the epoch; a day is a count of days since 1970-01-01; a wall
 * time is the milliseconds that an instant would have if the zone were UTC. Does not own: what a request means by it.
 */

const day = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Only names, as in the IANA data base: JavaScript would also take offsets such as +02:00, Google does not. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone)) return false;
  try {
    formatterFor(zone);
    return true;
  } catch {
    return false; // The runtime does not know the name: that is the answer.
  }
}

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const two = '2-digit';
  const formatter = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  formatters.set(zone, formatter);
  return formatter;
}

/** What the clock on the wall of `zone` shows at an instant. */
export function wallTime(instant: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterFor(zone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wall = Date.UTC(year, month - 1, parts.day ?? 1, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
  // Years before 100 come back in another era or century; nothing happens there, so UTC will do.
  return Math.abs(wall - instant) > day ? instant : wall;
}

/**
 * The instant at which the wall clock of `zone` shows `wall`. In the hour that is skipped in spring the later reading
 * wins, in the hour that comes twice in autumn the earlier one.
 */
export function instantOf(wall: number, zone: string): number {
  const offsets = [wall - day, wall + day].map((near) => wallTime(near, zone) - near);
  const readings = offsets.map((offset) => wall - offset);
  const right = readings.filter((reading) => wallTime(reading, zone) === wall);
  return right.length > 0 ? Math.min(...right) : Math.max(...readings);
}

/** `2026-11-22T09:30:00-08:00`, or with `Z` where the offset is zero. */
export function formatInstant(instant: number, zone: string): string {
  const wall = wallTime(instant, zone);
  const minutes = Math.round((wall - instant) / 60_000);
  const text = new Date(wall).toISOString().slice(0, 19);
  if (minutes === 0) return `${text}Z`;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${text}${minutes < 0 ? '-' : '+'}${pad(hours)}:${pad(rest)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

const dateTime = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})?$/;

/** An RFC 3339 date-time. Without an offset it is a wall time, and its reader must know the zone. */
export function readDateTime(text: string): { instant: number } | { wall: number } | undefined {
  const [, date = '', hour, minute, second, fraction, offset] = dateTime.exec(text) ?? [];
  const start = readDay(date);
  if (start === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const clock = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
  const wall = start * day + clock + Math.floor(Number(`0${fraction ?? ''}`) * 1000);
  if (offset === undefined) return { wall };
  const shift = readOffset(offset);
  return shift === undefined ? undefined : { instant: wall - shift };
}

function readOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(4, 6))];
  if (hours > 23 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** A date-time that carries its offset, as Google demands of timeMin, timeMax and the like. */
export function readInstant(text: string): number | undefined {
  const read = readDateTime(text);
  return read !== undefined && 'instant' in read ? read.instant : undefined;
}

/** `2026-11-22` as a count of days; undefined for a day that no calendar has. */
export function readDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const start = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== text) return undefined;
  return start / day;
}

export function formatDay(days: number): string {
  return new Date(days * day).toISOString().slice(0, 10);
}

/** The day that a wall time falls on, and the milliseconds since its midnight. */
export function splitWall(wall: number): { days: number; clock: number } {
  const days = Math.floor(wall / day);
  return { days, clock: wall - days * day };
}

export function joinWall(days: number, clock: number): number {
  return days * day + clock;
}

/** 0 is Sunday. */
export function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}
