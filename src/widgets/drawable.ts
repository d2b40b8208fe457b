/**
 * What the picture's own fonts can write: Latin, Greek, Cyrillic, Vietnamese. A widget uses the fonts of its reader
 * instead and needs none of this.
 *
 * Owns: which font files a text needs, and what stands for a name in letters that there are none of: its place in the
 * table, said in a note, rather than a row of empty boxes.
 */
import type { Chart } from './chart.ts';

const SUBSETS: readonly (readonly [string, RegExp])[] = [
  ['latin-ext', /[\u0100-\u02ff\u1e00-\u1e9f\u2020-\u2022\u20a0-\u20cf\u2113\u2c60-\u2c7f]/],
  ['cyrillic', /[\u0400-\u045f\u0490\u0491\u04b0\u04b1\u2116]/],
  ['greek', /[\u0370-\u03ff]/],
  ['vietnamese', /[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u20ab]/],
];

/** Font files under assets/fonts/chart/, both weights of each subset that the text uses. */
export function fontsFor(text: string): string[] {
  const subsets = ['latin', ...SUBSETS.filter(([, letters]) => letters.test(text)).map(([name]) => name)];
  return subsets.flatMap((name) => [`inter-${name}-400.woff2`, `inter-${name}-600.woff2`]);
}

const WRITABLE =
  /^[\u0020-\u007e\u00a0-\u02ff\u0370-\u03ff\u0400-\u045f\u0490\u0491\u04b0\u04b1\u1e00-\u1ef9\u2010-\u2027\u2030-\u203a\u20a0-\u20c0\u2116\u2122\u2190-\u2193\u2212]*$/;

export function isWritable(text: string): boolean {
  return WRITABLE.test(text.normalize('NFC'));
}

/** Titles lose what cannot be written; names in other letters become their place. */
export function drawable(chart: Chart): Chart {
  const place = (names: readonly string[]) => names.map((name, index) => (isWritable(name) ? name : `#${index + 1}`));
  const series = place(chart.series.map(({ name }) => name));
  const labels = place(chart.labels);
  const isChanged = [...labels, ...series].some((name) => /^#\d+$/.test(name)) && !chart.labels.includes('#1');
  const note = 'A name in letters that this picture cannot write is shown as # and its place.';
  return {
    ...chart,
    title: writable(chart.title),
    subtitle: writable(chart.subtitle),
    labels,
    series: chart.series.map((one, index) => ({ ...one, name: series[index] ?? '' })),
    footnotes: [...chart.footnotes.map(writable), ...(isChanged ? [note] : [])],
  };
}

function writable(text: string): string {
  return isWritable(text) ? text : [...text].filter(isWritable).join('').replaceAll(/\s+/g, ' ').trim();
}
