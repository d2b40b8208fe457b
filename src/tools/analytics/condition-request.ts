/**
 * A condition as Google's FilterExpression, and as a test of our own on numbers.
 *
 * Owns: which operator becomes which filter; telling conditions on dimensions (before counting) from those on metrics
 * (after counting, like SQL's HAVING); evaluating the latter here, for tables that are put together from two periods.
 */
import { ToolError } from '../../errors.ts';
import { quote, quoteAll } from '../quote.ts';
import { type ReadCondition, type Test, testsOf } from './condition.ts';
import type { Filter, FilterExpression, MatchType, NumericOperation, NumericValue } from './data-api.ts';
import type { Field, FieldKind } from './fields/catalogue.ts';

export interface SplitConditions {
  dimensions: ReadCondition | undefined;
  metrics: ReadCondition | undefined;
}

/** Google filters rows by dimensions and totals by metrics in two places; only `all` can be taken apart. */
export function splitByKind(condition: ReadCondition | undefined): SplitConditions {
  const parts = condition === undefined ? [] : flattenAll(condition);
  const ofKind = (kind: FieldKind) => joinAll(parts.filter((part) => kindOf(part) === kind));
  return { dimensions: ofKind('dimension'), metrics: ofKind('metric') };
}

function flattenAll(condition: ReadCondition): ReadCondition[] {
  return condition.kind === 'all' ? condition.of.flatMap(flattenAll) : [condition];
}

function joinAll(parts: readonly ReadCondition[]): ReadCondition | undefined {
  const [first] = parts;
  return parts.length <= 1 ? first : { kind: 'all', of: parts };
}

function kindOf(condition: ReadCondition): FieldKind {
  const fields = testsOf(condition).map((test) => test.field);
  const metrics = fields.filter((field) => field.kind === 'metric').map((field) => field.name);
  const dimensions = fields.filter((field) => field.kind === 'dimension').map((field) => field.name);
  if (metrics.length > 0 && dimensions.length > 0) {
    const message = `\`any\` or \`not\` cannot hold dimensions (${quoteAll(dimensions)}) and metrics (${quoteAll(metrics)}) together: dimensions are filtered before counting, metrics after it. Make separate conditions of them, or ask twice.`;
    throw new ToolError('bad-input', message);
  }
  return metrics.length > 0 ? 'metric' : 'dimension';
}

/** Throws ToolError `bad-input` for an operator or a value that does not suit the field. */
export function toFilterExpression(condition: ReadCondition): FilterExpression {
  if (condition.kind === 'not') return { notExpression: toFilterExpression(condition.of) };
  if (condition.kind === 'all') return { andGroup: { expressions: condition.of.map(toFilterExpression) } };
  if (condition.kind === 'any') return { orGroup: { expressions: condition.of.map(toFilterExpression) } };
  return condition.field.kind === 'metric' ? metricExpression(condition) : dimensionExpression(condition);
}

const NEGATED: Readonly<Record<string, Test<Field>['operator']>> = {
  '!=': '==',
  'not in': 'in',
  'not contains': 'contains',
  'not matches': 'matches',
  'is not empty': 'is empty',
};

const COMPARISONS: Readonly<Record<string, NumericOperation>> = {
  '==': 'EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
};

const MATCH_TYPES: Readonly<Record<string, MatchType>> = {
  '==': 'EXACT',
  contains: 'CONTAINS',
  'starts with': 'BEGINS_WITH',
  'ends with': 'ENDS_WITH',
  matches: 'PARTIAL_REGEXP',
};

function dimensionExpression(test: Test<Field>): FilterExpression {
  const positive = NEGATED[test.operator];
  if (positive !== undefined) return { notExpression: dimensionExpression({ ...test, operator: positive }) };
  return { filter: { fieldName: test.field.name, ...dimensionFilter(test) } as Filter };
}

function dimensionFilter(test: Test<Field>): Omit<Filter, 'fieldName'> {
  const [value = '', second = ''] = test.values;
  const sensitive = test.caseSensitive === true ? { caseSensitive: true } : {};
  if (test.operator === 'is empty') return { emptyFilter: {} };
  if (test.operator === 'in')
    return { inListFilter: { values: test.values.map((one) => asStored(test.field, one)), ...sensitive } };
  if (test.operator === 'between') {
    return { betweenFilter: { fromValue: numericValue(test, value), toValue: numericValue(test, second) } };
  }
  const matchType = MATCH_TYPES[test.operator];
  if (matchType !== undefined) {
    const type = test.whole === true ? 'FULL_REGEXP' : matchType;
    return { stringFilter: { matchType: type, value: asStored(test.field, value), ...sensitive } };
  }
  return { numericFilter: { operation: COMPARISONS[test.operator] ?? 'EQUAL', value: numericValue(test, value) } };
}

