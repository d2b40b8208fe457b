/** Four bridges on one PostgreSQL, each request at another one: what one does is true at all of them at once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-replicas/oauth/callback';

describe('four replicas on one PostgreSQL', () => {
  let replicas: Replicas;
  let assistant: Assistant;
  let each: Assistant[];
  let tokens: Tokens;
  before(async () => {
    replicas = await startReplicas(4);
    const client = await replicas.addClient({ name: 'Replicas GPT', redirectUri: CALLBACK });
    assistant = createAssistant(replicas.url, client, CALLBACK);
    each = replicas.urls.map((url) => createAssistant(url, client, CALLBACK));
    tokens = await assistant.connect('ada@example.com');
  });
  after(() => replicas.close());

  const refreshesAtGoogle = async () => {
    const answer = await fetch(`${replicas.sandboxUrl}/sandbox/requests`);
    const { requests } = (await answer.json()) as { requests: { grant_type: string | null }[] };
    return requests.filter(({ grant_type }) => grant_type === 'refresh_token').length;
  };

  it('carry one sign-in together, each request at another replica', async () => {
    assert.equal(replicas.proxy.answered.size, 4);
    for (const replica of each) assert.equal((await replica.profile(tokens.access)).status, 200);
  });

  it('answer 64 parallel refreshes over all of them with one pair, which all of them know', async () => {
    const calls = Array.from({ length: 64 }, (_, n) => each[n % each.length]?.refresh(tokens.refresh));
    const answers = await Promise.all(calls);
    assert.deepEqual(new Set(answers.map((answer) => answer?.status)), new Set([200]));
    assert.equal(new Set(answers.map((answer) => answer?.body.refresh_token)).size, 1);
    tokens = tokensOf(answers[0] ?? { body: {} });
    for (const replica of each) assert.equal((await replica.profile(tokens.access)).status, 200);
  });

  it('refresh once at Google for all who ask all of them at the same moment', async () => {
    await fetch(`${replicas.sandboxUrl}/sandbox/expire`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ person: 'ada@example.com', what: 'access' }),
    });
    const before = await refreshesAtGoogle();
    const calls = await Promise.all(each.flatMap((one) => [1, 2, 3, 4].map(() => one.properties(tokens.access))));
    assert.deepEqual(new Set(calls.map(({ status }) => status)), new Set([200]));
    assert.equal((await refreshesAtGoogle()) - before, 1);
  });

  it('redeem a code once, whichever of them is asked at the same moment', async () => {
    const code = await assistant.code('grace@example.com');
    const answers = await Promise.all(each.map((replica) => replica.redeem(code)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });

  it('all refuse at once what was revoked at one of them', async () => {
    const [first, ...others] = each;
    await first?.revoke(tokens.refresh);
    for (const replica of others) {
      assert.equal((await replica.profile(tokens.access)).status, 401);
      assert.equal((await replica.refresh(tokens.refresh)).body.error, 'invalid_grant');
    }
  });

  it('have nothing to say to the operator about all that', () => {
    assert.deepEqual(replicas.errors(), []);
  });
});
