/**
 * Google's rows as a small table: columns once with their units, numbers as numbers.
 *
 * Owns: units, rounding, and how a day is written. Google answers every number as text and every rate as a fraction;
 * here rates become percents, since that is how they are read. Does not own: two periods (compare-table.ts) nor what
 * has to be said about the numbers (report-notes.ts).
 */
import type { ReportAnswer, ReportRow } from './data-api.ts';
import type { Field } from './fields/catalogue.ts';
import { standardFields } from './fields/catalogue.ts';

export type Cell = string | number | null;

/** A column without a unit is a dimension. */
export interface Column {
  name: string;
  unit?: string | undefined;
}

export interface Table {
  columns: Column[];
  rows: Cell[][];
  /** As long as `columns`; `null` where there is nothing to add up. Absent where it would only repeat the one row. */
  totals?: Cell[];
  /** All rows that there are, shown or not. */
  rowCount: number;
}

/** One metric column of an answer: where it stands, and how its numbers are shown. */
export interface MetricColumn {
  name: string;
  index: number;
  unit: string;
}

export function readMetricColumns(answer: ReportAnswer, metrics: readonly Field[], currency: string): MetricColumn[] {
  const headers = answer.metricHeaders ?? [];
  return metrics.map(({ name }) => {
    const index = headers.findIndex((header) => header.name === name);
    return { name, index, unit: unitOf(name, headers[index]?.type, currency) };
  });
}

const UNITS: Readonly<Record<string, string>> = {
  TYPE_INTEGER: 'count',
  TYPE_SECONDS: 'seconds',
  TYPE_MILLISECONDS: 'milliseconds',
  TYPE_MINUTES: 'minutes',
  TYPE_HOURS: 'hours',
  TYPE_FEET: 'feet',
  TYPE_MILES: 'miles',
  TYPE_METERS: 'meters',
  TYPE_KILOMETERS: 'kilometers',
};

/** `sessionKeyEventRate:purchase` has the unit of `sessionKeyEventRate`. */
function unitOf(name: string, type: string | undefined, currency: string): string {
  const known = standardFields.get(name) ?? standardFields.get(name.split(':')[0] ?? '');
  if (known?.unit === 'fraction') return 'percent';
  if (type === 'TYPE_CURRENCY' || (type === undefined && known?.unit === 'currency')) return currency;
  return UNITS[type ?? ''] ?? (known?.unit === 'seconds' || known?.unit === 'count' ? known.unit : 'number');
}

export function readTable(
  answer: ReportAnswer,
  parts: { dimensions: readonly Field[]; metrics: readonly MetricColumn[] },
): Table {
  const { dimensions, metrics } = parts;
  const rows = (answer.rows ?? []).map((row) => [
    ...dimensions.map((field, index) => showDimension(field.name, row.dimensionValues?.[index]?.value ?? '')),
    ...metrics.map((column) => showMetric(numberAt(row, column.index), column.unit)),
  ]);
  const total = answer.totals?.[0];
  const columns = [...dimensions.map(({ name }) => ({ name })), ...metrics.map(({ name, unit }) => ({ name, unit }))];
  const rowCount = answer.rowCount ?? rows.length;
  if (total === undefined || dimensions.length === 0 || rowCount < 2) return { columns, rows, rowCount };
  const totals = [
    ...dimensions.map(() => null),
    ...metrics.map((column) => showMetric(numberAt(total, column.index), column.unit)),
  ];
  return { columns, rows, totals, rowCount };
}

/** `null` where Google gave no number. */
export function numberAt(row: ReportRow | undefined, index: number): number | null {
  const text = row?.metricValues?.[index]?.value;
  if (text === undefined || text === '') return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** The number as it is shown: percents of fractions, cents, tenths of seconds. */
export function showMetric(number: number | null, unit: string): number | null {
  if (number === null) return null;
  if (unit === 'count') return number;
  if (unit === 'percent') return round(number * 100, 2);
  if (unit === 'seconds') return round(number, 1);
  if (/^[A-Z]{3}$/.test(unit)) return round(number, 2);
  return Math.abs(number) >= 1000 ? round(number, 1) : round(number, 4);
}

export function round(number: number, digits: number): number {
  const factor = 10 ** digits;
  // Adding 0 turns -0 into 0.
  return Math.round((number + Number.EPSILON * Math.sign(number)) * factor) / factor + 0;
}

const DAY_FIELDS = new Set(['date', 'firstSessionDate']);

/** Addresses can be thousands of characters long; the beginning tells them apart. */
const MAX_VALUE = 500;

/** Days as people and programs write them, and nothing longer than an answer should hold. */
export function showDimension(name: string, value: string): string {
  if (value.length > MAX_VALUE) return `${value.slice(0, MAX_VALUE).toWellFormed()}…`;
  if (DAY_FIELDS.has(name)) return value.replace(/^([0-9]{4})([0-9]{2})([0-9]{2})$/, '$1-$2-$3');
  if (name === 'dateHour') return value.replace(/^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})$/, '$1-$2-$3 $4:00');
  if (name === 'yearMonth') return value.replace(/^([0-9]{4})([0-9]{2})$/, '$1-$2');
  return value;
}
