import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ConfigError } from '../errors.ts';
import { formatSecretKeys, freshKey, keyFileFor, loadKeys, openKeyRing, writeKeyFile } from './keys.ts';
import { createRandom } from './token.ts';

const random = createRandom();
const key = (kid: string, fill: number) => ({ kid, key: Buffer.alloc(32, fill) });
const text = (fill: number) => Buffer.alloc(32, fill).toString('base64url');

/** Everything relative lands there, too. */
let folder: string;
let database: string;
const from = process.cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-keys-'));
  database = join(folder, 'a.db');
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(from);
  rmSync(folder, { recursive: true });
});

describe('the key file', () => {
  it('is made once, readable only by its owner, and read again', () => {
    const deep = join(folder, 'deep', 'a.db');
    const first = loadKeys(undefined, deep, random);
    assert.equal(first.length, 1);
    assert.deepEqual(loadKeys(undefined, deep, random), first);
    assert.equal(statSync(keyFileFor(deep)).mode & 0o777, 0o600);
    assert.match(readFileSync(keyFileFor(deep), 'utf8'), /^k[\w-]{6}:[\w-]{43}\n$/);
  });

  it('lies beside the database and has its name', () => {
    for (const [path, file] of [
      ['data/bridge.db', 'data/bridge.keys'],
      ['data/bridge.sqlite', 'data/bridge.keys'],
      ['data/bridge.sqlite3', 'data/bridge.keys'],
      ['data/bridge', 'data/bridge.keys'],
      ['data/my.db.old', 'data/my.db.old.keys'],
    ] as const)
      assert.equal(keyFileFor(path), file);
  });

  it('is replaced whole, readable only by its owner, with nothing left beside it', () => {
    writeFileSync(keyFileFor(database), 'old', { mode: 0o644 });
    writeKeyFile(database, [key('k2', 2), key('k1', 1)]);
    assert.equal(readFileSync(keyFileFor(database), 'utf8'), `k2:${text(2)}\nk1:${text(1)}\n`);
    assert.equal(statSync(keyFileFor(database)).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['a.keys']);
    assert.deepEqual(loadKeys(undefined, database, random), [key('k2', 2), key('k1', 1)]);
  });

  it('may have been edited by hand, with empty lines, spaces and another system’s ends of lines', () => {
    const kid = `a.b_c-${'D'.repeat(26)}`;
    writeFileSync(keyFileFor(database), `\n  ${kid}:${text(2)}  \r\n \r\n1:${text(1)}`);
    assert.deepEqual(loadKeys(undefined, database, random), [key(kid, 2), key('1', 1)]);
  });

  it('stops the start when it is damaged, rather than being replaced by keys that open nothing', () => {
    const file = keyFileFor(database);
    const message =
      `SECRET_KEYS: got an unreadable key file ${file}, wanted one key a line, kid:base64url(32 bytes); ` +
      'restore the file from your backup, for example k1:…';
    for (const content of [
      '',
      '\n',
      'nonsense',
      'k1:short\n',
      `k1:${text(1)}A`,
      `k1:${text(1).slice(0, -1)}=`,
      `:${text(1)}`,
      `${'k'.repeat(33)}:${text(1)}`,
      `k 1:${text(1)}`,
      `k1:${text(1)}\nnonsense`,
    ]) {
      writeFileSync(file, content);
      const problem = (error: Error) => error instanceof ConfigError && error.message === message;
      assert.throws(() => loadKeys(undefined, database, random), problem, JSON.stringify(content));
      assert.equal(readFileSync(file, 'utf8'), content, 'it is left as it was');
    }
  });

  it('is not used when keys are configured', () => {
    const configured = [key('env', 3)];
    assert.equal(loadKeys(configured, database, random), configured);
    const ring = openKeyRing(configured, database, random, () => 0);
    writeKeyFile(database, [key('k1', 1)]);
    assert.equal(ring.keys(), configured);
    assert.equal(ring.lookAgain(), configured);
  });

  it('is not made nor read for a database in memory, which gets a key of its own', () => {
    const [first, second] = [loadKeys(undefined, ':memory:', random), loadKeys(undefined, ':memory:', random)];
    assert.equal(first.length, 1);
    assert.notDeepEqual(first, second);
    const ring = openKeyRing(undefined, ':memory:', random, () => 0);
    const keys = ring.keys();
    assert.equal(keys.length, 1);
    assert.deepEqual(readdirSync(folder), []);
    writeKeyFile(':memory:', [key('k1', 1)]);
    assert.equal(ring.lookAgain(), keys);
  });

  it('is made from randomness, which is asked for no more once it is there', () => {
    const broken = () => {
      throw new Error('no randomness today');
    };
    assert.throws(() => loadKeys(undefined, database, broken), { message: 'no randomness today' });
    const made = loadKeys(undefined, database, random);
    assert.deepEqual(readdirSync(folder), ['a.keys']);
    assert.deepEqual(loadKeys(undefined, database, broken), made);
  });

  it('is that of another process which made it at the same moment', () => {
    const theirs = key('theirs', 5);
    const late = (size: number) => {
      writeKeyFile(database, [theirs]);
      return random(size);
    };
    assert.deepEqual(loadKeys(undefined, database, late), [theirs]);
    assert.deepEqual(readdirSync(folder), ['a.keys']);
  });
});

