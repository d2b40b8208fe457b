/**
 * What the Calendar API takes, written from Google's reference and not from our code: parameters, headers and bodies of
 * the calls that our tools make. Nothing that is not listed passes.
 *
 * Reference: https://developers.google.com/workspace/calendar/api/v3/reference (calendarList.list, events.list, get,
 * insert, patch and delete, freebusy.query). The read-only fields of an event are left out: nobody may send them.
 */
import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });
const flag = z.enum(['true', 'false']);
const sendUpdates = z.enum(['all', 'externalOnly', 'none']);

const time = z
  .strictObject({
    date: z.iso.date().nullable().optional(),
    dateTime: instant.nullable().optional(),
    timeZone: z.string().nullable().optional(),
  })
  .refine(({ date, dateTime }) => (date ?? null) === null || (dateTime ?? null) === null, 'a day or a time, not both');

const attendee = z.strictObject({
  email: z.email(),
  displayName: z.string().optional(),
  optional: z.boolean().optional(),
  responseStatus: z.enum(['needsAction', 'declined', 'tentative', 'accepted']).optional(),
  comment: z.string().optional(),
  additionalGuests: z.int().optional(),
  resource: z.boolean().optional(),
  // Read-only, ignored by Google when a client sends back what it has read.
  self: z.boolean().optional(),
  organizer: z.boolean().optional(),
});

const event = z.strictObject({
  id: z
    .string()
    .regex(/^[a-v0-9]{5,1024}$/)
    .optional(),
  summary: z.string().optional(),
  description: z.string().max(8192).optional(),
  location: z.string().optional(),
  start: time.optional(),
  end: time.optional(),
  recurrence: z.array(z.string().regex(/^(?:RRULE|EXRULE|RDATE|EXDATE):/)).optional(),
  attendees: z.array(attendee).optional(),
  conferenceData: z
    .strictObject({
      createRequest: z.strictObject({
        requestId: z.string(),
        conferenceSolutionKey: z.strictObject({ type: z.enum(['eventHangout', 'eventNamedHangout', 'hangoutsMeet']) }),
      }),
    })
    .optional(),
});

const none = z.strictObject({});
const write = z.strictObject({ sendUpdates, conferenceDataVersion: z.enum(['0', '1']).optional() });
const guarded = z.object({ 'if-match': z.string().regex(/^"[^"]+"$/) });

interface Call {
  method: string;
  /** Below `/calendar/v3`. */
  path: RegExp;
  query: z.ZodType;
  body?: z.ZodType;
  headers?: z.ZodType;
}

const CALLS: readonly Call[] = [
  {
    method: 'GET',
    path: /^\/users\/me\/calendarList$/,
    query: z.strictObject({ maxResults: z.coerce.number().int().min(1).max(250), pageToken: z.string().optional() }),
  },
  {
    method: 'GET',
    path: /^\/calendars\/[^/]+\/events$/,
    query: z
      .strictObject({
        timeMin: instant.optional(),
        timeMax: instant.optional(),
        q: z.string().min(1).optional(),
        singleEvents: flag.optional(),
        orderBy: z.enum(['startTime', 'updated']).optional(),
        maxResults: z.coerce.number().int().min(1).max(2500),
        pageToken: z.string().optional(),
      })
      .refine(({ orderBy, singleEvents }) => orderBy !== 'startTime' || singleEvents === 'true'),
  },
  { method: 'GET', path: /^\/calendars\/[^/]+\/events\/[^/]+$/, query: none },
  {
    method: 'POST',
    path: /^\/calendars\/[^/]+\/events$/,
    query: write,
    body: event.required({ id: true, start: true, end: true }),
  },
  { method: 'PATCH', path: /^\/calendars\/[^/]+\/events\/[^/]+$/, query: write, body: event, headers: guarded },
  {
    method: 'DELETE',
    path: /^\/calendars\/[^/]+\/events\/[^/]+$/,
    query: z.strictObject({ sendUpdates }),
    headers: guarded,
  },
  {
    method: 'POST',
    path: /^\/freeBusy$/,
    query: none,
    body: z.strictObject({
      timeMin: instant,
      timeMax: instant,
      timeZone: z.string(),
      items: z
        .array(z.strictObject({ id: z.string() }))
        .min(1)
        .max(50),
    }),
  },
];

/** Throws, with what is wrong, for a request that Google's reference does not allow. */
export function checkCalendarRequest(request: {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}): void {
  const url = new URL(request.url);
  const path = url.pathname.replace(/^\/calendar\/v3/, '');
  const call = CALLS.find((one) => one.method === request.method && one.path.test(path));
  if (call === undefined) throw new Error(`the Calendar API has no ${request.method} ${path}`);
  call.query.parse(Object.fromEntries(url.searchParams));
  call.headers?.parse(request.headers ?? {});
  if (call.body === undefined && request.body !== undefined) throw new Error(`${request.method} ${path} takes no body`);
  call.body?.parse(JSON.parse(request.body ?? 'null'));
}
