/**
 * What the writing tools have in common as arguments: guests and who is told.
 *
 * Owns: these arguments, and how guests are added and taken away although Google only replaces the whole list. Does not
 * own: the calls (calendar-api.ts).
 */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import type { Attendee, CalendarEvent, SendUpdates } from './calendar-api.ts';

const MAX_GUESTS = 100;

/** An address with a dot in its host: what Google takes as a guest. */
const email = z
  .string()
  .max(254)
  .regex(/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/);
export const guests = z.array(email).max(MAX_GUESTS);

export const notify = z
  .enum(['none', 'all', 'external'])
  .default('none')
  .describe('Who gets e-mail from Google about it; default none');
export type Notify = z.infer<typeof notify>;

const SEND_UPDATES: Readonly<Record<Notify, SendUpdates>> = { none: 'none', all: 'all', external: 'externalOnly' };

export function sendUpdates(wanted: Notify): SendUpdates {
  return SEND_UPDATES[wanted];
}

/** Who was told, where there is anybody to tell. */
export function notifyNote({ attendees = [] }: Pick<CalendarEvent, 'attendees'>, wanted: Notify): string[] {
  if (!attendees.some(({ self }) => self !== true)) return [];
  if (wanted === 'none') return ['Nobody was sent an e-mail about it: notify was none.'];
  return [
    wanted === 'all' ? 'Google tells all guests by e-mail.' : 'Google tells guests outside Google Calendar by e-mail.',
  ];
}

export interface GuestChange {
  add: readonly string[];
  remove: readonly string[];
}

/**
 * The whole new list, guests that stay with their answers; undefined when nothing changes. Whoever is to leave and is not
 * there has left already. Throws ToolError `no-access` where Google does not show the whole list: it would be cut.
 */
export function changeGuests(event: CalendarEvent, { add, remove }: GuestChange): Attendee[] | undefined {
  if (add.length === 0 && remove.length === 0) return undefined;
  if (event.attendeesOmitted === true) {
    throw new ToolError('no-access', 'Google does not show all guests of this event, so they cannot be changed here.');
  }
  const before = event.attendees ?? [];
  const leaving = remove.map(normal);
  const staying = before.filter(({ email: address = '' }) => !leaving.includes(normal(address)));
  const known = staying.map((guest) => normal(guest.email ?? ''));
  const coming = [...new Set(add.map(normal))].filter((one) => !known.includes(one));
  if (coming.length === 0 && staying.length === before.length) return undefined;
  return [...staying, ...coming.map((address) => ({ email: address }))];
}

function normal(address: string): string {
  return address.trim().toLowerCase();
}
