import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHART_KINDS, type Chart } from '../chart.ts';
import { drawable, fontsFor } from '../drawable.ts';
import { drawChart, drawPoster } from './draw-chart.ts';
import { dark, light } from './palette.ts';
import { fitText, textWidth, wrapText } from './svg.ts';

const chart: Chart = {
  kind: 'bars',
  title: 'Sessions by page',
  subtitle: 'Acme',
  unit: 'count',
  labels: ['<script>alert(1)</script>', '"&\u0000\u{1F600}', '/long'.repeat(60)],
  series: [
    { name: 'Now', values: [10, 0, null] },
    { name: 'Before', values: [5, -3, 2], isEarlier: true },
  ],
  footnotes: [],
};

describe('a drawn chart', () => {
  for (const kind of CHART_KINDS) {
    it(`escapes names and stays inside its width as ${kind}`, () => {
      for (const width of [240, 720]) {
        for (const units of [undefined, ['count', 'USD', 'percent']]) {
          const { svg, marks } = drawChart({ ...chart, kind, units }, { width, palette: light, fontFamily: 'x' });
          assert.doesNotMatch(svg, /<script|NaN|Infinity|undefined/);
          assert.ok(!svg.includes('\u0000'));
          for (const [, at] of svg.matchAll(/ x="([-\d.]+)"/g))
            assert.ok(Number(at) >= -1 && Number(at) <= width, `${kind} ${at}`);
          assert.equal(marks.length, 3);
        }
      }
    });
  }

  it('has numbers of one label, of zeros only, and of nothing at all', () => {
    for (const values of [[5], [0], [null]]) {
      for (const kind of CHART_KINDS) {
        const one = { ...chart, kind, labels: ['2026-11-01'], series: [{ name: 'Now', values }] };
        assert.doesNotMatch(drawPoster(one, { width: 760, palette: dark, fontFamily: 'x' }).svg, /NaN|Infinity/);
      }
    }
  });
});

describe('the colours of charts (WCAG 2.2, 1.4.3 and 1.4.11)', () => {
  for (const [theme, palette] of Object.entries({ light, dark })) {
    it(`are told apart from the ${theme} paper`, () => {
      for (const color of [...palette.series, palette.earlier]) assert.ok(contrast(color, palette.paper) >= 3, color);
      for (const color of [palette.ink, palette.soft, palette.up, palette.down]) {
        assert.ok(contrast(color, palette.paper) >= 4.5, color);
      }
    });
  }
});

describe('texts in a drawing', () => {
  it('are cut and wrapped to a width', () => {
    assert.equal(fitText('short', 13, 200), 'short');
    assert.match(fitText('a very long name indeed', 13, 60), /^a very.*…$/);
    assert.ok(textWidth(fitText('日本語のとても長い名前', 13, 60), 13) <= 60);
    assert.deepEqual(wrapText('one two three', 13, textWidth('one two', 13)), ['one two', 'three']);
  });
});

describe('a picture’s letters', () => {
  it('bring the fonts that the text needs', () => {
    assert.deepEqual(fontsFor('plain'), ['inter-latin-400.woff2', 'inter-latin-600.woff2']);
    assert.ok(fontsFor('Žluťoučký Привет').includes('inter-cyrillic-600.woff2'));
  });

  it('are replaced by the place in the table where there are none, with a note', () => {
    const shown = drawable({ ...chart, labels: ['/home', '日本語', 'Žluť'], title: 'Views 日本' });
    assert.deepEqual(shown.labels, ['/home', '#2', 'Žluť']);
    assert.equal(shown.title, 'Views');
    assert.equal(shown.footnotes.length, 1);
    assert.deepEqual(drawable({ ...chart, labels: ['a', 'b', 'c'] }).footnotes, []);
  });
});

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
