/** Reports as the tools answer them, for the tests of this room. */
import type { Cell, Column, Report } from './report.ts';

export const dates = { start: '2026-10-25', end: '2026-11-21' };
export const before = { start: '2026-09-27', end: '2026-10-24' };

export const name = (field: string): Column => ({ name: field });
export const count = (field: string): Column => ({ name: field, unit: 'count' });

/** The four columns that a comparison makes of a metric. */
export const compared = (field: string, unit = 'count'): Column[] => [
  { name: field, unit },
  { name: `${field}_previous`, unit },
  { name: `${field}_change`, unit },
  { name: `${field}_change_percent`, unit: 'percent' },
];

export function report(columns: Column[], rows: Cell[][], more: Partial<Report> = {}): Report {
  return { property: { id: '11', name: 'Acme Shop', timeZone: 'UTC' }, dates, columns, rows, notes: [], ...more };
}
