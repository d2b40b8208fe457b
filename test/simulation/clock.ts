/**
 * The clock of the machines that the bridges run on. It goes with the true time until it jumps, as clocks of virtual machines
 * do. Does not own: when it jumps (faults.ts), nor the true time (scheduler.ts).
 */
import type { Dice } from '../fuzz/dice.ts';

const AHEAD_MS = [30_000, 10 * 60_000, 40 * 60_000];
const BACK_MS = [5_000, 100_000, 30 * 60_000];

export interface Clock {
  now(): number;
  /** The latest that it ever showed: what it has once called expired may stay expired. */
  latest(): number;
  jump(direction: 'ahead' | 'back'): void;
  /** How long something took by this clock can then not be told from outside. */
  hasJumped(): boolean;
  /** Right again. */
  mend(): void;
}

export function createClock(trueNow: () => number, dice: Dice): Clock {
  let skew = 0;
  let latest = 0;
  let hasJumped = false;
  const now = () => {
    latest = Math.max(latest, trueNow() + skew);
    return trueNow() + skew;
  };
  return {
    now,
    latest() {
      now();
      return latest;
    },
    hasJumped: () => hasJumped,
    jump(direction) {
      now();
      hasJumped = true;
      const ahead = skew > 0 ? 0 : dice.pick(AHEAD_MS);
      skew = direction === 'ahead' ? ahead : Math.min(0, skew) - dice.pick(BACK_MS);
      skew = Math.max(skew, -60 * 60_000);
    },
    mend() {
      now();
      skew = 0;
    },
  };
}
