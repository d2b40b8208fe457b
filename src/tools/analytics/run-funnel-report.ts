/** How many people get from step to step, and where they leave. */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { GoogleRefusal } from '../google-error.ts';
import { plainLine, quote, quoteAll } from '../quote.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { askReport, keepFor } from './ask-report.ts';
import { todayIn } from './calendar-days.ts';
import { chooseProperty } from './choose-property.ts';
import { mapFields, type RawCondition, type ReadCondition, testsOf } from './condition.ts';
import { readConditions } from './condition-objects.ts';
import { readDates } from './dates.ts';
import type { Field } from './fields/catalogue.ts';
import { type FunnelAnswer, type FunnelPlan, type FunnelTable, funnelRequest, funnelTable } from './funnel-request.ts';
import { readSteps } from './funnel-steps.ts';
import { createFieldReader, type FieldReader } from './property-fields.ts';
import { understandReport } from './report-arguments.ts';
import { correctedCall } from './report-input.ts';
import { freshnessNotes, qualityNotes, quotaNotes } from './report-notes.ts';
import {
  columnsPart,
  datesArgument,
  daysPart,
  daysText,
  filtersArgument,
  headLine,
  noteLines,
  notesPart,
  propertyArgument,
  propertyPart,
  rowsPart,
  shortText,
  showDays,
  showProperty,
} from './report-schema.ts';
import { tableText } from './report-text.ts';

export const runFunnelReport = defineTool({
  name: 'run_funnel_report',
  title: 'Run a funnel',
  description:
    'How many people go from step to step, and where they leave: users, completion and abandonment of each step, optionally by a dimension. Steps are event names, with conditions if needed.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    property: propertyArgument,
    steps: z
      .array(z.unknown())
      .max(20)
      .describe(
        'In order: "view_item", "page_view where pagePath contains /cart", or {"event", "name", "filters": […], "within": "1 hour", "direct": true}.',
      ),
    open: z.boolean().default(false).describe('People may enter at any step.'),
    breakdown: shortText(100).optional().describe('A dimension, such as deviceCategory.'),
    breakdownLimit: z.int().min(1).max(15).default(5),
    dates: datesArgument,
    filters: filtersArgument.describe('On dimensions, as in run_report.'),
  }),
  output: z.object({
    property: propertyPart,
    dates: daysPart,
    columns: columnsPart,
    rows: rowsPart,
    notes: notesPart,
  }),
  examples: [
    {
      question: 'Where do people leave our checkout, on phones and on desktops?',
      input: { steps: ['view_item', 'add_to_cart', 'begin_checkout', 'purchase'], breakdown: 'deviceCategory' },
    },
    {
      question: 'How many buy within an hour of seeing a product?',
      input: { steps: ['view_item', { event: 'purchase', within: '1 hour' }], dates: 'last_week' },
    },
  ],
  progress: { running: 'Following people through the steps', done: 'Funnel ready' },
  understand: understandFunnel,

  async call(context, input) {
    const { property, plan, range, today, notes } = await planFunnel(context, input);
    const answer = await fetchFunnel(context, property.id, plan, keepFor(today, range));
    const table = funnelTable(answer, plan);
    return {
      property: showProperty(property),
      dates: showDays(range),
      columns: table.columns,
      rows: table.rows,
      notes: [
        ...notes,
        ...funnelNotes(table, plan),
        ...qualityNotes(answer.funnelTable?.metadata ?? {}),
        ...freshnessNotes({ range, today, comparison: undefined }),
        ...quotaNotes(answer.propertyQuota ?? {}),
      ],
    };
  },

  text({ property, dates, columns, rows, notes }) {
    return [
      headLine(property, daysText(dates, undefined)),
      '',
      tableText(columns, rows, undefined),
      ...noteLines(notes),
    ].join('\n');
  },
});

interface FunnelInput {
  property?: string | undefined;
  steps: unknown[];
  open: boolean;
  breakdown?: string | undefined;
  breakdownLimit: number;
  dates: string;
  filters: unknown[];
}

