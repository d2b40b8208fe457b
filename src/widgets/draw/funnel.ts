/** Steps of a funnel: how many are left at each, and which part of the step before went on. */
import { scaleLinear } from 'd3-scale';
import type { Chart } from '../chart.ts';
import { showNumber } from '../wording.ts';
import type { Drawing, Mark, Space } from './drawing.ts';
import { element, fitText, text, textWidth } from './svg.ts';

export interface FunnelStep {
  name: string;
  value: number | null;
  /** Percent of the step before; `null` for the first step and after nobody. */
  wentOn: number | null;
  /** Percent of the first step. */
  ofAll: number | null;
}

export function funnelSteps(chart: Chart): FunnelStep[] {
  const values = chart.series[0]?.values ?? [];
  const first = values[0] ?? null;
  return chart.labels.map((name, index) => {
    const value = values[index] ?? null;
    return {
      name,
      value,
      wentOn: index === 0 ? null : part(value, values[index - 1] ?? null),
      ofAll: part(value, first),
    };
  });
}

function part(value: number | null, whole: number | null): number | null {
  return value === null || whole === null || whole <= 0 ? null : (value / whole) * 100;
}

export function drawFunnel(chart: Chart, { width, palette, size }: Space): Drawing {
  const steps = funnelSteps(chart);
  const most = Math.max(1, ...steps.map(({ value }) => value ?? 0));
  const x = scaleLinear([0, most], [0, width]);
  const rowHeight = size * 1.6 + 22 + 26;
  const marks: Mark[] = [];
  const parts = steps.flatMap((step, index) => {
    const top = index * rowHeight + 2;
    const barTop = top + size * 1.6;
    const number = step.value === null ? '–' : showNumber(step.value, chart.unit);
    const share = step.ofAll === null || index === 0 ? '' : ` (${showNumber(step.ofAll, 'percent')} of all)`;
    const words = `${number}${share}`;
    const name = fitText(`${index + 1}. ${step.name}`, size, width - textWidth(words, size) - 14);
    marks.push({ index, x: 0, y: top, width, height: rowHeight });
    return [
      text(0, top + size, name, { fill: palette.ink, 'font-size': size, 'font-weight': 600 }),
      text(width, top + size, words, { fill: palette.ink, 'font-size': size, 'text-anchor': 'end' }),
      element('rect', { x: 0, y: barTop, width, height: 22, rx: 3, fill: palette.wash }),
      element('rect', {
        x: 0,
        y: barTop,
        width: Math.max(2, x(step.value ?? 0)),
        height: 22,
        rx: 3,
        fill: palette.series[0],
      }),
      ...(index === steps.length - 1 ? [] : [between(steps[index + 1], barTop + 22, { palette, size })]),
    ];
  });
  return { parts, height: steps.length * rowHeight - 22, marks };
}

/** What happened between two steps. */
function between(next: FunnelStep | undefined, y: number, { palette, size }: Pick<Space, 'palette' | 'size'>): string {
  if (next === undefined || next.wentOn === null) return '';
  const [wentOn, left] = [next.wentOn, Math.max(0, 100 - next.wentOn)].map((value) => showNumber(value, 'percent'));
  const words = `${wentOn} went on, ${left} did not`;
  const arrow = element('path', { d: `M4 ${y + 6} l5 7 l5 -7 z`, fill: palette.soft });
  return arrow + text(20, y + 6 + size * 0.75, words, { fill: palette.soft, 'font-size': size - 1 });
}
