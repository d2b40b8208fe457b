/** What happens to tokens after the first pair: refreshed, lost, raced, stolen, revoked. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  callTool,
  connect,
  createWorld,
  postToken,
  refresh,
  signIn,
  type TestClient,
  type World,
} from '../support/world.ts';

const WINDOW_MS = 120_000;

function tokenRequestsTo(world: World, grantType: string): number {
  return world.sent.filter(
    ({ url, body }) => url.endsWith('/token') && (body?.includes(`grant_type=${grantType}`) ?? false),
  ).length;
}

async function registerPublic(world: World): Promise<TestClient> {
  const redirectUri = 'https://claude.ai/api/mcp/auth_callback';
  const answer = await world.request('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', client_name: 'Public' }),
  });
  return { clientId: ((await answer.json()) as { client_id: string }).client_id, secret: '', redirectUri };
}

describe('POST /token with a refresh token (RFC 6749 6)', () => {
  let world: World;
  let client: TestClient;
  before(async () => {
    world = await createWorld();
    client = await world.client();
  });
  after(() => world.close());

  it('gives a new pair, and the new access token opens the door', async () => {
    const { refreshToken } = await connect(world, client);
    const { status, body } = await refresh(world, client, refreshToken);
    assert.equal(status, 200);
    assert.notEqual(body.refresh_token, refreshToken);
    assert.equal((await callTool(world, 'get_profile', String(body.access_token))).status, 200);
  });

  it('keeps the access token of the round before alive until it expires', async () => {
    const { accessToken, refreshToken } = await connect(world, client);
    await refresh(world, client, refreshToken);
    assert.equal((await callTool(world, 'get_profile', accessToken)).status, 200);
  });

  it('gives 64 racing refreshes one and the same pair, without a word to Google', async () => {
    const { refreshToken } = await connect(world, client);
    const before = tokenRequestsTo(world, 'refresh_token');
    const answers = await Promise.all(Array.from({ length: 64 }, () => refresh(world, client, refreshToken)));
    assert.equal(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size, 1);
    assert.equal(tokenRequestsTo(world, 'refresh_token'), before);
  });

  it('gives a lost answer again, word for word, inside the replay window', async () => {
    const { refreshToken } = await connect(world, client);
    const first = await refresh(world, client, refreshToken);
    world.advance(WINDOW_MS - 1000);
    const again = await refresh(world, client, refreshToken);
    assert.deepEqual(again.body, first.body);
    assert.equal((await callTool(world, 'get_profile', String(again.body.access_token))).status, 200);
  });

  it('answers a token of two rounds ago with the newest pair inside the window', async () => {
    const { refreshToken } = await connect(world, client);
    const first = await refresh(world, client, refreshToken);
    const second = await refresh(world, client, String(first.body.refresh_token));
    world.advance(68_000);
    assert.deepEqual((await refresh(world, client, refreshToken)).body, second.body);
  });

  it('gives a lost answer at most ten times', async () => {
    const { refreshToken } = await connect(world, client);
    await refresh(world, client, refreshToken);
    for (let replay = 0; replay < 10; replay += 1) {
      world.advance(1000);
      assert.equal((await refresh(world, client, refreshToken)).status, 200);
    }
    world.advance(1000);
    assert.equal((await refresh(world, client, refreshToken)).body.error, 'invalid_grant');
  });

  it('keeps the promised lifetime of an access token that was given again late', async () => {
    const { refreshToken } = await connect(world, client);
    await refresh(world, client, refreshToken);
    world.advance(WINDOW_MS - 1000);
    const { body } = await refresh(world, client, refreshToken);
    world.advance(Number(body.expires_in) * 1000 - 1000);
    assert.equal((await callTool(world, 'get_profile', String(body.access_token))).status, 200);
    world.advance(WINDOW_MS);
    assert.equal((await callTool(world, 'get_profile', String(body.access_token))).status, 401);
  });

  it('refuses a stale token of a confidential client after the window and leaves its grant alone', async () => {
    const { refreshToken } = await connect(world, client);
    const { body } = await refresh(world, client, refreshToken);
    world.advance(WINDOW_MS);
    assert.equal((await refresh(world, client, refreshToken)).body.error, 'invalid_grant');
    assert.equal((await refresh(world, client, String(body.refresh_token))).status, 200);
  });

  it('revokes the grant of a public client when a stale token comes back after the window', async () => {
    const native = await registerPublic(world);
    const parameters = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
    const code = (await signIn(world, native, { parameters })).get('code') ?? '';
    const base = { client_id: native.clientId, redirect_uri: native.redirectUri };
    const first = await postToken(world, {
      ...base,
      grant_type: 'authorization_code',
      code,
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    });
    const old = String(first.body.refresh_token);
    const second = await postToken(world, { ...base, grant_type: 'refresh_token', refresh_token: old });
    world.advance(WINDOW_MS);
    assert.equal(
      (await postToken(world, { ...base, grant_type: 'refresh_token', refresh_token: old })).body.error,
      'invalid_grant',
    );
    const newest = String(second.body.refresh_token);
    assert.equal(
      (await postToken(world, { ...base, grant_type: 'refresh_token', refresh_token: newest })).body.error,
      'invalid_grant',
    );
    assert.equal((await callTool(world, 'get_profile', String(second.body.access_token))).status, 401);
  });

  it('leaves the grant alone when a made-up secret is shown with a real grant id', async () => {
    const { refreshToken } = await connect(world, client);
    const forged = `${refreshToken.slice(0, -4)}AAAA`;
    assert.equal((await refresh(world, client, forged)).body.error, 'invalid_grant');
    assert.equal((await refresh(world, client, refreshToken)).status, 200);
  });

  it('refuses the refresh token of another client and leaves it working', async () => {
    const other = await world.client({ name: 'Other' });
    const { refreshToken } = await connect(world, client);
    assert.equal((await refresh(world, other, refreshToken)).body.error, 'invalid_grant');
    assert.equal((await refresh(world, client, refreshToken)).status, 200);
  });

  it('checks scope and resource before anything is consumed', async () => {
    const { refreshToken } = await connect(world, client);
    assert.equal(
      (await refresh(world, client, refreshToken, { scope: 'calendar.events' })).body.error,
      'invalid_scope',
    );
    assert.equal(
      (await refresh(world, client, refreshToken, { resource: 'https://other.example' })).body.error,
      'invalid_target',
    );
    const { status, body } = await refresh(world, client, refreshToken);
    assert.equal(status, 200);
    assert.equal(body.scope, 'analytics.readonly offline_access');
  });

  it('works through a second secret form: Basic instead of the body', async () => {
    const { refreshToken } = await connect(world, client);
    const basic = Buffer.from(`${client.clientId}:${client.secret}`).toString('base64');
    const answer = await postToken(
      world,
      { grant_type: 'refresh_token', refresh_token: refreshToken },
      { authorization: `Basic ${basic}` },
    );
    assert.equal(answer.status, 200);
  });

  it('refuses both forms of a secret at once', async () => {
    const basic = Buffer.from(`${client.clientId}:${client.secret}`).toString('base64');
    const fields = {
      grant_type: 'refresh_token',
      refresh_token: 'x',
      client_id: client.clientId,
      client_secret: client.secret,
    };
    assert.equal((await postToken(world, fields, { authorization: `Basic ${basic}` })).body.error, 'invalid_request');
  });

  it('answers an unknown client and a wrong secret alike with 401 invalid_client', async () => {
    const unknown = await refresh(world, { ...client, clientId: 'nobody' }, 'x');
    const wrong = await refresh(world, { ...client, secret: 'wrong' }, 'x');
    assert.equal(unknown.status, 401);
    assert.deepEqual(unknown.body, wrong.body);
    assert.equal(wrong.body.error, 'invalid_client');
  });

  it('lives on for half a year of use, and ends half a year after the last', async () => {
    const started = await createWorld();
    const gpt = await started.client();
    let { refreshToken } = await connect(started, gpt);
    for (let month = 0; month < 8; month += 1) {
      started.advance(100 * 86_400_000);
      const { status, body } = await refresh(started, gpt, refreshToken);
      assert.equal(status, 200);
      refreshToken = String(body.refresh_token);
    }
    started.advance(181 * 86_400_000);
    assert.equal((await refresh(started, gpt, refreshToken)).body.error, 'invalid_grant');
    await started.close();
  });
});

describe("Google's token behind a grant", () => {
  it('is refreshed once for many callers, and never when it is still good', async () => {
    const world = await createWorld();
    const client = await world.client();
    const first = await connect(world, client);
    await callTool(world, 'list_properties', first.accessToken);
    assert.equal(tokenRequestsTo(world, 'refresh_token'), 0);
    world.advance(3599_000);
    const { body } = await refresh(world, client, first.refreshToken);
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => callTool(world, 'list_properties', String(body.access_token))),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(tokenRequestsTo(world, 'refresh_token'), 1);
    await world.close();
  });

  it('is asked for again when Google refuses it early, once, and the question is answered', async () => {
    const world = await createWorld();
    const client = await world.client();
    const { accessToken } = await connect(world, client);
    await world.sandbox.fetch(
      new Request('http://127.0.0.1:4400/sandbox/expire', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ person: 'ada@example.com', what: 'access' }),
      }),
    );
    assert.equal((await callTool(world, 'list_properties', accessToken)).status, 200);
    assert.equal(tokenRequestsTo(world, 'refresh_token'), 1);
    await world.close();
  });

  it('survives an outage of Google: 503 meanwhile, everything works afterwards', async () => {
    const world = await createWorld();
    const client = await world.client();
    const { refreshToken } = await connect(world, client);
    world.advance(3599_000);
    const { status, body } = await refresh(world, client, refreshToken);
    assert.equal(status, 200, 'our own refresh needs no Google');
    world.cutNetwork(true);
    const during = await callTool(world, 'list_properties', String(body.access_token));
    assert.equal(during.status, 503);
    assert.ok(Number(during.headers.get('retry-after')) > 0);
    world.cutNetwork(false);
    assert.equal((await callTool(world, 'list_properties', String(body.access_token))).status, 200);
    await world.close();
  });

  it('turns a link that Google ended into a challenge to connect again, and connecting again heals it', async () => {
    const world = await createWorld();
    const client = await world.client();
    const { accessToken, refreshToken } = await connect(world, client);
    await world.sandbox.fetch(
      new Request('http://127.0.0.1:4400/sandbox/expire', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ person: 'ada@example.com', what: 'refresh' }),
      }),
    );
    world.advance(3599_000);
    const refused = await callTool(world, 'list_properties', accessToken);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('www-authenticate') ?? '', /resource_metadata=/);
    assert.equal((await refresh(world, client, refreshToken)).body.error, 'invalid_grant');
    const healed = await connect(world, client);
    assert.equal((await callTool(world, 'list_properties', healed.accessToken)).status, 200);
    await world.close();
  });

  it('no longer opens for a person who was taken off ALLOWED_ACCOUNTS', async () => {
    const world = await createWorld({ environment: { ALLOWED_ACCOUNTS: 'ada@example.com' } });
    const client = await world.client();
    const { accessToken, refreshToken } = await connect(world, client);
    const stricter = await createWorld({ store: world.store, environment: { ALLOWED_ACCOUNTS: '@example.org' } });
    assert.equal((await callTool(stricter, 'get_profile', accessToken)).status, 401);
    assert.equal((await refresh(stricter, client, refreshToken)).body.error, 'invalid_grant');
    await world.close();
  });
});

describe('POST /revoke (RFC 7009)', () => {
  it("ends the grant with either token, and Google's link only with the last grant", async () => {
    const world = await createWorld();
    const [one, two] = [await world.client({ name: 'One' }), await world.client({ name: 'Two' })];
    const first = await connect(world, one);
    const second = await connect(world, two);
    const revoke = async (client: TestClient, token: string) => {
      const body = new URLSearchParams({ token, client_id: client.clientId, client_secret: client.secret }).toString();
      const answer = await world.request('/revoke', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      assert.equal(answer.status, 200);
      assert.deepEqual(await answer.json(), {});
    };
    const revokedAtGoogle = () => world.sent.filter(({ url }) => url.endsWith('/revoke')).length;
    await revoke(two, first.accessToken);
    assert.equal(
      (await callTool(world, 'get_profile', first.accessToken)).status,
      200,
      "another client's token is left alone",
    );
    await revoke(one, first.accessToken);
    assert.equal((await callTool(world, 'get_profile', first.accessToken)).status, 401);
    assert.equal(revokedAtGoogle(), 0);
    assert.equal((await callTool(world, 'list_properties', second.accessToken)).status, 200);
    await revoke(two, second.refreshToken);
    assert.equal(revokedAtGoogle(), 1);
    assert.equal((await world.store.connections.list()).length, 0);
    await revoke(two, 'unknown');
    await world.close();
  });
});
