/** What stands in one or several calendars: a time in plain words, and words to search for. */
import { z } from 'zod';
import { defineTool, type ToolContext } from '../tool.ts';
import { type EventQuery, explainRefusal, readEvents, readZone } from './calendar-api.ts';
import { chooseCalendar } from './choose-calendar.ts';
import { type EventRow, eventRow, rowText, toRow } from './event-row.ts';
import { chooseZone, readWhen, type Span, WHEN_EXAMPLES } from './when.ts';
import { printInstant } from './zone.ts';

const DEFAULT_WHEN = 'next_7_days';
const MAX_CALENDARS = 10;

export const listEvents = defineTool({
  name: 'list_events',
  title: 'List and search calendar events',
  description:
    'Lists events of Google calendars in a time range, in order, each happening of a repeating event on its own; `search` looks in titles, descriptions, places and guests. Gives the ids and versions that update_event and delete_event take.',
  scopes: ['calendar.events.readonly'],
  effects: 'reads',
  input: z.strictObject({
    when: z.string().max(100).default(DEFAULT_WHEN).describe(`${WHEN_EXAMPLES}; default ${DEFAULT_WHEN}`),
    search: z.string().max(200).optional(),
    calendars: z.array(z.string().max(300)).max(MAX_CALENDARS).optional().describe('Names or ids; default primary'),
    limit: z.int().min(1).max(100).default(25),
    details: z.boolean().default(false).describe('Descriptions, guests and links too'),
    time_zone: z.string().max(60).optional().describe("Default: the calendar's"),
  }),
  output: z.object({
    timeZone: z.string(),
    from: z.string(),
    to: z.string(),
    events: z.array(eventRow),
    notes: z.array(z.string()),
  }),
  examples: [
    { question: 'What do I have tomorrow?', input: { when: 'tomorrow' } },
    { question: 'When is the review with Grace?', input: { search: 'review', when: 'next_30_days', details: true } },
  ],
  progress: { running: 'Reading the calendar', done: 'Events listed' },
  async call(context, { when, search, calendars = [], limit, details, time_zone }) {
    const wanted = calendars.length === 0 ? ['primary'] : calendars;
    const ids = [...new Set(await Promise.all(wanted.map((one) => chooseCalendar(context, one))))];
    const zone = chooseZone(time_zone, await zoneOf(context, ids[0] ?? 'primary'));
    const span = readWhen(when, { zone, now: context.now() });
    const query = { ...printSpan(span, zone), q: search?.trim() || undefined, count: limit + 1 };
    const lists = await Promise.all(ids.map((id) => listOf(context, id, query)));
    const rows = lists.flatMap(({ id, events }) =>
      events.map((event) => toRow(event, { zone, hasDetails: details, ...(ids.length > 1 && { calendar: id }) })),
    );
    const sorted = rows.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
    const hasMore = sorted.length > limit || lists.some(({ isAll }) => !isAll);
    return {
      timeZone: zone,
      from: query.timeMin,
      to: query.timeMax,
      events: sorted.slice(0, limit),
      notes: notesFor(sorted, hasMore, limit),
    };
  },
  text({ timeZone, from, to, events, notes }) {
    const count = events.length === 1 ? '1 event' : `${events.length} events`;
    return [
      `${count} from ${from} to ${to} (${timeZone})`,
      ...events.map((row) => rowText(row, timeZone)),
      ...notes,
    ].join('\n');
  },
});

async function zoneOf(context: ToolContext, calendarId: string): Promise<string> {
  try {
    return await readZone(context, calendarId);
  } catch (cause) {
    throw explainRefusal(cause, calendarId);
  }
}

async function listOf(context: ToolContext, id: string, query: EventQuery) {
  try {
    return { id, ...(await readEvents(context, id, query)) };
  } catch (cause) {
    throw explainRefusal(cause, id);
  }
}

function printSpan({ start, end }: Span, zone: string): { timeMin: string; timeMax: string } {
  return { timeMin: printInstant(start, zone), timeMax: printInstant(end, zone) };
}

function notesFor(all: readonly EventRow[], hasMore: boolean, limit: number): string[] {
  if (all.length === 0) return ['Nothing in this time.'];
  if (!hasMore) return [];
  const last = all[Math.min(limit, all.length) - 1]?.start ?? '';
  return [`There are more: only the first ${limit} are shown. Ask again from ${last.slice(0, 16)} on, or search.`];
}
