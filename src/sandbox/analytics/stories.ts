/**
 * What happened to the Merchandise Store: the true stories that its numbers tell, named here so that tests, demos and docs can
 * point at them.
 *
 *  1. autumn_sale: an e-mail campaign with four sends in the last two weeks; sessions of `newsletter / email` jump.
 *  2. The checkout that broke on mobile, for two days, seven and six days ago: begin_checkout without purchase, and
 *     `checkout_error` events that no other day has.
 *  3. Weekends: quieter on desktop in the shop, busier in the bakery.
 *  4. Growth: every week of the last four is larger than the one before, so "last week" beats "the week before" whether weeks
 *     are rolling, begin on Sunday or begin on Monday.
 *
 * All are counted in days before the day on which the sandbox was opened. Does not own: the drawing of visits (visit.ts).
 */

export const autumnSale = {
  campaign: 'autumn_sale',
  campaignId: '20671',
  source: 'newsletter',
  medium: 'email',
  /** Days ago on which the e-mail went out, and its size as a share of an ordinary day's sessions. */
  sends: [
    { daysAgo: 13, share: 0.22 },
    { daysAgo: 9, share: 0.26 },
    { daysAgo: 7, share: 0.34 },
    { daysAgo: 2, share: 0.38 },
  ],
  /** Of a send's sessions: on the day itself, the next day and the one after. */
  decay: [1, 0.45, 0.2],
} as const;

export const brokenCheckout = {
  device: 'mobile',
  /** Days ago, both inclusive. Seven days ago lies in last week whether weeks are rolling, begin on Sunday or on Monday. */
  from: 7,
  to: 6,
  errorEvent: 'checkout_error',
} as const;

export const growth = {
  /** Days over which sessions grow, and by how much in all. */
  days: 28,
  gain: 0.7,
} as const;

/** Sessions per weekday, Sunday first, as a factor on an ordinary day. */
export const weekdayFactors = {
  shop: [0.72, 1.1, 1.12, 1.14, 1.1, 1.02, 0.8],
  blog: [0.6, 1.15, 1.2, 1.2, 1.15, 1.0, 0.7],
  bakery: [1.35, 0.7, 0.75, 0.8, 0.95, 1.2, 1.6],
} as const;

/**
 * What stories exist, for a demo to list. Dates in `daysAgo` of the property's time zone.
 * @public
 */
export const stories = [
  {
    name: 'autumn_sale',
    property: '213025502',
    firstDaysAgo: 13,
    lastDaysAgo: 0,
    text: 'An e-mail campaign makes sessions from newsletter / email jump.',
  },
  {
    name: 'broken_mobile_checkout',
    property: '213025502',
    firstDaysAgo: 7,
    lastDaysAgo: 6,
    text: 'On mobile, nobody who begins checkout completes a purchase.',
  },
  {
    name: 'weekend_effect',
    property: '213025502',
    firstDaysAgo: 119,
    lastDaysAgo: 0,
    text: 'Weekends are clearly quieter than weekdays.',
  },
  {
    name: 'growth',
    property: '213025502',
    firstDaysAgo: 27,
    lastDaysAgo: 0,
    text: 'Each of the last four weeks has more sessions than the one before.',
  },
] as const;

/** Is `daysAgo` one of the days on which the mobile checkout was broken? */
export function checkoutIsBroken(daysAgo: number, device: string): boolean {
  return device === brokenCheckout.device && daysAgo <= brokenCheckout.from && daysAgo >= brokenCheckout.to;
}

/** Growth up to and beyond the opening day; the days ahead of it stay at its level. */
export function growthFactor(daysAgo: number): number {
  const days = Math.min(growth.days, Math.max(0, growth.days - daysAgo));
  return 1 + (growth.gain * days) / growth.days;
}

/** Sessions that autumn_sale brings on a day, as a share of an ordinary day. */
export function autumnSaleShare(daysAgo: number): number {
  let share = 0;
  for (const send of autumnSale.sends) {
    const after = send.daysAgo - daysAgo;
    share += send.share * (autumnSale.decay[after] ?? 0);
  }
  return share;
}
