/**
 * Why a number changed from one period to another: what each channel, device, country … added to the difference.
 *
 * The parts of each list add up to the whole difference exactly, what is not shown included, so that the answer can be
 * checked by hand. Says what moved, never why a person did what they did.
 */
import { z } from 'zod';
import { defineTool, type ToolContext } from '../tool.ts';
import { type Annotation, annotationText, isWithin, readAnnotations } from './annotations.ts';
import { type DayRange, isoDay } from './calendar-days.ts';
import { type ChangeNumbers, readChange } from './change-numbers.ts';
import { fromSteps, type Part, takeApart, toSteps } from './change-parts.ts';
import {
  type Caveats,
  type Change,
  cancelsOut,
  changeSentences,
  type Driver,
  isNothing,
  shareOf,
} from './change-words.ts';
import { understandReport } from './report-arguments.ts';
import { freshnessNotes, qualityNotes, quotaNotes, withheldNotes } from './report-notes.ts';
import {
  answerPart,
  columnsPart,
  datesArgument,
  daysPart,
  daysText,
  filtersArgument,
  headLine,
  namesArgument,
  noteLines,
  notesPart,
  propertyArgument,
  propertyPart,
  shortText,
  showDays,
  showProperty,
} from './report-schema.ts';
import { type Cell, type Column, round } from './report-table.ts';
import { tableText } from './report-text.ts';

interface ShownDriver {
  dimension: string;
  rows: Cell[][];
}

export const explainChange = defineTool({
  name: 'explain_change',
  title: 'Explain a change',
  description:
    'Why did a metric rise or fall between two periods? What each value of several dimensions contributed; each list adds up exactly to the whole difference. Ratios are split into own rate and mix. Gives sentences to quote.',
  scopes: ['analytics.readonly'],
  effects: 'reads',
  input: z.strictObject({
    property: propertyArgument,
    metric: shortText(100).describe('Such as sessions, totalRevenue, sessionKeyEventRate.'),
    dates: datesArgument.default('last_week'),
    compare: shortText(100).default('previous_period').describe('As in run_report.'),
    by: namesArgument(8)
      .default([])
      .describe('Dimensions. Usual: channel, source/medium, device, country, landing page.'),
    filters: filtersArgument.describe('As in run_report.'),
    limit: z.int().min(1).max(25).default(5).describe('Values per dimension.'),
    currency: z.string().length(3).optional(),
  }),
  output: z.object({
    property: propertyPart,
    dates: daysPart,
    comparedWith: daysPart,
    change: answerPart<Change>({ type: 'object' }),
    summary: notesPart,
    columns: columnsPart,
    drivers: answerPart<ShownDriver[]>({ type: 'array', items: { type: 'object' } }).describe('Rows by dimension'),
    notes: notesPart,
  }),
  examples: [
    { question: 'Why did revenue change last week?', input: { metric: 'totalRevenue', dates: 'last_week' } },
    {
      question: 'Which devices and pages made the bounce rate rise this month?',
      input: { metric: 'bounceRate', dates: 'this_month', by: ['deviceCategory', 'landingPage'] },
    },
  ],
  progress: { running: 'Comparing the two periods', done: 'Change explained' },
  understand: understandChange,

  async call(context, input) {
    const compare = /^(none|no|false)?$/i.test(input.compare.trim()) ? 'previous_period' : input.compare;
    const { by, limit, ...rest } = input;
    const numbers = await readChange(context, { ...rest, compare, dimensions: by });
    const comparison = numbers.plan.comparison ?? numbers.plan.range;
    const change = wholeChange(numbers);
    const caveats = caveatsOf(numbers);
    const drivers = numbers.drivers.map((driver) => driverOf(numbers, driver, { limit, ...caveats }));
    const annotations = await annotationsFor(context, numbers.plan.property.id, [numbers.plan.range, comparison]);
    return {
      property: showProperty(numbers.plan.property),
      dates: showDays(numbers.plan.range),
      comparedWith: showDays(comparison),
      change,
      summary: [
        ...changeSentences(change, drivers, caveats),
        ...annotations.map((one) => `Noted in Analytics: ${annotationText(one)}.`),
      ],
      columns: columnsOf(change),
      drivers: drivers.map(({ dimension, parts }) => ({ dimension, rows: rowsOf(parts, change) })),
      notes: changeNotes(numbers, change, { drivers, caveats }),
    };
  },

  text({ property, dates, comparedWith, summary, columns, drivers, notes }) {
    const tables = drivers.flatMap(({ dimension, rows }) => {
      if (rows.length === 0) return [];
      const named = columns.map((column, index) => (index === 0 ? { name: dimension } : column));
      return ['', tableText(named, rows, undefined)];
    });
    return [headLine(property, daysText(dates, comparedWith)), '', ...summary, ...tables, ...noteLines(notes)].join(
      '\n',
    );
  },
});

