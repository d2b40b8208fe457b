/**
 * Conditions written as text: `country == Japan`, `sessions > 100 and deviceCategory in (mobile, tablet)`.
 *
 * Owns: this small language. `and` binds tighter than `or`; there are no other brackets than a list's: nesting is what
 * `any`, `all` and `not` are for (condition-objects.ts). Values need no quotes; a value may hold ` and ` where no
 * condition follows (`brand == Black and Decker`).
 */
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';
import type { Operator, RawCondition } from './condition.ts';

/** Spellings of operators, longest first so that `>=` is not read as `>`. Symbols and words of several languages. */
const SPELLINGS: readonly (readonly [pattern: string, operator: Operator, whole?: true])[] = [
  ['is not empty|is set|is not null|not empty', 'is not empty'],
  ['is empty|is not set|is null|empty', 'is empty'],
  ['not in|is not one of|is none of', 'not in'],
  ['in list|in|is one of|one of', 'in'],
  ['does not contain|not contains|not contain|excludes|!~\\*|!@', 'not contains'],
  ['contains|includes|has|like|=@', 'contains'],
  ['starts with|begins with|startswith|beginswith|starts_with|begins_with|\\^=', 'starts with'],
  ['ends with|endswith|ends_with|\\$=', 'ends with'],
  ['fully matches|matches fully|full_regexp', 'matches', true],
  ['does not match|not matches|!~', 'not matches'],
  ['matches regex|matches|regexp|regex|=~|~', 'matches'],
  ['is between|between', 'between'],
  ['>=|=>|at least|gte|greater than or equal to', '>='],
  ['<=|=<|at most|lte|less than or equal to', '<='],
  ['!==?|<>|is not|not equals?|does not equal|ne|neq', '!='],
  ['===?|=|is|equals|equal to|exactly|exact|eq', '=='],
  ['>|is greater than|greater than|more than|above|gt', '>'],
  ['<|is less than|less than|below|under|lt', '<'],
];

const FIELD = '[A-Za-z][\\w:.]*';
const SYMBOL = /^\W/;

/**
 * Text is read with single spaces only, so no pattern here needs to try several lengths of a gap: what a stranger writes
 * is read in time proportional to its length.
 */
function operatorPattern(pattern: string): string {
  return pattern
    .split('|')
    .map((one) => (SYMBOL.test(one.replaceAll('\\', '')) ? ` ?${one} ?` : ` ${one}(?: |$|(?=\\())`))
    .join('|');
}

const OPERATORS = SPELLINGS.map(([pattern, operator, whole]) => ({
  operator,
  whole,
  regexp: new RegExp(`^(${FIELD}|"[^"]+"|\`[^\`]+\`)(?:${operatorPattern(pattern)})(.*)$`, 'is'),
}));

const ANY_OPERATOR = SPELLINGS.map(([pattern]) => operatorPattern(pattern)).join('|');
/** A joining word counts only where a condition follows it. */
const FOLLOWS = `(?=(?:not )?${FIELD}(?:${ANY_OPERATOR}))`;
const OR = new RegExp(` (?:or|\\|\\|) ${FOLLOWS}`, 'i');
const AND = new RegExp(`(?: ?; ?| (?:and|&&) )${FOLLOWS}`, 'i');

const MAX_TEXT = 2000;

const ALONE = SPELLINGS.map(([pattern, operator, whole]) => ({
  operator,
  whole,
  regexp: new RegExp(`^(?:${pattern})$`, 'i'),
}));

/** The operator that a word or symbol alone stands for. */
export function readOperatorWord(word: string): { operator: Operator; whole?: true } | undefined {
  const found = ALONE.find(({ regexp }) => regexp.test(word.trim()));
  if (found === undefined) return undefined;
  return found.whole === undefined ? { operator: found.operator } : { operator: found.operator, whole: true };
}

/** Throws ToolError `bad-input` when the text is no condition. */
export function readConditionText(given: string): RawCondition {
  if (given.length > MAX_TEXT) throw notCondition(given);
  return readText(given.trim().replaceAll(/\s+/g, ' '));
}

function readText(text: string): RawCondition {
  const alternatives = text.split(OR);
  if (alternatives.length > 1) return { kind: 'any', of: alternatives.map(readText) };
  const parts = text.split(AND);
  if (parts.length > 1) return { kind: 'all', of: parts.map(readText) };
  const negated = /^(?:not |!)(?!(?:in|contains?|empty|set) )/i.exec(text);
  if (negated !== null) return { kind: 'not', of: readTest(withoutBrackets(text.slice(negated[0].length))) };
  return readTest(text);
}

function withoutBrackets(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith('(') && trimmed.endsWith(')') ? trimmed.slice(1, -1).trim() : trimmed;
}

function readTest(text: string): RawCondition {
  for (const { operator, whole, regexp } of OPERATORS) {
    const match = regexp.exec(text);
    if (match === null) continue;
    const field = (match[1] ?? '').replaceAll(/["`]/g, '');
    const values = readValues(operator, (match[2] ?? '').trim());
    if (values === undefined) break;
    return { kind: 'test', field, operator, values, ...(whole === undefined ? {} : { whole }) };
  }
  throw notCondition(text);
}

/** The values after an operator; `undefined` when there are too few or too many. */
function readValues(operator: Operator, text: string): string[] | undefined {
  if (operator === 'is empty' || operator === 'is not empty') return text === '' ? [] : undefined;
  if (text === '') return undefined;
  if (operator === 'between') return readBounds(text);
  if (operator === 'in' || operator === 'not in') {
    const values = splitList(text.replace(/^[[(]/, '').replace(/[\])]$/, ''));
    return values.length === 0 ? undefined : values;
  }
  return [unquote(text)];
}

function readBounds(text: string): string[] | undefined {
  const bounds = text
    .replace(/^[[(]/, '')
    .replace(/[\])]$/, '')
    .split(/ (?:and|to|-) | ?(?:,|\.\.) ?/i)
    .map(unquote);
  return bounds.length === 2 ? bounds : undefined;
}

/** A comma inside quotes belongs to the value. */
function splitList(text: string): string[] {
  const values = text.match(/"[^"]*"|'[^']*'|[^,|]+/g) ?? [];
  return values.map((value) => unquote(value.trim())).filter((value) => value !== '');
}

function unquote(text: string): string {
  const trimmed = text.trim();
  return /^"[^"]*"$/.test(trimmed) || /^'[^']*'$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}

export function notCondition(text: string): ToolError {
  const message = `The filter ${quote(text)} cannot be read. Write a field, an operator and a value: "country == Japan", "deviceCategory in (mobile, tablet)", "pagePath contains /blog", "sessions > 100"; combine with {"any": […]}, {"all": […]}, {"not": …}.`;
  return new ToolError('bad-input', message);
}
