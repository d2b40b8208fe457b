/** Keys are changed beside a running bridge, as an operator does it, and nobody is signed out. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { searchFolder } from '../support/search-bytes.ts';
import { secretsPassed } from '../support/secrets-passed.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-keys/oauth/callback';

interface Use {
  kid: string;
  active: boolean;
  here: boolean;
  connections: number;
  recent_refreshes: number;
}

describe('an operator who changes the keys of a running bridge', () => {
  let stage: Stage;
  let assistant: Assistant;
  let tokens: Tokens;
  let first: string;
  const keyFile = () => join(stage.folder, 'bridge.keys');
  const keys = async <Answer>(...args: string[]) =>
    JSON.parse(await stage.command(['keys', ...args, '--json'], { REFRESH_REPLAY_WINDOW: '0' })) as Answer;
  const uses = () => keys<Use[]>('list');
  const fails = (args: string[], pattern: RegExp, env?: Record<string, string>) =>
    assert.rejects(stage.command(args, env), pattern);

  before(async () => {
    stage = await openStage();
    const client = await stage.addClient({ name: 'Keys GPT', redirectUri: CALLBACK });
    assistant = createAssistant(stage.bridgeUrl, client, CALLBACK);
    tokens = await assistant.connect('ada@example.com');
    first = (await uses())[0]?.kid ?? '';
  });
  after(() => stage.close());

  it('sees each key with what needs it', async () => {
    assert.deepEqual(await uses(), [{ kid: first, active: true, here: true, connections: 1, recent_refreshes: 0 }]);
  });

  it('rotates: the bridge seals with the new key without a restart, and opens what the old one sealed', async () => {
    const { active } = await keys<{ active: string }>('rotate');
    assert.notEqual(active, first);
    assert.equal(statSync(keyFile()).mode & 0o777, 0o600);
    assert.equal((await assistant.profile(tokens.access)).status, 200);
    tokens = tokensOf(await assistant.refresh(tokens.refresh));
    assert.ok(tokens.refresh);
    const [now, old] = await uses();
    assert.deepEqual([now?.kid, now?.active, now?.connections], [active, true, 0]);
    assert.deepEqual([old?.kid, old?.active, old?.connections], [first, false, 1]);
  });

  it('may not remove a key while it is needed, nor the one that seals, nor one that is not there', async () => {
    const [active] = await uses();
    await fails(['keys', 'remove', first], /One connection is still sealed .* keys reseal/);
    await fails(['keys', 'remove', active?.kid ?? ''], /keys rotate/);
    await fails(['keys', 'remove', 'k9'], /keys list/);
  });

  it('sees a connection leave the old key behind at its next refresh at Google', async () => {
    await fetch(`${stage.sandboxUrl}/sandbox/expire`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ person: 'ada@example.com', what: 'access' }),
    });
    assert.equal((await assistant.properties(tokens.access)).status, 200);
    const [active, old] = await uses();
    assert.deepEqual([active?.connections, old?.connections], [1, 0]);
  });

  it('rotates again and seals everything anew at once, and then the old keys can go', async () => {
    const { active, reseal } = await keys<{ active: string; reseal: object }>('rotate', '--reseal');
    assert.deepEqual(reseal, { looked: 1, resealed: 1, unreadable: 0 });
    tokens = tokensOf(await assistant.refresh(tokens.refresh));
    for (const { kid } of (await uses()).slice(1)) await keys('remove', kid);
    assert.deepEqual(
      (await uses()).map(({ kid, connections }) => [kid, connections]),
      [[active, 1]],
    );
    await stage.restartBridge();
    assert.equal((await assistant.properties(tokens.access)).status, 200);
    tokens = tokensOf(await assistant.refresh(tokens.refresh));
    assert.equal((await assistant.profile(tokens.access)).status, 200);
  });

  it('is told the new SECRET_KEYS when keys come from the environment, and nothing is changed', async () => {
    const before = readFileSync(keyFile(), 'utf8');
    const exported = await keys<{ secret_keys: string }>('export');
    const env = { SECRET_KEYS: exported.secret_keys };
    const printed = await stage.command(['keys', 'rotate'], env);
    const [sealing = '', known = ''] = [...printed.matchAll(/SECRET_KEYS=(\S+)/g)].map(([, value = '']) => value);
    assert.equal(known.split(',')[0], exported.secret_keys);
    assert.equal(sealing.split(',')[1], exported.secret_keys);
    assert.equal(sealing.split(',')[0], known.split(',')[1]);
    assert.equal(readFileSync(keyFile(), 'utf8'), before);
    await fails(['keys', 'rotate', '--reseal'], /do not know the new key yet/, env);
  });

  it('starts a bridge with wrong keys and is told so in one sentence, with exit code 78', async () => {
    await stage.bridge().stop();
    const right = readFileSync(keyFile(), 'utf8');
    const kid = right.split(':')[0];
    for (const [wrong, words] of [
      [`other:${'A'.repeat(43)}\n`, new RegExp(`SECRET_KEYS: got the keys other; wanted ${kid} as well`)],
      [`${kid}:${'A'.repeat(43)}\n`, new RegExp(`another key by the name of ${kid}`)],
    ] as const) {
      writeFileSync(keyFile(), wrong);
      const start = stage.command(['serve']);
      await assert.rejects(start, (error: Error) => words.test(error.message) && /exit code 78/.test(error.message));
    }
    writeFileSync(keyFile(), right);
    await stage.restartBridge();
    assert.equal((await assistant.profile(tokens.access)).status, 200);
  });

  it('left no secret in the files of the database', async () => {
    assert.ok(secretsPassed().size > 5);
    assert.deepEqual(await searchFolder(stage.folder, secretsPassed()), []);
  });
});
