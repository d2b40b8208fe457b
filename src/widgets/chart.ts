/**
 * What a chart shows, apart from how it is drawn: its kind, its labels, its numbers.
 *
 * Owns: the choice of a picture for a report. A table is no chart: `chartOf` answers `undefined` and the table stands for
 * itself. Does not own: drawing (draw/) nor making one small enough for a link (pack-chart.ts).
 */
import type { Cell, Column, Report } from './report.ts';
import { fieldWords, showDays } from './wording.ts';

export const CHART_KINDS = ['line', 'bars', 'comparison', 'funnel'] as const;

export type ChartKind = (typeof CHART_KINDS)[number];

export interface Series {
  name: string;
  values: (number | null)[];
  /** The period that is compared with: drawn behind and lighter. */
  isEarlier?: boolean | undefined;
}

export interface Chart {
  kind: ChartKind;
  title: string;
  /** Whose numbers and which days. */
  subtitle: string;
  unit: string;
  /** ISO days and the like for a line, names otherwise. */
  labels: string[];
  /** Where each label is a number of its own kind: metrics side by side. */
  units?: string[] | undefined;
  series: Series[];
  /** Sentences below the picture. */
  footnotes: string[];
}

export interface ChartWish {
  kind?: ChartKind | undefined;
  /** A metric's column; else the first one. */
  metric?: string | undefined;
}

const MAX_LINES = 6;
const MAX_BARS = 20;
const MAX_POINTS = 400;

const TIMES = new Set(
  'date dateHour dateHourMinute yearMonth yearWeek isoYearIsoWeek year month week isoWeek hour day nthDay nthWeek nthMonth nthYear nthHour nthMinute minutesAgo'.split(
    ' ',
  ),
);

/** The parts of a report that a chart is made of. */
interface Parts {
  report: Report;
  /** Columns that name a row, without the earlier period's days. */
  dimensions: number[];
  time: number | undefined;
  metric: number;
  column: Column;
  previous: number | undefined;
}

/** Metrics that can be drawn by themselves: not the changes that a comparison adds to each. */
export function metricsOf({ columns }: Report): Column[] {
  const names = new Set(columns.map(({ name }) => name));
  return columns.filter(({ name, unit }) => {
    const base = name.replace(/_(previous|change|change_percent)$/, '');
    return unit !== undefined && (base === name || !names.has(base));
  });
}

/** The picture that shows this report best, or the kind asked for where it is possible. */
export function chartOf(report: Report, wish: ChartWish = {}): Chart | undefined {
  const parts = partsOf(report, wish.metric);
  if (parts === undefined || report.rows.length === 0) return undefined;
  const kind = wish.kind ?? bestKind(parts);
  if (kind === 'funnel') return funnel(parts);
  if (kind === 'line' && parts.time !== undefined) return lines(parts, parts.time);
  if (kind === 'comparison' && parts.previous !== undefined)
    return parts.dimensions.length === 0 ? metricChanges(parts) : bars(parts);
  return kind !== undefined && parts.dimensions.length > 0 ? bars(parts) : undefined;
}

function bestKind({ report, dimensions, time, previous }: Parts): ChartKind | undefined {
  if (report.columns.some(({ name }) => /^(funnelStepName|step)$/i.test(name))) return 'funnel';
  if (time !== undefined && report.rows.length > 1 && dimensions.length <= 2) return 'line';
  if (previous !== undefined && dimensions.length <= 1) return 'comparison';
  return dimensions.length === 1 || dimensions.length === 2 ? 'bars' : undefined;
}

