import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lookCloser, readCall } from './look-closer.ts';
import { count, name, report } from './report.fixture.ts';

const call = readCall('run_report', {
  report: 'run_report',
  kind: 'auto',
  arguments: {
    property: '11',
    metrics: ['sessions'],
    dimensions: ['date'],
    filters: 'country == Japan',
    limit: 30,
    compare: 'previous_period',
  },
});

describe('looking closer', () => {
  it('splits a day by channel, without the comparison', () => {
    const days = report([name('date'), name('date_previous'), count('sessions')], [['2026-11-05', '2026-10-08', 5]]);
    assert.deepEqual(lookCloser(call, days, 0), {
      label: '5 Nov by channel group',
      call: {
        report: 'run_report',
        arguments: {
          property: '11',
          metrics: ['sessions'],
          dimensions: ['sessionDefaultChannelGroup'],
          filters: 'country == Japan',
          dates: '2026-11-05',
        },
      },
    });
  });

  it('splits a day by the dimension that is shown already', () => {
    const days = report([name('date'), name('deviceCategory'), count('sessions')], [['2026-11-05', 'mobile', 5]]);
    assert.deepEqual(lookCloser(call, days, 0)?.call.arguments.dimensions, ['deviceCategory']);
  });

  it('shows one name day by day, beside the filters that are there', () => {
    const closer = lookCloser(call, report([name('browser'), count('sessions')], [['Safari', 5]]), 0);
    assert.equal(closer?.label, 'Safari day by day');
    assert.deepEqual(closer?.call.arguments.filters, [
      'country == Japan',
      { field: 'browser', op: '==', value: 'Safari' },
    ]);
    assert.deepEqual(closer?.call.arguments.dimensions, ['date']);
    assert.equal(closer?.call.arguments.compare, 'previous_period');
  });

  it('is not offered where nothing simple is behind a row', () => {
    const two = report([name('country'), name('city'), count('sessions')], [['Japan', 'Tokyo', 5]]);
    assert.equal(lookCloser(call, two, 0), undefined);
    assert.equal(lookCloser(call, report([count('sessions')], [[5]]), 0), undefined);
    const names = report(
      [name('pagePath'), count('sessions')],
      [
        ['(other)', 5],
        ['/very-long…', 3],
      ],
    );
    assert.equal(lookCloser(call, names, 0), undefined);
    assert.equal(lookCloser(call, names, 1), undefined);
    assert.equal(lookCloser(call, names, 7), undefined);
    assert.equal(lookCloser({ ...call, report: 'run_realtime_report' }, names, 0), undefined);
  });

  it('finds the report’s arguments wherever a model has put them', () => {
    assert.deepEqual(readCall('run_report', { metrics: ['sessions'], kind: 'line' }).arguments, {
      metrics: ['sessions'],
    });
    assert.deepEqual(readCall('run_report', 'nonsense').arguments, {});
  });
});
