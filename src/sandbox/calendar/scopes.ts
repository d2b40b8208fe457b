/**
 * Which scopes open which method of the Calendar API.
 *
 * Owns: that table, from Google's discovery document. Does not own: the check (the sandbox's gate makes it). Left out on
 * purpose: scopes under which Google would answer only a part (`calendar.events.freebusy` and
 * `calendar.events.public.readonly` for events, `calendar.app.created`): a client that leans on them should fail here.
 */

const readsAll = ['calendar', 'calendar.readonly'];
const readsEvents = [
  ...readsAll,
  'calendar.events',
  'calendar.events.readonly',
  'calendar.events.owned',
  'calendar.events.owned.readonly',
];
const writesEvents = ['calendar', 'calendar.events', 'calendar.events.owned'];

const table: readonly { methods: readonly string[]; path: RegExp; scopes: readonly string[] }[] = [
  {
    methods: ['GET'],
    path: /^\/users\/me\/calendarList(\/[^/]+)?$/,
    scopes: [...readsAll, 'calendar.calendarlist', 'calendar.calendarlist.readonly'],
  },
  {
    methods: ['GET'],
    path: /^\/calendars\/[^/]+$/,
    scopes: [...readsAll, 'calendar.calendars', 'calendar.calendars.readonly'],
  },
  { methods: ['GET'], path: /^\/calendars\/[^/]+\/events(\/[^/]+(\/instances)?)?$/, scopes: readsEvents },
  { methods: ['POST'], path: /^\/calendars\/[^/]+\/events$/, scopes: writesEvents },
  { methods: ['PATCH', 'PUT', 'DELETE'], path: /^\/calendars\/[^/]+\/events\/[^/]+$/, scopes: writesEvents },
  {
    methods: ['POST'],
    path: /^\/freeBusy$/,
    scopes: [...readsAll, 'calendar.freebusy', 'calendar.events.freebusy'],
  },
];

/**
 * Full scope URLs, any one of which is enough for the method; empty where there is no such method, which the API itself
 * then says. `path` is the part of the URL below `/calendar/v3`.
 */
export function neededScopes(method: string, path: string): string[] {
  const asked = method === 'HEAD' ? 'GET' : method;
  const row = table.find((candidate) => candidate.methods.includes(asked) && candidate.path.test(path));
  return (row?.scopes ?? []).map((scope) => `https://www.googleapis.com/auth/${scope}`);
}