describe('a fresh key', () => {
  it('has a short name of its own and 32 bytes', () => {
    const [one, other] = [freshKey(random), freshKey(random)];
    assert.match(one.kid, /^k[\w-]{6}$/);
    assert.equal(one.key.length, 32);
    assert.notEqual(one.kid, other.kid);
    assert.notDeepEqual(one.key, other.key);
  });

  it('is written as SECRET_KEYS takes it', () => {
    assert.equal(formatSecretKeys([key('k2', 2), key('k1', 1)]), `k2:${text(2)},k1:${text(1)}`);
  });
});

describe('the keys of a running server', () => {
  let time: number;
  const open = () => openKeyRing(undefined, database, random, () => time);
  const kids = (keys: readonly { kid: string }[]) => keys.map(({ kid }) => kid);
  beforeEach(() => {
    time = 1_000_000;
    writeKeyFile(database, [key('k1', 1)]);
  });

  it('are looked for again a second later, and not before', () => {
    const ring = open();
    writeKeyFile(database, [key('k2', 2), key('k1', 1)]);
    assert.deepEqual(kids(ring.keys()), ['k1']);
    time += 999;
    assert.deepEqual(kids(ring.keys()), ['k1']);
    time += 1;
    assert.deepEqual(kids(ring.keys()), ['k2', 'k1']);
    writeKeyFile(database, [key('k3', 3)]);
    time += 999;
    assert.deepEqual(kids(ring.keys()), ['k2', 'k1']);
  });

  it('are looked for again when the clock was set back', () => {
    const ring = open();
    writeKeyFile(database, [key('k2', 2)]);
    time -= 1_000;
    assert.deepEqual(kids(ring.keys()), ['k2']);
  });

  it('are looked for at once when somebody asks for it', () => {
    const ring = open();
    writeKeyFile(database, [key('k2', 2)]);
    assert.deepEqual(kids(ring.lookAgain()), ['k2']);
    assert.deepEqual(kids(ring.keys()), ['k2']);
  });

  it('stay the very same while the file does, so that what was derived from them is at hand', () => {
    const ring = open();
    const first = ring.keys();
    assert.equal(ring.lookAgain(), first);
    writeKeyFile(database, [key('k2', 2)]);
    const second = ring.lookAgain();
    assert.notEqual(second, first);
    assert.equal(ring.lookAgain(), second);
  });

  it('outlive a file that is damaged or gone, and heed it when it is right again', () => {
    const ring = open();
    writeFileSync(keyFileFor(database), 'nonsense');
    assert.deepEqual(kids(ring.lookAgain()), ['k1']);
    rmSync(keyFileFor(database));
    assert.deepEqual(kids(ring.lookAgain()), ['k1']);
    writeKeyFile(database, [key('k2', 2)]);
    assert.deepEqual(kids(ring.lookAgain()), ['k2']);
  });
});
