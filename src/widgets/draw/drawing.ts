/** What every kind of chart is drawn with, and what its drawing hands back. */
import type { Palette } from './palette.ts';

export interface Space {
  width: number;
  palette: Palette;
  /** Pixels of normal text. */
  size: number;
}

/** Where one label is on the drawing, for pointers. */
export interface Mark {
  index: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Drawing {
  /** SVG elements, with their origin at the top left. */
  parts: string[];
  height: number;
  marks: Mark[];
}
