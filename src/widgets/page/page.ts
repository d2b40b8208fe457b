/**
 * The report's page: shows what a tool answered, lets people change the metric, the view and the detail.
 *
 * Owns: what is on the page and what a click does. Does not own: the conversation with the host (host.ts), the drawing
 * (plot.ts) nor the table (table.ts).
 */
import { CHART_KINDS, type Chart, type ChartKind, chartOf, metricsOf, subtitleOf } from '../chart.ts';
import { csvName, toCsv } from '../csv.ts';
import { dark, light } from '../draw/palette.ts';
import { type ChartCall, lookCloser, readCall } from '../look-closer.ts';
import { type Report, readReport } from '../report.ts';
import { fieldWords, showChange, showNumber, showTime } from '../wording.ts';
import { connectHost, type ToolResult } from './host.ts';
import { createPlot } from './plot.ts';
import { element, tableOf } from './table.ts';

interface Shown {
  report: Report;
  call: ChartCall;
  kind: ChartKind | 'table' | undefined;
  metric: string | undefined;
}

function byId<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found as Kind;
}

const main = document.querySelector('main') ?? document.body;
const [title, subtitle, bar, status] = ['title', 'subtitle', 'bar', 'status'].map((id) => byId(id)) as [
  HTMLElement,
  HTMLElement,
  HTMLElement,
  HTMLElement,
];
const [figure, readout, table, notes] = ['figure', 'readout', 'table', 'notes'].map((id) => byId(id)) as [
  HTMLElement,
  HTMLElement,
  HTMLElement,
  HTMLElement,
];
const buttons = {
  back: byId<HTMLButtonElement>('back'),
  csv: byId<HTMLButtonElement>('csv'),
  ask: byId<HTMLButtonElement>('ask'),
  chart: byId<HTMLButtonElement>('view-chart'),
  table: byId<HTMLButtonElement>('view-table'),
};
const metric = byId<HTMLSelectElement>('metric');

const trail: Shown[] = [];
let shown: Shown | undefined;
let lastInput: unknown;
let isTable = false;

const plot = createPlot(
  { plot: byId('plot'), drawing: byId('drawing'), mark: byId('mark'), cursor: byId<HTMLInputElement>('cursor') },
  (index) => readOut(index),
);

const host = connectHost({
  onInput(given) {
    lastInput = given;
  },
  onResult(result) {
    trail.length = 0;
    take(result, (report) => readCall(report, lastInput));
  },
  onCancelled: () => say('The report was cancelled.'),
  onTheme: setTheme,
  onReady: () => show(),
});

function setTheme(theme: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = theme;
  show();
}

function say(words: string): void {
  main.setAttribute('aria-busy', 'false');
  status.textContent = words;
}

/** Takes an answer in, whoever asked for it; says whether there was something to show. */
function take(result: ToolResult, callOf: (report: string) => ChartCall): boolean {
  const report = result.isError === true ? undefined : readReport(result.structuredContent);
  if (report === undefined) {
    const words = result.content?.find(({ type }) => type === 'text')?.text;
    say(words ?? 'There is nothing to show.');
    return false;
  }
  const chart = (result.structuredContent as { chart?: { report?: unknown; kind?: unknown } }).chart ?? {};
  const kind = [...CHART_KINDS, 'table' as const].find((one) => one === chart.kind);
  const call = callOf(typeof chart.report === 'string' ? chart.report : 'run_report');
  shown = { report, call, kind, metric: undefined };
  isTable = false;
  say('');
  show();
  return true;
}

function chartShown(): Chart | undefined {
  if (shown === undefined || shown.kind === 'table') return undefined;
  return chartOf(shown.report, { kind: shown.kind, metric: shown.metric });
}

function show(): void {
  if (shown === undefined) return;
  const { report } = shown;
  const chart = chartShown();
  title.textContent = chart?.title ?? tableTitle(report);
  subtitle.textContent = [subtitleOf(report), report.property?.timeZone].filter((words) => words).join(' · ');
  bar.hidden = false;
  buttons.back.hidden = trail.length === 0;
  showMetrics(report, chart);
  byId('views').hidden = chart === undefined;
  const onTable = isTable || chart === undefined;
  buttons.chart.setAttribute('aria-pressed', String(!onTable));
  buttons.table.setAttribute('aria-pressed', String(onTable));
  figure.hidden = onTable;
  table.hidden = !onTable || report.rows.length === 0;
  if (report.rows.length === 0) status.textContent = 'There are no rows for this question.';
  if (onTable) table.replaceChildren(tableOf(report, title.textContent, closerButton));
  else if (chart !== undefined) plot.show(chart, document.documentElement.dataset.theme === 'dark' ? dark : light);
  readout.replaceChildren(...(chart === undefined ? [] : hints(chart).map((words) => element('span', words))));
  buttons.ask.hidden = report.comparedWith === undefined || !host.canSay();
  showNotes(report.notes);
}

/** Until something is chosen: what has to be said of the drawing, and that there is something to choose. */
function hints(chart: Chart): string[] {
  const hasCloser = chart.labels.some((_, index) => closerButton(rowOf(chart, index)) !== undefined);
  const place = chart.kind === 'line' ? 'a point' : 'a bar';
  const words = hasCloser ? [`Choose ${place} to look closer.`] : [];
  const isReadOut = chart.kind === 'line' || hasCloser;
  // Bars have their numbers beside them: without a closer look there is nothing to choose.
  byId('cursor').hidden = !isReadOut;
  return [...chart.footnotes, ...(isReadOut && !hasCloser ? ['Choose a point to read it.'] : words)];
}

