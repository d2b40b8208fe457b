/**
 * Reading the field names of one call: standard names at once, a property's own fields through its metadata.
 *
 * Owns: when the metadata is asked for (only for names that the catalogue does not know; an unknown name sent to Google
 * would count against the property's quota of failed requests), the sentence about what was read as what, and the error
 * with the nearest names. Does not own: the catalogue (fields/catalogue.ts).
 */
import { ToolError } from '../../errors.ts';
import { isMisspelling } from '../nearest.ts';
import { quote, quoteAll } from '../quote.ts';
import type { MetadataAnswer } from './data-api.ts';
import type { Asking } from './directory.ts';
import {
  type Field,
  type FieldKind,
  findAdvice,
  findField,
  standardFields,
  suggestFields,
} from './fields/catalogue.ts';
import type { Corrections } from './report-input.ts';

export interface FieldReader {
  /** The field that `given` means. Throws ToolError `bad-input` that names what was probably meant. */
  read(given: string, kind: FieldKind | undefined): Promise<Field>;
  /** Throws one ToolError `bad-input` about all of the names that are unknown. */
  check(names: readonly NamedField[]): Promise<void>;
  /** "Read `pageviews` as `screenPageViews`.", if anything was read so. */
  notes(): string[];
}

export interface NamedField {
  name: string;
  kind: FieldKind | undefined;
}

/** `corrected` shows the whole call with names replaced; `extra` are fields of a special kind of report. */
export function createFieldReader(
  asking: Asking,
  propertyId: string,
  corrected: (corrections: Corrections) => string,
  extra: readonly Field[] = [],
): FieldReader {
  const rewritten = new Map<string, string>();
  const find = async (given: string) => findField(given, extra) ?? (await findAnywhere(asking, propertyId, given));
  return {
    async check(names) {
      const unknown = new Map<string, Unknown>();
      for (const { name, kind } of names) {
        const field = await find(name);
        if ('suggestions' in field) unknown.set(name, { given: name, kind, suggestions: field.suggestions(kind) });
      }
      if (unknown.size > 0) throw unknownFields([...unknown.values()], corrected);
    },
    async read(given, kind) {
      const field = await find(given);
      if ('suggestions' in field)
        throw unknownFields([{ given, kind, suggestions: field.suggestions(kind) }], corrected);
      if (field.name !== given.trim()) rewritten.set(given, field.name);
      return field;
    },
    notes() {
      if (rewritten.size === 0) return [];
      const pairs = [...rewritten].map(([given, name]) => `${quote(given)} as ${quote(name)}`);
      return [`Read ${pairs.join(', ')}.`];
    },
  };
}

type NotFound = { suggestions(kind: FieldKind | undefined): string[] };

async function findAnywhere(asking: Asking, propertyId: string, given: string): Promise<Field | NotFound> {
  const standard = findField(given);
  if (standard !== undefined) return standard;
  if (findAdvice(given) !== undefined) return { suggestions: () => [] };
  const own = await readOwnFields(asking, propertyId);
  const field = findField(given, own.fields) ?? own.byLabel.get(given.trim().toLowerCase());
  return field ?? { suggestions: (kind) => suggestFields(given, kind, own.fields) };
}

interface OwnFields {
  fields: Field[];
  /** By the label that the interface shows, in lower case. */
  byLabel: ReadonlyMap<string, Field>;
}

const HOUR = 3_600_000;

/** Every field of the property that the catalogue does not have: custom ones and those of linked products. */
export function readOwnFields(asking: Asking, propertyId: string): Promise<OwnFields> {
  return asking.remember(`fields ${propertyId}`, HOUR, async () => {
    const answer = await asking.google.send<MetadataAnswer | undefined>({
      service: 'analyticsdata',
      method: 'GET',
      path: ['v1beta', 'properties', propertyId, 'metadata'],
    });
    const found = [...ownOf(answer?.dimensions ?? [], 'dimension'), ...ownOf(answer?.metrics ?? [], 'metric')];
    // The first one wins a label: dimensions before metrics, in Google's order.
    const byLabel = new Map(
      found.toReversed().flatMap((field) => labelsOf(field).map((label) => [label, field] as const)),
    );
    return { fields: found, byLabel };
  });
}

function ownOf(listed: readonly { apiName?: string; uiName?: string }[], kind: FieldKind): Field[] {
  return listed.flatMap(({ apiName = '', uiName = '' }) =>
    apiName === '' || standardFields.has(apiName)
      ? []
      : [{ name: apiName, kind, meaning: uiName, scope: scopeOf(apiName), realtime: false }],
  );
}

/** `plan` alone stands for `customEvent:plan`, and so does the label given to it in Analytics. */
function labelsOf(field: Field): string[] {
  return [field.meaning, field.name.split(':').at(-1) ?? '']
    .map((label) => label.trim().toLowerCase())
    .filter((label) => label !== '');
}

function scopeOf(apiName: string): Field['scope'] {
  if (/^(customUser|firstUser|userKeyEventRate)/.test(apiName)) return 'user';
  if (/^(customItem|item)/.test(apiName)) return 'item';
  return /^session/.test(apiName) ? 'session' : 'event';
}

interface Unknown {
  given: string;
  kind: FieldKind | undefined;
  suggestions: readonly string[];
}

/** A corrected call only when every name in it would be right: half a correction is a second failure. */
function unknownFields(unknown: readonly Unknown[], corrected: (corrections: Corrections) => string): ToolError {
  const read = unknown.map(readUnknown);
  const corrections = read.flatMap(({ given, right }) => (right === undefined ? [] : [[given, right] as const]));
  const call = corrections.length === read.length ? ` For example: ${corrected(corrections)}` : '';
  return new ToolError('bad-input', read.map(({ sentence }) => sentence).join(' ') + call);
}

interface ReadUnknown {
  given: string;
  /** What was surely meant. */
  right: string | undefined;
  sentence: string;
}

function readUnknown({ given, kind, suggestions }: Unknown): ReadUnknown {
  const isNone = `${quote(given)} is no ${kind ?? 'dimension or metric'} of this property`;
  const advice = findAdvice(given);
  const names = advice?.instead ?? suggestions;
  const [best] = names;
  const list = names.map((name) => describe(name)).join(', ');
  if (best !== undefined && (advice !== undefined || isSlip(given, best))) {
    const reason = advice === undefined ? '' : ` (${advice.because})`;
    return { given, right: best, sentence: `${isNone}${reason}. Use ${list}.` };
  }
  const search = searchFor(given);
  const found = search === '' ? '' : `; find_fields {"search":"${search}"} finds by meaning`;
  if (best !== undefined) {
    const sentence = `${isNone}. Nearest by name: ${list}, maybe something else${found}.`;
    return { given, right: undefined, sentence };
  }
  const examples = kind === 'metric' ? ['sessions', 'activeUsers', 'eventCount'] : ['date', 'country', 'pagePath'];
  const sentence = `${isNone}, and nothing comes near. Standard ones are for example ${quoteAll(examples)}${found}.`;
  return { given, right: undefined, sentence };
}

/** `country_name` adds nothing to `country`. */
function isSlip(given: string, known: string): boolean {
  return isMisspelling(given, known) || isMisspelling(given.replace(/[ _]?name$/i, ''), known);
}

/** `customEvent:coupon_code` is looked for as "coupon code". */
function searchFor(given: string): string {
  return given
    .replace(/^\w+:/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, 60)
    .toLowerCase();
}

function describe(name: string): string {
  const meaning = standardFields.get(name)?.meaning;
  return meaning === undefined ? quote(name) : `${quote(name)} (${meaning})`;
}
