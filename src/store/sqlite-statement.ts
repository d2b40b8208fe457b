/** The few things that every SQLite verb does with a statement. Does not own: any SQL, nor when a write is committed. */
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { StoreError } from './store.ts';

/** Prepares a statement. */
export type Sql = (text: string) => StatementSync;

/** Runs the statement and says how many rows it changed. */
export function changes(statement: StatementSync, ...values: SQLInputValue[]): number {
  return Number(statement.run(...values).changes);
}

/** Reads run at once; a failing database becomes a StoreError like everywhere else. */
export async function read<Result>(work: () => Result): Promise<Result> {
  try {
    return work();
  } catch (cause) {
    throw new StoreError('a read failed', { cause });
  }
}