function partsOf(report: Report, wanted: string | undefined): Parts | undefined {
  const metrics = metricsOf(report);
  const column = metrics.find(({ name }) => name === wanted) ?? metrics[0];
  if (column === undefined) return undefined;
  const { columns } = report;
  const indexOf = (name: string) => columns.findIndex((one) => one.name === name);
  const dimensions = columns.flatMap(({ name, unit }, index) => {
    const isEarlierDay = name.endsWith('_previous') && indexOf(name.slice(0, -'_previous'.length)) >= 0;
    return unit === undefined && !isEarlierDay ? [index] : [];
  });
  const previous = indexOf(`${column.name}_previous`);
  return {
    report,
    dimensions,
    time: dimensions.find((index) => TIMES.has(columns[index]?.name ?? '')),
    metric: indexOf(column.name),
    column,
    previous: previous < 0 ? undefined : previous,
  };
}

function numberIn(cell: Cell | undefined): number | null {
  return typeof cell === 'number' ? cell : null;
}

function base({ report, column, dimensions, previous }: Parts, kind: ChartKind): Omit<Chart, 'labels' | 'series'> {
  const by = dimensions.map((index) => fieldWords(report.columns[index]?.name ?? '').toLowerCase());
  return {
    kind,
    title: [fieldWords(column.name), ...(by.length === 0 ? [] : [`by ${by.join(' and ')}`])].join(' '),
    subtitle: subtitleOf(report, previous !== undefined),
    unit: column.unit ?? 'number',
    footnotes: [],
  };
}

export function subtitleOf(
  { property, dates, comparedWith, minutes }: Report,
  isCompared = comparedWith !== undefined,
): string {
  const compared = isCompared && comparedWith !== undefined ? `, compared with ${showDays(comparedWith)}` : '';
  const days = dates === undefined ? (minutes ?? []) : [`${showDays(dates)}${compared}`];
  return [...(property?.name === undefined ? [] : [property.name]), ...days].join(' · ');
}

function lines(parts: Parts, time: number): Chart {
  const { report, metric, previous, column } = parts;
  const rows = report.rows.filter((row) => row[time] !== null);
  const found = [...new Set(rows.map((row) => String(row[time])))].sort(byTime).slice(0, MAX_POINTS);
  const labels = report.columns[time]?.name === 'date' ? everyDay(found) : found;
  const place = new Map(labels.map((label, index) => [label, index]));
  const empty = isSum(column.unit) ? 0 : null;
  const split = parts.dimensions.find((index) => index !== time);

  const seriesOf = (name: string, those: readonly Cell[][], from: number, isEarlier: boolean): Series => {
    const values: (number | null)[] = labels.map(() => empty);
    for (const row of those) {
      const index = place.get(String(row[time]));
      if (index !== undefined) values[index] = numberIn(row[from]);
    }
    return isEarlier ? { name, values, isEarlier } : { name, values };
  };

  if (split !== undefined) {
    const groups = largestFirst(
      Map.groupBy(rows, (row) => nameIn(row[split])),
      metric,
    );
    const footnotes = groups.length > MAX_LINES ? [`The largest ${MAX_LINES} of ${groups.length} are drawn.`] : [];
    const series = groups.slice(0, MAX_LINES).map(([name, those]) => seriesOf(name, those, metric, false));
    return { ...base(parts, 'line'), labels, series, footnotes };
  }
  const now = seriesOf(fieldWords(column.name), rows, metric, false);
  const before = previous === undefined ? [] : [seriesOf('Before', rows, previous, true)];
  return { ...base(parts, 'line'), labels, series: [now, ...before] };
}

/** Hours and months of two digits, days of one or two: as numbers where both are. */
function byTime(a: string, b: string): number {
  const isNumber = /^\d+$/.test(a) && /^\d+$/.test(b);
  return isNumber ? Number(a) - Number(b) : Number(a > b) - Number(a < b);
}

/** Google leaves out days without data; a line that jumps over them would hide them. */
function everyDay(days: readonly string[]): string[] {
  const [first, last] = [days[0], days.at(-1)].map((day) => Date.parse(`${day}T00:00:00Z`));
  if (first === undefined || last === undefined || !Number.isFinite(last - first)) return [...days];
  const count = Math.round((last - first) / 86_400_000) + 1;
  if (count > MAX_POINTS) return [...days];
  return Array.from({ length: count }, (_, index) => new Date(first + index * 86_400_000).toISOString().slice(0, 10));
}

