/** A cross table: one dimension down, another across, a number in each cell. */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { askReport, keepFor } from './ask-report.ts';
import { testsOf } from './condition.ts';
import { toFilterExpression } from './condition-request.ts';
import type { Field } from './fields/catalogue.ts';
import { cutNotes, fitRows } from './fit-rows.ts';
import { type PivotAnswer, pivotTable } from './pivot-table.ts';
import { understandReport } from './report-arguments.ts';
import type { ReportInput } from './report-input.ts';
import { reportNotes } from './report-notes.ts';
import { planReport, type ReportPlan } from './report-plan.ts';
import { explainRefusal } from './report-refusal.ts';
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
  showDays,
  showProperty,
} from './report-schema.ts';
import type { Cell, Table } from './report-table.ts';
import { tableText } from './report-text.ts';

export const runPivotReport = defineTool({
  name: 'run_pivot_report',
  title: 'Run a cross table',
  description:
    'Cross table: row dimensions down, column dimensions across, metrics in the cells, true totals on both sides. For "channels by device" questions; use run_report for plain lists and comparisons.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    property: propertyArgument,
    metrics: namesArgument(5),
    rows: namesArgument(4).min(1).describe('Dimensions.'),
    columns: namesArgument(3).min(1).describe('Dimensions of few values.'),
    dates: datesArgument,
    filters: filtersArgument.describe('As in run_report.'),
    limit: z.int().min(1).max(500).default(25).describe('Rows.'),
    columnLimit: z.int().min(1).max(30).default(8),
  }),
  output: z.object({
    property: propertyPart,
    dates: daysPart,
    columns: columnsPart,
    rows: rowsPart,
    totals: cellsPart.optional(),
    rowCount: z.int(),
    notes: notesPart,
  }),
  examples: [
    {
      question: 'Which channels bring which devices?',
      input: { metrics: ['sessions'], rows: ['sessionDefaultChannelGroup'], columns: ['deviceCategory'] },
    },
  ],
  progress: { running: 'Asking Google Analytics', done: 'Cross table ready' },
  understand: understandPivot,

  async call(context, input) {
    const report = asReport(input);
    const plan = await planReport(context, context.now, report);
    const sides = { ...input, ...sidesOf(plan, input.rows.length) };
    const answer = await explainRefusal(plan, report, () => fetchPivot(context, plan, sides));
    const isFiltered = plan.conditions.metrics !== undefined;
    const currency = answer.metadata?.currencyCode ?? plan.property.currency;
    const isWithheld =
      answer.metadata?.subjectToThresholding === true || answer.metadata?.dataLossFromOtherRow === true;
    const hasUnknown = isFiltered || isWithheld;
    const table = pivotTable(answer, {
      rows: sides.rows,
      columns: sides.columns,
      metrics: plan.metrics,
      currency,
      hasUnknown,
    });
    const fitted = fitRows(table, 0);
    return {
      property: showProperty(plan.property),
      dates: showDays(plan.range),
      columns: table.columns,
      rows: fitted.rows,
      ...(table.totals === undefined ? {} : { totals: table.totals }),
      rowCount: table.rowCount,
      notes: [
        ...plan.notes,
        ...cutNotes(fitted.rows.length, table.rowCount),
        ...columnNotes(table.columnCount, input.columnLimit),
        ...blankNotes(table, { isWithheld, sides, metrics: plan.metrics.length }),
        ...(isFiltered ? ['Filters on metrics choose cells; totals count everything.'] : []),
        ...reportNotes(answer, plan, table),
      ],
    };
  },

  text({ property, dates, columns, rows, totals, notes }) {
    const table = rows.length === 0 ? 'No rows.' : tableText(columns, rows, totals);
    return [headLine(property, daysText(dates, undefined)), '', table, ...noteLines(notes)].join('\n');
  },
});

interface PivotInput {
  property?: string | undefined;
  metrics: string[];
  rows: string[];
  columns: string[];
  dates: string;
  filters: unknown[];
  limit: number;
  columnLimit: number;
}

