/**
 * Every dimension that the sandbox's Data API knows, with the SQL that reads it from one event.
 *
 * Owns: names, categories, scopes and expressions. Expressions speak of `e` (the event), and of what it leads to: `s` session,
 * `u` user, `st`/`ft`/`et` the traffic of the session, of the user's first visit, and the one credited with a key event, `pl` place,
 * `dv` device, `p` page, `lp` landing page, `d` day, `i` item row, `g` product. Does not own: who joins them (query.ts).
 * A catalogue: long on purpose. Names: https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema
 */

export type Join = 's' | 'u' | 'st' | 'ft' | 'et' | 'pl' | 'dv' | 'p' | 'lp' | 'd' | 'g';

/** What a value belongs to; decides which metrics it may stand beside. */
export type DimensionScope = 'any' | 'time' | 'event' | 'session' | 'user' | 'item' | 'cohort';

export interface DayRange {
  first: number;
  last: number;
}

export interface Dimension {
  name: string;
  uiName: string;
  description: string;
  category: string;
  scope: DimensionScope;
  sql: string | ((range: DayRange) => string);
  joins: readonly Join[];
  /** What stands in a report for no value: mostly "(not set)", for event parameters the empty text. */
  unset: '(not set)' | '';
  deprecated: readonly string[];
  isCustom: boolean;
  /** Google withholds rows with few users for these. */
  isThresholded: boolean;
  /** Finer than a day: rolling users and advertising costs do not go with these. */
  isHourly: boolean;
}

interface Extra {
  unset?: '';
  deprecated?: readonly string[];
  isCustom?: boolean;
  isThresholded?: boolean;
  isHourly?: boolean;
}

type Line = readonly [
  name: string,
  uiName: string,
  sql: Dimension['sql'],
  joins: string,
  description: string,
  extra?: Extra,
];

function make(category: string, scope: DimensionScope, lines: readonly Line[]): Dimension[] {
  return lines.map(([name, uiName, sql, joins, description, extra = {}]) => ({
    name,
    uiName,
    description,
    category,
    scope,
    sql,
    joins: joins === '' ? [] : (joins.split(' ') as Join[]),
    unset: extra.unset ?? '(not set)',
    deprecated: extra.deprecated ?? [],
    isCustom: extra.isCustom ?? false,
    isThresholded: extra.isThresholded ?? false,
    isHourly: extra.isHourly ?? false,
  }));
}

/** A value in the event's own parameters; absent ones print as empty text, as Google does. */
export function parameterSql(name: string): string {
  return `json_extract(e.params, '$.${name}')`;
}

const parameter = (name: string): string => parameterSql(name);
const empty: Extra = { unset: '' };
const hourly: Extra = { isHourly: true };
const thresholded: Extra = { isThresholded: true };
const nothing = 'NULL';
const dateOf = (day: string): string => `strftime('%Y%m%d', ${day} * 86400, 'unixepoch')`;
const monthsOf = (day: string): string =>
  `(CAST(strftime('%Y', ${day} * 86400, 'unixepoch') AS INTEGER) * 12 + CAST(strftime('%m', ${day} * 86400, 'unixepoch') AS INTEGER))`;