/** `metrics: ["sessions"]` and `dimensions` of run_report. */
function understandChange(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { by, metric, ...others } = given;
  const read = understandReport(metric === undefined ? others : { ...others, metrics: metric });
  const { metrics, dimensions, orderBy: _, offset: __, ...rest } = read;
  const wanted = Array.isArray(metrics) && metrics.length === 1 ? metrics[0] : metrics;
  const dimension = by ?? dimensions;
  return {
    ...rest,
    ...(wanted === undefined ? {} : { metric: wanted }),
    ...(dimension === undefined ? {} : { by: dimension }),
  };
}

/** Rates are told in percent, their changes in percentage points, three digits of which still matter. */
function digitsOf(unit: string): number {
  if (unit === 'count') return 0;
  if (unit === 'percent') return 3;
  return unit === 'number' ? 4 : 2;
}

const factorOf = (unit: string): number => (unit === 'percent' ? 100 : 1);

type Pair = ChangeNumbers['drivers'][number]['pairs'][number];
type Amount = NonNullable<Pair['now']>;

function scale(amount: Amount, unit: string): Amount {
  return { ...amount, amount: amount.amount * factorOf(unit) };
}

function scalePair({ value, now, before }: Pair, unit: string): Pair {
  return {
    value,
    now: now === undefined ? undefined : scale(now, unit),
    before: before === undefined ? undefined : scale(before, unit),
  };
}

function scaledWhole({ whole, unit }: ChangeNumbers): ChangeNumbers['whole'] {
  return { now: scale(whole.now, unit), before: scale(whole.before, unit) };
}

function caveatsOf({ plan, answers }: ChangeNumbers): Caveats {
  const { range, comparison, today, conditions } = plan;
  const isPart = range.end === today && comparison !== undefined && comparison.end < today;
  return {
    partOfDay: isPart ? isoDay(today) : undefined,
    isWithheld: withheldNotes(answers).length > 0,
    isFiltered: conditions.dimensions !== undefined || conditions.metrics !== undefined,
  };
}

function driverOf(
  numbers: ChangeNumbers,
  { dimension, pairs }: ChangeNumbers['drivers'][number],
  { limit, isWithheld }: { limit: number; isWithheld: boolean },
): Driver {
  const digits = digitsOf(numbers.unit);
  const scaled = pairs.map((pair) => scalePair(pair, numbers.unit));
  const shown = (given: Amount | undefined) => fromSteps(toSteps(given?.amount ?? 0, digits), digits);
  return {
    dimension,
    parts: takeApart(scaled, scaledWhole(numbers), {
      limit,
      digits,
      isRatio: numbers.kind.kind === 'ratio',
      isWithheld,
    }),
    values: scaled.map(({ value, now, before }) => ({ value, now: shown(now), before: shown(before) })),
  };
}

/** The difference of what is shown, so that it can be checked. */
function wholeChange(numbers: ChangeNumbers): Change {
  const { now, before } = scaledWhole(numbers);
  const digits = digitsOf(numbers.unit);
  const [nowSteps, beforeSteps] = [toSteps(now.amount, digits), toSteps(before.amount, digits)];
  return {
    metric: numbers.metric.name,
    unit: numbers.unit,
    kind: numbers.kind.kind,
    now: fromSteps(nowSteps, digits),
    before: fromSteps(beforeSteps, digits),
    change: fromSteps(nowSteps - beforeSteps, digits),
    changePercent: before.amount > 0 ? round(((now.amount - before.amount) / before.amount) * 100, 1) : null,
  };
}

