/**
 * A chart as SVG: alone, as a widget shows it, or with its title and notes around it, as a picture needs them.
 *
 * Owns: the frame and the choice of the drawing. The same code runs here and in a browser.
 */
import type { Chart } from '../chart.ts';
import { drawBars } from './bars.ts';
import { drawChanges } from './changes.ts';
import type { Drawing, Mark, Space } from './drawing.ts';
import { drawFunnel } from './funnel.ts';
import { drawLine } from './line.ts';
import type { Palette } from './palette.ts';
import { element, text, wrapText } from './svg.ts';

export interface DrawOptions {
  width: number;
  palette: Palette;
  fontFamily: string;
}

export interface DrawnChart {
  svg: string;
  width: number;
  height: number;
  marks: Mark[];
}

const SIZE = 13;

/** The drawing alone: its title and table stand beside it in HTML. */
export function drawChart(chart: Chart, options: DrawOptions): DrawnChart {
  const { width } = options;
  const { parts, height, marks } = draw(chart, { width, palette: options.palette, size: SIZE });
  return { svg: frame(parts, { ...options, height }), width, height, marks };
}

/** The drawing with everything that has to be said with it, on its own paper. */
export function drawPoster(chart: Chart, options: DrawOptions): DrawnChart {
  const { palette, width } = options;
  const margin = 24;
  const inner = width - 2 * margin;
  const titles = wrapText(chart.title, 19, inner).map((words, index) =>
    text(margin, margin + 18 + index * 24, words, { fill: palette.ink, 'font-size': 19, 'font-weight': 600 }),
  );
  const subtitleTop = margin + 18 + titles.length * 24;
  const subtitles = wrapText(chart.subtitle, 13, inner).map((words, index) =>
    text(margin, subtitleTop + index * 18, words, { fill: palette.soft, 'font-size': 13 }),
  );
  const top = subtitleTop + subtitles.length * 18 + 8;
  const drawing = draw(chart, { width: inner, palette, size: SIZE });
  const notesTop = top + drawing.height + 20;
  const notes = chart.footnotes
    .flatMap((note) => wrapText(note, 12, inner))
    .map((words, index) => text(margin, notesTop + index * 16, words, { fill: palette.soft, 'font-size': 12 }));
  const height = Math.ceil(notesTop + Math.max(0, notes.length - 1) * 16 + (notes.length === 0 ? 4 : margin));
  const parts = [
    element('rect', { width, height, fill: palette.paper }),
    ...titles,
    ...subtitles,
    element('g', { transform: `translate(${margin} ${Math.round(top)})` }, drawing.parts),
    ...notes,
  ];
  return { svg: frame(parts, { ...options, height }), width, height, marks: [] };
}

function draw(chart: Chart, space: Space): Drawing {
  if (chart.kind === 'line') return drawLine(chart, space);
  if (chart.kind === 'funnel') return drawFunnel(chart, space);
  return chart.units === undefined ? drawBars(chart, space) : drawChanges(chart, space);
}

function frame(parts: readonly string[], { width, height, fontFamily }: DrawOptions & { height: number }): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height: Math.ceil(height),
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      'font-family': fontFamily,
    },
    parts,
  );
}
