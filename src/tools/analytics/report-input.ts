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

/** The whole call with one name put right. */
export function correctedCall(input: object, given: string, right: string): string {
  // Only whole names: `source` must not be replaced inside `sourceMedium`.
  const escaped = JSON.stringify(given)
    .slice(1, -1)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const whole = new RegExp(`(?<![\\w:])${escaped}(?![\\w:])`, 'g');
  return showCall(input)?.replaceAll(whole, () => right) ?? `replace ${quote(given)} with ${quote(right)}`;
}
