/**
 * GET /users/me/calendarList, …/{calendarId} and /calendars/{calendarId}: which calendars a person has.
 *
 * Owns: the list (a person's own calendars), the resource shapes and pages. Does not own: events.
 * Shapes as in https://developers.google.com/workspace/calendar/api/v3/reference/calendarList
 */
import { type Api, calendarInUrl, type Opened, type Room } from './access.ts';
import { invalid, notFound } from './calendar-error.ts';
import { readChoice, readFlag, readInteger, readPageToken, shapeOf, writePageToken } from './query.ts';
import { accessRoles, type CalendarRecord, isAtLeast } from './records.ts';
import { readSyncToken, writeSyncToken } from './sync.ts';

type Json = Record<string, unknown>;

export function listCalendars(c: Api, room: Room): Response {
  const { email } = c.get('person');
  readFlag(c, 'showDeleted');
  readFlag(c, 'showHidden');
  const least = readChoice(c, 'minAccessRole', accessRoles) ?? 'freeBusyReader';
  const size = Math.min(readInteger(c, 'maxResults', 1) ?? 100, 250);
  const place = `calendarList ${email}`;
  const since = readSyncToken(c, room.now(), place, room.records.lastChange());
  if (since !== undefined && c.req.query('minAccessRole') !== undefined) {
    throw invalid('Invalid sync token value.', 'syncToken');
  }
  // Calendars never change here, so whoever has seen the list has nothing to learn.
  const all = since === undefined ? openedBy(email, room).filter(({ role }) => isAtLeast(role, least)) : [];
  const from = readPageToken(c, shapeOf(c)) ?? { offset: 0, change: 0 };
  const page = all.slice(from.offset, from.offset + size);
  const next = from.offset + page.length;
  return c.json({
    kind: 'calendar#calendarList',
    etag: `"p${all.length}g"`,
    ...(next < all.length
      ? { nextPageToken: writePageToken({ ...from, offset: next }, shapeOf(c)) }
      : { nextSyncToken: writeSyncToken(room.records.lastChange(), room.now(), place) }),
    items: page.map((opened) => entryResource(opened)),
  });
}

export function getCalendarListEntry(c: Api, room: Room): Response {
  const opened = calendarInUrl(c, room.records);
  // A calendar that is shared but not on the list can be opened, not found here.
  if (opened.calendar.owner !== c.get('person').email) throw notFound();
  return c.json(entryResource(opened));
}

export function getCalendar(c: Api, room: Room): Response {
  const { calendar } = calendarInUrl(c, room.records);
  return c.json({ kind: 'calendar#calendar', etag: '"p1g"', ...commonResource(calendar) });
}

function openedBy(email: string, { records }: Room): Opened[] {
  return records.calendars.filter(({ owner }) => owner === email).map((calendar) => ({ calendar, role: 'owner' }));
}

function entryResource({ calendar, role }: Opened): Json {
  const isMain = calendar.id === calendar.owner;
  return {
    kind: 'calendar#calendarListEntry',
    etag: '"p1g"',
    ...commonResource(calendar),
    colorId: calendar.colorId,
    backgroundColor: calendar.backgroundColor,
    foregroundColor: '#000000',
    selected: true,
    accessRole: role,
    defaultReminders: [{ method: 'popup', minutes: 10 }],
    ...(isMain && {
      notificationSettings: {
        notifications: ['eventCreation', 'eventChange', 'eventCancellation'].map((type) => ({ type, method: 'email' })),
      },
      primary: true,
    }),
  };
}

function commonResource(calendar: CalendarRecord): Json {
  return {
    id: calendar.id,
    summary: calendar.summary,
    ...(calendar.description !== undefined && { description: calendar.description }),
    timeZone: calendar.timeZone,
    ...(calendar.id !== calendar.owner && { dataOwner: calendar.owner }),
    conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
  };
}
