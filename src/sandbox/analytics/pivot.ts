/**
 * `runPivotReport` and its batch: metrics crossed by groups of dimensions.
 *
 * Owns: the checks of pivots, their headers, which cells are shown, aggregates. Does not own: counting (report.ts). Texts of
 * refusals about pivots are our own wording: nobody has published Google's.
 */
import { invalid } from './errors.ts';
import { fieldsOf } from './fields.ts';
import { filterFields } from './filter.ts';
import type { OrderByMessage, PivotMessage, RunPivotReportRequest } from './messages.ts';
import { type Aggregation, chargeCore, countTable, type Desk, metadataOf, readAggregations } from './report.ts';
import { dateRangeColumn, type Plan, type PlannedColumn, planCore } from './report-request.ts';
import { aggregationNames, extremes, metricHeaders, ordering, type Row, type WireRow, wireRow } from './rows.ts';

const MAX_CELLS = 250_000;

interface PlannedPivot {
  columns: readonly PlannedColumn[];
  orderBys: readonly OrderByMessage[];
  limit: number;
  offset: number;
  aggregations: readonly Aggregation[];
}

/** Answers one pivot report. Throws a GoogleError for anything that Google would refuse. */
export function runPivotReport(desk: Desk, request: RunPivotReportRequest): Record<string, unknown> {
  const { property, world } = desk;
  const asking = {
    fields: fieldsOf(property.id),
    today: world.today(property.id),
    currencyCode: property.currencyCode,
  };
  const core = planCore(request, asking, () => {});
  checkFilters(request, core);
  const pivots = planPivots(request.pivots ?? [], core);
  const plan: Plan = { ...core, columns: pivots.flatMap((pivot) => pivot.columns) };
  const quota = chargeCore(desk, plan);
  const table = countTable(desk, plan);
  const cells = cutCells(desk, { plan, pivots, rows: table.rows });
  const headers = metricHeaders(plan.metrics);
  return {
    pivotHeaders: cells.kept.map((kept, index) => pivotHeader(kept, cells.sizes[index] ?? 0)),
    dimensionHeaders: plan.columns.map(({ name }) => ({ name })),
    ...(headers.length === 0 ? {} : { metricHeaders: headers }),
    ...(cells.rows.length === 0
      ? {}
      : { rows: cells.rows.map((row) => wireRow(row.values, row.numbers, plan.metrics)) }),
    ...aggregates(desk, { plan, pivots, cells }),
    metadata: metadataOf(desk, plan, table),
    ...(request.returnPropertyQuota ? { propertyQuota: quota } : {}),
    kind: 'analyticsData#runPivotReport',
  };
}

/** Unlike a plain report, a pivot report filters by nothing that it does not name. */
function checkFilters(request: RunPivotReportRequest, plan: Plan): void {
  const named = new Set([...plan.columns, ...plan.metrics].map((field) => field.name));
  for (const name of [...filterFields(request.dimensionFilter), ...filterFields(request.metricFilter)]) {
    if (!named.has(name))
      throw invalid(`Field ${name} exists in Filter but is not defined in input Dimensions/Metrics list`);
  }
}

function planPivots(messages: readonly PivotMessage[], plan: Plan): PlannedPivot[] {
  if (messages.length === 0) throw invalid('PivotReportRequests require at least one pivot.');
  const available = new Map(plan.columns.map((column) => [column.name, column]));
  available.set(dateRangeColumn, { name: dateRangeColumn, parts: [], clause: undefined });
  const pivots = messages.map((message) => planPivot(message, available));
  const used = pivots.flatMap((pivot) => pivot.columns.map((column) => column.name));
  const twice = used.find((name, index) => used.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`Field ${twice} exists in more than one Pivot.`);
  if (plan.ranges.length > 1 && !used.includes(dateRangeColumn)) {
    throw invalid('PivotReportRequests with several dateRanges require dateRange in the fieldNames of a pivot.');
  }
  const cells = pivots.reduce((product, pivot) => product * pivot.limit, 1);
  if (cells > MAX_CELLS) {
    throw invalid(
      `The product of the limit of each pivot must not exceed 250,000. The API received a product of ${cells}.`,
    );
  }
  return pivots;
}

