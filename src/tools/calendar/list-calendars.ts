/** The calendars that a person has on their list: what the other tools take as `calendar`. */
import { z } from 'zod';
import { plainLine } from '../quote.ts';
import { defineTool } from '../tool.ts';
import { type ListedCalendar, readCalendars } from './calendar-api.ts';
import { nameOf } from './choose-calendar.ts';

const MAX_LISTED = 100;

/** Google's roles, by what a tool can do there. */
const ACCESS: Readonly<Record<string, string>> = {
  owner: 'write',
  writer: 'write',
  writerWithoutPrivateAccess: 'write',
  reader: 'read',
  freeBusyReader: 'busy times only',
};

const row = z.object({
  id: z.string(),
  name: z.string(),
  timeZone: z.string(),
  access: z.string().describe('write, read or busy times only'),
  primary: z.boolean().optional(),
});

export const listCalendars = defineTool({
  name: 'list_calendars',
  title: 'List calendars',
  description:
    "Lists the person's Google calendars with ids, time zones and what may be done there. Other tools use the primary calendar unless told otherwise and take calendars by name, so call this only to see what there is.",
  scopes: ['calendar.calendarlist.readonly'],
  effects: 'reads',
  input: z.strictObject({}),
  output: z.object({ calendars: z.array(row), total: z.int() }),
  examples: [{ question: 'Which calendars do I have?', input: {} }],
  progress: { running: 'Reading the list of calendars', done: 'Calendars listed' },
  async call(context) {
    const all = await readCalendars(context);
    return { calendars: all.slice(0, MAX_LISTED).map(toRow), total: all.length };
  },
  text({ calendars, total }) {
    const lines = calendars.map(
      (one) => `- ${one.name} [${one.id}] ${one.timeZone}, ${one.access}${one.primary === true ? ', primary' : ''}`,
    );
    return [total === 1 ? '1 calendar' : `${total} calendars`, ...lines].join('\n');
  },
});

function toRow(calendar: ListedCalendar): z.infer<typeof row> {
  return {
    id: calendar.id,
    name: plainLine(nameOf(calendar), 100),
    timeZone: calendar.timeZone ?? '',
    access: ACCESS[calendar.accessRole ?? ''] ?? 'read',
    ...(calendar.primary === true && { primary: true }),
  };
}
