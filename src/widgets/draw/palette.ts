/**
 * The colours of charts, light and dark. Each line and bar stands at 3:1 or better against its paper, each text at 4.5:1
 * (WCAG 2.2, 1.4.11 and 1.4.3); a test computes it.
 */

export interface Palette {
  paper: string;
  ink: string;
  soft: string;
  line: string;
  /** Behind a line and beside a bar: decoration only. */
  wash: string;
  earlier: string;
  /** More and less, which are not good and bad: neither is green or red. */
  up: string;
  down: string;
  series: readonly string[];
}

export const light: Palette = {
  paper: '#ffffff',
  ink: '#1a1f21',
  soft: '#566065',
  line: '#dfe3e4',
  wash: '#e6f1f1',
  earlier: '#7b878c',
  up: '#0b5c63',
  down: '#a8480a',
  series: ['#0b5c63', '#c2570c', '#5b4bb3', '#a3275f', '#3f7d20', '#3d6fb6'],
};

export const dark: Palette = {
  paper: '#131618',
  ink: '#eceff0',
  soft: '#a5afb3',
  line: '#32393d',
  wash: '#1c2d2f',
  earlier: '#7c878b',
  up: '#82cfd3',
  down: '#f3a35c',
  series: ['#82cfd3', '#f3a35c', '#b3a6f5', '#ee8fb2', '#9fd57f', '#8db8f2'],
};
