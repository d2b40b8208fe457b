/**
 * Query strings of the Calendar API: numbers, flags, choices, times, and the tokens that lead to the next page.
 *
 * Owns: reading them and Google's complaints. Names that a method does not have are ignored, as this older API does.
 * Does not own: what a method does with them.
 */
import { createHash } from 'node:crypto';
import type { Api } from './access.ts';
import { badRequest, invalid, invalidParameter } from './calendar-error.ts';
import { isTimeZone, readInstant } from './time.ts';

export function readText(c: Api, name: string): string | undefined {
  const value = c.req.query(name);
  return value === '' ? undefined : value;
}

export function readInteger(c: Api, name: string, least: number, most = 2 ** 31 - 1): number | undefined {
  const value = readText(c, name);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,12}$/.test(value)) throw invalidParameter(`Invalid integer value: '${value}'.`, name);
  const number = Number(value);
  if (number >= least && number <= most) return number;
  throw invalidParameter(`Invalid value '${value}'. Values must be within the range: [${least}, ${most}]`, name);
}

export function readFlag(c: Api, name: string): boolean | undefined {
  const value = readText(c, name);
  if (value === undefined) return undefined;
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  throw invalidParameter(`Invalid boolean value: '${value}'.`, name);
}

export function checkChoice<Choice extends string>(value: string, name: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw invalidParameter(`Invalid string value: '${value}'. Allowed values: [${choices.join(', ')}]`, name);
}

export function readChoice<Choice extends string>(
  c: Api,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = readText(c, name);
  return value === undefined ? undefined : checkChoice(value, name, choices);
}

/** RFC 3339 with an offset. Google does not say which parameter it could not read. */
export function readTimestamp(c: Api, name: string): number | undefined {
  const value = readText(c, name);
  if (value === undefined) return undefined;
  const instant = readInstant(value);
  if (instant === undefined) throw badRequest();
  return instant;
}

export function readZone(c: Api): string | undefined {
  const zone = readText(c, 'timeZone');
  if (zone !== undefined && !isTimeZone(zone)) throw invalid('Invalid time zone.', 'timeZone');
  return zone;
}

/** Where a list goes on, and what it was when it began. */
export interface Bookmark {
  offset: number;
  /** The last change before the first page was made: what the sync token at the end of the list must remember. */
  change: number;
}

/** `list` names the list and everything that shapes it; a token is good for nothing else. */
export function writePageToken({ offset, change }: Bookmark, list: string): string {
  return Buffer.from(`${offset}.${change}.${seal(list)}`).toString('base64url');
}

export function readPageToken(c: Api, list: string): Bookmark | undefined {
  const token = readText(c, 'pageToken');
  if (token === undefined) return undefined;
  const [, offset, change, sealed] = /^(\d+)\.(\d+)\.(\S+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (sealed !== seal(list)) throw invalid('Invalid page token value.', 'pageToken');
  return { offset: Number(offset), change: Number(change) };
}

function seal(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 12);
}

/** Everything in the query string but the tokens and the page size, in a fixed order. */
export function shapeOf(c: Api): string {
  const shaping = Object.entries(c.req.queries()).filter(([name]) => name !== 'pageToken' && name !== 'maxResults');
  return JSON.stringify([c.get('person').sub, c.req.path, shaping.sort()]);
}
