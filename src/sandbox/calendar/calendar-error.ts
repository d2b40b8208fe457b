/**
 * How the Calendar API says no: the older JSON envelope of Google's APIs, with `errors[]`, domain and reason.
 *
 * Owns: the sentences, reasons and statuses. Does not own: when to refuse, nor refusals for a missing or weak token,
 * which happen before this API is reached. Bodies as in https://developers.google.com/workspace/calendar/api/guides/errors
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

interface Item {
  domain: 'global' | 'calendar';
  reason: string;
  message: string;
  locationType?: 'parameter' | 'header';
  location?: string;
}

export class CalendarError extends Error {
  readonly status: ContentfulStatusCode;
  readonly items: readonly Item[];
  constructor(status: ContentfulStatusCode, first: Item, ...more: Item[]) {
    super(first.message);
    this.status = status;
    this.items = [first, ...more];
  }
}

export function answerCalendarError(error: Error, c: Context): Response {
  const unknown: Item = { domain: 'global', reason: 'backendError', message: 'Backend Error' };
  const refusal = error instanceof CalendarError ? error : new CalendarError(500, unknown);
  return c.json({ error: { errors: refusal.items, code: refusal.status, message: refusal.message } }, refusal.status);
}

/** Google's catch-all for what its parser cannot read, such as a time without an offset: it does not say where. */
export function badRequest(): CalendarError {
  return new CalendarError(400, { domain: 'global', reason: 'badRequest', message: 'Bad Request' });
}

/** Something in the body that must be there is not. */
export function required(message: string): CalendarError {
  return new CalendarError(400, { domain: 'global', reason: 'required', message });
}

/** Something in the body or in a parameter makes no sense. */
export function invalid(message: string, parameter?: string): CalendarError {
  return new CalendarError(400, { domain: 'global', reason: 'invalid', message, ...at('parameter', parameter) });
}

export function invalidParameter(message: string, parameter: string): CalendarError {
  const reason = 'invalidParameter';
  return new CalendarError(400, { domain: 'global', reason, message, ...at('parameter', parameter) });
}

export function missingParameter(parameter: string): CalendarError {
  const message = `Missing ${parameter} parameter.`;
  return new CalendarError(400, { domain: 'global', reason: 'required', message, ...at('parameter', parameter) });
}

/** A refusal of the calendar rules rather than of the request's form. */
export function refusedByCalendar(
  status: 400 | 403,
  reason: string,
  message: string,
  parameter?: string,
): CalendarError {
  return new CalendarError(status, { domain: 'calendar', reason, message, ...at('parameter', parameter) });
}

export function timeRangeEmpty(): CalendarError {
  return refusedByCalendar(400, 'timeRangeEmpty', 'The specified time range is empty.', 'timeMax');
}

export function notFound(): CalendarError {
  return new CalendarError(404, { domain: 'global', reason: 'notFound', message: 'Not Found' });
}

export function duplicate(): CalendarError {
  const message = 'The requested identifier already exists.';
  return new CalendarError(409, { domain: 'global', reason: 'duplicate', message });
}

export function alreadyDeleted(): CalendarError {
  return new CalendarError(410, { domain: 'global', reason: 'deleted', message: 'Resource has been deleted' });
}

export function fullSyncRequired(): CalendarError {
  const message = 'Sync token is no longer valid, a full sync is required.';
  const reason = 'fullSyncRequired';
  return new CalendarError(410, { domain: 'calendar', reason, message, ...at('parameter', 'syncToken') });
}

export function updatedMinTooLongAgo(): CalendarError {
  const message = 'The requested minimum modification time lies too far in the past.';
  const reason = 'updatedMinTooLongAgo';
  return new CalendarError(410, { domain: 'calendar', reason, message, ...at('parameter', 'updatedMin') });
}

export function conditionNotMet(): CalendarError {
  const message = 'Precondition Failed';
  return new CalendarError(412, { domain: 'global', reason: 'conditionNotMet', message, ...at('header', 'If-Match') });
}

function at(locationType: 'parameter' | 'header', location: string | undefined): Partial<Item> {
  return location === undefined ? {} : { locationType, location };
}
