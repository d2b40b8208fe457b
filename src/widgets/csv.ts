/**
 * A report as a CSV file (RFC 4180), for spreadsheets.
 *
 * Names of pages and campaigns come from strangers: one that a spreadsheet would run as a formula is made text.
 */
import type { Cell, Report } from './report.ts';

/** Told to spreadsheets that would otherwise guess an old code page. */
const BYTE_ORDER_MARK = '\uFEFF';

export function toCsv({ columns, rows, totals }: Report): string {
  const heads = columns.map(({ name, unit }) => (unit === undefined || unit === 'count' ? name : `${name} (${unit})`));
  const last =
    totals === undefined ? [] : [totals.map((cell, index) => (index === 0 && cell === null ? 'Total' : cell))];
  const lines = [heads, ...rows, ...last].map((row) => row.map(cellText).join(','));
  return `${BYTE_ORDER_MARK}${lines.join('\r\n')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvName(title: string, { dates }: Report): string {
  const words = `${title} ${dates === undefined ? '' : `${dates.start} ${dates.end}`}`;
  return `${words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80)}.csv`;
}
