/**
 * Finding the property that is meant: by id, `properties/123`, name, domain, `G-` measurement id, or as the only one.
 *
 * Owns: this choice, and the errors that list what there is to choose from. Does not own: asking Google for the list
 * (directory.ts). A property is never guessed among several: the model gets the candidates instead.
 */
import { ToolError } from '../../errors.ts';
import { GoogleRefusal } from '../google-error.ts';
import { nearest } from '../nearest.ts';
import { plainLine, quote } from '../quote.ts';
import {
  type Asking,
  type PropertyDetails,
  type PropertySummary,
  readProperties,
  readProperty,
  readStreams,
} from './directory.ts';

export interface ChosenProperty extends PropertyDetails {
  /** How the choice came about, when it was not by id. */
  notes: readonly string[];
}

/** Throws ToolError `bad-input`, `not-found` or `no-access`, each with the properties that could be meant. */
export async function chooseProperty(asking: Asking, given: string | undefined): Promise<ChosenProperty> {
  const wanted = given?.trim() ?? '';
  const id = /^(?:properties\/)?([0-9]{1,20})$/i.exec(wanted)?.[1];
  if (id !== undefined) return { ...(await readById(asking, id)), notes: [] };
  const properties = await readProperties(asking);
  if (properties.length === 0) throw noProperties();
  const chosen = wanted === '' ? onlyOne(properties) : await chooseAmong(asking, properties, wanted);
  const details = await readProperty(asking, chosen.id);
  const note =
    wanted === '' || sameText(wanted, chosen.name) ? [] : [`Read property ${quote(wanted)} as ${describe(chosen)}.`];
  return { ...details, notes: note };
}

/** Google answers 403 for a foreign property and for none at all; what the person does have is what helps. */
async function readById(asking: Asking, id: string): Promise<PropertyDetails> {
  try {
    return await readProperty(asking, id);
  } catch (cause) {
    if (!(cause instanceof GoogleRefusal) || !['no-access', 'not-found'].includes(cause.kind)) throw cause;
    const properties = await readProperties(asking);
    const ofAccount = properties.filter((property) => property.accountId === id);
    if (ofAccount.length > 0) {
      const message = `${id} is an Analytics account, not a property. Its properties: ${list(ofAccount)}. Ask again with one of these ids.`;
      throw new ToolError('bad-input', message, { cause });
    }
    const message = `Google does not let this Google account read property ${id}, or there is no such property. ${whatThereIs(properties)} If it is theirs, another Google account may be connected, or access has to be given in Analytics (Admin, Property access management).`;
    throw new ToolError('no-access', message, { cause });
  }
}

function noProperties(): ToolError {
  const message =
    'This Google account can read no Google Analytics 4 property. The person may have connected another Google account than the one they use for Analytics, or has to be given access in Analytics (Admin, Property access management).';
  return new ToolError('not-found', message);
}

function onlyOne(properties: readonly PropertySummary[]): PropertySummary {
  const [first, second] = properties;
  if (first !== undefined && second === undefined) return first;
  throw new ToolError(
    'bad-input',
    `\`property\` is missing, and there are several: ${list(properties)}. Ask again with one of these ids.`,
  );
}

async function chooseAmong(
  asking: Asking,
  properties: readonly PropertySummary[],
  wanted: string,
): Promise<PropertySummary> {
  const account = /^accounts\/([0-9]+)$/i.exec(wanted)?.[1];
  if (account !== undefined)
    return chooseOf(
      properties.filter((one) => one.accountId === account),
      wanted,
      properties,
      'names an account',
    );
  if (/^UA-[0-9]+-[0-9]+$/i.test(wanted)) throw deadProperty(wanted, properties);
  if (/^G-[A-Z0-9]+$/i.test(wanted)) return chooseByMeasurementId(asking, properties, wanted);
  const named = byName(properties, wanted);
  if (named.length > 0) return chooseOf(named, wanted, properties, 'is part of several names');
  const hosted = await byDomain(asking, properties, wanted);
  return chooseOf(hosted, wanted, properties, 'is the site of several properties');
}

