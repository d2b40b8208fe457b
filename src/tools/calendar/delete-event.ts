/** Takes an event off a calendar; one that is gone already is as good. */
import { z } from 'zod';
import { defineTool } from '../tool.ts';
import { type CalendarEvent, explainRefusal, isRefusal, readEvent, readZone, removeEvent } from './calendar-api.ts';
import { calendarInput, chooseCalendar } from './choose-calendar.ts';
import { eventRow, rowText, toRow } from './event-row.ts';
import { notify, notifyNote, sendUpdates } from './event-write.ts';
import { checkVersion, guarded } from './guarded-event.ts';
import { chooseZone } from './when.ts';

export const deleteEvent = defineTool({
  name: 'delete_event',
  title: 'Delete a calendar event',
  description:
    'Deletes one event, or one happening of a repeating one; with the id of a series, all of it. Cannot be undone here. Deleting what is gone already is no error. Show the person title and time first; guests get no e-mail unless notify says so.',
  scopes: ['calendar.events'],
  effects: 'deletes',
  input: z.strictObject({
    event: z.string().min(1).max(1024).describe('Id from list_events'),
    version: z.string().max(200).optional().describe('Deletes only what you saw'),
    calendar: calendarInput,
    notify,
  }),
  output: z.object({
    deleted: z.boolean().describe('False when it was gone already'),
    timeZone: z.string(),
    event: eventRow.optional(),
    notes: z.array(z.string()),
  }),
  examples: [{ question: 'Cancel the dentist.', input: { event: 'abc123' } }],
  progress: { running: 'Deleting the event', done: 'Event deleted' },
  async call(context, { event: id, version, calendar: wanted, notify: whom }) {
    const calendar = await chooseCalendar(context, wanted);
    try {
      const zone = chooseZone(undefined, await readZone(context, calendar));
      const event = await readEvent(context, calendar, id);
      if (event.status === 'cancelled') return gone(zone);
      checkVersion(event, version, zone);
      const query = { sendUpdates: sendUpdates(whom) };
      const isOurs = await guarded(context, { calendar, zone }, event, async () => {
        try {
          await removeEvent(context, calendar, event, query);
          return true;
        } catch (cause) {
          if (isRefusal(cause, 410)) return false;
          throw cause;
        }
      });
      if (!isOurs) return gone(zone);
      return { deleted: true, timeZone: zone, event: toRow(event, { zone }), notes: notesFor(event, whom) };
    } catch (cause) {
      throw explainRefusal(cause, calendar, id);
    }
  },
  text({ deleted, event, timeZone, notes }) {
    const head =
      event === undefined ? [] : [`${deleted ? 'Deleted' : 'Gone'} (${timeZone}): ${rowText(event, timeZone)}`];
    return [...head, ...notes].join('\n');
  },
});

function gone(timeZone: string) {
  return { deleted: false, timeZone, notes: ['The event was deleted before; there was nothing left to do.'] };
}

function notesFor(event: CalendarEvent, whom: z.infer<typeof notify>): string[] {
  const isSeries = (event.recurrence ?? []).length > 0;
  return [...(isSeries ? ['It was a series: all its happenings are gone.'] : []), ...notifyNote(event, whom)];
}
