/**
 * The question of the demo, as a model would turn it into calls, and its answer in a form that can be compared whoever
 * gave it.
 *
 * Owns: the words, the arguments, reading run_report's table. Does not own: asking Google without the bridge
 * (google-directly.ts), finding differences (compare.ts), showing the answer (answer-table.ts).
 */
import { unexpected } from './hop-error.ts';

export const QUESTION = 'How did last week go compared with the week before?';

export const METRICS = ['activeUsers', 'newUsers', 'sessions', 'keyEvents', 'totalRevenue'] as const;
export type Metric = (typeof METRICS)[number];

export const CHANNEL = 'sessionDefaultChannelGroup';

export interface Days {
  /** `2026-11-09` */
  start: string;
  end: string;
}

export interface Pair {
  lastWeek: number;
  weekBefore: number;
}

export interface Findings {
  property: { id: string; name: string; timeZone: string };
  lastWeek: Days;
  weekBefore: Days;
  currency: string;
  totals: Record<Metric, Pair>;
  /** By channel, every metric. */
  channels: Map<string, Record<Metric, Pair>>;
}

/** The first property that a person can read, as a model would take it that was told no name. */
export function firstProperty(answer: unknown): string {
  const { properties } = (answer ?? {}) as { properties?: { id?: string }[] };
  const id = properties?.[0]?.id;
  if (id !== undefined) return id;
  throw unexpected('ChatGPT called list_properties', 'a property', { status: 200, body: JSON.stringify(answer) });
}

export function reportArguments(property: string): Record<string, unknown> {
  return { property, metrics: METRICS, dimensions: [CHANNEL], dates: 'last_week', compare: 'previous_period' };
}

type Cell = string | number | null;

interface ReportAnswer {
  property: Findings['property'];
  dates: Days;
  comparedWith: Days;
  columns: { name: string; unit?: string }[];
  rows: Cell[][];
  totals: Cell[];
}

export function readFindings(given: unknown): Findings {
  const answer = given as ReportAnswer;
  const isTable = [answer?.columns, answer?.rows, answer?.totals].every(Array.isArray);
  if (!isTable || answer.comparedWith === undefined) {
    throw unexpected('ChatGPT called run_report', 'two weeks with totals', {
      status: 200,
      body: JSON.stringify(given),
    });
  }
  const { columns, rows, totals } = answer;
  const at = (row: readonly Cell[], name: string) => row[columns.findIndex((column) => column.name === name)];
  const readRow = (row: readonly Cell[]) =>
    eachMetric((metric) => ({ lastWeek: Number(at(row, metric)), weekBefore: Number(at(row, `${metric}_previous`)) }));
  return {
    property: answer.property,
    lastWeek: daysOf(answer.dates),
    weekBefore: daysOf(answer.comparedWith),
    currency: columns.find(({ name }) => name === 'totalRevenue')?.unit ?? '',
    totals: readRow(totals),
    channels: new Map(rows.map((row) => [String(at(row, CHANNEL)), readRow(row)])),
  };
}

function daysOf({ start, end }: Days): Days {
  return { start, end };
}

export function eachMetric<Value>(read: (metric: Metric) => Value): Record<Metric, Value> {
  return Object.fromEntries(METRICS.map((metric) => [metric, read(metric)])) as Record<Metric, Value>;
}
