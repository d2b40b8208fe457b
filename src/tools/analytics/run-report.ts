/** Any question about counted visits, people, events and revenue: numbers by dimension for some days, compared if wanted. */
import { z } from 'zod';
import { defineTool } from '../tool.ts';
import { fitRows } from './fit-rows.ts';
import { understandReport } from './report-arguments.ts';
import { makeReportTable, reportText } from './report-layout.ts';
import { reportNotes } from './report-notes.ts';
import { planReport } from './report-plan.ts';
import { explainRefusal } from './report-refusal.ts';
import { fetchReport } from './report-request.ts';
import {
  cellsPart,
  columnsPart,
  DATES_WORDS,
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

export const runReport = defineTool({
  name: 'run_report',
  title: 'Run an Analytics report',
  description:
    'Google Analytics 4 numbers: metrics by dimensions for a date range, optionally compared with another period in the same call. Knows old and everyday field names and says how it read them. Users do not add up over rows: use totals.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    property: propertyArgument.describe('Id, name, domain or G- measurement id. Leave out if the person has only one.'),
    metrics: namesArgument(10).describe('Such as activeUsers, sessions, totalRevenue.'),
    dimensions: namesArgument(9).default([]).describe('Such as date, sessionSource, landingPage.'),
    dates: datesArgument.describe(DATES_WORDS),
    compare: shortText(100)
      .default('none')
      .describe(
        'previous_period, previous_year, or a range. Adds _previous, _change, _change_percent for each metric.',
      ),
    filters: filtersArgument.describe(
      'All must hold: "country == Japan", "deviceCategory in (mobile, tablet)", "pagePath contains /blog", "sessions > 100". Also !=, starts with, matches (regex), between, not …; {"any": […]}, {"not": …}.',
    ),
    orderBy: z
      .array(shortText(120))
      .max(5)
      .default([])
      .describe('"-sessions", "date", when comparing also "sessions_change asc". Usual: by date, else largest first.'),
    limit: z.int().min(1).max(1000).default(50),
    offset: z.int().min(0).max(1_000_000).default(0),
    currency: z
      .string()
      .regex(/^[A-Za-z]{3}$/)
      .optional()
      .describe('Such as EUR.'),
  }),
  output: z.object({
    property: propertyPart,
    dates: daysPart,
    comparedWith: daysPart.optional(),
    columns: columnsPart.describe('With a unit: a metric'),
    rows: rowsPart,
    totals: cellsPart.optional(),
    rowCount: z.int(),
    nextOffset: z.int().optional(),
    notes: notesPart,
  }),
  examples: [
    {
      question: 'How did last week go compared with the week before?',
      input: {
        metrics: ['activeUsers', 'sessions', 'engagementRate', 'totalRevenue'],
        dates: 'last_week',
        compare: 'previous_period',
      },
    },
    {
      question: 'Which landing pages lost visits on phones this month?',
      input: {
        metrics: ['sessions', 'bounceRate'],
        dimensions: ['landingPage'],
        dates: 'this_month',
        compare: 'previous_period',
        filters: ['deviceCategory == mobile'],
        orderBy: ['sessions_change asc'],
        limit: 20,
      },
    },
  ],
  progress: { running: 'Asking Google Analytics', done: 'Report ready' },
  understand: understandReport,

  async call(context, input) {
    const plan = await planReport(context, context.now, input);
    const answer = await explainRefusal(plan, input, () => fetchReport(context, plan));
    const table = makeReportTable(answer, plan);
    const fitted = fitRows(table, plan.offset);
    return {
      property: showProperty(plan.property),
      dates: showDays(plan.range),
      ...(plan.comparison === undefined ? {} : { comparedWith: showDays(plan.comparison) }),
      columns: table.columns,
      rows: fitted.rows,
      ...(table.totals === undefined ? {} : { totals: table.totals }),
      rowCount: table.rowCount,
      ...(fitted.nextOffset === undefined ? {} : { nextOffset: fitted.nextOffset }),
      notes: [...plan.notes, ...fitted.notes, ...reportNotes(answer, plan, table)],
    };
  },

  text({ property, dates, comparedWith, columns, rows, totals, notes }) {
    return [
      headLine(property, daysText(dates, comparedWith)),
      '',
      reportText(columns, rows, totals),
      ...noteLines(notes),
    ].join('\n');
  },
});
