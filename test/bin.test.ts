/**
 * bin/ganalyticsgpt.js on a machine whose Node is too old, whichever Node runs the tests: a preloaded module lies about
 * the version. The package's own program is replaced by a probe, since only the start and the end are tried here.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const PROBE = `
const [what] = process.argv.slice(2);
const mark = process.env.GANALYTICSGPT_STARTED_AGAIN;
if (what === 'end') process.exitCode = 78;
if (what === 'wait') setInterval(() => {}, 1000);
if (what === 'drain') {
  const timer = setInterval(() => {}, 1000);
  process.once('SIGTERM', () => { process.exitCode = 3; clearInterval(timer); });
}
console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2), mark }));
`;
const OLD = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });`;

interface Run {
  process: ChildProcess;
  /** What the probe said when it began. */
  said: { pid: number; args: string[]; mark?: string };
  /** Exit code and signal of the process that we started. */
  end: Promise<[number | null, string | null]>;
}

describe('ganalyticsgpt on a machine', () => {
  let home = '';
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'bin-'));
    for (const folder of ['bin', 'dist/cli', 'node_modules/node/bin'])
      mkdirSync(join(home, folder), { recursive: true });
    copyFileSync(join(import.meta.dirname, '../bin/ganalyticsgpt.js'), join(home, 'bin/ganalyticsgpt.js'));
    writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(home, 'dist/cli/main.js'), PROBE);
    writeFileSync(join(home, 'old.js'), OLD);
    symlinkSync(process.execPath, join(home, 'node_modules/node/bin/node'));
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  const start = (options: string[], args: string[]) =>
    spawn(process.execPath, [...options, join(home, 'bin/ganalyticsgpt.js'), ...args], { cwd: home, stdio: 'pipe' });

  async function run(age: 'old' | 'new', args: string[]): Promise<Run> {
    const started = start(age === 'old' ? ['--import', './old.js'] : [], args);
    const end = once(started, 'exit') as Run['end'];
    const [line] = (await once(started.stdout, 'data')) as [Buffer];
    return { process: started, said: JSON.parse(line.toString()), end };
  }

  it('with a new Node runs in the process that was started', async () => {
    const { process: started, said, end } = await run('new', ['end']);
    assert.equal(said.pid, started.pid);
    assert.deepEqual(await end, [78, null]);
  });

  it('with an old Node starts again and ends with the exit code of the second process', async () => {
    const { process: started, said, end } = await run('old', ['end', '--name', 'a b']);
    assert.notEqual(said.pid, started.pid);
    assert.deepEqual(said.args, ['end', '--name', 'a b']);
    assert.equal(said.mark, undefined);
    assert.deepEqual(await end, [78, null]);
  });

  it('with an old Node hands SIGTERM on and lets the second process finish its work', async () => {
    const { process: started, end } = await run('old', ['drain']);
    started.kill('SIGTERM');
    assert.deepEqual(await end, [3, null]);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`with an old Node dies of ${signal} when the second process does`, async () => {
      const { process: started, end } = await run('old', ['wait']);
      started.kill(signal);
      assert.deepEqual(await end, [null, signal]);
    });
  }

  it('with an old Node takes the second process along when it is killed without warning', async () => {
    const { process: started, end } = await run('old', ['wait']);
    const closed = once(started, 'close'); // the probe holds our end of stdout open for as long as it lives
    started.kill('SIGKILL');
    assert.deepEqual(await end, [null, 'SIGKILL']);
    await closed;
  });

  it('with an old Node and none of its own says which one it needs', async () => {
    rmSync(join(home, 'node_modules'), { recursive: true });
    const started = start(['--import', './old.js'], ['end']);
    const end = once(started, 'exit');
    const [said] = (await once(started.stderr, 'data')) as [Buffer];
    assert.match(said.toString(), /needs Node\.js 24\.12 or newer; this is 20\.20\.2\./);
    assert.deepEqual(await end, [1, null]);
  });
});
