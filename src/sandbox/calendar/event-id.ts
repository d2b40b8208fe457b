/**
 * Ids of events: lower-case base32hex (RFC 4648 7), 5 to 1024 characters, whether a client or the sandbox chose them.
 *
 * Owns: that alphabet. Does not own: ids of single happenings (series.ts), which no client may choose.
 */
import { createHash } from 'node:crypto';

export function isEventId(text: string): boolean {
  return /^[a-v0-9]{5,1024}$/.test(text);
}

/** 26 characters of base32hex, the same in every run. */
export function madeUpId(from: string): string {
  const bits = [...createHash('sha256').update(from).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return Array.from({ length: 26 }, (_, at) => Number.parseInt(bits.slice(at * 5, at * 5 + 5), 2).toString(32)).join(
    '',
  );
}
