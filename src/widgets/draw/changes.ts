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
  const numbersOf = ({ current, previous, unit }: (typeof entries)[number]) =>
    `${current === null ? '–' : showNumber(current, unit)} now, ${previous === null ? '–' : showNumber(previous, unit)} before`;
  const isTight = entries.some(
    (entry) => textWidth(entry.label, size) * 1.06 + textWidth(numbersOf(entry), size) + 14 > width,
  );
  // Where name and numbers do not fit beside each other, the numbers have a line of their own below the bar.
  const rowHeight = size * 1.5 + 30 + (isTight ? size * 1.4 : 0);

  const marks: Mark[] = [];
  const parts = entries.flatMap((entry, index) => {
    const top = index * rowHeight + 4;
    const barTop = top + size * 1.6;
    const label = fitText(entry.label, size, isTight ? width : width - textWidth(numbersOf(entry), size) - 14);
    const place = isTight ? { x: 0, y: barTop + 14 + size * 1.2 } : { x: width, y: top + size };
    marks.push({ index, x: 0, y: top, width, height: rowHeight });
    return [
      text(0, top + size, label, { fill: palette.ink, 'font-size': size, 'font-weight': 600 }),
      changeBar(entry.change, { x, top: barTop, palette, size }),
      text(place.x, place.y, numbersOf(entry), {
        fill: palette.soft,
        'font-size': size,
        'text-anchor': isTight ? 'start' : 'end',
      }),
    ];
  });
  const height = entries.length * rowHeight + 4;
  const middle = marks.map(({ y }) =>
    element('line', { x1: x(0), x2: x(0), y1: y + size * 1.6 - 3, y2: y + size * 1.6 + 17, stroke: palette.line }),
  );
  return { parts: [...middle, ...parts], height, marks };
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
