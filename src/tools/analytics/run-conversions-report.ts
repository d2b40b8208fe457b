/**
 * Conversions credited to campaigns by an attribution model, as in Advertising > Conversions: the Data API's v1alpha
 * runReport with a conversionSpec (https://developers.google.com/analytics/devguides/reporting/data/v1/conversions-api-basics).
 *
 * Google offers this to some properties only. Where it does not, the error says what to ask instead.
 */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { GoogleRefusal } from '../google-error.ts';
import { nearest } from '../nearest.ts';
import { quote, quoteAll } from '../quote.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { askReport, keepFor } from './ask-report.ts';
import type { ReportAnswer } from './data-api.ts';
import type { Asking } from './directory.ts';
import { cutNotes, fitRows } from './fit-rows.ts';
import { understandReport } from './report-arguments.ts';
import type { ReportInput } from './report-input.ts';
import { makeReportTable, reportText } from './report-layout.ts';
import { reportNotes } from './report-notes.ts';
import { planReport, type ReportPlan } from './report-plan.ts';
import { reportRequest } from './report-request.ts';
import {
  cellsPart,
  columnsPart,
  datesArgument,
  daysPart,
  daysText,
  filtersArgument,
  headLine,
  namesArgument,
  noteLines,
  notesPart,
  propertyArgument,
  propertyPart,
  rowsPart,
  shortText,
  showDays,
  showProperty,
} from './report-schema.ts';

const HOUR = 3_600_000;

export const runConversionsReport = defineTool({
  name: 'run_conversions_report',
  title: 'Run a conversions report',
  description:
    'Conversions credited by an attribution model, as under Advertising in Analytics. Only some properties have it; for key events by channel use run_report. Metrics allConversionsByInteractionDate, allConversionsByConversionDate.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    property: propertyArgument,
    metrics: namesArgument(10).default(['allConversionsByConversionDate']),
    dimensions: namesArgument(9).default([]).describe('campaignName, defaultChannelGroup, source, medium, country …'),
    conversions: z.array(shortText(100)).max(50).default([]).describe('Names or ids; none: all.'),
    model: z.enum(['data_driven', 'last_click']).default('data_driven'),
    dates: datesArgument,
    compare: shortText(100).default('none'),
    filters: filtersArgument.describe('As in run_report.'),
    limit: z.int().min(1).max(1000).default(50),
  }),
  output: z.object({
    property: propertyPart,
    dates: daysPart,
    comparedWith: daysPart.optional(),
    model: z.string(),
    columns: columnsPart,
    rows: rowsPart,
    totals: cellsPart.optional(),
    rowCount: z.int(),
    notes: notesPart,
  }),
  examples: [
    {
      question: 'Which campaigns are credited with conversions, by last click?',
      input: { dimensions: ['campaignName'], model: 'last_click' },
    },
  ],
  progress: { running: 'Asking Google Analytics', done: 'Conversions report ready' },
  understand: understandConversions,

  async call(context, input) {
    const { conversions, model, ...rest } = input;
    const report: ReportInput = { ...rest, orderBy: [], offset: 0 };
    const plan = await planReport(context, context.now, report, { extraMetrics: CONVERSION_METRICS });
    const actions = await readActions(context, plan.property.id, conversions);
    const answer = await fetchConversions(context, plan, { actions, model });
    const table = makeReportTable(answer, plan);
    const fitted = fitRows(table, 0);
    return {
      property: showProperty(plan.property),
      dates: showDays(plan.range),
      ...(plan.comparison === undefined ? {} : { comparedWith: showDays(plan.comparison) }),
      model,
      columns: table.columns,
      rows: fitted.rows,
      ...(table.totals === undefined ? {} : { totals: table.totals }),
      rowCount: table.rowCount,
      notes: [
        ...plan.notes,
        ...cutNotes(fitted.rows.length, table.rowCount),
        ...modelNotes(model, plan),
        ...reportNotes(answer, plan, table),
      ],
    };
  },

  text({ property, dates, comparedWith, columns, rows, totals, notes }) {
    const head = headLine(property, daysText(dates, comparedWith));
    return [head, '', reportText(columns, rows, totals), ...noteLines(notes)].join('\n');
  },
});

/** What Google's guide names; a property's metadata may list more. */
const CONVERSION_METRICS = [
  { name: 'allConversionsByInteractionDate', meaning: 'conversions by the day of the click' },
  { name: 'allConversionsByConversionDate', meaning: 'conversions by the day they happened' },
].map((one) => ({ ...one, kind: 'metric', scope: 'event', unit: 'number', realtime: false }) as const);

