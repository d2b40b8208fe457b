/**
 * Asking PostgreSQL: one prepared statement in one round trip, or a transaction of several.
 *
 * Owns: the pool's use and turning every failure of the database into a StoreError. Does not own: any statement.
 */
import type { Pool, PoolClient } from 'pg';
import type { Row } from './rows.ts';
import { StoreError } from './store.ts';

export interface Answer {
  rows: Row[];
  /** Rows that the statement returned or changed. */
  count: number;
}

/** `name` is the prepared statement's: the same name always comes with the same text. */
export type Ask = (name: string, text: string, values: readonly unknown[]) => Promise<Answer>;

export type InTransaction = <Result>(work: (ask: Ask) => Promise<Result>) => Promise<Result>;

export function createAsk(pool: Pool): Ask {
  return (name, text, values) => asStoreError(name, () => query(pool, name, text, values));
}

export function createInTransaction(pool: Pool): InTransaction {
  return (work) =>
    asStoreError('a transaction', async () => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work((name, text, values) => query(client, name, text, values));
        await client.query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        client.release(true); // the connection goes, and its open transaction with it
        throw error;
      }
    });
}

async function query(on: Pool | PoolClient, name: string, text: string, values: readonly unknown[]): Promise<Answer> {
  const { rows, rowCount } = await on.query<Row>({ name, text, values: [...values] });
  return { rows, count: rowCount ?? 0 };
}

async function asStoreError<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new StoreError(`the database did not do its part of ${what}`, { cause });
  }
}