/** Nothing counted is zero; a rate of nothing is no number. */
function isSum(unit: string | undefined): boolean {
  return unit === 'count' || (unit !== undefined && /^[A-Z]{3}$/.test(unit));
}

function largestFirst(groups: Map<string, Cell[][]>, metric: number): [string, Cell[][]][] {
  const size = (rows: readonly Cell[][]) => rows.reduce((sum, row) => sum + (numberIn(row[metric]) ?? 0), 0);
  return [...groups].sort(([, a], [, b]) => size(b) - size(a));
}

function nameIn(cell: Cell | undefined): string {
  return cell === null || cell === undefined || cell === '' ? '(not set)' : String(cell);
}

function rowName(row: readonly Cell[], dimensions: readonly number[]): string {
  return dimensions.map((index) => nameIn(row[index])).join(' · ');
}

function bars(parts: Parts): Chart {
  const { report, dimensions, metric, previous } = parts;
  const rows = report.rows.slice(0, MAX_BARS);
  const of = (index: number) => rows.map((row) => numberIn(row[index]));
  const all = report.rowCount ?? report.rows.length;
  return {
    ...base(parts, previous === undefined ? 'bars' : 'comparison'),
    labels: rows.map((row) => rowName(row, dimensions)),
    series: [
      { name: 'Now', values: of(metric) },
      ...(previous === undefined ? [] : [{ name: 'Before', values: of(previous), isEarlier: true }]),
    ],
    footnotes: all > rows.length ? [`The first ${rows.length} of ${all} rows.`] : [],
  };
}

/** Two periods without a dimension: one line a metric, since their units differ. */
function metricChanges(parts: Parts): Chart {
  const { report } = parts;
  const [row = []] = report.rows;
  const metrics = metricsOf(report);
  const at = (name: string) => numberIn(row[report.columns.findIndex((column) => column.name === name)]);
  return {
    ...base(parts, 'comparison'),
    title: 'Change against the period before',
    labels: metrics.map(({ name }) => fieldWords(name)),
    units: metrics.map(({ unit = 'number' }) => unit),
    series: [
      { name: 'Now', values: metrics.map(({ name }) => at(name)) },
      { name: 'Before', values: metrics.map(({ name }) => at(`${name}_previous`)), isEarlier: true },
    ],
  };
}

/** Steps in their order. A report that is split further shows one funnel: of all, or of its first part. */
function funnel(parts: Parts): Chart | undefined {
  const { report, metric } = parts;
  const step = parts.dimensions.find((index) => /step/i.test(report.columns[index]?.name ?? '')) ?? parts.dimensions[0];
  if (step === undefined) return undefined;
  const split = parts.dimensions.find((index) => index !== step);
  const first = split === undefined ? undefined : (report.rows.find((row) => isAll(row[split])) ?? report.rows[0]);
  const part = split === undefined ? undefined : first?.[split];
  const rows = report.rows.filter((row) => split === undefined || row[split] === part).slice(0, MAX_BARS);
  return {
    ...base({ ...parts, dimensions: [] }, 'funnel'),
    title: `Funnel: ${rows.length} steps`,
    labels: rows.map((row) => nameIn(row[step]).replace(/^\d+\.\s*/, '')),
    series: [{ name: fieldWords(parts.column.name), values: rows.map((row) => numberIn(row[metric])) }],
    footnotes: part === undefined || isAll(part) ? [] : [`Only ${nameIn(part)}.`],
  };
}

function isAll(cell: Cell | undefined): boolean {
  return cell === null || cell === 'RESERVED_TOTAL' || cell === 'all' || cell === 'Total';
}