const time = make('Time', 'time', [
  ['date', 'Date', 'd.date', 'd', 'The date of the event, YYYYMMDD.'],
  ['dateHour', 'Date + hour (YYYYMMDDHH)', "d.date || printf('%02d', e.hour)", 'd', 'Date and hour together.', hourly],
  [
    'dateHourMinute',
    'Date hour and minute',
    "d.date || printf('%02d%02d', e.hour, e.minute)",
    'd',
    'Date, hour and minute together.',
    hourly,
  ],
  ['day', 'Day', 'substr(d.date, 7, 2)', 'd', 'The day of the month, 01 to 31.'],
  [
    'hour',
    'Hour',
    "printf('%02d', e.hour)",
    '',
    'The hour of the event, 00 to 23, in the time zone of the property.',
    hourly,
  ],
  ['minute', 'Minute', "printf('%02d', e.minute)", '', 'The minute of the hour, 00 to 59.', hourly],
  [
    'dayOfWeek',
    'Day of week',
    'CAST(d.weekday AS TEXT)',
    'd',
    '0 to 6, Sunday first.',
    { deprecated: ['dayOfWeekZero'] },
  ],
  ['dayOfWeekName', 'Day of week name', 'd.weekday_name', 'd', 'The day of the week in English.'],
  [
    'week',
    'Week',
    'd.week',
    'd',
    'The week of the year, 01 to 53; weeks begin on Sunday and 1 January lies in week 01.',
  ],
  ['isoWeek', 'ISO week of the year', 'd.iso_week', 'd', 'The ISO week number; weeks begin on Monday.'],
  ['isoYear', 'ISO year', 'd.iso_year', 'd', 'The year that the ISO week belongs to.'],
  ['isoYearIsoWeek', 'ISO week of ISO year', 'd.iso_year || d.iso_week', 'd', 'ISO year and ISO week together.'],
  ['yearWeek', 'Year week', 'd.year || d.week', 'd', 'Year and week together.'],
  ['month', 'Month', 'd.month', 'd', 'The month, 01 to 12.'],
  ['yearMonth', 'Year month', 'd.year || d.month', 'd', 'Year and month together.'],
  ['year', 'Year', 'd.year', 'd', 'The year, four digits.'],
  [
    'nthDay',
    'Nth day',
    ({ first }) => `printf('%04d', e.day - ${first})`,
    '',
    'Days since the start of the date range.',
  ],
  [
    'nthWeek',
    'Nth week',
    // Weeks begin on Sunday: day 3 since 1970-01-01 was the first one.
    ({ first }) => `printf('%04d', (e.day + 4) / 7 - ${Math.floor((first + 4) / 7)})`,
    '',
    'Weeks since the start of the date range.',
  ],
  [
    'nthMonth',
    'Nth month',
    ({ first }) => `printf('%04d', ${monthsOf('e.day')} - ${monthsOf(String(first))})`,
    '',
    'Months since the start of the date range.',
  ],
  [
    'nthYear',
    'Nth year',
    ({ first }) =>
      `printf('%04d', strftime('%Y', e.day * 86400, 'unixepoch') - strftime('%Y', ${first} * 86400, 'unixepoch'))`,
    '',
    'Years since the start of the date range.',
  ],
  [
    'nthHour',
    'Nth hour',
    ({ first }) => `printf('%04d', (e.day - ${first}) * 24 + e.hour)`,
    '',
    'Hours since the start of the date range.',
    hourly,
  ],
  [
    'nthMinute',
    'Nth minute',
    ({ first }) => `printf('%04d', ((e.day - ${first}) * 24 + e.hour) * 60 + e.minute)`,
    '',
    'Minutes since the start of the date range.',
    hourly,
  ],
]);

