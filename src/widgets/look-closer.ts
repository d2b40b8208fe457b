/**
 * The call behind "look closer": a day by channel, a channel day by day.
 *
 * Owns: these calls of `show_chart`. Does not own: making them (page/), nor what they answer. Arguments come from a model
 * and pass through unchanged where nothing has to change.
 */
import type { Report } from './report.ts';
import { fieldWords, showTime } from './wording.ts';

export interface ChartCall {
  report: string;
  arguments: Record<string, unknown>;
}

export interface CloserLook {
  /** On the button. */
  label: string;
  call: ChartCall;
}

const USUAL_SPLIT = 'sessionDefaultChannelGroup';
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The report's own arguments, wherever a model has put them. */
export function readCall(report: string, toolArguments: unknown): ChartCall {
  const given = isRecord(toolArguments) ? toolArguments : {};
  const { report: _report, kind: _kind, image: _image, arguments: inner, ...flat } = given;
  return { report, arguments: { ...flat, ...(isRecord(inner) ? inner : {}) } };
}

/** What is behind one row; `undefined` where nothing simple is. */
export function lookCloser(call: ChartCall, report: Report, rowIndex: number): CloserLook | undefined {
  const row = report.rows[rowIndex];
  if (call.report !== 'run_report' || row === undefined) return undefined;
  const places = report.columns.flatMap(({ name, unit }, index) =>
    unit === undefined && !name.endsWith('_previous') ? [{ name, value: row[index] }] : [],
  );
  const day = places.find(({ name }) => name === 'date');
  if (day !== undefined) {
    const other = places.find(({ name }) => name !== 'date')?.name ?? USUAL_SPLIT;
    return typeof day.value === 'string' && ISO_DAY.test(day.value) ? dayBy(call, day.value, other) : undefined;
  }
  const [first, ...others] = places;
  if (first === undefined || others.length > 0 || typeof first.value !== 'string') return undefined;
  if (first.value === '' || first.value.endsWith('…') || first.value === '(other)') return undefined;
  return overTime(call, first.name, first.value);
}

function dayBy(call: ChartCall, day: string, dimension: string): CloserLook {
  const { compare: _compare, orderBy: _orderBy, offset: _offset, limit: _limit, ...kept } = call.arguments;
  return {
    label: `${showTime(day)} by ${fieldWords(dimension).toLowerCase()}`,
    call: { report: call.report, arguments: { ...kept, dates: day, dimensions: [dimension] } },
  };
}

function overTime(call: ChartCall, field: string, value: string): CloserLook {
  const { orderBy: _orderBy, offset: _offset, limit: _limit, filters, ...kept } = call.arguments;
  const before = filters === undefined || filters === null ? [] : [filters].flat();
  const condition = { field, op: '==', value };
  return {
    label: `${value} day by day`,
    call: {
      report: call.report,
      arguments: { ...kept, dimensions: ['date'], filters: [...before, condition], limit: 400 },
    },
  };
}
