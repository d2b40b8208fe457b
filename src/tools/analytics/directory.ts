/**
 * Which Analytics properties a person can read, as the Admin API tells it
 * (https://developers.google.com/analytics/devguides/config/admin/v1).
 *
 * Owns: the few Admin calls that every tool of this room needs, and remembering their answers for some minutes. Does not
 * own: choosing a property by what a model wrote (choose-property.ts).
 */
import type { ToolContext } from '../tool.ts';

/** What the directory needs of a tool's context. */
export type Asking = Pick<ToolContext, 'google' | 'remember'>;

export interface PropertySummary {
  /** The numeric id, as text. */
  id: string;
  name: string;
  accountId: string;
  accountName: string;
}

export interface PropertyDetails {
  id: string;
  name: string;
  timeZone: string;
  currency: string;
}

/** Where a property's data comes from. `url` and `measurementId` exist for web streams only. */
export interface Stream {
  propertyId: string;
  name: string;
  url: string | undefined;
  measurementId: string | undefined;
}

const MINUTE = 60_000;
const PAGE_SIZE = 200;
/** 2,000 properties: beyond that a person has to name one by its id. */
const MAX_PAGES = 10;

interface AccountSummaryPage {
  accountSummaries?: {
    account?: string;
    displayName?: string;
    propertySummaries?: { property?: string; displayName?: string }[];
  }[];
  nextPageToken?: string;
}

/** All properties of all accounts, in Google's order. */
export function readProperties(asking: Asking): Promise<PropertySummary[]> {
  return asking.remember('properties', 5 * MINUTE, async () => {
    const found: PropertySummary[] = [];
    let pageToken: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await asking.google.send<AccountSummaryPage | undefined>({
        service: 'analyticsadmin',
        method: 'GET',
        path: ['v1beta', 'accountSummaries'],
        query: { pageSize: PAGE_SIZE, pageToken },
      });
      found.push(...readPage(answer ?? {}));
      pageToken = answer?.nextPageToken;
      if (pageToken === undefined || pageToken === '') break;
    }
    return found;
  });
}

function readPage(page: AccountSummaryPage): PropertySummary[] {
  return (page.accountSummaries ?? []).flatMap((account) =>
    (account.propertySummaries ?? []).map((property) => ({
      id: lastPart(property.property),
      name: property.displayName ?? '',
      accountId: lastPart(account.account),
      accountName: account.displayName ?? '',
    })),
  );
}

/** Throws GoogleRefusal `no-access` for a property that the person may not read, and for one that does not exist. */
export function readProperty(asking: Asking, id: string): Promise<PropertyDetails> {
  return asking.remember(`property ${id}`, 30 * MINUTE, async () => {
    const answer = await asking.google.send<
      { displayName?: string; timeZone?: string; currencyCode?: string } | undefined
    >({
      service: 'analyticsadmin',
      method: 'GET',
      path: ['v1beta', 'properties', id],
    });
    return {
      id,
      name: answer?.displayName ?? '',
      timeZone: answer?.timeZone ?? 'UTC',
      currency: answer?.currencyCode ?? 'USD',
    };
  });
}

interface StreamPage {
  dataStreams?: { displayName?: string; webStreamData?: { measurementId?: string; defaultUri?: string } }[];
}

function readStreamsOf(asking: Asking, propertyId: string): Promise<Stream[]> {
  return asking.remember(`streams ${propertyId}`, 30 * MINUTE, async () => {
    const answer = await asking.google.send<StreamPage | undefined>({
      service: 'analyticsadmin',
      method: 'GET',
      path: ['v1beta', 'properties', propertyId, 'dataStreams'],
      query: { pageSize: PAGE_SIZE },
    });
    return (answer?.dataStreams ?? []).map((stream) => ({
      propertyId,
      name: stream.displayName ?? '',
      url: stream.webStreamData?.defaultUri,
      measurementId: stream.webStreamData?.measurementId,
    }));
  });
}

/** Each property costs one request, so a domain is only looked for among this many. */
export const MAX_STREAM_LOOKUPS = 60;
const AT_ONCE = 4;

/** The streams of the first 60 properties. */
export async function readStreams(asking: Asking, properties: readonly PropertySummary[]): Promise<Stream[]> {
  const waiting = properties.slice(0, MAX_STREAM_LOOKUPS);
  const streams: Stream[] = [];
  for (let start = 0; start < waiting.length; start += AT_ONCE) {
    const batch = waiting.slice(start, start + AT_ONCE);
    const answers = await Promise.all(batch.map((property) => readStreamsOf(asking, property.id)));
    streams.push(...answers.flat());
  }
  return streams;
}

function lastPart(name: string | undefined): string {
  return name?.split('/').at(-1) ?? '';
}
