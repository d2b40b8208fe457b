/**
 * `runReport` and `batchRunReports`: a table of metrics by dimensions.
 *
 * Owns: carrying out a checked plan and printing the answer as proto3 JSON (empty lists and zero counts are absent). Does not own:
 * the checks of a core request (report-request.ts), SQL (query.ts), the look of rows (rows.ts).
 */
import type { Fault } from '../api.ts';
import type { Property } from '../world.ts';
import { invalid } from './errors.ts';
import { type Fields, fieldsOf } from './fields.ts';
import type { OrderByMessage, RunReportRequest } from './messages.ts';
import type { Atom } from './metrics.ts';
import {
  type Quality,
  qualityClauses,
  qualityMetadata,
  qualityOf,
  rollIntoOther,
  scaleSample,
  withhold,
} from './quality.ts';
import { ask, type Group, type Predicate } from './query.ts';
import { type Quotas, tokenCost } from './quota.ts';
import { type NamedRange, type Plan, planCore } from './report-request.ts';
import {
  aggregationNames,
  extremes,
  metricHeaders,
  ordering,
  type Row,
  settle,
  type WireRow,
  wireRow,
} from './rows.ts';
import type { World } from './seed.ts';

const DEFAULT_LIMIT = 10_000;
const MAX_LIMIT = 250_000;

export interface Desk {
  world: World;
  quotas: Quotas;
  property: Property;
  faults: readonly Fault[];
}

/** The service caps a large limit without a word and reads 0 as absent. */
export function readPage(request: { limit?: number; offset?: number }): { limit: number; offset: number } {
  const { limit = 0, offset = 0 } = request;
  if (limit < 0) throw invalid(`limit must be positive. The API received limit = ${limit}`);
  if (offset < 0) throw invalid(`offset must be positive. The API received offset = ${offset}`);
  return { limit: limit === 0 ? DEFAULT_LIMIT : Math.min(limit, MAX_LIMIT), offset };
}

export type Aggregation = 'TOTAL' | 'MINIMUM' | 'MAXIMUM';

export function readAggregations(names: readonly string[] | undefined, where: string): Aggregation[] {
  const wanted = (names ?? []).filter((name) => name !== 'METRIC_AGGREGATION_UNSPECIFIED');
  if (wanted.includes('COUNT')) throw invalid(`Metric aggregation Count is not supported in ${where}.`);
  return [...new Set(wanted)] as Aggregation[];
}

/** Answers one report. Throws a GoogleError for anything that Google would refuse. */
export function runReport(desk: Desk, request: RunReportRequest): Record<string, unknown> {
  const { property, world } = desk;
  const asking = {
    fields: fieldsOf(property.id),
    today: world.today(property.id),
    currencyCode: property.currencyCode,
  };
  let page = { limit: DEFAULT_LIMIT, offset: 0 };
  const plan = planCore(request, asking, () => {
    page = readPage(request);
  });
  const aggregations = readAggregations(request.metricAggregations, 'ReportRequest');
  const compare = orderingOf(plan, request.orderBys);
  const quota = chargeCore(desk, plan);
  const table = countTable(desk, plan);
  table.rows.sort(compare);
  const shown = table.rows.slice(page.offset, page.offset + page.limit);
  const dimensionHeaders = plan.columns.map(({ name }) => ({ name }));
  const headers = metricHeaders(plan.metrics);
  return {
    ...(dimensionHeaders.length === 0 ? {} : { dimensionHeaders }),
    ...(headers.length === 0 ? {} : { metricHeaders: headers }),
    ...(shown.length === 0 ? {} : { rows: shown.map((row) => wireRow(row.values, row.numbers, plan.metrics)) }),
    ...(table.rows.length === 0 ? {} : aggregate(desk, plan, table, aggregations)),
    ...(table.rows.length === 0 ? {} : { rowCount: table.rows.length }),
    metadata: metadataOf(desk, plan, table),
    ...(request.returnPropertyQuota ? { propertyQuota: quota } : {}),
    kind: 'analyticsData#runReport',
  };
}

function orderingOf(plan: Plan, orderBys: readonly OrderByMessage[] | undefined): (a: Row, b: Row) => number {
  if (orderBys?.some((orderBy) => orderBy.pivot !== undefined))
    throw invalid('Pivot OrderBys are not supported in ReportRequest.');
  return ordering(plan, orderBys ?? []);
}

export function chargeCore(desk: Desk, plan: Plan): Record<string, unknown> {
  const days = plan.ranges.reduce((longest, range) => Math.max(longest, range.last - range.first + 1), 0);
  return desk.quotas.charge({
    propertyId: desk.property.id,
    bucket: 'core',
    tokens: tokenCost(days, plan.columns.length, plan.metrics.length),
    isThresholded: plan.isThresholded,
    faults: desk.faults,
  });
}

export interface Table {
  rows: Row[];
  quality: Quality;
  /** Events per range, before sampling. */
  counted: number[];
}

/** All rows of a plan, in no particular order, after metric filter, thresholds and the like. */
export function countTable(desk: Desk, plan: Plan): Table {
  const quality = qualityOf(desk.faults, plan.isThresholded);
  const rows = plan.ranges.flatMap((range, index) => countRange(desk, plan, { range, index, quality, columns: true }));
  const counted = quality.isSampled ? plan.ranges.map((range) => countEvents(desk, range)) : [];
  return { rows, quality, counted };
}

