/**
 * Whether two answers to the question are the same answer.
 *
 * Owns: what counts as different: anything but the last digit of an amount of money. Pure.
 */
import { type Findings, METRICS, type Metric, type Pair } from './question.ts';

/** Half a cent: the bridge rounds amounts to cents. */
const TOLERANCE = 0.006;

/** In sentences; empty when the answers are equal. `names` say whose answers they are. */
export function differences(one: Findings, other: Findings, names: readonly [string, string]): string[] {
  const said = (what: string, a: unknown, b: unknown) =>
    a === b ? [] : [`${what}: ${names[0]} says ${a}, ${names[1]} says ${b}`];
  const channels = new Set([...one.channels.keys(), ...other.channels.keys()]);
  return [
    ...said('property', one.property.id, other.property.id),
    ...said('time zone', one.property.timeZone, other.property.timeZone),
    ...said('currency', one.currency, other.currency),
    ...said('last week', spanOf(one.lastWeek), spanOf(other.lastWeek)),
    ...said('the week before', spanOf(one.weekBefore), spanOf(other.weekBefore)),
    ...numbersApart('in total', one.totals, other.totals, names),
    ...[...channels].flatMap((channel) =>
      numbersApart(channel, one.channels.get(channel), other.channels.get(channel), names),
    ),
  ];
}

function spanOf({ start, end }: Findings['lastWeek']): string {
  return `${start} to ${end}`;
}

type Numbers = Record<Metric, Pair> | undefined;

function numbersApart(where: string, one: Numbers, other: Numbers, names: readonly [string, string]): string[] {
  return METRICS.flatMap((metric) =>
    (['lastWeek', 'weekBefore'] as const).flatMap((week) => {
      // A channel that one of them does not list had no visit.
      const [a, b] = [one?.[metric][week] ?? 0, other?.[metric][week] ?? 0];
      if (Math.abs(a - b) < TOLERANCE) return [];
      const when = week === 'lastWeek' ? 'last week' : 'the week before';
      return [`${metric} ${where}, ${when}: ${names[0]} says ${a}, ${names[1]} says ${b}`];
    }),
  );
}
