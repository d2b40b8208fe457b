/**
 * A funnel as Google's v1alpha request, and its answer as a table
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1alpha/properties/runFunnelReport).
 *
 * Owns: both shapes. Google prints the table's metric headers twice; the first of each counts. Does not own: reading steps
 * (funnel-steps.ts).
 */
import type { ReadCondition } from './condition.ts';
import { toFilterExpression } from './condition-request.ts';
import type { FilterExpression, ReportAnswer } from './data-api.ts';
import type { Field } from './fields/catalogue.ts';
import type { RawStep } from './funnel-steps.ts';
import { type Cell, type Column, numberAt, showDimension, showMetric } from './report-table.ts';

export interface Step extends Omit<RawStep, 'condition'> {
  condition: ReadCondition | undefined;
}

export interface FunnelPlan {
  steps: readonly Step[];
  isOpen: boolean;
  breakdown: Field | undefined;
  breakdownLimit: number;
  filter: ReadCondition | undefined;
  dates: { start: string; end: string };
}

export interface FunnelAnswer {
  funnelTable?: ReportAnswer;
  propertyQuota?: NonNullable<ReportAnswer['propertyQuota']>;
}

type FunnelExpression = Record<string, unknown>;

export function funnelRequest(plan: FunnelPlan): Record<string, unknown> {
  return {
    dateRanges: [{ startDate: plan.dates.start, endDate: plan.dates.end }],
    funnel: {
      isOpenFunnel: plan.isOpen,
      steps: plan.steps.map((step) => ({
        name: step.name,
        ...(step.isDirect ? { isDirectlyFollowedBy: true } : {}),
        ...(step.withinSeconds === undefined ? {} : { withinDurationFromPriorStep: `${step.withinSeconds}s` }),
        filterExpression: stepExpression(step),
      })),
    },
    ...(plan.breakdown === undefined
      ? {}
      : { funnelBreakdown: { breakdownDimension: { name: plan.breakdown.name }, limit: String(plan.breakdownLimit) } }),
    ...(plan.filter === undefined ? {} : { dimensionFilter: toFilterExpression(plan.filter) }),
    returnPropertyQuota: true,
  };
}

function stepExpression(step: Step): FunnelExpression {
  const events = step.events.map((eventName): FunnelExpression => ({ funnelEventFilter: { eventName } }));
  const [event] = events;
  const anyEvent = events.length > 1 ? { orGroup: { expressions: events } } : event;
  const condition = step.condition === undefined ? undefined : toFunnelFilter(toFilterExpression(step.condition));
  const parts = [anyEvent, condition].filter((part) => part !== undefined);
  const [first = {}] = parts;
  return parts.length > 1 ? { andGroup: { expressions: parts } } : first;
}

/** The same filter under the names that funnels give to it. */
function toFunnelFilter(expression: FilterExpression): FunnelExpression {
  if ('filter' in expression) return { funnelFieldFilter: expression.filter };
  if ('notExpression' in expression) return { notExpression: toFunnelFilter(expression.notExpression) };
  if ('andGroup' in expression)
    return { andGroup: { expressions: expression.andGroup.expressions.map(toFunnelFilter) } };
  return { orGroup: { expressions: expression.orGroup.expressions.map(toFunnelFilter) } };
}

export interface FunnelTable {
  columns: Column[];
  rows: Cell[][];
  /** Users per step, all values of the breakdown together. */
  users: number[];
}

const TOTAL = 'RESERVED_TOTAL';
const ALL = '(all)';

export function funnelTable(answer: FunnelAnswer, plan: FunnelPlan): FunnelTable {
  const lines = readLines(answer.funnelTable ?? {});
  const firsts = new Map(lines.filter((line) => line.step === 1).map((line) => [line.value, line.users]));
  const users: number[] = [];
  for (const line of lines) if (line.value === TOTAL) users[line.step - 1] = line.users;
  return {
    columns: columnsOf(plan),
    rows: lines.map((line) => showLine(line, plan, firsts.get(line.value) ?? 0)),
    users,
  };
}

interface Line {
  label: string;
  /** Counted from 1, as Google numbers them. */
  step: number;
  /** Of the breakdown. */
  value: string;
  users: number;
  completion: number | null;
  lost: number | null;
  lostRate: number | null;
}

function readLines(table: ReportAnswer): Line[] {
  const at = (name: string) => (table.metricHeaders ?? []).findIndex((header) => header.name === name);
  return (table.rows ?? []).map((row) => {
    const [label = '', value = TOTAL] = (row.dimensionValues ?? []).map((one) => one.value ?? '');
    return {
      label,
      step: Number(/^([0-9]+)\./.exec(label)?.[1] ?? 1),
      value,
      users: numberAt(row, at('activeUsers')) ?? 0,
      completion: numberAt(row, at('funnelStepCompletionRate')),
      lost: numberAt(row, at('funnelStepAbandonments')),
      lostRate: numberAt(row, at('funnelStepAbandonmentRate')),
    };
  });
}

function showLine(line: Line, plan: FunnelPlan, first: number): Cell[] {
  const value = line.value === TOTAL ? ALL : showDimension(plan.breakdown?.name ?? '', line.value);
  const isLast = line.step === plan.steps.length;
  const onward = [showMetric(line.completion, 'percent'), line.lost, showMetric(line.lostRate, 'percent')];
  return [
    line.label,
    ...(plan.breakdown === undefined ? [] : [value]),
    line.users,
    // There is nowhere to go on to from the last step.
    ...(isLast ? [null, null, null] : onward),
    // An open funnel is entered anywhere, so a share of the first step would mean nothing.
    plan.isOpen || first === 0 ? null : showMetric(line.users / first, 'percent'),
  ];
}

function columnsOf({ breakdown }: FunnelPlan): Column[] {
  return [
    { name: 'step' },
    ...(breakdown === undefined ? [] : [{ name: breakdown.name }]),
    { name: 'users', unit: 'count' },
    { name: 'go_on_to_next', unit: 'percent' },
    { name: 'abandon', unit: 'count' },
    { name: 'abandonment', unit: 'percent' },
    { name: 'of_first_step', unit: 'percent' },
  ];
}
