/**
 * Every metric that the sandbox's Data API knows, as arithmetic over a few sums and counts in SQL.
 *
 * Owns: names, types, scopes, and what each is counted from. An atom is one SQL aggregate over one of the bases: `event` rows (`e`),
 * `item` rows (`i` with their event `e`), advertising `cost` rows (`a`), or `rolling` windows of days. Does not own: grouping and
 * filtering (query.ts). A catalogue: long on purpose.
 */
import type { Join } from './dimensions.ts';

export type MetricType =
  | 'TYPE_INTEGER'
  | 'TYPE_FLOAT'
  | 'TYPE_SECONDS'
  | 'TYPE_MILLISECONDS'
  | 'TYPE_CURRENCY'
  | 'TYPE_STANDARD';

export type MetricScope = 'any' | 'user' | 'session' | 'event' | 'item' | 'cost' | 'search' | 'cohort';

export type Base = 'event' | 'item' | 'cost' | 'rolling1' | 'rolling7' | 'rolling28';

export interface Atom {
  base: Base;
  sql: string;
  joins: readonly Join[];
}

/** Reads an atom's value in one row. */
export type Read = (atom: string) => number;

export interface Metric {
  name: string;
  uiName: string;
  description: string;
  category: string;
  type: MetricType;
  scope: MetricScope;
  atoms: readonly string[];
  value: (read: Read) => number;
  deprecated: readonly string[];
  /** How Google derives it, where its metadata says so. */
  expression?: string;
  isCustom: boolean;
}

const event = (sql: string, ...joins: Join[]): Atom => ({ base: 'event', sql, joins });
const item = (sql: string, ...joins: Join[]): Atom => ({ base: 'item', sql, joins });
const cost = (sql: string): Atom => ({ base: 'cost', sql, joins: [] });
const countOf = (name: string): Atom => event(`SUM(e.name = '${name}')`);
const usersWho = (condition: string, ...joins: Join[]): Atom =>
  event(`COUNT(DISTINCT CASE WHEN ${condition} THEN e.user_id END)`, ...joins);
const itemsIn = (name: string): Atom => item(`SUM(CASE WHEN i.event_name = '${name}' THEN i.quantity END)`);
const itemUsersIn = (name: string): Atom =>
  item(`COUNT(DISTINCT CASE WHEN i.event_name = '${name}' THEN i.user_id END)`);
const itemRowsIn = (name: string): Atom => item(`SUM(i.event_name = '${name}')`);