/** The three scopes of traffic source: of the session, of the first visit, and credited for the key event. */
function traffic(
  scope: DimensionScope,
  alias: 'st' | 'ft' | 'et',
  named: (rest: string) => string,
  ui: (rest: string) => string,
): Dimension[] {
  const whose = { st: 'that began the session', ft: 'that first brought the user', et: 'credited with the key event' }[
    alias
  ];
  const needs = { st: 's st', ft: 'u ft', et: 'et' }[alias];
  const deprecated = alias === 'st' ? { deprecated: ['sessionDefaultChannelGrouping'] } : {};
  return make('Traffic Source', scope, [
    [
      named('DefaultChannelGroup'),
      ui('default channel group'),
      `${alias}.channel`,
      needs,
      `The default channel group ${whose}.`,
      deprecated,
    ],
    [
      named('PrimaryChannelGroup'),
      ui('primary channel group'),
      `${alias}.channel`,
      needs,
      `The property's primary channel group ${whose}.`,
    ],
    [named('Source'), ui('source'), `${alias}.source`, needs, `The source ${whose}.`],
    [named('Medium'), ui('medium'), `${alias}.medium`, needs, `The medium ${whose}.`],
    [
      named('SourceMedium'),
      ui('source / medium'),
      `${alias}.source || ' / ' || ${alias}.medium`,
      needs,
      `Source and medium ${whose}.`,
    ],
    [
      named('SourcePlatform'),
      ui('source platform'),
      `${alias}.platform`,
      needs,
      `The platform that managed the marketing ${whose}.`,
    ],
    [named('CampaignId'), ui('campaign ID'), `${alias}.campaign_id`, needs, `The id of the campaign ${whose}.`],
    [named('CampaignName'), ui('campaign'), `${alias}.campaign`, needs, `The campaign ${whose}.`],
    [
      named('ManualAdContent'),
      ui('manual ad content'),
      `${alias}.content`,
      needs,
      `utm_content of the visit ${whose}.`,
    ],
    [named('ManualTerm'), ui('manual term'), `${alias}.term`, needs, `utm_term of the visit ${whose}.`],
    [
      named('ManualCampaignName'),
      ui('manual campaign name'),
      `${alias}.campaign`,
      needs,
      `utm_campaign of the visit ${whose}.`,
    ],
    [named('ManualSource'), ui('manual source'), `${alias}.source`, needs, `utm_source of the visit ${whose}.`],
    [named('ManualMedium'), ui('manual medium'), `${alias}.medium`, needs, `utm_medium of the visit ${whose}.`],
    [
      named('GoogleAdsCampaignName'),
      ui('Google Ads campaign'),
      adsOnly(alias, 'campaign'),
      needs,
      `The Google Ads campaign ${whose}.`,
    ],
    [
      named('GoogleAdsCampaignId'),
      ui('Google Ads campaign ID'),
      adsOnly(alias, 'campaign_id'),
      needs,
      `The id of the Google Ads campaign ${whose}.`,
    ],
    [
      named('GoogleAdsAdGroupName'),
      ui('Google Ads ad group name'),
      adsOnly(alias, 'ad_group'),
      needs,
      `The Google Ads ad group ${whose}.`,
    ],
    [
      named('GoogleAdsKeyword'),
      ui('Google Ads keyword text'),
      adsOnly(alias, 'term'),
      needs,
      `The Google Ads keyword ${whose}.`,
    ],
    [named('GoogleAdsQuery'), ui('Google Ads query'), nothing, '', `The search query ${whose}.`],
    [
      named('GoogleAdsCustomerId'),
      ui('Google Ads customer ID'),
      adsOnly(alias, "'5341907782'"),
      needs,
      `The Google Ads account ${whose}.`,
    ],
  ]);
}