/** The plan's metrics over a whole range: what TOTAL shows, with users counted once. */
export function countTotal(desk: Desk, plan: Plan, index: number): number[] {
  const range = plan.ranges[index];
  if (range === undefined) return [];
  const quality = { ...qualityOf(desk.faults, false), isThresholded: false, hasOther: false };
  const [row] = countRange(
    desk,
    { ...plan, having: undefined, keepEmptyRows: true },
    { range, index, quality, columns: false },
  );
  return [...(row?.numbers ?? plan.metrics.map(() => 0))];
}

export function countEvents(desk: Desk, range: NamedRange): number {
  const sql = `SELECT COUNT(*) AS n FROM events WHERE day BETWEEN ${range.first} AND ${range.last}`;
  return Number(desk.world.sql(desk.property.id).prepare(sql).get()?.n ?? 0);
}

interface Counting {
  range: NamedRange;
  index: number;
  quality: Quality;
  columns: boolean;
}

function countRange(desk: Desk, plan: Plan, counting: Counting): Row[] {
  const { range, index, quality } = counting;
  const real = counting.columns ? plan.columns.filter((column) => column.clause !== undefined) : [];
  const predicates: Predicate[] = [];
  const groups = ask(desk.world.sql(desk.property.id), {
    range,
    columns: real.flatMap((column) => (column.clause === undefined ? [] : [column.clause(range)])),
    hasTime: real.some((column) => column.parts.some((part) => part.scope === 'time')),
    where: [...plan.where(range, predicates), ...qualityClauses(quality, range)],
    predicates,
    atoms: atomsFor(plan, fieldsOf(desk.property.id), quality),
  });
  const kept = applyQuality(groups, quality);
  const rows: Row[] = [];
  for (const group of kept) {
    const row = finish(group, plan, { range, index, columns: counting.columns });
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function applyQuality(groups: Group[], quality: Quality): Group[] {
  if (quality.isSampled) scaleSample(groups);
  const rolled = quality.hasOther ? rollIntoOther(groups) : groups;
  return quality.isThresholded ? withhold(rolled) : rolled;
}

function atomsFor(plan: Plan, fields: Fields, quality: Quality): Record<string, Atom> {
  const needed = new Set([...plan.metrics, ...plan.filterMetrics].flatMap((metric) => metric.atoms));
  const isItems = [...needed].some((atom) => fields.atoms[atom]?.base === 'item') || usesItems(plan);
  const atoms: Record<string, Atom> = {};
  for (const name of needed) {
    const atom = fields.atoms[name];
    if (atom !== undefined) atoms[name] = atom;
  }
  // Thresholds and the (other) row go by users and events, whatever is shown.
  const extra = [...(quality.isThresholded ? ['users'] : []), ...(quality.hasOther ? ['events'] : [])];
  for (const name of extra) {
    const atom = fields.atoms[name];
    if (atom !== undefined) atoms[name] ??= isItems ? { ...atom, base: 'item' } : atom;
  }
  return atoms;
}

function usesItems(plan: Plan): boolean {
  return plan.columns.some((column) => column.parts.some((part) => part.scope === 'item'));
}

/** Computes a group's metrics; undefined if the row is not to be shown. */
function finish(
  group: Group,
  plan: Plan,
  parts: { range: NamedRange; index: number; columns: boolean },
): Row | undefined {
  const read = (atom: string): number => group.atoms.get(atom) ?? 0;
  const numbers = plan.metrics.map((metric) => settle(metric.value(read), metric, plan.exchange));
  const isEmpty = numbers.length > 0 && numbers.every((number) => number === 0);
  if (isEmpty && !plan.keepEmptyRows) return undefined;
  if (plan.having !== undefined && !plan.having((name) => numberOf(name, { plan, numbers, read }))) return undefined;
  let next = 0;
  const values = parts.columns
    ? plan.columns.map((column) => (column.clause === undefined ? parts.range.name : (group.values[next++] ?? '')))
    : [];
  return { values, numbers, range: parts.index };
}

function numberOf(
  name: string,
  parts: { plan: Plan; numbers: readonly number[]; read: (atom: string) => number },
): number {
  const { plan, numbers, read } = parts;
  const shown = plan.metrics.findIndex((metric) => metric.name === name);
  if (shown >= 0) return numbers[shown] ?? 0;
  const hidden = plan.filterMetrics.find((metric) => metric.name === name);
  return hidden === undefined ? 0 : settle(hidden.value(read), hidden, plan.exchange);
}

const aggregationKeys = { TOTAL: 'totals', MINIMUM: 'minimums', MAXIMUM: 'maximums' } as const;

/** One row per date range and aggregation. */
function aggregate(
  desk: Desk,
  plan: Plan,
  table: Table,
  aggregations: readonly Aggregation[],
): Record<string, WireRow[]> {
  const result: Record<string, WireRow[]> = {};
  if (plan.metrics.length === 0) return result;
  for (const aggregation of aggregations) {
    result[aggregationKeys[aggregation]] = plan.ranges.map((range, index) => {
      const own = table.rows.filter((row) => row.range === index);
      const numbers =
        aggregation === 'TOTAL' ? countTotal(desk, plan, index) : extremes(own, plan.metrics, aggregation);
      const values = plan.columns.map((column) =>
        column.clause === undefined ? range.name : aggregationNames[aggregation],
      );
      return wireRow(values, numbers, plan.metrics);
    });
  }
  return result;
}

export function metadataOf(desk: Desk, plan: Plan, table: Table): Record<string, unknown> {
  return {
    ...qualityMetadata(table.quality, plan.ranges, table.counted),
    currencyCode: plan.currencyCode ?? desk.property.currencyCode,
    timeZone: desk.property.timeZone,
  };
}
