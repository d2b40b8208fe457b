/**
 * Checks a core report's request and turns it into a plan that can be carried out.
 *
 * Owns: the checks in the service's own order (names, then limit and offset, then date ranges, then how many of each) and their
 * words. Does not own: the JSON layer before it (transcode.ts) nor carrying it out (report.ts, pivot.ts).
 */
import { isoDate, resolveDay } from './calendar.ts';
import { checkCompatible } from './compatibility.ts';
import type { DayRange, Dimension } from './dimensions.ts';
import { invalid } from './errors.ts';
import { readExpression } from './expression.ts';
import type { Fields } from './fields.ts';
import { dimensionClause, filterFields, metricTest, type RowTest } from './filter.ts';
import type { CoreRequest, DateRangeMessage, DimensionMessage, FilterExpression, MetricMessage } from './messages.ts';
import type { Metric, MetricType, Read } from './metrics.ts';
import { type Clause, columnOf, type Predicate } from './query.ts';

const MAX_DIMENSIONS = 9;
const MAX_METRICS = 10;
const MAX_RANGES = 4;
const EARLIEST = '2015-08-13';
const LATEST = '3000-01-01';

export const dateRangeColumn = 'dateRange';

export interface NamedRange extends DayRange {
  name: string;
}

/** A column of dimension values; `parts` are the dimensions that it is made of, none for the date range's name. */
export interface PlannedColumn {
  name: string;
  parts: readonly Dimension[];
  clause: ((range: DayRange) => Clause) | undefined;
}

export interface PlannedMetric {
  name: string;
  type: MetricType;
  invisible: boolean;
  atoms: readonly string[];
  /** All catalogue metrics that it rests on. */
  parts: readonly Metric[];
  value: (read: Read) => number;
}

export interface Plan {
  columns: readonly PlannedColumn[];
  metrics: readonly PlannedMetric[];
  /** Metrics that only the metric filter speaks of. */
  filterMetrics: readonly PlannedMetric[];
  ranges: readonly NamedRange[];
  where(range: DayRange, predicates: Predicate[]): Clause[];
  having: RowTest<(metric: string) => number> | undefined;
  /** Any dimension, shown or filtered by, for which Google withholds small rows. */
  isThresholded: boolean;
  keepEmptyRows: boolean;
  /** Factor on amounts of money. */
  exchange: number;
  currencyCode: string | undefined;
}

export interface Asking {
  fields: Fields;
  today: number;
  currencyCode: string;
}

/** The first check of all: are the names known, and is nothing asked for twice? */
export function planFields(
  request: { metrics?: MetricMessage[]; dimensions?: DimensionMessage[] },
  fields: Fields,
): { columns: PlannedColumn[]; metrics: PlannedMetric[] } {
  const metrics = (request.metrics ?? []).map((metric) => planMetric(metric, fields));
  const columns = (request.dimensions ?? []).map((dimension) => planColumn(dimension, fields));
  const twiceMetric = repeatedName(metrics);
  if (twiceMetric !== undefined)
    throw invalid(`Duplicate metrics are not allowed. Found duplicate metrics: ${twiceMetric}`);
  const twice = repeatedName(columns);
  if (twice !== undefined) throw invalid(`Found duplicate dimensions: ${twice}`);
  return { columns, metrics };
}

function repeatedName(list: readonly { name: string }[]): string | undefined {
  const names = list.map((entry) => entry.name);
  return names.find((name, index) => names.indexOf(name) !== index);
}

function planMetric(message: MetricMessage, fields: Fields): PlannedMetric {
  const name = message.name ?? '';
  const invisible = message.invisible ?? false;
  if (message.expression === undefined || message.expression === '') {
    const metric = fields.metric(name);
    return { name, type: metric.type, invisible, atoms: metric.atoms, parts: [metric], value: metric.value };
  }
  const expression = readExpression(message.expression);
  if (expression === undefined) throw invalid(`Invalid expression for metric ${name}: ${message.expression}`);
  const parts = new Map(expression.names.map((part) => [part, fields.metric(part)]));
  const [only] = parts.values();
  return {
    name,
    // An expression that only renames a metric keeps its type.
    type: only !== undefined && only.name === message.expression ? only.type : 'TYPE_FLOAT',
    invisible,
    atoms: [...parts.values()].flatMap((metric) => metric.atoms),
    parts: [...parts.values()],
    value: (read) => expression.evaluate((part) => parts.get(part)?.value(read) ?? 0),
  };
}

