/** Numbers over time as lines, with a key where there is more than one. */
import { scaleLinear, scalePoint } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { Chart, Series } from '../chart.ts';
import { showShort, showTime } from '../wording.ts';
import type { Drawing, Mark, Space } from './drawing.ts';
import { drawKey } from './key.ts';
import { element, text, textWidth } from './svg.ts';

/** Not told apart by colour alone. */
export const DASHES = [undefined, '7 3', '2 3', '10 3 2 3', '5 5', '1 4'] as const;

const TOP = 10;

export function drawLine(chart: Chart, space: Space): Drawing {
  const { palette, size, width } = space;
  const key = chart.series.length < 2 ? { parts: [], height: 0, marks: [] } : drawKey(keyOf(chart, space), space);
  const plotHeight = Math.round(Math.min(260, Math.max(150, width * 0.42)));
  const top = key.height + TOP;

  const values = chart.series.flatMap((series) => series.values.filter((value) => value !== null));
  const y = scaleLinear([Math.min(0, ...values), Math.max(0, ...values) || 1], [top + plotHeight, top]).nice(4);
  const ticks = y.ticks(4).filter((tick) => chart.unit !== 'count' || Number.isInteger(tick));
  const tickWords = ticks.map((tick) => showShort(tick, chart.unit));
  const left = Math.max(...tickWords.map((words) => textWidth(words, size - 1))) + 8;
  const x = scalePoint(chart.labels, [left + 4, width - 8]);

  const grid = ticks.flatMap((tick, index) => [
    element('line', {
      x1: left,
      x2: width,
      y1: y(tick),
      y2: y(tick),
      stroke: tick === 0 ? palette.soft : palette.line,
    }),
    text(left - 6, y(tick) + size * 0.34, tickWords[index] ?? '', {
      'text-anchor': 'end',
      fill: palette.soft,
      'font-size': size - 1,
    }),
  ]);
  const paths = chart.series.map((series, index) => drawSeries(series, index, chart, { x, y, space })).reverse();
  const wash = washBelow(chart, { x, y, space });
  return {
    parts: [...key.parts, ...wash, ...grid, ...paths, ...timeLabels(chart, x, top + plotHeight, space)],
    height: top + plotHeight + size * 2,
    marks: marksOf(chart, x, { top, height: plotHeight }),
  };
}

type Place = ReturnType<typeof scalePoint<string>>;
type Height = ReturnType<typeof scaleLinear<number, number>>;

interface At {
  x: Place;
  y: Height;
  space: Space;
}

interface Point {
  x: number;
  value: number | null;
}

function pointsOf(chart: Chart, series: Series, x: Place): Point[] {
  return chart.labels.map((label, place) => ({ x: x(label) ?? 0, value: series.values[place] ?? null }));
}

function drawSeries(series: Series, index: number, chart: Chart, at: At): string {
  const { palette } = at.space;
  const points = pointsOf(chart, series, at.x);
  const color = series.isEarlier ? palette.earlier : (palette.series[index] ?? palette.ink);
  const shape = line<Point>()
    .defined(({ value }) => value !== null)
    .x((point) => point.x)
    .y(({ value }) => at.y(value ?? 0))
    .digits(1);
  const stroke = {
    d: shape(points) ?? '',
    fill: 'none',
    stroke: color,
    'stroke-width': series.isEarlier ? 1.75 : 2.25,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
    'stroke-dasharray': series.isEarlier ? '2 4' : DASHES[index],
  };
  // A point between two gaps has no line to be seen by.
  const lonely = points.filter(({ value }, place) => {
    const [before, after] = [points[place - 1]?.value ?? null, points[place + 1]?.value ?? null];
    return value !== null && before === null && after === null;
  });
  const dots = lonely.map((point) => element('circle', { cx: point.x, cy: at.y(point.value ?? 0), r: 3, fill: color }));
  return [element('path', stroke), ...dots].join('');
}

/** Only a single line has a filled ground: with several, fills would hide each other. */
function washBelow(chart: Chart, { x, y, space }: At): string[] {
  const [first, ...others] = chart.series;
  if (first === undefined || others.some((series) => !series.isEarlier)) return [];
  const points = pointsOf(chart, first, x);
  const shape = area<Point>()
    .defined(({ value }) => value !== null)
    .x((point) => point.x)
    .y0(y(0))
    .y1(({ value }) => y(value ?? 0))
    .digits(1);
  return [element('path', { d: shape(points) ?? '', fill: space.palette.wash, 'fill-opacity': 0.7 })];
}

function keyOf(chart: Chart, { palette }: Space) {
  return chart.series.map(({ name, isEarlier }, index) => ({
    name,
    color: isEarlier ? palette.earlier : (palette.series[index] ?? palette.ink),
    dashes: isEarlier ? '2 4' : DASHES[index],
  }));
}

/** As many as fit, evenly apart, the first one always. */
function timeLabels(chart: Chart, x: Place, bottom: number, { palette, size, width }: Space): string[] {
  const words = chart.labels.map(showTime);
  const widest = Math.max(...words.map((word) => textWidth(word, size - 1))) + 14;
  const step = Math.max(1, x.step());
  const stride = strideOf(Math.ceil(widest / step));
  return words.flatMap((word, index) => {
    if (index % stride !== 0) return [];
    const place = x(chart.labels[index] ?? '') ?? 0;
    const half = textWidth(word, size - 1) / 2;
    const inside = Math.min(Math.max(place, half), width - half);
    if (Math.abs(inside - place) > 24) return [];
    const anchor = { 'text-anchor': 'middle', fill: palette.soft, 'font-size': size - 1 };
    return [text(inside, bottom + size * 1.5, word, anchor)];
  });
}

/** Whole weeks read better than every fifth day. */
function strideOf(least: number): number {
  return [1, 2, 7, 14, 28, 56, 112].find((stride) => stride >= least) ?? least;
}

function marksOf(chart: Chart, x: Place, plot: { top: number; height: number }): Mark[] {
  const step = Math.max(1, x.step());
  return chart.labels.map((label, index) => ({
    index,
    x: (x(label) ?? 0) - step / 2,
    y: plot.top,
    width: step,
    height: plot.height,
  }));
}