/** Google's own form of the same: `{"conversionSpec": {"conversionActions": […], "attributionModel": "LAST_CLICK"}}`. */
function understandConversions(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { conversionSpec, conversion_spec, attributionModel, attribution_model, conversionActions, ...others } = given;
  const spec = Object.entries((conversionSpec ?? conversion_spec ?? {}) as Record<string, unknown>);
  const inSpec = (name: string) => spec.find(([key]) => key.toLowerCase().replaceAll('_', '') === name)?.[1];
  const read = understandReport(others);
  const model = read.model ?? attributionModel ?? attribution_model ?? inSpec('attributionmodel');
  if (model !== undefined) read.model = model;
  const actions = read.conversions ?? conversionActions ?? inSpec('conversionactions');
  if (actions !== undefined) read.conversions = actions;
  return read;
}

interface MetadataConversions {
  conversions?: { conversionAction?: string; displayName?: string }[];
}

/** Conversion actions by name or id. Throws ToolError `bad-input` with the names that there are. */
async function readActions(asking: Asking, propertyId: string, wanted: readonly string[]): Promise<string[]> {
  const isId = (text: string) => /^(conversionActions\/)?[0-9]+$/.test(text);
  const asAction = (text: string) => (text.includes('/') ? text : `conversionActions/${text}`);
  if (wanted.every(isId)) return wanted.map(asAction);
  const known = await asking.remember(`conversions ${propertyId}`, HOUR, async () => {
    const answer = await asking.google.send<MetadataConversions | undefined>({
      service: 'analyticsdata',
      method: 'GET',
      path: ['v1alpha', 'properties', propertyId, 'metadata'],
    });
    return answer?.conversions ?? [];
  });
  return wanted.map((text) => {
    const found = known.find((one) => one.displayName?.toLowerCase() === text.toLowerCase())?.conversionAction;
    if (isId(text) || found !== undefined) return found ?? asAction(text);
    if (known.length === 0) throw noConversions(propertyId);
    throw unknownConversion(
      text,
      known.map((one) => one.displayName ?? ''),
    );
  });
}

function unknownConversion(text: string, names: readonly string[]): ToolError {
  const [best] = nearest(text, names, 1);
  const hint = best === undefined ? '' : ` The nearest is ${quote(best)}.`;
  const list = `There are ${quoteAll(names.slice(0, 20))}.`;
  return new ToolError(
    'bad-input',
    `There is no conversion ${quote(text)}.${hint} ${list} Leave \`conversions\` out for all.`,
  );
}

/** Key events by channel, the question that such a report usually stands for. */
function insteadCall(propertyId: string, dimensions: readonly string[]): string {
  return JSON.stringify({
    property: propertyId,
    metrics: ['keyEvents', 'totalRevenue'],
    dimensions: dimensions.length === 0 ? ['defaultChannelGroup'] : dimensions,
  });
}

function noConversions(propertyId: string): ToolError {
  const message = `This property lists no conversions under Advertising, so this report is not for it. Key events by channel come from run_report: ${insteadCall(propertyId, [])}`;
  return new ToolError('bad-input', message);
}

async function fetchConversions(
  asking: ToolContext,
  plan: ReportPlan,
  spec: { actions: readonly string[]; model: 'data_driven' | 'last_click' },
): Promise<ReportAnswer> {
  try {
    return await askReport<ReportAnswer>(asking, {
      version: 'v1alpha',
      propertyId: plan.property.id,
      method: 'runReport',
      body: {
        ...reportRequest(plan),
        conversionSpec: { conversionActions: spec.actions, attributionModel: spec.model.toUpperCase() },
      },
      keepMs: keepFor(plan.today, plan.range, plan.comparison),
    });
  } catch (cause) {
    if (!(cause instanceof GoogleRefusal) || cause.status !== 400) throw cause;
    throw notOffered(plan, cause);
  }
}

const DIMENSIONS = [
  'campaignName',
  'defaultChannelGroup',
  'primaryChannelGroup',
  'source',
  'medium',
  'country',
  'continent',
  'deviceCategory',
  'platform',
];

function notOffered(plan: ReportPlan, cause: GoogleRefusal): ToolError {
  const dimensions = plan.dimensions.map(({ name }) => name);
  const isUnusual = dimensions.some((name) => !DIMENSIONS.includes(name));
  const reason = isUnusual
    ? `: perhaps the property has no conversions report (Advertising), or a dimension does not fit it. Those that do are ${quoteAll(DIMENSIONS)}`
    : ': perhaps the property has no conversions report (Advertising)';
  const message = `Google does not answer this${reason}. Key events by channel come from run_report: ${insteadCall(plan.property.id, dimensions)}`;
  return new ToolError('bad-input', message, { cause });
}

/** Only of what a model divides up: other metrics count whole events. */
function modelNotes(model: string, { metrics }: ReportPlan): string[] {
  if (!metrics.some(({ name }) => name.startsWith('allConversions'))) return [];
  return model === 'data_driven'
    ? ['Credit is shared among several visits (data-driven model), so conversions can be fractions.']
    : ['All credit goes to the last paid or organic click before the conversion.'];
}
