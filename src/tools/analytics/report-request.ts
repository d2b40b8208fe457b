/**
 * A plan as Google's request, and sending it.
 *
 * Owns: the request's exact shape
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport). Does not own:
 * what the answer means (report-table.ts, compare-table.ts).
 */
import { askReport, keepFor } from './ask-report.ts';
import { type DayRange, isoDay } from './calendar-days.ts';
import { toFilterExpression } from './condition-request.ts';
import type { OrderBy, ReportAnswer, ReportRequest } from './data-api.ts';
import type { Asking } from './directory.ts';
import type { Field } from './fields/catalogue.ts';
import type { ReportPlan } from './report-plan.ts';

/**
 * Two periods come as separate rows in no useful order, so all rows are fetched and joined here. Beyond this many, only
 * the largest take part, and the answer says so.
 */
export const MAX_COMPARED_ROWS = 10_000;

export const CURRENT = 'current';
export const PREVIOUS = 'previous';

export function fetchReport(asking: Asking, plan: ReportPlan): Promise<ReportAnswer> {
  return askReport<ReportAnswer>(asking, {
    version: 'v1beta',
    propertyId: plan.property.id,
    method: 'runReport',
    body: reportRequest(plan),
    keepMs: keepFor(plan.today, plan.range, plan.comparison),
  });
}

export function reportRequest(plan: ReportPlan): ReportRequest {
  return plan.comparison === undefined ? singleRequest(plan) : comparedRequest(plan, plan.comparison);
}

function singleRequest(plan: ReportPlan): ReportRequest {
  const having = plan.conditions.metrics;
  return {
    ...commonRequest(plan),
    metrics: [
      ...plan.metrics.map((field) => ({ name: field.name })),
      ...plan.hiddenMetrics.map((field) => ({ name: field.name, invisible: true })),
    ],
    dateRanges: [dateRange(plan.range)],
    ...(having === undefined ? {} : { metricFilter: toFilterExpression(having) }),
    orderBys: plan.orders.map(({ field, descending }) => orderBy(field, descending)),
    limit: String(plan.limit),
    offset: String(plan.offset),
  };
}

/** Conditions on metrics, the order and the limit are applied here after joining, so Google is not told of them. */
function comparedRequest(plan: ReportPlan, comparison: DayRange): ReportRequest {
  const metrics = [...plan.metrics, ...plan.hiddenMetrics];
  const [first] = metrics;
  return {
    ...commonRequest(plan),
    metrics: metrics.map((field) => ({ name: field.name })),
    dateRanges: [
      { ...dateRange(plan.range), name: CURRENT },
      { ...dateRange(comparison), name: PREVIOUS },
    ],
    ...(first === undefined ? {} : { orderBys: [orderBy(first, true)] }),
    limit: String(MAX_COMPARED_ROWS),
  };
}

function commonRequest(
  plan: ReportPlan,
): Pick<
  ReportRequest,
  'dimensions' | 'dimensionFilter' | 'metricAggregations' | 'currencyCode' | 'returnPropertyQuota'
> {
  const { dimensions } = plan.conditions;
  return {
    dimensions: plan.dimensions.map((field) => ({ name: field.name })),
    ...(dimensions === undefined ? {} : { dimensionFilter: toFilterExpression(dimensions) }),
    ...(plan.metrics.length > 0 && plan.dimensions.length > 0 ? { metricAggregations: ['TOTAL'] } : {}),
    ...(plan.currency === undefined ? {} : { currencyCode: plan.currency }),
    returnPropertyQuota: true,
  };
}

function dateRange(range: DayRange): { startDate: string; endDate: string } {
  return { startDate: isoDay(range.start), endDate: isoDay(range.end) };
}

function orderBy(field: Field, desc: boolean): OrderBy {
  return field.kind === 'metric'
    ? { desc, metric: { metricName: field.name } }
    : { desc, dimension: { dimensionName: field.name } };
}
