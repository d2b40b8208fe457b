/**
 * Preloaded into a replica (`node --import`), it makes the process's clock run several times as fast, so that a test need
 * not wait for what takes its time. Timers stay as they are. Owns: that clock, which the test can read as well.
 */

export interface QuickClock {
  now(): number;
  /** For the environment of a process with this file preloaded. */
  settings: Readonly<Record<string, string>>;
}

/** Every process with the same `since` and `times` reads the same time. */
export function createQuickClock(since: number, times: number): QuickClock {
  const now = Date.now;
  return { now: () => since + (now() - since) * times, settings: { QUICK_CLOCK: `${since} ${times}` } };
}

const [since, times] = (process.env.QUICK_CLOCK ?? '').split(' ').map(Number);
if (since !== undefined && times !== undefined) Date.now = createQuickClock(since, times).now;