/** All atoms by name; those of key events and custom metrics are added per property (fields.ts). */
export const standardAtoms: Readonly<Record<string, Atom>> = {
  events: event('COUNT(*)'),
  users: event('COUNT(DISTINCT e.user_id)'),
  activeUsers: usersWho('s.active', 's'),
  newUsers: usersWho("e.name = 'first_visit'"),
  sessions: event('COUNT(DISTINCT e.session_id)'),
  engagedSessions: event('COUNT(DISTINCT CASE WHEN s.engaged THEN e.session_id END)', 's'),
  // Each session's duration once, however many of its rows are here: sessions and durations are whole numbers below 100,000.
  sessionSeconds: event('SUM(DISTINCT e.session_id * 100000 + s.duration) - SUM(DISTINCT e.session_id) * 100000', 's'),
  engagementSeconds: event('SUM(e.engagement_ms) / 1000'),
  views: countOf('page_view'),
  eventValue: event('SUM(e.value)'),
  keyEvents: event('SUM(e.is_key)'),
  keySessions: event('COUNT(DISTINCT CASE WHEN e.is_key THEN e.session_id END)'),
  keyUsers: usersWho('e.is_key'),
  scrolledUsers: usersWho("e.name = 'scroll'"),
  purchases: countOf('purchase'),
  grossRevenue: event("SUM(CASE WHEN e.name = 'purchase' THEN e.revenue END)"),
  refunds: event("-SUM(CASE WHEN e.name = 'refund' THEN e.revenue END)"),
  tax: event("SUM(CASE WHEN e.name = 'purchase' THEN e.tax END)"),
  shipping: event("SUM(CASE WHEN e.name = 'purchase' THEN e.shipping END)"),
  purchasers: usersWho("e.name = 'purchase'"),
  firstPurchasers: usersWho('e.first_purchase'),
  addToCarts: countOf('add_to_cart'),
  checkouts: countOf('begin_checkout'),
  viewItems: countOf('view_item'),
  listViews: countOf('view_item_list'),
  listClicks: countOf('select_item'),
  promotionViews: countOf('view_promotion'),
  promotionClicks: countOf('select_promotion'),
  itemsViewed: itemsIn('view_item'),
  itemsAdded: itemsIn('add_to_cart'),
  itemsCheckedOut: itemsIn('begin_checkout'),
  itemsPurchased: itemsIn('purchase'),
  itemsListed: itemsIn('view_item_list'),
  itemsClickedInList: itemsIn('select_item'),
  itemsInPromotion: itemsIn('view_promotion'),
  itemsClickedInPromotion: itemsIn('select_promotion'),
  itemRevenue: item("SUM(CASE WHEN i.event_name = 'purchase' THEN i.quantity * (i.price - i.discount) END)"),
  itemDiscount: item("SUM(CASE WHEN i.event_name = 'purchase' THEN i.quantity * i.discount END)"),
  itemViewers: itemUsersIn('view_item'),
  itemAdders: itemUsersIn('add_to_cart'),
  itemBuyers: itemUsersIn('purchase'),
  listedRows: itemRowsIn('view_item_list'),
  listClickRows: itemRowsIn('select_item'),
  promotedRows: itemRowsIn('view_promotion'),
  promotionClickRows: itemRowsIn('select_promotion'),
  adCost: cost('SUM(a.cost)'),
  adClicks: cost('SUM(a.clicks)'),
  adImpressions: cost('SUM(a.impressions)'),
  active1: { base: 'rolling1', sql: 'COUNT(DISTINCT CASE WHEN s.active THEN e.user_id END)', joins: ['s'] },
  active7: { base: 'rolling7', sql: 'COUNT(DISTINCT CASE WHEN s.active THEN e.user_id END)', joins: ['s'] },
  active28: { base: 'rolling28', sql: 'COUNT(DISTINCT CASE WHEN s.active THEN e.user_id END)', joins: ['s'] },
};

interface Extra {
  deprecated?: readonly string[];
  expression?: string;
  isCustom?: boolean;
}

type Line = readonly [
  name: string,
  uiName: string,
  type: string,
  scope: MetricScope,
  formula: string,
  description: string,
  extra?: Extra,
];

/** Division as reports do it: nothing divided by nothing is 0. */
function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}

/** A formula is an atom, `a/b`, `a-b`, `1-a/b` or `0`. Anything richer would hide what a metric is. */
function readFormula(formula: string): Pick<Metric, 'atoms' | 'value'> {
  if (formula === '0') return { atoms: [], value: () => 0 };
  const complement = /^1-(\w+)\/(\w+)$/.exec(formula);
  if (complement) {
    const [, a = '', b = ''] = complement;
    return { atoms: [a, b], value: (read) => (read(b) === 0 ? 0 : 1 - read(a) / read(b)) };
  }
  const [, a = '', operator = '', b = ''] = /^(\w+)(?:([-/])(\w+))?$/.exec(formula) ?? [];
  if (operator === '') return { atoms: [a], value: (read) => read(a) };
  return { atoms: [a, b], value: operator === '/' ? (read) => ratio(read(a), read(b)) : (read) => read(a) - read(b) };
}

function make(category: string, lines: readonly Line[]): Metric[] {
  return lines.map(([name, uiName, type, scope, formula, description, extra = {}]) => ({
    name,
    uiName,
    description,
    category,
    type: `TYPE_${type}` as MetricType,
    scope,
    ...readFormula(formula),
    deprecated: extra.deprecated ?? [],
    ...(extra.expression === undefined ? {} : { expression: extra.expression }),
    isCustom: extra.isCustom ?? false,
  }));
}

