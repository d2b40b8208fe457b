/**
 * From the arguments of a report to a plan in which every name, day and condition is understood.
 *
 * Owns: the order in which things are worked out, and the checks that need several of them at once. Does not own: how
 * one name, range or condition is read (property-fields.ts, dates.ts, condition-*.ts) nor Google's request
 * (report-request.ts). Nothing here costs report quota.
 */
import { ToolError } from '../../errors.ts';
import { quote, quoteAll } from '../quote.ts';
import { type Day, todayIn } from './calendar-days.ts';
import { type ChosenProperty, chooseProperty } from './choose-property.ts';
import { type Comparison, readComparison } from './compare-dates.ts';
import { mapFields, type ReadCondition, testsOf } from './condition.ts';
import { readConditions } from './condition-objects.ts';
import { isReadAsPercent, readNumber, type SplitConditions, splitByKind } from './condition-request.ts';
import { type NamedRange, readDates } from './dates.ts';
import type { Asking } from './directory.ts';
import type { Field, FieldKind } from './fields/catalogue.ts';
import { eventScopedSources } from './fields/renames.ts';
import { createFieldReader, type FieldReader } from './property-fields.ts';
import { correctedCall, type ReportInput } from './report-input.ts';
import { type Order, readOrders } from './report-order.ts';
import { checkFields } from './report-refusal.ts';

export interface ReportPlan {
  property: ChosenProperty;
  today: Day;
  dimensions: readonly Field[];
  /** What the answer shows. */
  metrics: readonly Field[];
  /** Needed for a filter or the order only. */
  hiddenMetrics: readonly Field[];
  range: NamedRange;
  comparison: Comparison | undefined;
  conditions: SplitConditions;
  orders: readonly Order[];
  limit: number;
  offset: number;
  currency: string | undefined;
  notes: readonly string[];
}

interface PlanOptions {
  /** Fields that this kind of report has besides the standard ones. */
  extraMetrics?: readonly Field[];
  /** The call as the tool takes it, where that is not a report's. */
  call?: object;
}

/** https://developers.google.com/analytics/devguides/reporting/data/v1/basics */
const MAX_DIMENSIONS = 9;
const MAX_METRICS = 10;

/** Throws ToolError; everything that can be found wrong without asking Google for numbers is found here. */
export async function planReport(
  asking: Asking,
  now: () => number,
  input: ReportInput,
  options: PlanOptions = {},
): Promise<ReportPlan> {
  const property = await chooseProperty(asking, input.property);
  const today = todayIn(property.timeZone, now());
  const range = readDates(input.dates, today);
  const comparison = readComparison(input.compare, range, today);
  const fields = createFieldReader(
    asking,
    property.id,
    (corrections) => correctedCall(options.call ?? input, corrections),
    options.extraMetrics,
  );
  const raw = readConditions(input.filters);
  await fields.check([
    ...input.dimensions.map((name) => ({ name, kind: 'dimension' as const })),
    ...input.metrics.map((name) => ({ name, kind: 'metric' as const })),
    ...(raw === undefined ? [] : testsOf(raw)).map(({ field }) => ({ name: field, kind: undefined })),
  ]);
  const { dimensions, metrics, moved } = await readColumns(fields, input);
  const condition = raw === undefined ? undefined : await mapFields(raw, (name) => fields.read(name, undefined));
  const conditions = splitByKind(condition);
  const orders = await readOrders(input.orderBy, { fields, dimensions, metrics, isCompared: comparison !== undefined });
  const hiddenMetrics = hiddenBy(conditions.metrics, orders, metrics);
  if (metrics.length + hiddenMetrics.length > MAX_METRICS) {
    throw new ToolError(
      'bad-input',
      `A report has at most ${MAX_METRICS} metrics, those of filters and order included. Ask twice.`,
    );
  }
  checkFields({ dimensions, metrics, hiddenMetrics, conditions }, input);
  const notes = [
    ...property.notes,
    ...fields.notes(),
    ...moved,
    ...range.notes,
    ...(comparison?.notes ?? []),
    ...percentNotes(condition),
    ...cautions(dimensions, metrics, condition),
  ];
  const { limit, offset } = input;
  const currency = input.currency?.toUpperCase();
  return {
    property,
    today,
    dimensions,
    metrics,
    hiddenMetrics,
    range,
    comparison,
    conditions,
    orders,
    limit,
    offset,
    currency,
    notes,
  };
}

