/**
 * What Google does to data before showing it, switched on by faults: thresholding, sampling, the (other) row, truncation.
 *
 * Owns: bending groups accordingly and the matching part of `metadata`. Does not own: which faults are on (the sandbox's gate).
 * Thresholding is also on, without a fault, for age, gender, interests and audiences, as at Google.
 */
import type { Fault } from '../api.ts';
import { compactDate, isoDate } from './calendar.ts';
import type { Clause, Group } from './query.ts';
import type { NamedRange } from './report-request.ts';

/** Rows with fewer users are withheld. */
export const threshold = 12;

/** Combinations of values kept apart before the rest becomes "(other)". */
const OTHER_AFTER = 8;

/** Sampling reads the events of this many users in ten. */
const SAMPLED_TENTHS = 4;

/** From the sample to the whole. */
export const sampleScale = 10 / SAMPLED_TENTHS;

export interface Quality {
  isThresholded: boolean;
  isSampled: boolean;
  hasOther: boolean;
  isTruncated: boolean;
}

export function qualityOf(faults: readonly Fault[], isThresholded: boolean): Quality {
  const on = (effect: Fault['effect']): boolean => faults.some((fault) => fault.effect === effect);
  return {
    isThresholded: isThresholded || on('thresholding'),
    isSampled: on('sampling'),
    hasOther: on('other-row'),
    isTruncated: on('truncation'),
  };
}

/** Conditions that make the data what the quality says. */
export function qualityClauses(quality: Quality, range: NamedRange): Clause[] {
  const clauses: Clause[] = [];
  if (quality.isSampled) clauses.push({ sql: `e.user_id % 10 < ${SAMPLED_TENTHS}`, joins: [], needsItems: false });
  if (quality.isTruncated) clauses.push({ sql: `e.day >= ${truncatedBefore(range)}`, joins: [], needsItems: false });
  return clauses;
}

/** Half of a range is missing, so that even a short one shows it; a single day is whole. */
function truncatedBefore(range: NamedRange): number {
  return range.first + Math.floor((range.last - range.first + 1) / 2);
}

/** Numbers of a sample, scaled up to the whole. */
export function scaleSample(groups: readonly Group[]): void {
  for (const group of groups) {
    for (const [atom, value] of group.atoms) group.atoms.set(atom, value * sampleScale);
  }
}

/** Keeps the groups with most events; all others become one row of "(other)", whose users are added up as Google does. */
export function rollIntoOther(groups: readonly Group[]): Group[] {
  if (groups.length <= OTHER_AFTER || groups[0]?.values.length === 0) return [...groups];
  const sorted = [...groups].sort((a, b) => (b.atoms.get('events') ?? 0) - (a.atoms.get('events') ?? 0));
  const kept = sorted.slice(0, OTHER_AFTER);
  const other: Group = { values: (sorted[0]?.values ?? []).map(() => '(other)'), atoms: new Map() };
  for (const group of sorted.slice(OTHER_AFTER)) {
    for (const [atom, value] of group.atoms) other.atoms.set(atom, (other.atoms.get(atom) ?? 0) + value);
  }
  return [...kept, other];
}

export function withhold(groups: readonly Group[]): Group[] {
  return groups.filter((group) => (group.atoms.get('users') ?? 0) >= threshold);
}

/** The part of `metadata` that says so. `counted`: events per range, for the size of a sample. */
export function qualityMetadata(
  quality: Quality,
  ranges: readonly NamedRange[],
  counted: readonly number[],
): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  if (quality.hasOther) metadata.dataLossFromOtherRow = true;
  if (quality.isThresholded) metadata.subjectToThresholding = true;
  if (quality.isSampled) {
    metadata.samplingMetadatas = counted.map((events) => ({
      samplesReadCount: String(Math.round((events * SAMPLED_TENTHS) / 10)),
      samplingSpaceSize: String(events),
    }));
  }
  if (quality.isTruncated) metadata.dataTruncationReasons = ranges.map(truncationReason);
  return metadata;
}

function truncationReason(range: NamedRange): Record<string, unknown> {
  const date = isoDate(truncatedBefore(range));
  return {
    dataTruncationType: 'DATA_TRUNCATION_TYPE_DATE_RANGE',
    dataTruncationMessage: `Data before ${date} is not available in this report.`,
    dataTruncationDate: compactDate(truncatedBefore(range)),
    dataTruncationDateRanges: [{ startDate: isoDate(range.first), endDate: isoDate(range.last), name: range.name }],
  };
}
