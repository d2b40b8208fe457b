/**
 * The sandbox's Google Analytics Admin API, v1beta and v1alpha: what accounts and properties a person may read, and
 * what is set up in them. Reads only.
 *
 * Owns: the URLs and the order of refusals. Does not own: tokens and scopes (checked before), who may see what
 * (admin-access.ts), the content (admin-content.ts, admin-annotations.ts, admin-definitions.ts), paging (admin-query.ts).
 * Reference: https://developers.google.com/analytics/devguides/config/admin/v1/rest
 */
import { type Context, Hono } from 'hono';
import type { ApiEnv } from '../api.ts';
import { type Account, type Property, properties, readableProperties } from '../world.ts';
import { findAccount, findProperty, findStream, readableAccounts } from './admin-access.ts';
import { reportingDataAnnotations } from './admin-annotations.ts';
import {
  audiences,
  bigQueryLinks,
  channelGroups,
  customDimensions,
  customMetrics,
  dataStreams,
  enhancedMeasurementSettings,
  firebaseLinks,
  firebaseProjectsOf,
  googleAdsLinks,
  keyEvents,
  measurementProtocolSecrets,
  propertyResource,
  propertySettings,
  type Resource,
} from './admin-content.ts';
import { answerAdminError, answerNoSuchUrl, entityNotFound, invalidField, permissionDenied } from './admin-errors.ts';
import { checkBoolean, cutPage, type PageLimits, type Query, readQuery } from './admin-query.ts';

type Api = Context<ApiEnv>;

const pages: PageLimits = { usual: 50, most: 200 };
const secretPages: PageLimits = { usual: 10, most: 10 };

/** A list below a property. */
interface Collection {
  /** The name of the list in the answer, where it differs from the URL's. */
  answerName?: string;
  alphaOnly?: boolean;
  /** Google has no method to get one of these by name in v1beta or v1alpha. */
  listOnly?: boolean;
  list(property: Property, query: Query): Resource[];
}

function collections(opened: Date): Record<string, Collection> {
  return {
    dataStreams: { list: dataStreams },
    customDimensions: { list: customDimensions },
    customMetrics: { list: customMetrics },
    keyEvents: { list: (property) => keyEvents(property, 'keyEvents') },
    conversionEvents: { list: (property) => keyEvents(property, 'conversionEvents') },
    googleAdsLinks: { list: googleAdsLinks, listOnly: true },
    firebaseLinks: { list: firebaseLinks, listOnly: true },
    reportingDataAnnotations: {
      list: (property, query) => reportingDataAnnotations(property, opened, query.get('filter') ?? ''),
      alphaOnly: true,
    },
    channelGroups: { list: channelGroups, alphaOnly: true },
    audiences: { list: audiences, alphaOnly: true },
    bigQueryLinks: { list: bigQueryLinks, alphaOnly: true, answerName: 'bigqueryLinks' },
    calculatedMetrics: { list: () => [], alphaOnly: true },
    searchAds360Links: { list: () => [], alphaOnly: true },
    adSenseLinks: { list: () => [], alphaOnly: true, answerName: 'adsenseLinks' },
  };
}

export function analyticsAdmin(parts: { now: () => Date }): Hono<ApiEnv> {
  const lists = collections(parts.now());
  const app = new Hono<ApiEnv>();
  app.onError((error, c) => answerAdminError(error, c));

  const version = '/:version{v1beta|v1alpha}';
  app.get(`${version}/accountSummaries`, listAccountSummaries);
  app.get(`${version}/accounts`, listAccounts);
  app.get(`${version}/accounts/:account`, getAccount);
  app.get(`${version}/accounts/:account/dataSharingSettings`, getDataSharingSettings);
  app.get(`${version}/properties`, listProperties);
  app.get(`${version}/properties/:property`, getProperty);
  app.post(`${version}/:parent{accounts|properties}/:target{.+:runAccessReport}`, refuseAccessReport);
  app.get(`${version}/properties/:property/dataStreams/:stream/measurementProtocolSecrets`, listSecrets);
  app.get(`${version}/properties/:property/dataStreams/:stream/measurementProtocolSecrets/:secret`, getSecret);
  app.get(`${version}/properties/:property/dataStreams/:stream/enhancedMeasurementSettings`, getEnhancedMeasurement);
  app.get(`${version}/properties/:property/:collection`, (c) => listOrSettings(c, lists));
  app.get(`${version}/properties/:property/:collection/:id`, (c) => getOne(c, lists));
  // Not `notFound`: that would be lost when this app is mounted in another.
  app.all('*', answerNoSuchUrl);
  return app;
}

function listAccountSummaries(c: Api): Response {
  const summaries = readableAccounts(c).map((account) => {
    const below = readableProperties(c.get('person').email).filter((property) => property.accountId === account.id);
    return {
      name: `accountSummaries/${account.id}`,
      account: `accounts/${account.id}`,
      displayName: account.displayName,
      ...(below.length > 0 && { propertySummaries: below.map(propertySummary) }),
    };
  });
  return answerPage(c, 'accountSummaries', summaries, readQuery(c.req.url, ['pageSize', 'pageToken']));
}

function propertySummary(property: Property): Resource {
  return {
    property: `properties/${property.id}`,
    displayName: property.displayName,
    propertyType: 'PROPERTY_TYPE_ORDINARY',
    parent: `accounts/${property.accountId}`,
  };
}

function listAccounts(c: Api): Response {
  const query = readQuery(c.req.url, ['pageSize', 'pageToken', 'showDeleted']);
  checkBoolean(query, 'showDeleted', 'show_deleted');
  return answerPage(c, 'accounts', readableAccounts(c).map(accountResource), query);
}

