/**
 * What has to be said about a report's numbers so that they are not misread, each in one sentence.
 *
 * Owns: reading Google's `metadata` and the plan for what matters
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/ResponseMetaData). Does not own: what
 * was read as what (property-fields.ts and the plan bring those sentences). Google's own texts are not repeated.
 */
import { quote, quoteAll } from '../quote.ts';
import { isoDay } from './calendar-days.ts';
import type { PropertyQuota, QuotaStatus, ReportAnswer, ReportMetadata } from './data-api.ts';
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
    ...otherRowNotes(metadata, table),
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
      'Google left out small rows so that no person can be recognised (thresholding): rows may be missing and add up to less.',
    );
  }
  const restricted = metadata.schemaRestrictionResponse?.activeMetricRestrictions ?? [];
  if (restricted.length > 0) {
    const names = restricted.flatMap((one) => (isFieldName(one.metricName) ? [one.metricName] : []));
    notes.push(
      `This Google account may not see cost or revenue here, so ${quoteAll(names)} shows 0 whatever the truth.`,
    );
  }
  const truncated = (metadata.dataTruncationReasons ?? []).map((reason) =>
    truncationNote(reason.dataTruncationType ?? ''),
  );
  return [...notes, ...new Set(truncated)];
}

function samplingNote(read: number, all: number): string {
  const share = read > 0 && all > 0 ? ` of ${((read / all) * 100).toPrecision(2)}% of the events` : '';
  return `Google estimated the numbers from a sample${share}; a shorter date range gives exact ones.`;
}

function isFieldName(name: string | undefined): name is string {
  return name !== undefined && /^[A-Za-z][A-Za-z0-9_:]{0,80}$/.test(name);
}

const TRUNCATIONS: Readonly<Record<string, string>> = {
  DATE_RANGE: 'Google has no data for a part of the date range and left it out.',
  PROPERTY: 'The property keeps data for a limited time, so a part of the date range is missing.',
  GOOGLE_ADS: 'Google Ads data is missing for a part of the date range.',
  CONVERSIONS: 'Key event data is missing for a part of the date range.',
};

function truncationNote(type: string): string {
  const name = type.replace(/^DATA_TRUNCATION_TYPE_/, '');
  return TRUNCATIONS[name] ?? 'Google left out a part of the data, so the numbers are too small.';
}

function otherRowNotes(metadata: ReportMetadata, table: Table): string[] {
  const hasOther = table.rows.some((row) => row.includes('(other)'));
  if (metadata.dataLossFromOtherRow !== true && !hasOther) return [];
  return [
    'There are too many different values: Google counted the rare ones together as `(other)`, which is no value of its own. Fewer dimensions or days help.',
  ];
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

export function quotaNotes(quota: PropertyQuota): string[] {
  const low = (status: QuotaStatus | undefined, total: number) => {
    // Google leaves out zeroes, so what consumed something and names no rest has none left.
    const consumed = status?.consumed ?? 0;
    return (consumed > 0 || status?.remaining !== undefined) && (status?.remaining ?? 0) < total / 10;
  };
  const notes: string[] = [];
  if (low(quota.tokensPerDay, 200_000)) notes.push(quotaNote(quota.tokensPerDay, 'daily'));
  if (low(quota.tokensPerProjectPerHour, 14_000)) notes.push(quotaNote(quota.tokensPerProjectPerHour, 'hourly'));
  else if (low(quota.tokensPerHour, 40_000)) notes.push(quotaNote(quota.tokensPerHour, 'hourly'));
  return notes;
}

function quotaNote(status: QuotaStatus | undefined, which: string): string {
  const perReport = Math.max(1, status?.consumed ?? 1);
  const left = Math.floor((status?.remaining ?? 0) / perReport);
  return `The property's ${which} allowance is low: about ${left} more reports like this one. Ask only what is needed.`;
}
