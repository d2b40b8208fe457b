/**
 * A report shown as a chart. The one tool with a widget: a template on the report tools themselves would put a page into
 * the conversation for every step of the model's own reckoning (OpenAI: "put the template only on render tools").
 *
 * Owns: which reports can be shown and the choice of the chart. Does not own: the reports (their own files), the drawing
 * (widgets/) nor the picture's address (resource/charts.ts).
 */
import { z } from 'zod';
import { CHART_KINDS, type Chart, chartOf } from '../../widgets/chart.ts';
import { readReport } from '../../widgets/report.ts';
import { reportPage } from '../../widgets/widget-page.ts';
import { readInput } from '../run.ts';
import { defineTool, type Tool } from '../tool.ts';
import { answerPart } from './report-schema.ts';
import { runConversionsReport } from './run-conversions-report.ts';
import { runFunnelReport } from './run-funnel-report.ts';
import { runPivotReport } from './run-pivot-report.ts';
import { runRealtimeReport } from './run-realtime-report.ts';
import { runReport } from './run-report.ts';

const reports: readonly Tool[] = [runReport, runRealtimeReport, runPivotReport, runFunnelReport, runConversionsReport];

const OWN = new Set(['report', 'arguments', 'kind', 'image']);

/** What is shown, and how: read by the widget and by the doors. */
interface ShownChart {
  report: string;
  kind: string;
  /** Added by a door for clients without widgets. */
  url?: string;
  isImageWanted?: boolean;
}

export const showChart = defineTool({
  name: 'show_chart',
  title: 'Show a report as a chart',
  description:
    "Runs a report and shows it to the person as a chart or table. Use it instead of the report tool when a picture helps: trends, rankings, comparisons, funnels. Answers the report's numbers too.",
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    report: z.enum(reports.map(({ name }) => name)).default(runReport.name),
    arguments: z.record(z.string(), z.unknown()).describe("That tool's arguments."),
    kind: z.enum(['auto', ...CHART_KINDS, 'table']).default('auto'),
    image: z.boolean().default(false).describe('Send the PNG too.'),
  }),
  output: z.looseObject({ chart: answerPart<ShownChart>({ type: 'object' }) }),
  examples: [
    {
      question: 'Show me the sessions of the last four weeks against the four before.',
      input: {
        arguments: { metrics: ['sessions'], dimensions: ['date'], dates: 'last_28_days', compare: 'previous_period' },
      },
    },
    {
      question: 'Draw our checkout funnel for last month.',
      input: {
        report: 'run_funnel_report',
        arguments: { steps: ['view_item', 'add_to_cart', 'begin_checkout', 'purchase'], dates: 'last_month' },
      },
    },
  ],
  progress: { running: 'Drawing the chart', done: 'Chart ready' },
  meta: { 'openai/widgetAccessible': true },
  understand: understandChart,

  async call(context, input) {
    const report = reports.find(({ name }) => name === input.report) ?? runReport;
    const answer: Record<string, unknown> = await report.call(context, readInput(report, input.arguments));
    const chart = { report: report.name, kind: input.kind, ...(input.image ? { isImageWanted: true } : {}) };
    const kind = chartIn({ ...answer, chart })?.kind ?? 'table';
    return { ...answer, chart: { ...chart, kind } };
  },

  text({ chart, ...answer }) {
    const report = reports.find(({ name }) => name === chart.report) ?? runReport;
    return report.text(answer);
  },

  widget: {
    page: reportPage,
    picture(output) {
      const chart = chartIn(output);
      return chart === undefined ? undefined : { chart, isImageWanted: output.chart.isImageWanted === true };
    },
  },
});

function chartIn(output: Record<string, unknown> & { chart: ShownChart }): Chart | undefined {
  const report = readReport(output);
  const { kind } = output.chart;
  if (report === undefined || kind === 'table') return undefined;
  return chartOf(report, { kind: CHART_KINDS.find((one) => one === kind) });
}

/** Everything that is no argument of ours is meant for the report: `{"metrics": […], "dimensions": […]}`. */
function understandChart(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.entries(given).filter(([name]) => OWN.has(name));
  const others = Object.fromEntries(Object.entries(given).filter(([name]) => !OWN.has(name)));
  const read = Object.fromEntries(own);
  if (read.arguments !== undefined && Object.keys(others).length === 0) return read;
  return { ...read, arguments: isRecord(read.arguments) ? { ...others, ...read.arguments } : others };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
