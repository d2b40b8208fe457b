/**
 * What hangs on each property in the sandbox's Analytics, in the resource shapes of Google's Admin API. Booleans that
 * are false and lists that are empty are left out, as proto JSON does.
 *
 * Owns: the shapes. Does not own: what is set up (admin-setup.ts, admin-definitions.ts), dated content
 * (admin-annotations.ts) nor paging and access (admin.ts).
 */
import type { Property, WebStream } from '../world.ts';
import { definitionsOf } from './admin-definitions.ts';
import { setupOf } from './admin-setup.ts';

export type Resource = Record<string, unknown>;

/** Who set things up; a colleague who has left and never signs in. */
const creator = 'charles@example.com';

export function propertyResource(property: Property): Resource {
  const account = `accounts/${property.accountId}`;
  return {
    name: `properties/${property.id}`,
    parent: account,
    createTime: property.createTime,
    updateTime: property.createTime,
    displayName: property.displayName,
    industryCategory: property.industryCategory,
    timeZone: property.timeZone,
    currencyCode: property.currencyCode,
    serviceLevel: property.serviceLevel,
    account,
    propertyType: 'PROPERTY_TYPE_ORDINARY',
  };
}

export function dataStreams(property: Property): Resource[] {
  return property.streams.map((stream) => ({
    name: streamName(property, stream),
    type: 'WEB_DATA_STREAM',
    displayName: stream.displayName,
    createTime: property.createTime,
    updateTime: property.createTime,
    webStreamData: { measurementId: stream.measurementId, defaultUri: stream.defaultUri },
  }));
}

function streamName(property: Property, stream: WebStream): string {
  return `properties/${property.id}/dataStreams/${stream.id}`;
}

/** Handed out under the read-only scope, as at Google: whoever shows this to a model has leaked a write key. */
export function measurementProtocolSecrets(property: Property, stream: WebStream): Resource[] {
  return [
    {
      name: `${streamName(property, stream)}/measurementProtocolSecrets/${stream.id}7`,
      displayName: 'Point of sale',
      secretValue: `sandbox-mp-secret-${stream.id}`,
    },
  ];
}

export function enhancedMeasurementSettings(property: Property, stream: WebStream): Resource {
  return {
    name: `${streamName(property, stream)}/enhancedMeasurementSettings`,
    streamEnabled: true,
    scrollsEnabled: true,
    outboundClicksEnabled: true,
    siteSearchEnabled: true,
    videoEngagementEnabled: true,
    fileDownloadsEnabled: true,
    pageChangesEnabled: true,
    searchQueryParameter: 'q,s,search,query,keyword',
  };
}

export function customDimensions(property: Property): Resource[] {
  return definitionsOf(property.id).dimensions.map((dimension) => ({
    name: `properties/${property.id}/customDimensions/${dimension.id}`,
    parameterName: dimension.parameterName,
    displayName: dimension.displayName,
    description: dimension.description,
    scope: dimension.scope,
    ...(dimension.disallowAdsPersonalization === true && { disallowAdsPersonalization: true }),
  }));
}

export function customMetrics(property: Property): Resource[] {
  return definitionsOf(property.id).metrics.map((metric) => ({
    name: `properties/${property.id}/customMetrics/${metric.id}`,
    parameterName: metric.parameterName,
    displayName: metric.displayName,
    description: metric.description,
    measurementUnit: metric.measurementUnit,
    scope: metric.scope,
    ...(metric.restrictedMetricType !== undefined && { restrictedMetricType: metric.restrictedMetricType }),
  }));
}

/** Key events, or the same things under the name that they had before 2024 (`conversionEvents`). */
export function keyEvents(property: Property, collection: 'keyEvents' | 'conversionEvents'): Resource[] {
  return setupOf(property.id).keyEvents.map((event) => ({
    name: `properties/${property.id}/${collection}/${event.id}`,
    eventName: event.eventName,
    createTime: property.createTime,
    ...(event.kind === 'custom' && { deletable: true, custom: true }),
    countingMethod: event.once,
    ...(event.worth !== undefined && defaultValue(collection, event.worth, property.currencyCode)),
  }));
}

function defaultValue(collection: 'keyEvents' | 'conversionEvents', worth: number, currencyCode: string): Resource {
  return collection === 'keyEvents'
    ? { defaultValue: { numericValue: worth, currencyCode } }
    : { defaultConversionValue: { value: worth, currencyCode } };
}

