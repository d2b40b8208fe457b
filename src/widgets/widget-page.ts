/**
 * The page that hosts with MCP Apps show beside an answer (SEP-1865; https://apps.extensions.modelcontextprotocol.io).
 *
 * Owns: reading the built page once, and its address: hosts keep a page under its `ui://` address for good, so a changed
 * page has another one. Does not own: its sources (page/), nor how resources are listed (resource/mcp-widgets.ts).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface WidgetPage {
  uri: string;
  name: string;
  title: string;
  description: string;
  html: string;
}

/** The built page; `npm run widgets` makes it from page/. */
const html = readFileSync(new URL('../../assets/report-widget.html', import.meta.url), 'utf8');

export const reportPage: WidgetPage = {
  uri: `ui://ganalyticsgpt/report-${createHash('sha256').update(html).digest('hex').slice(0, 10)}.html`,
  name: 'report',
  title: 'Analytics report',
  description:
    'Shows the report as a chart (over time, bars, comparison or funnel) and as a table; people can change the metric, look closer and download it as CSV. Do not repeat its numbers as a table.',
  html,
};