function adsOnly(alias: string, column: string): string {
  const value = column.startsWith("'") ? column : `${alias}.${column}`;
  return `CASE WHEN ${alias}.platform = 'Google Ads' THEN ${value} END`;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const sources = [
  ...traffic(
    'session',
    'st',
    (rest) => `session${rest}`,
    (rest) => `Session ${rest}`,
  ),
  ...traffic(
    'user',
    'ft',
    (rest) => `firstUser${rest}`,
    (rest) => `First user ${rest}`,
  ),
  ...traffic('event', 'et', lowerFirst, upperFirst),
];

const pages = make('Page / screen', 'event', [
  [
    'pagePath',
    'Page path',
    'p.path',
    'p',
    'The path of the page, from after the host name to before the query string.',
  ],
  ['pagePathPlusQueryString', 'Page path + query string', query('p'), 'p', 'Path and query string of the page.'],
  ['pageTitle', 'Page title', 'p.title', 'p', 'The title of the page.'],
  ['pageLocation', 'Page location', `'https://' || $host || ${query('p')}`, 'p', 'The whole URL of the page.'],
  ['fullPageUrl', 'Full page URL', `$host || ${query('p')}`, 'p', 'Host name, path and query string of the page.'],
  ['hostName', 'Hostname', 'CASE WHEN e.page_id IS NOT NULL THEN $host END', '', 'The host name of the page.'],
  [
    'pageReferrer',
    'Page referrer',
    'e.referrer',
    '',
    'The full URL of the page before, which may be of the same site.',
    empty,
  ],
  [
    'unifiedPagePathScreen',
    'Page path + query string and screen class',
    query('p'),
    'p',
    'Web path or app screen class.',
  ],
  [
    'unifiedPageScreen',
    'Page path and screen class',
    'p.path',
    'p',
    'Web path without query string, or app screen class.',
  ],
  ['unifiedScreenName', 'Page title and screen name', 'p.title', 'p', 'Web page title or app screen name.'],
  ['unifiedScreenClass', 'Page title and screen class', 'p.title', 'p', 'Web page title or app screen class.'],
  ['contentGroup', 'Content group', 'p.content_group', 'p', 'The content group of the page.'],
]);

const landings = make('Page / screen', 'session', [
  [
    'landingPage',
    'Landing page',
    'lp.path',
    's lp',
    'The path of the first page of the session, without the query string.',
  ],
  [
    'landingPagePlusQueryString',
    'Landing page + query string',
    query('lp'),
    's lp',
    'Path and query string of the first page of the session.',
  ],
]);

function query(alias: string): string {
  return `(${alias}.path || CASE WHEN ${alias}.query = '' THEN '' ELSE '?' || ${alias}.query END)`;
}

const eventFields = make('Event', 'event', [
  ['eventName', 'Event name', 'e.name', '', 'The name of the event.'],
  [
    'isKeyEvent',
    'Is key event',
    "CASE WHEN e.is_key THEN 'true' ELSE 'false' END",
    '',
    '"true" for key events.',
    { deprecated: ['isConversionEvent'] },
  ],
]);

const parameters = make('Other', 'event', [
  ['searchTerm', 'Search term', parameter('search_term'), '', 'What was searched for on the site.', empty],
  ['linkUrl', 'Link URL', parameter('link_url'), '', 'The address of an outbound or download link.', empty],
  ['linkDomain', 'Link domain', parameter('link_domain'), '', 'The domain of an outbound link.', empty],
  ['linkText', 'Link text', parameter('link_text'), '', 'The text of the link.', empty],
  ['linkId', 'Link ID', nothing, '', 'The HTML id of the link.', empty],
  ['linkClasses', 'Link classes', nothing, '', 'The HTML classes of the link.', empty],
  ['outbound', 'Outbound', parameter('outbound'), '', '"true" if the link leaves the site.', empty],
  ['fileName', 'File name', parameter('file_name'), '', 'The path of a downloaded file.', empty],
  ['fileExtension', 'File extension', parameter('file_extension'), '', 'The extension of a downloaded file.', empty],
  [
    'percentScrolled',
    'Percent scrolled',
    "CASE WHEN e.name = 'scroll' THEN '90' END",
    '',
    'How far down the page was scrolled.',
    empty,
  ],
  ['method', 'Method', parameter('method'), '', 'How an event was triggered, such as the way of signing up.'],
  ['contentType', 'Content type', nothing, '', 'The category of the content.'],
  ['contentId', 'Content ID', nothing, '', 'The id of the content.'],
  ['videoTitle', 'Video title', nothing, '', 'The title of a video.', empty],
  ['videoUrl', 'Video URL', nothing, '', 'The address of a video.', empty],
  ['videoProvider', 'Video provider', nothing, '', 'Who serves a video.', empty],
  ['visible', 'Visible', nothing, '', '"true" if the content was visible.', empty],
  ['groupId', 'Group ID', nothing, '', 'The group_id of the event.'],
  ['level', 'Level', nothing, '', 'The level reached in a game.'],
  ['character', 'Character', nothing, '', 'The character in a game.'],
  ['achievementId', 'Achievement ID', nothing, '', 'The achievement in a game.'],
  ['virtualCurrencyName', 'Virtual currency name', nothing, '', 'The virtual currency spent or earned.'],
  ['adFormat', 'Ad format', nothing, '', 'How an ad was shown.'],
  ['adSourceName', 'Ad source', nothing, '', 'The network that served an ad.'],
  ['adUnitName', 'Ad unit', nothing, '', 'The place reserved for an ad.'],
]);

const geography = make('Geography', 'any', [
  ['country', 'Country', 'pl.country', 'u pl', 'The country of the user.'],
  ['countryId', 'Country ID', 'pl.country_id', 'u pl', 'The country as an ISO 3166-1 alpha-2 code.'],
  ['region', 'Region', 'pl.region', 'u pl', 'The region or state of the user.'],
  ['city', 'City', 'pl.city', 'u pl', 'The city of the user.'],
  ['cityId', 'City ID', 'pl.city_id', 'u pl', 'The id of the city.'],
  ['continent', 'Continent', 'pl.continent', 'u pl', 'The continent of the user.'],
  [
    'continentId',
    'Continent ID',
    "CASE pl.continent WHEN 'Africa' THEN '002' WHEN 'Americas' THEN '019' WHEN 'Asia' THEN '142' WHEN 'Europe' THEN '150' WHEN 'Oceania' THEN '009' END",
    'u pl',
    'The continent as a UN M.49 code.',
  ],
  ['subContinent', 'Subcontinent', 'pl.sub_continent', 'u pl', 'The subcontinent of the user.'],
]);

const technology = make('Platform / device', 'any', [
  ['deviceCategory', 'Device category', 'dv.category', 'u dv', 'desktop, mobile, tablet or another kind of device.'],
  ['browser', 'Browser', 'dv.browser', 'u dv', 'The browser.'],
  ['operatingSystem', 'Operating system', 'dv.os', 'u dv', 'The operating system.'],
  ['operatingSystemVersion', 'OS version', 'dv.os_version', 'u dv', 'The version of the operating system.'],
  [
    'operatingSystemWithVersion',
    'Operating system with version',
    "dv.os || ' ' || dv.os_version",
    'u dv',
    'Operating system and version together.',
  ],
  ['mobileDeviceBranding', 'Device brand', 'dv.brand', 'u dv', 'The maker of the device.'],
  ['mobileDeviceModel', 'Device model', 'dv.model', 'u dv', 'The model of the device.'],
  ['mobileDeviceMarketingName', 'Device', 'dv.marketing_name', 'u dv', 'The name under which the device is sold.'],
  ['deviceModel', 'Device model (web)', 'dv.model', 'u dv', 'The model of the device.'],
  ['screenResolution', 'Screen resolution', 'dv.screen', 'u dv', 'The resolution of the screen, such as 1920x1080.'],
  ['language', 'Language', 'u.language', 'u', 'The language of the browser or device.'],
  ['languageCode', 'Language code', 'u.language_code', 'u', 'The language of the browser or device as a code.'],
  ['platform', 'Platform', "'web'", '', 'web, iOS or Android.'],
  [
    'platformDeviceCategory',
    'Platform / device category',
    "'web / ' || dv.category",
    'u dv',
    'Platform and device category together.',
  ],
  ['streamId', 'Stream ID', '$stream', '', 'The id of the data stream.'],
  ['streamName', 'Stream name', '$streamName', '', 'The name of the data stream.'],
  ['appVersion', 'App version', nothing, '', 'The version of the app.'],
]);

const people = make('User', 'user', [
  [
    'newVsReturning',
    'New / established',
    "CASE WHEN s.number = 1 THEN 'new' WHEN s.number > 1 THEN 'returning' END",
    's',
    '"new" in a first session, "returning" later.',
  ],
  [
    'signedInWithUserId',
    'Signed in with user ID',
    "CASE WHEN u.signed_in THEN 'yes' ELSE '' END",
    'u',
    '"yes" if the user was signed in.',
    empty,
  ],
  [
    'firstSessionDate',
    'First session date',
    dateOf('u.first_day'),
    'u',
    "The date of the user's first session, YYYYMMDD.",
  ],
]);

const demographics = make('Demographics', 'user', [
  ['userAgeBracket', 'Age', "COALESCE(u.age, 'unknown')", 'u', 'The age bracket of the user.', thresholded],
  ['userGender', 'Gender', "COALESCE(u.gender, 'unknown')", 'u', 'The gender of the user.', thresholded],
  ['brandingInterest', 'Interests', 'u.interest', 'u', 'What the user is interested in.', thresholded],
]);

const audiences = make('User', 'user', [
  ['audienceName', 'Audience name', "'All Users'", '', 'The audience that the user belongs to.', thresholded],
  ['audienceId', 'Audience ID', '$audience', '', 'The id of the audience.', thresholded],
  [
    'audienceResourceName',
    'Audience resource name',
    "'properties/' || $property || '/audiences/' || $audience",
    '',
    'The resource name of the audience.',
    thresholded,
  ],
]);

const commerce = make('Ecommerce', 'event', [
  ['transactionId', 'Transaction ID', 'e.transaction_id', '', 'The id of the order.'],
  ['orderCoupon', 'Order coupon', parameter('coupon'), '', 'The coupon of the whole order.'],
  ['shippingTier', 'Shipping tier', parameter('shipping_tier'), '', 'How the order is shipped.'],
  [
    'currencyCode',
    'Currency',
    'CASE WHEN e.value IS NOT NULL THEN $currency END',
    '',
    'The local currency of the event.',
    empty,
  ],
]);

const items = make('Ecommerce', 'item', [
  ['itemId', 'Item ID', 'g.item_id', 'g', 'The id of the item.'],
  ['itemName', 'Item name', 'g.name', 'g', 'The name of the item.'],
  ['itemBrand', 'Item brand', 'g.brand', 'g', 'The brand of the item.'],
  ['itemCategory', 'Item category', 'g.category', 'g', 'The first level of the category of the item.'],
  ['itemCategory2', 'Item category 2', 'g.category2', 'g', 'The second level of the category of the item.'],
  ['itemCategory3', 'Item category 3', 'g.category3', 'g', 'The third level of the category of the item.'],
  ['itemCategory4', 'Item category 4', nothing, '', 'The fourth level of the category of the item.'],
  ['itemCategory5', 'Item category 5', nothing, '', 'The fifth level of the category of the item.'],
  [
    'itemCategoryCombined',
    'Item category combined',
    "rtrim(g.category || '/' || g.category2 || '/' || g.category3, '/')",
    'g',
    'All levels of the category together.',
  ],
  ['itemVariant', 'Item variant', 'g.variant', 'g', 'The variant of the item.'],
  ['itemListName', 'Item list name', 'i.list_name', '', 'The list in which the item was shown.'],
  ['itemListId', 'Item list ID', nothing, '', 'The id of the list in which the item was shown.'],
  ['itemPromotionName', 'Item promotion name', 'i.promotion', '', 'The promotion in which the item was shown.'],
  ['itemPromotionId', 'Item promotion ID', nothing, '', 'The id of the promotion.'],
  ['itemPromotionCreativeName', 'Item promotion creative name', nothing, '', 'The creative of the promotion.'],
  ['itemAffiliation', 'Item affiliation', nothing, '', 'The shop that supplies the item.'],
]);

const cohorts = make('Cohort', 'cohort', [
  ['cohort', 'Cohort', nothing, '', 'The name of the cohort in the request.'],
  ['cohortNthDay', 'Daily cohort', nothing, '', 'Days since the first session, inside the cohort.'],
  ['cohortNthWeek', 'Weekly cohort', nothing, '', 'Weeks since the first session, inside the cohort.'],
  ['cohortNthMonth', 'Monthly cohort', nothing, '', 'Months since the first session, inside the cohort.'],
]);

/** The dimensions that every property has. `$name` in an expression is a text of the property, filled in by fields.ts. */
export const standardDimensions: readonly Dimension[] = [
  ...time,
  ...sources,
  ...pages,
  ...landings,
  ...eventFields,
  ...parameters,
  ...geography,
  ...technology,
  ...people,
  ...demographics,
  ...audiences,
  ...commerce,
  ...items,
  ...cohorts,
];

/** A dimension that a property's owner registered. */
export function customDimension(parts: {
  apiName: string;
  displayName: string;
  description: string;
  scope: 'EVENT' | 'USER' | 'ITEM';
  sql: string;
  joins: readonly Join[];
}): Dimension {
  const scope = { EVENT: 'event', USER: 'user', ITEM: 'item' } as const;
  const line: Line = [
    parts.apiName,
    parts.displayName,
    parts.sql,
    parts.joins.join(' '),
    parts.description,
    { isCustom: true },
  ];
  const [made] = make('Custom', scope[parts.scope], [line]);
  if (made === undefined) throw new RangeError('one line makes one dimension');
  return made;
}
