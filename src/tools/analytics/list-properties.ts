/** The Analytics properties that a person can ask about: where every conversation starts. */
import { z } from 'zod';
import { plainLine } from '../quote.ts';
import { defineTool } from '../tool.ts';
import { hostOf } from './choose-property.ts';
import { type Asking, MAX_STREAM_LOOKUPS, type PropertySummary, readProperties, readStreams } from './directory.ts';
import { answerPart, notesPart, shortText } from './report-schema.ts';

const MAX_LISTED = 100;

interface Listed {
  id: string;
  name: string;
  account: string;
  accountId: string;
  url?: string;
  measurementId?: string;
}

export const listProperties = defineTool({
  name: 'list_properties',
  title: 'List Analytics properties',
  description:
    'Lists the Google Analytics 4 properties this person can read, with ids and accounts. Other tools also take a property by name or domain, so call this only to see what there is or when a name is ambiguous.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    search: shortText(200).optional().describe('Part of a property or account name, a domain, or a G- measurement id.'),
  }),
  output: z.object({
    properties: answerPart<Listed[]>({ type: 'array', items: { type: 'object' } }),
    total: z.int().describe('How many match, shown or not'),
    notes: notesPart,
  }),
  examples: [
    { question: 'Which sites can I ask about?', input: {} },
    { question: 'Is shop.example.com in Analytics?', input: { search: 'shop.example.com' } },
  ],
  progress: { running: 'Reading the list of properties', done: 'Properties listed' },
  async call(context, { search }) {
    const all = await readProperties(context);
    const wanted = search?.trim() ?? '';
    const found = wanted === '' ? all.map(listed) : await matching(context, all, wanted);
    return { properties: found.slice(0, MAX_LISTED), total: found.length, notes: notesFor(all, found, wanted) };
  },
  text({ properties, total, notes }) {
    const lines = properties.map((one) => {
      const extra = [one.url, one.measurementId].filter((part) => part !== undefined).join(', ');
      return `- ${one.id}: ${plainLine(one.name, 100)} (account ${plainLine(one.account, 100)})${extra === '' ? '' : ` ${extra}`}`;
    });
    const head = total === 1 ? '1 property' : `${total} properties`;
    return [head, ...lines, ...notes].join('\n');
  },
});

function listed({ id, name, accountName, accountId }: PropertySummary): Listed {
  return { id, name, account: accountName, accountId };
}

/** By id, by name, by account; by stream only when the words look like one, since that costs a request per property. */
async function matching(asking: Asking, all: readonly PropertySummary[], wanted: string): Promise<Listed[]> {
  const text = wanted.toLowerCase();
  const id = /^(?:properties\/)?([0-9]+)$/.exec(text)?.[1];
  const named = all.filter(
    (one) =>
      one.id === id ||
      one.accountId === id ||
      one.name.toLowerCase().includes(text) ||
      one.accountName.toLowerCase().includes(text),
  );
  const host = hostOf(wanted);
  if (named.length > 0 || (host === undefined && !/^g-[a-z0-9]+$/.test(text))) return named.map(listed);
  const streams = await readStreams(asking, all);
  return all.flatMap((one) => {
    const stream = streams.find(
      (candidate) =>
        candidate.propertyId === one.id &&
        (candidate.measurementId?.toLowerCase() === text ||
          (host !== undefined && hostOf(candidate.url ?? '')?.includes(host))),
    );
    if (stream === undefined) return [];
    const where = stream.url === undefined ? {} : { url: stream.url };
    return [
      {
        ...listed(one),
        ...where,
        ...(stream.measurementId === undefined ? {} : { measurementId: stream.measurementId }),
      },
    ];
  });
}

function notesFor(all: readonly PropertySummary[], found: readonly Listed[], wanted: string): string[] {
  if (all.length === 0) {
    return [
      'This Google account can read no Google Analytics 4 property. The person may have connected another Google account than the one they use for Analytics.',
    ];
  }
  const notes: string[] = [];
  if (found.length === 0)
    notes.push(`None of the ${all.length} properties matches; call again without search to see them all.`);
  if (found.length > MAX_LISTED) notes.push(`Only the first ${MAX_LISTED} are listed; narrow down with search.`);
  if (found.length === 0 && hostOf(wanted) !== undefined && all.length > MAX_STREAM_LOOKUPS) {
    notes.push(`Only the sites of the first ${MAX_STREAM_LOOKUPS} properties were looked at.`);
  }
  return notes;
}
