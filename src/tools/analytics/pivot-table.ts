/**
 * Google's pivot answer as one flat table: a row per row value, a column per column value.
 *
 * Owns: laying out the cells, the totals, and what a pivot's columns are called. Does not own: the request
 * (run-pivot-report.ts). An empty cell of a pivot is a zero for what
 * is counted, unless something took cells away.
 */
import type { ReportAnswer, ReportRow } from './data-api.ts';
import type { Field } from './fields/catalogue.ts';
import {
  type Column,
  type MetricColumn,
  numberAt,
  readMetricColumns,
  showDimension,
  showMetric,
  type Table,
} from './report-table.ts';

interface PivotHeader {
  pivotDimensionHeaders?: { dimensionValues?: { value?: string }[] }[];
  rowCount?: number;
}

export interface PivotAnswer extends ReportAnswer {
  /** The rows' pivot first, then the columns'. */
  pivotHeaders?: PivotHeader[];
  aggregates?: ReportRow[];
}

export interface PivotParts {
  rows: readonly Field[];
  columns: readonly Field[];
  metrics: readonly Field[];
  currency: string;
  /** A filter on metrics, thresholding or `(other)` took cells away: an empty one is then unknown. */
  hasUnknown: boolean;
}

const TOTAL = 'RESERVED_TOTAL';

export interface PivotTable extends Table {
  /** How many column values there are, shown or not. */
  columnCount: number;
}

export function pivotTable(answer: PivotAnswer, parts: PivotParts): PivotTable {
  const [rowHeader, columnHeader] = answer.pivotHeaders ?? [];
  const rowKeys = valuesOf(rowHeader);
  const columnKeys = valuesOf(columnHeader);
  const metrics = readMetricColumns(answer, parts.metrics, parts.currency);
  const cellAt = cellReader(answer, parts);
  const hasZeroes = !parts.hasUnknown;
  const totalKey = parts.columns.map(() => TOTAL);
  const line = (rowKey: readonly string[]) =>
    [...columnKeys, totalKey].flatMap((columnKey) =>
      metrics.map((metric) => cell(cellAt(rowKey, columnKey), metric, hasZeroes && columnKey !== totalKey)),
    );
  const rows = rowKeys.map((key) => [
    ...key.map((value, index) => showDimension(parts.rows[index]?.name ?? '', value)),
    ...line(key),
  ]);
  const columns: Column[] = [
    ...parts.rows.map(({ name }) => ({ name })),
    ...[...columnKeys, ['total']].flatMap((key) =>
      metrics.map((metric) => ({ name: nameOf(key, metric, parts), unit: metric.unit })),
    ),
  ];
  return {
    columns,
    rows,
    ...((rowHeader?.rowCount ?? rows.length) > 1
      ? { totals: [...parts.rows.map(() => null), ...line(parts.rows.map(() => TOTAL))] }
      : {}),
    rowCount: rowHeader?.rowCount ?? rows.length,
    columnCount: columnHeader?.rowCount ?? columnKeys.length,
  };
}

function valuesOf(header: PivotHeader | undefined): string[][] {
  return (header?.pivotDimensionHeaders ?? []).map((one) => (one.dimensionValues ?? []).map(({ value = '' }) => value));
}

type CellAt = (row: readonly string[], column: readonly string[]) => ReportRow | undefined;

/** Google names the order of the values in `dimensionHeaders`. */
function cellReader(answer: PivotAnswer, parts: PivotParts): CellAt {
  const names = (answer.dimensionHeaders ?? []).map(({ name = '' }) => name);
  const order = [...parts.rows, ...parts.columns].map((field) => names.indexOf(field.name));
  const cells = new Map<string, ReportRow>();
  for (const row of [...(answer.rows ?? []), ...(answer.aggregates ?? [])]) {
    cells.set(JSON.stringify(order.map((index) => row.dimensionValues?.[index]?.value ?? '')), row);
  }
  return (row, column) => cells.get(JSON.stringify([...row, ...column]));
}

/** Nothing counted is 0; a rate of nothing, or a total that Google did not give, is unknown. */
function cell(row: ReportRow | undefined, metric: MetricColumn, isZero: boolean): number | null {
  if (row !== undefined) return showMetric(numberAt(row, metric.index), metric.unit);
  return isZero && (metric.unit === 'count' || /^[A-Z]{3}$/.test(metric.unit)) ? 0 : null;
}

function nameOf(key: readonly string[], metric: MetricColumn, parts: PivotParts): string {
  const value = key.map((one, index) => showDimension(parts.columns[index]?.name ?? '', one)).join(', ');
  const shown = value === '' ? '(empty)' : value;
  return parts.metrics.length === 1 ? shown : `${shown}: ${metric.name}`;
}
