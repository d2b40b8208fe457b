/**
 * The calendar that an argument means: `primary`, an id, or a name on the person's list.
 *
 * Owns: this reading. Does not own: the list (calendar-api.ts). The list is a scope of its own, so a connection that
 * lacks it is told to use ids instead of being sent to connect again.
 */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { GoogleRefusal } from '../google-error.ts';
import { nearest } from '../nearest.ts';
import { quote, quoteAll } from '../quote.ts';
import { type Asking, type ListedCalendar, readCalendars } from './calendar-api.ts';

export const calendarInput = z
  .string()
  .max(300)
  .optional()
  .describe('primary (default), a calendar id or a name from list_calendars.');

const MAX_NAMED = 10;

/** The id to ask Google with. Throws ToolError `not-found` or `bad-input`. */
export async function chooseCalendar(asking: Asking, wanted: string | undefined): Promise<string> {
  const text = wanted?.trim() ?? '';
  if (/^(?:|primary|mine|my calendar|main|default)$/i.test(text)) return 'primary';
  if (text.includes('@')) return text;
  const all = await listOrExplain(asking, text);
  const squeezed = text.toLowerCase();
  const exact = all.filter((one) => nameOf(one).toLowerCase() === squeezed || one.id === text);
  const found = exact.length > 0 ? exact : all.filter((one) => nameOf(one).toLowerCase().includes(squeezed));
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first.id;
  throw notOne(text, found, all);
}

/** As the person calls it. */
export function nameOf(calendar: ListedCalendar): string {
  return calendar.summaryOverride ?? calendar.summary ?? calendar.id;
}

async function listOrExplain(asking: Asking, text: string): Promise<ListedCalendar[]> {
  try {
    return await readCalendars(asking);
  } catch (cause) {
    if (!(cause instanceof GoogleRefusal) || cause.detail.about !== 'scope') throw cause;
    const message = `${quote(text)} is no calendar id, and this connection may not read the list of calendars to find it by name. Use primary or the calendar's id, which looks like an e-mail address.`;
    throw new ToolError('bad-input', message, { cause });
  }
}

function notOne(text: string, found: readonly ListedCalendar[], all: readonly ListedCalendar[]): ToolError {
  if (found.length > 1) {
    const ids = quoteAll(found.slice(0, MAX_NAMED).map(({ id }) => id));
    return new ToolError('bad-input', `${quote(text)} is the name of several calendars. Use one of their ids: ${ids}.`);
  }
  const names = all.map(nameOf);
  const [best] = nearest(text, names, 1);
  const hint = best === undefined ? '' : ` The nearest is ${quote(best)}.`;
  return new ToolError(
    'not-found',
    `No calendar is called ${quote(text)}.${hint} There are: ${quoteAll(names.slice(0, MAX_NAMED))}.`,
  );
}
