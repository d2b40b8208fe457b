/**
 * How the change of a metric can be taken apart.
 *
 * Owns: telling the three kinds from each other. A sum (visits, money) is the sum of its parts. People are counted once
 * in a total and once in each part, so parts overlap, and the overlap is a part of its own. A ratio changes because the
 * parts' own ratios changed or because the mix of parts did; its denominator is the weight of each part.
 */
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';
import type { Field } from './fields/catalogue.ts';

export type ChangeKind = { kind: 'sum' } | { kind: 'people' } | { kind: 'ratio'; weight: string };

const PEOPLE =
  /^(activeUsers|totalUsers|active[0-9]+DayUsers|scrolledUsers|totalPurchasers|firstTimePurchasers|crashAffectedUsers)$/;

/** What each ratio is divided by. */
const WEIGHTS: Readonly<Record<string, string>> = {
  engagementRate: 'sessions',
  bounceRate: 'sessions',
  sessionKeyEventRate: 'sessions',
  averageSessionDuration: 'sessions',
  screenPageViewsPerSession: 'sessions',
  eventsPerSession: 'sessions',
  sessionsPerUser: 'activeUsers',
  screenPageViewsPerUser: 'activeUsers',
  eventCountPerUser: 'activeUsers',
  userKeyEventRate: 'activeUsers',
  purchaserRate: 'activeUsers',
  firstTimePurchaserRate: 'activeUsers',
  averageRevenuePerUser: 'activeUsers',
  averagePurchaseRevenuePerUser: 'activeUsers',
  averagePurchaseRevenue: 'transactions',
  averagePurchaseRevenuePerPayingUser: 'totalPurchasers',
  transactionsPerPurchaser: 'totalPurchasers',
  firstTimePurchasersPerNewUser: 'newUsers',
  advertiserAdCostPerClick: 'advertiserAdClicks',
  returnOnAdSpend: 'advertiserAdCost',
  organicGoogleSearchClickThroughRate: 'organicGoogleSearchImpressions',
};

/** Sums that are neither counts nor money. */
const OTHER_SUMS = /^(userEngagementDuration|eventValue|customEvent:.+|countCustomEvent:.+)$/;

/** Throws ToolError `bad-input` for a metric that has no parts. */
export function changeKindOf({ name, unit }: Field): ChangeKind {
  if (PEOPLE.test(name)) return { kind: 'people' };
  const weight = WEIGHTS[name] ?? WEIGHTS[name.split(':')[0] ?? ''];
  if (weight !== undefined) return { kind: 'ratio', weight };
  const isAverage = /^average|Per[A-Z]|Rate$|Position$/.test(name);
  if (OTHER_SUMS.test(name) || /^keyEvents:/.test(name)) return { kind: 'sum' };
  if ((unit === 'count' || unit === 'currency') && !isAverage) return { kind: 'sum' };
  const message = `The change of ${quote(name)} cannot be taken apart: it is neither a sum nor a ratio of sums that Google tells. Compare it as a whole with run_report and \`compare\`, or explain what it is made of, such as \`sessions\`, \`activeUsers\`, \`keyEvents\` or \`totalRevenue\`.`;
  throw new ToolError('bad-input', message);
}

const SITE = ['sessionDefaultChannelGroup', 'sessionSourceMedium', 'deviceCategory', 'country', 'landingPage'];

/** Where a cause usually shows; every one of them goes with metrics of this scope. */
export function usualDimensions({ scope }: Field): readonly string[] {
  if (scope === 'item') return ['itemCategory', 'itemName', 'sessionDefaultChannelGroup', 'deviceCategory', 'country'];
  if (scope === 'ads') return ['sessionCampaignName'];
  return scope === 'search' ? ['landingPage', 'deviceCategory', 'country'] : SITE;
}
