/**
 * Which fields cannot stand in one report, as far as that is known without asking Google.
 *
 * Owns: the bundled rules. A refused request costs allowance (10,000 refusals in 15 minutes and the property is shut off,
 * https://developers.google.com/analytics/devguides/reporting/data/v1/quotas), so what is sure to be refused is not sent.
 * Google has more rules than anybody has written down: what passes here may still be refused there, and is explained
 * then (report-refusal.ts). Nothing is refused here on a guess.
 */
import type { Field } from './fields/catalogue.ts';

export interface Conflict {
  /** `remove`: these fields are in the way. `add`: one of these has to join. */
  verb: 'remove' | 'add';
  fields: readonly string[];
}

interface Mix {
  dimensions: readonly Field[];
  metrics: readonly Field[];
}

type Rule = (mix: Mix) => Conflict | undefined;

/** Events that carry items, counted as events. */
const ITEM_EVENTS = new Set(['itemViewEvents', 'itemListViewEvents', 'itemListClickEvents']);
/** Rates of items, which the catalogue counts among the events that they come from. */
const ITEM_RATES =
  /^(cartToViewRate|purchaseToViewRate|item.*ClickThroughRate|promotion(Views|Clicks)|itemsPromotion.*)$/;
const ROLLING_USERS = /^(active(1|7|28)DayUsers|dauPerMau|dauPerWau|wauPerMau)$/;
const HOURS = /^(dateHour|dateHourMinute|hour|minute|nthHour|nthMinute)$/;
const TRAFFIC = /source|medium|campaign|channelgroup|googleads|manual|keyword|adgroup|dv360|cm360|sa360/i;
const SEARCH_DIMENSIONS =
  /^(country|countryId|deviceCategory|landingPage|landingPagePlusQueryString|date|month|year|week)$/;

const isItem = (field: Field): boolean => field.scope === 'item';
/** A property's own metrics follow rules of their own, and Google is the one to say. */
const isOwn = (field: Field): boolean => field.name.includes(':');

const remove = (fields: readonly Field[]): Conflict | undefined =>
  fields.length === 0 ? undefined : { verb: 'remove', fields: fields.map((field) => field.name) };

const itemsWantItemMetrics: Rule = ({ dimensions, metrics }) =>
  dimensions.some(isItem)
    ? remove(metrics.filter((metric) => !isItem(metric) && !isOwn(metric) && !ITEM_RATES.test(metric.name)))
    : undefined;

const itemMetricsRefuseItemEvents: Rule = ({ metrics }) =>
  metrics.some(isItem) ? remove(metrics.filter((metric) => ITEM_EVENTS.has(metric.name))) : undefined;

const costsBelongToCampaigns: Rule = ({ dimensions, metrics }) => {
  if (!metrics.some((metric) => metric.scope === 'ads')) return undefined;
  const strangers = dimensions.filter(
    (dimension) =>
      !isOwn(dimension) && !TRAFFIC.test(dimension.name) && (dimension.scope !== 'time' || HOURS.test(dimension.name)),
  );
  if (strangers.length > 0) return remove(strangers);
  const hasCampaign = dimensions.some((dimension) => /campaign/i.test(dimension.name));
  return hasCampaign ? undefined : { verb: 'add', fields: ['sessionCampaignName'] };
};

const searchStandsAlone: Rule = ({ dimensions, metrics }) => {
  const search = metrics.filter((metric) => metric.scope === 'search');
  if (search.length === 0) return undefined;
  const strangers = dimensions.filter((dimension) => !SEARCH_DIMENSIONS.test(dimension.name));
  return remove([...strangers, ...metrics.filter((metric) => metric.scope !== 'search')]);
};

const rollingUsersNeedDays: Rule = ({ dimensions, metrics }) =>
  metrics.some((metric) => ROLLING_USERS.test(metric.name))
    ? remove(dimensions.filter((dimension) => HOURS.test(dimension.name)))
    : undefined;

const rules: readonly Rule[] = [
  itemsWantItemMetrics,
  itemMetricsRefuseItemEvents,
  costsBelongToCampaigns,
  searchStandsAlone,
  rollingUsersNeedDays,
];

/** What is wrong with these fields together; `undefined` when nothing is known to be. */
export function findConflict(mix: Mix): Conflict | undefined {
  for (const rule of rules) {
    const conflict = rule(mix);
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}
