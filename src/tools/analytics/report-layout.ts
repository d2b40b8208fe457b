/**
 * Google's answer to a planned report as a table, and that table as text, with one period or two.
 *
 * Owns: choosing between the two forms. Does not own: either of them (report-table.ts, compare-table.ts, report-text.ts).
 */
import { compareTable } from './compare-table.ts';
import type { ReportAnswer } from './data-api.ts';
import type { ReportPlan } from './report-plan.ts';
import { type Cell, type Column, readMetricColumns, readTable, type Table } from './report-table.ts';
import { comparedTotalsText, tableText } from './report-text.ts';

export function makeReportTable(answer: ReportAnswer, plan: ReportPlan): Table {
  const currency = answer.metadata?.currencyCode ?? plan.currency ?? plan.property.currency;
  const shown = readMetricColumns(answer, plan.metrics, currency);
  if (plan.comparison === undefined) return readTable(answer, { dimensions: plan.dimensions, metrics: shown });
  const hidden = readMetricColumns(answer, plan.hiddenMetrics, currency);
  const metrics = [...shown, ...hidden];
  return compareTable(answer, { plan, comparison: plan.comparison, metrics, shown: shown.length });
}

export function reportText(
  columns: readonly Column[],
  rows: readonly Cell[][],
  totals: readonly Cell[] | undefined,
): string {
  const [row] = rows;
  if (row === undefined) return 'No rows.';
  const isComparedOnly = columns[0]?.unit !== undefined && columns[1]?.name === `${columns[0].name}_previous`;
  return isComparedOnly ? comparedTotalsText(columns, row) : tableText(columns, rows, totals);
}
