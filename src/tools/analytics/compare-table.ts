/**
 * Two periods as one table: every metric with its earlier value, the difference and the change in percent.
 *
 * Owns: joining the rows of both periods, computing with Google's unrounded numbers, and ordering, filtering and cutting
 * what Google could not (it does not know our joined rows). Does not own: which periods are compared (compare-dates.ts).
 */

import type { Comparison } from './compare-dates.ts';
import { holds } from './condition-request.ts';
import type { ReportAnswer, ReportRow } from './data-api.ts';
import { isPlaceInPeriod, placesIn } from './period-keys.ts';
import type { OrderPart } from './report-order.ts';
import type { ReportPlan } from './report-plan.ts';
import { CURRENT } from './report-request.ts';
import {
  type Cell,
  type Column,
  type MetricColumn,
  numberAt,
  round,
  showDimension,
  showMetric,
  type Table,
} from './report-table.ts';

/** One row of the joined table, with unrounded numbers. */
interface Pair {
  current: ReportRow | undefined;
  previous: ReportRow | undefined;
  /** What each dimension is in either period; `null` where that period has no such day. */
  currentValues: (string | null)[];
  previousValues: (string | null)[];
}

interface CompareParts {
  plan: ReportPlan;
  comparison: Comparison;
  /** The shown metrics, then the hidden ones. */
  metrics: readonly MetricColumn[];
  shown: number;
}

/** `rowCount` counts joined rows. Only the rows that Google sent take part. */
export function compareTable(answer: ReportAnswer, parts: CompareParts): Table {
  const { plan } = parts;
  const pairs = joinRows(answer.rows ?? [], parts).filter((pair) => isWanted(pair, parts));
  pairs.sort(byOrders(parts));
  const columns = comparedColumns(parts);
  const rows = pairs
    .slice(plan.offset, plan.offset + plan.limit)
    .map((pair) => [...dimensionCells(pair, parts), ...metricCells(pair, parts)]);
  if (plan.dimensions.length === 0 || pairs.length < 2) return { columns, rows, rowCount: pairs.length };
  const totals = pairRows(answer.totals ?? []);
  const blank = columns.slice(0, columns.length - 4 * parts.shown).map(() => null);
  return { columns, rows, totals: [...blank, ...metricCells(totals, parts)], rowCount: pairs.length };
}

/** Google adds the name of the period as the last dimension of each row. */
function isCurrent(row: ReportRow): boolean {
  const period = row.dimensionValues?.at(-1)?.value;
  return period === CURRENT || period === 'date_range_0';
}

function pairRows(rows: readonly ReportRow[]): Pair {
  const [current, previous] = [rows.find(isCurrent), rows.find((row) => !isCurrent(row))];
  return { current, previous, currentValues: [], previousValues: [] };
}

function joinRows(rows: readonly ReportRow[], { plan, comparison }: CompareParts): Pair[] {
  const inCurrent = plan.dimensions.map((field) => placesIn(plan.range, field.name));
  const inPrevious = plan.dimensions.map((field) => placesIn(comparison, field.name));
  const pairs = new Map<string, Pair>();
  for (const row of rows) {
    const current = isCurrent(row);
    const keys = (current ? inCurrent : inPrevious).map((place, index) => place.keyOf(dimensionAt(row, index)));
    const key = JSON.stringify(keys);
    const pair = pairs.get(key) ?? {
      current: undefined,
      previous: undefined,
      currentValues: inCurrent.map((place, index) => place.valueAt(keys[index] ?? '') ?? null),
      previousValues: inPrevious.map((place, index) => place.valueAt(keys[index] ?? '') ?? null),
    };
    pairs.set(key, current ? { ...pair, current: row } : { ...pair, previous: row });
  }
  return [...pairs.values()];
}

function dimensionAt(row: ReportRow, index: number): string {
  return row.dimensionValues?.[index]?.value ?? '';
}

/** Conditions on metrics are about the current period: "pages with more than 100 views" means now. */
function isWanted(pair: Pair, { plan, metrics }: CompareParts): boolean {
  const having = plan.conditions.metrics;
  if (having === undefined) return true;
  return holds(having, (field) => {
    const column = metrics.find((metric) => metric.name === field.name);
    return column === undefined ? 0 : (numberAt(pair.current, column.index) ?? 0);
  });
}

