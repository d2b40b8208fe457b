import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCaller, flat, named } from './call-data.fixture.ts';

const caller = createCaller();
const property = '/v1beta/properties/213025502';
const dateRanges = [{ startDate: '28daysAgo', endDate: 'yesterday' }];

const pivot = async (request: Record<string, unknown>) =>
  caller.post(`${property}:runPivotReport`, { dateRanges, ...request });
const headerValues = (header: { pivotDimensionHeaders: { dimensionValues: { value: string }[] }[] }): string[] =>
  header.pivotDimensionHeaders.map(({ dimensionValues }) => dimensionValues.map(({ value }) => value).join(' '));

const crossed = {
  dimensions: named('deviceCategory', 'country'),
  metrics: named('sessions', 'totalUsers'),
  pivots: [
    { fieldNames: ['country'], limit: 3, orderBys: [{ metric: { metricName: 'sessions' }, desc: true }] },
    {
      fieldNames: ['deviceCategory'],
      limit: 2,
      orderBys: [{ dimension: { dimensionName: 'deviceCategory' }, desc: true }],
    },
  ],
};

describe('runPivotReport', () => {
  it('crosses dimensions and shows the cells of the headers kept', async () => {
    const { status, body } = await pivot(crossed);
    assert.equal(status, 200);
    assert.equal(body.kind, 'analyticsData#runPivotReport');
    assert.deepEqual(body.dimensionHeaders, named('country', 'deviceCategory'));
    assert.deepEqual(headerValues(body.pivotHeaders[0]), ['United States', 'India', 'Canada']);
    assert.deepEqual(headerValues(body.pivotHeaders[1]), ['tablet', 'mobile']);
    assert.ok(body.pivotHeaders[0].rowCount > 3);
  });

  it('has the numbers of the plain report', async () => {
    const { body } = await pivot({
      ...crossed,
      pivots: crossed.pivots.map((one) => ({ ...one, limit: 300, orderBys: [] })),
    });
    const plain = await caller.post(`${property}:runReport`, {
      dateRanges,
      dimensions: named('country', 'deviceCategory'),
      metrics: crossed.metrics,
    });
    const sorted = (rows: (string | number)[][]): string[] => rows.map((row) => row.join(' | ')).sort();
    assert.deepEqual(sorted(flat(body)), sorted(flat(plain.body)));
  });

  it('orders rows by the first pivot, then the second', async () => {
    const { body } = await pivot({
      ...crossed,
      pivots: [
        { fieldNames: ['country'], limit: 2 },
        { fieldNames: ['deviceCategory'], limit: 2 },
      ],
    });
    assert.deepEqual(
      flat(body).map((row) => row.slice(0, 2).join(' ')),
      ['United States desktop', 'United States mobile', 'India desktop', 'India mobile'],
    );
  });

  it('counts users once in totals of a pivot', async () => {
    const { body } = await pivot({
      ...crossed,
      pivots: [
        { fieldNames: ['country'], limit: 3, metricAggregations: ['TOTAL'] },
        { fieldNames: ['deviceCategory'], limit: 2 },
      ],
    });
    const totals = flat({ rows: body.aggregates });
    assert.deepEqual(
      totals.map((row) => row.slice(0, 2).join(' ')),
      ['RESERVED_TOTAL desktop', 'RESERVED_TOTAL mobile'],
    );
    const plain = flat(
      (
        await caller.post(`${property}:runReport`, {
          dateRanges,
          dimensions: named('deviceCategory'),
          metrics: crossed.metrics,
        })
      ).body,
    );
    assert.deepEqual(totals[0]?.slice(2), plain[0]?.slice(1));
  });

  it('pages through a pivot by offset', async () => {
    const { body } = await pivot({
      ...crossed,
      pivots: [
        { fieldNames: ['country'], limit: 1, offset: '1' },
        { fieldNames: ['deviceCategory'], limit: 5 },
      ],
    });
    assert.deepEqual(headerValues(body.pivotHeaders[0]), ['India']);
  });

  it('compares date ranges in a pivot of their own', async () => {
    const ranges = [...dateRanges, { startDate: '56daysAgo', endDate: '29daysAgo', name: 'before' }];
    const { body } = await pivot({
      dateRanges: ranges,
      dimensions: named('deviceCategory'),
      metrics: named('sessions'),
      pivots: [
        { fieldNames: ['deviceCategory'], limit: 5 },
        { fieldNames: ['dateRange'], limit: 5 },
      ],
    });
    assert.deepEqual(headerValues(body.pivotHeaders[1]).sort(), ['before', 'date_range_0']);
  });

  it('orders by one column of the other pivot', async () => {
    const selection = {
      metricName: 'sessions',
      pivotSelections: [{ dimensionName: 'deviceCategory', dimensionValue: 'mobile' }],
    };
    const { body } = await pivot({
      ...crossed,
      pivots: [
        { fieldNames: ['country'], limit: 30, orderBys: [{ pivot: selection, desc: true }] },
        { fieldNames: ['deviceCategory'], limit: 5 },
      ],
    });
    const mobile = flat(body)
      .filter((row) => row[1] === 'mobile')
      .map((row) => Number(row[2]));
    assert.deepEqual(
      mobile,
      [...mobile].sort((a, b) => b - a),
    );
  });

  it('refuses what cannot be a pivot', async () => {
    const message = async (request: Record<string, unknown>): Promise<string> => {
      const { status, body } = await pivot({ ...crossed, ...request });
      assert.equal(status, 400);
      return body.error.message;
    };
    assert.match(await message({ pivots: [] }), /at least one pivot/);
    assert.match(await message({ pivots: [{ fieldNames: ['country'] }] }), /limit must be positive/);
    assert.match(await message({ pivots: [{ fieldNames: ['city'], limit: 5 }] }), /^Field city exists in Pivots/);
    assert.match(
      await message({
        pivots: [
          { fieldNames: ['country'], limit: 1000 },
          { fieldNames: ['deviceCategory'], limit: 1000 },
        ],
      }),
      /250,000/,
    );
    assert.match(
      await message({ dimensionFilter: { filter: { fieldName: 'city', stringFilter: { value: 'x' } } } }),
      /^Field city exists in Filter/,
    );
    assert.match(await message({ dimensions: named('nope_nope_nope') }), /is not a valid dimension/);
  });
});

describe('batchRunPivotReports', () => {
  it('answers each request as runPivotReport would', async () => {
    const { body } = await caller.post(`${property}:batchRunPivotReports`, { requests: [{ dateRanges, ...crossed }] });
    assert.equal(body.kind, 'analyticsData#batchRunPivotReports');
    assert.deepEqual(body.pivotReports, [(await pivot(crossed)).body]);
  });
});
