/**
 * Grouped commits: writes that arrive in the same turn of the event loop share one durable transaction.
 *
 * Owns: when a transaction begins and ends. Does not own: what a write does. A durable commit costs one wait for the
 * disk however many writes it carries, so grouping makes durability nearly free under load and costs nothing without.
 * Since the work of a group runs without a pause, no reader in this process ever sees half of it.
 */
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store.ts';

/** Runs `work` inside the next transaction. Resolves with its result once that is on disk. `work` must not await. */
export type Write = <Result>(work: () => Result) => Promise<Result>;

interface Waiting {
  run(): void;
  resolve(): void;
  reject(error: unknown): void;
}

export function createGroupedWrites(database: DatabaseSync): { write: Write; flush(): void } {
  let waiting: Waiting[] = [];
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

  const write: Write = <Result>(work: () => Result) =>
    new Promise<Result>((resolve, reject) => {
      let result: Result;
      waiting.push({
        run: () => {
          result = work();
        },
        resolve: () => resolve(result),
        reject,
      });
      if (waiting.length === 1) setImmediate(flush);
    });

  return { write, flush };
}
