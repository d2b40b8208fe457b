/**
 * `GET …/metadata` and `checkCompatibility`: which fields a property has, and which go with what is chosen already.
 *
 * Owns: both answers. Does not own: the catalogues (dimensions.ts, metrics.ts) nor the rules (compatibility.ts).
 */
import { adviceFor } from './compatibility.ts';
import type { Dimension } from './dimensions.ts';
import { fieldsOf } from './fields.ts';
import type { CheckCompatibilityRequest } from './messages.ts';
import type { Metric } from './metrics.ts';
import { planFields, planFilters } from './report-request.ts';

type Described = Record<string, unknown>;

function describeDimension(dimension: Dimension): Described {
  return {
    apiName: dimension.name,
    uiName: dimension.uiName,
    description: dimension.description,
    ...(dimension.deprecated.length === 0 ? {} : { deprecatedApiNames: dimension.deprecated }),
    ...(dimension.isCustom ? { customDefinition: true } : {}),
    category: dimension.category,
  };
}

function describeMetric(metric: Metric): Described {
  return {
    apiName: metric.name,
    uiName: metric.uiName,
    description: metric.description,
    ...(metric.deprecated.length === 0 ? {} : { deprecatedApiNames: metric.deprecated }),
    type: metric.type,
    ...(metric.expression === undefined ? {} : { expression: metric.expression }),
    ...(metric.isCustom ? { customDefinition: true } : {}),
    category: metric.category,
  };
}

/** Comparisons that come with every property; property 0 has none. */
const comparisons = [
  ['allUsers', 'All users', 'Everybody.'],
  ['directTraffic', 'Direct traffic', 'Sessions that began directly.'],
  ['organicTraffic', 'Organic traffic', 'Sessions from organic search, social, shopping and video.'],
  ['paidTraffic', 'Paid traffic', 'Sessions from paid channels.'],
  ['referralAndAffiliatesTraffic', 'Referral & affiliates traffic', 'Sessions from referrals and affiliates.'],
  ['emailSmsAndPushNotificationsTraffic', 'Email, SMS & push notifications traffic', 'Sessions from messages.'],
  ['mobileTraffic', 'Mobile traffic', 'Sessions on phones.'],
  ['webTraffic', 'Web traffic', 'Sessions on the web.'],
  ['iOSTraffic', 'iOS traffic', 'Sessions on iOS.'],
] as const;

const byApiName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** The fields of a property, or those common to all for property 0. */
export function metadata(propertyId: string): Described {
  const fields = fieldsOf(propertyId);
  return {
    dimensions: [...fields.dimensions].sort(byApiName).map(describeDimension),
    metrics: [...fields.metrics].sort(byApiName).map(describeMetric),
    name: `properties/${propertyId}/metadata`,
    ...(propertyId === '0'
      ? {}
      : {
          comparisons: comparisons.map(([name, uiName, description]) => ({
            apiName: `comparisons/${name}`,
            uiName,
            description,
          })),
        }),
  };
}

/** Says of every field whether it may join the chosen ones. Refuses, as Google does, if those do not go together themselves. */
export function checkCompatibility(propertyId: string, request: CheckCompatibilityRequest): Described {
  const fields = fieldsOf(propertyId);
  const { columns, metrics } = planFields(request, fields);
  planFilters(request, { fields, columns, metrics });
  const mix = {
    dimensions: columns.flatMap((column) => column.parts),
    metrics: metrics.flatMap((metric) => metric.parts),
  };
  const wanted = (compatibility: string): boolean =>
    request.compatibilityFilter === undefined ||
    request.compatibilityFilter === 'COMPATIBILITY_UNSPECIFIED' ||
    request.compatibilityFilter === compatibility;
  // A first cost metric only asks for a campaign to be added: it can still join.
  const verdict = (advice: ReturnType<typeof adviceFor>): string =>
    advice?.verb === 'remove' ? 'INCOMPATIBLE' : 'COMPATIBLE';
  const dimensionCompatibilities = [...fields.dimensions].sort(byApiName).flatMap((dimension) => {
    const compatibility = verdict(adviceFor({ ...mix, dimensions: [...mix.dimensions, dimension] }));
    return wanted(compatibility) ? [{ dimensionMetadata: describeDimension(dimension), compatibility }] : [];
  });
  const metricCompatibilities = [...fields.metrics].sort(byApiName).flatMap((metric) => {
    const compatibility = verdict(adviceFor({ ...mix, metrics: [...mix.metrics, metric] }));
    return wanted(compatibility) ? [{ metricMetadata: describeMetric(metric), compatibility }] : [];
  });
  return {
    ...(dimensionCompatibilities.length === 0 ? {} : { dimensionCompatibilities }),
    ...(metricCompatibilities.length === 0 ? {} : { metricCompatibilities }),
  };
}
