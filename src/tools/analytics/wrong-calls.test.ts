/**
 * Calls as people and models really send them, each with what must come of it: understood (what Google is then asked),
 * or refused with the right name as the first suggestion. The names come from public issue trackers of similar tools.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acme, fakeGoogle, startTools } from '../google.fixture.ts';
import { runReport } from './run-report.ts';

type Call = Record<string, unknown>;

/** What Google is asked, as far as the case is about it. */
interface Asked {
  metrics?: string[];
  dimensions?: string[];
  dates?: string;
  compare?: string;
  filter?: string;
  having?: string;
  order?: string;
  limit?: string;
  offset?: string;
}

interface SentReport {
  metrics?: { name: string; invisible?: boolean }[];
  dimensions?: { name: string }[];
  dateRanges: { startDate: string; endDate: string }[];
  dimensionFilter?: unknown;
  metricFilter?: unknown;
  orderBys?: { desc: boolean; metric?: { metricName: string }; dimension?: { dimensionName: string } }[];
  limit?: string;
  offset?: string;
}

async function ask(call: unknown): Promise<{ asked: Asked } | { refused: string }> {
  const google = fakeGoogle(acme);
  const outcome = await startTools(google.send).ask(runReport, call);
  if (!outcome.ok) return { refused: `${outcome.error.kind}: ${outcome.error.message}` };
  const [sent] = google.reports() as unknown as SentReport[];
  return { asked: sent === undefined ? {} : describeSent(sent) };
}

function describeSent(sent: SentReport): Asked {
  const [range, other] = sent.dateRanges.map((one) => `${one.startDate}..${one.endDate}`);
  const [order] = sent.orderBys ?? [];
  const orderName = order?.metric?.metricName ?? order?.dimension?.dimensionName ?? '';
  return {
    metrics: (sent.metrics ?? []).filter((one) => one.invisible !== true).map((one) => one.name),
    dimensions: (sent.dimensions ?? []).map((one) => one.name),
    dates: range ?? '',
    compare: other ?? '',
    filter: fieldsIn(sent.dimensionFilter),
    having: fieldsIn(sent.metricFilter),
    order: `${order?.desc === true ? '-' : ''}${orderName}`,
    limit: sent.limit ?? '',
    offset: sent.offset ?? '',
  };
}

