/**
 * Conditions written as objects: our flat form `{field, op, value}` with `any`, `all` and `not`, and Google's nested
 * FilterExpression in camelCase or snake_case
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/FilterExpression).
 *
 * Owns: reading both into one shape. Does not own: conditions as text (condition-words.ts).
 */
import { ToolError } from '../../errors.ts';
import { isObject, squeeze } from '../lenient-input.ts';
import { quoteValue } from '../quote.ts';
import type { Operator, RawCondition } from './condition.ts';
import { readConditionText, readOperatorWord } from './condition-words.ts';

const MAX_DEPTH = 8;

/** All conditions of a list must hold. `undefined` for none. Throws ToolError `bad-input`. */
export function readConditions(given: unknown): RawCondition | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  const list = Array.isArray(given) ? given : [given];
  const conditions = list.filter((one) => !isEmptyObject(one)).map((one) => readCondition(one, 0));
  const [first] = conditions;
  return conditions.length <= 1 ? first : { kind: 'all', of: conditions };
}

function isEmptyObject(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function readCondition(given: unknown, depth: number): RawCondition {
  if (depth > MAX_DEPTH)
    throw new ToolError('bad-input', `A filter is nested more than ${MAX_DEPTH} levels deep. Use fewer.`);
  if (typeof given === 'string') return readConditionText(given);
  if (Array.isArray(given)) return { kind: 'all', of: given.map((one) => readCondition(one, depth + 1)) };
  if (!isObject(given)) throw notFilter(given);
  const parts = bySqueezedKey(given);
  return readGroup(parts, depth) ?? readGoogleTest(parts, given, depth) ?? readFlatTest(parts, given);
}

type Parts = ReadonlyMap<string, unknown>;

function bySqueezedKey(given: Record<string, unknown>): Parts {
  return new Map(Object.entries(given).map(([key, value]) => [squeeze(key), value]));
}

const ALL_KEYS = ['all', 'and', 'andgroup', 'expressions'];
const ANY_KEYS = ['any', 'or', 'orgroup'];
const NOT_KEYS = ['not', 'notexpression', 'none'];

function readGroup(parts: Parts, depth: number): RawCondition | undefined {
  const all = firstOf(parts, ALL_KEYS);
  const any = firstOf(parts, ANY_KEYS);
  const not = firstOf(parts, NOT_KEYS);
  const groups: RawCondition[] = [];
  if (all !== undefined) groups.push({ kind: 'all', of: members(all, depth) });
  if (any !== undefined) groups.push({ kind: 'any', of: members(any, depth) });
  if (not !== undefined) groups.push({ kind: 'not', of: readCondition(not, depth + 1) });
  const [first] = groups;
  return groups.length <= 1 ? first : { kind: 'all', of: groups };
}

function members(given: unknown, depth: number): RawCondition[] {
  const list = isObject(given) && 'expressions' in given ? given.expressions : given;
  const conditions = (Array.isArray(list) ? list : [list]).map((one) => readCondition(one, depth + 1));
  if (conditions.length === 0)
    throw new ToolError('bad-input', 'A filter group is empty. Put conditions into it or leave it out.');
  return conditions;
}

function firstOf(parts: Parts, keys: readonly string[]): unknown {
  for (const key of keys) {
    const value = parts.get(key);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

const FIELD_KEYS = ['field', 'fieldname', 'name', 'dimension', 'metric', 'dimensionname', 'metricname', 'column'];
const OPERATOR_KEYS = ['op', 'operator', 'operation', 'matchtype', 'comparison', 'type', 'match'];
const VALUE_KEYS = ['value', 'values', 'expression', 'val'];

/** `{field, op, value}`, or the shortest form of all: `{"country": "Japan"}`. */
function readFlatTest(parts: Parts, given: Record<string, unknown>): RawCondition {
  const field = firstOf(parts, FIELD_KEYS);
  if (typeof field !== 'string') return readPairs(given);
  const value = firstOf(parts, VALUE_KEYS);
  const from = parts.get('from') ?? parts.get('fromvalue') ?? parts.get('min');
  const to = parts.get('to') ?? parts.get('tovalue') ?? parts.get('max');
  if (from !== undefined && to !== undefined) return test(field, 'between', [toText(from), toText(to)]);
  const word = firstOf(parts, OPERATOR_KEYS);
  const values = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(toText);
  const condition = readOperator(field, typeof word === 'string' ? word : undefined, values, given);
  return parts.get('casesensitive') === true ? { ...condition, caseSensitive: true } : condition;
}

function readPairs(given: Record<string, unknown>): RawCondition {
  const conditions = Object.entries(given).map(([field, value]) => {
    if (isObject(value) || value === null || value === undefined) throw notFilter(given);
    const values = (Array.isArray(value) ? value : [value]).map(toText);
    return test(field, values.length === 1 ? '==' : 'in', values);
  });
  const [first] = conditions;
  if (first === undefined) throw notFilter(given);
  return conditions.length === 1 ? first : { kind: 'all', of: conditions };
}

type RawTest = Extract<RawCondition, { kind: 'test' }>;

/** How many values an operator takes, where it is not exactly one. */
const VALUE_COUNTS: Partial<Record<Operator, readonly [least: number, most: number]>> = {
  in: [1, 5000],
  'not in': [1, 5000],
  between: [2, 2],
  'is empty': [0, 5000],
  'is not empty': [0, 5000],
};

/** Several values for `==` and `!=` mean a list. */
const LIST_FORMS: Partial<Record<Operator, Operator>> = { '==': 'in', '!=': 'not in' };

function readOperator(field: string, word: string | undefined, values: readonly string[], given: unknown): RawTest {
  const spelled = (word ?? '==').trim().replaceAll(/[_-]+/g, ' ').toLowerCase();
  const found = readOperatorWord(FIRST_WORDS[spelled] ?? spelled);
  if (found === undefined) throw notFilter(given);
  const operator = values.length > 1 ? (LIST_FORMS[found.operator] ?? found.operator) : found.operator;
  const [least, most] = VALUE_COUNTS[operator] ?? [1, 1];
  if (values.length < least || values.length > most) throw notFilter(given);
  return { ...test(field, operator, values), ...(found.whole === undefined ? {} : { whole: true }) };
}

/** Google's own names for match types and operations. */
const FIRST_WORDS: Readonly<Record<string, string>> = {
  'partial regexp': 'matches',
  'full regexp': 'fully matches',
  equal: '==',
  'less than or equal': '<=',
  'greater than or equal': '>=',
  'greater or equal': '>=',
  'less or equal': '<=',
  'in list': 'in',
};

function test(field: string, operator: Operator, values: readonly string[]): RawTest {
  return { kind: 'test', field, operator, values };
}

/** `{filter: {fieldName, stringFilter | inListFilter | numericFilter | betweenFilter | emptyFilter}}`, or without `filter`. */
function readGoogleTest(parts: Parts, given: unknown, depth: number): RawCondition | undefined {
  const inner = parts.get('filter');
  if (inner !== undefined) return readCondition(inner, depth + 1);
  const field = firstOf(parts, FIELD_KEYS);
  if (typeof field !== 'string') return undefined;
  if (parts.has('emptyfilter')) return test(field, 'is empty', []);
  const between = parts.get('betweenfilter');
  if (isObject(between)) {
    const bounds = bySqueezedKey(between);
    return test(field, 'between', [toText(bounds.get('fromvalue')), toText(bounds.get('tovalue'))]);
  }
  const single = parts.get('stringfilter') ?? parts.get('inlistfilter') ?? parts.get('numericfilter');
  if (!isObject(single)) return undefined;
  const details = bySqueezedKey(single);
  const value = details.get('values') ?? details.get('value');
  const values = (Array.isArray(value) ? value : [value]).map(toText);
  const word = parts.has('inlistfilter') ? 'in' : (details.get('matchtype') ?? details.get('operation') ?? 'exact');
  const read = readOperator(field, typeof word === 'string' ? word : undefined, values, given);
  return details.get('casesensitive') === true ? { ...read, caseSensitive: true } : read;
}

/** Numbers, `{int64Value: "5"}` and texts, as text. */
function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (isObject(value)) {
    const [inner] = Object.values(value);
    if (typeof inner === 'string' || typeof inner === 'number') return String(inner);
  }
  throw notFilter(value);
}

function notFilter(given: unknown): ToolError {
  const message = `The filter ${quoteValue(given)} cannot be read. Write "country == Japan", or {"field": "country", "op": "in", "value": ["Japan", "India"]}; combine with {"any": […]}, {"all": […]}, {"not": …}.`;
  return new ToolError('bad-input', message);
}
