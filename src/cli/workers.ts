/**
 * Several processes that share one listener (WORKERS): forked, watched, started again, ended together.
 *
 * Owns: their life. Does not own: what a worker does, which is all that one bridge alone would do (serve.ts) but for
 * sweeping, where one of them is enough. Requests are handed out by node:cluster.
 */
import cluster, { type Worker } from 'node:cluster';
import type { Log } from '../observe/log.ts';
import { askedToEnd } from './ask-to-end.ts';

/** Which of them a worker is, from 0. */
const SLOT = 'GANALYTICSGPT_WORKER';
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A worker that lived for so long is started again at once, as if it were the first time. */
const HEALTHY_MS = 30_000;

/** The number of the worker that this process is; undefined in the first process. */
export function workerSlot(): number | undefined {
  return cluster.isWorker ? Number(process.env[SLOT] ?? 0) : undefined;
}

interface Options {
  count: number;
  log: Log;
  /** How long workers may take to end once asked. */
  endWithinMs: number;
  onUp(port: number): void;
}

/** Resolves when all have ended after a signal; with the exit code of the first that ended before all were up. */
export async function runWorkers({ count, log, endWithinMs, onUp }: Options): Promise<number> {
  const workers = new Map<number, Worker>();
  const pauses = new Map<number, number>();
  const listening = new Set<number>();
  const failed = Promise.withResolvers<number>();
  let isUp = false;
  let isEnding = false;

  const start = (slot: number) => {
    if (isEnding) return;
    const worker = cluster.fork({ [SLOT]: String(slot) });
    const bornAt = performance.now();
    workers.set(slot, worker);
    worker.once('listening', ({ port }) => {
      listening.add(slot);
      if (isUp || listening.size < count) return;
      isUp = true;
      onUp(port);
    });
    worker.once('exit', (code, signal) => {
      workers.delete(slot);
      if (isEnding) return;
      // It has said on stderr what is wrong; the others would say the same.
      if (!isUp) return failed.resolve(code || 1);
      const pause = performance.now() - bornAt > HEALTHY_MS ? 0 : (pauses.get(slot) ?? 0);
      pauses.set(slot, Math.min(LONGEST_PAUSE_MS, pause === 0 ? FIRST_PAUSE_MS : pause * 2));
      log.error({ worker: slot, code, signal, pause }, 'a worker ended unasked and is started again');
      setTimeout(() => start(slot), pause);
    });
  };
  const signalAll = (signal: NodeJS.Signals) => {
    for (const worker of workers.values()) worker.process.kill(signal);
  };

  for (let slot = 0; slot < count; slot += 1) start(slot);
  const asked = askedToEnd(
    (message) => log.info(message),
    () => signalAll('SIGKILL'),
  ).then(() => 0);
  const code = await Promise.race([asked, failed.promise]);
  isEnding = true;
  const ended = [...workers.values()].map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
  signalAll('SIGTERM');
  const late = setTimeout(() => signalAll('SIGKILL'), endWithinMs);
  await Promise.all(ended);
  clearTimeout(late);
  return code;
}
