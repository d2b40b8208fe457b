/**
 * The drawing and its cursor: a pointer or the arrow keys choose a day or a bar, and a line below says what is there.
 *
 * Owns: drawing to the width there is, and the choice. Does not own: the words about a chosen place (page.ts).
 */
import type { Chart } from '../chart.ts';
import { describeChart } from '../describe-chart.ts';
import { type DrawnChart, drawChart } from '../draw/draw-chart.ts';
import type { Palette } from '../draw/palette.ts';
import { showTime } from '../wording.ts';

export interface Plot {
  show(chart: Chart, palette: Palette): void;
}

interface PlotElements {
  plot: HTMLElement;
  drawing: HTMLElement;
  mark: HTMLElement;
  cursor: HTMLInputElement;
}

const LEAST_WIDTH = 240;

export function createPlot(elements: PlotElements, onChoice: (index: number) => void): Plot {
  const { plot, drawing, mark, cursor } = elements;
  let shown: { chart: Chart; palette: Palette } | undefined;
  let drawn: DrawnChart | undefined;

  const draw = () => {
    if (shown === undefined || plot.clientWidth === 0) return;
    const width = Math.max(LEAST_WIDTH, plot.clientWidth);
    drawn = drawChart(shown.chart, { width, palette: shown.palette, fontFamily: 'system-ui, sans-serif' });
    drawing.innerHTML = drawn.svg; // every text in it went through escapeXml
    const svg = drawing.firstElementChild;
    svg?.setAttribute('role', 'img');
    svg?.setAttribute('aria-label', describeChart(shown.chart));
    if (!mark.hidden) place(Number(cursor.value));
  };

  const place = (index: number) => {
    const at = drawn?.marks[index];
    if (at === undefined || shown === undefined) return;
    const isPoint = shown.chart.kind === 'line';
    mark.className = isPoint ? 'point' : '';
    mark.hidden = false;
    mark.style.left = `${isPoint ? at.x + at.width / 2 : at.x}px`;
    mark.style.top = `${at.y}px`;
    mark.style.width = isPoint ? '' : `${at.width}px`;
    mark.style.height = `${at.height}px`;
  };

  const choose = (index: number) => {
    const label = shown?.chart.labels[index];
    if (label === undefined || cursor.hidden) return;
    cursor.value = String(index);
    cursor.setAttribute('aria-valuetext', showTime(label));
    place(index);
    onChoice(index);
  };

  cursor.addEventListener('input', () => choose(Number(cursor.value)));
  cursor.addEventListener('focus', () => choose(Number(cursor.value)));
  const follow = ({ clientX, clientY }: PointerEvent) => {
    const index = nearest(drawn, shown?.chart, { box: plot.getBoundingClientRect(), clientX, clientY });
    if (index !== undefined && (mark.hidden || index !== Number(cursor.value))) choose(index);
  };
  plot.addEventListener('pointermove', follow);
  plot.addEventListener('pointerdown', follow);
  new ResizeObserver(draw).observe(plot);

  return {
    show(chart, palette) {
      shown = { chart, palette };
      cursor.max = String(Math.max(0, chart.labels.length - 1));
      cursor.value = chart.kind === 'line' ? cursor.max : '0';
      cursor.setAttribute('aria-label', chart.kind === 'line' ? 'Point in time' : 'Row');
      cursor.setAttribute('aria-valuetext', showTime(chart.labels[Number(cursor.value)] ?? ''));
      mark.hidden = true;
      draw();
    },
  };
}

interface Pointer {
  box: DOMRect;
  clientX: number;
  clientY: number;
}

function nearest(drawn: DrawnChart | undefined, chart: Chart | undefined, pointer: Pointer): number | undefined {
  if (drawn === undefined || chart === undefined) return undefined;
  const [x, y] = [pointer.clientX - pointer.box.left, pointer.clientY - pointer.box.top];
  const found = drawn.marks.find((mark) =>
    chart.kind === 'line' ? x >= mark.x && x < mark.x + mark.width : y >= mark.y && y < mark.y + mark.height,
  );
  return found?.index;
}
