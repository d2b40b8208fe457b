/**
 * Quota tokens: what a report costs and what is left of it, per property and kind of report.
 *
 * Owns: the three separate buckets (core, realtime, funnel), their sizes, hours that roll and days that end at midnight Pacific time
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/quotas). Does not own: faults that declare a quota gone.
 */
import type { Fault } from '../api.ts';
import { dayAt } from './calendar.ts';
import { type ExhaustedQuota, exhaustedQuotas, quotaExhausted } from './errors.ts';

const sizes = {
  day: 200_000,
  hour: 40_000,
  projectHour: 14_000,
  concurrent: 10,
  serverErrors: 10,
  thresholded: 120,
} as const;

const pacific = 'America/Los_Angeles';

const HOUR_MS = 3_600_000;

export type Bucket = 'core' | 'realtime' | 'funnel';

export interface Charge {
  propertyId: string;
  bucket: Bucket;
  tokens: number;
  isThresholded: boolean;
  faults: readonly Fault[];
}

export type PropertyQuota = Readonly<Record<string, { consumed: number; remaining: number }>>;

export interface Quotas {
  /** Takes tokens and says what is left; throws Google's 429 if a quota is gone, or a fault says so. */
  charge(charge: Charge): PropertyQuota;
  /** What is left, without taking anything. */
  look(propertyId: string, bucket: Bucket): PropertyQuota;
}

interface Spent {
  at: number;
  tokens: number;
  isThresholded: boolean;
}

export function createQuotas(parts: { now: () => Date }): Quotas {
  const spentBy = new Map<string, Spent[]>();

  /** What was spent in the last hour or since midnight in California. */
  function recent(key: string, now: Date): Spent[] {
    const today = dayAt(now, pacific);
    const matters = (entry: Spent): boolean =>
      dayAt(new Date(entry.at), pacific) === today || now.getTime() - entry.at < HOUR_MS;
    return (spentBy.get(key) ?? []).filter(matters);
  }

  return {
    look(propertyId, bucket) {
      const now = parts.now();
      return describe(remaining(recent(`${propertyId}/${bucket}`, now), now), 0, false, false);
    },
    charge({ propertyId, bucket, tokens, isThresholded, faults }) {
      refuseIfFaulty(faults, isThresholded);
      const now = parts.now();
      const key = `${propertyId}/${bucket}`;
      const spent = recent(key, now);
      spent.push({ at: now.getTime(), tokens, isThresholded });
      const left = remaining(spent, now);
      if (left.projectHour < 0) throw quotaExhausted('quota-hour');
      if (left.day < 0) throw quotaExhausted('quota-day');
      if (left.thresholded < 0) throw quotaExhausted('quota-thresholded');
      spentBy.set(key, spent);
      return describe(
        left,
        tokens,
        isThresholded,
        faults.some((fault) => fault.effect === 'quota-low'),
      );
    },
  };
}

/** A quota for thresholded requests only stops those. */
function refuseIfFaulty(faults: readonly Fault[], isThresholded: boolean): void {
  for (const { effect } of faults) {
    const gone = exhaustedQuotas.find((quota): quota is ExhaustedQuota => quota === effect);
    if (gone !== undefined && (gone !== 'quota-thresholded' || isThresholded)) throw quotaExhausted(gone);
  }
}

interface Left {
  day: number;
  hour: number;
  projectHour: number;
  thresholded: number;
}

function remaining(spent: readonly Spent[], now: Date): Left {
  const today = dayAt(now, pacific);
  const sum = (list: readonly Spent[]): number => list.reduce((total, entry) => total + entry.tokens, 0);
  const lastHour = spent.filter((entry) => now.getTime() - entry.at < HOUR_MS);
  return {
    day: sizes.day - sum(spent.filter((entry) => dayAt(new Date(entry.at), pacific) === today)),
    hour: sizes.hour - sum(lastHour),
    projectHour: sizes.projectHour - sum(lastHour),
    thresholded: sizes.thresholded - lastHour.filter((entry) => entry.isThresholded).length,
  };
}

/** The service prints both numbers of each quota, zeros too. */
function describe(left: Left, tokens: number, isThresholded: boolean, isLow: boolean): PropertyQuota {
  const low = (value: number): number => (isLow ? Math.min(value, 3) : value);
  return {
    tokensPerDay: { consumed: tokens, remaining: low(left.day) },
    tokensPerHour: { consumed: tokens, remaining: low(left.hour) },
    concurrentRequests: { consumed: 0, remaining: sizes.concurrent },
    serverErrorsPerProjectPerHour: { consumed: 0, remaining: sizes.serverErrors },
    potentiallyThresholdedRequestsPerHour: { consumed: isThresholded ? 1 : 0, remaining: left.thresholded },
    tokensPerProjectPerHour: { consumed: tokens, remaining: low(left.projectHour) },
  };
}

/** Long ranges and wide reports cost more; most cost a token or two. Google does not publish the formula. */
export function tokenCost(days: number, columns: number, metrics: number): number {
  return 1 + Math.floor(days / 60) + Math.round(Math.sqrt(Math.max(1, columns) * Math.max(1, metrics)) / 3);
}