function fieldsIn(filter: unknown): string {
  return [...(JSON.stringify(filter ?? {}).matchAll(/"fieldName":"([^"]+)"/g) ?? [])]
    .map((match) => match[1])
    .join(' ');
}

/** One metric, as a name that somebody may write, and the metric that Google is asked for. */
const metricNames: [given: string, meant: string][] = [
  ['ga:sessions', 'sessions'],
  ['ga:users', 'activeUsers'],
  ['ga:pageviews', 'screenPageViews'],
  ['users', 'activeUsers'],
  ['pageviews', 'screenPageViews'],
  ['page_views', 'screenPageViews'],
  ['Page Views', 'screenPageViews'],
  ['Views', 'screenPageViews'],
  ['screen_page_views', 'screenPageViews'],
  ['active_users', 'activeUsers'],
  ['ActiveUsers', 'activeUsers'],
  ['total_users', 'totalUsers'],
  ['Total users', 'totalUsers'],
  ['new_users', 'newUsers'],
  ['visitors', 'activeUsers'],
  ['uniqueVisitors', 'activeUsers'],
  ['visits', 'sessions'],
  ['Sessions', 'sessions'],
  ['conversions', 'keyEvents'],
  ['key_events', 'keyEvents'],
  ['goalCompletionsAll', 'keyEvents'],
  ['sessionConversionRate', 'sessionKeyEventRate'],
  ['userConversionRate', 'userKeyEventRate'],
  ['purchaserConversionRate', 'purchaserRate'],
  ['firstTimePurchaserConversionRate', 'firstTimePurchaserRate'],
  ['advertiserAdCostPerConversion', 'advertiserAdCostPerKeyEvent'],
  ['bounce_rate', 'bounceRate'],
  ['Bounce rate', 'bounceRate'],
  ['engagement_rate', 'engagementRate'],
  ['engagement rate', 'engagementRate'],
  ['avgSessionDuration', 'averageSessionDuration'],
  ['avg_session_duration', 'averageSessionDuration'],
  ['Average session duration', 'averageSessionDuration'],
  ['event_count', 'eventCount'],
  ['events', 'eventCount'],
  ['totalEvents', 'eventCount'],
  ['revenue', 'totalRevenue'],
  ['total_revenue', 'totalRevenue'],
  ['transactionRevenue', 'purchaseRevenue'],
  ['ga:transactionRevenue', 'purchaseRevenue'],
  ['purchases', 'ecommercePurchases'],
  ['orders', 'transactions'],
  ['AOV', 'averagePurchaseRevenue'],
  ['average order value', 'averagePurchaseRevenue'],
  ['ARPU', 'averageRevenuePerUser'],
  ['roas', 'returnOnAdSpend'],
  ['adCost', 'advertiserAdCost'],
  ['add_to_carts', 'addToCarts'],
  ['items purchased', 'itemsPurchased'],
  ['pageviewsPerSession', 'screenPageViewsPerSession'],
  ['score', 'customEvent:score'],
];

const dimensionNames: [given: string, meant: string][] = [
  ['event_name', 'eventName'],
  ['Event name', 'eventName'],
  ['event', 'eventName'],
  ['page_path', 'pagePath'],
  ['ga:pagePath', 'pagePath'],
  ['page', 'pagePath'],
  ['url', 'pageLocation'],
  ['page_title', 'pageTitle'],
  ['landing_page', 'landingPage'],
  ['ga:landingPagePath', 'landingPage'],
  ['Landing page + query string', 'landingPagePlusQueryString'],
  ['session_campaign_name', 'sessionCampaignName'],
  ['campaign', 'sessionCampaignName'],
  ['ga:campaign', 'sessionCampaignName'],
  ['utm_campaign', 'sessionCampaignName'],
  ['utm_source', 'sessionSource'],
  ['channelGrouping', 'sessionDefaultChannelGroup'],
  ['channel', 'sessionDefaultChannelGroup'],
  ['Session default channel group', 'sessionDefaultChannelGroup'],
  ['sessionDefaultChannelGrouping', 'sessionDefaultChannelGroup'],
  ['Session source / medium', 'sessionSourceMedium'],
  ['session_source_medium', 'sessionSourceMedium'],
  ['firstUserCampaign', 'firstUserCampaignName'],
  ['device', 'deviceCategory'],
  ['device_category', 'deviceCategory'],
  ['ga:deviceCategory', 'deviceCategory'],
  ['os', 'operatingSystem'],
  ['operating_system', 'operatingSystem'],
  ['Country', 'country'],
  ['ga:country', 'country'],
  ['state', 'region'],
  ['day', 'date'],
  ['ga:date', 'date'],
  ['year_month', 'yearMonth'],
  ['weekday', 'dayOfWeekName'],
  ['isConversionEvent', 'isKeyEvent'],
  ['hostname', 'hostName'],
  ['ga:userType', 'newVsReturning'],
  ['new_vs_returning', 'newVsReturning'],
  ['item_name', 'itemName'],
  ['product', 'itemName'],
  ['search_term', 'searchTerm'],
  ['age', 'userAgeBracket'],
  ['plan_type', 'customEvent:plan_type'],
  ['custom_event:plan_type', 'customEvent:plan_type'],
  ['Plan of the customer', 'customEvent:plan_type'],
];

/** Names that must not be guessed, and the first suggestion. */
const suggested: [list: 'metrics' | 'dimensions', given: string, first: string][] = [
  ['dimensions', 'pagePathh', 'pagePath'],
  ['dimensions', 'contry', 'country'],
  ['dimensions', 'sessionSorce', 'sessionSource'],
  ['dimensions', 'sessionMeduim', 'sessionMedium'],
  ['dimensions', 'deviceCatagory', 'deviceCategory'],
  ['dimensions', 'landingPge', 'landingPage'],
  ['dimensions', 'evntName', 'eventName'],
  ['dimensions', 'exitPage', 'pagePath'],
  ['dimensions', 'eventCategory', 'eventName'],
  ['dimensions', 'eventAction', 'eventName'],
  ['dimensions', 'eventLabel', 'eventName'],
  ['dimensions', 'client_id', 'newVsReturning'],
  ['dimensions', 'customEvent:plan_tpye', 'customEvent:plan_type'],
  ['dimensions', 'country_name', 'country'],
  ['metrics', 'sesions', 'sessions'],
  ['metrics', 'activeUser', 'activeUsers'],
  ['metrics', 'totalReveneu', 'totalRevenue'],
  ['metrics', 'engagmentRate', 'engagementRate'],
  ['metrics', 'screenPageView', 'screenPageViews'],
  ['metrics', 'eventsCount', 'eventCount'],
  ['metrics', 'uniquePageviews', 'screenPageViews'],
  ['metrics', 'ga:uniquePageviews', 'screenPageViews'],
  ['metrics', 'bounces', 'bounceRate'],
  ['metrics', 'exitRate', 'bounceRate'],
  ['metrics', 'avgTimeOnPage', 'userEngagementDuration'],
  ['metrics', 'entrances', 'sessions'],
  ['metrics', 'conversionRate', 'sessionKeyEventRate'],
  ['metrics', 'conversion rate', 'sessionKeyEventRate'],
  ['metrics', 'CTR', 'organicGoogleSearchClickThroughRate'],
  ['metrics', 'clicks', 'advertiserAdClicks'],
  ['metrics', 'averageEngagementTime', 'userEngagementDuration'],
  ['metrics', 'purchaseRevenu', 'purchaseRevenue'],
];

const s = ['sessions'];

/** Whole calls in other shapes than ours. */
const shapes: [call: unknown, asked: Asked][] = [
  [{ metrics: 'sessions' }, { metrics: s }],
  [{ metrics: 'sessions, activeUsers' }, { metrics: ['sessions', 'activeUsers'] }],
  [{ metrics: '["sessions"]' }, { metrics: s }],
  [{ metrics: [{ name: 'sessions' }] }, { metrics: s }],
  [{ metrics: { name: 'sessions' } }, { metrics: s }],
  [{ metrics: [{ metricName: 'sessions' }] }, { metrics: s }],
  [{ metrics: [{ expression: 'ga:sessions' }] }, { metrics: s }],
  [{ metric: 'sessions' }, { metrics: s }],
  [{ metrics: s, dimensions: 'country' }, { dimensions: ['country'] }],
  [{ metrics: s, dimension: 'country' }, { dimensions: ['country'] }],
  [{ metrics: s, dimensions: [{ name: 'country' }] }, { dimensions: ['country'] }],
  [{ metrics: s, dimensions: null }, { dimensions: [] }],
  [{ metrics: s, group_by: ['country'] }, { dimensions: ['country'] }],
  [{ metrics: ['sessions', 'country'] }, { metrics: s, dimensions: ['country'] }],
  [
    { metrics: [], dimensions: ['sessions', 'country'] },
    { metrics: s, dimensions: ['country'] },
  ],
  [{ metrics: ['sessions', 'ga:sessions'] }, { metrics: s }],
  [{ metrics: s, date_range: 'last_7_days' }, { dates: '2026-11-15..2026-11-21' }],
  [{ metrics: s, dateRange: { startDate: '2026-10-01', endDate: '2026-10-07' } }, { dates: '2026-10-01..2026-10-07' }],
  [
    { metrics: s, date_ranges: [{ start_date: '7daysAgo', end_date: 'yesterday' }] },
    { dates: '2026-11-15..2026-11-21' },
  ],
  [
    {
      metrics: s,
      dateRanges: [
        { startDate: '2026-10-08', endDate: '2026-10-14' },
        { startDate: '2026-10-01', endDate: '2026-10-07' },
      ],
    },
    { dates: '2026-10-08..2026-10-14', compare: '2026-10-01..2026-10-07' },
  ],
  [
    {
      metrics: s,
      dateRanges: [
        { startDate: '2026-10-01', endDate: '2026-10-07' },
        { startDate: '2026-10-08', endDate: '2026-10-14' },
      ],
    },
    { dates: '2026-10-08..2026-10-14', compare: '2026-10-01..2026-10-07' },
  ],
  [{ metrics: s, start_date: '2026-10-01', end_date: '2026-10-07' }, { dates: '2026-10-01..2026-10-07' }],
  [{ metrics: s, startDate: '30daysAgo' }, { dates: '2026-10-23..2026-11-21' }],
  [{ metrics: s, dates: ['2026-10-01', '2026-10-07'] }, { dates: '2026-10-01..2026-10-07' }],
  [{ metrics: s, dates: '{"startDate":"2026-10-01","endDate":"2026-10-07"}' }, { dates: '2026-10-01..2026-10-07' }],
  [{ metrics: s, period: 'last month' }, { dates: '2026-10-01..2026-10-31' }],
  [{ metrics: s, dates: 202610 }, { dates: '2026-10-01..2026-10-31' }],
  [{ metrics: s, dates: '' }, { dates: '2026-10-25..2026-11-21' }],
  [{ metrics: s, dates: 'last_week', compare: true }, { compare: '2026-11-02..2026-11-08' }],
  [{ metrics: s, dates: 'last_week', compare: 'previous week' }, { compare: '2026-11-02..2026-11-08' }],
  [{ metrics: s, dates: 'last_week', comparison: 'Previous Period' }, { compare: '2026-11-02..2026-11-08' }],
  [
    { metrics: s, dates: 'last_week', compare_to: { start_date: '2026-10-05', end_date: '2026-10-11' } },
    { compare: '2026-10-05..2026-10-11' },
  ],
  [{ metrics: s, dates: 'last_week', compare: 'yoy' }, { compare: '2025-11-10..2025-11-16' }],
  [{ metrics: s, dates: 'last_week', compare: false }, { compare: '' }],
  [{ metrics: s, limit: '10' }, { limit: '10' }],
  [{ metrics: s, limit: 10.0 }, { limit: '10' }],
  [{ metrics: s, limit: '1,000' }, { limit: '1000' }],
  [
    { metrics: s, max_results: 5, offset: '20' },
    { limit: '5', offset: '20' },
  ],
  [{ metrics: s, limit: 250_000 }, { limit: '1000' }],
  [{ metrics: s, orderBy: '-sessions' }, { order: '-sessions' }],
  [{ metrics: s, order_by: 'sessions desc' }, { order: '-sessions' }],
  [{ metrics: s, sort: 'sessions:asc' }, { order: 'sessions' }],
  [{ metrics: s, orderBy: 'ga:sessions' }, { order: '-sessions' }],
  [{ metrics: s, order_bys: [{ metric: { metric_name: 'sessions' }, desc: true }] }, { order: '-sessions' }],
  [{ metrics: s, orderBys: [{ metric: { metricName: 'sessions' } }] }, { order: 'sessions' }],
  [
    {
      metrics: s,
      dimensions: ['date'],
      orderBys: [{ dimension: { dimensionName: 'date', orderType: 'ALPHANUMERIC' }, desc: true }],
    },
    { order: '-date' },
  ],
  [{ metrics: s, orderBy: { field: 'sessions', direction: 'DESC' } }, { order: '-sessions' }],
  [
    { metrics: s, orderBy: 'activeUsers' },
    { order: '-activeUsers', metrics: s },
  ],
  [{ metrics: s, filters: 'country == Japan' }, { filter: 'country' }],
  [{ metrics: s, filter: 'event_name == purchase' }, { filter: 'eventName' }],
  [{ metrics: s, filters: { country: 'Japan' } }, { filter: 'country' }],
  [
    { metrics: s, filters: ['sessions > 10'] },
    { filter: '', having: 'sessions' },
  ],
  [
    { metrics: s, dimension_filter: { filter: { field_name: 'event_name', string_filter: { value: 'x' } } } },
    { filter: 'eventName' },
  ],
  [
    {
      metrics: s,
      dimensionFilter: { filter: { fieldName: 'country', inListFilter: { values: ['a'] } } },
      metricFilter: {
        filter: { fieldName: 'sessions', numericFilter: { operation: 'GREATER_THAN', value: { int64Value: '1' } } },
      },
    },
    { filter: 'country', having: 'sessions' },
  ],
  [{ metrics: s, filters: '{"field":"country","op":"==","value":"Japan"}' }, { filter: 'country' }],
  [{ metrics: s, filters: '["country == Japan","city == Tokyo"]' }, { filter: 'country city' }],
  [{ metrics: s, filters: 'ga:country==Japan;ga:medium==organic' }, { filter: 'country medium' }],
  [{ metrics: s, filters: [] }, { filter: '' }],
  [{ metrics: s, filters: {} }, { filter: '' }],
  [{ metrics: s, return_property_quota: true, keep_empty_rows: false, metric_aggregations: ['TOTAL'] }, { metrics: s }],
  [{ property_id: 'properties/11', metrics: s, property: null }, { metrics: s }],
  [{ arguments: { property: '11', metrics: s } }, { metrics: s }],
  ['{"property":"11","metrics":["sessions"]}', { metrics: s }],
];

/** Whole calls that cannot be right, and what the error must say. */
const refusals: [call: Call, says: RegExp][] = [
  [{}, /`metrics` is missing/],
  [{ metrics: [] }, /`metrics` is empty/],
  [{ metrics: s, dates: '7daysAgo' }, /last_7_days/],
  [{ metrics: s, dates: '10/11/2026' }, /YYYY-MM-DD/],
  [{ metrics: s, dates: '2026-11-31' }, /no such day as 2026-11-31/],
  [{ metrics: s, startDate: '2026-10-07', endDate: '2026-10-01' }, /"2026-10-01..2026-10-07"/],
  [{ metrics: s, compare: 'last christmas' }, /previous_period, previous_year or a range/],
  [
    {
      metrics: s,
      dateRanges: [
        { startDate: 'today', endDate: 'today' },
        { startDate: 'yesterday', endDate: 'yesterday' },
        { startDate: '2daysAgo', endDate: '2daysAgo' },
      ],
    },
    /more than two ranges/,
  ],
  [{ metrics: s, limit: 0 }, /`limit` is `0`, wanted at least 1/],
  [{ metrics: s, limit: 'all' }, /wanted a number/],
  [{ metrics: s, orderBy: 'country' }, /not among the report's dimensions/],
  [{ metrics: s, orderBy: '-sessions_change' }, /needs a comparison/],
  [{ metrics: s, filters: ['country'] }, /cannot be read.*country == Japan/],
  [{ metrics: s, filters: ['contry == Japan'] }, /Use `country`.*"filters":\["country == Japan"\]/],
  [{ metrics: s, filters: [{ any: ['country == Japan', 'sessions > 5'] }] }, /separate conditions/],
  [{ metrics: s, dimensions: ['minutesAgo'] }, /realtime/],
  [{ metrics: s, dimensions: ['cohort'] }, /cohort report/],
  [{ metrics: s, dimensions: ['dateRange'] }, /`compare`/],
  [{ metrics: s, currency: 'euros' }, /`currency`/],
  [{ metrics: s, segment: 'mobile' }, /no argument `segment`/],
  [{ metrics: s, dimensons: ['country'] }, /Did you mean `dimensions`/],
  [{ metrics: Array.from({ length: 11 }, (_, index) => `m${index}`) }, /at most 10/],
];

describe('calls as models send them', () => {
  for (const [given, meant] of metricNames) {
    it(`takes the metric ${given} for ${meant}`, async () => {
      const outcome = await ask({ property: '11', metrics: [given] });
      assert.ok('asked' in outcome, JSON.stringify(outcome));
      assert.deepEqual(outcome.asked.metrics, [meant]);
    });
  }

  for (const [given, meant] of dimensionNames) {
    it(`takes the dimension ${given} for ${meant}`, async () => {
      const outcome = await ask({
        property: '11',
        metrics: s,
        dimensions: [given],
        filters: [`${given.includes(' ') ? `"${given}"` : given} == x`],
      });
      assert.ok('asked' in outcome, JSON.stringify(outcome));
      assert.deepEqual(outcome.asked.dimensions, [meant]);
      assert.equal(outcome.asked.filter, meant);
    });
  }

  for (const [list, given, first] of suggested) {
    it(`suggests ${first} for ${given} among the ${list}`, async () => {
      const outcome = await ask({ property: '11', metrics: s, dimensions: [], [list]: [given] });
      assert.ok('refused' in outcome, JSON.stringify(outcome));
      assert.match(outcome.refused, new RegExp(`^bad-input: .*Use \`${first}\`.*For example: \\{.*"${first}"`));
    });
  }

  for (const [call, expected] of shapes) {
    it(`understands the call ${JSON.stringify(call)}`, async () => {
      const outcome = await ask(
        typeof call === 'string' || 'arguments' in (call as Call) || 'property_id' in (call as Call)
          ? call
          : { property: '11', ...(call as Call) },
      );
      assert.ok('asked' in outcome, JSON.stringify(outcome));
      const asked = Object.fromEntries(Object.keys(expected).map((key) => [key, outcome.asked[key as keyof Asked]]));
      assert.deepEqual(asked, expected);
    });
  }

  for (const [call, says] of refusals) {
    it(`explains what is wrong with the call ${JSON.stringify(call).slice(0, 90)}`, async () => {
      const outcome = await ask({ property: '11', ...call });
      assert.ok('refused' in outcome, JSON.stringify(outcome));
      assert.match(outcome.refused, /^bad-input: /);
      assert.match(outcome.refused, says);
    });
  }
});
