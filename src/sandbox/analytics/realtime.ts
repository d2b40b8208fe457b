/**
 * `runRealtimeReport`: what happened in the last half hour.
 *
 * Owns: the short list of fields that exist there, minute ranges. Does not own: filters, counting, printing (shared with the core
 * report). There are no dates, no offset, no pages by path and no traffic sources in realtime; asking for them is refused.
 * https://developers.google.com/analytics/devguides/reporting/data/v1/realtime-api-schema
 */
import { invalid } from './errors.ts';
import { type Fields, fieldsOf, lookUp } from './fields.ts';
import type { RunRealtimeReportRequest } from './messages.ts';
import { ask, type Clause, type Predicate } from './query.ts';
import { tokenCost } from './quota.ts';
import { type Desk, readAggregations, readPage } from './report.ts';
import {
  checkCounts,
  type NamedRange,
  type PlannedColumn,
  type PlannedMetric,
  planFields,
  planFilters,
} from './report-request.ts';
import { aggregationNames, extremes, metricHeaders, ordering, type Row, wireRow } from './rows.ts';

const dimensionNames = [
  'appVersion',
  'audienceId',
  'audienceName',
  'audienceResourceName',
  'city',
  'cityId',
  'country',
  'countryId',
  'deviceCategory',
  'eventName',
  'platform',
  'streamId',
  'streamName',
  'unifiedScreenName',
];

const metricNames = ['activeUsers', 'eventCount', 'keyEvents', 'screenPageViews'];

const MAX_MINUTES = { GOOGLE_ANALYTICS_STANDARD: 29, GOOGLE_ANALYTICS_360: 59 } as const;

const made = new Map<string, Fields>();

/** The core fields of these names, user-scoped custom dimensions, and the minutes. */
function realtimeFields(propertyId: string): Fields {
  let fields = made.get(propertyId);
  if (fields === undefined) {
    const core = fieldsOf(propertyId);
    const minutes = {
      ...core.dimension('minute'),
      name: 'minutesAgo',
      uiName: 'Realtime minutes ago',
      sql: "printf('%02d', (now_seconds() - e.ts) / 60)",
    };
    const dimensions = core.dimensions.filter(
      (dimension) => dimensionNames.includes(dimension.name) || dimension.name.startsWith('customUser:'),
    );
    fields = lookUp({
      dimensions: [...dimensions, minutes].sort((a, b) => (a.name < b.name ? -1 : 1)),
      metrics: core.metrics.filter((metric) => metricNames.includes(metric.name)),
      atoms: core.atoms,
      page: 'realtime-api-schema',
    });
    made.set(propertyId, fields);
  }
  return fields;
}

interface MinuteRange {
  name: string;
  start: number;
  end: number;
}

/** Answers a realtime report. Throws a GoogleError for anything that Google would refuse. */
export function runRealtimeReport(desk: Desk, request: RunRealtimeReportRequest): Record<string, unknown> {
  const fields = realtimeFields(desk.property.id);
  const { columns: named, metrics } = planFields(request, fields);
  const { limit } = readPage(request);
  const ranges = planMinutes(request.minuteRanges ?? [{}], MAX_MINUTES[desk.property.serviceLevel]);
  checkCounts(named, metrics);
  const columns =
    ranges.length > 1 && !named.some((column) => column.clause === undefined) ? [...named, rangeColumn] : named;
  const filters = planFilters(request, { fields, columns: named, metrics });
  const aggregations = readAggregations(request.metricAggregations, 'RealtimeReportRequest');
  const compare = ordering({ columns, metrics }, request.orderBys ?? []);
  const quota = desk.quotas.charge({
    propertyId: desk.property.id,
    bucket: 'realtime',
    tokens: tokenCost(1, columns.length, metrics.length),
    isThresholded: filters.isThresholded,
    faults: desk.faults,
  });
  const counting: Counting = { desk, fields, columns, metrics, ...filters };
  const rows = ranges.flatMap((range, index) => countMinutes(counting, range, index)).sort(compare);
  const shown = rows.slice(0, limit);
  const headers = metricHeaders(metrics);
  return {
    ...(columns.length === 0 ? {} : { dimensionHeaders: columns.map(({ name }) => ({ name })) }),
    ...(headers.length === 0 ? {} : { metricHeaders: headers }),
    ...(shown.length === 0 ? {} : { rows: shown.map((row) => wireRow(row.values, row.numbers, metrics)) }),
    ...(rows.length === 0 || metrics.length === 0 ? {} : aggregate(counting, { ranges, rows, aggregations })),
    ...(rows.length === 0 ? {} : { rowCount: rows.length }),
    ...(request.returnPropertyQuota ? { propertyQuota: quota } : {}),
    kind: 'analyticsData#runRealtimeReport',
  };
}