const users = make('User', [
  [
    'activeUsers',
    'Active users',
    'INTEGER',
    'user',
    'activeUsers',
    'Distinct users who visited the site or app: "Users" in the interface.',
  ],
  ['totalUsers', 'Total users', 'INTEGER', 'user', 'users', 'Distinct users who logged at least one event.'],
  ['newUsers', 'New users', 'INTEGER', 'user', 'newUsers', 'Users who came for the first time.'],
  [
    'active1DayUsers',
    '1-day active users',
    'INTEGER',
    'user',
    'active1',
    'Distinct active users in the last day of the range.',
  ],
  [
    'active7DayUsers',
    '7-day active users',
    'INTEGER',
    'user',
    'active7',
    'Distinct active users in the seven days up to the end of the range.',
  ],
  [
    'active28DayUsers',
    '28-day active users',
    'INTEGER',
    'user',
    'active28',
    'Distinct active users in the 28 days up to the end of the range.',
  ],
  [
    'dauPerMau',
    'DAU / MAU',
    'FLOAT',
    'user',
    'active1/active28',
    '1-day active users as a fraction of 28-day active users.',
  ],
  [
    'dauPerWau',
    'DAU / WAU',
    'FLOAT',
    'user',
    'active1/active7',
    '1-day active users as a fraction of 7-day active users.',
  ],
  [
    'wauPerMau',
    'WAU / MAU',
    'FLOAT',
    'user',
    'active7/active28',
    '7-day active users as a fraction of 28-day active users.',
  ],
  [
    'userEngagementDuration',
    'User engagement',
    'SECONDS',
    'any',
    'engagementSeconds',
    'Seconds for which the site was in the foreground, in total.',
  ],
  [
    'scrolledUsers',
    'Scrolled users',
    'INTEGER',
    'user',
    'scrolledUsers',
    'Users who scrolled down at least 90% of a page.',
  ],
  ['crashAffectedUsers', 'Crash-affected users', 'INTEGER', 'user', '0', 'Users with a crash.'],
  [
    'crashFreeUsersRate',
    'Crash-free users rate',
    'FLOAT',
    'user',
    'users/users',
    'The fraction of users without a crash.',
  ],
]);

const sessions = make('Session', [
  ['sessions', 'Sessions', 'INTEGER', 'session', 'sessions', 'Sessions that began.'],
  [
    'engagedSessions',
    'Engaged sessions',
    'INTEGER',
    'session',
    'engagedSessions',
    'Sessions longer than 10 seconds, with a key event or with two or more views.',
  ],
  [
    'engagementRate',
    'Engagement rate',
    'FLOAT',
    'session',
    'engagedSessions/sessions',
    'Engaged sessions as a fraction of sessions.',
  ],
  [
    'bounceRate',
    'Bounce rate',
    'FLOAT',
    'session',
    '1-engagedSessions/sessions',
    'The fraction of sessions that were not engaged.',
  ],
  [
    'averageSessionDuration',
    'Average session duration',
    'SECONDS',
    'session',
    'sessionSeconds/sessions',
    'The average length of sessions in seconds.',
  ],
  [
    'sessionsPerUser',
    'Sessions per active user',
    'FLOAT',
    'session',
    'sessions/activeUsers',
    'Sessions per active user.',
    { expression: 'sessions/activeUsers' },
  ],
  [
    'sessionKeyEventRate',
    'Session key event rate',
    'FLOAT',
    'session',
    'keySessions/sessions',
    'The fraction of sessions with a key event.',
    { deprecated: ['sessionConversionRate'] },
  ],
]);

const views = make('Page / screen', [
  ['screenPageViews', 'Views', 'INTEGER', 'event', 'views', 'Pages and app screens that were viewed.'],
  [
    'screenPageViewsPerSession',
    'Views per session',
    'FLOAT',
    'session',
    'views/sessions',
    'Views per session.',
    { expression: 'screenPageViews/sessions' },
  ],
  [
    'screenPageViewsPerUser',
    'Views per active user',
    'FLOAT',
    'event',
    'views/activeUsers',
    'Views per active user.',
    { expression: 'screenPageViews/activeUsers' },
  ],
]);

const events = make('Event', [
  ['eventCount', 'Event count', 'INTEGER', 'event', 'events', 'Events.'],
  [
    'eventCountPerUser',
    'Event count per active user',
    'FLOAT',
    'event',
    'events/activeUsers',
    'Events per active user.',
    { expression: 'eventCount/activeUsers' },
  ],
  [
    'eventsPerSession',
    'Events per session',
    'FLOAT',
    'event',
    'events/sessions',
    'Events per session.',
    { expression: 'eventCount/sessions' },
  ],
  ['eventValue', 'Event value', 'FLOAT', 'event', 'eventValue', 'The sum of the parameter "value".'],
  ['keyEvents', 'Key events', 'FLOAT', 'event', 'keyEvents', 'Key events.', { deprecated: ['conversions'] }],
  [
    'userKeyEventRate',
    'User key event rate',
    'FLOAT',
    'user',
    'keyUsers/activeUsers',
    'The fraction of users with a key event.',
    { deprecated: ['userConversionRate'] },
  ],
]);