/** A name in the wrong one of the two lists goes to the right one: no name is both. */
async function readColumns(
  fields: FieldReader,
  input: ReportInput,
): Promise<{ dimensions: Field[]; metrics: Field[]; moved: string[] }> {
  const found: Field[] = [];
  const moved: string[] = [];
  const lists: [readonly string[], FieldKind][] = [
    [input.dimensions, 'dimension'],
    [input.metrics, 'metric'],
  ];
  for (const [names, kind] of lists) {
    for (const name of names) {
      const field = await fields.read(name, kind);
      if (field.kind !== kind) moved.push(`${quote(field.name)} is a ${field.kind} and was used as one.`);
      if (!found.some((other) => other.name === field.name)) found.push(field);
    }
  }
  const dimensions = found.filter((field) => field.kind === 'dimension');
  const metrics = found.filter((field) => field.kind === 'metric');
  checkColumns(dimensions, metrics);
  return { dimensions, metrics, moved };
}

function checkColumns(dimensions: readonly Field[], metrics: readonly Field[]): void {
  if (dimensions.length === 0 && metrics.length === 0) {
    throw new ToolError('bad-input', '`metrics` is empty: say what to count, for example ["activeUsers", "sessions"].');
  }
  if (dimensions.length > MAX_DIMENSIONS) {
    throw new ToolError(
      'bad-input',
      `A report has at most ${MAX_DIMENSIONS} dimensions; these are ${dimensions.length}.`,
    );
  }
  const realtime = dimensions.filter((field) => field.name === 'minutesAgo');
  const cohort = [...dimensions, ...metrics].filter((field) => field.scope === 'cohort');
  const range = dimensions.filter((field) => field.name === 'dateRange');
  if (realtime.length > 0)
    throw new ToolError('bad-input', '`minutesAgo` exists in realtime reports only. Use `dateHour` here.');
  if (cohort.length > 0)
    throw new ToolError(
      'bad-input',
      `A cohort report is needed for ${quoteAll(cohort.map((one) => one.name))}, and this tool makes none. Use \`firstSessionDate\` or \`newVsReturning\`.`,
    );
  if (range.length > 0)
    throw new ToolError(
      'bad-input',
      'Leave `dateRange` out of the dimensions and say the other period in `compare`: both are then shown side by side.',
    );
}

/** Google filters and orders only by metrics that the request holds; these are asked for and not shown. */
function hiddenBy(filter: ReadCondition | undefined, orders: readonly Order[], metrics: readonly Field[]): Field[] {
  const needed = [
    ...(filter === undefined ? [] : testsOf(filter)).map((test) => test.field),
    ...orders.map((order) => order.field),
  ];
  const hidden = needed.filter(
    (field) => field.kind === 'metric' && !metrics.some((shown) => shown.name === field.name),
  );
  return [...new Map(hidden.map((field) => [field.name, field])).values()];
}

function percentNotes(condition: ReadCondition | undefined): string[] {
  const tests = condition === undefined ? [] : testsOf(condition);
  return tests
    .filter((test) => test.field.unit === 'fraction')
    .flatMap((test) =>
      test.values
        .filter((value) => !value.includes('%'))
        .map((value) => {
          const number = readNumber(test, value);
          const why = isReadAsPercent(test.field, Number(value)) ? '' : ' (a rate is a share of 1)';
          return `Read ${quote(`${test.field.name} ${test.operator} ${value}`)} as ${roundTo(number * 100, 4)}%${why}.`;
        }),
    );
}

function roundTo(number: number, digits: number): number {
  return Number(number.toFixed(digits));
}

/** Legal questions that usually mean another one. */
function cautions(
  dimensions: readonly Field[],
  metrics: readonly Field[],
  condition: ReadCondition | undefined,
): string[] {
  const used = [...dimensions, ...(condition === undefined ? [] : testsOf(condition)).map((test) => test.field)];
  const sources = used.map((field) => field.name).filter((name) => name in eventScopedSources);
  const countsKeyEvents = metrics.length > 0 && metrics.every((field) => /keyEvent|revenue/i.test(field.name));
  if (sources.length === 0 || countsKeyEvents) return [];
  const better = [...new Set(sources)].map((name) => `${quote(name)} → ${quote(eventScopedSources[name] ?? name)}`);
  return [
    `${quoteAll([...new Set(sources)])} tells who is credited with key events; for where visits came from, ask again with ${better.join(', ')}.`,
  ];
}
