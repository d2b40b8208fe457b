/**
 * A report's validated arguments, and showing them again as a call to copy.
 *
 * Owns: this type and the corrected calls that errors end in. Does not own: the schema (run-report.ts).
 */
import { quote } from '../quote.ts';

export interface ReportInput {
  property?: string | undefined;
  metrics: readonly string[];
  dimensions: readonly string[];
  dates: string;
  compare: string;
  filters: readonly unknown[];
  orderBy: readonly string[];
  limit: number;
  offset: number;
  currency?: string | undefined;
}

const MAX_CALL = 700;

/** The call of any report tool as JSON, without arguments that are at their defaults; `undefined` when it is too long to be of use. */
export function showCall(input: object): string | undefined {
  const defaults: Readonly<Record<string, unknown>> = {
    compare: 'none',
    limit: 50,
    offset: 0,
    open: false,
    breakdownLimit: 5,
  };
  const given = Object.entries(input).filter(
    ([name, value]) => value !== undefined && value !== defaults[name] && !(Array.isArray(value) && value.length === 0),
  );
  const call = JSON.stringify(Object.fromEntries(given));
  return call.length <= MAX_CALL ? call : undefined;
}

/** Wrong names with the right ones. */
export type Corrections = readonly (readonly [given: string, right: string])[];

/** The whole call with its names put right. */
export function correctedCall(input: object, corrections: Corrections): string {
  const call = showCall(input);
  if (call === undefined)
    return corrections.map(([given, right]) => `replace ${quote(given)} with ${quote(right)}`).join(', ');
  return corrections.reduce((text, [given, right]) => text.replaceAll(wholeName(given), () => right), call);
}

/** Only whole names: `source` must not be replaced inside `sourceMedium`. */
function wholeName(given: string): RegExp {
  const escaped = JSON.stringify(given)
    .slice(1, -1)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w:])${escaped}(?![\\w:])`, 'g');
}
