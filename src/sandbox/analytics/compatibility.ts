/**
 * Which dimensions and metrics may stand in one report.
 *
 * Owns: the rules, and Google's advice on what to remove or add. Rules follow what the service is known to refuse; it has more of
 * them than anybody has written down. Does not own: checkCompatibility's answer (metadata.ts).
 */
import type { Dimension } from './dimensions.ts';
import { incompatible } from './errors.ts';
import type { Metric } from './metrics.ts';

export interface Advice {
  verb: 'remove' | 'add';
  fields: readonly string[];
}

export interface Mix {
  dimensions: readonly Dimension[];
  metrics: readonly Metric[];
}

/** Events that carry items, counted as events: item-scoped metrics do not go with them even without an item dimension. */
const itemEventMetrics = new Set(['itemViewEvents', 'itemListViewEvents', 'itemListClickEvents']);

const searchDimensions = new Set([
  'country',
  'countryId',
  'deviceCategory',
  'landingPage',
  'landingPagePlusQueryString',
  'date',
  'month',
  'year',
  'week',
]);

const names = (fields: readonly { name: string }[]): string[] => fields.map((field) => field.name).sort();

function isCampaign(dimension: Dimension): boolean {
  return dimension.category === 'Traffic Source' && /campaign/i.test(dimension.name);
}

type Rule = (mix: Mix) => Advice | undefined;

const remove = (fields: readonly { name: string }[]): Advice | undefined =>
  fields.length === 0 ? undefined : { verb: 'remove', fields: names(fields) };

const itemDimensionsWantItemMetrics: Rule = ({ dimensions, metrics }) =>
  dimensions.some((dimension) => dimension.scope === 'item')
    ? remove(metrics.filter((metric) => metric.scope !== 'item'))
    : undefined;

const itemMetricsRefuseItemEvents: Rule = ({ metrics }) =>
  metrics.some((metric) => metric.scope === 'item')
    ? remove(metrics.filter((metric) => itemEventMetrics.has(metric.name)))
    : undefined;

const costsBelongToCampaigns: Rule = ({ dimensions, metrics }) => {
  if (!metrics.some((metric) => metric.scope === 'cost')) return undefined;
  const strangers = dimensions.filter(
    (dimension) => dimension.category !== 'Traffic Source' && (dimension.scope !== 'time' || dimension.isHourly),
  );
  if (strangers.length > 0) return remove(strangers);
  return dimensions.some(isCampaign) ? undefined : { verb: 'add', fields: ['sessionCampaignName'] };
};

const searchStandsAlone: Rule = ({ dimensions, metrics }) => {
  const search = metrics.filter((metric) => metric.scope === 'search');
  if (search.length === 0) return undefined;
  const mixed = search.length < metrics.length || dimensions.some((dimension) => !searchDimensions.has(dimension.name));
  return mixed ? remove(search) : undefined;
};

const cohortsNeedCohorts: Rule = ({ dimensions, metrics }) => {
  const lonely = [
    ...dimensions.filter((dimension) => dimension.scope === 'cohort'),
    ...metrics.filter((metric) => metric.scope === 'cohort'),
  ];
  return remove(lonely);
};

const rollingUsersNeedDays: Rule = ({ dimensions, metrics }) =>
  metrics.some((metric) => metric.atoms.some((atom) => /^active\d+$/.test(atom)))
    ? remove(dimensions.filter((dimension) => dimension.isHourly))
    : undefined;

const rules: readonly Rule[] = [
  cohortsNeedCohorts,
  itemDimensionsWantItemMetrics,
  itemMetricsRefuseItemEvents,
  costsBelongToCampaigns,
  searchStandsAlone,
  rollingUsersNeedDays,
];

/** What Google would advise; undefined if the mix is fine. */
export function adviceFor(mix: Mix): Advice | undefined {
  for (const rule of rules) {
    const advice = rule(mix);
    if (advice !== undefined) return advice;
  }
  return undefined;
}

export function checkCompatible(mix: Mix): void {
  const advice = adviceFor(mix);
  if (advice !== undefined) throw incompatible(advice);
}
