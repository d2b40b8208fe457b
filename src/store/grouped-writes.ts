/**
 * Grouped commits: writes that arrive in the same turn of the event loop share one durable transaction.
 *
 * Owns: when a transaction begins and ends. Does not own: what a write does. A durable commit costs one wait for the
 * disk however many writes it carries, so grouping makes durability nearly free under load and costs nothing without.
 * While another process holds the file's one place for writers, the group waits outside of SQLite, so that this process
 * goes on answering what only reads.
 * Since the work of a group runs without a pause, no reader in this process ever sees half of it. What nobody waits for
 * (the audit trail) does not even begin a transaction: it rides along with the next one, or soon makes one for many.
 */
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store.ts';

/** Runs `work` inside the next transaction. Resolves with its result once that is on disk. `work` must not await. */
export type Write = <Result>(work: () => Result) => Promise<Result>;

/** How long something that nobody waits for may wait for company. */
const IDLE_MS = 250;

/** How long a write waits for another process to let go of the file. A caller is told to come back after that. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 15;
const SQLITE_BUSY = 5;

interface Waiting {
  since: number;
  run(): void;
  resolve(): void;
  reject(error: unknown): void;
}

export interface GroupedWrites {
  write: Write;
  /** As `write`, but it waits for company. */
  writeLazily: Write;
  flush(): void;
  /** The last flush: nothing is tried again. */
  finish(): void;
}

/** `check` runs before each transaction and throws when nothing may be written. */
export function createGroupedWrites(database: DatabaseSync, check: () => void = () => {}): GroupedWrites {
  let waiting: Waiting[] = [];
  let isDue = false;
  let isLast = false;
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
      check();
      begin.run();
      done = group.filter(runOne);
      commit.run();
    } catch (cause) {
      if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
      return notTaken(group, cause);
    }
    for (const item of done) item.resolve();
  };

  /** BEGIN alone meets another writer: nothing of the group was done by then. */
  const notTaken = (group: Waiting[], cause: unknown) => {
    const patient = group.filter((item) => isBusy(cause) && !isLast && hasPatience(item));
    const error = new StoreError('the database did not take the write', { cause });
    for (const item of group) if (!patient.includes(item)) item.reject(error);
    if (patient.length === 0) return;
    waiting = [...patient, ...waiting];
    isDue = true;
    setTimeout(flush, RETRY_MS);
  };

  const add = <Result>(work: () => Result): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      let result: Result;
      waiting.push({
        since: performance.now(),
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

  const finish = () => {
    isLast = true;
    flush();
  };

  return { write, writeLazily, flush, finish };
}

function hasPatience({ since }: Waiting): boolean {
  return performance.now() - since < PATIENCE_MS;
}

/** The extended codes of SQLITE_BUSY have it in their lowest byte. */
function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' && (errcode & 0xff) === SQLITE_BUSY;
}
