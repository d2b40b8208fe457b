/** Before a move from SQLite to PostgreSQL: a copy; and what a move that fails or is killed leaves behind: a source as it was. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { startProcess } from '../../src/demo/processes.ts';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { aCode, aGrant, aLink, T } from '../../src/store/conformance-records.ts';
import { moveToPostgres } from '../../src/store/move.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { readLine } from '../support/read-line.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-move/oauth/callback';
const PEOPLE = ['ada@example.com', 'grace@example.com', 'nobody@example.com'];

describe('an operator who prepares a move from SQLite to PostgreSQL', () => {
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
  after(async () => {
    await Promise.all([stage.close(), postgres.close()]);
  });

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

  it('leaves a source that can be used again when it is killed in the middle of its copy', async () => {
    await stage.command(['db', 'migrate'], { DATABASE_URL: target });
    const gate = await holdInserts(target);
    const mover = await startProcess({
      name: 'The mover',
      args: ['db', 'move'],
      cwd: stage.folder,
      env: { ...stage.bridgeSettings, TARGET_DATABASE_URL: target },
      isReady: (line) => (/^ +connections: 3 of 3/.test(line) ? line : undefined),
    });
    await gate.isReached();
    await mover.crash();
    await gate.open();

    await isSame();
    const refused = await assistant.refresh((tokens[0] as Tokens).refresh);
    assert.deepEqual([refused.status, refused.retryAfter], [503, '5']);
    await readLine(() => stage.bridge().lines(), /if that command was killed, run it again, or: .* db move --undo/);
    await assert.rejects(stage.command(['serve']), /run that command to its end, or undo it with: .* db move --undo/);
    assert.match(await stage.command(['db', 'move', '--undo']), /can be used again/);
    tokens = await Promise.all(tokens.map(async ({ refresh }) => tokensOf(await assistant.refresh(refresh))));
    await isSame();
    const left = await postgres.query(target, 'SELECT count(*) AS count FROM connections');
    assert.deepEqual(left, [{ count: '0' }]);
  });

  it('sees that everything is there already when it was killed between the last two steps', async () => {
    const path = join(stage.folder, 'small.db');
    const source = openSqlite(path);
    const { id: connectionId } = await source.connections.link(aLink());
    await source.codes.add(aCode({ connectionId }));
    await source.grants.redeem('code', aGrant({ connectionId }));
    await source.close();
    const url = await postgres.database();
    const move = () => moveToPostgres({ path, url, now: () => T, onProgress: () => {} });
    const { rows } = await move();
    const file = new DatabaseSync(path);
    file.exec("UPDATE moved SET state = 'moving'"); // as it was before the last step
    assert.deepEqual((await move()).rows, rows);
    assert.deepEqual({ ...file.prepare('SELECT state FROM moved').get() }, { state: 'moved' });
    file.close();
    const store = await openPostgres(url);
    assert.equal((await store.grants.list()).length, 1);
    await store.close();
  });
});

/** A target that takes no grant until the gate is opened, so that a mover can be met in the middle of its copy. */
async function holdInserts(url: string): Promise<{ isReached(): Promise<void>; open(): Promise<void> }> {
  const holder = new Client({ connectionString: url });
  await holder.connect();
  await holder.query(`SELECT pg_advisory_lock(1);
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';
    CREATE TRIGGER gate BEFORE INSERT ON grants FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`);
  const waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
  return {
    async isReached() {
      while ((await holder.query(waiting)).rowCount === 0);
    },
    async open() {
      await holder.query('SELECT pg_advisory_unlock(1)');
      await holder.query('DROP FUNCTION wait_at_gate() CASCADE'); // waits until the killed one's transaction is gone
      await holder.end();
    },
  };
}
