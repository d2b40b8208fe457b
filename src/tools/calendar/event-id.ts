/**
 * Ids for new events, so that the same call twice makes one event: Google refuses an id that is taken.
 *
 * Owns: how an id follows from what is asked for. Google takes 5 to 1,024 characters of base32hex (RFC 4648 7):
 * https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
 */
import { hash } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuv';
const LENGTH = 32;

/** Depends on every part and on nothing else. */
export function eventId(parts: readonly unknown[]): string {
  const bytes = hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, LENGTH);
  return [...bytes].map((byte) => ALPHABET[byte & 31]).join('');
}
