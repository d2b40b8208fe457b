/** Two periods of several metrics, each with its own unit: a bar for the change in percent, the numbers in words. */
import { scaleLinear } from 'd3-scale';
import type { Chart } from '../chart.ts';
import { showChange, showNumber } from '../wording.ts';
import { percentChange } from './bars.ts';
import type { Drawing, Mark, Space } from './drawing.ts';
import { element, fitText, text, textWidth } from './svg.ts';

export function drawChanges(chart: Chart, { width, palette, size }: Space): Drawing {
  const [now, before] = chart.series;
  const entries = chart.labels.map((label, index) => {
    const [current, previous] = [now?.values[index] ?? null, before?.values[index] ?? null];
    return { label, unit: chart.units?.[index], current, previous, change: percentChange(current, previous) };
  });
  const most = Math.max(1, ...entries.map(({ change }) => Math.abs(change ?? 0)));
  const room = textWidth('+100.0%', size) + 10;
  const x = scaleLinear([-most, most], [room, width - room]).clamp(true);
  const rowHeight = size * 1.5 + 30;

  const marks: Mark[] = [];
  const parts = entries.flatMap(({ label, unit, current, previous, change }, index) => {
    const top = index * rowHeight + 4;
    const barTop = top + size * 1.6;
    const words = [current, previous].map((value) => (value === null ? '–' : showNumber(value, unit)));
    const numbers = `${words[0]} now, ${words[1]} before`;
    const labelWidth = width - textWidth(numbers, size) - 14;
    marks.push({ index, x: 0, y: top, width, height: rowHeight });
    return [
      text(0, top + size, fitText(label, size, labelWidth), {
        fill: palette.ink,
        'font-size': size,
        'font-weight': 600,
      }),
      text(width, top + size, numbers, { fill: palette.soft, 'font-size': size, 'text-anchor': 'end' }),
      changeBar(change, { x, top: barTop, palette, size }),
    ];
  });
  const height = entries.length * rowHeight + 4;
  const middle = element('line', { x1: x(0), x2: x(0), y1: size * 1.6, y2: height - 8, stroke: palette.line });
  return { parts: [middle, ...parts], height, marks };
}

interface BarPlace {
  x: (value: number) => number;
  top: number;
  palette: Space['palette'];
  size: number;
}

function changeBar(change: number | null, { x, top, palette, size }: BarPlace): string {
  const words = change === null ? 'no percentage' : showChange(change);
  const value = change ?? 0;
  const color = value === 0 ? palette.soft : value > 0 ? palette.up : palette.down;
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
  const isLeft = value < 0;
  return [
    element('rect', { x: from, y: top, width: Math.max(2, to - from), height: 14, rx: 2, fill: color }),
    text(isLeft ? from - 6 : to + 6, top + 7 + size * 0.34, words, {
      fill: color,
      'font-size': size,
      'font-weight': 600,
      'text-anchor': isLeft ? 'end' : 'start',
    }),
  ].join('');
}
