/** Opening the configured store. PostgreSQL's client is loaded only when the database URL asks for it. */
import type { Config } from '../config.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';

export async function openStore(database: Config['database']): Promise<Store> {
  if (database.kind === 'sqlite') return openSqlite(database.path);
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(database.url);
}