/** `funnelSteps`, `funnel: {steps, isOpenFunnel}` and `funnelBreakdown` of Google's request and of other tools. */
function understandFunnel(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const found = new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase().replaceAll('_', ''), value]));
  const funnel = objectOf(found.get('funnel'));
  const breakdown = objectOf(found.get('funnelbreakdown'));
  const dimension = objectOf(breakdown.breakdownDimension ?? breakdown.breakdown_dimension).name;
  const open = found.get('isopenfunnel') ?? found.get('isopen') ?? funnel.isOpenFunnel ?? funnel.is_open_funnel;
  const others = Object.entries(given).filter(
    ([key]) => !/^(funnel|funnel_?steps|funnel_?breakdown|is_?open(_?funnel)?|breakdown)$/i.test(key),
  );
  const { dimensions, ...read } = understandReport(Object.fromEntries(others));
  const steps = read.steps ?? found.get('funnelsteps') ?? funnel.steps;
  const by = found.get('breakdown') ?? dimension ?? (Array.isArray(dimensions) ? dimensions[0] : dimensions);
  return {
    ...read,
    ...(steps === undefined ? {} : { steps: splitSteps(steps) }),
    ...(open === undefined ? {} : { open }),
    ...(by === undefined ? {} : { breakdown: Array.isArray(by) ? by[0] : by }),
  };
}

/** `view_item > add_to_cart > purchase` in one text. */
function splitSteps(steps: unknown): unknown {
  const [only, ...others] = Array.isArray(steps) ? steps : [steps];
  if (typeof only !== 'string' || others.length > 0 || !/^\s*\w+(\s*(,|->|→|>)\s*\w+)+\s*$/.test(only)) return steps;
  return only.split(/,|->|→|>/).map((step) => step.trim());
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

async function planFunnel(context: ToolContext, input: FunnelInput) {
  const property = await chooseProperty(context, input.property);
  const today = todayIn(property.timeZone, context.now());
  const range = readDates(input.dates, today);
  const raw = readSteps(input.steps);
  const fields = createFieldReader(context, property.id, (corrections) => correctedCall(input, corrections));
  const steps: FunnelPlan['steps'][number][] = [];
  for (const step of raw)
    steps.push({ ...step, name: plainLine(step.name, 80), condition: await readOn(fields, step.condition) });
  const breakdown = input.breakdown === undefined ? undefined : await fields.read(input.breakdown, 'dimension');
  const filter = await readOn(fields, readConditions(input.filters));
  if (breakdown !== undefined) checkDimension(breakdown);
  const { start, end } = showDays(range);
  const plan: FunnelPlan = {
    steps,
    isOpen: input.open,
    breakdown,
    breakdownLimit: input.breakdownLimit,
    filter,
    dates: { start, end },
  };
  return { property, plan, range, today, notes: [...property.notes, ...fields.notes(), ...range.notes] };
}

async function readOn(fields: FieldReader, raw: RawCondition | undefined): Promise<ReadCondition | undefined> {
  if (raw === undefined) return undefined;
  const condition = await mapFields(raw, (name) => fields.read(name, 'dimension'));
  for (const test of testsOf(condition)) checkDimension(test.field);
  return condition;
}

/** A funnel looks at single events of a person: neither sums nor items exist there. */
function checkDimension(field: Field): void {
  if (field.kind === 'dimension' && field.scope !== 'item') return;
  const what = field.kind === 'metric' ? 'a metric' : 'about items';
  const message = `${quote(field.name)} is ${what}; funnels know dimensions of events, visits and people only, such as \`eventName\`, \`pagePath\`, \`deviceCategory\`, \`sessionMedium\`.`;
  throw new ToolError('bad-input', message);
}

async function fetchFunnel(
  asking: ToolContext,
  propertyId: string,
  plan: FunnelPlan,
  keepMs: number,
): Promise<FunnelAnswer> {
  try {
    return await askReport<FunnelAnswer>(asking, {
      version: 'v1alpha',
      propertyId,
      method: 'runFunnelReport',
      body: funnelRequest(plan),
      keepMs,
    });
  } catch (cause) {
    if (!(cause instanceof GoogleRefusal) || cause.detail.about !== 'unknown-field') throw cause;
    const message = `Funnels do not know the dimension ${quote(cause.detail.field)}. Use one such as \`eventName\`, \`pagePath\`, \`deviceCategory\`, \`country\` or \`sessionMedium\`.`;
    throw new ToolError('bad-input', message, { cause });
  }
}

function funnelNotes({ users }: FunnelTable, plan: FunnelPlan): string[] {
  const notes = [
    plan.isOpen
      ? 'Open funnel: people are counted at every step they reach, also without the ones before.'
      : 'Closed funnel: only people who did the steps before, in this order, count at a step.',
  ];
  const empty = plan.steps.findIndex((_, index) => (users[index] ?? 0) === 0);
  const step = plan.steps[empty];
  if (step !== undefined) {
    const named =
      step.events.length === 0
        ? ''
        : ` If that is surprising: event names are case-sensitive (${quoteAll(step.events)}), and run_report with \`eventName\` lists those of these days.`;
    notes.push(`Nobody reached step ${empty + 1} in these days.${named}`);
  }
  return notes;
}
