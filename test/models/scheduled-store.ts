/**
 * A store whose verbs wait for their turn, so that fast-check decides in which order racing requests reach the database.
 *
 * Owns: the waiting. Does not own: the turns (fast-check's scheduler) nor what a verb does.
 */
import type { Scheduler } from 'fast-check';
import type { Store } from '../../src/store/store.ts';

type Verbs = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Every verb of every part of the store waits; what is on the store itself (ping, sweep, close) does not. */
export function scheduledStore(store: Store, scheduler: Scheduler): Store {
  const parts = Object.entries(store).map(([name, part]) => [
    name,
    isVerbs(part) ? waiting(name, part, scheduler) : part,
  ]);
  return Object.fromEntries(parts) as Store;
}

function isVerbs(part: unknown): part is Verbs {
  return typeof part === 'object' && part !== null;
}

function waiting(name: string, verbs: Verbs, scheduler: Scheduler): Verbs {
  return Object.fromEntries(
    Object.entries(verbs).map(([verb, run]) => [
      verb,
      async (...args: unknown[]) => {
        await scheduler.schedule(Promise.resolve(), `${name}.${verb}`);
        return run(...args);
      },
    ]),
  );
}
