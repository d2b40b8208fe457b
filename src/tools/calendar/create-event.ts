/**
 * A new event, once: the id follows from what is asked for (or from the caller's own key), so a call that is repeated
 * because its answer got lost finds the event that the first one made.
 */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import {
  type CalendarEvent,
  type EventBody,
  explainRefusal,
  insertEvent,
  isRefusal,
  readEvent,
  readZone,
  type WriteQuery,
} from './calendar-api.ts';
import { calendarInput, chooseCalendar } from './choose-calendar.ts';
import { eventId } from './event-id.ts';
import { eventRow, rowText, toRow } from './event-row.ts';
import {
  checkOrder,
  END_WORDS,
  type GivenTime,
  type GivenTimes,
  givenTime,
  isSame,
  readTime,
  START_WORDS,
  toEventTime,
  withoutNulls,
} from './event-times.ts';
import { guests, notify, notifyNote, sendUpdates } from './event-write.ts';
import { readRule } from './repeat.ts';
import { chooseZone } from './when.ts';

const DEFAULT_MINUTES = 60;
/** How often the same event may have been made and deleted before. */
const MAX_GENERATIONS = 8;

export const createEvent = defineTool({
  name: 'create_event',
  title: 'Create a calendar event',
  description:
    'Creates one event in a Google calendar, timed or all-day, once or repeating. Guests get no e-mail unless notify says so. The same call again finds the event instead of making a second one. Show the person title, time and guests first.',
  scopes: ['calendar.events'],
  effects: 'writes',
  isIdempotent: true,
  input: z.strictObject({
    title: z.string().min(1).max(1000),
    start: z.string().max(60).describe(START_WORDS),
    end: z.string().max(60).optional().describe(END_WORDS),
    minutes: z.int().min(1).max(40_320).optional().describe(`Instead of end; default ${DEFAULT_MINUTES}`),
    description: z.string().max(8000).optional(),
    location: z.string().max(1000).optional(),
    attendees: guests.optional().describe('E-mail addresses'),
    repeat: z.string().max(300).optional().describe('daily, weekly, weekdays, monthly, yearly or an RRULE'),
    video_call: z.boolean().default(false).describe('Adds a Google Meet link'),
    calendar: calendarInput,
    time_zone: z.string().max(60).optional().describe("Default: the calendar's"),
    notify,
    idempotency_key: z.string().min(1).max(200).optional().describe('Only to make the same event twice on purpose'),
  }),
  output: z.object({ created: z.boolean(), timeZone: z.string(), event: eventRow, notes: z.array(z.string()) }),
  examples: [
    {
      question: 'Put a dentist visit in on Monday at 9.',
      input: { title: 'Dentist', start: '2026-11-30T09:00', minutes: 45 },
    },
    { question: 'I am away over Christmas.', input: { title: 'Away', start: '2026-12-24', end: '2026-12-27' } },
  ],
  progress: { running: 'Creating the event', done: 'Event created' },
  async call(context, input) {
    const calendar = await chooseCalendar(context, input.calendar);
    try {
      const zone = chooseZone(input.time_zone, await readZone(context, calendar));
      const times = readTimes(input, { zone, now: context.now() });
      const body = toBody(input, times, zone);
      const query: WriteQuery = {
        sendUpdates: sendUpdates(input.notify),
        ...(input.video_call && { conferenceDataVersion: 1 }),
      };
      const wanted = { calendar, body, query, times, key: input.idempotency_key };
      const { event, created } = await insertOnce(context, wanted);
      return {
        created,
        timeZone: zone,
        event: toRow(event, { zone, hasDetails: true }),
        notes: created ? notifyNote(event, input.notify) : [alreadyThere(event, wanted)],
      };
    } catch (cause) {
      throw explainRefusal(cause, calendar);
    }
  },
  text: ({ created, event, timeZone, notes }) =>
    [`${created ? 'Created' : 'Already there'} (${timeZone}): ${rowText(event, timeZone)}`, ...notes].join('\n'),
});

type Input = z.output<typeof createEvent.input>;

function readTimes({ start, end, minutes }: Input, place: { zone: string; now: number }): GivenTimes {
  const from = readTime(start, 'start', place);
  const times = { start: from, end: end === undefined ? lasting(from, minutes) : readTime(end, 'end', place) };
  checkOrder(times);
  return times;
}

/** Throws ToolError `bad-input` for minutes of an all-day event. */
function lasting(start: GivenTime, minutes: number | undefined): GivenTime {
  if ('instant' in start) return { instant: start.instant + (minutes ?? DEFAULT_MINUTES) * 60_000 };
  if (minutes === undefined) return start;
  throw new ToolError(
    'bad-input',
    '`start` is a day without a time, so the event is all day and `minutes` has no meaning. Write a start such as 2026-10-05T14:00.',
  );
}

function toBody(input: Input, times: GivenTimes, zone: string): EventBody {
  const { title, description, location, attendees = [], repeat } = input;
  return {
    summary: title,
    start: withoutNulls(toEventTime(times.start, 'start', zone)),
    end: withoutNulls(toEventTime(times.end, 'end', zone)),
    ...(description !== undefined && { description }),
    ...(location !== undefined && { location }),
    ...(attendees.length > 0 && { attendees: attendees.map((email) => ({ email })) }),
    ...(repeat !== undefined && { recurrence: [readRule(repeat)] }),
  };
}

interface Wanted {
  calendar: string;
  body: EventBody;
  query: WriteQuery;
  times: GivenTimes;
  key: string | undefined;
}

/** An id whose event was deleted, or changed into another one since, stays taken: the next one follows from it. */
async function insertOnce(context: ToolContext, wanted: Wanted): Promise<{ event: CalendarEvent; created: boolean }> {
  const { calendar, body, query, key } = wanted;
  for (let generation = 0; generation < MAX_GENERATIONS; generation += 1) {
    const id = eventId([
      context.person.sub,
      calendar,
      key === undefined ? [body, query.conferenceDataVersion] : key,
      generation,
    ]);
    const conferenceData = {
      createRequest: { requestId: id, conferenceSolutionKey: { type: 'hangoutsMeet' as const } },
    };
    try {
      const withId = { id, ...body, ...(query.conferenceDataVersion === 1 && { conferenceData }) };
      return { event: await insertEvent(context, calendar, withId, query), created: true };
    } catch (cause) {
      if (!isRefusal(cause, 409)) throw cause;
    }
    const event = await readEvent(context, calendar, id);
    const isThere = event.status !== 'cancelled' && (key !== undefined || isAsWanted(event, wanted));
    if (isThere) return { event, created: false };
  }
  throw new ToolError(
    'conflict',
    'This same event was made and deleted several times. Give it an idempotency_key of its own.',
  );
}

function isAsWanted(event: CalendarEvent, { body, times }: Wanted): boolean {
  return (
    event.summary === body.summary &&
    isSame(givenTime(event.start, 'start'), times.start) &&
    isSame(givenTime(event.end, 'end'), times.end)
  );
}

function alreadyThere(event: CalendarEvent, wanted: Wanted): string {
  if (!isAsWanted(event, wanted)) {
    return 'This idempotency_key was used before, for the event that is shown. Nothing was made or changed.';
  }
  return 'It was made before by the same call, so no second one was made. For a second one on purpose, set idempotency_key.';
}
