/**
 * A report's rows once they are counted: computing metrics, ordering, cutting, printing.
 *
 * Owns: numbers as Google prints them, Google's orders, aggregation rows. Does not own: counting (query.ts).
 */
import { invalid } from './errors.ts';
import type { OrderByMessage } from './messages.ts';
import type { MetricType } from './metrics.ts';
import type { Plan, PlannedMetric } from './report-request.ts';

export interface Row {
  /** One value per column of the plan. */
  values: readonly string[];
  /** One number per metric of the plan, the invisible ones too. */
  numbers: readonly number[];
  /** Which of the plan's ranges. */
  range: number;
}

export interface WireRow {
  dimensionValues?: { value: string }[];
  metricValues?: { value: string }[];
}

/** Shortest of 15 or 17 digits that reads back as the same number, which is how protocol buffers print doubles. */
export function printDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value === 0 ? 0 : value);
  const digits = Number(value.toPrecision(15)) === value ? 15 : 17;
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 10 ** digits) {
    return value
      .toPrecision(digits)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  }
  const [mantissa = '', exponent = '+0'] = value.toExponential(digits - 1).split('e');
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${mantissa.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')}e${sign}${exponent.slice(1).padStart(2, '0')}`;
}

export function printMetric(value: number, type: MetricType): string {
  return type === 'TYPE_INTEGER' ? String(Math.round(value)) : printDouble(value);
}

/** Sums of cents carry the dust of binary fractions; money is rounded to a millionth, as it is stored. */
export function settle(value: number, metric: PlannedMetric, exchange: number): number {
  return metric.type === 'TYPE_CURRENCY' ? Math.round(value * exchange * 1e6) / 1e6 : value;
}

export function wireRow(
  values: readonly string[],
  numbers: readonly number[],
  metrics: readonly PlannedMetric[],
): WireRow {
  const visible = metrics.flatMap((metric, index) =>
    metric.invisible ? [] : [{ value: printMetric(numbers[index] ?? 0, metric.type) }],
  );
  return {
    ...(values.length === 0 ? {} : { dimensionValues: values.map((value) => ({ value })) }),
    ...(visible.length === 0 ? {} : { metricValues: visible }),
  };
}

export function metricHeaders(metrics: readonly PlannedMetric[]): { name: string; type: MetricType }[] {
  return metrics.filter((metric) => !metric.invisible).map(({ name, type }) => ({ name, type }));
}

type Compare = (a: Row, b: Row) => number;

/** By code point, as the service compares: "2" < "A" < "b". */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const textKeys: Readonly<Record<string, Compare2>> = {
  CASE_INSENSITIVE_ALPHANUMERIC: (a, b) => compareText(a.toLowerCase(), b.toLowerCase()),
  NUMERIC: (a, b) => compareNumbers(numericKey(a), numericKey(b)),
};

type Compare2 = (a: string, b: string) => number;

/** What is not a number lies below all that is. */
function numericKey(text: string): number {
  const number = text === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? Number.NEGATIVE_INFINITY : number;
}

function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Throws Google's refusal for an order by something that the report does not have. */
export function ordering(plan: Pick<Plan, 'columns' | 'metrics'>, orderBys: readonly OrderByMessage[]): Compare {
  const steps = orderBys.map((orderBy) => orderStep(plan, orderBy));
  // Without orderBys: the first metric, largest first. The rest only makes the order certain where Google leaves it open.
  if (steps.length === 0 && plan.metrics.length > 0)
    steps.push((a, b) => compareNumbers(b.numbers[0] ?? 0, a.numbers[0] ?? 0));
  steps.push(byAllValues);
  return (a, b) => {
    for (const step of steps) {
      const result = step(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}

function byAllValues(a: Row, b: Row): number {
  for (const [index, value] of a.values.entries()) {
    const result = compareText(value, b.values[index] ?? '');
    if (result !== 0) return result;
  }
  return a.range - b.range;
}

function orderStep(plan: Pick<Plan, 'columns' | 'metrics'>, orderBy: OrderByMessage): Compare {
  const sign = orderBy.desc ? -1 : 1;
  const metric = orderBy.metric?.metricName ?? orderBy.pivot?.metricName;
  if (metric !== undefined) {
    const index = plan.metrics.findIndex((candidate) => candidate.name === metric);
    if (index < 0) throw unknownOrder(metric);
    return (a, b) => sign * compareNumbers(a.numbers[index] ?? 0, b.numbers[index] ?? 0);
  }
  const dimension = orderBy.dimension?.dimensionName ?? '';
  const index = plan.columns.findIndex((candidate) => candidate.name === dimension);
  if (index < 0) throw unknownOrder(dimension);
  const compare = textKeys[orderBy.dimension?.orderType ?? ''] ?? compareText;
  return (a, b) => sign * compare(a.values[index] ?? '', b.values[index] ?? '');
}

function unknownOrder(name: string): Error {
  return invalid(`Field ${name} exists in OrderBy but is not defined in input Dimensions/Metrics list`);
}

export const aggregationNames = {
  TOTAL: 'RESERVED_TOTAL',
  MINIMUM: 'RESERVED_MIN',
  MAXIMUM: 'RESERVED_MAX',
  COUNT: 'RESERVED_COUNT',
} as const;

/** The smallest or largest of each metric over rows. */
export function extremes(
  rows: readonly Row[],
  metrics: readonly PlannedMetric[],
  which: 'MINIMUM' | 'MAXIMUM',
): number[] {
  return metrics.map((_, index) => {
    let extreme = rows[0]?.numbers[index] ?? 0;
    for (const row of rows) {
      const value = row.numbers[index] ?? 0;
      if (which === 'MINIMUM' ? value < extreme : value > extreme) extreme = value;
    }
    return extreme;
  });
}
