/** A clock that is put forward or back by hours, while people are connected: nothing is lost, and nothing lives for ever. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHATGPT_DOCUMENT, publish } from '../support/document-client.ts';
import {
  authorizeUrl,
  callTool,
  connect,
  createBrowser,
  createWorld,
  GOOGLE,
  PKCE,
  postToken,
  refresh,
  signIn,
  type TestClient,
  type Tokens,
  type World,
} from '../support/world.ts';

const HOUR = 3_600_000;
const PKCE_PARAMETERS = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };

async function connected(): Promise<{ world: World; client: TestClient; tokens: Tokens }> {
  const world = await createWorld();
  const client = await world.client();
  return { world, client, tokens: await connect(world, client) };
}

async function renew(world: World, client: TestClient, { refreshToken }: Tokens): Promise<Tokens> {
  const { status, body } = await refresh(world, client, refreshToken);
  assert.equal(status, 200, JSON.stringify(body));
  return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token) };
}

async function asks(world: World, { accessToken }: Tokens): Promise<number> {
  return (await callTool(world, 'list_properties', accessToken)).status;
}

describe('a clock that is put forward by six hours', () => {
  it('ends access tokens, which are renewed, and no connection', async () => {
    const { world, client, tokens } = await connected();
    world.advance(6 * HOUR);
    assert.equal(await asks(world, tokens), 401);
    const renewed = await renew(world, client, tokens);
    assert.equal(await asks(world, renewed), 200);
    await world.bridge.sweep(100);
    assert.equal(await asks(world, renewed), 200);
    await world.close();
  });
});

describe('a clock that is put back by six hours', () => {
  it('leaves every token good that was given out meanwhile, and none beyond the end that it was given', async () => {
    const { world, client, tokens } = await connected();
    world.advance(6 * HOUR);
    const ahead = await renew(world, client, tokens);
    world.advance(-6 * HOUR);
    assert.equal(await asks(world, ahead), 200);
    const renewed = await renew(world, client, ahead);
    assert.equal(await asks(world, renewed), 200);
    world.advance(7 * HOUR + 200_000); // ACCESS_TOKEN_TTL and REFRESH_REPLAY_WINDOW after it was issued
    assert.equal(await asks(world, ahead), 401);
    assert.equal(await asks(world, await renew(world, client, renewed)), 200);
    await world.close();
  });

  it('does not let a turn to refresh that was taken meanwhile block the next one', async () => {
    const { world, tokens } = await connected();
    const [connection] = await world.store.connections.list();
    const { id, version } = connection ?? { id: '', version: 0 };
    const ahead = world.now() + 6 * HOUR;
    assert.equal(await world.store.connections.claimRefresh(id, version, ahead, ahead + 20_000), true);
    world.advance(3_550_000); // Google's token has ended; whoever took the turn died with it
    assert.equal(await asks(world, tokens), 200);
    await world.close();
  });

  it('asks Google again for what was remembered, and for another token when the one that seems good is refused', async () => {
    const { world, client, tokens } = await connected();
    world.advance(6 * HOUR);
    const ahead = await renew(world, client, tokens);
    assert.equal(await asks(world, ahead), 200);
    world.advance(-6 * HOUR);
    await world.sandbox.fetch(
      new Request(`${GOOGLE}/sandbox/expire`, {
        method: 'POST',
        body: JSON.stringify({ person: 'ada@example.com', what: 'access' }),
      }),
    );
    const refreshes = () => world.sent.filter(({ body }) => body?.includes('grant_type=refresh_token') === true).length;
    const before = refreshes();
    assert.equal(await asks(world, ahead), 200);
    assert.equal(refreshes() - before, 1);
    await world.close();
  });

  it('gives a retired refresh token its answer ten times and no more, however far back', async () => {
    const { world, client, tokens } = await connected();
    world.advance(6 * HOUR);
    await renew(world, client, tokens);
    world.advance(-6 * HOUR);
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      statuses.push((await refresh(world, client, tokens.refreshToken)).status);
      world.advance(2_000); // later than one burst
    }
    assert.deepEqual(statuses, [...Array(10).fill(200), 400, 400]);
    await world.close();
  });

  it('notices within a minute that Google took back a relayed token, though its word was good hours ahead', async () => {
    const world = await createWorld();
    const client = await world.client({ mode: 'relay' });
    world.advance(6 * HOUR);
    const { accessToken } = await connect(world, client);
    assert.equal((await callTool(world, 'get_profile', accessToken)).status, 200);
    world.advance(-6 * HOUR);
    const body = new URLSearchParams({ token: accessToken }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await world.sandbox.fetch(new Request(`${GOOGLE}/revoke`, { method: 'POST', headers, body }));
    assert.equal((await callTool(world, 'get_profile', accessToken)).status, 401);
    await world.close();
  });

  it('asks again for a client’s document that was not to be had hours ahead', async () => {
    const world = await createWorld();
    const published = publish(world, { ...CHATGPT_DOCUMENT, client_id: 'https://client.example/oauth/client.json' });
    const [found] = [...world.internet];
    world.internet.clear();
    world.advance(6 * HOUR);
    const open = async () => (await createBrowser(world).open(authorizeUrl(published, PKCE_PARAMETERS))).status;
    assert.equal(await open(), 400);
    world.advance(-6 * HOUR);
    if (found !== undefined) world.internet.set(...found);
    assert.equal(await open(), 200);
    await world.close();
  });

  it('refuses nobody for having asked too often hours ahead', async () => {
    const world = await createWorld({ environment: { RATE_LIMITS: '0.1' } });
    const client = await world.client();
    const tokens = await connect(world, client);
    world.advance(6 * HOUR);
    const ahead = await renew(world, client, tokens);
    let last = 200;
    for (let n = 0; n < 100 && last === 200; n += 1)
      last = (await callTool(world, 'get_profile', ahead.accessToken)).status;
    assert.equal(last, 429);
    world.advance(-6 * HOUR);
    assert.equal((await callTool(world, 'get_profile', ahead.accessToken)).status, 200);
    await world.close();
  });
});

describe('a clock that is wrong by hours beside Google’s', () => {
  it('lets nobody sign in while it is ahead, and tells the operator to look at the clock', async () => {
    const google = await createWorld();
    const world = await createWorld({ sandbox: google.sandbox });
    const client = await world.client();
    world.advance(6 * HOUR);
    await assert.rejects(signIn(world, client), /ended at \/google\/callback with 503/);
    assert.match(world.logged(), /the ID token has ended already: is the clock of this machine right\?/);
    world.advance(-6 * HOUR);
    const code = (await signIn(world, client)).get('code') ?? '';
    const { clientId: client_id, secret: client_secret, redirectUri: redirect_uri } = client;
    const fields = { grant_type: 'authorization_code', code, client_id, client_secret, redirect_uri };
    assert.equal((await postToken(world, fields)).status, 200);
    await world.close();
    await google.close();
  });
});
