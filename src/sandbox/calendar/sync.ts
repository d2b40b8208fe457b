/**
 * Sync tokens: "what has changed since this list ended?" (https://developers.google.com/workspace/calendar/api/guides/sync)
 *
 * Owns: the token, how long it lasts, and what may not be asked together with it. Does not own: which changes there are
 * (records.ts).
 */
import type { Api } from './access.ts';
import { fullSyncRequired, invalid, refusedByCalendar } from './calendar-error.ts';
import { readFlag, readText } from './query.ts';

/** Google does not promise a life time; a week makes clients meet the 410 that they must handle. */
const lifetime = 7 * 86_400_000;
const incompatible = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];

export function writeSyncToken(change: number, now: Date, place: string): string {
  return Buffer.from(`${change}.${now.getTime()}.${place}`).toString('base64url');
}

/**
 * The change that the token remembers. A token that was never ours is invalid; one that is too old, or comes from
 * before the sandbox was started anew, asks for a full sync.
 */
export function readSyncToken(c: Api, now: Date, place: string, lastChange: number): number | undefined {
  const token = readText(c, 'syncToken');
  if (token === undefined) return undefined;
  const isRestricted = incompatible.some((name) => readText(c, name) !== undefined);
  if (isRestricted || readFlag(c, 'showDeleted') === false) {
    const message = 'Sync token cannot be used with other request restrictions.';
    throw refusedByCalendar(400, 'syncTokenWithRequestRestrictions', message, 'syncToken');
  }
  const [, change, at, where] = /^(\d{1,15})\.(\d{1,15})\.(.*)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (where !== place) throw invalid('Invalid sync token value.', 'syncToken');
  const age = now.getTime() - Number(at);
  if (age > lifetime || age < 0 || Number(change) > lastChange) throw fullSyncRequired();
  return Number(change);
}
