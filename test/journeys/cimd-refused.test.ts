/** Documents that lie, hosts that fail, and what the operator lets in. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CHATGPT_DOCUMENT,
  CLAUDE_CODE_DOCUMENT,
  openConsent,
  publish,
  redeemAs,
  refreshAs,
} from '../support/document-client.ts';
import { BRIDGE, createWorld, postToken, type TestClient, type World } from '../support/world.ts';

const DAY_MS = 24 * 3600_000;

describe('a document that lies or is not to be had', () => {
  const ID = 'https://evil.test/client.json';
  const client: TestClient = { clientId: ID, secret: '', redirectUri: 'https://evil.test/cb' };
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const answers = async (published: Parameters<World['internet']['set']>[1] | undefined) => {
    world.advance(60_000);
    if (published === undefined) world.internet.delete(ID);
    else world.internet.set(ID, published);
    const page = await openConsent(world, client);
    const token = await postToken(world, { grant_type: 'authorization_code', code: 'x', client_id: ID });
    assert.equal(page.url.origin, BRIDGE, 'nobody is redirected anywhere');
    return { page, token };
  };

  it('ends at a page that says whose fault it is, and at the token endpoint as an unknown client', async () => {
    const good = { client_id: ID, client_name: 'Evil', redirect_uris: ['https://evil.test/cb'] };
    const lies = [
      { ...good, client_id: CHATGPT_DOCUMENT.client_id },
      CHATGPT_DOCUMENT,
      { ...good, redirect_uris: ['https://evil.test/cb', 'javascript:alert(1)'] },
      { ...good, token_endpoint_auth_method: 'client_secret_post' },
      { ...good, client_secret: 's' },
      { ...good, jwks_uri: 'https://169.254.169.254/latest' },
      [good],
      null,
    ];
    for (const document of lies) {
      const { page, token } = await answers({ document });
      assert.equal(page.status, 400, JSON.stringify(document));
      assert.match(page.html, /doesn’t describe itself correctly/);
      assert.equal(token.status, 401);
      assert.equal(token.body.error, 'invalid_client');
    }
    assert.equal((await answers({ document: good })).page.status, 200);
  });

  it('follows no redirect to the real document', async () => {
    world.advance(8 * DAY_MS);
    const headers = { location: CHATGPT_DOCUMENT.client_id };
    const { page } = await answers({ document: '', status: 302, headers });
    assert.equal(page.status, 400);
    assert.doesNotMatch(world.visited.join(' '), /chatgpt/);
  });

  it('ends at a page that calls it away while its host fails, with no fault of this server', async () => {
    const failures = [
      { document: 'x', status: 503 },
      { document: '<html>', headers: { 'content-type': 'text/html' } },
    ];
    world.advance(8 * DAY_MS);
    for (const failure of [...failures, undefined]) {
      const { page, token } = await answers(failure);
      assert.equal(page.status, 400);
      assert.match(page.html, /can’t be checked right now/);
      assert.equal(token.status, 401);
      assert.equal(token.body.error, 'invalid_client');
    }
  });

  it('is called away at the token endpoint, not unknown, when somebody is connected through it', async () => {
    const document = { client_id: 'https://b.example/c', client_name: 'B', redirect_uris: ['https://b.example/cb'] };
    const app = publish(world, document);
    const { body } = await redeemAs(world, app, { client_id: app.clientId });
    world.internet.clear();
    world.advance(30 * DAY_MS);
    const { status, body: refusal, headers } = await refreshAs(world, body.refresh_token, { client_id: app.clientId });
    assert.equal(status, 503);
    assert.equal(refusal.error, 'temporarily_unavailable');
    assert.ok(headers.get('retry-after'));
  });

  it('does not end a connection while its host fails for days', async () => {
    const document = {
      client_id: 'https://app.example/c',
      client_name: 'A',
      redirect_uris: ['https://app.example/cb'],
    };
    const app = publish(world, document);
    const { body } = await redeemAs(world, app, { client_id: app.clientId });
    world.internet.clear();
    world.advance(6 * DAY_MS);
    assert.equal((await refreshAs(world, body.refresh_token, { client_id: app.clientId })).status, 200);
  });

  it('asks nobody for an id that is no URL of the public internet', async () => {
    world.visited.length = 0;
    for (const id of [
      'https://127.0.0.1/c',
      'https://user@app.example/c',
      'https://app.example/a/../c',
      'https://app.example',
    ]) {
      const page = await openConsent(world, { ...client, clientId: id });
      assert.equal(page.status, 400);
      assert.match(page.html, /doesn’t know the app/);
    }
    assert.deepEqual(world.visited, []);
  });
});

describe('the operator’s word on client documents', () => {
  it('switches them off, and says so in the metadata', async () => {
    const world = await createWorld({ environment: { CIMD: 'off' } });
    const client = publish(world, CHATGPT_DOCUMENT);
    assert.match((await openConsent(world, client)).html, /doesn’t know the app/);
    const metadata = await (await world.request('/.well-known/oauth-authorization-server')).text();
    assert.doesNotMatch(metadata, /client_id_metadata_document|private_key_jwt|signing_alg/);
    assert.deepEqual(world.visited, []);
    await world.close();
  });

  it('lets certain hosts in and no others', async () => {
    const world = await createWorld({ environment: { CIMD: 'chatgpt.com' } });
    assert.equal((await openConsent(world, publish(world, CHATGPT_DOCUMENT))).status, 200);
    const other = publish(world, CLAUDE_CODE_DOCUMENT);
    assert.match((await openConsent(world, other)).html, /doesn’t know the app/);
    assert.deepEqual(world.visited, [CHATGPT_DOCUMENT.client_id]);
    await world.close();
  });
});
