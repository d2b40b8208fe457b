/** Several worker processes of one bridge on one SQLite file: shared work, a killed worker, an end without lost answers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { type Answer, type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { searchFolder } from '../support/search-bytes.ts';
import { secretsPassed } from '../support/secrets-passed.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-workers/oauth/callback';

describe('a bridge with three workers on one SQLite file', () => {
  let stage: Stage;
  let assistant: Assistant;
  let tokens: Tokens;
  before(async () => {
    stage = await openStage({ bridgeEnv: { WORKERS: '3', RATE_LIMITS: '30' } });
    const client = await stage.addClient({ name: 'Workers GPT', redirectUri: CALLBACK });
    assistant = createAssistant(stage.bridgeUrl, client, CALLBACK);
    tokens = await assistant.connect('ada@example.com');
  });
  after(() => stage.close());

  it('answers 64 parallel refreshes of one token with one pair', async () => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => assistant.refresh(tokens.refresh)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1);
    tokens = tokensOf(answers[0] ?? { body: {} });
  });

  it('goes on when a worker is killed, and starts it again', async () => {
    const [victim] = workersOf(stage);
    assert.ok(victim);
    process.kill(victim, 'SIGKILL');
    // Connections that the dead one held are cut; a client opens another and asks again.
    const again = (): Promise<Answer> => assistant.profile(tokens.access).catch(again);
    for (let n = 0; n < 5; n += 1) assert.equal((await again()).status, 200);
    await until(() => workersOf(stage).length === 3 && !workersOf(stage).includes(victim));
    assert.equal((await assistant.refresh(tokens.refresh)).status, 200);
  });

  it('finishes running answers after Ctrl-C twice, and every process is gone', async () => {
    const pids = [stage.bridge().pid, ...workersOf(stage)];
    const running = Array.from({ length: 20 }, () => assistant.refresh(tokens.refresh));
    await running[0];
    process.kill(stage.bridge().pid, 'SIGINT');
    process.kill(stage.bridge().pid, 'SIGINT');
    for (const answer of await Promise.allSettled(running))
      if (answer.status === 'fulfilled') assert.equal(answer.value.status, 200);
    assert.equal(await stage.bridge().ended, 'ended with exit code 0');
    for (const pid of pids) assert.throws(() => process.kill(pid, 0));
    await stage.restartBridge();
    assert.equal((await assistant.profile(tokens.access)).status, 200);
  });

  it('refuses a database in memory, which its workers could not share', async () => {
    const start = stage.command(['serve'], { DATABASE_URL: 'sqlite::memory:' });
    await assert.rejects(start, /WORKERS: got 3; wanted 1 with a database in memory/);
  });

  it('left no secret in the files of their database', async () => {
    assert.ok(secretsPassed().size > 4);
    assert.deepEqual(await searchFolder(stage.folder, secretsPassed()), []);
  });
});

function workersOf(stage: Stage): number[] {
  const { pid } = stage.bridge();
  const children = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout;
  return children
    .split('\n')
    .map(Number)
    .filter((child) => child > 0);
}

async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!isSo()) {
    assert.ok(performance.now() < end, 'it never came about');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
