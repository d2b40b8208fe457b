/**
 * Grouped commits: writes that arrive in the same turn of the event loop share one durable transaction.
 *
 * Owns: when a transaction begins and ends. Does not own: what a write does. A durable commit costs one wait for the
 * disk however many writes it carries, so grouping makes durability nearly free under load and costs nothing without.
 * Since the work of a group runs without a pause, no reader in this process ever sees half of it. What nobody waits for
 * (the audit trail) does not even begin a transaction: it rides along with the next one, or soon makes one for many.
 */
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store.ts';

/** Runs `work` inside the next transaction. Resolves with its result once that is on disk. `work` must not await. */
export type Write = <Result>(work: () => Result) => Promise<Result>;

/** How long something that nobody waits for may wait for company. */
const IDLE_MS = 250;

interface Waiting {
  run(): void;
  resolve(): void;
  reject(error: unknown): void;
}

export interface GroupedWrites {
  write: Write;
  /** As `write`, but it waits for company. */
  writeLazily: Write;
  flush(): void;
}

export function createGroupedWrites(database: DatabaseSync): GroupedWrites {
  let waiting: Waiting[] = [];
  let isDue = false;
  let idle: NodeJS.Timeout | undefined;
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const enter = database.prepare('SAVEPOINT one');
  const leave = database.prepare('RELEASE one');
  const undo = database.prepare('ROLLBACK TO one');

  /** One write that fails takes only itself back; its neighbours in the group stand. */
  const runOne = (item: Waiting): boolean => {
    enter.run();
    try {
      item.run();
      leave.run();
      return true;
    } catch (error) {
      undo.run();
      leave.run();
      item.reject(new StoreError('a write failed', { cause: error }));
      return false;
    }
  };

  const flush = () => {
    const group = waiting;
    waiting = [];
    isDue = false;
    clearTimeout(idle);
    idle = undefined;
    if (group.length === 0) return;
    let done: Waiting[] = [];
    try {
      begin.run();
      done = group.filter(runOne);
      commit.run();
    } catch (cause) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const error = new StoreError('the database did not take the write', { cause });
      for (const item of group) item.reject(error);
      return;
    }
    for (const item of done) item.resolve();
  };

  const add = <Result>(work: () => Result): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      let result: Result;
      waiting.push({
        run: () => {
          result = work();
        },
        resolve: () => resolve(result),
        reject,
      });
    });

  const write: Write = (work) => {
    if (!isDue) setImmediate(flush);
    isDue = true;
    return add(work);
  };

  const writeLazily: Write = (work) => {
    idle ??= setTimeout(flush, IDLE_MS).unref();
    return add(work);
  };

  return { write, writeLazily, flush };
}
