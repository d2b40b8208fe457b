/** The key above a chart: which line or bar is which, wrapped to the width. */
import type { Drawing, Space } from './drawing.ts';
import { element, fitText, text, textWidth } from './svg.ts';

export interface KeyEntry {
  name: string;
  color: string;
  dashes?: string | undefined;
  isBar?: boolean;
}

const SAMPLE = 22;
const GAP = 18;

export function drawKey(entries: readonly KeyEntry[], { width, palette, size }: Space): Drawing {
  const lineHeight = size * 1.6;
  const parts: string[] = [];
  let [x, y] = [0, size];
  for (const entry of entries) {
    const name = fitText(entry.name, size, width - SAMPLE - 6);
    const needed = SAMPLE + 6 + textWidth(name, size);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += lineHeight;
    }
    const middle = y - size * 0.34;
    parts.push(
      entry.isBar
        ? element('rect', { x, y: middle - 5, width: SAMPLE, height: 10, rx: 2, fill: entry.color })
        : element('line', {
            x1: x,
            x2: x + SAMPLE,
            y1: middle,
            y2: middle,
            stroke: entry.color,
            'stroke-width': 2.5,
            'stroke-dasharray': entry.dashes,
          }),
      text(x + SAMPLE + 6, y, name, { fill: palette.soft, 'font-size': size }),
    );
    x += needed + GAP;
  }
  return { parts, height: y + size * 0.6, marks: [] };
}
