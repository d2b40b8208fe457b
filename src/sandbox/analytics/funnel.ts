/**
 * `runFunnelReport` (v1alpha): how many users get from step to step.
 *
 * Owns: the checks of the request and reading the events. Does not own: what satisfies a step (funnel-steps.ts), following users
 * (funnel-walk.ts), printing (funnel-print.ts). Refusals about funnels are in our own words: nobody has published Google's.
 * https://developers.google.com/analytics/devguides/reporting/data/v1/funnels
 */
import { invalid } from './errors.ts';
import { type Fields, fieldsOf, lookUp } from './fields.ts';
import { filterFields } from './filter.ts';
import { funnelTable, funnelVisualization, stepMetrics } from './funnel-print.ts';
import { stepClause } from './funnel-steps.ts';
import { type FunnelEvent, type FunnelPlan, followUsers, type Step } from './funnel-walk.ts';
import type { FunnelStepMessage, RunFunnelReportRequest } from './messages.ts';
import { type Quality, qualityClauses, qualityMetadata, qualityOf, sampleScale } from './quality.ts';
import { type Clause, columnOf, type Predicate, selectEvents } from './query.ts';
import { tokenCost } from './quota.ts';
import { countEvents, type Desk, readPage } from './report.ts';
import { type NamedRange, planFilters, planRanges } from './report-request.ts';

const MAX_STEPS = 10;
const DEFAULT_BREAKDOWN = 5;

/** Answers one funnel report. Throws a GoogleError for anything that Google would refuse. */
export function runFunnelReport(desk: Desk, request: RunFunnelReportRequest): Record<string, unknown> {
  const fields = funnelFields(desk.property.id);
  const plan = planFunnel(request, fields);
  const { limit } = readPage(request);
  const ranges = planRanges(request.dateRanges, desk.world.today(desk.property.id));
  const quality = qualityOf(desk.faults, false);
  const runs = ranges.map((range) => ({
    range,
    arrivals: followUsers(readEvents(desk, { request, plan, fields, range, quality }), plan),
  }));
  const quota = desk.quotas.charge({
    propertyId: desk.property.id,
    bucket: 'funnel',
    tokens: tokenCost(longest(ranges), plan.steps.length, stepMetrics.length),
    isThresholded: filterFields(request.dimensionFilter).some((name) => fields.dimension(name).isThresholded),
    faults: desk.faults,
  });
  const metadata = funnelMetadata(desk, quality, ranges);
  const parts = { plan, runs, limit, metadata, scale: quality.isSampled ? sampleScale : 1 };
  return {
    funnelTable: funnelTable(parts),
    funnelVisualization: funnelVisualization(parts),
    ...(request.returnPropertyQuota ? { propertyQuota: quota } : {}),
    kind: 'analyticsData#runFunnelReport',
  };
}

function longest(ranges: readonly NamedRange[]): number {
  return ranges.reduce((most, range) => Math.max(most, range.last - range.first + 1), 0);
}

/** Of the things that may happen to data, a funnel's metadata only speaks of sampling. */
function funnelMetadata(desk: Desk, quality: Quality, ranges: readonly NamedRange[]): Record<string, unknown> {
  if (!quality.isSampled) return {};
  const { samplingMetadatas } = qualityMetadata(
    quality,
    ranges,
    ranges.map((range) => countEvents(desk, range)),
  );
  return { samplingMetadatas };
}

const made = new Map<string, Fields>();

function funnelFields(propertyId: string): Fields {
  let fields = made.get(propertyId);
  if (fields === undefined) {
    const { dimensions, metrics, atoms } = fieldsOf(propertyId);
    fields = lookUp({ dimensions, metrics, atoms, page: 'exploration-api-schema' });
    made.set(propertyId, fields);
  }
  return fields;
}

function planFunnel(request: RunFunnelReportRequest, fields: Fields): FunnelPlan {
  const steps = request.funnel?.steps ?? [];
  if ((request.segments ?? []).length > 0) throw invalid('segments are not supported here.');
  if (steps.length === 0) throw invalid('A funnel must have at least one step.');
  if (steps.length > MAX_STEPS)
    throw invalid(`Funnels are limited to ${MAX_STEPS} steps.\n  This request is for ${steps.length} steps.`);
  const breakdown = request.funnelBreakdown?.breakdownDimension?.name;
  const nextAction = request.funnelNextAction?.nextActionDimension?.name;
  return {
    steps: steps.map(planStep),
    isOpen: request.funnel?.isOpenFunnel ?? false,
    isTrended: request.funnelVisualizationType === 'TRENDED_FUNNEL',
    breakdown: planSide(breakdown, request.funnelBreakdown?.limit, fields),
    nextAction: planSide(nextAction, request.funnelNextAction?.limit, fields),
  };
}

function planSide(name: string | undefined, limit: number | undefined, fields: Fields): FunnelPlan['breakdown'] {
  if (name === undefined) return undefined;
  return { name: fields.dimension(name).name, limit: limit === undefined || limit <= 0 ? DEFAULT_BREAKDOWN : limit };
}

/** An unnamed step is called by its number alone. */
function planStep(message: FunnelStepMessage, index: number): Step {
  const within = message.withinDurationFromPriorStep;
  const seconds =
    within === undefined ? Number.POSITIVE_INFINITY : Number(/^(\d+(?:\.\d+)?)s$/.exec(within)?.[1] ?? Number.NaN);
  if (Number.isNaN(seconds))
    throw invalid(
      `Invalid value at 'funnel.steps[${index}].within_duration_from_prior_step' (type.googleapis.com/google.protobuf.Duration), "${within}"`,
    );
  return {
    label: `${index + 1}. ${message.name ?? ''}`,
    isDirectlyFollowedBy: message.isDirectlyFollowedBy ?? false,
    withinSeconds: seconds,
  };
}

function readEvents(
  desk: Desk,
  parts: { request: RunFunnelReportRequest; plan: FunnelPlan; fields: Fields; range: NamedRange; quality: Quality },
): FunnelEvent[] {
  const { request, plan, fields, range } = parts;
  const predicates: Predicate[] = [];
  const steps = (request.funnel?.steps ?? []).map((step) =>
    stepClause(step.filterExpression, { fields, range, predicates }),
  );
  const side = (name: string | undefined): Clause =>
    name === undefined ? { sql: "''", joins: [], needsItems: false } : columnOf(fields.dimension(name), range);
  const bits: Clause = {
    sql: steps.map((step, index) => `((${step.sql}) << ${index})`).join(' + '),
    joins: steps.flatMap((step) => step.joins),
    needsItems: false,
  };
  // What lies between two steps only matters to those who ask what came next.
  const needsAll = plan.nextAction !== undefined || plan.steps.some((step) => step.isDirectlyFollowedBy);
  const anyStep: Clause[] = needsAll ? [] : [{ ...bits, sql: steps.map((step) => `(${step.sql})`).join(' OR ') }];
  const filters = planFilters(
    request.dimensionFilter === undefined ? {} : { dimensionFilter: request.dimensionFilter },
    { fields, columns: [], metrics: [] },
  );
  const rows = selectEvents(desk.world.sql(desk.property.id), {
    range,
    columns: [bits, side(plan.breakdown?.name), side(plan.nextAction?.name)],
    where: [...filters.where(range, predicates), ...qualityClauses(parts.quality, range), ...anyStep],
    predicates,
  });
  return rows.map(({ userId, ts, day, values: [step = '0', breakdown = '', nextAction = ''] }) => ({
    userId,
    ts,
    day,
    steps: Number(step),
    breakdown,
    nextAction,
  }));
}
