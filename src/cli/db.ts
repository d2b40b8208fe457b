/**
 * `ganalyticsgpt db …`: the database in the operator's hands: its schema, a copy, another place.
 *
 * Owns: options and printing. Does not own: how it is done (store/). A database URL with its password never appears.
 */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Config, readDatabase, readVaultConfig } from '../config.ts';
import { ConfigError, OperatorError } from '../errors.ts';
import { checkKeys } from '../operate/keys.ts';
import { migrations } from '../store/migrations.ts';
import { copySqlite, sqliteSchema } from '../store/sqlite-file.ts';
import { StoreError } from '../store/store.ts';
import { formatSecretKeys, keyFileFor, loadKeys } from '../vault/keys.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { checkIsThere, openDatabase, withStore } from './with-store.ts';

interface Options {
  json?: boolean;
}

interface MoveOptions extends Options {
  to?: string;
  undo?: boolean;
  showKeys?: boolean;
}

const TARGET = 'TARGET_DATABASE_URL';

export function dbCommand(program: Command): void {
  const db = program.command('db').description('The database: its schema, a copy of it, another place for it.');

  db.command('migrate')
    .description('Bring the schema up to date. A bridge does so itself when it starts.')
    .option('--json', 'print one JSON object')
    .action((options: Options) => migrate(options));

  db.command('backup <file>')
    .description('Copy a SQLite database to a new file, beside running bridges.')
    .option('--json', 'print one JSON object')
    .action((file: string, options: Options) => backup(file, options));

  db.command('move')
    .description('Move everything from SQLite to an empty PostgreSQL database, beside running bridges.')
    .option('--to <url>', `postgres://…; or set ${TARGET}, which keeps its password out of the list of processes`)
    .option('--show-keys', 'print the keys as SECRET_KEYS at the end')
    .option('--undo', 'let the SQLite database be used again; what happened elsewhere since is not in it')
    .option('--json', 'print one JSON object')
    .action((options: MoveOptions) => (options.undo === true ? undo(options) : move(options)));
}

async function migrate({ json }: Options): Promise<void> {
  const database = readDatabase(process.env);
  const from = await schemaOf(database);
  await (await openDatabase(database)).close();
  const to = migrations.at(-1)?.version ?? 0;
  if (json === true) return console.log(JSON.stringify({ from, to }));
  if (from === to) return console.log(`The schema is up to date: version ${to}.`);
  console.log(
    from === 0 ? `Made the database with schema version ${to}.` : `Migrated the schema from ${from} to ${to}.`,
  );
}

async function schemaOf(database: Config['database']): Promise<number> {
  if (database.kind === 'sqlite') return sqliteSchema(database.path) ?? 0;
  const { postgresSchema } = await import('../store/postgres.ts');
  return asOperatorError(() => postgresSchema(database.url));
}

async function backup(file: string, { json }: Options): Promise<void> {
  const database = readDatabase(process.env);
  if (database.kind === 'postgres') {
    const command = `pg_dump --format=custom --no-owner --file=${JSON.stringify(file)} "$DATABASE_URL"`;
    throw new OperatorError(`PostgreSQL has its own tool for that, which works beside running bridges: ${command}`);
  }
  const { path } = database;
  if (existsSync(file)) throw new OperatorError(`${file} is there already. Name a new file.`);
  if (path === ':memory:') throw new OperatorError('A database in memory cannot be copied. Check DATABASE_URL.');
  checkIsThere(database);
  await asOperatorError(async () => copySqlite(path, file));
  const keys = (process.env.SECRET_KEYS ?? '') === '' ? keyFileFor(path) : 'SECRET_KEYS';
  if (json === true) return console.log(JSON.stringify({ file, keys }));
  console.log(
    `Copied the database to ${file}. The keys are not in it: keep ${keys} as well, in another place; without them nobody's connection can be used.`,
  );
}

async function move({ to = process.env[TARGET] ?? '', showKeys, json }: MoveOptions): Promise<void> {
  const { database, secretKeys } = readVaultConfig(process.env);
  if (database.kind !== 'sqlite' || database.path === ':memory:' || !existsSync(database.path))
    throw new OperatorError('DATABASE_URL has to name the SQLite file that is moved, and it has to be there.');
  const { path } = database;
  if (!/^postgres(ql)?:\/\//.test(to) || (URL.parse(to)?.hostname ?? '') === '')
    throw new OperatorError(`Say where to with --to postgres://user:password@host/database, or in ${TARGET}.`);
  const keys = loadKeys(secretKeys, path, createRandom());
  await checkSourceKeys(path, keys);

  const { moveToPostgres } = await import('../store/move.ts');
  const onProgress = (table: string, copied: number, of: number) => {
    if (json !== true) console.error(`  ${table}: ${copied} of ${of}`);
  };
  const moved = await asOperatorError(() => moveToPostgres({ path, url: to, now: Date.now, onProgress }));
  const exported = showKeys === true ? formatSecretKeys(keys) : undefined;
  if (json === true) return console.log(JSON.stringify({ ...moved, ...(exported && { secret_keys: exported }) }));
  const where =
    secretKeys === undefined
      ? `the keys of ${keyFileFor(path)}; print them with: ganalyticsgpt keys export`
      : 'as it is now';
  const rows = Object.values(moved.rows).reduce((sum, count) => sum + count, 0);
  console.log(`Moved ${rows} rows to ${moved.target}; counts and checksums agree.
Running bridges still read ${path} and answer 503 to what would write. Restart them all now, with:
  DATABASE_URL=${moved.target} (with its user and password)
  SECRET_KEYS=${exported ?? where}
${path} stays as it was, refuses writes, and no bridge starts on it. Keep it until you are content, then delete it.`);
}

/** A source with wrong keys would be no better elsewhere. A half moved one was looked at before. */
async function checkSourceKeys(path: string, keys: ReturnType<typeof loadKeys>): Promise<void> {
  const { moveState } = await import('../store/move.ts');
  if (moveState(path)?.state === 'moved')
    throw new OperatorError(
      `${path} was moved to ${moveState(path)?.target} already. To use it again: ganalyticsgpt db move --undo`,
    );
  if (moveState(path) === undefined) await withStore((store) => checkKeys(store, createVault(keys, createRandom())));
}

async function undo({ json }: MoveOptions): Promise<void> {
  const database = readDatabase(process.env);
  if (database.kind !== 'sqlite' || !existsSync(database.path))
    throw new OperatorError('DATABASE_URL has to name the SQLite file that was moved, and it has to be there.');
  const { path } = database;
  const { undoMove } = await import('../store/move.ts');
  const undone = await asOperatorError(async () => undoMove(path));
  if (json === true) return console.log(JSON.stringify({ undone: undone?.target ?? null }));
  if (undone === undefined) return console.log(`${path} was not moved. Nothing was changed.`);
  console.log(
    `${path} can be used again. What happened at ${undone.target} since ${new Date(undone.at).toISOString()} is not in it; empty that database before moving again.`,
  );
}

async function asOperatorError<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof OperatorError) throw error;
    const cause = error instanceof StoreError && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    const what = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`Nothing was changed, since ${what}${cause}. Mend that and run the command again.`, {
      cause: error,
    });
  }
}
