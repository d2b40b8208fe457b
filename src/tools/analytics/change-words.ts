/**
 * The change of a metric and its parts in sentences that can be quoted.
 *
 * Owns: these sentences. Every number in them stands in the tables too.
 */
import type { Part } from './change-parts.ts';

export interface Driver {
  dimension: string;
  parts: readonly Part[];
}

export interface Change {
  metric: string;
  unit: string;
  kind: 'sum' | 'people' | 'ratio';
  now: number;
  before: number;
  change: number;
  changePercent: number | null;
}

export function changeSentences(change: Change, drivers: readonly Driver[]): string[] {
  const telling = mostTelling(change, drivers);
  return [
    wholeSentence(change),
    ...(change.change === 0 ? [] : drivers.flatMap((driver) => driverSentence(change, driver))),
    ...(telling === undefined ? [] : [telling]),
  ];
}

function wholeSentence({ metric, unit, now, before, change, changePercent }: Change): string {
  if (change === 0) return `${metric} did not change: ${amount(now, unit)} in both periods.`;
  const percent = changePercent === null ? '' : ` (${signed(changePercent)}%)`;
  const word = change > 0 ? 'rose' : 'fell';
  return `${metric} ${word} by ${amount(Math.abs(change), pointsOf(unit))}${percent}, from ${amount(before, unit)} to ${amount(now, unit)}.`;
}

const MOST_NAMED = 3;
/** Less than this share of the change is not worth a word. */
const LEAST_SHARE = 0.05;

function driverSentence(change: Change, { dimension, parts }: Driver): string[] {
  const named = parts.filter(
    (part) => part.is === 'value' && Math.abs(part.change) >= Math.abs(change.change) * LEAST_SHARE,
  );
  const along = named.filter((part) => Math.sign(part.change) === Math.sign(change.change)).slice(0, MOST_NAMED);
  const against = named.filter((part) => Math.sign(part.change) === -Math.sign(change.change)).slice(0, 2);
  if (along.length + against.length === 0) return [];
  const words = along.map((part) => partWords(change, part));
  const counter = against.map((part) => partWords(change, part));
  const joined = [words.join(', '), counter.length === 0 ? '' : `against it ${counter.join(', ')}`].filter(
    (one) => one !== '',
  );
  return [`By ${dimension}: ${joined.join('; ')}.`];
}

function partWords(change: Change, part: Part): string {
  const share = shareOf(part, change);
  const details =
    part.fromRate === undefined || part.fromMix === undefined
      ? share === null || share < 0
        ? ''
        : ` (${share}% of the change)`
      : ` (own rate ${signed(part.fromRate)}, mix ${signed(part.fromMix)})`;
  return `${part.value === '' ? '(empty)' : part.value} ${signedAmount(part.change, pointsOf(change.unit))}${details}`;
}

/** Percent of the whole change, without decimals; `null` where there was none. */
export function shareOf(part: Part, { change }: Pick<Change, 'change'>): number | null {
  return change === 0 ? null : Math.round((part.change / change) * 100) + 0;
}

/** A part of the change far above the part of the whole is a cause; one in proportion only mirrors a general trend. */
function mostTelling(change: Change, drivers: readonly Driver[]): string | undefined {
  if (change.change === 0 || Math.abs(change.changePercent ?? 100) < 2) return undefined;
  const candidates = drivers.flatMap(({ dimension, parts }) =>
    parts.flatMap((part) => {
      const share = shareOf(part, change);
      if (part.is !== 'value' || share === null || part.shareBefore === null || share < 15) return [];
      return [{ dimension, part, share, excess: share - part.shareBefore }];
    }),
  );
  const [best] = candidates.sort((a, b) => b.excess - a.excess);
  if (best === undefined || best.excess < 15) {
    return 'No value stands out: the parts changed about in proportion to their size, as in a general trend.';
  }
  const { dimension, part, share } = best;
  const of = change.kind === 'ratio' ? 'of the weight' : `of ${change.metric}`;
  return `Most out of proportion: ${dimension} ${part.value} made ${share}% of the change, having had ${Math.round(part.shareBefore ?? 0)}% ${of} before.`;
}

function pointsOf(unit: string): string {
  return unit === 'percent' ? 'percentage points' : unit;
}

function amount(number: number, unit: string): string {
  if (unit === 'percent') return `${number}%`;
  if (unit === 'count' || unit === 'number') return String(number);
  return `${number} ${unit}`;
}

function signedAmount(number: number, unit: string): string {
  return unit === 'count' || unit === 'number' ? signed(number) : `${signed(number)} ${unit}`;
}

function signed(number: number): string {
  return number > 0 ? `+${number}` : String(number);
}
