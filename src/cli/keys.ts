/**
 * `ganalyticsgpt keys …`: the keys that seal Google's tokens, changed without signing anyone out.
 *
 * Owns: options, printing, and where a new key goes: into the key file beside a SQLite database, which running bridges
 * watch, or onto the screen, since nothing can change the environment of a running process. Does not own: the verbs
 * (operate/keys.ts).
 */
import type { Command } from 'commander';
import { readVaultConfig, type SecretKey } from '../config.ts';
import { OperatorError } from '../errors.ts';
import { checkRemovable, type KeyUse, listKeys, type Resealing, resealAll } from '../operate/keys.ts';
import type { Store } from '../store/store.ts';
import { formatSecretKeys, freshKey, keyFileFor, loadKeys, writeKeyFile } from '../vault/keys.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { printTable } from './print.ts';
import { checkIsThere, withStore } from './with-store.ts';

interface Options {
  json?: boolean;
  reseal?: boolean;
}

/** The keys that this command was given, and where they are kept. */
interface Given {
  keys: readonly SecretKey[];
  /** The database whose key file they come from; undefined for the environment. */
  databasePath: string | undefined;
  replayWindowMs: number;
}

export function keysCommand(program: Command): void {
  const keys = program
    .command('keys')
    .description("The keys that seal Google's tokens. Nobody is signed out by these.");

  keys
    .command('list')
    .description('List the keys with what still needs each of them.')
    .option('--json', 'print one JSON array')
    .action((options: Options) => list(options));

  keys
    .command('rotate')
    .description('Make a new key that seals from now on. The others go on opening what they sealed.')
    .option('--reseal', 'then seal every token anew at once (with a key file)')
    .option('--json', 'print one JSON object')
    .action((options: Options) => rotate(options));

  keys
    .command('reseal')
    .description('Seal every token of Google by the first key, beside running bridges.')
    .option('--json', 'print one JSON object')
    .action((options: Options) => reseal(options));

  keys
    .command('remove <kid>')
    .description('Take a key away that nothing needs any more.')
    .option('--json', 'print one JSON object')
    .action((kid: string, options: Options) => remove(kid, options));

  keys
    .command('export')
    .description('Print the keys as the value of SECRET_KEYS. Whoever reads it can open the database.')
    .option('--json', 'print one JSON object')
    .action((options: Options) => exportKeys(options));
}

async function list({ json }: Options): Promise<void> {
  const uses = await usesOf(readGiven());
  if (json === true) return console.log(JSON.stringify(uses.map(toJson)));
  printTable(
    ['key', 'state', 'connections', 'recent refreshes'],
    uses.map((use) => [use.kid, stateOf(use), String(use.connections), String(use.grants)]),
  );
}

async function rotate({ json, reseal: anew }: Options): Promise<void> {
  const { keys, databasePath } = readGiven();
  const added = freshKey(createRandom());
  if (databasePath === undefined) {
    if (anew === true)
      throw new OperatorError(
        'The running bridges do not know the new key yet. Run keys rotate without --reseal, set SECRET_KEYS as it says, and then run: ganalyticsgpt keys reseal',
      );
    printNewSecretKeys(keys, added, json);
    return;
  }
  writeKeyFile(databasePath, [added, ...keys]);
  const done = anew === true ? await resealWith(readGiven(), json) : undefined;
  if (json === true)
    return console.log(
      JSON.stringify({ active: added.kid, file: keyFileFor(databasePath), ...(done && { reseal: done }) }),
    );
  console.log(`The key ${added.kid} seals from now on; running bridges take it from ${keyFileFor(databasePath)}.`);
  if (done !== undefined) return console.log(resealWords(done));
  console.log(
    "Tokens that other keys sealed follow at each one's next refresh, or now with: ganalyticsgpt keys reseal",
  );
}

function printNewSecretKeys(keys: readonly SecretKey[], added: SecretKey, json: boolean | undefined): void {
  const known = formatSecretKeys([...keys, added]);
  const sealing = formatSecretKeys([added, ...keys]);
  if (json === true) {
    console.log(JSON.stringify({ active: added.kid, secret_keys: { known_first: known, sealing_after: sealing } }));
    return;
  }
  console.log(
    `This is printed once and kept nowhere: the key ${added.kid}, in SECRET_KEYS as it has to be set now.

With one bridge, set this and restart it:
  SECRET_KEYS=${sealing}

With several, every one of them must know the new key before one seals with it. Set this and restart them all:
  SECRET_KEYS=${known}
and after that set the value above and restart them all again.`,
  );
}

async function reseal({ json }: Options): Promise<void> {
  const done = await resealWith(readGiven(), json);
  console.log(json === true ? JSON.stringify(done) : resealWords(done));
}

async function remove(kid: string, { json }: Options): Promise<void> {
  const given = readGiven();
  const { databasePath } = given;
  checkRemovable(await usesOf(given), kid);
  const left = given.keys.filter((key) => key.kid !== kid);
  if (databasePath !== undefined) {
    writeKeyFile(databasePath, left);
    if (json === true) console.log(JSON.stringify({ removed: kid, file: keyFileFor(databasePath) }));
    else console.log(`The key ${kid} is gone from ${keyFileFor(databasePath)}. Backups of before still need it.`);
    return;
  }
  const secretKeys = formatSecretKeys(left);
  if (json === true) return console.log(JSON.stringify({ removed: kid, secret_keys: secretKeys }));
  console.log(
    `Nothing needs the key ${kid} any more. Set this and restart the bridges:\n  SECRET_KEYS=${secretKeys}\nBackups of before still need it.`,
  );
}

function exportKeys({ json }: Options): void {
  const secretKeys = formatSecretKeys(readGiven().keys);
  console.log(json === true ? JSON.stringify({ secret_keys: secretKeys }) : `SECRET_KEYS=${secretKeys}`);
}

function readGiven(): Given {
  const { database, secretKeys, replayWindowMs } = readVaultConfig(process.env);
  checkIsThere(database);
  const path = database.kind === 'sqlite' ? database.path : ':memory:';
  const keys = loadKeys(secretKeys, path, createRandom());
  return { keys, replayWindowMs, databasePath: secretKeys === undefined ? path : undefined };
}

function usesOf({ keys, replayWindowMs }: Given): Promise<KeyUse[]> {
  const vault = createVault(keys, createRandom());
  return withStore((store) => listKeys(store, vault, { now: Date.now(), replayWindowMs }));
}

function resealWith({ keys }: Given, json: boolean | undefined): Promise<Resealing> {
  const vault = createVault(keys, createRandom());
  const onBatch = ({ looked, resealed }: Resealing) => {
    if (json !== true) console.error(`  ${looked} connections looked at, ${resealed} sealed anew`);
  };
  return withStore((store: Store) => resealAll(store, vault, onBatch));
}

function resealWords({ looked, resealed, unreadable }: Resealing): string {
  const words = `Sealed the tokens of ${resealed} of ${looked} ${looked === 1 ? 'connection' : 'connections'} anew.`;
  if (unreadable === 0) return words;
  return `${words} No key here opens those of ${unreadable}: look for the missing one with: ganalyticsgpt keys list`;
}

function stateOf({ isHere, isActive }: KeyUse): string {
  if (!isHere) return 'MISSING';
  return isActive ? 'seals' : 'opens';
}

function toJson({ kid, isHere, isActive, connections, grants }: KeyUse) {
  return { kid, active: isActive, here: isHere, connections, recent_refreshes: grants };
}
