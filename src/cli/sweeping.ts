/**
 * Clearing away what has ended, every minute, by a clock that may be wrong.
 *
 * Owns: when that is done, and noticing that the clock was put forward or back. Whoever trusts a clock that runs ahead
 * deletes what has not ended; so after such a jump nothing is deleted for an hour, in which it can be put right. A machine
 * that slept looks the same, and loses nothing by that hour. Does not own: what is deleted (bridge.ts:sweep).
 */
import type { Bridge } from '../bridge.ts';
import type { Log } from '../observe/log.ts';

interface SweepingParts {
  bridge: Pick<Bridge, 'sweep'>;
  log: Pick<Log, 'debug' | 'warn' | 'error'>;
  now(): number;
  /** Milliseconds by a clock that nobody can put. */
  elapsed(): number;
}

const SWEEP_MS = 60_000;
const SWEEP_ROWS = 500;
const JUMP_MS = 60_000;
const REST_MS = 3_600_000;

/** One round; call it every minute. */
export function createSweeper({ bridge, log, now, elapsed }: SweepingParts): () => Promise<void> {
  let last = { now: now(), elapsed: elapsed() };
  let restsUntil = Number.NEGATIVE_INFINITY;

  const watchClock = () => {
    const jumpMs = now() - last.now - (elapsed() - last.elapsed);
    last = { now: now(), elapsed: elapsed() };
    if (Math.abs(jumpMs) < JUMP_MS) return;
    if (jumpMs > 0) restsUntil = elapsed() + REST_MS;
    const what = jumpMs > 0 ? 'forward: nothing that has ended is deleted for an hour' : 'back';
    log.warn({ seconds: Math.round(jumpMs / 1000) }, `the clock of this machine was put ${what}; check it`);
  };

  return async () => {
    watchClock();
    if (elapsed() < restsUntil) return;
    try {
      const gone = await bridge.sweep(SWEEP_ROWS);
      if (gone > 0) log.debug({ gone }, 'expired rows were deleted');
    } catch (err) {
      log.error({ err }, 'expired rows could not be deleted');
    }
  };
}

/** Returns how to end it. */
export function sweepNowAndThen(bridge: Bridge, log: Log): () => void {
  const sweep = createSweeper({ bridge, log, now: Date.now, elapsed: () => performance.now() });
  const sweeping = setInterval(() => void sweep(), SWEEP_MS);
  return () => clearInterval(sweeping);
}