function getAccount(c: Api): Response {
  readQuery(c.req.url, []);
  return c.json(accountResource(findAccount(c, 'name')));
}

function getDataSharingSettings(c: Api): Response {
  readQuery(c.req.url, []);
  const account = findAccount(c, 'name');
  return c.json({
    name: `accounts/${account.id}/dataSharingSettings`,
    sharingWithGoogleSupportEnabled: true,
    sharingWithOthersEnabled: true,
  });
}

function accountResource(account: Account): Resource {
  const born = properties
    .filter((property) => property.accountId === account.id)
    .map((property) => property.createTime);
  const createTime = born.sort()[0];
  return {
    name: `accounts/${account.id}`,
    ...(createTime !== undefined && { createTime, updateTime: createTime }),
    displayName: account.displayName,
    regionCode: account.regionCode,
  };
}

function listProperties(c: Api): Response {
  const query = readQuery(c.req.url, ['filter', 'pageSize', 'pageToken', 'showDeleted']);
  checkBoolean(query, 'showDeleted', 'show_deleted');
  const filter = query.get('filter') ?? '';
  if (filter === '') throw invalidField('filter', 'empty, but must be provided.');
  return answerPage(c, 'properties', propertiesMatching(c, filter).map(propertyResource), query);
}

function propertiesMatching(c: Api, filter: string): Property[] {
  const [, kind, name] = /^(parent|ancestor|firebase_project):(\S+)$/.exec(filter.trim()) ?? [];
  const readable = readableProperties(c.get('person').email);
  if (kind === 'firebase_project') {
    return readable.filter((property) => firebaseProjectsOf(property).includes(`projects/${name}`));
  }
  const [, collection, id] = /^(accounts|properties)\/(\d+)$/.exec(name ?? '') ?? [];
  if (collection === 'accounts') {
    if (!readableAccounts(c).some((account) => account.id === id)) throw permissionDenied();
    return readable.filter((property) => property.accountId === id);
  }
  if (collection === 'properties' && kind === 'parent') {
    if (!readable.some((property) => property.id === id)) throw permissionDenied();
    return []; // Only roll-up and 360 properties have properties below them.
  }
  throw invalidField('filter', "invalid but must be in format 'parent:accounts/123'.");
}

function getProperty(c: Api): Response {
  readQuery(c.req.url, []);
  return c.json(propertyResource(findProperty(c, 'name')));
}

/** Access reports are for administrators, and nobody in the sandbox is one. */
function refuseAccessReport(): never {
  throw permissionDenied();
}

function listOrSettings(c: Api, lists: Record<string, Collection>): Response {
  const name = c.req.param('collection') ?? '';
  const setting = Object.hasOwn(propertySettings, name) ? propertySettings[name] : undefined;
  if (setting !== undefined && offered(c, setting.alphaOnly)) {
    readQuery(c.req.url, []);
    const property = findProperty(c, 'name');
    return c.json({ name: `properties/${property.id}/${name}`, ...setting.values });
  }
  const collection = Object.hasOwn(lists, name) ? lists[name] : undefined;
  if (collection === undefined || !offered(c, collection.alphaOnly)) return answerNoSuchUrl(c);
  const filterable = name === 'reportingDataAnnotations' ? ['filter'] : [];
  const query = readQuery(c.req.url, ['pageSize', 'pageToken', ...filterable]);
  const property = findProperty(c, 'parent');
  return answerPage(c, collection.answerName ?? name, collection.list(property, query), query);
}

function getOne(c: Api, lists: Record<string, Collection>): Response {
  const name = c.req.param('collection') ?? '';
  const collection = Object.hasOwn(lists, name) ? lists[name] : undefined;
  if (collection === undefined || collection.listOnly === true || !offered(c, collection.alphaOnly)) {
    return answerNoSuchUrl(c);
  }
  const query = readQuery(c.req.url, []);
  const property = findProperty(c, 'name');
  const wanted = `properties/${property.id}/${name}/${c.req.param('id')}`;
  const found = collection.list(property, query).find((resource) => resource.name === wanted);
  if (found === undefined) throw entityNotFound();
  return c.json(found);
}

function offered(c: Api, alphaOnly: boolean | undefined): boolean {
  return alphaOnly !== true || c.req.param('version') === 'v1alpha';
}

function listSecrets(c: Api): Response {
  const query = readQuery(c.req.url, ['pageSize', 'pageToken']);
  const { property, stream } = findStream(c, 'parent');
  return answerPage(c, 'measurementProtocolSecrets', measurementProtocolSecrets(property, stream), query, secretPages);
}

function getSecret(c: Api): Response {
  readQuery(c.req.url, []);
  const { property, stream } = findStream(c, 'name');
  const found = measurementProtocolSecrets(property, stream).find(({ name }) => {
    return String(name).endsWith(`/${c.req.param('secret')}`);
  });
  if (found === undefined) throw entityNotFound();
  return c.json(found);
}

function getEnhancedMeasurement(c: Api): Response {
  if (!offered(c, true)) return answerNoSuchUrl(c);
  readQuery(c.req.url, []);
  const { property, stream } = findStream(c, 'name');
  return c.json(enhancedMeasurementSettings(property, stream));
}

function answerPage(c: Api, name: string, all: readonly Resource[], query: Query, limits = pages): Response {
  const list = `${c.get('person').sub} ${c.req.path} ${query.get('filter') ?? ''}`;
  const page = cutPage(all, query, list, limits);
  return c.json({
    ...(page.items.length > 0 && { [name]: page.items }),
    ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
  });
}
