/**
 * Reading the field names of one call: standard names at once, a property's own fields through its metadata.
 *
 * Owns: when the metadata is asked for (only for names that the catalogue does not know; an unknown name sent to Google
 * would count against the property's quota of failed requests), the sentence about what was read as what, and the error
 * with the nearest names. Does not own: the catalogue (fields/catalogue.ts).
 */
import { ToolError } from '../../errors.ts';
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

export interface FieldReader {
  /** The field that `given` means. Throws ToolError `bad-input` that names what was probably meant. */
  read(given: string, kind: FieldKind | undefined): Promise<Field>;
  /** "Read `pageviews` as `screenPageViews`.", if anything was read so. */
  notes(): string[];
}

/** `corrected` shows the whole call with one name replaced; `extra` are fields of a special kind of report. */
export function createFieldReader(
  asking: Asking,
  propertyId: string,
  corrected: (given: string, right: string) => string,
  extra: readonly Field[] = [],
): FieldReader {
  const rewritten = new Map<string, string>();
  return {
    async read(given, kind) {
      const field = findField(given, extra) ?? (await findAnywhere(asking, propertyId, given));
      if ('suggestions' in field) throw unknownField(given, kind, field.suggestions(kind), corrected);
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

function unknownField(
  given: string,
  kind: FieldKind | undefined,
  suggestions: readonly string[],
  corrected: (given: string, right: string) => string,
): ToolError {
  const advice = findAdvice(given);
  const names = advice?.instead ?? suggestions;
  const [best] = names;
  const what = kind ?? 'dimension or metric';
  const reason = advice === undefined ? '' : ` (${advice.because})`;
  if (best === undefined) {
    const examples = kind === 'metric' ? ['sessions', 'activeUsers', 'eventCount'] : ['date', 'country', 'pagePath'];
    const message = `${quote(given)} is no ${what} of this property, and nothing comes near. Standard ones are for example ${quoteAll(examples)}.`;
    return new ToolError('bad-input', message);
  }
  const list = names.map((name) => describe(name)).join(', ');
  const message = `${quote(given)} is no ${what} of this property${reason}. Use ${list}. For example: ${corrected(given, best)}`;
  return new ToolError('bad-input', message);
}

function describe(name: string): string {
  const meaning = standardFields.get(name)?.meaning;
  return meaning === undefined ? quote(name) : `${quote(name)} (${meaning})`;
}