function planPivot(message: PivotMessage, available: ReadonlyMap<string, PlannedColumn>): PlannedPivot {
  const { limit = 0, offset = 0 } = message;
  if (limit <= 0) throw invalid(`Pivot limit must be positive. The API received limit = ${limit}`);
  if (offset < 0) throw invalid(`Pivot offset must be positive. The API received offset = ${offset}`);
  const columns = (message.fieldNames ?? []).map((name) => {
    const column = available.get(name);
    if (column === undefined)
      throw invalid(`Field ${name} exists in Pivots but is not defined in input Dimensions list`);
    return column;
  });
  return {
    columns,
    orderBys: message.orderBys ?? [],
    limit,
    offset,
    aggregations: readAggregations(message.metricAggregations, 'PivotReportRequest'),
  };
}

interface Cells {
  /** Per pivot: the combinations shown, in order. */
  kept: string[][][];
  /** Per pivot: how many there are in all. */
  sizes: number[];
  rows: Row[];
}

const keyOf = (values: readonly string[]): string => values.join('\u0000');

function cutCells(desk: Desk, parts: { plan: Plan; pivots: readonly PlannedPivot[]; rows: readonly Row[] }): Cells {
  const { plan, pivots, rows } = parts;
  const kept: string[][][] = [];
  const sizes: number[] = [];
  for (const pivot of pivots) {
    const headers = orderedHeaders(desk, { plan, pivot, rows });
    sizes.push(headers.length);
    kept.push(headers.slice(pivot.offset, pivot.offset + pivot.limit));
  }
  const ranks = kept.map((headers) => new Map(headers.map((values, index) => [keyOf(values), index])));
  const ranked = rows.flatMap((row) => {
    const places = split(row.values, pivots).map((values, index) => ranks[index]?.get(keyOf(values)) ?? -1);
    return places.includes(-1) ? [] : [{ row, places }];
  });
  ranked.sort((a, b) => {
    const first = a.places.findIndex((place, index) => place !== b.places[index]);
    return first < 0 ? 0 : (a.places[first] ?? 0) - (b.places[first] ?? 0);
  });
  return { kept, sizes, rows: ranked.map(({ row }) => row) };
}

/** A row's values, pivot by pivot. */
function split(values: readonly string[], pivots: readonly PlannedPivot[]): string[][] {
  const rest = [...values];
  return pivots.map((pivot) => rest.splice(0, pivot.columns.length));
}

/** A pivot's combinations, ordered by its own orderBys, the first metric by default. Users are counted once per combination. */
function orderedHeaders(desk: Desk, parts: { plan: Plan; pivot: PlannedPivot; rows: readonly Row[] }): string[][] {
  const { plan, pivot, rows } = parts;
  const own: Plan = { ...plan, columns: pivot.columns, having: undefined };
  const present = new Set(rows.map((row) => keyOf(valuesOf(row, plan, pivot.columns))));
  const sums = mergeRanges(countTable(desk, own).rows).filter((row) => present.has(keyOf(row.values)));
  const selections = pivot.orderBys.map((orderBy) =>
    orderBy.pivot === undefined ? orderBy : { ...orderBy, metric: { metricName: orderBy.pivot.metricName ?? '' } },
  );
  const chosen = pivot.orderBys.find((orderBy) => (orderBy.pivot?.pivotSelections ?? []).length > 0);
  const ranked =
    chosen === undefined ? sums : sums.map((row) => selectedRow(row, { plan, pivot, rows, orderBy: chosen }));
  return ranked.sort(ordering(own, selections)).map((row) => [...row.values]);
}

