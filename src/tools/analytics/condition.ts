/**
 * A filter as this room understands it, whichever way it was written.
 *
 * Owns: the shape of a condition before and after its field names are understood, and walking it. Does not own: reading
 * one (condition-words.ts, condition-objects.ts) nor Google's form of it (condition-request.ts).
 */
import type { Field } from './fields/catalogue.ts';

export const operators = [
  '==',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'in',
  'not in',
  'contains',
  'not contains',
  'starts with',
  'ends with',
  'matches',
  'not matches',
  'between',
  'is empty',
  'is not empty',
] as const;

export type Operator = (typeof operators)[number];

export interface Test<Name> {
  kind: 'test';
  field: Name;
  operator: Operator;
  values: readonly string[];
  /** `matches` looks for the pattern anywhere unless this is set. */
  whole?: boolean;
  caseSensitive?: boolean;
}

export type Condition<Name> =
  | Test<Name>
  | { kind: 'all'; of: readonly Condition<Name>[] }
  | { kind: 'any'; of: readonly Condition<Name>[] }
  | { kind: 'not'; of: Condition<Name> };

/** Field names as they were given. */
export type RawCondition = Condition<string>;

export type ReadCondition = Condition<Field>;

export async function mapFields<From, To>(
  condition: Condition<From>,
  map: (field: From) => Promise<To>,
): Promise<Condition<To>> {
  if (condition.kind === 'test') return { ...condition, field: await map(condition.field) };
  if (condition.kind === 'not') return { kind: 'not', of: await mapFields(condition.of, map) };
  const of: Condition<To>[] = [];
  for (const part of condition.of) of.push(await mapFields(part, map));
  return { kind: condition.kind, of };
}

/** Every test of a condition, in order. */
export function testsOf<Name>(condition: Condition<Name>): Test<Name>[] {
  if (condition.kind === 'test') return [condition];
  return condition.kind === 'not' ? testsOf(condition.of) : condition.of.flatMap(testsOf);
}