const revenue = make('Revenue', [
  [
    'totalRevenue',
    'Total revenue',
    'CURRENCY',
    'event',
    'grossRevenue-refunds',
    'Purchases, subscriptions and advertising, less refunds.',
  ],
  ['purchaseRevenue', 'Purchase revenue', 'CURRENCY', 'event', 'grossRevenue-refunds', 'Purchases less refunds.'],
  ['grossPurchaseRevenue', 'Gross purchase revenue', 'CURRENCY', 'event', 'grossRevenue', 'Purchases before refunds.'],
  ['refundAmount', 'Refund amount', 'CURRENCY', 'event', 'refunds', 'Refunds.'],
  ['averageRevenuePerUser', 'ARPU', 'CURRENCY', 'user', 'grossRevenue/activeUsers', 'Revenue per active user.'],
  [
    'averagePurchaseRevenuePerUser',
    'Average purchase revenue per active user',
    'CURRENCY',
    'user',
    'grossRevenue/activeUsers',
    'Purchase revenue per active user.',
  ],
  [
    'averagePurchaseRevenuePerPayingUser',
    'ARPPU',
    'CURRENCY',
    'user',
    'grossRevenue/purchasers',
    'Purchase revenue per user who bought.',
  ],
  [
    'averagePurchaseRevenue',
    'Average purchase revenue',
    'CURRENCY',
    'event',
    'grossRevenue/purchases',
    'Purchase revenue per purchase.',
  ],
  ['totalAdRevenue', 'Total ad revenue', 'CURRENCY', 'event', '0', 'Revenue from advertising in apps.'],
  ['shippingAmount', 'Shipping amount', 'CURRENCY', 'event', 'shipping', 'Shipping of orders.'],
  ['taxAmount', 'Tax amount', 'CURRENCY', 'event', 'tax', 'Tax on orders.'],
]);

