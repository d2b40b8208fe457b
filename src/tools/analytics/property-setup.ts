/**
 * How a property is set up, as the Admin API tells it in a handful of lists.
 *
 * Owns: asking for all lists at once, so that one that Google refuses costs only itself, and shortening them. Never asks
 * for Measurement Protocol secrets, which the read-only scope would hand out.
 */
import { ToolError } from '../../errors.ts';
import { plainLine } from '../quote.ts';
import type { Asking } from './directory.ts';

const TEN_MINUTES = 600_000;
const MOST = 100;

type Resource = Record<string, unknown>;

interface List {
  version: 'v1beta' | 'v1alpha';
  /** The last segment of the URL and the list's name in the answer. */
  name: string;
  show(resource: Resource): string;
}

const text = (value: unknown, max = 80): string => plainLine(typeof value === 'string' ? value : '', max);
const object = (value: unknown): Resource => (typeof value === 'object' && value !== null ? (value as Resource) : {});
const word = (value: unknown): string => text(value).toLowerCase().replaceAll('_', ' ');

/** `Loyalty tier (customUser:loyalty_tier)`. */
function custom(resource: Resource): string {
  const scope = { USER: 'customUser', ITEM: 'customItem' }[text(resource.scope)] ?? 'customEvent';
  return `${scope}:${text(resource.parameterName)} (${text(resource.displayName)})`;
}

function stream(resource: Resource): string {
  const web = object(resource.webStreamData);
  const app = { ...object(resource.androidAppStreamData), ...object(resource.iosAppStreamData) };
  const where = [web.defaultUri, web.measurementId, app.packageName, app.bundleId].map((one) => text(one, 120));
  return [text(resource.displayName), ...where.filter((one) => one !== '')].join(', ');
}

function keyEvent(resource: Resource): string {
  const worth = object(resource.defaultValue);
  const value =
    worth.numericValue === undefined ? '' : `, worth ${String(worth.numericValue)} ${text(worth.currencyCode)}`;
  const once = resource.countingMethod === 'ONCE_PER_SESSION' ? ', once per session' : '';
  return `${text(resource.eventName)}${once}${value}`;
}

const lists = {
  streams: { version: 'v1beta', name: 'dataStreams', show: stream },
  keyEvents: { version: 'v1beta', name: 'keyEvents', show: keyEvent },
  customDimensions: { version: 'v1beta', name: 'customDimensions', show: custom },
  customMetrics: {
    version: 'v1beta',
    name: 'customMetrics',
    show: (one) => `${custom(one).replace(/\)$/, '')}, ${word(one.measurementUnit)})`,
  },
  channelGroups: {
    version: 'v1alpha',
    name: 'channelGroups',
    show: (one) => `${text(one.displayName)}${one.primary === true ? ' (primary)' : ''}`,
  },
  googleAdsLinks: { version: 'v1beta', name: 'googleAdsLinks', show: (one) => `customer ${text(one.customerId)}` },
} as const satisfies Record<string, List>;

export type SetupPart = keyof typeof lists;
export const setupParts = Object.keys(lists) as SetupPart[];

export interface PropertySetup {
  parts: Partial<Record<SetupPart, string[]>>;
  retention: string | undefined;
  /** What Google would not tell, with the reason in our words. */
  missing: { part: string; why: string }[];
}

/** The property itself was found, so a refusal is about this part of it. */
export function whyMissing(cause: ToolError): string {
  return cause.kind === 'no-access' ? 'not readable by this Google account.' : cause.message;
}

/** Throws ToolError only when Google refuses everything for a reason that concerns the whole connection. */
export async function readSetup(asking: Asking, propertyId: string): Promise<PropertySetup> {
  const missing: PropertySetup['missing'] = [];
  const orMissing = async <Value>(part: string, ask: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await ask();
    } catch (cause) {
      if (!(cause instanceof ToolError) || cause.kind === 'connect-again') throw cause;
      missing.push({ part, why: whyMissing(cause) });
      return undefined;
    }
  };
  const asked = setupParts.map(async (part) => {
    const found = await orMissing(part, () => readList(asking, propertyId, lists[part]));
    return found === undefined ? [] : [[part, found] as const];
  });
  const retention = await orMissing('retention', () => readRetention(asking, propertyId));
  return { parts: Object.fromEntries((await Promise.all(asked)).flat()), retention, missing };
}

function readList(asking: Asking, propertyId: string, list: List): Promise<string[]> {
  return asking.remember(`setup ${list.name} ${propertyId}`, TEN_MINUTES, async () => {
    const answer = await asking.google.send<Resource | undefined>({
      service: 'analyticsadmin',
      method: 'GET',
      path: [list.version, 'properties', propertyId, list.name],
      query: { pageSize: 200 },
    });
    const found = answer?.[list.name];
    const shown = (Array.isArray(found) ? found : []).map((one) => list.show(object(one)));
    return shown.length > MOST ? [...shown.slice(0, MOST), `and ${shown.length - MOST} more`] : shown;
  });
}

function readRetention(asking: Asking, propertyId: string): Promise<string> {
  return asking.remember(`setup retention ${propertyId}`, TEN_MINUTES, async () => {
    const answer = await asking.google.send<Resource | undefined>({
      service: 'analyticsadmin',
      method: 'GET',
      path: ['v1beta', 'properties', propertyId, 'dataRetentionSettings'],
    });
    return word(answer?.eventDataRetention);
  });
}
