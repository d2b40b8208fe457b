import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCaller, flat, named, openingTime } from './call-data.fixture.ts';
import { openWorld } from './seed.ts';

const caller = createCaller();
const url = '/v1beta/properties/213025502:runRealtimeReport';
/** Quicker to make than the shop, for tests that want a sandbox of their own. */
const blog = '/v1beta/properties/331207644:runRealtimeReport';
const db = openWorld({ now: () => openingTime, size: 'small' }).sql('213025502');
const now = openingTime.getTime() / 1000;
const schema = 'https://developers.google.com/analytics/devguides/reporting/data/v1/realtime-api-schema';

const truth = (sql: string): unknown[][] =>
  db
    .prepare(sql)
    .all()
    .map((row) => Object.values(row));

describe('runRealtimeReport', () => {
  it('counts the last thirty minutes', async () => {
    const { status, body } = await caller.post(url, { metrics: named('activeUsers', 'eventCount', 'screenPageViews') });
    assert.equal(status, 200);
    const [row = []] = truth(
      `SELECT COUNT(DISTINCT e.user_id), COUNT(*), SUM(name = 'page_view') FROM events e JOIN all_sessions s USING (session_id) WHERE s.active AND (${now} - e.ts) / 60 BETWEEN 0 AND 29`,
    );
    assert.deepEqual(flat(body)[0]?.[0], row[0]);
    assert.ok(Number(row[0]) > 0);
    assert.deepEqual(Object.keys(body), ['metricHeaders', 'rows', 'rowCount', 'kind']);
    assert.equal(body.kind, 'analyticsData#runRealtimeReport');
  });

  it('tells minutes apart', async () => {
    const { body } = await caller.post(url, {
      dimensions: named('minutesAgo'),
      metrics: named('eventCount'),
      orderBys: [{ dimension: { dimensionName: 'minutesAgo' } }],
    });
    const expected = truth(
      `SELECT printf('%02d', (${now} - ts) / 60), COUNT(*) FROM events WHERE (${now} - ts) / 60 BETWEEN 0 AND 29 GROUP BY 1 ORDER BY 1`,
    );
    assert.deepEqual(flat(body), expected);
  });

  it('compares two minute ranges', async () => {
    const minuteRanges = [
      { name: 'just_now', startMinutesAgo: 9 },
      { startMinutesAgo: 29, endMinutesAgo: 10 },
    ];
    const { body } = await caller.post(url, {
      metrics: named('eventCount'),
      minuteRanges,
      metricAggregations: ['TOTAL'],
    });
    assert.deepEqual(body.dimensionHeaders, named('dateRange'));
    assert.deepEqual(
      flat(body)
        .map((row) => row[0])
        .sort(),
      ['date_range_1', 'just_now'],
    );
    assert.equal(body.totals.length, 2);
  });

  it('filters, by fields that are not shown too', async () => {
    const { body } = await caller.post(url, {
      dimensions: named('country'),
      metrics: named('eventCount'),
      dimensionFilter: { filter: { fieldName: 'eventName', stringFilter: { value: 'page_view' } } },
    });
    const [[views = 0] = []] = truth(
      `SELECT COUNT(*) FROM events WHERE name = 'page_view' AND (${now} - ts) / 60 BETWEEN 0 AND 29`,
    );
    assert.equal(
      flat(body).reduce((sum, row) => sum + Number(row[1]), 0),
      views,
    );
  });

  it('moves on with time', async () => {
    const own = createCaller();
    const before = (await own.post(blog, { dimensions: named('minutesAgo'), metrics: named('eventCount') })).text;
    own.setTime(new Date(openingTime.getTime() + 10 * 60_000));
    assert.notEqual(
      (await own.post(blog, { dimensions: named('minutesAgo'), metrics: named('eventCount') })).text,
      before,
    );
  });

  it('is never empty when the sandbox has just been opened, even at night', async () => {
    const own = createCaller();
    own.setTime(new Date('2026-11-18T11:30:00Z'));
    assert.ok(Number(flat((await own.post(blog, { metrics: named('activeUsers') })).body)[0]?.[0]) > 0);
  });

  it('has its own quota', async () => {
    const own = createCaller();
    await own.post('/v1beta/properties/331207644:runReport', {
      dateRanges: [{ startDate: 'today', endDate: 'today' }],
      metrics: named('sessions'),
    });
    const { body } = await own.post(blog, { metrics: named('activeUsers'), returnPropertyQuota: true });
    assert.equal(body.propertyQuota.tokensPerDay.remaining, 200_000 - body.propertyQuota.tokensPerDay.consumed);
  });

  const refusals: [string, Record<string, unknown>, string][] = [
    [
      'titles of pages',
      { metrics: named('activeUsers'), dimensions: named('pageTitle') },
      `Did you mean city? Field pageTitle is not a valid dimension. For a list of valid dimensions and metrics, see ${schema} `,
    ],
    [
      'custom event parameters',
      { metrics: named('activeUsers'), dimensions: named('customEvent:payment_type') },
      `Field customEvent:payment_type is not a valid dimension. For a list of valid dimensions and metrics, see ${schema} `,
    ],
    [
      'dates',
      { metrics: named('activeUsers'), dateRanges: [] },
      'Invalid JSON payload received. Unknown name "dateRanges": Cannot find field.',
    ],
    [
      'an offset',
      { metrics: named('activeUsers'), offset: 10 },
      'Invalid JSON payload received. Unknown name "offset": Cannot find field.',
    ],
    [
      'three minute ranges',
      { metrics: named('activeUsers'), minuteRanges: [{}, {}, {}] },
      'Requests are limited to 2 minuteRanges.\n  This request contains 3 minuteRanges.',
    ],
    [
      'more than half an hour',
      { metrics: named('activeUsers'), minuteRanges: [{ startMinutesAgo: 45 }] },
      'start_minutes_ago = 45 must be between 0 and 29 inclusive.',
    ],
    ['nothing', {}, 'Requests require dimensions and/or metrics. Most requests include both.'],
  ];
  for (const [title, request, message] of refusals) {
    it(`refuses ${title}`, async () => {
      const { status, body } = await caller.post(url, request);
      assert.equal(status, 400);
      assert.equal(body.error.message, message);
    });
  }

  it('refuses sessions and traffic sources', async () => {
    assert.match(
      (await caller.post(url, { metrics: named('sessions') })).body.error.message,
      /Field sessions is not a valid metric\. {2}For a list .*realtime-api-schema $/,
    );
    assert.match(
      (await caller.post(url, { metrics: named('activeUsers'), dimensions: named('sessionSource') })).body.error
        .message,
      /Field sessionSource is not a valid dimension\./,
    );
  });
});
