/** POST /introspect (RFC 7662), from outside. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BRIDGE, connect, createWorld, refresh, type TestClient, type Tokens, type World } from '../support/world.ts';

describe('a client that asks about a token (RFC 7662)', () => {
  let world: World;
  let client: TestClient;
  let other: TestClient;
  let tokens: Tokens;
  before(async () => {
    world = await createWorld();
    client = await world.client();
    other = await world.client({ name: 'Other' });
    tokens = await connect(world, client);
  });
  after(() => world.close());

  const ask = async (
    token: string | undefined,
    { clientId, secret }: Pick<TestClient, 'clientId' | 'secret'> = client,
  ) => {
    const fields = { client_id: clientId, client_secret: secret, ...(token !== undefined && { token }) };
    const answer = await world.request('/introspect', { method: 'POST', body: new URLSearchParams(fields) });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
  };

  it('is told all about an access token of its own', async () => {
    const { status, headers, body } = await ask(tokens.accessToken);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    const seconds = world.now() / 1000;
    assert.deepEqual(body, {
      active: true,
      scope: 'analytics.readonly offline_access',
      token_type: 'Bearer',
      exp: seconds + 3720,
      iat: seconds,
      client_id: client.clientId,
      sub: '108000000000000000001',
      username: 'ada@example.com',
      aud: `${BRIDGE}/mcp`,
      iss: BRIDGE,
    });
  });

  it('is told about its current refresh token, and not about one that was replaced', async () => {
    const asked = await ask(tokens.refreshToken);
    assert.equal(asked.body.active, true);
    assert.equal('token_type' in asked.body, false);
    const next = await refresh(world, client, tokens.refreshToken);
    assert.deepEqual((await ask(tokens.refreshToken)).body, { active: false });
    assert.equal((await ask(String(next.body.refresh_token))).body.active, true);
  });

  it('names the narrower scope of a token that has one', async () => {
    const fresh = await connect(world, client);
    const narrow = await refresh(world, client, fresh.refreshToken, { scope: 'analytics.readonly' });
    assert.equal((await ask(String(narrow.body.access_token))).body.scope, 'analytics.readonly');
  });

  it('learns nothing of another client’s token, nor of one that never was', async () => {
    for (const token of [tokens.accessToken, `${tokens.accessToken.slice(0, -1)}!`, 'ya29.google', 'x'.repeat(10_000)])
      assert.deepEqual((await ask(token, other)).body, { active: false });
    assert.deepEqual((await ask(`${tokens.accessToken.slice(0, 30)}${'A'.repeat(43)}`)).body, { active: false });
  });

  it('is refused without proof of itself, and without a token to ask about', async () => {
    assert.equal((await ask(tokens.accessToken, { ...client, secret: 'wrong' })).status, 401);
    assert.equal((await ask(undefined)).body.error, 'invalid_request');
    const registered = await world.request('/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['http://localhost:3333/callback'],
        token_endpoint_auth_method: 'none',
        client_name: 'Native',
      }),
    });
    const { client_id } = (await registered.json()) as { client_id: string };
    const body = new URLSearchParams({ client_id, token: tokens.accessToken });
    const answer = await world.request('/introspect', { method: 'POST', body });
    assert.equal(answer.status, 401);
    assert.equal(((await answer.json()) as { error: string }).error, 'invalid_client');
  });

  it('is told of a token that has expired or was given back that it is not active', async () => {
    const fresh = await connect(world, client);
    world.advance(3_721_000);
    assert.deepEqual((await ask(fresh.accessToken)).body, { active: false });
    assert.equal((await ask(fresh.refreshToken)).body.active, true);
    const fields = { client_id: client.clientId, client_secret: client.secret, token: fresh.refreshToken };
    await world.request('/revoke', { method: 'POST', body: new URLSearchParams(fields) });
    assert.deepEqual((await ask(fresh.refreshToken)).body, { active: false });
  });

  it('finds the endpoint in the metadata, with the methods that prove something', async () => {
    const answer = await world.request('/.well-known/oauth-authorization-server');
    const metadata = (await answer.json()) as Record<string, unknown>;
    assert.equal(metadata.introspection_endpoint, `${BRIDGE}/introspect`);
    const methods = metadata.introspection_endpoint_auth_methods_supported as string[];
    assert.ok(methods.includes('client_secret_basic') && !methods.includes('none'));
  });
});