const commerce = make('Ecommerce', [
  ['ecommercePurchases', 'Ecommerce purchases', 'INTEGER', 'event', 'purchases', 'Purchases.'],
  ['transactions', 'Transactions', 'INTEGER', 'event', 'purchases', 'Transaction events with revenue.'],
  [
    'transactionsPerPurchaser',
    'Transactions per purchaser',
    'FLOAT',
    'event',
    'purchases/purchasers',
    'Transactions per user who bought.',
    { expression: 'transactions/totalPurchasers' },
  ],
  ['totalPurchasers', 'Total purchasers', 'INTEGER', 'user', 'purchasers', 'Users who bought.'],
  [
    'purchaserRate',
    'Purchaser rate',
    'FLOAT',
    'user',
    'purchasers/activeUsers',
    'The fraction of active users who bought.',
    { deprecated: ['purchaserConversionRate'] },
  ],
  [
    'firstTimePurchasers',
    'First time purchasers',
    'INTEGER',
    'user',
    'firstPurchasers',
    'Users who bought for the first time.',
  ],
  [
    'firstTimePurchaserRate',
    'First-time purchaser rate',
    'FLOAT',
    'user',
    'firstPurchasers/activeUsers',
    'The fraction of active users who bought for the first time.',
    { deprecated: ['firstTimePurchaserConversionRate'] },
  ],
  [
    'firstTimePurchasersPerNewUser',
    'First-time purchasers per new user',
    'FLOAT',
    'user',
    'firstPurchasers/newUsers',
    'First-time purchasers per new user.',
  ],
  ['addToCarts', 'Add to carts', 'INTEGER', 'event', 'addToCarts', 'Times that users added items to their carts.'],
  ['checkouts', 'Checkouts', 'INTEGER', 'event', 'checkouts', 'Times that users began checkout.'],
  [
    'cartToViewRate',
    'Cart-to-view rate',
    'FLOAT',
    'item',
    'itemAdders/itemViewers',
    'Users who added an item to the cart, as a fraction of those who viewed it.',
  ],
  [
    'purchaseToViewRate',
    'Purchase-to-view rate',
    'FLOAT',
    'item',
    'itemBuyers/itemViewers',
    'Users who bought an item, as a fraction of those who viewed it.',
  ],
  ['itemViewEvents', 'Item view events', 'INTEGER', 'event', 'viewItems', 'Events in which item details were viewed.'],
  [
    'itemListViewEvents',
    'Item-list view events',
    'INTEGER',
    'event',
    'listViews',
    'Events in which an item list was viewed.',
  ],
  [
    'itemListClickEvents',
    'Item-list click events',
    'INTEGER',
    'event',
    'listClicks',
    'Events in which an item of a list was clicked.',
  ],
  [
    'itemListClickThroughRate',
    'Item list click through rate',
    'FLOAT',
    'item',
    'listClickRows/listedRows',
    'Clicks on items of lists, as a fraction of views.',
  ],
  [
    'itemPromotionClickThroughRate',
    'Item promotion click through rate',
    'FLOAT',
    'item',
    'promotionClickRows/promotedRows',
    'Clicks on promoted items, as a fraction of views.',
  ],
  ['promotionViews', 'Promotion views', 'INTEGER', 'event', 'promotionViews', 'Times that a promotion was viewed.'],
  ['promotionClicks', 'Promotion clicks', 'INTEGER', 'event', 'promotionClicks', 'Times that a promotion was clicked.'],
  ['itemsViewed', 'Items viewed', 'INTEGER', 'item', 'itemsViewed', 'Units viewed.'],
  ['itemsAddedToCart', 'Items added to cart', 'INTEGER', 'item', 'itemsAdded', 'Units added to carts.'],
  ['itemsCheckedOut', 'Items checked out', 'INTEGER', 'item', 'itemsCheckedOut', 'Units in checkout.'],
  ['itemsPurchased', 'Items purchased', 'INTEGER', 'item', 'itemsPurchased', 'Units bought.'],
  ['itemsViewedInList', 'Items viewed in list', 'INTEGER', 'item', 'itemsListed', 'Units viewed in lists.'],
  ['itemsClickedInList', 'Items clicked in list', 'INTEGER', 'item', 'itemsClickedInList', 'Units clicked in lists.'],
  [
    'itemsViewedInPromotion',
    'Items viewed in promotion',
    'INTEGER',
    'item',
    'itemsInPromotion',
    'Units viewed in promotions.',
  ],
  [
    'itemsClickedInPromotion',
    'Items clicked in promotion',
    'INTEGER',
    'item',
    'itemsClickedInPromotion',
    'Units clicked in promotions.',
  ],
  ['itemRevenue', 'Item revenue', 'CURRENCY', 'item', 'itemRevenue', 'Revenue of items, without shipping and tax.'],
  ['grossItemRevenue', 'Gross item revenue', 'CURRENCY', 'item', 'itemRevenue', 'Revenue of items before refunds.'],
  ['itemRefundAmount', 'Item refund amount', 'CURRENCY', 'item', '0', 'Refunded item revenue.'],
  ['itemDiscountAmount', 'Item discount amount', 'CURRENCY', 'item', 'itemDiscount', 'Discounts on items.'],
]);

const advertising = make('Advertising', [
  ['advertiserAdCost', 'Ads cost', 'CURRENCY', 'cost', 'adCost', 'What was paid for ads.'],
  ['advertiserAdClicks', 'Ads clicks', 'INTEGER', 'cost', 'adClicks', 'Clicks on ads.'],
  ['advertiserAdImpressions', 'Ads impressions', 'INTEGER', 'cost', 'adImpressions', 'Impressions of ads.'],
  [
    'advertiserAdCostPerClick',
    'Ads cost per click',
    'CURRENCY',
    'cost',
    'adCost/adClicks',
    'Cost per click.',
    { expression: 'advertiserAdCost/advertiserAdClicks' },
  ],
  [
    'advertiserAdCostPerKeyEvent',
    'Cost per key event',
    'CURRENCY',
    'cost',
    'adCost/keyEvents',
    'Cost per key event.',
    { deprecated: ['advertiserAdCostPerConversion'] },
  ],
  ['returnOnAdSpend', 'Return on ad spend', 'FLOAT', 'cost', 'grossRevenue/adCost', 'Revenue per cost.'],
  ['publisherAdClicks', 'Publisher ad clicks', 'INTEGER', 'event', '0', 'ad_click events.'],
  ['publisherAdImpressions', 'Publisher ad impressions', 'INTEGER', 'event', '0', 'ad_impression events.'],
  ['adUnitExposure', 'Ad unit exposure', 'MILLISECONDS', 'event', '0', 'How long ad units were seen.'],
]);

