/**
 * Reports that are asked for again and again, ready under a name: what `search` finds and `fetch` brings.
 *
 * Owns: which there are, their arguments for run_report, and their ids. Does not own: running them.
 */

export interface ReadyReport {
  /** The second half of an id: `report/123/channels`. */
  name: string;
  title: string;
  /** Words under which it is found besides those of its title. */
  words: string;
  arguments: Readonly<Record<string, unknown>>;
}

const MONTH = { dates: 'last_28_days', compare: 'previous_period', limit: 15 };

export const readyReports: readonly ReadyReport[] = [
  {
    name: 'overview',
    title: 'Overview of the last 28 days',
    words: 'summary users sessions revenue key events conversions how did we do traffic visits',
    arguments: {
      ...MONTH,
      metrics: [
        'activeUsers',
        'newUsers',
        'sessions',
        'engagementRate',
        'screenPageViews',
        'keyEvents',
        'totalRevenue',
      ],
    },
  },
  {
    name: 'channels',
    title: 'Channels of the last 28 days',
    words: 'traffic sources acquisition where visitors come from marketing organic paid email social referral',
    arguments: {
      ...MONTH,
      metrics: ['sessions', 'engagementRate', 'keyEvents'],
      dimensions: ['sessionDefaultChannelGroup'],
    },
  },
  {
    name: 'landing-pages',
    title: 'Landing pages of the last 28 days',
    words: 'entry pages seo content bounce first page',
    arguments: { ...MONTH, metrics: ['sessions', 'bounceRate', 'keyEvents'], dimensions: ['landingPage'] },
  },
  {
    name: 'pages',
    title: 'Most viewed pages of the last 28 days',
    words: 'content articles top popular views blog posts',
    arguments: { ...MONTH, metrics: ['screenPageViews', 'activeUsers'], dimensions: ['pagePath'] },
  },
  {
    name: 'devices-and-countries',
    title: 'Devices and countries of the last 28 days',
    words: 'audience mobile desktop geography location visitors users',
    arguments: { ...MONTH, metrics: ['activeUsers', 'sessions'], dimensions: ['country', 'deviceCategory'] },
  },
  {
    name: 'key-events',
    title: 'Key events of the last 28 days',
    words: 'conversions goals leads purchases sign-ups events',
    arguments: {
      ...MONTH,
      metrics: ['keyEvents', 'eventCount'],
      dimensions: ['eventName'],
      filters: ['isKeyEvent == true'],
    },
  },
  {
    name: 'products',
    title: 'Products of the last 28 days',
    words: 'items shop ecommerce revenue sales bestsellers sold',
    arguments: { ...MONTH, metrics: ['itemRevenue', 'itemsPurchased', 'itemsViewed'], dimensions: ['itemName'] },
  },
  {
    name: 'days',
    title: 'Day by day, last 28 days',
    words: 'trend daily development time series history',
    arguments: {
      metrics: ['activeUsers', 'sessions', 'keyEvents', 'totalRevenue'],
      dimensions: ['date'],
      dates: 'last_28_days',
    },
  },
];

/** Where the numbers of a property are found by a person. */
export function propertyUrl(id: string): string {
  return `https://analytics.google.com/analytics/web/#/p${id}/reports/intelligenthome`;
}

export const propertyKey = (id: string): string => `property/${id}`;
export const reportKey = (id: string, { name }: ReadyReport): string => `report/${id}/${name}`;

/** `report` is absent for a property as such; `undefined` for what is no id of ours. */
export function readKey(key: string): { propertyId: string; report: ReadyReport | undefined } | undefined {
  const property = /^(?:property\/|properties\/)?([0-9]{1,20})$/.exec(key.trim())?.[1];
  if (property !== undefined) return { propertyId: property, report: undefined };
  const [, propertyId, name] = /^report\/([0-9]{1,20})\/([a-z-]+)$/.exec(key.trim()) ?? [];
  const report = readyReports.find((one) => one.name === name);
  return propertyId === undefined || report === undefined ? undefined : { propertyId, report };
}