export function googleAdsLinks(property: Property): Resource[] {
  return setupOf(property.id).adsCustomers.map((customerId, index) => ({
    name: `properties/${property.id}/googleAdsLinks/lXx${index}${customerId}`,
    customerId,
    adsPersonalizationEnabled: true,
    createTime: property.createTime,
    updateTime: property.createTime,
    creatorEmailAddress: creator,
  }));
}

export function firebaseProjectsOf(property: Property): readonly string[] {
  return setupOf(property.id).firebaseProjects;
}

export function firebaseLinks(property: Property): Resource[] {
  return firebaseProjectsOf(property).map((project, index) => ({
    name: `properties/${property.id}/firebaseLinks/${7100 + index}`,
    project,
    createTime: property.createTime,
  }));
}

export function bigQueryLinks(property: Property): Resource[] {
  return setupOf(property.id).bigQueryProjects.map((project, index) => ({
    name: `properties/${property.id}/bigQueryLinks/bq-${property.id}-${index}`,
    project,
    createTime: property.createTime,
    dailyExportEnabled: true,
    exportStreams: property.streams.map((stream) => streamName(property, stream)),
    datasetLocation: 'US',
  }));
}

export function audiences(property: Property): Resource[] {
  return setupOf(property.id).audiences.map((audience) => ({
    name: `properties/${property.id}/audiences/${audience.id}`,
    displayName: audience.displayName,
    description: audience.description,
    membershipDurationDays: audience.days,
    adsPersonalizationEnabled: true,
    filterClauses: [
      {
        clauseType: 'INCLUDE',
        simpleFilter: {
          scope: 'AUDIENCE_FILTER_SCOPE_ACROSS_ALL_SESSIONS',
          filterExpression: allOf([anyOf([{ eventFilter: { eventName: audience.eventName } }])]),
        },
      },
    ],
    createTime: property.createTime,
  }));
}

export function channelGroups(property: Property): Resource[] {
  const own = setupOf(property.id).ownChannelGroup;
  const builtIn = {
    name: `properties/${property.id}/channelGroups/1`,
    displayName: 'Default channel group',
    description: 'Default channel group',
    groupingRule: ['Organic Search', 'Direct', 'Referral', 'Paid Search', 'Email'].map(channelRule),
    systemDefined: true,
    primary: true,
  };
  if (own === undefined) return [builtIn];
  const owned = {
    name: `properties/${property.id}/channelGroups/4400210001`,
    displayName: own,
    groupingRule: ['Paid Search', 'Email'].map(channelRule),
  };
  return [builtIn, owned];
}

function channelRule(channel: string): Resource {
  const filter = { fieldName: 'eachScopeDefaultChannelGroup', stringFilter: { matchType: 'EXACT', value: channel } };
  return { displayName: channel, expression: allOf([anyOf([{ filter }])]) };
}

function allOf(filterExpressions: Resource[]): Resource {
  return { andGroup: { filterExpressions } };
}

function anyOf(filterExpressions: Resource[]): Resource {
  return { orGroup: { filterExpressions } };
}

/** The one-of-a-kind settings of a property, by the last segment of their name. */
export const propertySettings: Readonly<Record<string, { alphaOnly: boolean; values: Resource }>> = {
  dataRetentionSettings: {
    alphaOnly: false,
    values: {
      eventDataRetention: 'FOURTEEN_MONTHS',
      userDataRetention: 'FOURTEEN_MONTHS',
      resetUserDataOnNewActivity: true,
    },
  },
  attributionSettings: {
    alphaOnly: true,
    values: {
      acquisitionConversionEventLookbackWindow: 'ACQUISITION_CONVERSION_EVENT_LOOKBACK_WINDOW_30_DAYS',
      otherConversionEventLookbackWindow: 'OTHER_CONVERSION_EVENT_LOOKBACK_WINDOW_90_DAYS',
      reportingAttributionModel: 'PAID_AND_ORGANIC_CHANNELS_DATA_DRIVEN',
      adsWebConversionDataExportScope: 'PAID_AND_ORGANIC_CHANNELS',
    },
  },
  googleSignalsSettings: {
    alphaOnly: true,
    values: { state: 'GOOGLE_SIGNALS_DISABLED', consent: 'GOOGLE_SIGNALS_CONSENT_CONSENTED' },
  },
};
