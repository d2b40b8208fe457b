/**
 * How a site does in Google Search: clicks, impressions, click rate and position by query, page, country, device or day.
 *
 * Shows what a tool is made of: arguments that zod checks, one request, an answer with units, and a refusal of Google's
 * turned into advice. Reference: https://developers.google.com/webmaster-tools/v1/searchanalytics/query
 */
import { z } from 'zod';
import { defineTool, GoogleRefusal, type OwnService, ToolError } from '../../src/index.ts';

const DAY_MS = 86_400_000;
/** Search Console's days are California's, and the last two are not complete. */
const ZONE = 'America/Los_Angeles';
const DELAY_DAYS = 2;

interface Performance {
  rows?: { keys?: string[]; clicks: number; impressions: number; ctr: number; position: number }[];
}

const dimension = z.enum(['query', 'page', 'country', 'device', 'date']);

export const searchPerformance = (service: OwnService) =>
  defineTool({
    name: 'search_performance',
    title: 'Search performance of a site',
    description:
      'Clicks, impressions, click rate (percent) and mean position in Google Search, by query, page, country, device or date. Rows of long lists are cut by Google, so their sum can be less than the total.',
    scopes: ['webmasters.readonly'],
    effects: 'reads',
    input: z.strictObject({
      site: z.string().min(4).max(2048).describe('As list_sites shows it: https://… or sc-domain:…'),
      by: z.array(dimension).max(3).default(['query']),
      start: z.iso.date().optional().describe('Default: 28 days before end'),
      end: z.iso.date().optional().describe('Default: the last complete day'),
      limit: z.int().min(1).max(250).default(25),
    }),
    output: z.object({
      start: z.string(),
      end: z.string(),
      columns: z.array(z.string()),
      rows: z.array(z.array(z.union([z.string(), z.number()]))),
    }),
    examples: [
      { question: 'What do people search for to find us?', input: { site: 'https://shop.example.com/' } },
      { question: 'Which pages do phones land on?', input: { site: 'sc-domain:example.com', by: ['page', 'device'] } },
    ],
    async call({ google, now }, { site, by, limit, ...dates }) {
      const end = dates.end ?? dayBefore(today(now()), DELAY_DAYS);
      const start = dates.start ?? dayBefore(end, 27);
      if (start > end)
        throw new ToolError('bad-input', 'The start comes after the end. Write the earlier day as start.');
      const body = { startDate: start, endDate: end, dimensions: by, rowLimit: limit };
      const path = ['sites', site, 'searchAnalytics', 'query'];
      try {
        // A question, though it is asked with POST: asking again does no harm.
        const answer = await google.send<Performance>({ service, method: 'POST', path, body, isRepeatable: true });
        const rows = (answer.rows ?? []).map(({ keys = [], clicks, impressions, ctr, position }) => {
          return [...keys, clicks, impressions, Number((ctr * 100).toFixed(2)), Number(position.toFixed(1))];
        });
        return { start, end, columns: [...by, 'clicks', 'impressions', 'click rate %', 'position'], rows };
      } catch (cause) {
        if (!(cause instanceof GoogleRefusal) || cause.kind !== 'no-access') throw cause;
        const message = 'This Google account does not have that site in Search Console. list_sites shows those it has.';
        throw new ToolError('no-access', message, { cause });
      }
    },
    text: ({ start, end, columns, rows }) =>
      [`${start} to ${end}`, columns.join(' | '), ...rows.map((row) => row.join(' | '))].join('\n'),
  });

function today(nowMs: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short' }).format(nowMs);
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}
