/**
 * `search` of the pair that company knowledge and deep research call, in exactly their shape
 * (https://developers.openai.com/api/docs/mcp): properties and ready-made reports about them.
 *
 * Does not own: what a result holds (fetch.ts).
 */
import { z } from 'zod';
import { plainLine } from '../quote.ts';
import { defineTool } from '../tool.ts';
import { type PropertySummary, readProperties } from './directory.ts';
import { propertyKey, propertyUrl, type ReadyReport, readyReports, reportKey } from './ready-reports.ts';
import { shortText } from './report-schema.ts';

const MAX_RESULTS = 20;
/** A person with hundreds of properties who names none gets reports of the first ones. */
const MAX_PROPERTIES = 5;

export const search = defineTool({
  name: 'search',
  title: 'Search Analytics',
  description:
    'Finds Google Analytics properties and ready-made reports about them; fetch brings one. For questions of your own use run_report.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({ query: shortText(500) }),
  output: z.object({ results: z.array(z.object({ id: z.string(), title: z.string(), url: z.string() })) }),
  examples: [{ question: 'Find traffic sources of the shop', input: { query: 'shop traffic sources' } }],
  progress: { running: 'Searching Analytics', done: 'Search finished' },
  async call(context, { query }) {
    const words = wordsOf(query);
    const all = await readProperties(context);
    const named = all
      .filter((property) => fitOf(property, words) > 0)
      .sort((a, b) => fitOf(b, words) - fitOf(a, words));
    const properties = (named.length > 0 ? named : all).slice(0, MAX_PROPERTIES);
    const asked = words.filter((word) => !named.some((property) => nameOf(property).includes(word)));
    const reports = readyReports.filter((report) => scoreOf(report, asked) > 0);
    const wanted = (reports.length > 0 ? reports : readyReports).toSorted(
      (a, b) => scoreOf(b, asked) - scoreOf(a, asked),
    );
    if (words.length > 0 && named.length === 0 && reports.length === 0) return { results: [] };
    const found = [
      ...properties.map((property) => result(property, undefined)),
      ...wanted.flatMap((report) => properties.map((property) => result(property, report))),
    ];
    return { results: found.slice(0, MAX_RESULTS) };
  },
  text: (output) => JSON.stringify(output),
});

function result(property: PropertySummary, report: ReadyReport | undefined) {
  const name = plainLine(property.name, 80);
  return {
    id: report === undefined ? propertyKey(property.id) : reportKey(property.id, report),
    title: report === undefined ? `${name} (${plainLine(property.accountName, 60)})` : `${name}: ${report.title}`,
    url: propertyUrl(property.id),
  };
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2 || /^[0-9]+$/.test(word))
    .slice(0, 40);
}

function nameOf({ name, accountName, id }: PropertySummary): string {
  return `${name} ${accountName} ${id}`.toLowerCase();
}

/** The property's own name tells it from its neighbours of the same account. */
function fitOf(property: PropertySummary, words: readonly string[]): number {
  const own = wordsOf(`${property.name} ${property.id}`);
  const account = wordsOf(property.accountName);
  return words.filter((word) => own.includes(word)).length * 2 + words.filter((word) => account.includes(word)).length;
}

function scoreOf({ title, words }: ReadyReport, asked: readonly string[]): number {
  const own = wordsOf(`${title} ${words}`);
  // "last" and "days" stand in every title and tell nothing.
  return asked.filter(
    (word) => !/^(last|28|days?|the|for|and)$/.test(word) && own.some((one) => one.startsWith(stem(word))),
  ).length;
}

function stem(word: string): string {
  return word.length > 4 ? word.replace(/s$/, '') : word;
}