function tableTitle({ columns }: Report): string {
  const names = columns.filter(({ unit }) => unit === undefined).map(({ name }) => fieldWords(name));
  return names.length === 0 ? 'Report' : `Report by ${names.join(', ').toLowerCase()}`;
}

function showMetrics(report: Report, chart: Chart | undefined): void {
  const metrics = metricsOf(report);
  byId('metric-label').hidden =
    chart === undefined || chart.kind === 'funnel' || chart.units !== undefined || metrics.length < 2;
  metric.replaceChildren(
    ...metrics.map(
      ({ name }) => new Option(fieldWords(name), name, false, name === (shown?.metric ?? metrics[0]?.name)),
    ),
  );
}

function showNotes(sentences: readonly string[]): void {
  notes.hidden = sentences.length === 0;
  const [summary, list] = notes.children;
  if (summary !== undefined) summary.textContent = sentences.length === 1 ? '1 note' : `${sentences.length} notes`;
  list?.replaceChildren(...sentences.map((sentence) => element('li', sentence)));
}

/** The chosen day or bar in words, with the way to look closer. */
function readOut(index: number): void {
  const chart = chartShown();
  const label = chart?.labels[index];
  if (chart === undefined || label === undefined || byId('cursor').hidden) return;
  const unit = chart.units?.[index] ?? chart.unit;
  const name = element('strong', showTime(label));
  const several = chart.series.length > 1;
  const words = chart.series.map(({ name: series, values }) => {
    const value = values[index] ?? null;
    const number = value === null ? '–' : showNumber(value, unit);
    return element('span', several ? `${series} ${number}` : number);
  });
  const button = closerButton(rowOf(chart, index));
  if (button !== undefined) button.textContent = `Look closer: ${button.title}`;
  readout.replaceChildren(name, ...words, ...changeOf(chart, index), ...(button === undefined ? [] : [button]));
}

function changeOf(chart: Chart, index: number): HTMLElement[] {
  const [now, before] = chart.series;
  const [value, earlier] = [now?.values[index] ?? null, before?.values[index] ?? null];
  if (before?.isEarlier !== true || value === null || earlier === null || earlier <= 0) return [];
  return [element('span', showChange(((value - earlier) / earlier) * 100))];
}

/** The report's row behind a place in the drawing; the drawing may have more days than the report. */
function rowOf(chart: Chart, index: number): number {
  if (chart.kind !== 'line') return index;
  const label = chart.labels[index];
  return shown?.report.rows.findIndex((row) => row.includes(label ?? '')) ?? -1;
}

function closerButton(row: number): HTMLElement | undefined {
  if (shown === undefined || !host.canCallTools()) return undefined;
  const closer = lookCloser(shown.call, shown.report, row);
  if (closer === undefined) return undefined;
  const button = element('button') as HTMLButtonElement;
  button.type = 'button';
  button.title = closer.label;
  button.addEventListener('click', () => void goCloser(closer.call));
  return button;
}

async function goCloser(call: ChartCall): Promise<void> {
  const before = shown;
  main.setAttribute('aria-busy', 'true');
  status.textContent = 'Asking Google Analytics…';
  try {
    const result = await host.callTool('show_chart', { report: call.report, arguments: call.arguments });
    if (before !== undefined) trail.push(before);
    if (take(result, (report) => ({ ...call, report }))) buttons.back.focus();
    else trail.pop();
  } catch (cause) {
    say(cause instanceof Error ? cause.message : 'That did not work.');
  }
}

function back(): void {
  shown = trail.pop() ?? shown;
  say('');
  show();
  (buttons.back.hidden ? buttons.chart : buttons.back).focus();
}

async function downloadCsv(): Promise<void> {
  if (shown === undefined) return;
  const [name, text] = [csvName(title.textContent ?? 'report', shown.report), toCsv(shown.report)];
  if (await host.download(name, 'text/csv', text).catch(() => false)) return;
  const link = document.createElement('a');
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function ask(): void {
  const { report, call } = shown ?? {};
  if (report === undefined || call === undefined) return;
  const first = shown?.metric ?? metricsOf(report)[0]?.name ?? 'the numbers';
  const property = report.property?.name === undefined ? '' : ` of ${report.property.name}`;
  const days = subtitleOf({ ...report, property: undefined });
  host.say(`What drove the change in ${fieldWords(first).toLowerCase()}${property}, ${days}?`).catch(() => {
    status.textContent = 'The question could not be asked from here. Ask it in the chat.';
  });
}

function view(asTable: boolean): void {
  isTable = asTable;
  show();
}

buttons.chart.addEventListener('click', () => view(false));
buttons.table.addEventListener('click', () => view(true));
buttons.back.addEventListener('click', back);
buttons.csv.addEventListener('click', () => void downloadCsv());
buttons.ask.addEventListener('click', ask);
metric.addEventListener('change', () => {
  if (shown !== undefined) shown = { ...shown, metric: metric.value };
  show();
});

const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');
if (document.documentElement.dataset.theme === undefined) setTheme(darkScheme.matches ? 'dark' : 'light');
new ResizeObserver(() => host.sizeChanged(main.scrollWidth, Math.ceil(main.getBoundingClientRect().height))).observe(
  main,
);
