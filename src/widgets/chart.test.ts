import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chartOf, metricsOf } from './chart.ts';
import { describeChart } from './describe-chart.ts';
import { before, compared, count, name, report } from './report.fixture.ts';
import { readReport } from './report.ts';

describe('the chart of a report', () => {
  it('is a line over days, with a zero for a day that Google left out', () => {
    const chart = chartOf(
      report(
        [name('date'), count('sessions')],
        [
          ['2026-11-03', 5],
          ['2026-11-01', 3],
        ],
      ),
    );
    assert.equal(chart?.kind, 'line');
    assert.deepEqual(chart?.labels, ['2026-11-01', '2026-11-02', '2026-11-03']);
    assert.deepEqual(chart?.series[0]?.values, [3, 0, 5]);
  });

  it('leaves a gap where a rate has no number', () => {
    const columns = [name('date'), { name: 'bounceRate', unit: 'percent' }];
    const chart = chartOf(
      report(columns, [
        ['2026-11-01', 40],
        ['2026-11-03', 50],
      ]),
    );
    assert.deepEqual(chart?.series[0]?.values, [40, null, 50]);
  });

  it('draws the period before as a second, earlier line on the same days', () => {
    const rows = [
      ['2026-11-01', '2026-10-04', 5, 4, 1, 25],
      ['2026-11-02', '2026-10-05', 6, 8, -2, -25],
    ];
    const columns = [name('date'), name('date_previous'), ...compared('sessions')];
    const chart = chartOf(report(columns, rows, { comparedWith: before }));
    assert.deepEqual(
      chart?.series.map(({ values, isEarlier = false }) => ({ values, isEarlier })),
      [
        { values: [5, 6], isEarlier: false },
        { values: [4, 8], isEarlier: true },
      ],
    );
    assert.equal(chart?.subtitle, 'Acme Shop · 25 Oct – 21 Nov 2026, compared with 27 Sep – 24 Oct 2026');
  });

  it('draws a second dimension as lines, largest first and no more than six, and says so', () => {
    const rows = 'abcdefgh'.split('').flatMap((channel, index) => [
      ['2026-11-01', channel, index],
      ['2026-11-02', channel, index],
    ]);
    const chart = chartOf(report([name('date'), name('channel'), count('sessions')], rows));
    assert.deepEqual(
      chart?.series.map((series) => series.name),
      ['h', 'g', 'f', 'e', 'd', 'c'],
    );
    assert.deepEqual(chart?.footnotes, ['The largest 6 of 8 are drawn.']);
  });

  it('puts hours in the order of the clock', () => {
    const chart = chartOf(
      report(
        [name('hour'), count('sessions')],
        [
          ['10', 1],
          ['9', 2],
          ['0', 3],
        ],
      ),
    );
    assert.deepEqual(chart?.labels, ['0', '9', '10']);
  });

  it('is bars for names, with what was left out said', () => {
    const rows = Array.from({ length: 25 }, (_, index) => [`/page-${index}`, 100 - index]);
    const chart = chartOf(report([name('pagePath'), count('screenPageViews')], rows, { rowCount: 340 }));
    assert.equal(chart?.kind, 'bars');
    assert.equal(chart?.title, 'Views by page path');
    assert.equal(chart?.labels.length, 20);
    assert.deepEqual(chart?.footnotes, ['The first 20 of 340 rows.']);
  });

  it('compares metrics of different units side by side when there is no dimension', () => {
    const columns = [...compared('sessions'), ...compared('totalRevenue', 'USD')];
    const chart = chartOf(report(columns, [[10, 8, 2, 25, 99.5, 0, 99.5, null]], { comparedWith: before }));
    assert.equal(chart?.kind, 'comparison');
    assert.deepEqual(chart?.labels, ['Sessions', 'Total revenue']);
    assert.deepEqual(chart?.units, ['count', 'USD']);
    assert.deepEqual(
      chart?.series.map(({ values }) => values),
      [
        [10, 99.5],
        [8, 0],
      ],
    );
  });

  it('keeps the steps of a funnel in their order', () => {
    const columns = [name('step'), count('users'), { name: 'abandonment', unit: 'percent' }];
    const chart = chartOf(
      report(columns, [
        ['1. view_item', 10, 50],
        ['2. purchase', 5, null],
      ]),
    );
    assert.equal(chart?.kind, 'funnel');
    assert.deepEqual(chart?.labels, ['view_item', 'purchase']);
    assert.deepEqual(chart?.series[0]?.values, [10, 5]);
  });

  it('draws the wanted metric', () => {
    const columns = [name('country'), count('sessions'), { name: 'totalRevenue', unit: 'EUR' }];
    const chart = chartOf(report(columns, [['Japan', 1, 2.5]]), { metric: 'totalRevenue' });
    assert.deepEqual([chart?.unit, chart?.series[0]?.values], ['EUR', [2.5]]);
  });

  it('is none for single numbers, for no rows and for many dimensions', () => {
    assert.equal(chartOf(report([count('sessions')], [[5]])), undefined);
    assert.equal(chartOf(report([name('country'), count('sessions')], [])), undefined);
    const three = [name('country'), name('city'), name('browser'), count('sessions')];
    assert.equal(chartOf(report(three, [['a', 'b', 'c', 1]])), undefined);
  });

  it('is told in words, highest and change included', () => {
    const line = chartOf(
      report(
        [name('date'), count('sessions')],
        [
          ['2026-11-01', 3],
          ['2026-11-02', 5],
        ],
      ),
    );
    assert.ok(line !== undefined);
    assert.match(describeChart(line), /from 3 on 1 Nov to 5 on 2 Nov, highest 5 on 2 Nov/);
    const bars = chartOf(report([name('channel'), ...compared('sessions')], [['Direct', 15, 10, 5, 50]]));
    assert.ok(bars !== undefined);
    assert.match(describeChart(bars), /Direct 15 \(\+50%\)/);
  });
});

describe('the metrics of a report', () => {
  it('are without the changes that a comparison adds', () => {
    const columns = [name('country'), ...compared('sessions'), count('page_change')];
    assert.deepEqual(
      metricsOf(report(columns, [])).map((column) => column.name),
      ['sessions', 'page_change'],
    );
  });
});

describe('reading a report', () => {
  it('takes what is a table and leaves out everything else', () => {
    const read = readReport({ columns: [{ name: 'a', script: 'x' }], rows: [['b', 'more'], 7, [{}]], notes: ['n', 5] });
    assert.deepEqual(read?.columns, [{ name: 'a' }]);
    assert.deepEqual(read?.rows, [['b'], [null]]);
    assert.deepEqual(read?.notes, ['n']);
  });

  it('refuses what is none', () => {
    for (const value of [undefined, null, 'text', {}, { columns: [], rows: 5 }, { columns: [5], rows: [] }]) {
      assert.equal(readReport(value), undefined);
    }
  });
});