/** The single candidate, or the error that lists them all. */
function chooseOf(
  candidates: readonly PropertySummary[],
  wanted: string,
  all: readonly PropertySummary[],
  why: string,
): PropertySummary {
  const [first, second] = candidates;
  if (first !== undefined && second === undefined) return first;
  if (first !== undefined) {
    const message = `The property ${quote(wanted)} ${why}: ${list(candidates)}. Ask again with one of these ids.`;
    throw new ToolError('bad-input', message);
  }
  const near = nearest(
    wanted,
    all.map((property) => property.name),
    1,
  )[0];
  const best = near === undefined ? undefined : all.find((property) => property.name === near);
  const hint = best === undefined ? '' : ` The nearest is ${describe(best)}.`;
  throw new ToolError('not-found', `No property matches ${quote(wanted)}.${hint} ${whatThereIs(all)}`);
}

function deadProperty(wanted: string, properties: readonly PropertySummary[]): ToolError {
  const message = `${quote(wanted)} is a Universal Analytics property; Google ended those and their data is gone. Use a Google Analytics 4 property. ${whatThereIs(properties)}`;
  return new ToolError('bad-input', message);
}

/** An exact name beats names that merely hold the words. */
function byName(properties: readonly PropertySummary[], wanted: string): PropertySummary[] {
  const exact = properties.filter((property) => sameText(property.name, wanted));
  if (exact.length > 0) return exact;
  const text = fold(wanted);
  return properties.filter((property) => fold(property.name).includes(text));
}

async function chooseByMeasurementId(
  asking: Asking,
  properties: readonly PropertySummary[],
  wanted: string,
): Promise<PropertySummary> {
  const streams = await readStreams(asking, properties);
  const stream = streams.find((one) => one.measurementId?.toUpperCase() === wanted.toUpperCase());
  const property = properties.find((one) => one.id === stream?.propertyId);
  if (property !== undefined) return property;
  const message = `No property has the measurement id ${quote(wanted)}. ${whatThereIs(properties)}`;
  throw new ToolError('not-found', message);
}

async function byDomain(
  asking: Asking,
  properties: readonly PropertySummary[],
  wanted: string,
): Promise<PropertySummary[]> {
  const host = hostOf(wanted);
  if (host === undefined) return [];
  const streams = await readStreams(asking, properties);
  const ids = new Set(
    streams.filter((stream) => isSameSite(hostOf(stream.url ?? ''), host)).map((one) => one.propertyId),
  );
  return properties.filter((property) => ids.has(property.id));
}

/** The host of an address or of a bare domain, without `www.`; `undefined` when the text is neither. */
export function hostOf(text: string): string | undefined {
  const address = text.trim().toLowerCase();
  if (!/^[a-z0-9:/.\-_?=&%~#]+$/.test(address) || !address.includes('.')) return undefined;
  const host = URL.parse(address.includes('://') ? address : `https://${address}`)?.hostname;
  return host?.replace(/^www\./, '');
}

function isSameSite(host: string | undefined, wanted: string): boolean {
  return host !== undefined && (host === wanted || host.endsWith(`.${wanted}`));
}

const MAX_LISTED = 12;

function whatThereIs(properties: readonly PropertySummary[]): string {
  if (properties.length === 0) return 'This Google account can read no Google Analytics 4 property at all.';
  return `This Google account can read: ${list(properties)}.`;
}

function list(properties: readonly PropertySummary[]): string {
  const shown = properties.slice(0, MAX_LISTED).map(describe).join(', ');
  const more = properties.length - MAX_LISTED;
  return more > 0 ? `${shown} and ${more} more (list_properties shows them)` : shown;
}

function describe(property: PropertySummary): string {
  return `${property.id} (${plainLine(property.name, 50)})`;
}

function sameText(a: string, b: string): boolean {
  return fold(a) === fold(b);
}

function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
