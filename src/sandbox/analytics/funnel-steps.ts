/**
 * A funnel's steps as SQL: for each event, which steps it satisfies.
 *
 * Owns: funnel filters (by event, by event parameter, by dimension). Does not own: following users through the steps (funnel.ts).
 */
import { customDimension, parameterSql } from './dimensions.ts';
import { invalid } from './errors.ts';
import type { Fields } from './fields.ts';
import { combine, foldFilter, MAX_TESTS, missingFilter, negate, textPredicate } from './filter.ts';
import type { FilterConditions, FilterMessage, FunnelFilterExpression, FunnelParameterExpression } from './messages.ts';
import { type Clause, columnOf, type Predicate } from './query.ts';

export interface StepParts {
  fields: Fields;
  range: { first: number; last: number };
  /** Tests that the SQL calls by number; added to. */
  predicates: Predicate[];
}

type Leaf =
  | { kind: 'field'; filter: FilterMessage }
  | { kind: 'event'; eventName: string; parameters: FunnelParameterExpression | undefined };

interface Tree<T> {
  andGroup?: { expressions?: Tree<T>[] };
  orGroup?: { expressions?: Tree<T>[] };
  notExpression?: Tree<T>;
  filter?: T;
}

const algebra = {
  and: (list: readonly Clause[]): Clause => combine(list, ' AND '),
  or: (list: readonly Clause[]): Clause => combine(list, ' OR '),
  not: negate,
};

/** The condition under which an event satisfies a step. */
export function stepClause(expression: FunnelFilterExpression | undefined, parts: StepParts): Clause {
  if (expression === undefined) throw missingFilter();
  return foldFilter<Leaf, Clause>(asTree(expression), (leaf) => leafClause(leaf, parts), algebra);
}

function asTree(expression: FunnelFilterExpression): Tree<Leaf> {
  const { funnelFieldFilter: field, funnelEventFilter: event } = expression;
  if (field !== undefined) return { filter: { kind: 'field', filter: field } };
  if (event !== undefined) {
    return {
      filter: { kind: 'event', eventName: event.eventName ?? '', parameters: event.funnelParameterFilterExpression },
    };
  }
  return connectives(expression, asTree);
}

/** The same connectives, with what hangs below them turned by `turn`. */
function connectives<
  E extends { andGroup?: { expressions?: E[] }; orGroup?: { expressions?: E[] }; notExpression?: E },
  T,
>(expression: E, turn: (inner: E) => Tree<T>): Tree<T> {
  const { andGroup, orGroup, notExpression } = expression;
  return {
    ...(andGroup === undefined ? {} : { andGroup: { expressions: (andGroup.expressions ?? []).map(turn) } }),
    ...(orGroup === undefined ? {} : { orGroup: { expressions: (orGroup.expressions ?? []).map(turn) } }),
    ...(notExpression === undefined ? {} : { notExpression: turn(notExpression) }),
  };
}

function match(sql: string, filter: FilterConditions, parts: StepParts): string {
  if (parts.predicates.length >= MAX_TESTS) throw invalid('The filter expression is too complex.');
  parts.predicates.push(textPredicate(filter));
  return `ga_match(${parts.predicates.length - 1}, COALESCE(CAST(${sql} AS TEXT), ''))`;
}

function leafClause(leaf: Leaf, parts: StepParts): Clause {
  if (leaf.kind === 'field') {
    const dimension = parts.fields.dimension(leaf.filter.fieldName ?? '');
    if (dimension.scope === 'item') throw invalid(`Field ${dimension.name} is not supported in a funnelFieldFilter.`);
    const column = columnOf(dimension, parts.range);
    return { ...column, sql: match(column.sql, leaf.filter, parts) };
  }
  const named: Clause = { sql: `e.name = '${leaf.eventName.replaceAll("'", "''")}'`, joins: [], needsItems: false };
  if (leaf.parameters === undefined) return named;
  const parameters = foldFilter(parameterTree(leaf.parameters), (filter) => parameterClause(filter, parts), algebra);
  return algebra.and([named, parameters]);
}

type ParameterFilter = NonNullable<FunnelParameterExpression['funnelParameterFilter']>;

function parameterTree(expression: FunnelParameterExpression): Tree<ParameterFilter> {
  if (expression.funnelParameterFilter !== undefined) return { filter: expression.funnelParameterFilter };
  return connectives(expression, parameterTree);
}

/** Parameters that are columns here. */
const knownParameters: Readonly<Record<string, string>> = {
  page_location: 'pageLocation',
  page_path: 'pagePath',
  page_title: 'pageTitle',
  page_referrer: 'pageReferrer',
  content_group: 'contentGroup',
  transaction_id: 'transactionId',
  percent_scrolled: 'percentScrolled',
};

function parameterClause(filter: ParameterFilter, parts: StepParts): Clause {
  const { eventParameterName, itemParameterName } = filter;
  const name = eventParameterName ?? itemParameterName ?? '';
  // The name becomes part of a statement: only what can be a parameter's name may pass.
  if (!/^[A-Za-z_]\w{0,39}$/.test(name)) throw invalid(`Invalid parameter name: ${name}`);
  if (itemParameterName !== undefined) return itemClause(itemParameterName, filter, parts);
  const known = Object.hasOwn(knownParameters, name) ? knownParameters[name] : undefined;
  const sql = name === 'value' ? 'e.value' : parameterSql(name);
  const dimension =
    known === undefined
      ? customDimension({ apiName: name, displayName: name, description: '', scope: 'EVENT', sql, joins: [] })
      : parts.fields.dimension(known);
  const column = columnOf({ ...dimension, unset: '' }, parts.range);
  return { ...column, sql: match(column.sql, filter, parts) };
}

const itemColumns: Readonly<Record<string, string>> = {
  item_id: 'g.item_id',
  item_name: 'g.name',
  item_brand: 'g.brand',
  item_category: 'g.category',
  item_category2: 'g.category2',
  item_variant: 'g.variant',
  item_list_name: 'i.list_name',
  promotion_name: 'i.promotion',
};

function itemClause(name: string, filter: FilterConditions, parts: StepParts): Clause {
  const column = Object.hasOwn(itemColumns, name) ? itemColumns[name] : undefined;
  const test = match(column ?? 'NULL', filter, parts);
  const rows = 'SELECT 1 FROM all_items i JOIN products g ON g.product_id = i.product_id WHERE i.event_id = e.event_id';
  return { sql: `EXISTS (${rows} AND ${test})`, joins: [], needsItems: false };
}
