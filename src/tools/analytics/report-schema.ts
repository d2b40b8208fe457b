/**
 * The arguments and the parts of an answer that all report tools have in common.
 *
 * Owns: their schemas, and the few lines of text that every answer begins and ends with. Does not own: what a value means
 * (report-plan.ts), tables as text (report-text.ts). Answers are made here and typed by TypeScript, so their schemas say
 * to a model only as much as it needs to read them: every word of a schema is paid for in every conversation.
 */
import { z } from 'zod';
import { plainLine } from '../quote.ts';
import { type DayRange, isoDay, lengthOf } from './calendar-days.ts';
import { DATE_EXAMPLES } from './dates.ts';
import type { Cell, Column } from './report-table.ts';

/** A part of an answer whose inside the code's types vouch for; `json` is what a model is told of it. */
export function answerPart<Value>(json: Record<string, unknown>): z.ZodType<Value, Value> {
  return z.unknown().meta(json) as unknown as z.ZodType<Value, Value>;
}

export interface ShownProperty {
  id: string;
  name: string;
  timeZone: string;
}

export interface ShownDays {
  start: string;
  end: string;
  days: number;
}

/** A text with a limit that is kept, but not told: it would cost tokens in every conversation and help no model. */
export function shortText(most: number): z.ZodString {
  return z.string().refine((given) => given.length <= most, `at most ${most} characters`);
}

export const propertyPart = answerPart<ShownProperty>({ type: 'object' });
export const daysPart = answerPart<ShownDays>({ type: 'object' });
export const columnsPart = answerPart<Column[]>({ type: 'array', items: {} });
export const rowsPart = answerPart<Cell[][]>({ type: 'array', items: { type: 'array', items: {} } });
export const cellsPart = answerPart<Cell[]>({ type: 'array', items: {} });
export const notesPart = answerPart<string[]>({ type: 'array', items: { type: 'string' } });

export const propertyArgument = shortText(200).optional();

export const datesArgument = shortText(100).default('last_28_days');

export const DATES_WORDS = `${DATE_EXAMPLES}. Weeks begin on Monday.`;

export const namesArgument = (most: number): z.ZodArray<z.ZodString> => z.array(shortText(100)).max(most);

/** Judged by our own reader, which names what is wrong; the schema only shows the way. */
export const filtersArgument = z.array(z.unknown()).max(50).default([]);

export function showProperty(property: ShownProperty): ShownProperty {
  return { id: property.id, name: property.name, timeZone: property.timeZone };
}

export function showDays(range: DayRange): ShownDays {
  return { start: isoDay(range.start), end: isoDay(range.end), days: lengthOf(range) };
}

/** The line that says which numbers these are. */
export function headLine(property: ShownProperty, rest: string): string {
  return `${plainLine(property.name, 80)} (${property.id}), ${rest}, ${property.timeZone}`;
}

export function daysText(dates: ShownDays, comparedWith: ShownDays | undefined): string {
  const compared = comparedWith === undefined ? '' : ` compared with ${comparedWith.start} to ${comparedWith.end}`;
  return `${dates.start} to ${dates.end}${compared}`;
}

/** Notes as the end of a text, after an empty line. */
export function noteLines(notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)];
}
