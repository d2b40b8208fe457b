/** How commands print: tables, times, foreign text. Does not own: what is printed. */
import { styleText } from 'node:util';

/** Names come from strangers (RFC 7591): a terminal is steered by control characters. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '\u{FFFD}');
}

/** Rows under a grey head, in columns as wide as their widest cell. Cells are made harmless here. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const cells = rows.map((row) => row.map(printable));
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
  console.log(styleText('gray', line(head)));
  for (const row of cells) console.log(line(row));
}

/** `2026-11-22 12:03` in UTC, or a dash. */
export function minute(at: number | undefined): string {
  return at === undefined ? '–' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

export function isoTime(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
