/**
 * What this server calls itself towards assistants: names, descriptions, instructions.
 *
 * Owns: the names and the summary, one source for all three doors, within the limits of the 2023 manifest (name 20
 * characters, descriptions 100 and 8,000) and of today's directory (name 30, no Google mark, neither "MCP" nor "Plugin").
 * Does not own: the instructions' words (guidance.ts), nor what a tool says of itself (tools/).
 */
import type { Tool } from '../tools/tool.ts';
import { rulesFor } from './guidance.ts';

export interface About {
  /** For machines: no spaces. */
  name: string;
  /** For people. */
  title: string;
  version: string;
  /** For people, one sentence. */
  summary: string;
  /** For models: what the tools are for and how to use them well. */
  instructions: string;
}

export function about(tools: readonly Tool[], version: string): About {
  const has = (area: string) => tools.some((tool) => tool.scopes.some((scope) => scope.startsWith(area)));
  const hasCalendar = has('calendar');
  return {
    name: 'ganalyticsgpt',
    title: 'GanalyticsGPT',
    version,
    summary: hasCalendar ? 'Ask about your Google Analytics and your calendar.' : 'Ask about your Google Analytics.',
    instructions: rulesFor(tools, 'server').join(' '),
  };
}