function planColumn(message: DimensionMessage, fields: Fields): PlannedColumn {
  const name = message.name ?? '';
  const expression = message.dimensionExpression;
  if (expression === undefined) {
    if (name === dateRangeColumn) return { name, parts: [], clause: undefined };
    const dimension = fields.dimension(name);
    return { name, parts: [dimension], clause: (range) => columnOf(dimension, range) };
  }
  if (!/^[a-zA-Z0-9_]+$/.test(name))
    throw invalid(`Invalid dimension name: ${name}. Dimension names must match the regular expression ^[a-zA-Z0-9_]$.`);
  const folding = expression.lowerCase ?? expression.upperCase;
  const names = folding === undefined ? (expression.concatenate?.dimensionNames ?? []) : [folding.dimensionName ?? ''];
  const parts = names.map((part) => fields.dimension(part));
  if (parts.length === 0) throw invalid(`Dimension expression of ${name} names no dimension.`);
  const join = ` || '${(expression.concatenate?.delimiter ?? '').replaceAll("'", "''")}' || `;
  const wrap = folding === undefined ? '' : expression.lowerCase === undefined ? 'upper' : 'lower';
  return {
    name,
    parts,
    clause(range) {
      const clauses = parts.map((part) => columnOf(part, range));
      return {
        sql: `${wrap}(${clauses.map((clause) => clause.sql).join(join)})`,
        joins: clauses.flatMap((clause) => clause.joins),
        needsItems: clauses.some((clause) => clause.needsItems),
      };
    },
  };
}

/** Date ranges as day numbers; the service has its own order of complaints. */
export function planRanges(messages: readonly DateRangeMessage[] | undefined, today: number): NamedRange[] {
  if (messages === undefined || messages.length === 0) throw invalid('A dateRange is required.');
  if (messages.length > MAX_RANGES) {
    throw invalid(
      `Requests are limited to ${MAX_RANGES} dateRanges.\n  This request contains ${messages.length} dateRanges.`,
    );
  }
  const ranges = messages.map((message, index) => planRange(message, index, today));
  const twice = repeatedName(ranges);
  if (twice !== undefined) throw invalid(`Found duplicate dateRange names: ${twice}`);
  return ranges;
}

function planRange(message: DateRangeMessage, index: number, today: number): NamedRange {
  const first = planDay('startDate', message.startDate ?? '', today);
  const last = planDay('endDate', message.endDate ?? '', today);
  checkBounds('start_date', first);
  checkBounds('end_date', last);
  if (first > last) {
    throw invalid(
      `start_date must be less than or equal to end_date. start_date = ${isoDate(first)} and end_date = ${isoDate(last)}`,
    );
  }
  const name = message.name ?? '';
  if (/^(date_range_|RESERVED_)/.test(name))
    throw invalid(`dateRange name cannot begin with date_range_ or RESERVED_. name = ${name}`);
  return { first, last, name: name === '' ? `date_range_${index}` : name };
}

function planDay(field: 'startDate' | 'endDate', text: string, today: number): number {
  const day = resolveDay(text, today);
  if (day === undefined)
    throw invalid(`Invalid ${field} : ${text}. ${field} must be YYYY-MM-DD, NdaysAgo, yesterday, or today.`);
  return day;
}

function checkBounds(field: string, day: number): void {
  const date = isoDate(day);
  if (date <= EARLIEST || date >= LATEST || date.length !== EARLIEST.length) {
    throw invalid(`${field} = ${date} must be greater than ${EARLIEST} and less than ${LATEST}.`);
  }
}

export function checkCounts(columns: readonly unknown[], metrics: readonly unknown[]): void {
  if (metrics.length > MAX_METRICS) {
    throw invalid(
      `Requests are limited to ${MAX_METRICS} metrics within a nested request.\n  This request is for ${metrics.length} metrics.`,
    );
  }
  if (columns.length > MAX_DIMENSIONS) {
    throw invalid(
      `Requests are limited to ${MAX_DIMENSIONS} dimensions within a nested request.\n  This request is for ${columns.length} dimensions.`,
    );
  }
  if (columns.length === 0 && metrics.length === 0) {
    throw invalid('Requests require dimensions and/or metrics. Most requests include both.');
  }
}

