/** Dimensions and metrics by what they mean, a property's own included, and which of them go with fields chosen already. */
import { z } from 'zod';
import { GoogleRefusal } from '../google-error.ts';
import { quote, quoteAll } from '../quote.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { chooseProperty } from './choose-property.ts';
import { findConflict } from './compatibility.ts';
import { searchFields } from './field-search.ts';
import { type Field, standardFields } from './fields/catalogue.ts';
import { createFieldReader, readOwnFields } from './property-fields.ts';
import { isRealtime } from './realtime-fields.ts';
import {
  columnsPart,
  namesArgument,
  noteLines,
  notesPart,
  propertyArgument,
  rowsPart,
  shortText,
} from './report-schema.ts';
import type { Column } from './report-table.ts';
import { tableText } from './report-text.ts';

const HOUR = 3_600_000;

export const findFields = defineTool({
  name: 'find_fields',
  title: 'Find dimensions and metrics',
  description:
    'Dimensions and metrics by meaning ("time on page", "coupon"), the property\'s custom ones included, with scope, whether realtime has them, and whether they fit into one report with fields chosen already.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    property: propertyArgument,
    search: shortText(200).default(''),
    kind: z.enum(['dimension', 'metric']).optional(),
    with: namesArgument(19).default([]).describe('Fields that must fit.'),
    limit: z.int().min(1).max(60).default(12),
  }),
  output: z.object({
    columns: columnsPart,
    rows: rowsPart,
    notes: notesPart,
  }),
  examples: [
    { question: 'Which field holds the coupon code?', input: { search: 'coupon' } },
    { question: 'What can I count per product?', input: { kind: 'metric', with: ['itemName'] } },
  ],
  progress: { running: 'Looking through the fields', done: 'Fields found' },
  understand: understandFind,

  async call(context, { property: wanted, search, kind, with: given, limit }) {
    const property = await chooseProperty(context, wanted);
    const own = await readOwnFields(context, property.id);
    const all = [...standardFields.values(), ...own.fields].filter(
      (field) => kind === undefined || field.kind === kind,
    );
    const { chosen, notes } = await readChosen(context, property.id, given);
    const found = searchFields(search, all).filter((field) => !chosen.some((one) => one.name === field.name));
    const fits = chosen.length === 0 ? undefined : await fittingTo(context, property.id, chosen);
    const [best] = found;
    const isMisfit = fits !== undefined && best !== undefined && search.trim() !== '' && !fits.fits(best);
    const others = isMisfit ? found.slice(1) : found;
    const ranked =
      fits === undefined ? found : [...others.filter(fits.fits), ...others.filter((one) => !fits.fits(one))];
    if (isMisfit) ranked.unshift(best);
    const shown = ranked.slice(0, limit);
    return {
      columns: columnsOf(fits !== undefined),
      rows: shown.map((field) => [
        field.name,
        field.kind,
        field.scope,
        field.meaning,
        isRealtime(field) ? 'yes' : 'no',
        ...(fits === undefined ? [] : [fits.fits(field) ? 'yes' : 'no']),
      ]),
      notes: [
        ...property.notes,
        ...notes,
        ...(fits?.notes ?? []),
        ...(isMisfit ? [misfitNote(best)] : []),
        ...foundNotes(search, found, shown),
      ],
    };
  },

  text({ columns, rows, notes }) {
    return [rows.length === 0 ? 'No field found.' : tableText(columns, rows, undefined), ...noteLines(notes)].join(
      '\n',
    );
  },
});

function understandFind(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { query, q, text, metrics, dimensions, property_id, propertyId, chosen, ...rest } = given;
  const search = rest.search ?? query ?? q ?? text;
  const property = rest.property ?? property_id ?? propertyId;
  const fields = [rest.with, chosen, metrics, dimensions].flat().filter((one) => one !== undefined);
  return {
    ...rest,
    ...(search === undefined ? {} : { search }),
    ...(property === undefined ? {} : { property }),
    ...(fields.length === 0 ? {} : { with: fields.length === 1 ? fields[0] : fields }),
  };
}

function columnsOf(hasFit: boolean): Column[] {
  const names = ['field', 'kind', 'scope', 'meaning', 'realtime', ...(hasFit ? ['fits'] : [])];
  return names.map((name) => ({ name }));
}

