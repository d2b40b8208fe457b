import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answered, report } from '../google.fixture.ts';
import { type Answering, notesOf, startReports } from './report.fixture.ts';

describe('run_report for one period', () => {
  const byCountry: Answering = (body) =>
    report(
      body,
      [
        [['Japan'], [1200, 0.4512, 90.126, 33.333]],
        [['India'], [30, 0.5, 0, 10]],
      ],
      { totals: [[['RESERVED_TOTAL'], [1230, 0.4523, 90.126, 32.7]]], rowCount: 2 },
    );
  const input = {
    metrics: ['activeUsers', 'bounceRate', 'totalRevenue', 'averageSessionDuration'],
    dimensions: ['country'],
    dates: 'last_week',
  };

  it('sends Google one request with everything in it', async () => {
    const { google, ask } = startReports(byCountry);
    answered(
      await ask({
        ...input,
        filters: ['deviceCategory == mobile', 'sessions > 5'],
        orderBy: '-totalRevenue',
        limit: 10,
        offset: 20,
        currency: 'eur',
      }),
    );
    assert.deepEqual(google.reports(), [
      {
        dimensions: [{ name: 'country' }],
        dimensionFilter: {
          filter: { fieldName: 'deviceCategory', stringFilter: { matchType: 'EXACT', value: 'mobile' } },
        },
        metricAggregations: ['TOTAL'],
        currencyCode: 'EUR',
        returnPropertyQuota: true,
        metrics: [
          { name: 'activeUsers' },
          { name: 'bounceRate' },
          { name: 'totalRevenue' },
          { name: 'averageSessionDuration' },
          { name: 'sessions', invisible: true },
        ],
        dateRanges: [{ startDate: '2026-11-09', endDate: '2026-11-15' }],
        metricFilter: {
          filter: { fieldName: 'sessions', numericFilter: { operation: 'GREATER_THAN', value: { int64Value: '5' } } },
        },
        orderBys: [{ desc: true, metric: { metricName: 'totalRevenue' } }],
        limit: '10',
        offset: '20',
      },
    ]);
  });

  it('answers columns once, numbers as numbers, rates as percents, with the totals', async () => {
    const output = answered(await startReports(byCountry).ask(input));
    assert.deepEqual(output.columns, [
      { name: 'country' },
      { name: 'activeUsers', unit: 'count' },
      { name: 'bounceRate', unit: 'percent' },
      { name: 'totalRevenue', unit: 'USD' },
      { name: 'averageSessionDuration', unit: 'seconds' },
    ]);
    assert.deepEqual(output.rows, [
      ['Japan', 1200, 45.12, 90.13, 33.3],
      ['India', 30, 50, 0, 10],
    ]);
    assert.deepEqual(output.totals, [null, 1230, 45.23, 90.13, 32.7]);
    assert.deepEqual(output.dates, { start: '2026-11-09', end: '2026-11-15', days: 7 });
    assert.deepEqual(output.property, { id: '11', name: 'Acme Shop', timeZone: 'America/Los_Angeles' });
  });

  it('says the same as text', async () => {
    const outcome = await startReports(byCountry).ask(input);
    assert.ok(outcome.ok);
    assert.equal(
      outcome.text,
      [
        'Acme Shop (11), 2026-11-09 to 2026-11-15, America/Los_Angeles',
        '',
        '| country | activeUsers | bounceRate (%) | totalRevenue (USD) | averageSessionDuration (s) |',
        '| --- | ---: | ---: | ---: | ---: |',
        '| Japan | 1200 | 45.12 | 90.13 | 33.3 |',
        '| India | 30 | 50 | 0 | 10 |',
        '| Total | 1230 | 45.23 | 90.13 | 32.7 |',
        '',
        '- `activeUsers` counts different people: rows do not add up, the totals are right.',
        '- Weeks run from Monday to Sunday.',
      ].join('\n'),
    );
  });

  it('keeps a page title from breaking the table', async () => {
    const outcome = await startReports((body) => report(body, [[['a | b\n# c'], [1]]])).ask({
      metrics: ['sessions'],
      dimensions: ['pageTitle'],
    });
    assert.ok(outcome.ok);
    assert.match(outcome.text, /^\| a \\\| b # c \| 1 \|$/m);
  });

  it('counts days in the property’s own time zone', async () => {
    const { google, ask } = startReports();
    answered(await ask({ property: 'Acme Blog', metrics: ['sessions'], dates: 'today' }));
    assert.deepEqual(google.reports()[0]?.dateRanges, [{ startDate: '2026-11-23', endDate: '2026-11-23' }]);
  });

  it('orders by day where there are days, then by the first metric, the largest first', async () => {
    const { google, ask } = startReports();
    answered(await ask({ metrics: ['sessions'], dimensions: ['date', 'country'] }));
    answered(await ask({ metrics: ['sessions'], dimensions: ['country'] }));
    answered(await ask({ metrics: [], dimensions: ['country'] }));
    assert.deepEqual(
      google.reports().map((one) => one.orderBys),
      [
        [
          { desc: false, dimension: { dimensionName: 'date' } },
          { desc: true, metric: { metricName: 'sessions' } },
        ],
        [{ desc: true, metric: { metricName: 'sessions' } }],
        [{ desc: false, dimension: { dimensionName: 'country' } }],
      ],
    );
  });

  it('writes days as days', async () => {
    const output = answered(
      await startReports((body) => report(body, [[['20261109', '2026110923', '202611'], [1]]])).ask({
        metrics: ['sessions'],
        dimensions: ['date', 'dateHour', 'yearMonth'],
      }),
    );
    assert.deepEqual(output.rows, [['2026-11-09', '2026-11-09 23:00', '2026-11', 1]]);
  });

  it('says how many rows there are and how to get the next ones', async () => {
    const rows = Array.from({ length: 50 }, (_, index): [string[], number[]] => [[`c${index}`], [index]]);
    const output = answered(
      await startReports((body) => report(body, rows, { rowCount: 4321 })).ask({
        metrics: ['sessions'],
        dimensions: ['city'],
      }),
    );
    assert.equal(output.rowCount, 4321);
    assert.equal(output.nextOffset, 50);
    assert.match(notesOf(output), /the first 50 of 4321 rows; `offset`: 50 gives the next ones/);
  });

  it('cuts rows that would not fit into a conversation, and says so', async () => {
    const rows = Array.from({ length: 1000 }, (_, index): [string[], number[]] => [
      [`/${'x'.repeat(90)}${index}`],
      [index],
    ]);
    const output = answered(
      await startReports((body) => report(body, rows)).ask({
        metrics: ['sessions'],
        dimensions: ['pagePath'],
        limit: 1000,
      }),
    );
    assert.ok(Buffer.byteLength(JSON.stringify(output)) <= 24_000);
    const shown = (output.rows as unknown[]).length;
    assert.equal(output.nextOffset, shown);
    assert.match(notesOf(output), /cut to keep the answer small/);
  });

  it('says when the rows have ended before the offset', async () => {
    const output = answered(
      await startReports((body) => report(body, [], { rowCount: 3 })).ask({
        metrics: ['sessions'],
        dimensions: ['city'],
        offset: 50,
      }),
    );
    assert.equal(output.nextOffset, undefined);
    assert.match(notesOf(output), /only 3 rows/);
  });

  it('cuts a value that is longer than any answer bears', async () => {
    const long = 'x'.repeat(50_000);
    const output = answered(
      await startReports((body) => report(body, [[[long], [1]]])).ask({
        metrics: ['sessions'],
        dimensions: ['pageTitle'],
      }),
    );
    assert.ok(JSON.stringify(output).length < 3000);
  });

  it('asks for everything that fits when asked for more than that', async () => {
    const { google, ask } = startReports();
    answered(await ask({ metrics: ['sessions'], dimensions: ['city'], limit: 100_000 }));
    assert.equal(google.reports()[0]?.limit, '1000');
  });

  it('asks for the property’s fields only when a name is not a standard one', async () => {
    const { google, ask } = startReports();
    answered(await ask({ metrics: ['sessions'], dimensions: ['country', 'event_name'] }));
    assert.equal(
      google.requests.some((one) => one.url.endsWith('/metadata')),
      false,
    );
    answered(await ask({ metrics: ['sessions'], dimensions: ['plan_type'] }));
    answered(await ask({ metrics: ['activeUsers'], dimensions: ['Plan of the customer'] }));
    assert.equal(google.requests.filter((one) => one.url.endsWith('/metadata')).length, 1);
    assert.deepEqual(
      google
        .reports()
        .slice(1)
        .map((one) => one.dimensions),
      [[{ name: 'customEvent:plan_type' }], [{ name: 'customEvent:plan_type' }]],
    );
  });
});
