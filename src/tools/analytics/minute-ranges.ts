/**
 * Which of the last minutes a realtime report is about, in words: `30`, `last 5 minutes`, `5-29`.
 *
 * Owns: these spellings. `5-29` is from 29 minutes ago up to 5 minutes ago. Pure.
 */
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';

/** Minutes ago, both included: 0 is the minute that is running. */
export interface MinuteRange {
  from: number;
  to: number;
}

/** Analytics 360 keeps an hour; other properties are refused beyond 29, which Google says itself. */
const MOST = 59;

/** Throws ToolError `bad-input` with words that would do. */
export function readMinutes(given: readonly string[]): MinuteRange[] {
  if (given.length > 2)
    throw new ToolError(
      'bad-input',
      '`minutes` holds more than two ranges; two are compared at most: ["0-4", "5-29"].',
    );
  const ranges = given.map(readRange);
  return ranges.length === 0 ? [{ from: 29, to: 0 }] : ranges;
}

function readRange(text: string): MinuteRange {
  const words = text.trim().toLowerCase();
  if (/^(now|right now|just now)$/.test(words)) return { from: 4, to: 0 };
  const count = /^(?:the )?(?:last |past )?([0-9]{1,2}) ?(?:m|min|mins|minutes?)?$/.exec(words)?.[1];
  const ends = /^([0-9]{1,2}) ?(?:-|–|to|\.\.) ?([0-9]{1,2}) ?(?:m|min|mins|minutes?)?(?: ago)?$/.exec(words);
  const [first, second] = count === undefined ? [ends?.[1], ends?.[2]] : ['0', String(Number(count) - 1)];
  const [from, to] = [Math.max(Number(first), Number(second)), Math.min(Number(first), Number(second))];
  if (!Number.isInteger(from) || to < 0 || from > MOST) throw notMinutes(text);
  return { from, to };
}

function notMinutes(text: string): ToolError {
  const message = `\`minutes\` is ${quote(text)}, wanted the last minutes such as "30" or "5", or from-to in minutes ago such as "0-4" or "5-29". Google keeps 30 minutes (60 for Analytics 360).`;
  return new ToolError('bad-input', message);
}

export function minutesText({ from, to }: MinuteRange): string {
  return to === 0 ? `last ${from + 1} minutes` : `${from + 1} to ${to} minutes ago`;
}
