/**
 * Filters: which events count (dimension filters, before grouping) and which rows are kept (metric filters, after it).
 *
 * Owns: the meaning of every kind of filter. Does not own: finding the fields they name (report-request.ts) nor running SQL.
 */
import { invalid } from './errors.ts';
import type { FilterConditions, FilterExpression, FilterMessage, NumericValue } from './messages.ts';
import type { Clause, Predicate } from './query.ts';
import { compileRegexp } from './regexp.ts';

/** Filters hang together by and, or, not; whatever hangs there is made by `leaf`. */
interface Tree<T> {
  andGroup?: { expressions?: Tree<T>[] };
  orGroup?: { expressions?: Tree<T>[] };
  notExpression?: Tree<T>;
  filter?: T;
}

/** How the three connectives are made of what leaves are made of. */
interface Algebra<R> {
  and(parts: readonly R[]): R;
  or(parts: readonly R[]): R;
  not(part: R): R;
}

export function missingFilter(): Error {
  return invalid('Missing filter specification.');
}

const MAX_DEPTH = 60;

/** Folds a tree of filters; throws Google's refusal for a branch that says nothing. */
export function foldFilter<T, R>(tree: Tree<T>, leaf: (filter: T) => R, algebra: Algebra<R>, depth = 0): R {
  if (depth > MAX_DEPTH) throw invalid('The filter expression is nested too deeply.');
  const inner = (branch: Tree<T>): R => foldFilter(branch, leaf, algebra, depth + 1);
  const group = tree.andGroup ?? tree.orGroup;
  if (group !== undefined) {
    const parts = (group.expressions ?? []).map(inner);
    if (parts.length === 0) throw missingFilter();
    return tree.andGroup === undefined ? algebra.or(parts) : algebra.and(parts);
  }
  if (tree.notExpression !== undefined) return algebra.not(inner(tree.notExpression));
  if (tree.filter !== undefined) return leaf(tree.filter);
  throw missingFilter();
}

/** The names that a filter speaks of, in order. */
export function filterFields(tree: FilterExpression | undefined): string[] {
  if (tree === undefined) return [];
  const lists: Algebra<string[]> = { and: (parts) => parts.flat(), or: (parts) => parts.flat(), not: (part) => part };
  return foldFilter<FilterMessage, string[]>(tree, (filter) => [filter.fieldName ?? ''], lists);
}

/** A part of a filter: a test of one field as long as it can be, otherwise SQL. */
type Part = { field: string; test: Predicate } | { clause: Clause };

/** More tests of different kinds than any request needs; each is called for every event. */
export const MAX_TESTS = 200;

/**
 * Makes SQL of a dimension filter. Tests stay in JavaScript, as `ga_match(slot, value)`, where regular expressions and case folding are
 * those of the rest of the world, and are added to `predicates`. Those of one field are made one test, however many there are.
 */
export function dimensionClause(
  tree: FilterExpression,
  parts: { column: (name: string) => Clause; predicates: Predicate[] },
): Clause {
  const asClause = (part: Part): Clause => {
    if ('clause' in part) return part.clause;
    if (parts.predicates.length >= MAX_TESTS) throw invalid('The filter expression is too complex.');
    parts.predicates.push(remembering(part.test));
    const column = parts.column(part.field);
    return { ...column, sql: `ga_match(${parts.predicates.length - 1}, ${column.sql})` };
  };
  const group = (list: readonly Part[], connective: ' AND ' | ' OR '): Part => {
    const merged = mergeTests(list, connective);
    const [only] = merged;
    return only !== undefined && merged.length === 1 ? only : { clause: combine(merged.map(asClause), connective) };
  };
  const algebra: Algebra<Part> = {
    and: (list) => group(list, ' AND '),
    or: (list) => group(list, ' OR '),
    not: (part) =>
      'clause' in part ? { clause: negate(part.clause) } : { ...part, test: (value) => !part.test(value) },
  };
  const leaf = (filter: FilterMessage): Part => ({ field: filter.fieldName ?? '', test: textPredicate(filter) });
  return asClause(foldFilter<FilterMessage, Part>(tree, leaf, algebra));
}

function mergeTests(list: readonly Part[], connective: ' AND ' | ' OR '): Part[] {
  const byField = Map.groupBy(list, (part) => ('clause' in part ? undefined : part.field));
  return [...byField].flatMap(([field, group]): Part[] => {
    if (field === undefined) return group;
    const tests = group.flatMap((part) => ('clause' in part ? [] : part.test));
    const test: Predicate =
      connective === ' AND ' ? (value) => tests.every((one) => one(value)) : (value) => tests.some((one) => one(value));
    return [{ field, test }];
  });
}

export function negate(clause: Clause): Clause {
  return { ...clause, sql: `NOT (${clause.sql})` };
}