const rangeColumn: PlannedColumn = { name: 'dateRange', parts: [], clause: undefined };

/** These texts are our own wording: nobody has published Google's. */
function planMinutes(messages: NonNullable<RunRealtimeReportRequest['minuteRanges']>, most: number): MinuteRange[] {
  const list = messages.length === 0 ? [{}] : messages;
  if (list.length > 2)
    throw invalid(`Requests are limited to 2 minuteRanges.\n  This request contains ${list.length} minuteRanges.`);
  return list.map(({ name = '', startMinutesAgo: start = 29, endMinutesAgo: end = 0 }, index) => {
    for (const [field, value] of [
      ['start_minutes_ago', start],
      ['end_minutes_ago', end],
    ] as const) {
      if (value < 0 || value > most) throw invalid(`${field} = ${value} must be between 0 and ${most} inclusive.`);
    }
    if (start < end) {
      throw invalid(
        `start_minutes_ago must be greater than or equal to end_minutes_ago. start_minutes_ago = ${start} and end_minutes_ago = ${end}`,
      );
    }
    if (/^(date_range_|RESERVED_)/.test(name))
      throw invalid(`minuteRange name cannot begin with date_range_ or RESERVED_. name = ${name}`);
    return { name: name === '' ? `date_range_${index}` : name, start, end };
  });
}

interface Counting extends ReturnType<typeof planFilters> {
  desk: Desk;
  fields: Fields;
  columns: readonly PlannedColumn[];
  metrics: readonly PlannedMetric[];
}

function countMinutes(counting: Counting, minutes: MinuteRange, index: number): Row[] {
  const { desk, columns, metrics } = counting;
  const today = desk.world.today(desk.property.id);
  // Half an hour may reach back behind midnight.
  const range: NamedRange = { name: minutes.name, first: today - 1, last: today };
  const within: Clause = {
    sql: `(now_seconds() - e.ts) / 60 BETWEEN ${minutes.end} AND ${minutes.start}`,
    joins: [],
    needsItems: false,
  };
  const predicates: Predicate[] = [];
  const needed = [...metrics, ...counting.filterMetrics].flatMap((metric) => metric.atoms);
  const groups = ask(desk.world.sql(desk.property.id), {
    range,
    columns: columns.flatMap((column) => (column.clause === undefined ? [] : [column.clause(range)])),
    hasTime: false,
    where: [...counting.where(range, predicates), within],
    predicates,
    atoms: Object.fromEntries(Object.entries(counting.fields.atoms).filter(([name]) => needed.includes(name))),
  });
  return groups.flatMap((group) => {
    const read = (atom: string): number => group.atoms.get(atom) ?? 0;
    const numbers = metrics.map((metric) => metric.value(read));
    const numberOf = (name: string): number =>
      [...metrics, ...counting.filterMetrics].find((metric) => metric.name === name)?.value(read) ?? 0;
    if (numbers.length > 0 && numbers.every((number) => number === 0)) return [];
    if (counting.having?.(numberOf) === false) return [];
    let next = 0;
    const values = columns.map((column) => (column.clause === undefined ? minutes.name : (group.values[next++] ?? '')));
    return [{ values, numbers, range: index }];
  });
}

const aggregationKeys = { TOTAL: 'totals', MINIMUM: 'minimums', MAXIMUM: 'maximums' } as const;

function aggregate(
  counting: Counting,
  parts: { ranges: readonly MinuteRange[]; rows: readonly Row[]; aggregations: ReturnType<typeof readAggregations> },
): Record<string, unknown> {
  const { columns, metrics } = counting;
  return Object.fromEntries(
    parts.aggregations.map((aggregation) => [
      aggregationKeys[aggregation],
      parts.ranges.map((range, index) => {
        const own = parts.rows.filter((row) => row.range === index);
        const [total] =
          aggregation === 'TOTAL' ? countMinutes({ ...counting, columns: [], having: undefined }, range, index) : [];
        const numbers =
          aggregation === 'TOTAL' ? (total?.numbers ?? metrics.map(() => 0)) : extremes(own, metrics, aggregation);
        const values = columns.map((column) =>
          column.clause === undefined ? range.name : aggregationNames[aggregation],
        );
        return wireRow(values, numbers, metrics);
      }),
    ]),
  );
}
