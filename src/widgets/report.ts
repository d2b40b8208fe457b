/**
 * A report as pictures and pages read it: columns once, rows as arrays, numbers with units.
 *
 * Owns: this view of an answer and the check that something is one. It is deliberately wider than any tool's own output
 * type: a widget meets answers of older and newer servers, and shows what it can of each.
 */

export type Cell = string | number | null;

/** A column without a unit is a dimension. */
export interface Column {
  name: string;
  unit?: string | undefined;
}

export interface Days {
  start: string;
  end: string;
}

export interface Report {
  property?: { id?: string; name?: string; timeZone?: string } | undefined;
  dates?: Days | undefined;
  comparedWith?: Days | undefined;
  /** In place of dates: "the last 30 minutes", or two such spans. */
  minutes?: string[] | undefined;
  columns: Column[];
  rows: Cell[][];
  totals?: Cell[] | undefined;
  rowCount?: number | undefined;
  notes: string[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isColumn(value: unknown): value is Column {
  return isRecord(value) && typeof value.name === 'string' && ['string', 'undefined'].includes(typeof value.unit);
}

function asCell(value: unknown): Cell {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? value : null;
}

function asDays(value: unknown): Days | undefined {
  if (!isRecord(value) || typeof value.start !== 'string' || typeof value.end !== 'string') return undefined;
  return { start: value.start, end: value.end };
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asProperty(value: unknown): Report['property'] {
  if (!isRecord(value)) return undefined;
  const entries = ['id', 'name', 'timeZone'].flatMap((key) => {
    const text = asText(value[key]);
    return text === undefined ? [] : [[key, text]];
  });
  return Object.fromEntries(entries);
}

/** The report inside an answer; `undefined` for what has no columns and rows. Copies, so that nothing else comes along. */
export function readReport(value: unknown): Report | undefined {
  if (!isRecord(value) || !Array.isArray(value.columns) || !Array.isArray(value.rows)) return undefined;
  if (!value.columns.every(isColumn)) return undefined;
  const columns = value.columns.map(({ name, unit }) => ({ name, ...(unit === undefined ? {} : { unit }) }));
  const asRow = (row: unknown[]) => columns.map((_, index) => asCell(row[index]));
  return {
    property: asProperty(value.property),
    dates: asDays(value.dates),
    comparedWith: asDays(value.comparedWith),
    ...(Array.isArray(value.minutes) ? { minutes: value.minutes.filter((one) => typeof one === 'string') } : {}),
    columns,
    rows: value.rows.filter((row) => Array.isArray(row)).map(asRow),
    ...(Array.isArray(value.totals) ? { totals: asRow(value.totals) } : {}),
    rowCount: typeof value.rowCount === 'number' ? value.rowCount : undefined,
    notes: (Array.isArray(value.notes) ? value.notes : []).filter((note) => typeof note === 'string'),
  };
}
