import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compactDate } from './calendar.ts';
import {
  type Answer,
  type Cell,
  createCaller,
  flat,
  named,
  openingTime,
  rowsOf,
  sameRows,
} from './call-data.fixture.ts';
import { openWorld } from './seed.ts';

const shop = '/v1beta/properties/213025502:runReport';
const caller = createCaller();
const world = openWorld({ now: () => openingTime, size: 'small' });
const db = world.sql('213025502');
const today = world.today('213025502');

const month = [{ startDate: '28daysAgo', endDate: 'yesterday' }];
const inMonth = `e.day BETWEEN ${today - 28} AND ${today - 1}`;

const truth = (sql: string): Cell[][] => rowsOf(db, sql);

async function report(request: Record<string, unknown>): Promise<Answer> {
  const answer = await caller.post(shop, { dateRanges: month, ...request });
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

const sessionTraffic = 'JOIN sessions s USING (session_id) JOIN traffic t ON t.traffic_id = s.traffic_id';
const device = 'JOIN users u ON u.user_id = e.user_id JOIN devices d ON d.device_id = u.device_id';
const lone = '(SELECT DISTINCT session_id FROM events e WHERE ';

/** Question, and the same question in independent SQL. */
const questions: [string, string[], string[], string][] = [
  [
    'sessions and users by channel',
    ['sessionDefaultChannelGroup'],
    ['sessions', 'totalUsers'],
    `SELECT t.channel, COUNT(DISTINCT e.session_id), COUNT(DISTINCT e.user_id) FROM events e ${sessionTraffic} WHERE ${inMonth} GROUP BY 1
     UNION ALL SELECT '(not set)', 0, COUNT(DISTINCT e.user_id) FROM events e WHERE ${inMonth} AND e.session_id IS NULL HAVING COUNT(*) > 0`,
  ],
  [
    'engagement and bounce rate by device',
    ['deviceCategory'],
    ['engagementRate', 'bounceRate', 'sessionsPerUser'],
    `SELECT d.category, AVG(e.engaged), 1 - AVG(e.engaged), COUNT(*) * 1.0 / COUNT(DISTINCT CASE WHEN e.active THEN e.user_id END)
     FROM sessions e ${device} WHERE ${inMonth} GROUP BY 1`,
  ],
  [
    'average session duration of sessions that saw a page',
    ['pagePath'],
    ['averageSessionDuration', 'sessions', 'screenPageViews'],
    `SELECT p.path, (SELECT AVG(s.duration) FROM sessions s WHERE s.session_id IN ${lone} ${inMonth} AND e.page_id IN (SELECT page_id FROM pages q WHERE q.path = p.path))),
       COUNT(DISTINCT e.session_id), SUM(e.name = 'page_view')
     FROM events e JOIN pages p USING (page_id) WHERE ${inMonth} GROUP BY p.path`,
  ],
  [
    'purchases and revenue by day',
    ['date'],
    ['ecommercePurchases', 'purchaseRevenue', 'totalPurchasers', 'averagePurchaseRevenue'],
    `SELECT dd.date, SUM(name = 'purchase'), ROUND(TOTAL(revenue), 2), COUNT(DISTINCT CASE WHEN name = 'purchase' THEN user_id END),
       COALESCE(AVG(CASE WHEN name = 'purchase' THEN revenue END), 0)
     FROM events e JOIN days dd USING (day) WHERE ${inMonth} GROUP BY 1 HAVING TOTAL(ABS(revenue)) > 0`,
  ],
  [
    'items',
    ['itemName', 'itemCategory'],
    ['itemsViewed', 'itemsPurchased', 'itemRevenue', 'cartToViewRate'],
    `SELECT g.name, g.category, SUM(CASE WHEN e.event_name = 'view_item' THEN e.quantity ELSE 0 END), SUM(CASE WHEN e.event_name = 'purchase' THEN e.quantity ELSE 0 END),
       SUM(CASE WHEN e.event_name = 'purchase' THEN e.quantity * (e.price - e.discount) ELSE 0 END),
       COUNT(DISTINCT CASE WHEN e.event_name = 'add_to_cart' THEN e.user_id END) * 1.0 / COUNT(DISTINCT CASE WHEN e.event_name = 'view_item' THEN e.user_id END)
     FROM items e JOIN products g USING (product_id) WHERE ${inMonth} GROUP BY 1, 2`,
  ],
  [
    'key events by the traffic credited',
    ['source'],
    ['keyEvents'],
    `SELECT COALESCE(t.source, '(not set)'), COUNT(*) FROM events e LEFT JOIN traffic t ON t.traffic_id = e.credited_traffic_id WHERE ${inMonth} AND is_key GROUP BY 1`,
  ],
  [
    'rates of key events',
    [],
    ['sessionKeyEventRate', 'sessionKeyEventRate:purchase', 'userKeyEventRate:sign_up'],
    `SELECT COUNT(DISTINCT CASE WHEN is_key THEN session_id END) * 1.0 / COUNT(DISTINCT session_id),
       COUNT(DISTINCT CASE WHEN name = 'purchase' THEN session_id END) * 1.0 / COUNT(DISTINCT session_id),
       COUNT(DISTINCT CASE WHEN name = 'sign_up' THEN e.user_id END) * 1.0 / (SELECT COUNT(DISTINCT user_id) FROM sessions e WHERE active AND ${inMonth})
     FROM events e WHERE ${inMonth}`,
  ],
  [
    'new and returning people by landing page',
    ['newVsReturning', 'landingPage'],
    ['newUsers', 'engagedSessions'],
    `SELECT CASE WHEN e.number = 1 THEN 'new' ELSE 'returning' END, p.path, SUM(e.number = 1), SUM(e.engaged)
     FROM sessions e JOIN pages p ON p.page_id = e.landing_page_id WHERE ${inMonth} GROUP BY 1, 2 HAVING SUM(e.number = 1) + SUM(e.engaged) > 0`,
  ],
  [
    'a registered dimension of people and one of events',
    ['customUser:loyalty_tier', 'customEvent:payment_type'],
    ['eventCount', 'customEvent:checkout_seconds', 'averageCustomEvent:checkout_seconds'],
    `SELECT COALESCE(u.loyalty_tier, '(not set)'), COALESCE(json_extract(params, '$.payment_type'), '(not set)'), COUNT(*),
       TOTAL(json_extract(params, '$.checkout_seconds')), COALESCE(AVG(json_extract(params, '$.checkout_seconds')), 0)
     FROM events e JOIN users u USING (user_id) WHERE ${inMonth} GROUP BY 1, 2`,
  ],
  [
    'what ads cost and brought',
    ['sessionCampaignName'],
    ['advertiserAdCost', 'advertiserAdClicks', 'advertiserAdCostPerClick'],
    `SELECT t.campaign, SUM(e.cost), SUM(e.clicks), SUM(e.cost) / SUM(e.clicks) FROM ad_costs e JOIN traffic t USING (traffic_id) WHERE ${inMonth} GROUP BY 1`,
  ],
  [
    'people active in the last week and month, day by day',
    ['date'],
    ['active7DayUsers', 'active28DayUsers'],
    `SELECT dd.date, (SELECT COUNT(DISTINCT user_id) FROM sessions s WHERE s.active AND s.day BETWEEN e.day - 6 AND e.day),
       (SELECT COUNT(DISTINCT user_id) FROM sessions s WHERE s.active AND s.day BETWEEN e.day - 27 AND e.day)
     FROM days dd JOIN (SELECT DISTINCT day FROM sessions) e USING (day) WHERE ${inMonth}`,
  ],
  [
    'what was searched for, hour by hour',
    ['searchTerm', 'hour'],
    ['eventCount'],
    `SELECT COALESCE(json_extract(params, '$.search_term'), ''), printf('%02d', hour), COUNT(*) FROM events e WHERE ${inMonth} GROUP BY 1, 2`,
  ],
  [
    'weeks',
    ['yearWeek', 'isoYearIsoWeek'],
    ['sessions'],
    `SELECT year || week, iso_year || iso_week, COUNT(*) FROM sessions e JOIN days USING (day) WHERE ${inMonth} GROUP BY 1, 2`,
  ],
];

describe('runReport', () => {
  for (const [title, dimensions, metrics, sql] of questions) {
    it(`counts ${title} as the tables do`, async () => {
      const { body } = await report({ dimensions: named(...dimensions), metrics: named(...metrics) });
      const numeric = (row: (string | number)[]): boolean => row.slice(dimensions.length).some((cell) => cell !== 0);
      const expected = truth(sql).filter(numeric);
      assert.ok(expected.length > 0);
      sameRows(flat(body), expected);
      assert.equal(body.rowCount, expected.length);
    });
  }

  it('answers with headers, rows, count, metadata and kind, and nothing that is empty', async () => {
    const { body } = await report({
      dimensions: named('country'),
      metrics: named('activeUsers', 'engagementRate'),
      limit: 1,
    });
    assert.deepEqual(Object.keys(body), ['dimensionHeaders', 'metricHeaders', 'rows', 'rowCount', 'metadata', 'kind']);
    assert.deepEqual(body.dimensionHeaders, [{ name: 'country' }]);
    assert.deepEqual(body.metricHeaders, [
      { name: 'activeUsers', type: 'TYPE_INTEGER' },
      { name: 'engagementRate', type: 'TYPE_FLOAT' },
    ]);
    assert.equal(typeof body.rows[0].metricValues[0].value, 'string');
    assert.deepEqual(body.metadata, { currencyCode: 'USD', timeZone: 'America/Los_Angeles' });
    assert.equal(body.kind, 'analyticsData#runReport');
  });

  it('answers an empty report with headers, metadata and kind alone', async () => {
    const { body } = await report({
      dateRanges: [{ startDate: '2016-01-01', endDate: '2016-01-31' }],
      dimensions: named('country'),
      metrics: named('sessions'),
    });
    assert.deepEqual(Object.keys(body), ['dimensionHeaders', 'metricHeaders', 'metadata', 'kind']);
  });

  it('lists values of dimensions alone', async () => {
    const { body } = await report({ dimensions: named('deviceCategory') });
    assert.equal(body.metricHeaders, undefined);
    assert.deepEqual(body.rows[0], { dimensionValues: [{ value: 'desktop' }] });
  });

  it('does not let users of days add up to users of the week', async () => {
    const week = [{ startDate: '7daysAgo', endDate: 'yesterday' }];
    const whole = flat((await report({ dateRanges: week, metrics: named('activeUsers', 'sessions') })).body)[0] ?? [];
    const days = flat(
      (await report({ dateRanges: week, dimensions: named('date'), metrics: named('activeUsers', 'sessions') })).body,
    );
    const sum = (column: number): number => days.reduce((total, row) => total + Number(row[column]), 0);
    assert.equal(days.length, 7);
    assert.ok(sum(1) > Number(whole[0]));
    assert.equal(sum(2), whole[1]);
  });

  it('gives the same answer twice', async () => {
    const request = { dimensions: named('country', 'browser'), metrics: named('sessions', 'engagementRate') };
    assert.equal((await report(request)).text, (await report(request)).text);
    assert.equal(
      (await createCaller().post(shop, { dateRanges: month, ...request })).text,
      (await report(request)).text,
    );
  });

  it('includes today up to now, and reads both ends of a range', async () => {
    const day = await report({
      dateRanges: [{ startDate: 'today', endDate: 'today' }],
      dimensions: named('date', 'hour'),
      metrics: named('eventCount'),
    });
    const rows = flat(day.body);
    assert.ok(rows.length > 0);
    // 12:15 in Los Angeles.
    assert.ok(rows.every((row) => row[0] === compactDate(today) && Number(row[1]) <= 12));
    const { body } = await report({
      dateRanges: [{ startDate: '2026-11-10', endDate: '2026-11-11' }],
      dimensions: named('date'),
      metrics: named('sessions'),
    });
    assert.deepEqual(
      flat(body)
        .map((row) => row[0])
        .sort(),
      ['20261110', '20261111'],
    );
  });

  it('accepts the names that Google has renamed', async () => {
    const { body } = await report({
      dimensions: named('isConversionEvent'),
      metrics: named('conversions', 'sessionConversionRate'),
    });
    assert.deepEqual(
      body.metricHeaders.map((header: { name: string }) => header.name),
      ['conversions', 'sessionConversionRate'],
    );
    assert.equal(flat(body).length, 1);
  });

  it('prints (not set) where the event has no session, and nothing where it has no such parameter', async () => {
    const server = await report({
      dimensions: named('eventName', 'sessionSource'),
      metrics: named('eventCount'),
      dimensionFilter: { filter: { fieldName: 'eventName', stringFilter: { value: 'refund' } } },
    });
    assert.deepEqual(
      flat(server.body).map((row) => row.slice(0, 2)),
      [['refund', '(not set)']],
    );
    const links = await report({ dimensions: named('linkUrl'), metrics: named('eventCount') });
    assert.equal(flat(links.body)[0]?.[0], '');
  });
});

describe('runReport with several date ranges', () => {
  const ranges = [
    { startDate: '7daysAgo', endDate: 'yesterday', name: 'this_week' },
    { startDate: '14daysAgo', endDate: '8daysAgo' },
  ];

  it('adds the name of the range as the last dimension', async () => {
    const { body } = await report({
      dateRanges: ranges,
      dimensions: named('deviceCategory'),
      metrics: named('sessions'),
    });
    assert.deepEqual(body.dimensionHeaders, named('deviceCategory', 'dateRange'));
    const between = (from: number, to: number): string => `e.day BETWEEN ${today - from} AND ${today - to}`;
    sameRows(flat(body), [
      ...truth(`SELECT d.category, 'this_week', COUNT(*) FROM sessions e ${device} WHERE ${between(7, 1)} GROUP BY 1`),
      ...truth(
        `SELECT d.category, 'date_range_1', COUNT(*) FROM sessions e ${device} WHERE ${between(14, 8)} GROUP BY 1`,
      ),
    ]);
  });

  it('places the range where it is asked for', async () => {
    const { body } = await report({
      dateRanges: ranges,
      dimensions: named('dateRange', 'deviceCategory'),
      metrics: named('sessions'),
    });
    assert.deepEqual(body.dimensionHeaders, named('dateRange', 'deviceCategory'));
    assert.equal(body.rows[0].dimensionValues.length, 2);
  });

  it('counts nth days from the start of each range', async () => {
    const { body } = await report({
      dateRanges: ranges,
      dimensions: named('nthDay'),
      metrics: named('sessions'),
      orderBys: [{ dimension: { dimensionName: 'nthDay' } }],
    });
    assert.equal(body.rowCount, 14);
    assert.deepEqual(
      flat(body)
        .slice(0, 4)
        .map((row) => row[0]),
      ['0000', '0000', '0001', '0001'],
    );
  });

  it('totals each range on its own', async () => {
    const { body } = await report({
      dateRanges: ranges,
      dimensions: named('deviceCategory'),
      metrics: named('sessions'),
      metricAggregations: ['TOTAL'],
    });
    const values = body.totals.map((row: Answer['body']) =>
      row.dimensionValues.map((cell: { value: string }) => cell.value),
    );
    assert.deepEqual(values, [
      ['RESERVED_TOTAL', 'this_week'],
      ['RESERVED_TOTAL', 'date_range_1'],
    ]);
  });
});

describe('what runReport can derive', () => {
  it('totals count each user once; minimum and maximum are of the rows', async () => {
    const { body } = await report({
      dimensions: named('deviceCategory'),
      metrics: named('totalUsers'),
      metricAggregations: ['TOTAL', 'MINIMUM', 'MAXIMUM'],
      limit: 1,
    });
    const [[users = 0] = []] = truth(`SELECT COUNT(DISTINCT user_id) FROM events e WHERE ${inMonth}`);
    assert.deepEqual(body.totals, [
      { dimensionValues: [{ value: 'RESERVED_TOTAL' }], metricValues: [{ value: String(users) }] },
    ]);
    const counts = truth(
      `SELECT COUNT(DISTINCT e.user_id) FROM events e ${device} WHERE ${inMonth} GROUP BY d.category`,
    ).map(([count]) => Number(count));
    assert.equal(body.minimums[0].metricValues[0].value, String(Math.min(...counts)));
    assert.equal(body.minimums[0].dimensionValues[0].value, 'RESERVED_MIN');
    assert.equal(body.maximums[0].metricValues[0].value, String(Math.max(...counts)));
    assert.equal(body.maximums[0].dimensionValues[0].value, 'RESERVED_MAX');
  });

  it('metric expressions, and metrics that stay invisible', async () => {
    const { body } = await report({
      dimensions: named('deviceCategory'),
      metrics: [
        { name: 'perVisit', expression: '(screenPageViews - 0) / sessions * 2' },
        { name: 'sessions', invisible: true },
      ],
      orderBys: [{ metric: { metricName: 'sessions' }, desc: true }],
    });
    assert.deepEqual(body.metricHeaders, [{ name: 'perVisit', type: 'TYPE_FLOAT' }]);
    const [[views = 0] = []] = truth(
      `SELECT SUM(e.name = 'page_view') * 2.0 / COUNT(DISTINCT e.session_id) FROM events e ${device} WHERE ${inMonth} AND d.category = 'desktop'`,
    );
    sameRows(flat(body).slice(0, 1), [['desktop', views]]);
  });

  it('dimension expressions', async () => {
    const { body } = await report({
      dimensions: [
        {
          name: 'where',
          dimensionExpression: { concatenate: { dimensionNames: ['country', 'deviceCategory'], delimiter: " '|' " } },
        },
        { name: 'shouted', dimensionExpression: { upperCase: { dimensionName: 'browser' } } },
        { name: 'whispered', dimensionExpression: { lowerCase: { dimensionName: 'browser' } } },
      ],
      metrics: named('sessions'),
      dimensionFilter: { filter: { fieldName: 'shouted', stringFilter: { value: 'SAFARI', caseSensitive: true } } },
      limit: 1,
    });
    assert.deepEqual(flat(body)[0]?.slice(0, 3), ["United States '|' mobile", 'SAFARI', 'safari']);
  });

  it('rows whose metrics are all zero, if they are asked for', async () => {
    const request = { dimensions: named('eventName'), metrics: named('purchaseRevenue') };
    const without = flat((await report(request)).body);
    const kept = flat((await report({ ...request, keepEmptyRows: true })).body);
    assert.deepEqual(without.map((row) => row[0]).sort(), ['purchase', 'refund']);
    assert.equal(kept.length, truth(`SELECT DISTINCT name FROM events e WHERE ${inMonth}`).length);
  });

  it('money in another currency', async () => {
    const [[dollars]] = flat((await report({ metrics: named('grossPurchaseRevenue') })).body) as [[number]];
    const answer = await report({ metrics: named('grossPurchaseRevenue', 'ecommercePurchases'), currencyCode: 'GBP' });
    const [[pounds, orders]] = flat(answer.body) as [[number, number]];
    assert.equal(pounds, Math.round((dollars / 1.25) * 1e6) / 1e6);
    assert.ok(Number.isInteger(orders));
    assert.equal(answer.body.metadata.currencyCode, 'GBP');
  });

  it('reports of a bakery in its own money and time zone', async () => {
    const other = createCaller();
    other.setPerson('grace@example.com');
    const { body } = await other.post('/v1beta/properties/402118977:runReport', {
      dateRanges: month,
      dimensions: named('customEvent:collection_point'),
      metrics: named('ecommercePurchases', 'totalRevenue'),
    });
    assert.deepEqual(body.metadata, { currencyCode: 'GBP', timeZone: 'Europe/London' });
    assert.ok(flat(body).some((row) => row[0] === 'Harbour Street' && Number(row[1]) > 0));
  });
});

describe('batchRunReports', () => {
  it('answers each request as runReport would', async () => {
    const requests = [
      { dateRanges: month, metrics: named('sessions') },
      { dateRanges: month, dimensions: named('country'), metrics: named('totalUsers'), limit: 2 },
    ];
    const { status, body } = await caller.post('/v1beta/properties/213025502:batchRunReports', { requests });
    assert.equal(status, 200);
    assert.equal(body.kind, 'analyticsData#batchRunReports');
    for (const [index, request] of requests.entries()) {
      assert.deepEqual(body.reports[index], (await caller.post(shop, request)).body);
    }
  });
});

describe('the whole catalogue', () => {
  const days = [{ startDate: '3daysAgo', endDate: 'today' }];
  const ask = async (dimension: string, metric: string): Promise<void> => {
    const answer = await caller.post(shop, { dateRanges: days, dimensions: named(dimension), metrics: named(metric) });
    assert.equal(answer.status, 200, `${dimension} ${metric}: ${answer.text.slice(0, 200)}`);
  };
  const catalogue = async (list: 'dimensions' | 'metrics'): Promise<string[]> => {
    const { body } = await caller.get('/v1beta/properties/213025502/metadata');
    const fields: { apiName: string; category: string }[] = body[list];
    return fields.filter((field) => field.category !== 'Cohort').map((field) => field.apiName);
  };

  it('of dimensions can be asked for, one by one', async () => {
    const isItem = (name: string): boolean => name.startsWith('item') || name.startsWith('customItem:');
    for (const name of await catalogue('dimensions')) await ask(name, isItem(name) ? 'itemsViewed' : 'eventCount');
  });

  it('of metrics can be asked for, one by one', async () => {
    const isCost = (name: string): boolean => name.startsWith('advertiserAd') || name === 'returnOnAdSpend';
    for (const name of await catalogue('metrics')) await ask(isCost(name) ? 'sessionCampaignName' : 'date', name);
  });
});
