import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ConfigError } from '../errors.ts';
import { holdForThisHost } from './one-host.ts';

describe('a SQLite file on a disk of several machines', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-host-'));
    path = join(folder, 'a.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is refused to a second machine while a bridge on the first one counts', async () => {
    writeFileSync(`${path}.host`, 'first\n1 1\n');
    const sleep = async () => writeFileSync(`${path}.host`, 'first\n1 2\n');
    await assert.rejects(
      holdForThisHost(path, { host: 'second', sleep }),
      (error) => error instanceof ConfigError && /"first"/.test(error.message + JSON.stringify(error.problems)),
    );
  });

  it('is given to a second machine when the first one has stopped counting', async () => {
    writeFileSync(`${path}.host`, 'first\n1 1\n');
    const giveFree = await holdForThisHost(path, { host: 'second', sleep: async () => {} });
    assert.equal(existsSync(`${path}.host`), true);
    giveFree();
    assert.equal(existsSync(`${path}.host`), false);
  });

  it('is given at once to a second process on the same machine', async () => {
    const sleep = () => assert.fail('there is nothing to wait for');
    const first = await holdForThisHost(path, { host: 'here', sleep });
    const second = await holdForThisHost(path, { host: 'here', sleep });
    first();
    second();
  });
});
