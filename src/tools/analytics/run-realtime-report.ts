/** What is happening on the site right now: the last half hour, by the few fields that Google counts at once. */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { GoogleRefusal } from '../google-error.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { askReport } from './ask-report.ts';
import { chooseProperty } from './choose-property.ts';
import { mapFields, testsOf } from './condition.ts';
import { readConditions } from './condition-objects.ts';
import { splitByKind, toFilterExpression } from './condition-request.ts';
import type { ReportAnswer } from './data-api.ts';
import type { Field, FieldKind } from './fields/catalogue.ts';
import { cutNotes, fitRows } from './fit-rows.ts';
import { minutesText, readMinutes } from './minute-ranges.ts';
import { createFieldReader } from './property-fields.ts';
import { checkRealtime } from './realtime-fields.ts';
import { rangeName, realtimeTable } from './realtime-table.ts';
import { understandReport } from './report-arguments.ts';
import { correctedCall } from './report-input.ts';
import { quotaNotes } from './report-notes.ts';
import {
  cellsPart,
  columnsPart,
  filtersArgument,
  headLine,
  namesArgument,
  noteLines,
  notesPart,
  propertyArgument,
  propertyPart,
  rowsPart,
  shortText,
  showProperty,
} from './report-schema.ts';
import type { Table } from './report-table.ts';
import { tableText } from './report-text.ts';

const MOST_ROWS = 10_000;

export const runRealtimeReport = defineTool({
  name: 'run_realtime_report',
  title: 'Look at the last 30 minutes',
  description:
    'Who is on the site now. Metrics: activeUsers, eventCount, keyEvents, screenPageViews. Dimensions: country, city, deviceCategory, eventName, unifiedScreenName (page title), platform, streamName, minutesAgo, audienceName, customUser:…. No traffic sources or page paths.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    property: propertyArgument,
    metrics: namesArgument(10).default(['activeUsers']),
    dimensions: namesArgument(4).default([]),
    minutes: z
      .array(shortText(40))
      .max(2)
      .default(['30'])
      .describe('"5" or, in minutes ago, "5-29"; two are compared: ["0-4", "5-29"].'),
    filters: filtersArgument.describe('As in run_report.'),
    limit: z.int().min(1).max(250).default(50),
  }),
  output: z.object({
    property: propertyPart,
    minutes: z.array(z.string()),
    columns: columnsPart,
    rows: rowsPart,
    totals: cellsPart.optional(),
    rowCount: z.int(),
    notes: notesPart,
  }),
  examples: [
    { question: 'How many people are on the site right now, and where?', input: { dimensions: ['country'] } },
    {
      question: 'Is anyone buying at the moment?',
      input: { metrics: ['eventCount'], dimensions: ['eventName'], filters: ['eventName in (add_to_cart, purchase)'] },
    },
  ],
  progress: { running: 'Looking at the last minutes', done: 'Realtime report ready' },
  understand: understandRealtime,

  async call(context, input) {
    const plan = await planRealtime(context, input);
    const answer = await orTooLongAgo(plan, () => fetchRealtime(context, plan));
    const table = realtimeTable(answer, { ...plan, currency: plan.property.currency });
    const fitted = fitRows({ ...table, rows: table.rows.slice(0, input.limit) }, 0);
    return {
      property: showProperty(plan.property),
      minutes: plan.ranges.map(minutesText),
      columns: table.columns,
      rows: fitted.rows,
      ...(table.totals === undefined ? {} : { totals: table.totals }),
      rowCount: table.rowCount,
      notes: [
        ...plan.notes,
        ...realtimeNotes(table, plan, fitted.rows.length),
        ...quotaNotes(answer.propertyQuota ?? {}),
      ],
    };
  },

  text({ property, minutes, columns, rows, totals, notes }) {
    const table =
      rows.length === 0 ? 'Nobody did anything like this in these minutes.' : tableText(columns, rows, totals);
    return [headLine(property, minutes.join(' compared with ')), '', table, ...noteLines(notes)].join('\n');
  },
});

type RealtimeInput = {
  property?: string | undefined;
  metrics: string[];
  dimensions: string[];
  minutes: string[];
  filters: unknown[];
  limit: number;
};

const NOT_HERE = ['dates', 'compare', 'orderBy', 'offset', 'currency'];
const REALTIME_WORDS = /^(now|today|realtime|real time|current|live|last 30 minutes)$/i;

/** The words of other report tools; `dates` only where it means now. */
function understandRealtime(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { minuteRanges, minute_ranges, ...others } = given;
  const read = understandReport(others);
  const dates = read.dates;
  if (typeof dates === 'string' && dates !== '' && !REALTIME_WORDS.test(dates.trim())) {
    throw new ToolError(
      'bad-input',
      'Realtime reports know no dates: they hold the last 30 minutes. Leave `dates` out, or ask run_report for these days.',
    );
  }
  for (const name of NOT_HERE) delete read[name];
  const ranges = minuteRanges ?? minute_ranges;
  if (Array.isArray(ranges)) read.minutes ??= ranges.map(googleRange);
  if (typeof read.limit === 'number') read.limit = Math.min(read.limit, 250);
  return read;
}

