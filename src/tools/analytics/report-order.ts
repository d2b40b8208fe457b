/**
 * In which order a report's rows come.
 *
 * Owns: the words for an order (`-sessions`, `sessions asc`, `date`, `sessions_change`), and the order when none is
 * given. A metric's name alone means the largest first: that is what is asked for.
 */
import { ToolError } from '../../errors.ts';
import { quote, quoteAll } from '../quote.ts';
import type { Field } from './fields/catalogue.ts';
import type { FieldReader } from './property-fields.ts';

/** Which of the columns that a comparison makes of one metric. */
export type OrderPart = 'value' | 'previous' | 'change' | 'change_percent';

export interface Order {
  field: Field;
  part: OrderPart;
  descending: boolean;
}

interface OrderParts {
  fields: FieldReader;
  dimensions: readonly Field[];
  metrics: readonly Field[];
  isCompared: boolean;
}

/** Throws ToolError `bad-input` for an order by what the report does not hold. */
export async function readOrders(given: readonly string[], parts: OrderParts): Promise<Order[]> {
  const orders: Order[] = [];
  for (const text of given) orders.push(await readOrder(text, parts));
  return orders.length === 0 ? usualOrder(parts) : orders;
}

/** Days in their order, and within a day or without days by the first metric, the largest first. */
function usualOrder({ dimensions, metrics }: OrderParts): Order[] {
  const times = dimensions.filter((field) => field.scope === 'time');
  const largest = metrics.slice(0, 1);
  const orders: Order[] = [
    ...times.map((field) => ({ field, part: 'value' as const, descending: false })),
    ...largest.map((field) => ({ field, part: 'value' as const, descending: true })),
  ];
  return orders.length > 0
    ? orders
    : dimensions.slice(0, 1).map((field) => ({ field, part: 'value', descending: false }));
}

const PART = /[ _.]?(?:(previous)|(change|difference|delta)[ _]?(percent|pct|%)?|(percent_change|growth))$/i;

async function readOrder(text: string, parts: OrderParts): Promise<Order> {
  const match = /^([-+]?)(.*?)(?:[ :]+(asc|desc)(?:ending)?)?$/i.exec(text.trim());
  const [, sign = '', rest = '', word = ''] = match ?? [];
  const { name, part } = splitPart(rest.trim());
  const field = await parts.fields.read(name, undefined);
  if (part !== 'value' && !parts.isCompared) {
    const message = `\`orderBy\` ${quote(text)} needs a comparison: set \`compare\` to previous_period or previous_year.`;
    throw new ToolError('bad-input', message);
  }
  if (field.kind === 'dimension' && !parts.dimensions.some((other) => other.name === field.name)) {
    const columns = [...parts.dimensions, ...parts.metrics].map((one) => one.name);
    const message = `\`orderBy\` names ${quote(field.name)}, which is not among the report's dimensions. Add it there, or order by one of ${quoteAll(columns)}.`;
    throw new ToolError('bad-input', message);
  }
  return { field, part, descending: isDescending(sign, word, field) };
}

function splitPart(text: string): { name: string; part: OrderPart } {
  const match = PART.exec(text);
  if (match === null || match.index === 0) return { name: text, part: 'value' };
  const name = text.slice(0, match.index);
  if (match[1] !== undefined) return { name, part: 'previous' };
  return { name, part: match[3] !== undefined || match[4] !== undefined ? 'change_percent' : 'change' };
}

function isDescending(sign: string, word: string, field: Field): boolean {
  if (word !== '') return word.toLowerCase() === 'desc';
  if (sign !== '') return sign === '-';
  return field.kind === 'metric';
}