/** Google's days have no dashes: `2026-10-05` is `20261005` there, `2026-10` is `202610`. */
function asStored(field: Field, value: string): string {
  return field.scope === 'time' || field.name.endsWith('Date') ? value.replaceAll(/(?<=[0-9])-(?=[0-9])/g, '') : value;
}

function metricExpression(test: Test<Field>): FilterExpression {
  const positive = NEGATED[test.operator];
  if (positive !== undefined) return { notExpression: metricExpression({ ...test, operator: positive }) };
  const fieldName = test.field.name;
  if (test.operator === 'between') {
    const [from = '', to = ''] = test.values;
    return {
      filter: { fieldName, betweenFilter: { fromValue: numericValue(test, from), toValue: numericValue(test, to) } },
    };
  }
  const values = test.values.map((value) => numericValue(test, value));
  const operation = test.operator === 'in' ? 'EQUAL' : COMPARISONS[test.operator];
  if (operation === undefined) throw notForMetric(test);
  const filters = values.map(
    (value): FilterExpression => ({ filter: { fieldName, numericFilter: { operation, value } } }),
  );
  const [first] = filters;
  return filters.length === 1 && first !== undefined ? first : { orGroup: { expressions: filters } };
}

function notForMetric(test: Test<Field>): ToolError {
  const name = test.field.name;
  const message = `${quote(name)} is a number: filter it with ==, !=, >, >=, <, <= or between, not with ${quote(test.operator)}. For example "${name} > 100".`;
  return new ToolError('bad-input', message);
}

function numericValue(test: Test<Field>, text: string): NumericValue {
  const number = readNumber(test, text);
  return Number.isInteger(number) ? { int64Value: String(number) } : { doubleValue: number };
}

/** `1,000`, `5%`, `$20`; `60` for a rate means 60%, since answers show rates as percents. */
export function readNumber(test: Test<Field>, text: string): number {
  const plain = asStored(test.field, text).replaceAll(/[\s,_$€£]/g, '');
  const match = /^(-?[0-9]*\.?[0-9]+(?:e-?[0-9]+)?)(%?)$/i.exec(plain);
  if (match === null) {
    throw new ToolError(
      'bad-input',
      `The filter on ${quote(test.field.name)} needs a number, but ${quote(text)} was given. For example "${test.field.name} > 100".`,
    );
  }
  const number = Number(match[1]);
  const isPercent = match[2] === '%' || isReadAsPercent(test.field, number);
  return isPercent ? number / 100 : number;
}

/** No rate is above 1, so a larger number can only have been meant as a percentage. */
export function isReadAsPercent(field: Field, number: number): boolean {
  return field.unit === 'fraction' && Math.abs(number) > 1;
}

/** The same condition on numbers that are here already. Names it cannot find count as 0. */
export function holds(condition: ReadCondition, numberOf: (field: Field) => number): boolean {
  if (condition.kind === 'not') return !holds(condition.of, numberOf);
  if (condition.kind === 'all') return condition.of.every((part) => holds(part, numberOf));
  if (condition.kind === 'any') return condition.of.some((part) => holds(part, numberOf));
  const actual = numberOf(condition.field);
  const [first = Number.NaN, second = Number.NaN] = condition.values.map((value) => readNumber(condition, value));
  return compareNumbers(condition, actual, first, second);
}

function compareNumbers(test: Test<Field>, actual: number, first: number, second: number): boolean {
  const operator = NEGATED[test.operator] ?? test.operator;
  const isNegated = operator !== test.operator;
  const checks: Partial<Record<typeof operator, boolean>> = {
    '==': actual === first,
    '>': actual > first,
    '>=': actual >= first,
    '<': actual < first,
    '<=': actual <= first,
    between: actual >= first && actual <= second,
    in: test.values.some((value) => readNumber(test, value) === actual),
  };
  return (checks[operator] ?? false) !== isNegated;
}
