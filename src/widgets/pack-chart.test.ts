import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { CHART_KINDS, type Chart, chartOf } from './chart.ts';
import { packChart, smallerChart, unpackChart } from './pack-chart.ts';
import { count, name, report } from './report.fixture.ts';

const bars: Chart = {
  kind: 'bars',
  title: 'Sessions by country',
  subtitle: 'Acme Shop',
  unit: 'count',
  labels: ['Japan', 'Südkorea 🇰🇷'],
  series: [{ name: 'Now', values: [123456789, null] }],
  footnotes: ['The first 2 of 9 rows.'],
};

describe('a packed chart', () => {
  it('unpacks to the same chart, bars with every digit', () => {
    assert.deepEqual(unpackChart(packChart(bars)), bars);
  });

  it('keeps days and four digits of a line', () => {
    const days = ['2026-02-28', '2026-03-01', '2026-03-02'];
    const line: Chart = {
      ...bars,
      kind: 'line',
      labels: days,
      series: [{ name: 'Now', values: [12345, 0.123456, null] }],
    };
    const unpacked = unpackChart(packChart(line));
    assert.deepEqual(unpacked.labels, days);
    assert.deepEqual(unpacked.series[0]?.values, [12350, 0.1235, null]);
  });

  it('takes four weeks of a metric in less than 250 bytes', () => {
    const rows = Array.from({ length: 28 }, (_, index) => [
      new Date(Date.UTC(2026, 9, 25 + index)).toISOString().slice(0, 10),
      1000 + ((index * 7919) % 977),
    ]);
    const chart = chartOf(report([name('date'), count('sessions')], rows));
    assert.ok(chart !== undefined);
    assert.ok(packChart(chart).length < 250, String(packChart(chart).length));
  });

  it('unpacks whatever it packed, whatever the names', () => {
    const values = fc.array(fc.option(fc.integer(), { nil: null }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        fc.constantFrom(...CHART_KINDS),
        fc.string(),
        fc.array(fc.string(), { minLength: 2, maxLength: 2 }),
        values,
        (kind, title, labels, numbers) => {
          const chart = unpackChart(
            packChart({ ...bars, kind, title, labels, series: [{ name: title, values: numbers }] }),
          );
          assert.equal(chart.labels.length, 2);
          assert.equal(chart.kind, kind);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuses foreign bytes, other versions and what unpacks to very much', () => {
    for (const bytes of [
      Buffer.from('nonsense'),
      deflateRawSync('[2,0]'),
      deflateRawSync('[1,9]'),
      deflateRawSync(Buffer.alloc(100_000)),
    ]) {
      assert.throws(() => unpackChart(bytes));
    }
  });
});

describe('a smaller chart', () => {
  it('keeps the first ten bars or the largest three lines, and says so', () => {
    const labels = Array.from({ length: 20 }, (_, index) => `/page-${index}`);
    const smaller = smallerChart({
      ...bars,
      labels,
      series: [{ name: 'Now', values: labels.map((_, index) => index) }],
    });
    assert.equal(smaller?.labels.length, 10);
    assert.equal(smaller?.series[0]?.values.length, 10);
    assert.deepEqual(smaller?.footnotes, ['The first 10 rows.']);
    const lines = smallerChart({
      ...bars,
      kind: 'line',
      series: Array.from({ length: 6 }, () => ({ name: 'x', values: [1, 2] })),
    });
    assert.equal(lines?.series.length, 3);
  });

  it('is none where something would be missing', () => {
    assert.equal(smallerChart(bars), undefined);
    assert.equal(smallerChart({ ...bars, kind: 'funnel' }), undefined);
  });
});