async function readChosen(context: ToolContext, propertyId: string, given: readonly string[]) {
  const reader = createFieldReader(context, propertyId, (corrections) => {
    const right = new Map(corrections);
    return JSON.stringify({ with: given.map((name) => right.get(name) ?? name) });
  });
  await reader.check(given.map((name) => ({ name, kind: undefined })));
  const chosen: Field[] = [];
  for (const name of given) chosen.push(await reader.read(name, undefined));
  return { chosen, notes: reader.notes() };
}

/** Left out, the field would seem not to exist. */
function misfitNote({ name, scope, kind }: Field): string {
  const isAboutItems = scope === 'item' && kind === 'dimension';
  const goes = isAboutItems
    ? 'it goes with `itemsViewed`, `itemsPurchased`, `itemRevenue`'
    : `find_fields {"with":["${name}"]} lists what it goes with`;
  return `${quote(name)} is the best match and does not fit; ${goes}.`;
}

interface Fitting {
  fits(field: Field): boolean;
  notes: string[];
}

const namesOf = (fields: readonly Field[], kind: Field['kind']): string[] =>
  fields.filter((field) => field.kind === kind).map(({ name }) => name);

/** Our own rules first, which cost nothing; then Google's word on the rest, if the chosen fields themselves go together. */
async function fittingTo(context: ToolContext, propertyId: string, chosen: readonly Field[]): Promise<Fitting> {
  const conflictWith = (field?: Field) => {
    const all = field === undefined ? chosen : [...chosen, field];
    return findConflict({
      dimensions: all.filter((one) => one.kind === 'dimension'),
      metrics: all.filter((one) => one.kind === 'metric'),
    });
  };
  const own = conflictWith();
  if (own?.verb === 'remove') {
    const note = `The chosen fields do not go together themselves: ${quoteAll(own.fields)} cannot stand beside the others.`;
    return { fits: () => false, notes: [note] };
  }
  const isLocalFit = (field: Field) => conflictWith(field)?.verb !== 'remove';
  const compatible = await askCompatible(context, propertyId, chosen);
  if (compatible === undefined) {
    return { fits: isLocalFit, notes: ['Google did not say which fields fit; this is what is known of them.'] };
  }
  const needed = own?.verb === 'add' ? [`The chosen fields also need ${quote(own.fields[0] ?? '')}.`] : [];
  // What realtime alone has, the compatibility of ordinary reports does not know.
  return { fits: (field) => isLocalFit(field) && compatible.has(field.name), notes: needed };
}

interface CompatibilityAnswer {
  dimensionCompatibilities?: { dimensionMetadata?: { apiName?: string } }[];
  metricCompatibilities?: { metricMetadata?: { apiName?: string } }[];
}

/** https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/checkCompatibility */
function askCompatible(context: ToolContext, propertyId: string, chosen: readonly Field[]) {
  const dimensions = namesOf(chosen, 'dimension');
  const metrics = namesOf(chosen, 'metric');
  const key = `compatible ${propertyId} ${JSON.stringify([dimensions.toSorted(), metrics.toSorted()])}`;
  return context.remember(key, HOUR, async (): Promise<ReadonlySet<string> | undefined> => {
    try {
      const answer = await context.google.send<CompatibilityAnswer | undefined>({
        service: 'analyticsdata',
        method: 'POST',
        path: ['v1beta', 'properties', `${propertyId}:checkCompatibility`],
        body: {
          dimensions: dimensions.map((name) => ({ name })),
          metrics: metrics.map((name) => ({ name })),
          compatibilityFilter: 'COMPATIBLE',
        },
      });
      const found = [
        ...(answer?.dimensionCompatibilities ?? []).map((one) => one.dimensionMetadata?.apiName),
        ...(answer?.metricCompatibilities ?? []).map((one) => one.metricMetadata?.apiName),
      ];
      return new Set(found.filter((name) => name !== undefined));
    } catch (cause) {
      if (cause instanceof GoogleRefusal && cause.status === 400) return undefined;
      throw cause;
    }
  });
}

function foundNotes(search: string, found: readonly Field[], shown: readonly Field[]): string[] {
  if (found.length === 0)
    return [
      `Nothing is named or described like ${quote(search)}. Try one plainer word, or an empty search for all fields.`,
    ];
  return found.length > shown.length
    ? [`There are ${found.length - shown.length} more; a higher \`limit\` shows them.`]
    : [];
}
