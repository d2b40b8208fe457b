/**
 * Finding an Analytics field by what somebody wrote for it.
 *
 * Owns: the standard fields as a lookup, reading other spellings (case, `_`, spaces, `ga:`, old names, labels) and the
 * suggestions for what cannot be read. Does not own: a property's own fields (property-fields.ts hands them in as
 * `extra`) nor what to do with a name that is not found.
 */
import { nearest } from '../../nearest.ts';
import { dimensions } from './dimensions.ts';
import { metrics } from './metrics.ts';
import { noEquivalent, sameMeaning } from './renames.ts';

export type FieldKind = 'dimension' | 'metric';

/** What a field describes; decides which ones make sense together. */
export type FieldScope =
  | 'time'
  | 'event'
  | 'session'
  | 'user'
  | 'item'
  | 'place'
  | 'device'
  | 'cohort'
  | 'ads'
  | 'search';

/** `fraction` is between 0 and 1 at Google. */
export type MetricUnit = 'count' | 'fraction' | 'seconds' | 'currency' | 'number';

export interface Field {
  name: string;
  kind: FieldKind;
  meaning: string;
  scope: FieldScope;
  /** Metrics only. */
  unit?: MetricUnit;
  realtime: boolean;
}

const everyField: readonly Field[] = [
  ...dimensions.map(
    ([name, meaning, scope, realtime]): Field => ({
      name,
      kind: 'dimension',
      meaning,
      scope,
      realtime: realtime !== undefined,
    }),
  ),
  ...metrics.map(
    ([name, meaning, unit, scope, realtime]): Field => ({
      name,
      kind: 'metric',
      meaning,
      unit,
      scope,
      realtime: realtime !== undefined,
    }),
  ),
];

/** All standard fields by exact name. No name is both a dimension and a metric. */
export const standardFields: ReadonlyMap<string, Field> = new Map(everyField.map((field) => [field.name, field]));

/** `ga:avgSession_Duration`, `Avg. session duration` and `avgSessionDuration` are one word. */
export function squeezeField(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^ga:/, '')
    .replaceAll(/[^a-z0-9:]/g, '');
}

const bySqueezed = new Map([...standardFields.values()].map((field) => [squeezeField(field.name), field]));

/** The field that a name certainly means, or `undefined`. Never a guess: a typing slip is not read as a name. */
export function findField(given: string, extra: readonly Field[] = []): Field | undefined {
  const exact = standardFields.get(given);
  if (exact !== undefined) return exact;
  const squeezed = squeezeField(given);
  const own =
    extra.find((field) => field.name === given) ?? extra.find((field) => squeezeField(field.name) === squeezed);
  if (own !== undefined) return own;
  return bySqueezed.get(squeezed) ?? standardFields.get(sameMeaning[squeezed] ?? '');
}

/** Why a name has no field and which ones come near; `undefined` when nothing is known about it. */
export function findAdvice(given: string): { instead: readonly string[]; because: string } | undefined {
  const squeezed = squeezeField(given);
  return Object.hasOwn(noEquivalent, squeezed) ? noEquivalent[squeezed] : undefined;
}

/** Names near a wrong one, the most likely first. Of the wanted kind, if any is near; else of the other kind. */
export function suggestFields(given: string, kind: FieldKind | undefined, extra: readonly Field[] = []): string[] {
  const name = given.trim().replace(/^ga:/i, '');
  const all = [...standardFields.values(), ...extra];
  const ofKind = all.filter((field) => kind === undefined || field.kind === kind).map((field) => field.name);
  const near = nearest(name, ofKind);
  if (near.length > 0) return near;
  return nearest(
    name,
    all.map((field) => field.name),
  );
}
