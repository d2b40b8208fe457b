/** Relay mode: Google's own codes and tokens, passed through, and what they open. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  callMcp,
  callTool,
  connect,
  createBrowser,
  createWorld,
  GOOGLE,
  passGoogle,
  redeem,
  refresh,
  signIn,
  type TestClient,
  type World,
} from '../support/world.ts';

describe('a client in relay mode', () => {
  let world: World;
  let client: TestClient;
  before(async () => {
    world = await createWorld();
    client = await world.client({ name: 'Relay GPT', mode: 'relay' });
  });
  after(() => world.close());

  it("gets Google's own token answer, a refresh token included, every time", async () => {
    for (let round = 0; round < 2; round += 1) {
      const answer = await signIn(world, client);
      assert.equal(answer.get('state'), 'a state');
      const { status, body } = await redeem(world, client, answer.get('code') ?? '');
      assert.equal(status, 200);
      assert.match(String(body.access_token), /^ya29\./);
      assert.match(String(body.refresh_token), /^1\/\//);
      assert.equal(body.expires_in, 3599);
    }
  });

  it('opens /actions with it and never /mcp', async () => {
    const { accessToken } = await connect(world, client);
    assert.equal((await callTool(world, 'list_properties', accessToken)).status, 200);
    assert.equal((await callMcp(world, accessToken, 'tools/list')).status, 401);
  });

  it('leaves no row in the database', async () => {
    await connect(world, client);
    assert.deepEqual(await world.store.connections.list(), []);
    assert.deepEqual(await world.store.grants.list(), []);
  });

  it("refreshes at Google and hands over Google's answer", async () => {
    const { refreshToken } = await connect(world, client);
    const { status, body } = await refresh(world, client, refreshToken);
    assert.equal(status, 200);
    assert.match(String(body.access_token), /^ya29\./);
    assert.equal((await refresh(world, client, '1//nonsense')).body.error, 'invalid_grant');
  });

  it('sends a code once: Google refuses it the second time', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    assert.equal((await redeem(world, client, code)).status, 200);
    const second = await redeem(world, client, code);
    assert.equal(second.status, 400);
    assert.equal(second.body.error, 'invalid_grant');
  });

  it('refuses the code to another client, with another redirect URI, changed, or late', async () => {
    const other = await world.client({ name: 'Other relay', mode: 'relay' });
    const code = (await signIn(world, client)).get('code') ?? '';
    const before = world.sent.length;
    assert.equal((await redeem(world, other, code)).body.error, 'invalid_grant');
    assert.equal(
      (await redeem(world, client, code, { redirect_uri: 'https://evil.example' })).body.error,
      'invalid_grant',
    );
    assert.equal((await redeem(world, client, `${code}A`)).body.error, 'invalid_grant');
    assert.equal((await redeem(world, client, 'ggpt_rc_nonsense')).body.error, 'invalid_grant');
    world.advance(61_000);
    assert.equal((await redeem(world, client, code)).body.error, 'invalid_grant');
    assert.equal(world.sent.length, before, 'Google was not asked');
  });

  it('opens nothing with a token of another Google client', async () => {
    const foreign = await foreignToken(world);
    assert.match(foreign, /^ya29\./);
    assert.equal((await callTool(world, 'list_properties', foreign)).status, 401);
    assert.equal((await callMcp(world, foreign, 'tools/list')).status, 401);
  });

  it("opens nothing with Google's token when no client is in relay mode", async () => {
    const { accessToken } = await connect(world, client);
    const strict = await createWorld();
    assert.equal((await callTool(strict, 'list_properties', accessToken)).status, 401);
    assert.equal(strict.sent.length, 0, 'Google was not even asked');
    await strict.close();
  });

  it('is refused at the next refresh when the person was taken off ALLOWED_ACCOUNTS', async () => {
    const { refreshToken } = await connect(world, client);
    const open = await createWorld({
      store: world.store,
      environment: { ALLOWED_ACCOUNTS: 'ada@example.com' },
      sandbox: world.sandbox,
    });
    assert.equal((await refresh(open, client, refreshToken)).status, 200);
    const closed = await createWorld({
      store: world.store,
      environment: { ALLOWED_ACCOUNTS: '@example.org' },
      sandbox: world.sandbox,
    });
    assert.equal((await refresh(closed, client, refreshToken)).body.error, 'invalid_grant');
  });

  it('answers 503 when Google answers 200 with what is no token answer', async () => {
    const parked = (request: Request) =>
      new URL(request.url).pathname === '/token' && isParked ? new Response('<html>') : world.sandbox.fetch(request);
    let isParked = false;
    const options = { store: world.store, sandbox: world.sandbox, hosts: { [GOOGLE]: parked } };
    const behind = await createWorld({ ...options, environment: { ALLOWED_ACCOUNTS: 'ada@example.com' } });
    const { refreshToken } = await connect(behind, client);
    const code = (await signIn(behind, client)).get('code') ?? '';
    isParked = true;
    for (const answer of [await redeem(behind, client, code), await refresh(behind, client, refreshToken)])
      assert.deepEqual([answer.status, answer.body.error], [503, 'temporarily_unavailable']);
  });

  it("answers 503 when Google cannot be reached, and never a client's fault", async () => {
    const { refreshToken } = await connect(world, client);
    world.cutNetwork(true);
    const answer = await refresh(world, client, refreshToken);
    world.cutNetwork(false);
    assert.equal(answer.status, 503);
    assert.equal(answer.body.error, 'temporarily_unavailable');
    assert.equal(answer.headers.get('retry-after'), '5');
  });
});

/** A token that the sandbox gave to its other OAuth client. */
async function foreignToken(world: World): Promise<string> {
  const redirect = 'http://localhost:9999/google/callback';
  const scope = 'openid email https://www.googleapis.com/auth/analytics.readonly';
  const query = new URLSearchParams({
    client_id: 'other-client',
    redirect_uri: redirect,
    response_type: 'code',
    scope,
    access_type: 'offline',
    state: 's',
  });
  const browser = createBrowser(world);
  const page = await passGoogle(browser, await browser.open(`${GOOGLE}/o/oauth2/v2/auth?${query}`));
  const fields = {
    grant_type: 'authorization_code',
    code: page.url.searchParams.get('code') ?? '',
    redirect_uri: redirect,
    client_id: 'other-client',
    client_secret: 'other-secret',
  };
  const answer = await world.sandbox.fetch(
    new Request(`${GOOGLE}/token`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  );
  return String(((await answer.json()) as { access_token?: string }).access_token);
}
