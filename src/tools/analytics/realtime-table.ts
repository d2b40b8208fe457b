/**
 * Google's realtime answer as a table, two ranges of minutes side by side.
 *
 * Owns: joining the two ranges. Does not own: the request (run-realtime-report.ts) nor single numbers (report-table.ts).
 */
import type { ReportAnswer, ReportRow } from './data-api.ts';
import type { Field } from './fields/catalogue.ts';
import { type MinuteRange, minutesText } from './minute-ranges.ts';
import { numberAt, readMetricColumns, readTable, showDimension, showMetric, type Table } from './report-table.ts';

export interface RealtimeParts {
  dimensions: readonly Field[];
  metrics: readonly Field[];
  ranges: readonly MinuteRange[];
  currency: string;
}

/** What a range is called in the request, and in the rows that come back. */
export const rangeName = (index: number): string => `minutes_${index}`;

export function realtimeTable(answer: ReportAnswer, plan: RealtimeParts): Table {
  const metrics = readMetricColumns(answer, plan.metrics, plan.currency);
  if (plan.ranges.length === 1) return readTable(answer, { dimensions: plan.dimensions, metrics });
  return compareRanges(answer, plan, metrics);
}

/** Two ranges side by side: each metric once per range. */
function compareRanges(
  answer: ReportAnswer,
  plan: RealtimeParts,
  metrics: ReturnType<typeof readMetricColumns>,
): Table {
  const width = plan.dimensions.length;
  const groups = new Map<string, (ReportRow | undefined)[]>();
  const put = (row: ReportRow) => {
    const values = (row.dimensionValues ?? []).map(({ value = '' }) => value);
    const key = JSON.stringify(values.slice(0, width));
    const rows = groups.get(key) ?? plan.ranges.map(() => undefined);
    rows[plan.ranges.findIndex((_, index) => rangeName(index) === values[width])] = row;
    groups.set(key, rows);
  };
  for (const row of answer.rows ?? []) put(row);
  const numbers = (rows: readonly (ReportRow | undefined)[]) =>
    metrics.flatMap((column) => rows.map((row) => showMetric(numberAt(row, column.index) ?? 0, column.unit)));
  const rows = [...groups].map(([key, parts]) => [
    ...(JSON.parse(key) as string[]).map((value, index) => showDimension(plan.dimensions[index]?.name ?? '', value)),
    ...numbers(parts),
  ]);
  const columns = [
    ...plan.dimensions.map(({ name }) => ({ name })),
    ...metrics.flatMap(({ name, unit }) =>
      plan.ranges.map((range) => ({ name: `${name}, ${minutesText(range)}`, unit })),
    ),
  ];
  const totals = plan.ranges.map((_, index) =>
    answer.totals?.find((row) => row.dimensionValues?.some(({ value }) => value === rangeName(index))),
  );
  const hasTotals = width > 0 && rows.length > 1;
  return {
    columns,
    rows,
    rowCount: rows.length,
    ...(hasTotals ? { totals: [...plan.dimensions.map(() => null), ...numbers(totals)] } : {}),
  };
}
