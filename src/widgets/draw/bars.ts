/**
 * Horizontal bars, one a label, their numbers beside them; with a second, lighter bar for the period before.
 *
 * Owns: ranking bars and the paired bars of a comparison. Does not own: changes of several metrics (changes.ts).
 */
import { scaleLinear } from 'd3-scale';
import type { Chart } from '../chart.ts';
import { showChange, showNumber } from '../wording.ts';
import type { Drawing, Mark, Space } from './drawing.ts';
import { drawKey } from './key.ts';
import { element, fitText, text, textWidth } from './svg.ts';

/** Below this, a label stands above its bar instead of beside it. */
const NARROW = 460;

export function drawBars(chart: Chart, space: Space): Drawing {
  const { palette, size, width } = space;
  const [now, before] = chart.series;
  const pairs = chart.labels.map((label, index) => pairOf(label, now?.values[index], before?.values[index]));
  const isCompared = before !== undefined;
  const key = isCompared
    ? drawKey(
        [
          { name: 'Now', color: palette.series[0] ?? palette.ink, isBar: true },
          { name: 'Before', color: palette.earlier, isBar: true },
        ],
        space,
      )
    : { parts: [], height: 0, marks: [] };

  const isNarrow = width < NARROW;
  const words = pairs.map((pair) => wordsOf(pair, chart.unit, isCompared));
  const labelWidth = isNarrow
    ? 0
    : Math.min(width * 0.36, Math.max(...chart.labels.map((one) => textWidth(one, size))) + 12);
  const numberWidth = Math.max(...words.map((one) => textWidth(one, size))) + 10;
  const values = pairs.flatMap(({ current, previous }) => [current ?? 0, previous ?? 0]);
  const x = scaleLinear([Math.min(0, ...values), Math.max(0, ...values) || 1], [labelWidth, width - numberWidth]);

  const barHeight = isCompared ? 11 : 16;
  const labelHeight = isNarrow ? size * 1.5 : 0;
  const rowHeight = labelHeight + barHeight * (isCompared ? 2 : 1) + (isNarrow ? 12 : 10);
  const parts = [...key.parts];
  const marks: Mark[] = [];
  pairs.forEach((pair, index) => {
    const top = key.height + 4 + index * rowHeight;
    const barTop = top + labelHeight;
    const middle = barTop + (barHeight * (isCompared ? 2 : 1)) / 2;
    const label = fitText(pair.label, size, isNarrow ? width : labelWidth - 10);
    parts.push(text(0, isNarrow ? top + size : middle + size * 0.34, label, { fill: palette.ink, 'font-size': size }));
    parts.push(bar(x, pair.current ?? 0, { y: barTop, height: barHeight, fill: palette.series[0] ?? palette.ink }));
    if (isCompared) {
      parts.push(
        bar(x, pair.previous ?? 0, { y: barTop + barHeight + 1, height: barHeight - 2, fill: palette.earlier }),
      );
    }
    const end = Math.max(x(Math.max(0, pair.current ?? 0)), x(Math.max(0, pair.previous ?? 0)));
    parts.push(numbers(end + 8, middle + size * 0.34, pair, { chart, space }));
    marks.push({ index, x: 0, y: top, width, height: rowHeight });
  });
  return { parts, height: key.height + 4 + pairs.length * rowHeight, marks };
}

interface Pair {
  label: string;
  current: number | null;
  previous: number | null;
  change: number | null;
}

function pairOf(label: string, current: number | null = null, previous: number | null = null): Pair {
  return { label, current, previous, change: percentChange(current, previous) };
}

/** From nothing, or from a loss, no percentage means anything. */
export function percentChange(current: number | null, previous: number | null): number | null {
  if (current === null || previous === null || previous <= 0) return null;
  return ((current - previous) / previous) * 100;
}

function wordsOf(pair: Pair, unit: string, isCompared: boolean): string {
  const number = pair.current === null ? '–' : showNumber(pair.current, unit);
  return isCompared ? `${number}  ${changeWords(pair)}` : number;
}

function changeWords({ current, previous, change }: Pair): string {
  if (change !== null) return showChange(change);
  return previous === 0 && (current ?? 0) > 0 ? 'new' : '';
}

function numbers(x: number, y: number, pair: Pair, { chart, space }: { chart: Chart; space: Space }): string {
  const { palette, size } = space;
  const number = pair.current === null ? '–' : showNumber(pair.current, chart.unit);
  const change = chart.series.length > 1 ? changeWords(pair) : '';
  const color = pair.change === null || pair.change === 0 ? palette.soft : pair.change > 0 ? palette.up : palette.down;
  const shown = text(x, y, number, { fill: palette.ink, 'font-size': size });
  if (change === '') return shown;
  const after = x + textWidth(`${number}  `, size);
  return shown + text(after, y, change, { fill: color, 'font-size': size, 'font-weight': 600 });
}

interface BarShape {
  y: number;
  height: number;
  fill: string;
}

/** At least a sliver for what is not zero. */
function bar(x: (value: number) => number, value: number, shape: BarShape): string {
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
  const width = value === 0 ? 1 : Math.max(2, to - from);
  return element('rect', { x: from, width, rx: 2, ...shape });
}
