/**
 * Which dimensions and metrics a property has: Google's, plus what its owner registered and its key events.
 *
 * Owns: looking names up (deprecated ones too) and the "Did you mean" of a slip. Does not own: the catalogues themselves
 * (dimensions.ts, metrics.ts) nor what is registered (admin-definitions.ts, admin-setup.ts).
 */
import { properties } from '../world.ts';
import { definitionsOf } from './admin-definitions.ts';
import { setupOf } from './admin-setup.ts';
import { customDimension, type Dimension, parameterSql, standardDimensions } from './dimensions.ts';
import { type SchemaPage, unknownField } from './errors.ts';
import { type Atom, customMetrics, keyEventMetrics, type Metric, standardAtoms, standardMetrics } from './metrics.ts';
import { sites } from './sites.ts';

export interface Fields {
  dimensions: readonly Dimension[];
  metrics: readonly Metric[];
  atoms: Readonly<Record<string, Atom>>;
  /** Throws Google's refusal for an unknown name. */
  dimension(name: string): Dimension;
  metric(name: string): Metric;
  hasDimension(name: string): boolean;
  hasMetric(name: string): boolean;
}

const made = new Map<string, Fields>();

/** The fields of a property; property '0' has those that all properties share. */
export function fieldsOf(propertyId: string): Fields {
  let fields = made.get(propertyId);
  if (fields === undefined) {
    fields = makeFields(propertyId);
    made.set(propertyId, fields);
  }
  return fields;
}

function makeFields(propertyId: string): Fields {
  const own = definitionsOf(propertyId);
  const texts = textsOf(propertyId);
  const dimensions = [
    ...standardDimensions,
    ...own.dimensions.map((definition) =>
      customDimension({ ...definition, ...placeOf(definition.scope, definition.parameterName) }),
    ),
  ].map((dimension) => fillIn(dimension, texts));
  const added = [
    ...setupOf(propertyId).keyEvents.map((event) => keyEventMetrics(event.eventName)),
    ...own.metrics.map((definition) =>
      customMetrics({ ...definition, unit: definition.measurementUnit, sql: parameterSql(definition.parameterName) }),
    ),
  ];
  const metrics = [...standardMetrics, ...added.flatMap((addition) => addition.metrics)];
  const atoms = Object.assign({}, standardAtoms, ...added.map((addition) => addition.atoms)) as Record<string, Atom>;
  return lookUp({ dimensions, metrics, atoms, page: 'api-schema' });
}

/** Where a registered parameter's values lie. The first two describe pages, and every event of a page carries them. */
function placeOf(
  scope: 'EVENT' | 'USER' | 'ITEM',
  parameter: string,
): Pick<Dimension, 'sql' | 'joins'> & { sql: string } {
  const known: Readonly<Record<string, Pick<Dimension, 'joins'> & { sql: string }>> = {
    content_group: { sql: 'p.content_group', joins: ['p'] },
    author: { sql: 'p.author', joins: ['p'] },
    loyalty_tier: { sql: 'u.loyalty_tier', joins: ['u'] },
    item_colour: { sql: 'g.colour', joins: ['g'] },
  };
  return known[parameter] ?? { sql: scope === 'EVENT' ? parameterSql(parameter) : 'NULL', joins: [] };
}

function textsOf(propertyId: string): Record<string, string> {
  const property = properties.find((candidate) => candidate.id === propertyId);
  const stream = property?.streams[0];
  return {
    host: sites.find((site) => site.propertyId === propertyId)?.host ?? '',
    stream: stream?.id ?? '',
    streamName: stream?.displayName ?? '',
    currency: property?.currencyCode ?? 'USD',
    property: propertyId,
    audience: setupOf(propertyId).audiences[0]?.id ?? '',
  };
}

/** Replaces `$name` by a quoted text. JSON paths contain `$.`, never `$` and a letter. */
function fillIn(dimension: Dimension, texts: Readonly<Record<string, string>>): Dimension {
  const { sql } = dimension;
  if (typeof sql !== 'string') return dimension;
  return {
    ...dimension,
    sql: sql.replaceAll(/\$([a-zA-Z]+)/g, (_, name: string) => `'${(texts[name] ?? '').replaceAll("'", "''")}'`),
  };
}

/** Fields with look-up by current and deprecated name. */
export function lookUp(parts: Pick<Fields, 'dimensions' | 'metrics' | 'atoms'> & { page: SchemaPage }): Fields {
  const dimensions = byName(parts.dimensions);
  const metrics = byName(parts.metrics);
  return {
    dimensions: parts.dimensions,
    metrics: parts.metrics,
    atoms: parts.atoms,
    hasDimension: (name) => dimensions.has(name),
    hasMetric: (name) => metrics.has(name),
    dimension(name) {
      const found = dimensions.get(name);
      if (found === undefined)
        throw unknownField('dimension', name, { nearest: nearest(name, parts.dimensions), page: parts.page });
      return found;
    },
    metric(name) {
      const found = metrics.get(name);
      if (found === undefined)
        throw unknownField('metric', name, { nearest: nearest(name, parts.metrics), page: parts.page });
      return found;
    },
  };
}

function byName<T extends { name: string; deprecated: readonly string[] }>(list: readonly T[]): Map<string, T> {
  return new Map(list.flatMap((field) => [field.name, ...field.deprecated].map((name) => [name, field] as const)));
}

/** The service guesses generously (it has been seen to offer "city" for "pageTitle", seven edits away), but not beyond. */
const FARTHEST_GUESS = 7;

/** The known name that takes the fewest edits to reach. */
export function nearest(name: string, known: readonly { name: string }[]): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    // A name differs from one of another length by at least the difference: no need to look closer.
    if (Math.abs(candidate.name.length - name.length) > FARTHEST_GUESS) continue;
    const distance = editDistance(name, candidate.name);
    if (best === undefined || distance < best.distance) best = { name: candidate.name, distance };
  }
  return best !== undefined && best.distance <= FARTHEST_GUESS ? best.name : undefined;
}

/** Levenshtein's distance, one row at a time. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
