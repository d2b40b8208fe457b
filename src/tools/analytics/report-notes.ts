/**
 * What has to be said about a report's numbers so that they are not misread, each in one sentence.
 *
 * Owns: reading Google's `metadata` and the plan for what matters
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/ResponseMetaData). Does not own: what
 * was read as what (property-fields.ts and the plan bring those sentences). Google's own texts are not repeated.
 */
import { quote, quoteAll } from '../quote.ts';
import { isoDay } from './calendar-days.ts';
import type { PropertyQuota, QuotaStatus, ReportAnswer, ReportMetadata, ReportRow } from './data-api.ts';
import type { ReportPlan } from './report-plan.ts';
import { MAX_COMPARED_ROWS } from './report-request.ts';
import type { Table } from './report-table.ts';

/** In the order of how much they can mislead. */
export function reportNotes(answer: ReportAnswer, plan: ReportPlan, table: Table): string[] {
  const metadata = answer.metadata ?? {};
  return [
    ...emptyNotes(plan, table),
    ...nothingBeforeNotes(plan, table),
    ...qualityNotes(metadata),
    ...otherRowNotes(metadata, plan, table),
    ...freshnessNotes(plan),
    ...additiveNotes(plan, table),
    ...weekNotes(plan),
    ...joinNotes(answer, plan),
    ...quotaNotes(answer.propertyQuota ?? {}),
  ];
}

function emptyNotes(plan: ReportPlan, table: Table): string[] {
  if (table.rowCount > 0) return [];
  const hasFilter = plan.conditions.dimensions !== undefined || plan.conditions.metrics !== undefined;
  if (hasFilter) {
    return [
      'No row meets the filters. Values must be as Analytics writes them ("United States", not "US"); ask for the dimension without filters to see them.',
    ];
  }
  return [
    'There is no data at all for these fields and days: the property may not have collected any yet, or not these events.',
  ];
}

/** Rises from nothing everywhere are rather the beginning of the data than a success. */
function nothingBeforeNotes(plan: ReportPlan, table: Table): string[] {
  if (plan.comparison === undefined || table.rowCount === 0) return [];
  const cells = [...table.rows, table.totals ?? []];
  const isPrevious = table.columns.map((column) => column.unit !== undefined && column.name.endsWith('_previous'));
  const hasNumbers = cells.some((row) =>
    row.some((cell, index) => isPrevious[index] === true && cell !== null && cell !== 0),
  );
  if (hasNumbers || !isPrevious.includes(true)) return [];
  const { start, end } = plan.comparison;
  return [`There is nothing to compare with: no data from ${isoDay(start)} to ${isoDay(end)}.`];
}

export function qualityNotes(metadata: ReportMetadata): string[] {
  const notes: string[] = [];
  const sampled = metadata.samplingMetadatas?.[0];
  if (sampled !== undefined)
    notes.push(samplingNote(Number(sampled.samplesReadCount), Number(sampled.samplingSpaceSize)));
  if (metadata.subjectToThresholding === true) {
    notes.push(
      'Google may have left out small rows so that no person can be recognised (thresholding): what is missing is not zero.',
    );
  }
  const restricted = metadata.schemaRestrictionResponse?.activeMetricRestrictions ?? [];
  if (restricted.length > 0) {
    const names = restricted.flatMap((one) => (isFieldName(one.metricName) ? [one.metricName] : []));
    notes.push(
      `This Google account may not see cost or revenue here, so ${quoteAll(names)} shows 0 whatever the truth.`,
    );
  }
  const truncated = (metadata.dataTruncationReasons ?? []).map(truncationNote);
  return [...notes, ...new Set(truncated)];
}

function samplingNote(read: number, all: number): string {
  const share = read > 0 && all > 0 ? ` of ${((read / all) * 100).toPrecision(2)}% of the events` : '';
  return `Google estimated the numbers from a sample${share}: say that they are estimates. A shorter date range may give exact ones.`;
}

function isFieldName(name: string | undefined): name is string {
  return name !== undefined && /^[A-Za-z][A-Za-z0-9_:]{0,80}$/.test(name);
}

const TRUNCATIONS: Readonly<Record<string, string>> = {
  DATE_RANGE: 'Google has no data',
  PROPERTY: 'The property keeps data for a limited time and has none',
  GOOGLE_ADS: 'Google Ads data is missing',
  CONVERSIONS: 'Key event data is missing',
};

type TruncationReason = NonNullable<ReportMetadata['dataTruncationReasons']>[number];

/** Which days are missing is the fact that keeps a part from being told as the whole. */
function truncationNote(reason: TruncationReason): string {
  const name = (reason.dataTruncationType ?? '').replace(/^DATA_TRUNCATION_TYPE_/, '');
  const what = TRUNCATIONS[name] ?? 'Google left out data';
  const since = dayText(reason.dataTruncationDate);
  const ranges = (reason.dataTruncationDateRanges ?? []).flatMap((range) => {
    const [start, end] = [dayText(range.startDate), dayText(range.endDate)];
    return start === undefined || end === undefined ? [] : [`${start} to ${end}`];
  });
  const days = ranges.length === 0 ? 'the date range' : ranges.join(' and ');
  const missing = since === undefined ? `for a part of ${days}` : `before ${since}`;
  const covered = since === undefined ? 'are too small' : `of ${days} cover only a part`;
  return `${what} ${missing}: the numbers ${covered}. Do not give them as those of the whole period.`;
}

