/**
 * Both periods' numbers of a metric, as a whole and by each of some dimensions.
 *
 * Owns: asking for them (one report for the whole, one per dimension, all at once) and pairing the periods. Does not own:
 * taking the change apart (change-parts.ts).
 */
import { ToolError } from '../../errors.ts';
import { GoogleRefusal } from '../google-error.ts';
import { quote, quoteAll } from '../quote.ts';
import type { ToolContext } from '../tool.ts';
import { type ChangeKind, changeKindOf, usualDimensions } from './change-kinds.ts';
import type { Amount, ValuePair, Whole } from './change-parts.ts';
import type { ReportAnswer, ReportRow } from './data-api.ts';
import { type Field, findField } from './fields/catalogue.ts';
import { isPlaceInPeriod } from './period-keys.ts';
import type { ReportInput } from './report-input.ts';
import { planReport, type ReportPlan } from './report-plan.ts';
import { explainRefusal } from './report-refusal.ts';
import { CURRENT, fetchReport } from './report-request.ts';
import { numberAt, readMetricColumns, showDimension } from './report-table.ts';

export interface ChangeNumbers {
  /** The report of the whole: its property, days and metric are those of all. */
  plan: ReportPlan;
  metric: Field;
  kind: ChangeKind;
  unit: string;
  whole: Whole;
  drivers: { dimension: string; pairs: ValuePair[] }[];
  answers: ReportAnswer[];
  notes: string[];
}

type WholeInput = Omit<ReportInput, 'metrics' | 'dimensions' | 'orderBy' | 'limit' | 'offset'> & {
  metric: string;
  dimensions: readonly string[];
};

/** Throws ToolError `bad-input` for a metric without parts and for dimensions that differ between the periods anyway. */
export async function readChange(context: ToolContext, input: WholeInput): Promise<ChangeNumbers> {
  const { metric: wanted, dimensions, ...rest } = input;
  const base = { ...rest, orderBy: [], limit: 50, offset: 0 };
  // Google tells the cost of ads only by campaign; the whole is then that report's total.
  const wholeBy = findField(wanted)?.scope === 'ads' ? ['sessionCampaignName'] : [];
  const call = { ...rest, metric: wanted, by: dimensions };
  const first = await planReport(context, context.now, { ...base, metrics: [wanted], dimensions: wholeBy }, { call });
  const [metric] = first.metrics;
  if (metric === undefined) throw notMetric(wanted);
  const kind = changeKindOf(metric);
  const metrics = kind.kind === 'ratio' ? [metric.name, kind.weight] : [metric.name];
  const isUsual = dimensions.length === 0;
  const names = isUsual ? usualDimensions(metric) : dimensions;
  const input0 = { ...base, metrics, dimensions: [] };
  const plans = [first, ...(await planAll(context, base, { metrics, names, call }))];
  const asked = await Promise.all(
    plans.map((plan, index) => {
      const own = { ...input0, dimensions: plan.dimensions.map(({ name }) => name) };
      // The first plan holds the metric alone; a ratio needs its weight as well.
      const withWeight = index === 0 && plans[1] !== undefined ? { ...plan, metrics: plans[1].metrics } : plan;
      const ask = () => explainRefusal(withWeight, own, () => fetchReport(context, withWeight));
      return index > 0 && isUsual ? orSkipped(ask) : ask();
    }),
  );
  const [answer = {}] = asked;
  const answers = asked.filter((one) => one !== undefined);
  const drivers = plans.slice(1).flatMap((plan, index) => {
    const own = asked[index + 1];
    const dimension = plan.dimensions[0]?.name ?? '';
    return own === undefined ? [] : [{ dimension, pairs: pairValues(own, dimension) }];
  });
  const skipped = plans.slice(1).filter((_, index) => asked[index + 1] === undefined);
  return {
    plan: first,
    metric,
    kind,
    unit:
      readMetricColumns(answer, [metric], answer.metadata?.currencyCode ?? first.property.currency)[0]?.unit ??
      'number',
    whole: { now: wholeOf(answer, wholeBy, true), before: wholeOf(answer, wholeBy, false) },
    drivers,
    answers,
    notes: [...new Set([...plans.flatMap((plan) => plan.notes), ...skippedNotes(skipped)])],
  };
}

async function planAll(
  context: ToolContext,
  base: Omit<ReportInput, 'metrics' | 'dimensions'>,
  { metrics, names, call }: { metrics: string[]; names: readonly string[]; call: object },
): Promise<ReportPlan[]> {
  const plans: ReportPlan[] = [];
  for (const name of names) {
    const plan = await planReport(context, context.now, { ...base, metrics, dimensions: [name] }, { call });
    checkDriver(plan.dimensions[0], name);
    if (!plans.some((other) => other.dimensions[0]?.name === plan.dimensions[0]?.name)) plans.push(plan);
  }
  return plans;
}

function checkDriver(dimension: Field | undefined, given: string): void {
  if (dimension === undefined)
    throw new ToolError(
      'bad-input',
      `${quote(given)} is a metric; \`by\` takes dimensions such as \`deviceCategory\`.`,
    );
  if (!isPlaceInPeriod(dimension.name) && !dimension.name.startsWith('nth')) return;
  const message = `${quote(dimension.name)} differs between two periods anyway and explains nothing. Day by day, ask run_report with \`dimensions\` ["${dimension.name}"] and \`compare\`; weekdays are \`dayOfWeekName\`.`;
  throw new ToolError('bad-input', message);
}

function notMetric(given: string): ToolError {
  const message = `${quote(given)} is a dimension. \`metric\` is the number whose change is to be explained, such as \`sessions\` or \`totalRevenue\`.`;
  return new ToolError('bad-input', message);
}

/** One of the usual dimensions may be wrong for an unusual metric or filter: the others still answer. */
async function orSkipped(ask: () => Promise<ReportAnswer>): Promise<ReportAnswer | undefined> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof GoogleRefusal && cause.status === 400) return undefined;
    throw cause;
  }
}

function skippedNotes(plans: readonly ReportPlan[]): string[] {
  const names = plans.flatMap((plan) => plan.dimensions.map(({ name }) => name));
  return names.length === 0 ? [] : [`Google does not answer this by ${quoteAll(names)}, which was left out.`];
}

function isNow(row: ReportRow): boolean {
  const period = row.dimensionValues?.at(-1)?.value;
  return period === CURRENT || period === 'date_range_0';
}

/** The metric stands first, its weight second. */
function amountOf(row: ReportRow | undefined): Amount {
  return { amount: numberAt(row, 0) ?? 0, weight: numberAt(row, 1) ?? 0 };
}

function wholeOf(answer: ReportAnswer, wholeBy: readonly string[], isCurrent: boolean): Amount {
  const rows = (wholeBy.length === 0 ? answer.rows : answer.totals) ?? [];
  return amountOf(rows.find((row) => isNow(row) === isCurrent));
}

function pairValues(answer: ReportAnswer, dimension: string): ValuePair[] {
  const pairs = new Map<string, ValuePair>();
  for (const row of answer.rows ?? []) {
    const value = row.dimensionValues?.[0]?.value ?? '';
    const pair = pairs.get(value) ?? { value: showDimension(dimension, value), now: undefined, before: undefined };
    pairs.set(value, { ...pair, [isNow(row) ? 'now' : 'before']: amountOf(row) });
  }
  return [...pairs.values()];
}
