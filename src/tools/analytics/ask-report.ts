/**
 * Asking the Data API for numbers: the same question of the same person is asked once for a while.
 *
 * Owns: what makes two questions the same, and how long an answer is good for. Does not own: the memory, which joins
 * those who ask at once (memory.ts), nor the property's quota (property-gate.ts). An answer is remembered as text, so
 * that its size counts and nobody who reads it can change it.
 */
import type { Day } from './calendar-days.ts';
import type { Asking } from './directory.ts';

interface ReportQuestion {
  version: 'v1alpha' | 'v1beta';
  propertyId: string;
  method: 'runReport' | 'runPivotReport' | 'runRealtimeReport' | 'runFunnelReport';
  body: object;
  /** 0: only joined with those who ask at the same moment. */
  keepMs: number;
}

const MINUTE = 60_000;

/** Days that are over change little; today grows, but not so fast that the same question is worth paying for twice. */
export function keepFor(today: Day, ...ranges: readonly ({ end: Day } | undefined)[]): number {
  return ranges.some((range) => range !== undefined && range.end >= today) ? 5 * MINUTE : 60 * MINUTE;
}

export async function askReport<Answer extends object>(
  { google, remember }: Asking,
  { version, propertyId, method, body, keepMs }: ReportQuestion,
): Promise<Partial<Answer>> {
  const path = [version, 'properties', `${propertyId}:${method}`];
  const text = await remember(JSON.stringify([...path, body]), keepMs, async () => {
    const answer = await google.send<Answer | undefined>({ service: 'analyticsdata', method: 'POST', path, body });
    return JSON.stringify(answer ?? {});
  });
  return JSON.parse(text) as Partial<Answer>;
}