function valuesOf(row: Row, plan: Plan, columns: readonly PlannedColumn[]): string[] {
  return columns.map((column) => row.values[plan.columns.indexOf(column)] ?? '');
}

/** Without the date range among its fields, a pivot's combination may come once per range: the larger numbers order it. */
function mergeRanges(rows: readonly Row[]): Row[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row.values);
    const before = merged.get(key);
    const numbers = row.numbers.map((number, index) => number + (before?.numbers[index] ?? 0));
    merged.set(key, before === undefined ? row : { ...before, numbers });
  }
  return [...merged.values()];
}

/** The numbers of a combination where other pivots' dimensions have the selected values. */
function selectedRow(
  row: Row,
  parts: { plan: Plan; pivot: PlannedPivot; rows: readonly Row[]; orderBy: OrderByMessage },
): Row {
  const { plan, pivot, rows } = parts;
  const selections = parts.orderBy.pivot?.pivotSelections ?? [];
  const fits = (candidate: Row): boolean =>
    selections.every(({ dimensionName, dimensionValue }) => {
      const index = plan.columns.findIndex((column) => column.name === dimensionName);
      return candidate.values[index] === dimensionValue;
    });
  const cells = rows.filter(
    (candidate) => keyOf(valuesOf(candidate, plan, pivot.columns)) === keyOf(row.values) && fits(candidate),
  );
  return {
    ...row,
    numbers: plan.metrics.map((_, index) => cells.reduce((sum, cell) => sum + (cell.numbers[index] ?? 0), 0)),
  };
}

function pivotHeader(kept: readonly (readonly string[])[], size: number): Record<string, unknown> {
  if (size === 0) return {};
  return {
    ...(kept.length === 0
      ? {}
      : { pivotDimensionHeaders: kept.map((values) => ({ dimensionValues: values.map((value) => ({ value })) })) }),
    rowCount: size,
  };
}

/** Per pivot that asks for it: its dimensions folded together, for each combination of the other pivots. */
function aggregates(
  desk: Desk,
  parts: { plan: Plan; pivots: readonly PlannedPivot[]; cells: Cells },
): { aggregates?: WireRow[] } {
  const rows = parts.pivots.flatMap((pivot, index) =>
    pivot.aggregations.flatMap((aggregation) => aggregatePivot(desk, { ...parts, index, aggregation })),
  );
  return rows.length === 0 ? {} : { aggregates: rows };
}

function aggregatePivot(
  desk: Desk,
  parts: { plan: Plan; pivots: readonly PlannedPivot[]; cells: Cells; index: number; aggregation: Aggregation },
): WireRow[] {
  const { plan, pivots, cells, index, aggregation } = parts;
  const others = plan.columns.filter((column) => !pivots[index]?.columns.includes(column));
  const groups = new Map<string, Row[]>();
  for (const row of cells.rows) {
    const key = keyOf(valuesOf(row, plan, others));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const totals = aggregation === 'TOTAL' ? totalsBy(desk, plan, others) : undefined;
  return [...groups].map(([key, rows]) => {
    const [sample] = rows;
    const values = plan.columns.map((column, at) =>
      others.includes(column) ? (sample?.values[at] ?? '') : aggregationNames[aggregation],
    );
    const numbers = aggregation === 'TOTAL' ? (totals?.get(key) ?? []) : extremes(rows, plan.metrics, aggregation);
    return wireRow(values, numbers, plan.metrics);
  });
}

/** Counted anew, not added up: a user in two cells is one user in their total. */
function totalsBy(desk: Desk, plan: Plan, columns: readonly PlannedColumn[]): Map<string, readonly number[]> {
  const rows = countTable(desk, { ...plan, columns, having: undefined, keepEmptyRows: true }).rows;
  return new Map(mergeRanges(rows).map((row) => [keyOf(row.values), row.numbers]));
}
