/** A command that only looks or changes, in a folder in which no bridge ever ran. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../demo/processes.ts';

describe('a command in the wrong folder', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ganalyticsgpt-wrong-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('says where it looked and what to do, makes nothing, and fails with exit code 1', async () => {
    const commands = ['connections list', 'keys rotate', 'events'];
    await Promise.all(
      commands.map((command) =>
        assert.rejects(runCommand({ name: command, args: command.split(' '), cwd: folder }), (error: Error) => {
          assert.match(error.message, /exit code 1\./);
          assert.match(error.message, /There is no database at \S+data\/ganalyticsgpt\.db\. Run this in the folder/);
          return true;
        }),
      ),
    );
    assert.deepEqual(await readdir(folder), []);
  });
});