/** Google writes days as `20261112` or `2026-11-12`; anything else is not repeated. */
function dayText(value: unknown): string | undefined {
  const found = typeof value === 'string' ? /^([0-9]{4})-?([0-9]{2})-?([0-9]{2})$/.exec(value) : null;
  return found === null ? undefined : found.slice(1).join('-');
}

const OTHER_ROW =
  'There are too many different values: Google counted the rare ones together as `(other)`, which is no value of its own. Fewer dimensions or days help.';

function otherRowNotes(metadata: ReportMetadata, plan: ReportPlan, table: Table): string[] {
  const hasOther = table.rows.some((row) => row.includes('(other)'));
  if (hasOther) return [OTHER_ROW];
  if (metadata.dataLossFromOtherRow !== true) return [];
  if (plan.dimensions.length > 0) return [OTHER_ROW];
  // A number without rows counts everything; only a filter can miss what was counted as `(other)`.
  if (plan.conditions.dimensions === undefined) return [];
  return [
    'Google may have counted rare values as `(other)`, which the filters do not find: the numbers may be too low.',
  ];
}

/** What parts of a whole cannot tell: those that Google withheld or counted together. */
export function withheldNotes(answers: readonly ReportAnswer[]): string[] {
  const hasOther = answers.some(
    ({ metadata, rows }) => metadata?.dataLossFromOtherRow === true || (rows ?? []).some(isOtherRow),
  );
  if (!hasOther && !answers.some(({ metadata }) => metadata?.subjectToThresholding === true)) return [];
  return [
    ...(hasOther ? [OTHER_ROW] : []),
    'A 0 may be a value that Google withheld or counted as `(other)`: do not say that it appeared or vanished.',
  ];
}

function isOtherRow({ dimensionValues }: ReportRow): boolean {
  return (dimensionValues ?? []).some(({ value }) => value === '(other)');
}

/** Google says that figures may change for 24 to 48 hours. */
export function freshnessNotes(plan: Pick<ReportPlan, 'range' | 'today' | 'comparison'>): string[] {
  const { range, today, comparison } = plan;
  if (range.end === today) {
    const compared =
      comparison === undefined || comparison.end === today ? '' : ', while the period compared with is complete';
    return [`Today (${isoDay(today)}) is not over${compared}; end the range yesterday for whole days.`];
  }
  return range.end >= today - 2 ? ['The last two days may still change a little.'] : [];
}

const PEOPLE =
  /^(activeUsers|totalUsers|newUsers|active[0-9]+DayUsers|scrolledUsers|totalPurchasers|firstTimePurchasers|crashAffectedUsers)$/;

/** A person who came on two days is one user of the week. */
function additiveNotes(plan: ReportPlan, table: Table): string[] {
  const people = plan.metrics.map((field) => field.name).filter((name) => PEOPLE.test(name) && name !== 'newUsers');
  if (people.length === 0 || plan.dimensions.length === 0 || table.rowCount < 2) return [];
  return [`${quoteAll(people)} counts different people: rows do not add up, the totals are right.`];
}

const SUNDAY_WEEKS = ['week', 'yearWeek', 'nthWeek'];

function weekNotes(plan: ReportPlan): string[] {
  const names = plan.dimensions.map((field) => field.name).filter((name) => SUNDAY_WEEKS.includes(name));
  if (names.length > 0)
    return [`Google begins the weeks of ${quoteAll(names)} on Sunday; \`isoYearIsoWeek\` begins them on Monday.`];
  return plan.range.unit === 'week' ? ['Weeks run from Monday to Sunday.'] : [];
}

function joinNotes(answer: ReportAnswer, plan: ReportPlan): string[] {
  if (plan.comparison === undefined || (answer.rowCount ?? 0) <= MAX_COMPARED_ROWS) return [];
  const by = plan.metrics[0]?.name ?? '';
  return [
    `There are too many rows to compare all: only the ${MAX_COMPARED_ROWS} largest by ${quote(by)} of both periods took part. The totals are complete; filters or fewer dimensions help.`,
  ];
}

/** One note, on whichever allowance ends first; `requests` is how many of Google's reports the answer took. */
export function quotaNotes(quota: PropertyQuota, requests = 1): string[] {
  const { tokensPerDay, tokensPerHour, tokensPerProjectPerHour } = quota;
  const low = [
    { which: 'daily', status: tokensPerDay, total: 200_000 },
    { which: 'hourly', status: tokensPerProjectPerHour, total: 14_000 },
    { which: 'hourly', status: tokensPerHour, total: 40_000 },
  ].flatMap(({ which, status, total }) => (isLow(status, total) ? [{ which, left: reportsLeft(status) }] : []));
  const [first] = low.sort((a, b) => a.left - b.left);
  if (first === undefined) return [];
  const took = requests > 1 ? ` of one request each, and this answer took ${requests}` : '';
  const reports = first.left === 1 ? 'report' : 'reports';
  return [
    `The property's ${first.which} allowance is low: about ${first.left} more ${reports}${took}. Ask only what is needed.`,
  ];
}

/** Google leaves out zeroes, so what consumed something and names no rest has none left. */
function isLow(status: QuotaStatus | undefined, total: number): boolean {
  const isKnown = (status?.consumed ?? 0) > 0 || status?.remaining !== undefined;
  return isKnown && (status?.remaining ?? 0) < total / 10;
}

function reportsLeft(status: QuotaStatus | undefined): number {
  return Math.floor((status?.remaining ?? 0) / Math.max(1, status?.consumed ?? 1));
}
