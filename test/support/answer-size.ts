/**
 * What our answers to everyday questions cost a model, beside the same data as google-analytics-mcp
 * (https://github.com/googleanalytics/google-analytics-mcp) prints it: Google's own messages with snake_case names, as
 * JSON indented by two.
 *
 * Owns: the questions, and measuring both. The other side is given every advantage: no search for the property, no
 * totals, no quota, only as many rows as we show, and none of the empty lists that its server writes out as well.
 */
import assert from 'node:assert/strict';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { type SandboxTools, SHOP } from './sandbox-tools.ts';

interface Size {
  bytes: number;
  tokens: number;
}

export interface Compared {
  question: string;
  /** Requests that we made to Google's reporting. */
  requests: number;
  text: Size;
  structured: Size;
  theirs: Size & { calls: number };
  /** The dearer one of our two forms beside theirs, in tokens. A host shows a model one of the two, or both. */
  ratio: number;
}

interface Question {
  question: string;
  tool: string;
  input: Record<string, unknown>;
}

const week = { dates: 'last_week', compare: 'previous_period' };

export const QUESTIONS: readonly Question[] = [
  {
    question: 'How did last week go compared with the week before?',
    tool: 'run_report',
    input: { metrics: ['activeUsers', 'sessions', 'engagementRate', 'totalRevenue'], ...week },
  },
  {
    question: 'How many visits and visitors did we have each day of the last four weeks?',
    tool: 'run_report',
    input: { metrics: ['sessions', 'activeUsers'], dimensions: ['date'] },
  },
  {
    question: 'Where do our visitors come from?',
    tool: 'run_report',
    input: { metrics: ['sessions', 'activeUsers', 'engagementRate'], dimensions: ['sessionDefaultChannelGroup'] },
  },
  {
    question: 'Which are our most important landing pages?',
    tool: 'run_report',
    input: { metrics: ['sessions', 'bounceRate', 'keyEvents'], dimensions: ['landingPage'], limit: 20 },
  },
  {
    question: 'Which pages are read most?',
    tool: 'run_report',
    input: { metrics: ['screenPageViews', 'activeUsers'], dimensions: ['pagePath', 'pageTitle'], limit: 20 },
  },
  {
    question: 'From which countries are our customers, and what do they spend?',
    tool: 'run_report',
    input: { metrics: ['totalUsers', 'transactions', 'totalRevenue'], dimensions: ['country'], limit: 15 },
  },
  {
    question: 'What do we sell most?',
    tool: 'run_report',
    input: { metrics: ['itemsViewed', 'itemsPurchased', 'itemRevenue'], dimensions: ['itemName'], limit: 20 },
  },
  {
    question: 'Which sources brought more or fewer visits last week than the week before?',
    tool: 'run_report',
    input: { metrics: ['sessions', 'totalRevenue'], dimensions: ['sessionSourceMedium'], ...week, limit: 10 },
  },
  {
    question: 'What is happening on the site right now?',
    tool: 'run_realtime_report',
    input: { metrics: ['activeUsers', 'screenPageViews'], dimensions: ['unifiedScreenName'] },
  },
  {
    question: 'Where do people leave our checkout, by device?',
    tool: 'run_funnel_report',
    input: { steps: ['view_item', 'add_to_cart', 'begin_checkout', 'purchase'], breakdown: 'deviceCategory' },
  },
  {
    question: 'Which channels work on phones and which on desktops?',
    tool: 'run_pivot_report',
    input: { metrics: ['sessions'], rows: ['sessionDefaultChannelGroup'], columns: ['deviceCategory'] },
  },
  {
    question: 'Why did revenue change last week?',
    tool: 'explain_change',
    input: { metric: 'totalRevenue', dates: 'last_week' },
  },
];

/** Asks each question of our tools, and the sandbox once more for what they asked. */
export async function compareAnswers(tools: SandboxTools, questions = QUESTIONS): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const { question, tool, input } of questions) {
    tools.startOver();
    const outcome = await tools.ask(tool, { property: SHOP, ...input });
    assert.ok(outcome.ok, outcome.ok ? '' : `${question} ${outcome.error.message}`);
    const sent = tools.sent.filter((one) => /:run\w*Report$/.test(one.url));
    const shown = shownRows(outcome.structured);
    const printed: string[] = [];
    for (const { url, body } of sent) {
      const { path, request } = asTheirs(new URL(url).pathname, JSON.parse(body ?? '{}'), shown);
      printed.push(printAsTheirs(await tools.raw(path, request)));
    }
    const text = sizeOf([outcome.text]);
    const structured = sizeOf([JSON.stringify(outcome.structured)]);
    const theirs = { ...sizeOf(printed), calls: printed.length };
    const ratio = Math.max(text.tokens, structured.tokens) / theirs.tokens;
    compared.push({ question, requests: sent.length, text, structured, theirs, ratio });
  }
  return compared;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

function sizeOf(texts: readonly string[]): Size {
  return {
    bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    tokens: texts.reduce((sum, text) => sum + encode(text).length, 0),
  };
}

/** explain_change shows several short lists: of each, at most as many rows as the longest has. */
function shownRows(structured: Record<string, unknown>): number {
  const { rows, drivers } = structured as { rows?: unknown[]; drivers?: { rows: unknown[] }[] };
  return Math.max(1, rows?.length ?? 0, ...(drivers ?? []).map((driver) => driver.rows.length));
}

interface TheirRequest extends Record<string, unknown> {
  dateRanges?: unknown[];
  pivots?: unknown;
}

/** The request as its tools make it: they know neither totals nor cross tables, which are plain reports there. */
function asTheirs(path: string, sent: TheirRequest, shown: number): { path: string; request: TheirRequest } {
  const { metricAggregations, returnPropertyQuota, pivots, ...request } = sent;
  const isPivot = pivots !== undefined;
  // Each row that compares two periods is a row for each of them there.
  if ('limit' in request) request.limit = String(shown * Math.max(1, request.dateRanges?.length ?? 1));
  const api = path.replace(/^\/analyticsdata\//, '');
  return { path: isPivot ? api.replace('runPivotReport', 'runReport') : api, request };
}

export function printAsTheirs(answer: unknown): string {
  return JSON.stringify(snakeCased(answer), null, 2);
}

function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`),
      snakeCased(inner),
    ]),
  );
}
