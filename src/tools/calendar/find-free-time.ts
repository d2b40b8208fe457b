/** When several calendars are free at the same time: Google tells the busy times, the gaps are found here. */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';
import { defineTool } from '../tool.ts';
import { type Asking, type BusyAnswer, type ListedCalendar, readBusy, readCalendars } from './calendar-api.ts';
import { chooseCalendar } from './choose-calendar.ts';
import { freeSlots, workingSpans } from './free-slots.ts';
import { chooseZone, readWhen, type Span, WHEN_EXAMPLES } from './when.ts';
import { dayAt, printDay, printInstant } from './zone.ts';

const DEFAULT_WHEN = 'next_7_days';
const MAX_DAYS = 60;
const MAX_CALENDARS = 50;
const MINUTE_MS = 60_000;
/** Nobody meets at 10:07. */
const GRID_MS = 15 * MINUTE_MS;

const slot = z.object({ start: z.string(), end: z.string(), minutes: z.int() });

export const findFreeTime = defineTool({
  name: 'find_free_time',
  title: 'Find free time',
  description:
    'Finds when one or several Google calendars are free at the same time, within working hours: gaps that last at least the wanted minutes. Other people are named by e-mail address; it sees only whether they are busy.',
  scopes: ['calendar.freebusy', 'calendar.calendarlist.readonly'],
  effects: 'reads',
  input: z.strictObject({
    when: z
      .string()
      .max(100)
      .default(DEFAULT_WHEN)
      .describe(`${WHEN_EXAMPLES}; default ${DEFAULT_WHEN}, at most ${MAX_DAYS} days`),
    calendars: z
      .array(z.string().max(300))
      .max(MAX_CALENDARS)
      .optional()
      .describe('Names, ids or e-mail addresses; default primary'),
    minutes: z.int().min(5).max(1440).default(30).describe('How long it must last'),
    hours: z
      .string()
      .regex(/^[0-9]{1,2}:[0-9]{2}\s*(?:-|–|to)\s*[0-9]{1,2}:[0-9]{2}$/)
      .default('09:00-17:00')
      .describe('Working hours in that time zone'),
    weekends: z.boolean().default(false),
    limit: z.int().min(1).max(50).default(10),
    time_zone: z.string().max(60).optional().describe("Default: the person's"),
  }),
  output: z.object({
    timeZone: z.string(),
    slots: z.array(slot),
    total: z.int(),
    notes: z.array(z.string()),
  }),
  examples: [
    { question: 'When do I have an hour this week?', input: { when: 'rest_of_the_week', minutes: 60 } },
    { question: 'When can Grace and I meet?', input: { calendars: ['primary', 'grace@example.com'], minutes: 45 } },
  ],
  progress: { running: 'Comparing calendars', done: 'Free time found' },
  async call(context, { when, calendars = [], minutes, hours, weekends, limit, time_zone }) {
    const wanted = calendars.length === 0 ? ['primary'] : calendars;
    const ids = [...new Set(await Promise.all(wanted.map((one) => chooseCalendar(context, one))))];
    const zone = chooseZone(time_zone, await ownZone(context));
    const span = fromNowOn(readWhen(when, { zone, now: context.now() }), context.now());
    const working = { zone, ...readHours(hours), withWeekends: weekends };
    const answer = await readBusy(context, {
      timeMin: printInstant(span.start, zone),
      timeMax: printInstant(span.end, zone),
      timeZone: zone,
      items: ids.map((id) => ({ id })),
    });
    const { busy, unseen } = readAnswer(answer, ids);
    const open = workingSpans(span, working);
    const free = freeSlots(open, busy, minutes * MINUTE_MS);
    const notes = unseen.map(
      (id) => `The busy times of ${quote(id)} may not be seen, so they are not taken into account: ask that person.`,
    );
    if (open.length === 0) notes.push('No working hours lie in this time. Set weekends, hours or another time.');
    else if (free.length === 0) notes.push('No gap in this time is long enough. Try a longer time or fewer minutes.');
    if (free.length > limit) notes.push(`There are ${free.length} gaps; the first ${limit} are shown.`);
    return { timeZone: zone, slots: free.slice(0, limit).map((one) => toSlot(one, zone)), total: free.length, notes };
  },
  text({ timeZone, slots, notes }) {
    const lines = slots.map(({ start, end, minutes }) => {
      const day = printDay(dayAt(Date.parse(start), timeZone));
      return `- ${day} ${start.slice(11, 16)}–${end.slice(11, 16)} (${minutes} minutes)`;
    });
    return [`Free (${timeZone}):`, ...lines, ...notes].join('\n');
  },
});

async function ownZone(asking: Asking): Promise<string> {
  const all: ListedCalendar[] = await readCalendars(asking);
  return all.find(({ primary }) => primary === true)?.timeZone ?? 'UTC';
}

/** Throws ToolError `bad-input` where nothing is left to look at. */
function fromNowOn(span: Span, now: number): Span {
  const next = Math.ceil(now / GRID_MS) * GRID_MS;
  if (span.end <= next)
    throw new ToolError('bad-input', '`when` lies in the past. Ask for a time that is still to come.');
  const start = Math.max(span.start, next);
  if (span.end - start > (MAX_DAYS + 1) * 86_400_000) {
    throw new ToolError('bad-input', `\`when\` is longer than ${MAX_DAYS} days. Ask for a shorter time.`);
  }
  return { start, end: span.end };
}

function readHours(text: string): { from: number; to: number } {
  const [from = 0, fromMinutes = 0, to = 0, toMinutes = 0] = (text.match(/[0-9]+/g) ?? []).map(Number);
  const hours = { from: from * 60 + fromMinutes, to: to * 60 + toMinutes };
  if (fromMinutes > 59 || toMinutes > 59 || hours.to > 1440 || hours.from >= hours.to) {
    throw new ToolError('bad-input', `\`hours\` is ${quote(text)}, wanted two times of one day such as 09:00-17:00.`);
  }
  return hours;
}

/** Throws ToolError when no calendar at all could be seen. */
function readAnswer({ calendars = {} }: BusyAnswer, ids: readonly string[]): { busy: Span[]; unseen: string[] } {
  const unseen = ids.filter((id) => calendars[id] === undefined || (calendars[id].errors ?? []).length > 0);
  if (unseen.length === ids.length) {
    throw new ToolError(
      'no-access',
      `The busy times of ${unseen.slice(0, 5).map(quote).join(', ')} may not be seen, or there are no such calendars.`,
    );
  }
  const busy = ids.flatMap((id) => calendars[id]?.busy ?? []);
  return { unseen, busy: busy.map(({ start, end }) => ({ start: Date.parse(start), end: Date.parse(end) })) };
}

function toSlot({ start, end }: Span, zone: string): z.infer<typeof slot> {
  return {
    start: printInstant(start, zone),
    end: printInstant(end, zone),
    minutes: Math.floor((end - start) / MINUTE_MS),
  };
}
