/**
 * Calls of the other report tools as people and models send them: understood (what stands in Google's request then), or
 * refused with what the sentence has to say. run_report's own are in wrong-calls.fixture.ts.
 *
 * Data only; wrong-report-calls.test.ts makes the calls.
 */

export type ToolCall = [tool: string, call: Record<string, unknown>, expected: RegExp];

/** The request that Google gets, as JSON. */
export const understood: ToolCall[] = [
  ['run_realtime_report', {}, /"metrics":\[\{"name":"activeUsers"\}\].*"startMinutesAgo":29,"endMinutesAgo":0/],
  ['run_realtime_report', { metrics: 'users' }, /"metrics":\[\{"name":"activeUsers"\}\]/],
  ['run_realtime_report', { metrics: ['pageviews'] }, /"metrics":\[\{"name":"screenPageViews"\}\]/],
  ['run_realtime_report', { metrics: ['conversions'] }, /"metrics":\[\{"name":"keyEvents"\}\]/],
  ['run_realtime_report', { dimensions: 'country' }, /"dimensions":\[\{"name":"country"\}\]/],
  ['run_realtime_report', { dimension: 'event_name' }, /"dimensions":\[\{"name":"eventName"\}\]/],
  ['run_realtime_report', { dimensions: ['unified_screen_name'] }, /"name":"unifiedScreenName"/],
  ['run_realtime_report', { minutes: 5 }, /"startMinutesAgo":4,"endMinutesAgo":0/],
  ['run_realtime_report', { minutes: 'last 10 minutes' }, /"startMinutesAgo":9,"endMinutesAgo":0/],
  ['run_realtime_report', { minutes: '29-5' }, /"startMinutesAgo":29,"endMinutesAgo":5/],
  ['run_realtime_report', { minutes: ['0-4', '5-29'] }, /"startMinutesAgo":4.*"startMinutesAgo":29,"endMinutesAgo":5/],
  ['run_realtime_report', { minute_ranges: [{ start_minutes_ago: 3 }] }, /"startMinutesAgo":3,"endMinutesAgo":0/],
  [
    'run_realtime_report',
    { minuteRanges: [{ startMinutesAgo: 9, endMinutesAgo: 4 }] },
    /"startMinutesAgo":9,"endMinutesAgo":4/,
  ],
  ['run_realtime_report', { dates: 'now' }, /"startMinutesAgo":29/],
  [
    'run_realtime_report',
    { dimension_filter: { filter: { field_name: 'country', string_filter: { value: 'Japan' } } } },
    /"dimensionFilter":.*"fieldName":"country"/,
  ],
  [
    'run_realtime_report',
    { dimensions: ['minutesAgo'] },
    /"orderBys":\[\{"desc":false,"dimension":\{"dimensionName":"minutesAgo"/,
  ],
  [
    'run_pivot_report',
    { metrics: 'sessions', rows: 'country', columns: 'device_category' },
    /"fieldNames":\["country"\].*"fieldNames":\["deviceCategory"\]/,
  ],
  [
    'run_pivot_report',
    { metrics: ['sessions'], dimensions: ['country', 'deviceCategory'] },
    /"fieldNames":\["country"\].*"fieldNames":\["deviceCategory"\]/,
  ],
  [
    'run_pivot_report',
    { metrics: ['sessions'], pivots: [{ fieldNames: ['country'], limit: 3 }, { field_names: ['browser'] }] },
    /"fieldNames":\["country"\].*"fieldNames":\["browser"\]/,
  ],
  [
    'run_pivot_report',
    { metrics: ['sessions'], rows: ['country'], columns: ['browser'], filters: ['deviceCategory == mobile'] },
    /"dimensions":\[\{"name":"country"\},\{"name":"browser"\},\{"name":"deviceCategory"\}\]/,
  ],
  [
    'run_pivot_report',
    { metrics: ['sessions'], rows: ['date'], columns: ['browser'] },
    /"orderBys":\[\{"desc":false,"dimension":\{"dimensionName":"date"/,
  ],
  [
    'run_funnel_report',
    { steps: ['view_item', 'purchase'] },
    /"funnelEventFilter":\{"eventName":"view_item"\}.*"funnelEventFilter":\{"eventName":"purchase"\}/,
  ],
  ['run_funnel_report', { steps: 'view_item > purchase' }, /"eventName":"view_item".*"eventName":"purchase"/],
  ['run_funnel_report', { steps: 'view_item, add_to_cart, purchase' }, /"eventName":"add_to_cart"/],
  [
    'run_funnel_report',
    { funnel_steps: [{ name: 'view_item' }, { name: 'Bought', event: 'purchase' }] },
    /"name":"Bought".*"eventName":"purchase"/,
  ],
  ['run_funnel_report', { funnel: { isOpenFunnel: true, steps: ['view_item', 'purchase'] } }, /"isOpenFunnel":true/],
  [
    'run_funnel_report',
    { steps: ['view_item', { event: 'purchase', within: '30 minutes' }] },
    /"withinDurationFromPriorStep":"1800s"/,
  ],
  [
    'run_funnel_report',
    { steps: ['view_item', { event: 'purchase', withinDurationFromPriorStep: '90s', isDirectlyFollowedBy: true }] },
    /"isDirectlyFollowedBy":true,"withinDurationFromPriorStep":"90s"/,
  ],
  [
    'run_funnel_report',
    { steps: ['page_view where page_path contains /cart', 'purchase'] },
    /"andGroup":.*"eventName":"page_view".*"funnelFieldFilter":\{"fieldName":"pagePath"/,
  ],
  [
    'run_funnel_report',
    { steps: ['add_to_cart or view_cart', 'purchase'] },
    /"orGroup":\{"expressions":\[\{"funnelEventFilter":\{"eventName":"add_to_cart"/,
  ],
  [
    'run_funnel_report',
    { steps: ['pagePath starts with /shop', 'purchase'] },
    /"funnelFieldFilter":\{"fieldName":"pagePath","stringFilter":\{"matchType":"BEGINS_WITH"/,
  ],
  [
    'run_funnel_report',
    { steps: [{ filterExpression: { funnelEventFilter: { eventName: 'view_item' } } }, 'purchase'] },
    /"fieldName":"eventName".*"value":"view_item"/,
  ],
  [
    'run_funnel_report',
    { steps: ['view_item', 'purchase'], breakdown: 'device' },
    /"breakdownDimension":\{"name":"deviceCategory"\}/,
  ],
  [
    'run_funnel_report',
    { steps: ['view_item', 'purchase'], funnel_breakdown: { breakdown_dimension: { name: 'country' } } },
    /"breakdownDimension":\{"name":"country"\}/,
  ],
  ['run_conversions_report', {}, /"conversionSpec":\{"conversionActions":\[\],"attributionModel":"DATA_DRIVEN"\}/],
  ['run_conversions_report', { model: 'LAST_CLICK' }, /"attributionModel":"LAST_CLICK"/],
  ['run_conversions_report', { attribution_model: 'last click' }, /"attributionModel":"LAST_CLICK"/],
  [
    'run_conversions_report',
    { conversion_spec: { conversion_actions: ['conversionActions/12'], attribution_model: 'LAST_CLICK' } },
    /"conversionActions":\["conversionActions\/12"\],"attributionModel":"LAST_CLICK"/,
  ],
  ['run_conversions_report', { conversions: ['12'] }, /"conversionActions":\["conversionActions\/12"\]/],
  [
    'run_conversions_report',
    { metrics: ['all_conversions_by_interaction_date'] },
    /"name":"allConversionsByInteractionDate"/,
  ],
  ['explain_change', { metric: 'revenue', by: ['device'] }, /"name":"deviceCategory"/],
  ['explain_change', { metrics: ['sessions'], dimensions: ['channel group'] }, /"name":"sessionDefaultChannelGroup"/],
  [
    'explain_change',
    { metric: 'sessions', compare: 'none' },
    /"startDate":"2026-11-02","endDate":"2026-11-08","name":"previous"/,
  ],
  [
    'explain_change',
    { metric: 'bounce rate', by: 'country' },
    /"metrics":\[\{"name":"bounceRate"\},\{"name":"sessions"\}\]/,
  ],
  [
    'explain_change',
    {
      metric: 'sessions',
      date_ranges: [
        { start_date: '2026-10-08', end_date: '2026-10-14' },
        { start_date: '2026-10-01', end_date: '2026-10-07' },
      ],
    },
    /"startDate":"2026-10-08".*"startDate":"2026-10-01"/,
  ],
  [
    'find_fields',
    { query: 'revenue', with: 'sessions' },
    /"metrics":\[\{"name":"sessions"\}\],"compatibilityFilter":"COMPATIBLE"/,
  ],
];

export const refusedCalls: ToolCall[] = [
  [
    'run_realtime_report',
    { dimensions: ['pagePath'] },
    /no `pagePath`.*`unifiedScreenName`.*For example: \{.*"unifiedScreenName"/,
  ],
  ['run_realtime_report', { dimensions: ['pageTitle'] }, /`unifiedScreenName`/],
  ['run_realtime_report', { dimensions: ['hour'] }, /`minutesAgo`/],
  ['run_realtime_report', { dimensions: ['browser'] }, /`deviceCategory`/],
  ['run_realtime_report', { dimensions: ['region'] }, /`country`/],
  ['run_realtime_report', { dimensions: ['sessionSource'] }, /nothing near it.*where they came from/],
  ['run_realtime_report', { metrics: ['sessions'] }, /no `sessions`.*`activeUsers`/],
  ['run_realtime_report', { metrics: ['totalRevenue'] }, /nothing near it.*`activeUsers`/],
  ['run_realtime_report', { filters: ['sessionMedium == organic'] }, /no `sessionMedium`/],
  ['run_realtime_report', { dates: 'yesterday' }, /know no dates.*run_report/],
  ['run_realtime_report', { minutes: '90' }, /`minutes` is `90`/],
  ['run_realtime_report', { minutes: ['1', '2', '3'] }, /at most 2 entries/],
  ['run_pivot_report', { metrics: ['sessions'], rows: ['country'] }, /`columns` is missing/],
  ['run_pivot_report', { metrics: ['sessions'], rows: ['country'], columns: ['country'] }, /different dimensions/],
  [
    'run_pivot_report',
    { metrics: ['sessions'], rows: ['itemName'], columns: ['country'] },
    /`sessions` cannot stand.*itemsViewed/,
  ],
  ['run_pivot_report', { metrics: ['sesions'], rows: ['country'], columns: ['browser'] }, /Use `sessions`/],
  ['run_funnel_report', { steps: ['purchase'] }, /2 to 10 steps; these are 1/],
  ['run_funnel_report', { steps: ['view_item', { within: '1 hour' }] }, /The step .* cannot be read/],
  ['run_funnel_report', { steps: ['view_item', { event: 'purchase', within: 'soon' }] }, /`within` is `soon`/],
  [
    'run_funnel_report',
    { steps: ['view_item', 'page_view where pagePathh == x'] },
    /Use `pagePath`.*"page_view where pagePath == x"/,
  ],
  ['run_funnel_report', { steps: ['view_item', 'purchase where sessions > 5'] }, /`sessions` is a metric/],
  ['run_funnel_report', { steps: ['view_item', 'purchase where itemName == x'] }, /`itemName` is about items/],
  ['run_funnel_report', { steps: ['view_item', 'purchase'], breakdown: 'sessions' }, /`sessions` is a metric/],
  ['run_conversions_report', { model: 'first_click' }, /one of data_driven, last_click/],
  ['run_conversions_report', { conversions: ['Purchase'] }, /lists no conversions under Advertising.*run_report/],
  ['explain_change', { metric: 'dauPerMau' }, /neither a sum nor a ratio/],
  ['explain_change', { metric: 'country' }, /`country` is a dimension/],
  ['explain_change', { metric: 'sessions', by: ['date'] }, /`date` differs between two periods anyway.*run_report/],
  ['explain_change', { metric: 'sessions', by: ['itemName'] }, /`sessions` cannot stand/],
  [
    'run_report',
    { metrics: ['sesions'], dimensions: ['contry'], filters: ['browsr == x'] },
    /`contry` is no.*`sesions` is no.*`browsr` is no.*"metrics":\["sessions"\],"dimensions":\["country"\].*"browser == x"/,
  ],
  [
    'run_report',
    { metrics: ['purchases per session'] },
    /Nearest by name: .*maybe something else; find_fields \{"search":"purchases per session"\} finds by meaning\.$/,
  ],
  ['explain_change', { metric: 'sesions' }, /For example: .*"metric":"sessions"/],
  ['explain_change', { metric: 'conversionRate' }, /Use `sessionKeyEventRate`/],
  ['find_fields', { with: ['sesions'] }, /Use `sessions`/],
  ['find_fields', { kind: 'number' }, /one of dimension, metric/],
  ['search', {}, /`query` is missing/],
  ['fetch', { id: '../secrets' }, /is no id of a search result/],
  ['fetch', { id: 'report/11/nothing' }, /is no id of a search result/],
];