/** Google's own form. */
function googleRange(range: unknown): unknown {
  if (typeof range !== 'object' || range === null) return range;
  const parts = new Map(Object.entries(range).map(([key, value]) => [key.toLowerCase().replaceAll('_', ''), value]));
  return `${parts.get('endminutesago') ?? 0}-${parts.get('startminutesago') ?? 29}`;
}

async function planRealtime(context: ToolContext, input: RealtimeInput) {
  const property = await chooseProperty(context, input.property);
  const ranges = readMinutes(input.minutes);
  const call = asCall(input);
  const reader = createFieldReader(context, property.id, (corrections) => correctedCall(call, corrections));
  await reader.check([
    ...input.dimensions.map((name) => ({ name, kind: 'dimension' as const })),
    ...input.metrics.map((name) => ({ name, kind: 'metric' as const })),
  ]);
  const read = async (names: readonly string[], kind: FieldKind) => {
    const fields: Field[] = [];
    for (const name of names) fields.push(await reader.read(name, kind));
    return fields;
  };
  const columns = [...(await read(input.dimensions, 'dimension')), ...(await read(input.metrics, 'metric'))];
  const raw = readConditions(input.filters);
  const condition = raw === undefined ? undefined : await mapFields(raw, (name) => reader.read(name, undefined));
  const given = new Map([...input.dimensions, ...input.metrics].map((name, index) => [columns[index]?.name, name]));
  checkRealtime(
    [...columns, ...(condition === undefined ? [] : testsOf(condition).map((test) => test.field))],
    (wrong, right) => correctedCall(call, [[given.get(wrong) ?? wrong, right]]),
  );
  const unique = [...new Map(columns.map((field) => [field.name, field])).values()];
  const metrics = unique.filter((field) => field.kind === 'metric');
  return {
    property,
    ranges,
    dimensions: unique.filter((field) => field.kind === 'dimension'),
    metrics: metrics.length > 0 ? metrics : [await reader.read('activeUsers', 'metric')],
    conditions: splitByKind(condition),
    limit: input.limit,
    notes: [...property.notes, ...reader.notes()],
  };
}

type RealtimePlan = Awaited<ReturnType<typeof planRealtime>>;

/** The call as errors show it. */
function asCall({ minutes, ...input }: RealtimeInput): object {
  return minutes.length === 1 && minutes[0] === '30' ? input : { ...input, minutes };
}

async function fetchRealtime(asking: ToolContext, plan: RealtimePlan): Promise<ReportAnswer> {
  const { conditions, dimensions, metrics } = plan;
  const isTime = dimensions.some((field) => field.name === 'minutesAgo');
  const orderBys = isTime
    ? [{ desc: false, dimension: { dimensionName: 'minutesAgo' } }]
    : [{ desc: true, metric: { metricName: metrics[0]?.name } }];
  return askReport<ReportAnswer>(asking, {
    version: 'v1beta',
    propertyId: plan.property.id,
    method: 'runRealtimeReport',
    body: {
      dimensions: dimensions.map(({ name }) => ({ name })),
      metrics: metrics.map(({ name }) => ({ name })),
      minuteRanges: plan.ranges.map(({ from, to }, index) => ({
        name: rangeName(index),
        startMinutesAgo: from,
        endMinutesAgo: to,
      })),
      ...(conditions.dimensions === undefined ? {} : { dimensionFilter: toFilterExpression(conditions.dimensions) }),
      ...(conditions.metrics === undefined ? {} : { metricFilter: toFilterExpression(conditions.metrics) }),
      ...(dimensions.length > 0 ? { metricAggregations: ['TOTAL'] } : {}),
      orderBys,
      limit: String(plan.ranges.length > 1 ? MOST_ROWS : plan.limit),
      returnPropertyQuota: true,
    },
    keepMs: 0,
  });
}

const KEPT_MINUTES = 30;

/** Only Analytics 360 keeps an hour, and nothing but Google's refusal tells which property is one. */
async function orTooLongAgo<Answer>({ ranges }: RealtimePlan, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (cause) {
    const isLong = ranges.some(({ from }) => from >= KEPT_MINUTES);
    if (!isLong || !(cause instanceof GoogleRefusal) || cause.status !== 400) throw cause;
    const message = `This property keeps ${KEPT_MINUTES} minutes of realtime data; only Analytics 360 keeps 60. Ask again with \`minutes\` "30".`;
    throw new ToolError('bad-input', message, { cause });
  }
}

function realtimeNotes(table: Table, plan: RealtimePlan, shown: number): string[] {
  const notes: string[] = [];
  const isFiltered = plan.conditions.dimensions !== undefined || plan.conditions.metrics !== undefined;
  if (table.rowCount === 0 && isFiltered)
    notes.push('Filter values must be as Analytics writes them ("United States", not "US").');
  notes.push(...cutNotes(shown, table.rowCount));
  const countsPeople = plan.metrics.some((field) => field.name === 'activeUsers');
  if (countsPeople && plan.dimensions.length > 0 && table.rowCount > 1)
    notes.push('`activeUsers` counts different people: rows do not add up, the totals are right.');
  const [first, second] = plan.ranges;
  if (first !== undefined && second !== undefined && first.from - first.to !== second.from - second.to)
    notes.push('The two ranges differ in length; compare per minute.');
  return notes;
}