/** `dimensions` of other tools: the last one across, the others down. Google's `pivots` name both sides. */
function understandPivot(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { pivots, rowDimensions, columnDimensions, row, column, ...others } = given;
  const { dimensions, ...read } = understandReport(others);
  read.rows ??= rowDimensions ?? row;
  read.columns ??= columnDimensions ?? column;
  if (Array.isArray(pivots) && pivots.length === 2) {
    const [down, across] = pivots.map(fieldNames);
    read.rows ??= down;
    read.columns ??= across;
  } else if (Array.isArray(dimensions) && dimensions.length > 1 && read.rows === undefined) {
    read.columns ??= dimensions.slice(-1);
    read.rows = dimensions.slice(0, -1);
  }
  if (typeof read.limit === 'number') read.limit = Math.min(read.limit, 500);
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function fieldNames(pivot: unknown): unknown {
  if (typeof pivot !== 'object' || pivot === null) return undefined;
  const names = Object.entries(pivot).find(([key]) => /^(fieldnames|field_names)$/i.test(key))?.[1];
  return names;
}

/** The call as run_report would take it: what errors show is what run_pivot_report takes, told apart by `rows`. */
function asReport({ rows, columns, columnLimit: _, ...input }: PivotInput): ReportInput {
  return { ...input, dimensions: [...rows, ...columns], compare: 'none', orderBy: [], offset: 0 };
}

/** The planned dimensions are in the order of the request, unless one of them was a metric or stood there twice. */
function sidesOf(plan: ReportPlan, rows: number): { rows: readonly Field[]; columns: readonly Field[] } {
  const columns = plan.dimensions.slice(rows);
  const [first] = columns;
  if (first === undefined || plan.metrics.length === 0) {
    const names = plan.dimensions.map((field) => quote(field.name)).join(', ');
    throw new ToolError(
      'bad-input',
      `A cross table needs a metric, and different dimensions for \`rows\` and \`columns\`; read were ${names === '' ? 'none' : names}. For example: {"metrics":["sessions"],"rows":["sessionDefaultChannelGroup"],"columns":["deviceCategory"]}`,
    );
  }
  return { rows: plan.dimensions.slice(0, rows), columns };
}

interface Sides {
  rows: readonly Field[];
  columns: readonly Field[];
  limit: number;
  columnLimit: number;
}

/** https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runPivotReport */
async function fetchPivot(asking: ToolContext, plan: ReportPlan, sides: Omit<PivotInput, 'rows' | 'columns'> & Sides) {
  const { dimensions: filter, metrics: having } = plan.conditions;
  // A pivot report filters by nothing that it does not name.
  const filtered = filter === undefined ? [] : testsOf(filter).map((test) => test.field.name);
  const names = [...new Set([...plan.dimensions.map((field) => field.name), ...filtered])];
  const [first] = plan.metrics;
  const pivot = (fields: readonly Field[], limit: number) => ({
    fieldNames: fields.map((field) => field.name),
    limit: String(limit),
    orderBys:
      fields[0]?.scope === 'time'
        ? fields.map((field) => ({ desc: false, dimension: { dimensionName: field.name } }))
        : [{ desc: true, metric: { metricName: first?.name } }],
    metricAggregations: ['TOTAL'],
  });
  return askReport<PivotAnswer>(asking, {
    version: 'v1beta',
    propertyId: plan.property.id,
    method: 'runPivotReport',
    body: {
      dimensions: names.map((name) => ({ name })),
      metrics: [
        ...plan.metrics.map(({ name }) => ({ name })),
        ...plan.hiddenMetrics.map(({ name }) => ({ name, invisible: true })),
      ],
      dateRanges: [{ startDate: showDays(plan.range).start, endDate: showDays(plan.range).end }],
      pivots: [pivot(sides.rows, sides.limit), pivot(sides.columns, sides.columnLimit)],
      ...(filter === undefined ? {} : { dimensionFilter: toFilterExpression(filter) }),
      ...(having === undefined ? {} : { metricFilter: toFilterExpression(having) }),
      returnPropertyQuota: true,
    },
    keepMs: keepFor(plan.today, plan.range),
  });
}

function columnNotes(columnCount: number, limit: number): string[] {
  if (columnCount <= limit) return [];
  return [
    `These are the first ${limit} of ${columnCount} columns; totals are of all. A higher \`columnLimit\` shows more.`,
  ];
}

/** What an empty place does not mean. */
function blankNotes(table: Table, about: { isWithheld: boolean; sides: Sides; metrics: number }): string[] {
  const isBlank = (row: readonly Cell[], from: number, to?: number) => row.slice(from, to).includes(null);
  const [first, last] = [about.sides.rows.length, -about.metrics];
  const totals = table.totals ?? [];
  const hasBlankTotal = isBlank(totals, first) || table.rows.some((row) => isBlank(row, last));
  const hasBlankCell = table.rows.some((row) => isBlank(row, first, last));
  return [
    ...(about.isWithheld && hasBlankCell ? ['Empty cells are unknown here, not zero.'] : []),
    ...(hasBlankTotal ? ['A blank total is one that Google does not give here; run_report has it.'] : []),
  ];
}
