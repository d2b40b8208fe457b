/** Changes an event that is there: only what is given, only if nobody else has changed it meanwhile, and says what changed. */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';
import { defineTool } from '../tool.ts';
import { type CalendarEvent, type EventBody, explainRefusal, patchEvent, readEvent, readZone } from './calendar-api.ts';
import { calendarInput, chooseCalendar } from './choose-calendar.ts';
import { eventRow, printTimes, rowText, toRow } from './event-row.ts';
import {
  checkOrder,
  END_WORDS,
  type GivenTimes,
  givenTime,
  isSame,
  movedTo,
  readTime,
  START_WORDS,
  toEventTime,
} from './event-times.ts';
import { changeGuests, guests, notify, notifyNote, sendUpdates } from './event-write.ts';
import { checkVersion, guarded } from './guarded-event.ts';
import { chooseZone } from './when.ts';

const change = z.object({ field: z.string(), from: z.string(), to: z.string() });

export const updateEvent = defineTool({
  name: 'update_event',
  title: 'Change a calendar event',
  description:
    'Changes the given fields of one event; a new start alone keeps its length. Guests are added and removed one by one, the others stay. With `version` from list_events it changes only what you saw. A series id changes the whole series.',
  scopes: ['calendar.events'],
  effects: 'writes',
  isIdempotent: true,
  overwrites: true,
  input: z.strictObject({
    event: z.string().min(1).max(1024).describe('Id from list_events'),
    version: z.string().max(200).optional(),
    title: z.string().min(1).max(1000).optional(),
    start: z.string().max(60).optional().describe(START_WORDS),
    end: z.string().max(60).optional().describe(END_WORDS),
    description: z.string().max(8000).optional().describe('Replaces it; empty removes it'),
    location: z.string().max(1000).optional(),
    add_attendees: guests.optional(),
    remove_attendees: guests.optional(),
    calendar: calendarInput,
    time_zone: z.string().max(60).optional().describe("Default: the calendar's"),
    notify,
  }),
  output: z.object({ timeZone: z.string(), changed: z.array(change), event: eventRow, notes: z.array(z.string()) }),
  examples: [
    { question: 'Move the review to 3 pm.', input: { event: 'abc123', start: '2026-11-25T15:00' } },
    { question: 'Invite Grace too.', input: { event: 'abc123', add_attendees: ['grace@example.com'], notify: 'all' } },
  ],
  progress: { running: 'Changing the event', done: 'Event changed' },
  async call(context, input) {
    const calendar = await chooseCalendar(context, input.calendar);
    try {
      const zone = chooseZone(input.time_zone, await readZone(context, calendar));
      const before = await readEvent(context, calendar, input.event);
      if (before.status === 'cancelled') {
        throw new ToolError(
          'not-found',
          `The event ${quote(input.event)} has been deleted. create_event makes a new one.`,
        );
      }
      const body = changesOf(before, input, { zone, now: context.now() });
      if (Object.keys(body).length === 0) {
        const notes = ['Nothing was changed: the event is like that already.'];
        return { timeZone: zone, changed: [], event: toRow(before, { zone, hasDetails: true }), notes };
      }
      checkVersion(before, input.version, zone);
      const query = { sendUpdates: sendUpdates(input.notify) };
      const after = await guarded(context, { calendar, zone }, before, () =>
        patchEvent(context, calendar, before, body, query),
      );
      return {
        timeZone: zone,
        changed: compare(before, after, zone),
        event: toRow(after, { zone, hasDetails: true }),
        notes: notifyNote(after, input.notify),
      };
    } catch (cause) {
      throw explainRefusal(cause, calendar, input.event);
    }
  },
  text({ timeZone, changed, event, notes }) {
    const lines = changed.map(({ field, from, to }) => `- ${field}: ${from || '(nothing)'} -> ${to || '(nothing)'}`);
    return [`${rowText(event, timeZone)} (${timeZone})`, ...lines, ...notes].join('\n');
  },
});

type Input = z.output<typeof updateEvent.input>;

/** Only what is different: the same call again changes nothing. */
function changesOf(before: CalendarEvent, input: Input, place: { zone: string; now: number }): EventBody {
  const { title, description, location, add_attendees: add = [], remove_attendees: remove = [] } = input;
  const attendees = changeGuests(before, { add, remove });
  return {
    ...(title !== undefined && title !== before.summary && { summary: title }),
    ...(description !== undefined && description !== (before.description ?? '') && { description }),
    ...(location !== undefined && location !== (before.location ?? '') && { location }),
    ...timesOf(before, input, place),
    ...(attendees !== undefined && { attendees }),
  };
}

function timesOf(before: CalendarEvent, { start, end }: Input, place: { zone: string; now: number }): EventBody {
  if (start === undefined && end === undefined) return {};
  const old: GivenTimes = { start: givenTime(before.start, 'start'), end: givenTime(before.end, 'end') };
  const from = start === undefined ? old.start : readTime(start, 'start', place);
  const until = end === undefined ? movedTo(from, old) : readTime(end, 'end', place);
  if (until === undefined) {
    const message = 'This turns an all-day event into a timed one, or the other way round: give `end` too.';
    throw new ToolError('bad-input', message);
  }
  const times = { start: from, end: until };
  checkOrder(times);
  if (isSame(times.start, old.start) && isSame(times.end, old.end)) return {};
  return { start: toEventTime(from, 'start', place.zone), end: toEventTime(until, 'end', place.zone) };
}

function compare(before: CalendarEvent, after: CalendarEvent, zone: string): z.infer<typeof change>[] {
  const [old, now] = [valuesOf(before, zone), valuesOf(after, zone)];
  return Object.entries(now).flatMap(([field, to]) => {
    const from = old[field] ?? '';
    return from === to ? [] : [{ field, from, to }];
  });
}

function valuesOf(event: CalendarEvent, zone: string): Record<string, string> {
  const { start, end } = printTimes(event, zone);
  return {
    title: event.summary ?? '',
    start,
    end,
    location: event.location ?? '',
    description: (event.description ?? '').slice(0, 200),
    attendees: (event.attendees ?? []).map(({ email = '' }) => email).join(', '),
  };
}