function comparedColumns({ plan, metrics, shown }: CompareParts): Column[] {
  const dimensions = plan.dimensions.flatMap(({ name }) =>
    isPlaceInPeriod(name) ? [{ name }, { name: `${name}_previous` }] : [{ name }],
  );
  const numbers = metrics.slice(0, shown).flatMap(({ name, unit }) => [
    { name, unit },
    { name: `${name}_previous`, unit },
    { name: `${name}_change`, unit: unit === 'percent' ? 'percentage points' : unit },
    { name: `${name}_change_percent`, unit: 'percent' },
  ]);
  return [...dimensions, ...numbers];
}

function dimensionCells(pair: Pair, { plan }: CompareParts): Cell[] {
  return plan.dimensions.flatMap(({ name }, index) => {
    const [current = null, previous = null] = [pair.currentValues[index], pair.previousValues[index]];
    const show = (value: string | null) => (value === null ? null : showDimension(name, value));
    return isPlaceInPeriod(name) ? [show(current), show(previous)] : [show(current)];
  });
}

function metricCells(pair: Pair, { metrics, shown }: CompareParts): Cell[] {
  return metrics.slice(0, shown).flatMap((column) => {
    const { current, previous, change, changePercent } = compareNumbers(pair, column);
    return [
      showMetric(current, column.unit),
      showMetric(previous, column.unit),
      showMetric(change, column.unit),
      changePercent === null ? null : round(changePercent, 1),
    ];
  });
}

interface Compared {
  current: number | null;
  previous: number | null;
  change: number | null;
  /** `null` where there was nothing before. */
  changePercent: number | null;
}

function compareNumbers(pair: Pair, column: MetricColumn): Compared {
  const nothing = nothingOf(column);
  const current = numberAt(pair.current, column.index) ?? (pair.currentValues.includes(null) ? null : nothing);
  const previous = numberAt(pair.previous, column.index) ?? (pair.previousValues.includes(null) ? null : nothing);
  if (current === null || previous === null) return { current, previous, change: null, changePercent: null };
  const change = current - previous;
  return { current, previous, change, changePercent: percentChange(current, previous) };
}

/** From nothing, or from a loss, no percentage means anything. */
function percentChange(current: number, previous: number): number | null {
  if (previous <= 0) return previous === 0 && current === 0 ? 0 : null;
  return ((current - previous) / previous) * 100;
}

/** Google leaves out rows without data. Sums are 0 there; a rate or an average of nothing is no number. */
function nothingOf(column: MetricColumn): number | null {
  const isSum = column.unit === 'count' || (/^[A-Z]{3}$/.test(column.unit) && !/average|per/i.test(column.name));
  return isSum ? 0 : null;
}

function byOrders(parts: CompareParts): (a: Pair, b: Pair) => number {
  const comparers = parts.plan.orders.map((order) => {
    const { field, part, descending } = order;
    const column = parts.metrics.find((metric) => metric.name === field.name);
    const index = parts.plan.dimensions.findIndex((dimension) => dimension.name === field.name);
    if (column !== undefined) {
      return (a: Pair, b: Pair) => compareValues(numberFor(a, column, part), numberFor(b, column, part), descending);
    }
    return (a: Pair, b: Pair) => compareValues(textFor(a, index), textFor(b, index), descending);
  });
  return (a, b) => {
    for (const compare of comparers) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}

function numberFor(pair: Pair, column: MetricColumn, part: OrderPart): number | null {
  const compared = compareNumbers(pair, column);
  if (part === 'previous') return compared.previous;
  if (part === 'change') return compared.change;
  return part === 'change_percent' ? compared.changePercent : compared.current;
}

function textFor(pair: Pair, index: number): string | null {
  return pair.currentValues[index] ?? pair.previousValues[index] ?? null;
}

/** What has no value comes last, whichever way the order runs. */
function compareValues(a: string | number | null, b: string | number | null, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (a === b) return 0;
  return a < b === descending ? 1 : -1;
}
