/**
 * Prints a funnel: the table of steps and the visualization.
 *
 * Owns: both halves of the answer. The real service prints the table's metric headers twice over rows that have the numbers once; so
 * does this one. Does not own: counting (funnel-walk.ts).
 */
import { compactDate } from './calendar.ts';
import type { Arrival, FunnelPlan } from './funnel-walk.ts';
import { dateRangeColumn, type NamedRange } from './report-request.ts';
import { compareText, printDouble, type WireRow } from './rows.ts';

export const stepMetrics = [
  'activeUsers',
  'funnelStepCompletionRate',
  'funnelStepAbandonments',
  'funnelStepAbandonmentRate',
] as const;

/** What both halves of the answer are printed from. */
export interface Printing {
  plan: FunnelPlan;
  runs: readonly { range: NamedRange; arrivals: readonly Arrival[][] }[];
  limit: number;
  metadata: Record<string, unknown>;
  /** From a sample to the whole. */
  scale: number;
}

const reservedTotal = 'RESERVED_TOTAL';

/** The numbers of one line: completion looks forward, to the users who reach the next step. Nobody abandons the last one. */
function stepNumbers(arrivals: readonly Arrival[], isLast: boolean, scale: number): number[] {
  const users = arrivals.length;
  const completed = isLast ? users : arrivals.filter((arrival) => arrival.goesOn).length;
  const share = (part: number): number => (users === 0 ? 0 : part / users);
  return [
    Math.round(users * scale),
    share(completed),
    Math.round((users - completed) * scale),
    share(users - completed),
  ];
}

function line(values: readonly string[], numbers: readonly number[]): WireRow {
  return {
    dimensionValues: values.map((value) => ({ value })),
    metricValues: numbers.map((number) => ({ value: printDouble(number) })),
  };
}

function subReport(
  parts: Printing,
  names: readonly string[],
  metrics: readonly string[],
  linesOf: (arrivals: readonly Arrival[][], print: Print) => WireRow[],
): Record<string, unknown> {
  const isCompared = parts.runs.length > 1;
  const rows = parts.runs.flatMap(({ range, arrivals }) =>
    linesOf(arrivals, (values, numbers) => line(isCompared ? [...values, range.name] : values, numbers)),
  );
  return {
    dimensionHeaders: [...names, ...(isCompared ? [dateRangeColumn] : [])].map((name) => ({ name })),
    metricHeaders: metrics.map((name) => ({ name, type: 'TYPE_INTEGER' })),
    ...(rows.length === 0 ? {} : { rows: rows.slice(0, parts.limit) }),
    metadata: parts.metadata,
  };
}

type Print = (values: readonly string[], numbers: readonly number[]) => WireRow;

export function funnelTable(parts: Printing): Record<string, unknown> {
  const { breakdown } = parts.plan;
  const names = ['funnelStepName', ...(breakdown === undefined ? [] : [breakdown.name])];
  return subReport(parts, names, [...stepMetrics, ...stepMetrics], (arrivals, print) =>
    tableLines(parts, arrivals, print),
  );
}

function tableLines({ plan, scale }: Printing, arrivals: readonly Arrival[][], print: Print): WireRow[] {
  const { breakdown } = plan;
  const top =
    breakdown === undefined
      ? []
      : topValues(
          (arrivals[0] ?? []).map((arrival) => arrival.breakdown),
          breakdown.limit,
        );
  return plan.steps.flatMap((step, index) => {
    const here = arrivals[index] ?? [];
    const isLast = index === plan.steps.length - 1;
    if (breakdown === undefined) return [print([step.label], stepNumbers(here, isLast, scale))];
    const parts = top.map((value) => {
      const own = here.filter((arrival) => arrival.breakdown === value);
      return print([step.label, value], stepNumbers(own, isLast, scale));
    });
    return [print([step.label, reservedTotal], stepNumbers(here, isLast, scale)), ...parts];
  });
}

/** The values of most users, ties in alphabetical order. */
function topValues(values: readonly string[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]));
  return sorted.slice(0, limit).map(([value]) => value);
}

export function funnelVisualization(parts: Printing): Record<string, unknown> {
  const { isTrended, nextAction } = parts.plan;
  const names = [
    'funnelStepName',
    ...(isTrended ? ['date'] : []),
    ...(nextAction === undefined ? [] : ['funnelStepNextAction']),
  ];
  return subReport(parts, names, ['activeUsers'], (arrivals, print) =>
    parts.plan.steps.flatMap((step, index) =>
      stepLines(parts, { label: step.label, arrivals: arrivals[index] ?? [] }, print),
    ),
  );
}

function stepLines(parts: Printing, step: { label: string; arrivals: readonly Arrival[] }, print: Print): WireRow[] {
  if (!parts.plan.isTrended) return nextActionLines(parts, { values: [step.label], arrivals: step.arrivals }, print);
  const days = [...new Set(step.arrivals.map((arrival) => arrival.day))].sort((a, b) => a - b);
  return days.flatMap((day) => {
    const arrivals = step.arrivals.filter((arrival) => arrival.day === day);
    return nextActionLines(parts, { values: [step.label, compactDate(day)], arrivals }, print);
  });
}

function nextActionLines(
  { plan, scale }: Printing,
  { values, arrivals }: { values: readonly string[]; arrivals: readonly Arrival[] },
  print: Print,
): WireRow[] {
  const all = Math.round(arrivals.length * scale);
  if (plan.nextAction === undefined) return [print(values, [all])];
  const actions = arrivals.flatMap((arrival) => arrival.nextAction ?? []);
  const lines = topValues(actions, plan.nextAction.limit).map((action) => {
    const users = actions.filter((candidate) => candidate === action).length;
    return print([...values, action], [Math.round(users * scale)]);
  });
  return [print([...values, reservedTotal], [all]), ...lines];
}
