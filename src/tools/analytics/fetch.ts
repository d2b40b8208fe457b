/**
 * `fetch` of the pair that company knowledge and deep research call, in exactly their shape
 * (https://developers.openai.com/api/docs/mcp): one thing that search found, as text with the address to cite.
 *
 * Does not own: the reports (ready-reports.ts), nor how they are asked and printed (run-report.ts).
 */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { plainLine, quote } from '../quote.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { propertyUrl, type ReadyReport, readKey, readyReports } from './ready-reports.ts';
import { shortText } from './report-schema.ts';
import { runReport } from './run-report.ts';

type ReportOutput = z.output<typeof runReport.output>;

export const fetchResult = defineTool({
  name: 'fetch',
  title: 'Fetch from Analytics',
  description: 'Brings one result of search: a property with its last 28 days, or a ready-made report.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({ id: shortText(200) }),
  output: z.object({
    id: z.string(),
    title: z.string(),
    text: z.string(),
    url: z.string(),
    metadata: z.record(z.string(), z.string()).optional(),
  }),
  examples: [{ question: 'Open the channels report', input: { id: 'report/213025502/channels' } }],
  progress: { running: 'Fetching from Analytics', done: 'Fetched' },
  async call(context, { id }) {
    const key = readKey(id);
    if (key === undefined) {
      const message = `${quote(id)} is no id of a search result. Ids look like "property/123456" or "report/123456/channels"; search gives them.`;
      throw new ToolError('bad-input', message);
    }
    const reports = key.report === undefined ? overview() : [key.report];
    const outputs = await Promise.all(reports.map((report) => ask(context, key.propertyId, report)));
    const [first] = outputs;
    if (first === undefined) throw new ToolError('not-found', 'There is no such report.');
    const name = plainLine(first.property.name, 80);
    const texts = outputs.map((output, index) => `## ${reports[index]?.title}\n${runReport.text(output)}`);
    return {
      id,
      title: key.report === undefined ? name : `${name}: ${key.report.title}`,
      text: texts.join('\n\n'),
      url: propertyUrl(key.propertyId),
      metadata: {
        property: key.propertyId,
        dates: `${first.dates.start}..${first.dates.end}`,
        timeZone: first.property.timeZone,
      },
    };
  },
  text: (output) => JSON.stringify(output),
});

function overview(): ReadyReport[] {
  return readyReports.filter(({ name }) => ['overview', 'channels', 'pages'].includes(name));
}

function ask(context: ToolContext, propertyId: string, report: ReadyReport): Promise<ReportOutput> {
  const input = runReport.input.parse({ property: propertyId, ...report.arguments });
  return runReport.call(context, input);
}