/** What one unit of a currency is worth in US dollars: fixed, so that tests can count on it. */
const dollars: ReadonlyMap<string, number> = new Map([
  ['USD', 1],
  ['EUR', 1.1],
  ['GBP', 1.25],
  ['JPY', 0.0068],
  ['CAD', 0.73],
  ['AUD', 0.65],
  ['CHF', 1.13],
  ['INR', 0.012],
]);

function planExchange(wanted: string | undefined, own: string): number {
  if (wanted === undefined || wanted === '' || wanted === own) return 1;
  const to = dollars.get(wanted);
  if (to === undefined)
    throw invalid(`Invalid currency code: ${wanted}. The currency code must be in ISO 4217 format.`);
  return (dollars.get(own) ?? 1) / to;
}

/** Puts a checked plan together. `between` is where a method has checks of its own: after the names, before the date ranges. */
export function planCore(request: CoreRequest, asking: Asking, between: () => void): Plan {
  const { columns, metrics } = planFields(request, asking.fields);
  between();
  if (request.cohortSpec !== undefined) throw invalid('cohortSpec is not supported here.');
  if ((request.comparisons ?? []).length > 0) throw invalid('comparisons are not supported here.');
  const ranges = planRanges(request.dateRanges, asking.today);
  checkCounts(columns, metrics);
  return {
    ...planFilters(request, { fields: asking.fields, columns, metrics }),
    columns:
      columns.some((column) => column.clause === undefined) || ranges.length === 1
        ? columns
        : [...columns, rangeColumn],
    metrics,
    ranges,
    keepEmptyRows: request.keepEmptyRows ?? false,
    exchange: planExchange(request.currencyCode, asking.currencyCode),
    currencyCode: request.currencyCode === '' ? undefined : request.currencyCode,
  };
}

const rangeColumn: PlannedColumn = { name: dateRangeColumn, parts: [], clause: undefined };

/** Filters may speak of fields that the report does not show, and of columns and metrics that the request made up. */
export function planFilters(
  request: { dimensionFilter?: FilterExpression; metricFilter?: FilterExpression },
  parts: { fields: Fields; columns: readonly PlannedColumn[]; metrics: readonly PlannedMetric[] },
): Pick<Plan, 'where' | 'having' | 'filterMetrics' | 'isThresholded'> {
  const { fields } = parts;
  const columns = new Map(parts.columns.map((column) => [column.name, column]));
  const metrics = new Map(parts.metrics.map((metric) => [metric.name, metric]));
  for (const name of filterFields(request.dimensionFilter)) {
    if (columns.has(name)) continue;
    if (fields.hasMetric(name)) throw invalid('Found duplicate dimensions/metrics.');
    columns.set(name, planColumn({ name }, fields));
  }
  const filterMetrics: PlannedMetric[] = [];
  for (const name of filterFields(request.metricFilter)) {
    if (metrics.has(name)) continue;
    const metric = planMetric({ name }, fields);
    metrics.set(name, metric);
    filterMetrics.push(metric);
  }
  const dimensions = [...columns.values()].flatMap((column) => column.parts);
  checkCompatible({ dimensions, metrics: [...metrics.values()].flatMap((metric) => metric.parts) });
  const { dimensionFilter, metricFilter } = request;
  // Compiled once here so that a filter that cannot work is refused before anything runs.
  const where: Plan['where'] = (range, predicates) =>
    dimensionFilter === undefined
      ? []
      : [dimensionClause(dimensionFilter, { column: (name) => clauseOf(columns.get(name), range), predicates })];
  where({ first: 0, last: 0 }, []);
  return {
    where,
    having:
      metricFilter === undefined
        ? undefined
        : metricTest<(metric: string) => number>(metricFilter, (read, metric) => read(metric)),
    filterMetrics,
    isThresholded: dimensions.some((dimension) => dimension.isThresholded),
  };
}

function clauseOf(column: PlannedColumn | undefined, range: DayRange): Clause {
  if (column?.clause === undefined) throw invalid(`Field ${dateRangeColumn} is not supported in a dimensionFilter.`);
  return column.clause(range);
}
