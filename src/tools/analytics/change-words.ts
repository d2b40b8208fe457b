/**
 * The change of a metric and its parts in sentences that can be quoted.
 *
 * Owns: these sentences, and when none can be said: of a day that is not over, of values that Google kept back, of rises
 * and falls that cancel out.
 */
import type { Part } from './change-parts.ts';

export interface Driver {
  dimension: string;
  parts: readonly Part[];
  /** Every value, shown or not, in the digits shown. */
  values: readonly { value: string; now: number; before: number }[];
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

/** What keeps a difference from being told as a rise or fall. */
export interface Caveats {
  /** The day that is not over, where the period compared with is. */
  partOfDay: string | undefined;
  /** Google kept values back, so that 0 may be any number. */
  isWithheld: boolean;
  isFiltered: boolean;
}

export function changeSentences(change: Change, drivers: readonly Driver[], caveats: Caveats): string[] {
  if (isNothing(change)) {
    const filtered = caveats.isFiltered ? ' for these filters' : '';
    return [`There is nothing in either period${filtered}: ${change.metric} is 0 in both.`];
  }
  const isWhole = caveats.partOfDay === undefined && !caveats.isWithheld;
  const telling = caveats.partOfDay === undefined ? mostTelling(change, drivers, isWhole) : undefined;
  return [
    wholeSentence(change),
    ...partOfDayWords(caveats.partOfDay),
    ...drivers.flatMap((driver) => [
      [...driverSentence(change, driver), ...(isWhole ? turnedSentences(change, driver) : [])].join(' '),
    ]),
    ...(telling === undefined ? [] : [telling]),
  ].filter((sentence) => sentence !== '');
}

/** A ratio of 0 may be one of many visits. */
export function isNothing({ kind, now, before }: Change): boolean {
  return kind !== 'ratio' && now === 0 && before === 0;
}

function partOfDayWords(day: string | undefined): string[] {
  if (day === undefined) return [];
  return [
    `${day} is today and only part of a day, while the period compared with is complete: no fall can be read from this.`,
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
  const isCancelled = cancelsOut(change, parts);
  const least = isCancelled ? largest(parts) * 0.25 : Math.abs(change.change) * LEAST_SHARE;
  const named = parts.filter((part) => part.is === 'value' && part.change !== 0 && Math.abs(part.change) >= least);
  const rises = named.filter((part) => part.change > 0);
  const falls = named.filter((part) => part.change < 0);
  const [along, against] = change.change < 0 ? [falls, rises] : [rises, falls];
  if (isCancelled) return cancelledWords(change, dimension, [along, against]);
  const words = along.slice(0, MOST_NAMED).map((part) => partWords(change, part));
  const counter = against.slice(0, 2).map((part) => partWords(change, part));
  if (words.length + counter.length === 0) return [];
  const joined = [words.join(', '), counter.length === 0 ? '' : `against it ${counter.join(', ')}`];
  return [`By ${dimension}: ${joined.filter((one) => one !== '').join('; ')}.`];
}

/** Shares of a change that is small against its parts would be in the hundreds of percent and mean nothing. */
export function cancelsOut({ change }: Pick<Change, 'change'>, parts: readonly Part[]): boolean {
  const changes = parts.filter((part) => part.is === 'value').map((part) => part.change);
  const gross = changes.reduce((sum, one) => sum + Math.abs(one), 0);
  const isMixed = changes.some((one) => one > 0) && changes.some((one) => one < 0);
  return change === 0 || (isMixed && gross > Math.abs(change) * 5);
}

function largest(parts: readonly Part[]): number {
  return Math.max(0, ...parts.filter((part) => part.is === 'value').map((part) => Math.abs(part.change)));
}

function cancelledWords(change: Change, dimension: string, sides: [Part[], Part[]]): string[] {
  const words = (parts: readonly Part[]) =>
    parts
      .slice(0, MOST_NAMED)
      .map((part) => `${nameOf(part.value)} ${signedAmount(part.change, pointsOf(change.unit))}`)
      .join(', ');
  const [along, against] = sides.map(words);
  if (along === '' || against === '') return [];
  const whole = change.change === 0 ? 'No change in all' : 'Hardly a change in all';
  return [`${whole} by ${dimension}: ${along} and ${against} ${change.change === 0 ? '' : 'nearly '}cancel out.`];
}

function partWords(change: Change, part: Part): string {
  const share = shareOf(part, change);
  const details =
    part.fromRate === undefined || part.fromMix === undefined
      ? share === null || share < 0
        ? ''
        : ` (${share}% of the change)`
      : ` (own rate ${signed(part.fromRate)}, mix ${signed(part.fromMix)})`;
  return `${nameOf(part.value)} ${signedAmount(part.change, pointsOf(change.unit))}${details}`;
}

function nameOf(value: string): string {
  return value === '' ? '(empty)' : value;
}

/** Percent of the whole change, without decimals; `null` where there was none. */
export function shareOf(part: Part, { change }: Pick<Change, 'change'>): number | null {
  return change === 0 ? null : Math.round((part.change / change) * 100) + 0;
}

/** One in this many of the whole is enough for a value that appeared or vanished. */
const LEAST_TURNED = 200;

/** What came from nothing or fell to nothing, however small its share of the change: often it is the whole story. */
function turnedSentences(change: Change, driver: Driver): string[] {
  const values = turnedIn(change, driver);
  const fresh = values.filter(({ before }) => before === 0).slice(0, 2);
  const gone = values.filter(({ now }) => now === 0).slice(0, 2);
  const words = fresh.map(({ value, now }) => `${nameOf(value)} ${amount(now, change.unit)} (0 before)`);
  return [
    ...(words.length === 0 ? [] : [`New: ${words.join(', ')}.`]),
    ...gone.map(({ value, before }) => `${nameOf(value)} fell to 0 (from ${amount(before, change.unit)}).`),
  ];
}

function turnedIn({ kind, now, before }: Change, { values }: Driver): Driver['values'] {
  if (kind === 'ratio' || now === 0 || before === 0 || values.length < 2) return [];
  const least = Math.max(2, Math.max(Math.abs(now), Math.abs(before)) / LEAST_TURNED);
  return values
    .filter((one) => (one.now === 0 || one.before === 0) && Math.max(one.now, one.before) >= least)
    .toSorted((a, b) => Math.max(b.now, b.before) - Math.max(a.now, a.before));
}

/** A part of the change far above the part of the whole is where to look; so is a value that grew far faster. */
function mostTelling(change: Change, drivers: readonly Driver[], isWhole: boolean): string | undefined {
  if (change.change === 0 || Math.abs(change.changePercent ?? 100) < 2) return undefined;
  const told = drivers.filter(({ parts, values }) => values.length > 1 && !cancelsOut(change, parts));
  const candidates = told.flatMap(({ dimension, parts }) =>
    parts.flatMap((part) => {
      const share = shareOf(part, change);
      const isValue = part.is === 'value' && part.value !== '(other)';
      if (!isValue || share === null || part.shareBefore === null || share < 15) return [];
      return [{ dimension, part, share, excess: share - part.shareBefore }];
    }),
  );
  const [best] = candidates.sort((a, b) => b.excess - a.excess);
  if (best === undefined || best.excess < 15) return nothingStandsOut(change, told, isWhole);
  const { dimension, part, share } = best;
  const of = change.kind === 'ratio' ? 'of the weight' : `of ${change.metric}`;
  return `Most out of proportion: ${dimension} ${nameOf(part.value)} made ${share}% of the change, having had ${Math.round(part.shareBefore ?? 0)}% ${of} before.`;
}

/** Said only where it was looked for: several values, all of them given, none that appeared, vanished or ran ahead. */
function nothingStandsOut(change: Change, drivers: readonly Driver[], isWhole: boolean): string | undefined {
  if (drivers.length === 0 || !isWhole) return undefined;
  const fastest = change.kind === 'ratio' ? undefined : fastestOf(change, drivers);
  if (fastest !== undefined) {
    const { value, now, before } = fastest;
    const percent = Math.round(((now - before) / before) * 100);
    const verb = percent > 0 ? 'Grew' : 'Fell';
    return `${verb} most: ${nameOf(value)} ${signed(percent)}%, from ${amount(before, change.unit)} to ${amount(now, change.unit)}. No single value made much more of the change than its share.`;
  }
  if (drivers.some((driver) => turnedIn(change, driver).length > 0)) return undefined;
  return 'No value stands out: none made much more of the change than its share.';
}

function fastestOf(change: Change, drivers: readonly Driver[]): Driver['values'][number] | undefined {
  const pace = Math.abs(change.changePercent ?? 0);
  const paceOf = (one: Driver['values'][number]) => (Math.abs(one.now - one.before) / one.before) * 100;
  const [best] = drivers
    .flatMap(({ values }) => values)
    .filter((one) => one.before > 0 && one.now > 0 && one.value !== '(other)')
    .filter((one) => Math.sign(one.now - one.before) === Math.sign(change.change))
    .filter((one) => Math.abs(one.now - one.before) >= Math.abs(change.change) * 0.03 && paceOf(one) >= pace * 3)
    .sort((a, b) => paceOf(b) - paceOf(a));
  return best;
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
