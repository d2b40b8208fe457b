import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { OutgoingRequest } from '../../http/outgoing.ts';
import { acme, answered, fakeGoogle, report, startTools } from '../google.fixture.ts';
import { dayOf, parseDay } from './calendar-days.ts';
import { placesIn } from './period-keys.ts';
import { runReport } from './run-report.ts';

type Row = [dimensions: string[], metrics: number[]];

/** A report of two periods; each row ends with the name of its period. */
function start(rows: Row[], extra: { totals?: Row[]; rowCount?: number } = {}) {
  const answer = (_request: OutgoingRequest, body: unknown) => report(body, rows, extra);
  const google = fakeGoogle({ ...acme, ':runReport': answer });
  const tools = startTools(google.send);
  const ask = async (input: Record<string, unknown>) =>
    answered(await tools.ask(runReport, { property: '11', dates: 'last_week', compare: 'previous_period', ...input }));
  return { google, ask };
}

const now = 'current';
const before = 'previous';

describe('run_report comparing two periods', () => {
  const countries: Row[] = [
    [['Japan', now], [120]],
    [['Japan', before], [100]],
    [['India', now], [50]],
    [['India', before], [80]],
    [['Peru', now], [7]],
    [['Chad', before], [9]],
  ];
  const totals: Row[] = [
    [['RESERVED_TOTAL', now], [177]],
    [['RESERVED_TOTAL', before], [189]],
  ];
  const byCountry = { metrics: ['sessions'], dimensions: ['country'] };

  it('asks Google once for both', async () => {
    const { google, ask } = start(countries, { totals });
    await ask(byCountry);
    const [sent] = google.reports();
    assert.equal(google.reports().length, 1);
    assert.deepEqual(sent?.dateRanges, [
      { startDate: '2026-11-09', endDate: '2026-11-15', name: 'current' },
      { startDate: '2026-11-02', endDate: '2026-11-08', name: 'previous' },
    ]);
  });

  it('puts both side by side with the difference and the change in percent', async () => {
    const output = await start(countries, { totals }).ask(byCountry);
    assert.deepEqual(output.columns, [
      { name: 'country' },
      { name: 'sessions', unit: 'count' },
      { name: 'sessions_previous', unit: 'count' },
      { name: 'sessions_change', unit: 'count' },
      { name: 'sessions_change_percent', unit: 'percent' },
    ]);
    assert.deepEqual(output.rows, [
      ['Japan', 120, 100, 20, 20],
      ['India', 50, 80, -30, -37.5],
      ['Peru', 7, 0, 7, null],
      ['Chad', 0, 9, -9, -100],
    ]);
    assert.deepEqual(output.totals, [null, 177, 189, -12, -6.3]);
    assert.deepEqual(output.comparedWith, { start: '2026-11-02', end: '2026-11-08', days: 7 });
  });

  it('needs no dimension', async () => {
    const output = await start([
      [[now], [177]],
      [[before], [189]],
    ]).ask({ metrics: ['sessions'] });
    assert.deepEqual(output.rows, [[177, 189, -12, -6.3]]);
    assert.equal(output.totals, undefined);
  });

  it('shows as text a metric a line when there is no dimension', async () => {
    const google = fakeGoogle({
      ...acme,
      ':runReport': (_request: OutgoingRequest, body: unknown) =>
        report(body, [
          [[now], [177, 0.5]],
          [[before], [189, 0.25]],
        ]),
    });
    const input = {
      property: '11',
      metrics: ['sessions', 'bounceRate'],
      dates: 'last_week',
      compare: 'previous_period',
    };
    const outcome = await startTools(google.send).ask(runReport, input);
    assert.ok(outcome.ok);
    assert.match(
      outcome.text,
      /^\| sessions \| 177 \| 189 \| -12 \| -6\.3 \|\n\| bounceRate \(%\) \| 50 \| 25 \| 25 \| 100 \|$/m,
    );
  });

  it('gives no percentage to a rise out of a loss', async () => {
    const output = await start([
      [[now], [185]],
      [[before], [-24]],
    ]).ask({ metrics: ['totalRevenue'] });
    assert.deepEqual(output.rows, [[185, -24, 209, null]]);
  });

  it('understands the names that Google gives periods by itself', async () => {
    const output = await start([
      [['date_range_0'], [2]],
      [['date_range_1'], [1]],
    ]).ask({ metrics: ['sessions'] });
    assert.deepEqual(output.rows, [[2, 1, 1, 100]]);
  });

  it('orders by the change, and cuts after ordering', async () => {
    const { ask } = start(countries, { totals });
    const losers = await ask({ ...byCountry, orderBy: ['sessions_change asc'], limit: 2 });
    assert.deepEqual(
      (losers.rows as unknown[][]).map(([country]) => country),
      ['India', 'Chad'],
    );
    assert.equal(losers.rowCount, 4);
    assert.equal(losers.nextOffset, 2);
    const next = await ask({ ...byCountry, orderBy: ['sessions_change asc'], limit: 2, offset: 2 });
    assert.deepEqual(
      (next.rows as unknown[][]).map(([country]) => country),
      ['Peru', 'Japan'],
    );
    const growth = await ask({ ...byCountry, orderBy: ['-sessions_change_percent'] });
    assert.deepEqual(
      (growth.rows as unknown[][]).map(([country]) => country),
      ['Japan', 'India', 'Chad', 'Peru'],
    );
  });

  it('applies conditions on metrics to the current period, so that a fall below them is not lost', async () => {
    const { google, ask } = start(countries, { totals });
    const output = await ask({ ...byCountry, filters: ['sessions >= 50'] });
    assert.deepEqual(output.rows, [
      ['Japan', 120, 100, 20, 20],
      ['India', 50, 80, -30, -37.5],
    ]);
    assert.equal(google.reports()[0]?.metricFilter, undefined);
  });

  it('uses metrics of filters and order without showing them', async () => {
    const rows: Row[] = [
      [
        ['Japan', now],
        [1, 5],
      ],
      [
        ['India', now],
        [2, 9],
      ],
      [
        ['Peru', now],
        [3, 1],
      ],
    ];
    const output = await start(rows).ask({ ...byCountry, filters: ['keyEvents > 1'], orderBy: ['-keyEvents'] });
    assert.deepEqual(
      (output.rows as unknown[][]).map(([country]) => country),
      ['India', 'Japan'],
    );
    assert.equal((output.columns as unknown[]).length, 5);
  });

  it('computes with Google’s unrounded numbers', async () => {
    const output = await start([
      [[now], [0.33336]],
      [[before], [0.33332]],
    ]).ask({ metrics: ['bounceRate'] });
    assert.deepEqual(output.rows, [[33.34, 33.33, 0, 0]]);
    assert.deepEqual((output.columns as unknown[])[2], { name: 'bounceRate_change', unit: 'percentage points' });
  });

  it('gives no number to a rate of nothing', async () => {
    const output = await start([[['Peru', now], [0.5]]]).ask({ metrics: ['bounceRate'], dimensions: ['country'] });
    assert.deepEqual(output.rows, [['Peru', 50, null, null, null]]);
  });

  it('lets the third day meet the third day, and fills in days without data', async () => {
    const rows: Row[] = [
      [['20261109', now], [10]],
      [['20261102', before], [8]],
      [['20261104', before], [4]],
      [['20261111', now], [5]],
      [['20261103', before], [6]],
    ];
    const output = await start(rows).ask({ metrics: ['sessions'], dimensions: ['date'] });
    assert.deepEqual(output.rows, [
      ['2026-11-09', '2026-11-02', 10, 8, 2, 25],
      ['2026-11-10', '2026-11-03', 0, 6, -6, -100],
      ['2026-11-11', '2026-11-04', 5, 4, 1, 25],
    ]);
    assert.deepEqual((output.columns as { name: string }[]).slice(0, 2), [{ name: 'date' }, { name: 'date_previous' }]);
  });

  it('compares the 31st with nothing when the month before has 30 days', async () => {
    const rows: Row[] = [
      [['20261031', now], [10]],
      [['20261030', now], [10]],
      [['20260930', before], [8]],
    ];
    const output = await start(rows).ask({ metrics: ['sessions'], dimensions: ['date'], dates: '2026-10' });
    assert.deepEqual(output.rows, [
      ['2026-10-30', '2026-09-30', 10, 8, 2, 25],
      ['2026-10-31', null, 10, null, null, null],
    ]);
  });

  it('keeps hours of the day and “(not set)” in their places', async () => {
    const rows: Row[] = [
      [['2026110917', 'x', now], [10]],
      [['2026110217', 'x', before], [8]],
      [['(not set)', 'x', now], [1]],
    ];
    const output = await start(rows).ask({
      metrics: ['sessions'],
      dimensions: ['dateHour', 'city'],
      orderBy: ['-sessions'],
    });
    assert.deepEqual(output.rows, [
      ['2026-11-09 17:00', '2026-11-02 17:00', 'x', 10, 8, 2, 25],
      ['(not set)', '(not set)', 'x', 1, 0, 1, null],
    ]);
  });

  it('says that today is not over while the other period is', async () => {
    const output = await start([]).ask({ metrics: ['sessions'], dates: 'this_week' });
    assert.match((output.notes as string[]).join(' '), /not over, while the period compared with is complete/);
  });

  it('says when there were too many rows to compare all', async () => {
    const output = await start(countries, { rowCount: 25_000 }).ask(byCountry);
    assert.match((output.notes as string[]).join(' '), /only the 10000 largest by `sessions`/);
  });

  it('makes differences that add up to the difference of the totals of a sum', async () => {
    const sessions = fc.array(fc.tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 9999 })), {
      minLength: 2,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(sessions, async (pairs) => {
        const rows = pairs.flatMap(([current, previous], index): Row[] => [
          [[`c${index}`, now], [current]],
          [[`c${index}`, before], [previous]],
        ]);
        const sum = (index: 0 | 1) => pairs.reduce((total, pair) => total + pair[index], 0);
        const sums: Row[] = [
          [['RESERVED_TOTAL', now], [sum(0)]],
          [['RESERVED_TOTAL', before], [sum(1)]],
        ];
        const output = await start(rows, { totals: sums }).ask(byCountry);
        const changes = (output.rows as number[][]).reduce((total, row) => total + (row[3] ?? Number.NaN), 0);
        assert.equal(changes, (output.totals as number[])[3]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('places in a period', () => {
  const range = { start: parseDay('2025-12-28') ?? 0, end: parseDay('2026-01-12') ?? 0 };

  it('know Google’s weeks from Sunday and ISO weeks from Monday', () => {
    const key = (dimension: string, value: string) => placesIn(range, dimension).keyOf(value);
    // 2025-12-28 is a Sunday; 2026-01-01 a Thursday.
    assert.equal(key('yearWeek', '202553'), '#0');
    assert.equal(key('yearWeek', '202601'), '#1');
    assert.equal(key('yearWeek', '202602'), '#2');
    assert.equal(key('isoYearIsoWeek', '202552'), '#0');
    assert.equal(key('isoYearIsoWeek', '202601'), '#1');
    assert.equal(key('isoYearIsoWeek', '202602'), '#2');
  });

  it('lead back to their value', () => {
    for (const dimension of ['date', 'yearMonth', 'year', 'month', 'yearWeek', 'week', 'isoYearIsoWeek', 'isoWeek']) {
      const places = placesIn(range, dimension);
      assert.equal(places.keyOf(places.valueAt('#0') ?? ''), '#0', dimension);
      assert.equal(places.valueAt('#999'), undefined);
    }
    assert.equal(placesIn(range, 'date').valueAt('#4'), '20260101');
    assert.equal(dayOf(2026, 1, 1) - range.start, 4);
  });
});
