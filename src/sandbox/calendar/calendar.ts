/**
 * The sandbox's Google Calendar API v3. Everything is in memory: what is written stays until the process ends.
 *
 * Owns: the URLs. Does not own: tokens and scopes (checked before, with the help of `neededScopes`), nor any method.
 * Reference: https://developers.google.com/workspace/calendar/api/v3/reference
 */
import { Hono } from 'hono';
import type { ApiEnv } from '../api.ts';
import type { Room } from './access.ts';
import { answerCalendarError, notFound } from './calendar-error.ts';
import { getCalendar, getCalendarListEntry, listCalendars } from './calendar-list.ts';
import { freeBusy } from './free-busy.ts';
import { listEvents, listInstances } from './list-events.ts';
import { createRecords } from './records.ts';
import { seedEvents, seededCalendars } from './seed.ts';
import { changeEvent, deleteEvent, getEvent, insertEvent } from './write-event.ts';

export { neededScopes } from './scopes.ts';

export function calendar(parts: { now: () => Date }): Hono<ApiEnv> {
  const room: Room = { now: parts.now, records: createRecords({ now: parts.now, calendars: seededCalendars }) };
  seedEvents(room.records, parts.now());

  const app = new Hono<ApiEnv>();
  app.onError((error, c) => answerCalendarError(error, c));

  app.get('/users/me/calendarList', (c) => listCalendars(c, room));
  app.get('/users/me/calendarList/:calendarId', (c) => getCalendarListEntry(c, room));
  app.get('/calendars/:calendarId', (c) => getCalendar(c, room));
  app.get('/calendars/:calendarId/events', (c) => listEvents(c, room));
  app.post('/calendars/:calendarId/events', (c) => insertEvent(c, room));
  app.get('/calendars/:calendarId/events/:eventId', (c) => getEvent(c, room));
  app.patch('/calendars/:calendarId/events/:eventId', (c) => changeEvent(c, room, 'patch'));
  app.put('/calendars/:calendarId/events/:eventId', (c) => changeEvent(c, room, 'replace'));
  app.delete('/calendars/:calendarId/events/:eventId', (c) => deleteEvent(c, room));
  app.get('/calendars/:calendarId/events/:eventId/instances', (c) => listInstances(c, room));
  app.post('/freeBusy', (c) => freeBusy(c, room));
  // Not `notFound`: that would be lost when this app is mounted in another.
  app.all('*', () => {
    throw notFound();
  });
  return app;
}
