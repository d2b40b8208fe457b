/**
 * The operator's commands beside a running bridge, as real processes on one database: who is connected, ending that, and
 * the audit trail.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBrowser } from '../../src/demo/browser.ts';
import { answerPages } from '../../src/demo/person.ts';
import { type Credentials, openStage, type Stage } from '../../src/demo/stage.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-operator/oauth/callback';

describe('the operator, beside a running bridge', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage?.close());

  const json = async (...args: string[]) => JSON.parse(await stage.command([...args, '--json']));

  const connect = async (client: Credentials): Promise<string> => {
    const query = { response_type: 'code', client_id: client.clientId, redirect_uri: CALLBACK, state: 's' };
    const browser = createBrowser();
    const start = await browser.open(`${stage.bridgeUrl}/authorize?${new URLSearchParams(query)}`);
    const back = await answerPages(browser, start, { account: 'ada@example.com' });
    const answer = await fetch(`${stage.bridgeUrl}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code') ?? '',
        redirect_uri: CALLBACK,
        client_id: client.clientId,
        client_secret: client.clientSecret,
      }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const profile = async (token: string): Promise<number> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    return (await fetch(`${stage.bridgeUrl}/actions/get_profile`, { method: 'POST', headers, body: '{}' })).status;
  };
  const linksAtGoogle = async (): Promise<number> => {
    const answer = await fetch(`${stage.sandboxUrl}/sandbox/links`);
    return ((await answer.json()) as { links: unknown[] }).links.length;
  };

  it('sees who is connected, ends one grant, then all, and finds out afterwards what happened', async () => {
    const one = await stage.addClient({ name: 'One \u001b[31mGPT', redirectUri: CALLBACK });
    const two = await stage.addClient({ name: 'Two', redirectUri: CALLBACK });
    const tokens = [await connect(one), await connect(two)] as const;
    assert.equal(await profile(tokens[0]), 200);

    const [connection, ...others] = await json('connections', 'list');
    assert.deepEqual(others, []);
    assert.equal(connection.email, 'ada@example.com');
    assert.equal(connection.grants.length, 2);
    const shown = await stage.command(['connections', 'show', 'ADA@example.com']);
    assert.match(shown, /connection id +\S+\nstate +alive/);

    const listed = await stage.command(['grants', 'list']);
    assert.ok(!listed.includes('\u001b[31mGPT'), 'a name cannot steer the terminal');
    const [grant] = await json('grants', 'list', '--client', one.clientId);
    assert.equal(grant.client_name, 'One \u001b[31mGPT');
    assert.ok(grant.first_used !== null);

    assert.match(await stage.command(['grants', 'revoke', '--', grant.grant_id]), /link at Google stays/);
    assert.deepEqual([await profile(tokens[0]), await profile(tokens[1])], [401, 200]);
    assert.equal(await linksAtGoogle(), 1);

    const revoked = await json('connections', 'revoke', 'ada@example.com');
    assert.deepEqual(revoked, { connection_id: connection.connection_id, grants: 1, google: 'ended' });
    assert.equal(await profile(tokens[1]), 401);
    assert.equal(await linksAtGoogle(), 0);
    assert.match(await stage.command(['connections', 'list']), /Nobody is connected/);

    const { events } = await json('events', '--user', 'ada@example.com');
    const last = events.at(-1);
    assert.deepEqual([last.step, last.outcome], ['connection', 'ended'], 'found though the connection is gone');
    const { meaning } = await json('events', '--ref', grant.reference);
    assert.match(meaning.join(' '), /operator ended it/);
    const told = await stage.command(['events', '--ref', grant.reference.toLowerCase()]);
    assert.match(told, /authorize started +the assistant sent a person here/);
    assert.match(told, /→ An operator ended it/);
  });

  it('ends the link at Google with a client that is removed, when that was the last', async () => {
    const client = await stage.addClient({ name: 'Gone soon', redirectUri: CALLBACK });
    await connect(client);
    assert.equal(await linksAtGoogle(), 1);
    await stage.command(['clients', 'remove', '--', client.clientId]);
    assert.equal(await linksAtGoogle(), 0);
  });

  for (const [what, args, sentence] of [
    ['nobody', ['connections', 'revoke', 'nobody@example.org'], /Nobody is connected as "nobody@example\.org"/],
    ['no grant', ['grants', 'revoke', 'x'], /No grant has the id "x"\. List them with/],
    ['no reference', ['events', '--ref', 'K7PM-3QX0'], /is no reference/],
    ['no time', ['events', '--since', 'yesterday'], /such as 30m, 24h or 7d/],
    ['a stranger', ['events', '--user', 'stranger@example.org'], /Nothing is known here of "stranger@example\.org"/],
  ] as const) {
    it(`is told in one sentence what to do about ${what}`, () => assert.rejects(stage.command(args), sentence));
  }
});
