/**
 * Where the vault's master keys come from: the environment, or a file beside the SQLite database that is made on the
 * first start, so that a newcomer needs no key to begin with and a restart still opens yesterday's tokens.
 *
 * Owns: reading, making and changing that file, and noticing that it was changed. Does not own: what the keys are used
 * for (vault.ts), nor when a key may go (operate/keys.ts).
 */
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { SecretKey } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { type Random, toBase64url } from './token.ts';

/** Keys that may change while the server runs. */
export interface KeyRing {
  /** The keys as they are now, the one that seals first. */
  keys(): readonly SecretKey[];
  /** The keys after looking at their source again: asked for when a key id is not among them. */
  lookAgain(): readonly SecretKey[];
}

/** How long a change of the key file may go unnoticed while every key that is met is known. */
const LOOK_MS = 1000;

/**
 * The configured keys, or those of the key file of a SQLite database (`:memory:` gets fresh ones). The file is watched: a
 * key that another process put there is used soon, and at once when something sealed by it turns up. Throws ConfigError
 * when the file cannot be read as keys, rather than making new ones that would open nothing.
 */
export function openKeyRing(
  configured: readonly SecretKey[] | undefined,
  databasePath: string,
  random: Random,
  now: () => number,
): KeyRing {
  const first = loadKeys(configured, databasePath, random);
  if (configured !== undefined || databasePath === ':memory:') return { keys: () => first, lookAgain: () => first };
  const file = keyFileFor(databasePath);
  let known = first;
  let stamp = stampOf(file);
  let lookedAt = now();

  const lookAgain = () => {
    lookedAt = now();
    const seen = stampOf(file);
    try {
      if (seen !== stamp) known = readKeyFile(file);
      stamp = seen;
    } catch {
      // A file that is gone or damaged while we run changes nothing: what was sealed still has to be opened.
    }
    return known;
  };
  return {
    keys: () => (Math.abs(now() - lookedAt) < LOOK_MS ? known : lookAgain()),
    lookAgain,
  };
}

/** As openKeyRing, once. */
export function loadKeys(
  configured: readonly SecretKey[] | undefined,
  databasePath: string,
  random: Random,
): readonly SecretKey[] {
  if (configured !== undefined) return configured;
  if (databasePath === ':memory:') return [freshKey(random)];
  const file = keyFileFor(databasePath);
  if (!existsSync(file)) makeKeyFile(file, freshKey(random));
  return readKeyFile(file);
}

/** In one step, so that nobody reads half of it, and never over the one of another process that starts at this moment. */
function makeKeyFile(file: string, key: SecretKey): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${key.kid}.new`;
  writeFileSync(draft, formatKeyFile([key]), { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch {
    copyUnlessThere(draft, file); // it is there by now, or the file system has no hard links
  } finally {
    rmSync(draft);
  }
}

function copyUnlessThere(draft: string, file: string): void {
  try {
    copyFileSync(draft, file, constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** `data/ganalyticsgpt.db` → `data/ganalyticsgpt.keys`. */
export function keyFileFor(databasePath: string): string {
  return `${databasePath.replace(/\.(db|sqlite3?)$/, '')}.keys`;
}

/** Replaces the key file in one step: whoever reads it meanwhile sees all of the old one or all of the new one. */
export function writeKeyFile(databasePath: string, keys: readonly SecretKey[]): void {
  const file = keyFileFor(databasePath);
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, formatKeyFile(keys), { mode: 0o600, flush: true });
  renameSync(draft, file);
}

export function freshKey(random: Random): SecretKey {
  return { kid: `k${toBase64url(random(4))}`, key: random(32) };
}

/** As SECRET_KEYS takes them. */
export function formatSecretKeys(keys: readonly SecretKey[]): string {
  return keys.map(formatKey).join(',');
}

function formatKey({ kid, key }: SecretKey): string {
  return `${kid}:${toBase64url(key)}`;
}

function formatKeyFile(keys: readonly SecretKey[]): string {
  return `${keys.map(formatKey).join('\n')}\n`;
}

/** Changes whenever the file is replaced. */
function stampOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.ino}/${stat.mtimeMs}/${stat.size}`;
}

/** 32 bytes in base64url. */
const KEY_LENGTH = 43;
const KEY_LINE = /^[A-Za-z0-9_.-]{1,32}:[A-Za-z0-9_-]{43}$/;

function readKeyFile(file: string): SecretKey[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0 || !lines.every((line) => KEY_LINE.test(line))) {
    const wanted = 'one key a line, kid:base64url(32 bytes); restore the file from your backup';
    throw new ConfigError([{ option: 'SECRET_KEYS', got: `an unreadable key file ${file}`, wanted, example: 'k1:…' }]);
  }
  return lines.map((line) => ({
    kid: line.slice(0, -KEY_LENGTH - 1),
    key: Buffer.from(line.slice(-KEY_LENGTH), 'base64url'),
  }));
}
