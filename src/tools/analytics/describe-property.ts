/** How one property is set up: what a person would look up under Admin before they read its numbers. */
import { z } from 'zod';
import { ToolError } from '../../errors.ts';
import { plainLine } from '../quote.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { annotationText, readAnnotations } from './annotations.ts';
import { isoDay, todayIn } from './calendar-days.ts';
import { chooseProperty } from './choose-property.ts';
import { readSetup, type SetupPart, setupParts, whyMissing } from './property-setup.ts';
import { answerPart, noteLines, notesPart, propertyArgument } from './report-schema.ts';

const ANNOTATED_DAYS = 92;

interface Described {
  id: string;
  name: string;
  timeZone: string;
  today: string;
  currency: string;
}

type Setup = Partial<Record<SetupPart | 'annotations', string[]>> & { retention?: string };

export const describeProperty = defineTool({
  name: 'describe_property',
  title: 'Describe an Analytics property',
  description:
    "A property's time zone, today's date there, currency, streams, key events, custom dimensions and metrics, channel groups, Google Ads links, data retention, and the annotations of the last three months.",
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({ property: propertyArgument }),
  output: z.object({
    property: answerPart<Described>({ type: 'object' }),
    setup: answerPart<Setup>({ type: 'object' }),
    notes: notesPart,
  }),
  examples: [{ question: 'What counts as a conversion on our shop?', input: { property: 'shop.example.com' } }],
  progress: { running: 'Reading the setup of the property', done: 'Property described' },
  understand: ({ property, property_id, propertyId, ...rest }) => {
    const named = property ?? property_id ?? propertyId;
    return named === undefined ? rest : { ...rest, property: named };
  },

  async call(context, { property: wanted }) {
    const property = await chooseProperty(context, wanted);
    const today = todayIn(property.timeZone, context.now());
    const [setup, annotations] = await Promise.all([
      readSetup(context, property.id),
      recentAnnotations(context, property.id, today - ANNOTATED_DAYS),
    ]);
    const missing = [
      ...setup.missing,
      ...('why' in annotations ? [{ part: 'annotations', why: annotations.why }] : []),
    ];
    const { id, name, timeZone, currency } = property;
    return {
      property: { id, name, timeZone, today: isoDay(today), currency },
      setup: {
        ...setup.parts,
        ...('why' in annotations ? {} : { annotations: annotations.texts }),
        ...(setup.retention === undefined ? {} : { retention: setup.retention }),
      },
      notes: [...property.notes, ...missingNotes(missing)],
    };
  },

  text({ property, setup, notes }) {
    const head = `${plainLine(property.name, 80)} (${property.id}): time zone ${property.timeZone}, today is ${property.today}, currency ${property.currency}`;
    const parts = [...setupParts, 'annotations' as const].flatMap((part) => {
      const list = setup[part];
      if (list === undefined) return [];
      return [`${TITLES[part]}: ${list.length === 0 ? 'none' : list.join('; ')}`];
    });
    const retention = setup.retention === undefined ? [] : [`Event data is kept for ${setup.retention}`];
    return [head, ...parts, ...retention, ...noteLines(notes)].join('\n');
  },
});

const TITLES: Readonly<Record<string, string>> = {
  streams: 'Streams',
  keyEvents: 'Key events',
  customDimensions: 'Custom dimensions',
  customMetrics: 'Custom metrics',
  channelGroups: 'Channel groups',
  googleAdsLinks: 'Google Ads links',
  annotations: 'Annotations',
  retention: 'Data retention',
};

/** One line for each reason: the same one usually keeps several parts back. */
function missingNotes(missing: readonly { part: string; why: string }[]): string[] {
  const byReason = Map.groupBy(missing, ({ why }) => why);
  return [...byReason].map(([why, parts]) => `${parts.map(({ part }) => TITLES[part] ?? part).join(', ')}: ${why}`);
}

async function recentAnnotations(
  context: ToolContext,
  propertyId: string,
  since: number,
): Promise<{ texts: string[] } | { why: string }> {
  try {
    const all = await readAnnotations(context, propertyId);
    return { texts: all.filter((one) => one.end >= since).map(annotationText) };
  } catch (cause) {
    if (!(cause instanceof ToolError) || cause.kind === 'connect-again') throw cause;
    return { why: whyMissing(cause) };
  }
}
