/** What can happen to PostgreSQL under a running bridge: a lock that stays, the server gone and back. No restart. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { type Answer, type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { readLine } from '../support/read-line.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-faults/oauth/callback';
const PEOPLE = ['ada@example.com', 'grace@example.com', 'nobody@example.com'];

describe('a bridge on PostgreSQL', () => {
  let postgres: TestPostgres;
  let url: string;
  let stage: Stage;
  let assistant: Assistant;
  let tokens: Tokens[];
  before(async () => {
    postgres = await startPostgres();
    url = await postgres.database();
    // A second in place of ten: so long may a statement wait.
    const DATABASE_URL = `${url}?statement_timeout=1000`;
    const SECRET_KEYS = `k1:${randomBytes(32).toString('base64url')}`;
    stage = await openStage({ bridgeEnv: { RATE_LIMITS: '0', DATABASE_URL, SECRET_KEYS } });
    const client = await stage.addClient({ name: 'Faults GPT', redirectUri: CALLBACK });
    assistant = createAssistant(stage.bridgeUrl, client, CALLBACK);
    tokens = await Promise.all(PEOPLE.map((person) => assistant.connect(person)));
  });
  after(async () => {
    await stage.close();
    await postgres.close();
  });

  const statusOf = async (path: string) => (await fetch(`${stage.bridgeUrl}${path}`)).status;
  const reads = (pattern: RegExp) => readLine(() => stage.bridge().lines(), pattern);
  const of = (n: number) => tokens[n] as Tokens;
  const renew = async (n: number) => {
    const answer = await assistant.refresh(of(n).refresh);
    if (answer.status === 200) tokens[n] = tokensOf(answer);
    return answer;
  };

  it('puts off what waits for a lock that stays, answers calls, tells the operator, and goes on afterwards', async () => {
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query('BEGIN; SELECT 1 FROM grants FOR UPDATE');
    const [refreshed, called] = await Promise.all([renew(0), assistant.properties(of(1).access)]);
    await other.query('ROLLBACK');
    await other.end();
    assert.deepEqual([refreshed.status, refreshed.retryAfter], [503, '5']);
    assert.equal(called.status, 200, 'that it was used could not be noted, which is no reason to fail');
    await reads(/"level":50.*statement timeout.*the database failed/);
    await reads(/"level":40.*the use of a permission could not be noted/);
    assert.equal((await renew(0)).status, 200);
  });

  it('puts everybody off while the server is gone, and needs no restart when it is back', async () => {
    const { pid } = stage.bridge();
    const answers: Answer[] = [];
    let isOver = false;
    const live = async (n: number) => {
      while (!isOver) answers.push(await renew(n), await assistant.profile(of(n).access));
    };
    const traffic = PEOPLE.map((_, n) => live(n));
    await postgres.stop();
    assert.deepEqual([await statusOf('/ready'), await statusOf('/health')], [503, 200]);
    for (const path of ['/mcp', '/actions/list_properties', '/register', '/authorize?client_id=x'])
      await checkPutOff(path);
    assert.deepEqual([(await renew(0)).status, (await assistant.revoke(of(0).refresh)).status], [503, 503]);
    await postgres.start();
    isOver = true;
    await Promise.all(traffic);

    const odd = answers.filter(({ status, retryAfter }) => status !== 200 && (status !== 503 || retryAfter === null));
    assert.deepEqual(odd, []);
    assert.ok(
      answers.some(({ status }) => status === 503),
      'somebody was put off',
    );
    await reads(/"level":50.*(terminating connection|ECONNREFUSED).*the database failed/);
    assert.equal(await statusOf('/ready'), 200);
    for (const n of PEOPLE.keys()) {
      assert.equal((await renew(n)).status, 200);
      assert.equal((await assistant.properties(of(n).access)).status, 200);
    }
    assert.equal(stage.bridge().pid, pid);
    assert.doesNotThrow(() => process.kill(pid, 0), 'the same process');
  });

  const checkPutOff = async (path: string) => {
    const isPage = path.startsWith('/authorize');
    const headers = { authorization: `Bearer ${of(0).access}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ redirect_uris: [CALLBACK] });
    const init = isPage ? { headers: { accept: 'text/html' } } : { method: 'POST', headers, body };
    const answer = await fetch(`${stage.bridgeUrl}${path}`, init);
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5'], path);
    assert.doesNotMatch(await answer.text(), /ECONNREFUSED|127\.0\.0\.1:\d|\.ts:\d/, path);
  };
});
