/**
 * The demo as a stranger runs it: a process that starts two others, walks the three doors and cleans up behind itself.
 *
 * Owns: what the demo promises on the terminal and leaves behind. Does not own: the walkers' details (src/demo/*.test.ts).
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createMcpPlugin } from '../../src/demo/mcp-plugin.ts';
import { createNarrator } from '../../src/demo/narrate.ts';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { walkDoors } from '../../src/demo/walk.ts';

const bin = join(import.meta.dirname, '../../bin/ganalyticsgpt.js');
const WIDEST = 110;

/** A folder for everything that the demo writes, so that what it leaves behind can be seen. */
let home = '';
before(() => {
  home = mkdtempSync(join(tmpdir(), 'demo-test-'));
});
after(() => rmSync(home, { recursive: true, force: true }));

interface Demo {
  process: ChildProcess;
  output(): string;
  /** Resolves with what was printed up to now, once it matches. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  end: Promise<[code: number | null, signal: string | null]>;
}

function startDemo(args: string[], options: string[] = []): Demo {
  // A person's own settings must not reach the demo's bridge.
  const env = { ...process.env, TMPDIR: home, FORCE_COLOR: undefined, DATABASE_URL: 'nonsense', ALLOWED_ACCOUNTS: 'x' };
  const child = spawn(process.execPath, [...options, bin, 'demo', ...args], { env, cwd: home });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const end = once(child, 'close') as Demo['end'];
  return {
    process: child,
    output: () => output,
    end,
    async until(pattern) {
      for (;;) {
        const found = pattern.exec(output);
        if (found !== null) return found;
        const more = once(child.stdout, 'data').then(() => true);
        if (!(await Promise.race([more, end.then(() => false)]))) assert.fail(`ended without ${pattern}:\n${output}`);
      }
    },
  };
}

/** True when nobody listens there any more. */
async function isGone(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

async function waitUntilGone(url: string): Promise<void> {
  while (!(await isGone(url))) await new Promise((resolve) => setImmediate(resolve));
}

describe('ganalyticsgpt demo --once', () => {
  let demo: Demo;
  before(async () => {
    demo = startDemo(['--once']);
    await demo.end;
  });

  it('ends with exit code 0 and says that every answer was right', async () => {
    assert.deepEqual(await demo.end, [0, null], demo.output());
    assert.match(demo.output(), /Every answer was right\. It took \d+\.\d s\.\n$/);
  });

  it('walks each door with a sign-in of its own', () => {
    const doors = demo
      .output()
      .split(/\n (?=[123] {2}\S)/)
      .slice(1);
    assert.equal(doors.length, 3);
    for (const [index, tokenPath] of ['/actions/run_report', '/actions/run_report', '/mcp  run_report'].entries()) {
      const door = doors[index] ?? '';
      assert.match(door, /Ada {5}reads “Let .+ read your Google Analytics\?”, presses “Sign in with Google”/);
      assert.match(door, /Ada {5}chooses ada@example\.com/);
      assert.match(
        door,
        /Browser → ChatGPT {2}GET …\/callback {2}code=ggpt_ac_…\S{4} state=\S+ +stays on this machine/,
      );
      assert.match(door, /ChatGPT → Bridge {3}POST \/token .+ 200 ggpt_at_…\S{4} \+ ggpt_rt_…\S{4}/);
      assert.ok(door.includes(tokenPath), door);
    }
    assert.match(doors[2] ?? '', /POST \/mcp {2}server\/discover, no token +401 Bearer resource_metadata/);
    assert.match(doors[2] ?? '', /POST \/register .+ 201 /);
  });

  it('shows that Google asks for consent at the first door only', () => {
    assert.equal(demo.output().match(/leaves the box ticked/g)?.length, 1);
    assert.equal(demo.output().match(/Google {2}did not ask for consent again/g)?.length, 2);
    assert.match(demo.output(), /✔ 3 sign-ins {5,}Google asked for consent once/);
  });

  it('prints the question and its answer as a table, confirmed by Google for each door', () => {
    const answer = demo.output().split('\n How did last week go compared with the week before?')[1] ?? '';
    for (const label of ['Active users', 'New users', 'Sessions', 'Key events', 'Revenue', 'Direct'])
      assert.match(answer, new RegExp(`\\n {3}${label} +[\\d,.]+( USD)? +[\\d,.]+( USD)? +[+−]?[\\d.]+ %`));
    assert.equal(answer.match(/✔ .+ says what Google’s Data API says when it is asked directly/g)?.length, 3);
  });

  it('keeps every line narrow and without colours where there is no terminal', () => {
    const lines = demo.output().split('\n');
    assert.deepEqual(
      lines.filter((line) => [...line].length > WIDEST || line.includes('\u001b')),
      [],
    );
  });

  it('prints no whole token, code or secret', () => {
    assert.doesNotMatch(demo.output(), /ggpt_[a-z]{2}_[A-Za-z0-9_-]{8,}/);
    assert.doesNotMatch(demo.output(), /ya29\.[\w-]{8,}|\b4\/0A[\w-]{8,}|sandbox-secret/);
  });

  it('leaves no data and no server behind', async () => {
    assert.deepEqual(readdirSync(home), []);
    for (const [url] of demo.output().matchAll(/http:\/\/(localhost|127\.0\.0\.1):\d+(?= )/g))
      assert.ok(await isGone(url), url);
  });
});

describe('ganalyticsgpt demo', () => {
  it('stays up after the walk, says where to look, and cleans up on Ctrl-C', async () => {
    const demo = startDemo([]);
    await demo.until(/Ctrl-C ends both and removes their data\./);
    const mcp = /claude mcp add --transport http \S+ (http:\/\/localhost:\d+)\/mcp\n/.exec(demo.output())?.[1];
    assert.ok(mcp, demo.output());
    assert.equal((await fetch(`${mcp}/openapi.json`)).status, 200);
    demo.process.kill('SIGINT');
    assert.deepEqual(await demo.end, [0, null], demo.output());
    assert.ok(await isGone(mcp));
    assert.deepEqual(readdirSync(home), []);
  });

  it('ends with what it was told when it is interrupted during the walk, and cleans up', async () => {
    const demo = startDemo(['--once']);
    await demo.until(/GET \/authorize/);
    demo.process.kill('SIGTERM');
    assert.deepEqual(await demo.end, [143, null], demo.output());
    assert.deepEqual(readdirSync(home), []);
  });

  it('takes its servers along when it is killed without warning', async () => {
    const demo = startDemo(['--once']);
    const [, sandbox = ''] = await demo.until(/(http:\/\/127\.0\.0\.1:\d+)/);
    const [, bridge = ''] = await demo.until(/(http:\/\/localhost:\d+)/);
    demo.process.kill('SIGKILL');
    await demo.end;
    await waitUntilGone(sandbox);
    await waitUntilGone(bridge);
    for (const folder of readdirSync(home)) rmSync(join(home, folder), { recursive: true });
  });

  it('says in one sentence how to get the MCP client where it is not installed', async () => {
    const missing = `import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) {
        if (name === '@modelcontextprotocol/client') throw Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' });
        return next(name, context);
      } });`;
    const demo = startDemo(['--once'], ['--import', `data:text/javascript,${encodeURIComponent(missing)}`]);
    assert.deepEqual(await demo.end, [1, null]);
    assert.match(
      demo.output().replaceAll('\n', ' '),
      /official MCP client, which is missing here; install it beside this package with: npm install @modelcontextprotocol\/client@2/,
    );
  });
});

describe('a walk that meets trouble', () => {
  let stage: Stage;
  let lines: string[] = [];
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  async function walkWith(fault: Record<string, unknown>): Promise<string[]> {
    lines = [];
    await fetch(`${stage.sandboxUrl}/sandbox/faults`, { method: 'DELETE' });
    const answer = await fetch(`${stage.sandboxUrl}/sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });
    assert.ok(answer.ok, await answer.text());
    return walkDoors(stage, createNarrator({ print: (line) => lines.push(line) }));
  }

  // First of all: the walk also counts consents, and this person has given none yet. The doors after the first get the
  // same answer from the bridge's memory: it asks Google the same question of the same person once.
  it('finds the doors whose answer is wrong', async () => {
    const problems = await walkWith({ path: '/analyticsdata/*:runReport', effect: 'thresholding', times: 1 });
    assert.ok(
      problems.some((problem) => problem.includes('The 2023 plugin')),
      problems.join('\n'),
    );
  });

  it('says what was asked, what came back and what the bridge logged when Google’s Data API fails', async () => {
    // A bridge that has just begun has no answer in its memory.
    await stage.bridge().crash();
    await stage.restartBridge();
    await assert.rejects(walkWith({ path: '/analyticsdata/*:runReport', effect: 'status', status: 503 }), {
      name: 'HopError',
      message:
        /^The 2023 plugin: ChatGPT asked POST http:\/\/localhost:\d+\/actions\/run_report, wanted the answer of run_report, and got 503: .*"unavailable".*\nThe bridge's log says: a tool could not answer \(tool=run_report /,
    });
    assert.match(lines.at(-1) ?? '', /Bridge {2}└ Google .*:runReport +503/);
  });

  it('says what the person saw when a sign-in fails', async () => {
    await assert.rejects(walkWith({ path: '/token', effect: 'status', status: 500 }), {
      name: 'HopError',
      message:
        /^The 2023 plugin: the browser opened \S+\/google\/callback, wanted a page with a button to press, and got 503: .+\nThe bridge's log says: .+/,
    });
  });

  it('says what the MCP client was told when it cannot begin', async () => {
    const plugin = await createMcpPlugin({ bridgeUrl: stage.sandboxUrl });
    await assert.rejects(plugin.begin(), {
      name: 'HopError',
      message: /^the MCP client was not sent to a sign-in: .*not_found/,
    });
  });

  it('goes on against a bridge that was killed and started again', async () => {
    await stage.bridge().crash();
    await stage.restartBridge();
    await fetch(`${stage.sandboxUrl}/sandbox/faults`, { method: 'DELETE' });
    lines = [];
    await walkDoors(stage, createNarrator({ print: (line) => lines.push(line) }));
    assert.equal(lines.filter((line) => line.includes('says what Google’s Data API says')).length, 3);
  });
});

describe('a server of the demo that does not start', () => {
  it('is reported with its last words', async () => {
    await assert.rejects(openStage({ bridgeEnv: { ACCESS_TOKEN_TTL: 'soon' } }), {
      name: 'HopError',
      message:
        /^The bridge ended with exit code 78 before it was ready\. Its last lines:\n[\s\S]*ACCESS_TOKEN_TTL: got "soon"/,
    });
  });
});