const searchConsole = make('Search Console', [
  [
    'organicGoogleSearchClicks',
    'Organic Google Search clicks',
    'INTEGER',
    'search',
    '0',
    'Clicks in Google Search; needs a linked Search Console.',
  ],
  [
    'organicGoogleSearchImpressions',
    'Organic Google Search impressions',
    'INTEGER',
    'search',
    '0',
    'Impressions in Google Search; needs a linked Search Console.',
  ],
  [
    'organicGoogleSearchClickThroughRate',
    'Organic Google Search click through rate',
    'FLOAT',
    'search',
    '0',
    'Clicks per impression; needs a linked Search Console.',
  ],
  [
    'organicGoogleSearchAveragePosition',
    'Organic Google Search average position',
    'FLOAT',
    'search',
    '0',
    'Average position; needs a linked Search Console.',
  ],
]);

const cohorts = make('Cohort', [
  ['cohortActiveUsers', 'Cohort active users', 'INTEGER', 'cohort', '0', 'Users of the cohort who were active.'],
  ['cohortTotalUsers', 'Cohort total users', 'INTEGER', 'cohort', '0', 'Users of the cohort.'],
]);

/** The metrics that every property has. */
export const standardMetrics: readonly Metric[] = [
  ...users,
  ...sessions,
  ...views,
  ...events,
  ...revenue,
  ...commerce,
  ...advertising,
  ...searchConsole,
  ...cohorts,
];

/** The metrics and atoms that a key event brings. */
export function keyEventMetrics(name: string): { metrics: Metric[]; atoms: Record<string, Atom> } {
  const atom = name.replaceAll(/\W/g, '_');
  const happened = `e.is_key AND e.name = '${atom}'`;
  return {
    atoms: {
      [`key_${atom}`]: event(`SUM(${happened})`),
      [`keySessions_${atom}`]: event(`COUNT(DISTINCT CASE WHEN ${happened} THEN e.session_id END)`),
      [`keyUsers_${atom}`]: usersWho(happened),
    },
    metrics: make('Event', [
      [
        `keyEvents:${name}`,
        `Key events for ${name}`,
        'FLOAT',
        'event',
        `key_${atom}`,
        `Times that ${name} happened as a key event.`,
        { deprecated: [`conversions:${name}`] },
      ],
      [
        `sessionKeyEventRate:${name}`,
        `Session key event rate for ${name}`,
        'FLOAT',
        'session',
        `keySessions_${atom}/sessions`,
        `The fraction of sessions with ${name}.`,
        { deprecated: [`sessionConversionRate:${name}`] },
      ],
      [
        `userKeyEventRate:${name}`,
        `User key event rate for ${name}`,
        'FLOAT',
        'user',
        `keyUsers_${atom}/activeUsers`,
        `The fraction of users with ${name}.`,
        { deprecated: [`userConversionRate:${name}`] },
      ],
    ]),
  };
}

/** The three metrics and two atoms of a registered custom metric. */
export function customMetrics(parts: {
  apiName: string;
  displayName: string;
  description: string;
  unit: string;
  sql: string;
}): {
  metrics: Metric[];
  atoms: Record<string, Atom>;
} {
  const parameter = parts.apiName.slice(parts.apiName.indexOf(':') + 1);
  const unit = ['CURRENCY', 'SECONDS', 'MILLISECONDS'].includes(parts.unit) ? parts.unit : 'STANDARD';
  const custom = { isCustom: true };
  return {
    atoms: { [`sum_${parameter}`]: event(`SUM(${parts.sql})`), [`count_${parameter}`]: event(`COUNT(${parts.sql})`) },
    metrics: make('Custom', [
      [`customEvent:${parameter}`, parts.displayName, unit, 'event', `sum_${parameter}`, parts.description, custom],
      [
        `averageCustomEvent:${parameter}`,
        `Average ${parts.displayName}`,
        unit,
        'event',
        `sum_${parameter}/count_${parameter}`,
        `The average of ${parts.displayName}.`,
        custom,
      ],
      [
        `countCustomEvent:${parameter}`,
        `Count of ${parts.displayName}`,
        'INTEGER',
        'event',
        `count_${parameter}`,
        `Events with ${parts.displayName}.`,
        custom,
      ],
    ]),
  };
}
