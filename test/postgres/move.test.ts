/** Everything moves from SQLite to PostgreSQL beside a running bridge, and nobody is signed out by it. */
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { type Answer, type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-move/oauth/callback';
const PEOPLE = ['ada@example.com', 'grace@example.com', 'nobody@example.com'];

describe('an operator who moves from SQLite to PostgreSQL', () => {
  let postgres: TestPostgres;
  let stage: Stage;
  let assistant: Assistant;
  let target: string;
  let tokens: Tokens[];
  before(async () => {
    [postgres, stage] = await Promise.all([startPostgres(), openStage({ bridgeEnv: { RATE_LIMITS: '0' } })]);
    const client = await stage.addClient({ name: 'Move GPT', redirectUri: CALLBACK });
    assistant = createAssistant(stage.bridgeUrl, client, CALLBACK);
    tokens = await Promise.all(PEOPLE.map((person) => assistant.connect(person)));
    target = await postgres.database();
  });
  after(() => Promise.all([stage.close(), postgres.close()]));

  const isSame = async () => {
    for (const { access } of tokens) assert.equal((await assistant.profile(access)).status, 200);
  };

  it('can take a copy of the file first, readable by its owner only, and is told what else to keep', async () => {
    const copy = join(stage.folder, 'copy.db');
    const said = await stage.command(['db', 'backup', copy]);
    assert.match(said, /bridge\.keys as well/);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    await assert.rejects(stage.command(['db', 'backup', copy]), /is there already/);
    const listed = await stage.command(['connections', 'list', '--json'], { DATABASE_URL: `sqlite:${copy}` });
    assert.equal(JSON.parse(listed).length, PEOPLE.length);
    await assert.rejects(stage.command(['db', 'backup', 'x'], { DATABASE_URL: target }), /pg_dump .*--file="x"/);
    const migrated = await stage.command(['db', 'migrate', '--json']);
    assert.equal(JSON.parse(migrated).from, JSON.parse(migrated).to);
  });

  it('loses nothing when the target does not answer or is not empty: the source takes writes again', async () => {
    const nobody = 'postgres://user:canary-password@127.0.0.1:1/none';
    await assert.rejects(stage.command(['db', 'move'], { TARGET_DATABASE_URL: nobody }), (error: Error) => {
      assert.match(error.message, /Nothing was changed/);
      assert.doesNotMatch(error.message, /canary-password/);
      return true;
    });
    const full = await postgres.database();
    await stage.command(['db', 'migrate'], { DATABASE_URL: full });
    await postgres.query(full, "INSERT INTO assertions VALUES ('a', 'b', 1)");
    await assert.rejects(stage.command(['db', 'move', '--to', full]), /holds data already/);
    await isSame();
    tokens = await Promise.all(tokens.map(async ({ refresh }) => tokensOf(await assistant.refresh(refresh))));
    await isSame();
  });

  it('moves under live traffic: a refused write is a 503 with Retry-After, and reads go on', async () => {
    const odd: Answer[] = [];
    let isMoving = true;
    const live = async (n: number) => {
      while (isMoving) {
        const before = tokens[n] as Tokens;
        const answer = await assistant.refresh(before.refresh);
        if (answer.status === 200) tokens[n] = tokensOf(answer);
        const read = await assistant.profile((tokens[n] as Tokens).access);
        odd.push(...[answer, read].filter((each) => !isFine(each)));
      }
    };
    const traffic = PEOPLE.map((_, n) => live(n));
    const printed = await stage.command(['db', 'move', '--json', '--show-keys'], { TARGET_DATABASE_URL: target });
    const moved = JSON.parse(printed) as { target: string; rows: Record<string, number>; secret_keys: string };
    assert.deepEqual([moved.rows.connections, moved.rows.grants, moved.rows.clients], [3, 3, 1]);
    assert.ok(!moved.target.includes(new URL(target).password));
    isMoving = false;
    await Promise.all(traffic);
    assert.deepEqual(odd, []);
    await isSame();
    const late = await assistant.refresh((tokens[0] as Tokens).refresh);
    assert.deepEqual([late.status, late.retryAfter !== null], [503, true]);
    await fetch(`${stage.sandboxUrl}/sandbox/expire`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ person: PEOPLE[0], what: 'access' }),
    });
    const call = await assistant.properties((tokens[0] as Tokens).access);
    assert.deepEqual([call.status, call.retryAfter !== null], [503, true], JSON.stringify(call));
    await assert.rejects(assistant.code(PEOPLE[0] ?? ''), /503/, 'a page says so to a person');

    await stage.restartBridge({ DATABASE_URL: target, SECRET_KEYS: moved.secret_keys });
    await isSame();
    tokens = await Promise.all(tokens.map(async ({ refresh }) => tokensOf(await assistant.refresh(refresh))));
    await isSame();
    assert.equal((await assistant.properties((tokens[0] as Tokens).access)).status, 200);
  });

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
});

/** Done, or put off in a way that a client understands. */
function isFine({ status, retryAfter }: Answer): boolean {
  return status === 200 || (status === 503 && retryAfter !== null);
}
