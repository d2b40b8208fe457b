/**
 * Google Calendar as an area of tools: six tools and the scopes that switch them on.
 *
 * Owns: the list. Does not own: any tool. Each tool asks for the least scope that Google takes for its calls, so
 * `calendar.events` alone offers four of them; the list of calendars and the busy times are scopes of their own.
 */
import type { ToolArea } from '../area.ts';
import { createEvent } from './create-event.ts';
import { deleteEvent } from './delete-event.ts';
import { findFreeTime } from './find-free-time.ts';
import { listCalendars } from './list-calendars.ts';
import { listEvents } from './list-events.ts';
import { updateEvent } from './update-event.ts';

const area = 'Google Calendar';

export const calendar: ToolArea = {
  tools: [listCalendars, listEvents, findFreeTime, createEvent, updateEvent, deleteEvent],
  scopes: {
    'calendar.readonly': { area, reads: 'See your calendars and their events' },
    'calendar.events.readonly': { area, reads: 'See the events on your calendars' },
    'calendar.calendarlist.readonly': { area, reads: 'See the list of your calendars' },
    'calendar.freebusy': { area, reads: 'See when your calendars are free or busy' },
    'calendar.events': { area, changes: 'See, create, change and delete events on your calendars' },
  },
};
