/**
 * Where the vault's master keys come from: the environment, or a file beside the SQLite database that is made on the
 * first start, so that a newcomer needs no key to begin with and a restart still opens yesterday's tokens.
 *
 * Owns: reading and making that file. Does not own: what the keys are used for (vault.ts).
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SecretKey } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { type Random, toBase64url } from './token.ts';

/**
 * The configured keys, or those of the key file of a SQLite database (`:memory:` gets fresh ones). Throws ConfigError
 * when the file cannot be read as keys, rather than making new ones that would open nothing.
 */
export function loadKeys(
  configured: readonly SecretKey[] | undefined,
  databasePath: string,
  random: Random,
): readonly SecretKey[] {
  if (configured !== undefined) return configured;
  if (databasePath === ':memory:') return [freshKey(random)];
  const file = keyFileFor(databasePath);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(file, formatKeys([freshKey(random)]), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // Another process starting at the same moment made it first: use that one.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    chmodSync(file, 0o600);
  }
  return readKeyFile(file);
}

/** `data/ganalyticsgpt.db` → `data/ganalyticsgpt.keys`. */
export function keyFileFor(databasePath: string): string {
  return `${databasePath.replace(/\.(db|sqlite3?)$/, '')}.keys`;
}

function freshKey(random: Random): SecretKey {
  return { kid: `k${toBase64url(random(4))}`, key: random(32) };
}

function formatKeys(keys: readonly SecretKey[]): string {
  return `${keys.map(({ kid, key }) => `${kid}:${toBase64url(key)}`).join('\n')}\n`;
}

function readKeyFile(file: string): SecretKey[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const keys = lines.map((line) => /^([A-Za-z0-9_.-]{1,32}):([A-Za-z0-9_-]{43})$/.exec(line.trim()));
  if (keys.length === 0 || keys.includes(null)) {
    const wanted = 'one key a line, kid:base64url(32 bytes); restore the file from your backup';
    throw new ConfigError([{ option: 'SECRET_KEYS', got: `an unreadable key file ${file}`, wanted, example: 'k1:…' }]);
  }
  return keys.map((match) => ({ kid: match?.[1] ?? '', key: Buffer.from(match?.[2] ?? '', 'base64url') }));
}
