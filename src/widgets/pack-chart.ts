/**
 * A chart as few bytes, so that a link can carry it, and back.
 *
 * Owns: this form and its bounds. A line's numbers keep four digits and long names their beginning: a picture
 * cannot show more.
 * Does not own: sealing and expiry (resource/charts.ts). What is unpacked was sealed by us, and is checked all the same,
 * since it may come from another version of this file.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { CHART_KINDS, type Chart, type Series } from './chart.ts';

const VERSION = 1;
const MAX_LABEL = 60;
const MAX_UNPACKED_BYTES = 65_536;

/** What most charts hold, so that it need not be in each of them. Changing it changes VERSION. */
const DICTIONARY = Buffer.from(
  '"count","percent","seconds","number","USD","EUR",["Now",0,["Before",1,[null,null,0,0,"Change against the period before","Funnel: steps","Key events by landing page","Total revenue by session source medium","Total users by page path","Purchases by device category","Sessions by session default channel group","Sessions by country","Active users by date"," · , compared with  –  Nov Dec Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov 2025 2026","Organic Search","Direct","Referral","Paid Search","Organic Social","Email","Unassigned","(not set)","(other)","mobile","desktop","tablet","United States"]],[]',
);

/** Throws nothing; the caller judges the length. */
export function packChart(chart: Chart): Uint8Array {
  const { kind, title, subtitle, unit, labels, units, series, footnotes } = chart;
  const packed = [
    VERSION,
    CHART_KINDS.indexOf(kind),
    cut(title, 120),
    cut(subtitle, 160),
    unit,
    packDays(labels) ?? labels.map((label) => cut(label, MAX_LABEL)),
    units ?? 0,
    series.map(({ name, isEarlier, values }) => [
      cut(name, MAX_LABEL),
      isEarlier ? 1 : 0,
      values.map(kind === 'line' ? fourDigits : exact),
    ]),
    footnotes.map((note) => cut(note, 160)),
  ];
  return deflateRawSync(JSON.stringify(packed), { dictionary: DICTIONARY, level: 9 });
}

/** Throws for what `packChart` did not make. */
export function unpackChart(bytes: Uint8Array): Chart {
  const json = inflateRawSync(bytes, { dictionary: DICTIONARY, maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
  const packed: unknown = JSON.parse(json);
  if (!Array.isArray(packed) || packed[0] !== VERSION) throw new TypeError('not a packed chart of this version');
  const [, kindIndex, title, subtitle, unit, labels, units, series, footnotes] = packed as unknown[];
  const kind = CHART_KINDS[Number(kindIndex)];
  if (kind === undefined) throw new TypeError('not a packed chart');
  const names = Array.isArray(labels) && labels[0] === 0 ? unpackDays(labels) : texts(labels);
  return {
    kind,
    title: String(title),
    subtitle: String(subtitle),
    unit: String(unit),
    labels: names,
    ...(Array.isArray(units) ? { units: texts(units) } : {}),
    series: list(series).map((one) => unpackSeries(list(one), names.length)),
    footnotes: texts(footnotes),
  };
}

/** A smaller chart that still says the same: fewer bars, fewer lines. `undefined` where nothing can go. */
export function smallerChart(chart: Chart): Chart | undefined {
  if (chart.kind === 'line') {
    if (chart.series.length <= 3) return undefined;
    const footnotes = [`The largest 3 of at least ${chart.series.length} are drawn.`];
    return { ...chart, series: chart.series.slice(0, 3), footnotes };
  }
  const most = 10;
  if (chart.kind === 'funnel' || chart.labels.length <= most) return undefined;
  const series = chart.series.map((one) => ({ ...one, values: one.values.slice(0, most) }));
  const units = chart.units === undefined ? {} : { units: chart.units.slice(0, most) };
  return { ...chart, labels: chart.labels.slice(0, most), ...units, series, footnotes: [`The first ${most} rows.`] };
}

function unpackSeries([name, isEarlier, values]: unknown[], length: number): Series {
  const numbers = list(values).map((value) => (typeof value === 'number' ? value : null));
  if (numbers.length !== length) throw new TypeError('not a packed chart');
  return { name: String(name), values: numbers, ...(isEarlier === 1 ? { isEarlier: true } : {}) };
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not a packed chart');
  return value;
}

function texts(value: unknown): string[] {
  return list(value).map(String);
}

function cut(words: string, most: number): string {
  const characters = [...words.toWellFormed()];
  return characters.length <= most ? words.toWellFormed() : `${characters.slice(0, most - 1).join('')}…`;
}

function fourDigits(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

/** Printed beside its bar, hence exact; only the noise of binary fractions goes. */
function exact(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(12));
}

const DAY_MS = 86_400_000;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Days without a gap: the first and how many. */
function packDays(labels: readonly string[]): [0, string, number] | undefined {
  const [first] = labels;
  if (first === undefined || !ISO_DAY.test(first)) return undefined;
  const days = daysFrom(first, labels.length);
  return days?.every((day, index) => day === labels[index]) ? [0, first, labels.length] : undefined;
}

function unpackDays([, first, count]: unknown[]): string[] {
  const days = daysFrom(String(first), Math.min(Number(count), 1000));
  if (days === undefined) throw new TypeError('not a packed chart');
  return days;
}

function daysFrom(first: string, count: number): string[] | undefined {
  const start = Date.parse(`${first}T00:00:00Z`);
  if (!Number.isFinite(start)) return undefined;
  return Array.from({ length: count }, (_, index) => new Date(start + index * DAY_MS).toISOString().slice(0, 10));
}