/** Joined in halves: SQLite refuses a chain of a thousand, but not a tree of any breadth. */
export function combine(list: readonly Clause[], connective: ' AND ' | ' OR '): Clause {
  const [only] = list;
  if (only !== undefined && list.length === 1) return only;
  const middle = Math.ceil(list.length / 2);
  const left = combine(list.slice(0, middle), connective);
  const right = combine(list.slice(middle), connective);
  return {
    sql: `(${left.sql}${connective}${right.sql})`,
    joins: [...new Set([...left.joins, ...right.joins])],
    needsItems: left.needsItems || right.needsItems,
  };
}

/** Few values occur many times: each is tested once. */
function remembering(predicate: Predicate): Predicate {
  const known = new Map<string, boolean>();
  return (value) => {
    let answer = known.get(value);
    if (answer === undefined) {
      answer = predicate(value);
      known.set(value, answer);
    }
    return answer;
  };
}

export type RowTest<Row> = (row: Row) => boolean;

/** Makes a test of a metric filter, to be applied to finished rows. */
export function metricTest<Row>(tree: FilterExpression, read: (row: Row, metric: string) => number): RowTest<Row> {
  const tests: Algebra<RowTest<Row>> = {
    and: (list) => (row) => list.every((test) => test(row)),
    or: (list) => (row) => list.some((test) => test(row)),
    not: (test) => (row) => !test(row),
  };
  return foldFilter<FilterMessage, RowTest<Row>>(
    tree,
    (filter) => {
      const name = filter.fieldName ?? '';
      const test = numberPredicate(filter);
      return (row) => test(read(row, name));
    },
    tests,
  );
}

const isEmpty: Predicate = (value) => value === '' || value === '(not set)';

/** The test of one filter on text. Exported for the funnel, whose filters carry the same conditions. */
export function textPredicate(filter: FilterConditions): Predicate {
  if (filter.stringFilter !== undefined) return stringPredicate(filter.stringFilter);
  if (filter.inListFilter !== undefined) return listPredicate(filter.inListFilter);
  if (filter.emptyFilter !== undefined) return isEmpty;
  if (filter.numericFilter !== undefined || filter.betweenFilter !== undefined) {
    const test = numberPredicate(filter);
    return (value) => value !== '' && !Number.isNaN(Number(value)) && test(Number(value));
  }
  throw missingFilter();
}

function stringPredicate(filter: { matchType?: string; value?: string; caseSensitive?: boolean }): Predicate {
  const { matchType = 'EXACT', value: wanted = '', caseSensitive = false } = filter;
  if (matchType.endsWith('_REGEXP'))
    return compileRegexp(wanted, { caseSensitive, whole: matchType === 'FULL_REGEXP' });
  const fold = caseSensitive ? (text: string): string => text : (text: string): string => text.toLowerCase();
  const folded = fold(wanted);
  if (matchType === 'BEGINS_WITH') return (value) => fold(value).startsWith(folded);
  if (matchType === 'ENDS_WITH') return (value) => fold(value).endsWith(folded);
  if (matchType === 'CONTAINS') return (value) => fold(value).includes(folded);
  return (value) => fold(value) === folded;
}

function listPredicate(filter: { values?: string[]; caseSensitive?: boolean }): Predicate {
  const { values = [], caseSensitive = false } = filter;
  if (values.length === 0) throw invalid('InListFilter must have at least one value.');
  const fold = (text: string): string => (caseSensitive ? text : text.toLowerCase());
  const wanted = new Set(values.map(fold));
  return (value) => wanted.has(fold(value));
}

function numberOf(value: NumericValue | undefined): number {
  const number = value?.int64Value ?? value?.doubleValue;
  if (number === undefined) throw missingFilter();
  return number;
}

function numberPredicate(filter: FilterConditions): (value: number) => boolean {
  if (filter.betweenFilter !== undefined) {
    const from = numberOf(filter.betweenFilter.fromValue);
    const to = numberOf(filter.betweenFilter.toValue);
    return (value) => value >= from && value <= to;
  }
  if (filter.numericFilter === undefined) {
    if (filter.stringFilter ?? filter.inListFilter ?? filter.emptyFilter)
      throw invalid('Metric filters must be numeric filters or between filters.');
    throw missingFilter();
  }
  const wanted = numberOf(filter.numericFilter.value);
  const tests: Readonly<Record<string, (value: number) => boolean>> = {
    EQUAL: (value) => value === wanted,
    LESS_THAN: (value) => value < wanted,
    LESS_THAN_OR_EQUAL: (value) => value <= wanted,
    GREATER_THAN: (value) => value > wanted,
    GREATER_THAN_OR_EQUAL: (value) => value >= wanted,
  };
  const test = tests[filter.numericFilter.operation ?? ''];
  if (test === undefined) throw missingFilter();
  return test;
}
