/**
 * A report's answer as text: a heading, a Markdown table, the notes.
 *
 * Owns: this layout, the same for every report tool. What is said is the same as in the structured answer.
 */
import { plainLine } from '../quote.ts';
import type { Cell, Column } from './report-table.ts';

const MAX_CELL = 200;

export function tableText(
  columns: readonly Column[],
  rows: readonly Cell[][],
  totals: readonly Cell[] | undefined,
): string {
  const heads = columns.map((column) => heading(column));
  const rules = columns.map((column) => (column.unit === undefined ? '---' : '---:'));
  const body = rows.map((row) => line(row.map(cellText)));
  const total =
    totals === undefined
      ? []
      : [line(totals.map((cell, index) => (index === 0 && cell === null ? 'Total' : cellText(cell))))];
  return [line(heads), line(rules), ...body, ...total].join('\n');
}

/**
 * Two periods without dimensions are one row of very many columns: easier to read the other way round, a metric a line.
 * Relies on the four columns that compare-table.ts makes of each metric.
 */
export function comparedTotalsText(columns: readonly Column[], row: readonly Cell[]): string {
  const metrics = columns.flatMap((column, index) =>
    index % 4 === 0 ? [{ column, cells: row.slice(index, index + 4) }] : [],
  );
  const body = metrics.map(({ column, cells }) => line([heading(column), ...cells.map(cellText)]));
  return [
    line(['metric', 'now', 'before', 'change', 'change in %']),
    line(['---', '---:', '---:', '---:', '---:']),
    ...body,
  ].join('\n');
}

const UNIT_SIGNS: Readonly<Record<string, string>> = { percent: '%', seconds: 's', 'percentage points': '% points' };

function heading({ name, unit }: Column): string {
  return unit === undefined || unit === 'count' || unit === 'number' ? name : `${name} (${UNIT_SIGNS[unit] ?? unit})`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A bar or a line break inside a page title must not look like a new cell or row. */
function cellText(cell: Cell): string {
  if (cell === null) return '';
  return typeof cell === 'number' ? String(cell) : plainLine(cell, MAX_CELL).replaceAll('|', '\\|');
}
