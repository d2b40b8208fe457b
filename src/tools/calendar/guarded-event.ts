/**
 * The event that a write is about, read first, so that nobody changes or deletes what they have not seen.
 *
 * Owns: comparing versions, and saying what the event is like now. Does not own: the write itself.
 */
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';
import type { ToolContext } from '../tool.ts';
import { type CalendarEvent, isRefusal, readEvent } from './calendar-api.ts';
import { printTimes, titleOf, versionOf } from './event-row.ts';

export interface Place {
  calendar: string;
  zone: string;
}

/** Throws ToolError `conflict` where the caller has seen another version. */
export function checkVersion(event: CalendarEvent, seen: string | undefined, zone: string): void {
  const given = seen?.replaceAll('"', '').trim();
  if (given !== undefined && given !== '' && given !== versionOf(event)) throw conflict(event, zone);
}

/** Runs a write that Google only carries out on the version that was read; otherwise throws ToolError `conflict`. */
export async function guarded<Value>(
  context: ToolContext,
  { calendar, zone }: Place,
  event: CalendarEvent,
  write: () => Promise<Value>,
) {
  try {
    return await write();
  } catch (cause) {
    if (!isRefusal(cause, 412)) throw cause;
    throw conflict(await readEvent(context, calendar, event.id), zone, cause);
  }
}

function conflict(now: CalendarEvent, zone: string, cause?: unknown): ToolError {
  if (now.status === 'cancelled')
    return new ToolError('not-found', 'This event has been deleted meanwhile.', { cause });
  const { start, end } = printTimes(now, zone);
  const guests = now.attendees?.length ?? 0;
  const place = now.location === undefined ? '' : `, at ${quote(now.location)}`;
  const state = `${quote(titleOf(now))}, ${start} to ${end}${place}, ${guests} guests, version ${quote(versionOf(now))}`;
  const message = `The event has changed since it was read, so nothing was done. It is now ${state}. Tell the person, then repeat the call with that version.`;
  return new ToolError('conflict', message, { cause });
}
