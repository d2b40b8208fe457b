/**
 * Everything moves from SQLite to PostgreSQL beside a running bridge, its keys change before and after, and assistants that
 * never rest are not signed out by it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { startTraffic } from '../support/live-traffic.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { searchFolder } from '../support/search-bytes.ts';
import { secretsPassed } from '../support/secrets-passed.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-move/oauth/callback';
const PEOPLE = ['ada@example.com', 'grace@example.com', 'nobody@example.com'];

interface KeyUse {
  kid: string;
  active: boolean;
  connections: number;
}

describe('an operator who moves from SQLite to PostgreSQL while everybody works', () => {
  let postgres: TestPostgres;
  let stage: Stage;
  let assistant: Assistant;
  let target: string;
  let tokens: Tokens[];
  let traffic: ReturnType<typeof startTraffic> | undefined;
  before(async () => {
    [postgres, stage] = await Promise.all([startPostgres(), openStage({ bridgeEnv: { RATE_LIMITS: '0' } })]);
    const client = await stage.addClient({ name: 'Move GPT', redirectUri: CALLBACK });
    assistant = createAssistant(stage.bridgeUrl, client, CALLBACK);
    tokens = await Promise.all(PEOPLE.map((person) => assistant.connect(person)));
    target = await postgres.database();
  });
  after(async () => {
    await traffic?.stop();
    await Promise.all([stage.close(), postgres.close()]);
  });

  const isSame = async () => {
    for (const { access } of tokens) assert.equal((await assistant.profile(access)).status, 200);
  };

  it('signs nobody out under live traffic, with the keys changed before and after', async () => {
    traffic = startTraffic(assistant, tokens);
    const json = async (args: string[], env?: Record<string, string>) =>
      JSON.parse(await stage.command([...args, '--json'], env));

    const { active: second } = await json(['keys', 'rotate', '--reseal']);
    const moved = await json(['db', 'move', '--show-keys'], { TARGET_DATABASE_URL: target });
    assert.deepEqual([moved.rows.connections, moved.rows.grants, moved.rows.clients], [3, 3, 1]);
    assert.ok(!moved.target.includes(new URL(target).password));
    await checkMovedAway();
    const env = { DATABASE_URL: target, SECRET_KEYS: moved.secret_keys as string };
    await stage.restartBridge(env);

    const rotated = await json(['keys', 'rotate'], env);
    env.SECRET_KEYS = rotated.secret_keys.sealing_after;
    await stage.restartBridge(env);
    await assert.rejects(stage.command(['keys', 'remove', second], env), /3 connections are still sealed/);
    assert.deepEqual((await json(['keys', 'reseal'], env)).unreadable, 0);
    const removed = await json(['keys', 'remove', second], { ...env, REFRESH_REPLAY_WINDOW: '0' });
    env.SECRET_KEYS = removed.secret_keys;
    await stage.restartBridge(env);

    const { done, putOff, unreachable, refused } = await traffic.stop();
    assert.deepEqual(refused, []);
    const counts = `${done} done, ${putOff} put off, ${unreachable} met nobody`;
    assert.ok(done > 50 && putOff > 0, counts);
    tokens = await Promise.all(tokens.map(async ({ refresh }) => tokensOf(await assistant.refresh(refresh))));
    await isSame();
    for (const { access } of tokens) assert.equal((await assistant.properties(access)).status, 200);
    const [sealing, first, ...others] = (await json(['keys', 'list'], env)) as KeyUse[];
    assert.deepEqual([sealing?.kid, sealing?.active, sealing?.connections, others], [rotated.active, true, 3, []]);
    assert.deepEqual([first?.active, first?.connections], [false, 0]);
  });

  /** Until the restart the bridge reads the file, and says 503 to what would write. */
  const checkMovedAway = async () => {
    const late = await assistant.refresh((tokens[0] as Tokens).refresh);
    assert.deepEqual([late.status, late.retryAfter !== null], [503, true]);
    await fetch(`${stage.sandboxUrl}/sandbox/expire`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ person: PEOPLE[1], what: 'access' }),
    });
    const call = await assistant.report((tokens[1] as Tokens).access, 7);
    assert.deepEqual([call.status, call.retryAfter !== null], [503, true], JSON.stringify(call));
    await assert.rejects(assistant.code(PEOPLE[0] ?? ''), /503/, 'a page says so to a person');
  };

  it('cannot start a bridge on the file again, and is told where the data is; unless the move is undone', async () => {
    const { host } = new URL(target);
    await assert.rejects(stage.command(['serve']), (error: Error) => {
      assert.match(error.message, /exit code 78/);
      assert.ok(error.message.includes(host) && !error.message.includes(new URL(target).password));
      return true;
    });
    await assert.rejects(stage.command(['db', 'move', '--to', target]), /was moved to .* already/);
    assert.match(await stage.command(['db', 'move', '--undo']), /can be used again/);
    assert.equal(JSON.parse(await stage.command(['connections', 'list', '--json'])).length, PEOPLE.length);
    assert.ok(existsSync(join(stage.folder, 'bridge.db')));
  });

  it('left no secret in the file and its copies, nor in PostgreSQL, which is searched when it goes', async () => {
    assert.ok(secretsPassed().size > 20);
    assert.deepEqual(await searchFolder(stage.folder, secretsPassed()), []);
  });
});