function columnsOf({ unit, kind }: Change): Column[] {
  const points = unit === 'percent' ? 'percentage points' : unit;
  const effects = kind === 'ratio' ? ['from_own_rate', 'from_mix'].map((name) => ({ name, unit: points })) : [];
  return [
    { name: 'value' },
    { name: 'now', unit },
    { name: 'before', unit },
    ...effects,
    { name: kind === 'ratio' ? 'contribution' : 'change', unit: points },
    { name: 'of_change', unit: 'percent' },
    { name: kind === 'ratio' ? 'weight_before' : 'of_before', unit: 'percent' },
  ];
}

function rowsOf(parts: readonly Part[], change: Change): Cell[][] {
  const hasShares = !cancelsOut(change, parts);
  return parts.map((part) => rowOf(part, change, hasShares));
}

function rowOf(part: Part, change: Change, hasShares: boolean): Cell[] {
  const effects = change.kind === 'ratio' ? [part.fromRate ?? null, part.fromMix ?? null] : [];
  const share = part.shareBefore === null ? null : round(part.shareBefore, 1);
  return [part.value, part.now, part.before, ...effects, part.change, hasShares ? shareOf(part, change) : null, share];
}

/** Notes on the calendar help and are not worth a failure. */
async function annotationsFor(context: ToolContext, propertyId: string, ranges: DayRange[]): Promise<Annotation[]> {
  try {
    const all = await readAnnotations(context, propertyId);
    return all.filter((one) => ranges.some((range) => isWithin(one, range))).slice(-8);
  } catch {
    // The Admin API may be off or say no; the numbers stand without it.
    return [];
  }
}

const MEANING: Readonly<Record<Change['kind'], string>> = {
  sum: 'Each list adds up to the whole change.',
  people:
    'People are counted once in the whole and once in every value they belong to; the last row of a list takes that overlap back, and with it the list adds up.',
  ratio:
    'Each list of contributions adds up to the whole change: `from_own_rate` because the value itself did better or worse, `from_mix` because its share of the weight changed.',
};

function emptyNotes(change: Change, { isFiltered }: Caveats): string[] {
  if (change.before !== 0 || change.kind === 'ratio') return [];
  if (!isNothing(change))
    return ['There was nothing before, perhaps because it was not measured yet: a rise from nothing.'];
  return isFiltered
    ? [
        'Values must be as Analytics writes them ("United States", not "US"); run_report by the dimension, without filters, shows them.',
      ]
    : ['Nothing happened on these days, or it is not measured.'];
}

function changeNotes(
  numbers: ChangeNumbers,
  change: Change,
  { drivers, caveats }: { drivers: readonly Driver[]; caveats: Caveats },
): string[] {
  const weight = numbers.kind.kind === 'ratio' ? [`Weights are ${numbers.kind.weight}.`] : [];
  const hasOverlap = drivers.some(({ parts }) => parts.some((part) => part.is === 'overlap'));
  const where = caveats.isWithheld ? 'withheld' : 'in none';
  const overlap =
    hasOverlap && change.kind !== 'people'
      ? [`Some are counted in several values of a dimension, or ${where}: that is a row of its own.`]
      : [];
  const quality = numbers.answers.flatMap((answer) => qualityNotes(answer.metadata ?? {}));
  const [answer = {}] = numbers.answers;
  return [
    ...emptyNotes(change, caveats),
    ...numbers.notes,
    ...(isNothing(change)
      ? []
      : [MEANING[change.kind], ...weight, ...overlap, 'The numbers say where the change happened, not why.']),
    ...new Set(quality),
    ...withheldNotes(numbers.answers.slice(1)),
    // The summary says of today what matters.
    ...(caveats.partOfDay === undefined ? freshnessNotes(numbers.plan) : []),
    ...quotaNotes(answer.propertyQuota ?? {}, numbers.answers.length),
  ];
}
