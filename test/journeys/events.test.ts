/** The audit trail of an attempt, from outside: what an operator finds under the reference that the person was shown. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findEvents } from '../../src/operate/events.ts';
import {
  authorizeUrl,
  callTool,
  connect,
  createBrowser,
  createWorld,
  passGoogle,
  postToken,
  redeem,
  refresh,
  signIn,
  type TestClient,
  type World,
} from '../support/world.ts';

describe('the events under a reference', () => {
  let world: World;
  let client: TestClient;
  beforeEach(async () => {
    world = await createWorld();
    client = await world.client();
  });
  afterEach(() => world.close());

  const look = (asked: { ref?: string; user?: string }) =>
    findEvents(
      { store: world.store, marks: () => [], now: world.now, publicUrl: 'http://localhost:8787' },
      { ...asked, limit: 100 },
    );
  /** `step outcome why`, in their order. */
  const told = async (ref: string) =>
    (await look({ ref })).events.map(({ step, outcome, detail }) => [step, outcome, detail.why ?? ''].join(' ').trim());
  const meaning = async (ref: string) => (await look({ ref })).meaning.join(' ');
  const newestRef = async () =>
    (await world.store.events.list({ limit: 1000 })).findLast(({ ref }) => ref !== undefined)?.ref ?? '';

  const WAY_TO_CODE = ['authorize started', 'consent shown', 'consent allowed', 'google sent', 'code issued'];

  it('tell a whole good attempt step by step, up to the first use', async () => {
    const { accessToken } = await connect(world, client);
    await callTool(world, 'get_profile', accessToken);
    await callTool(world, 'get_profile', accessToken);
    assert.deepEqual(await told(await newestRef()), [...WAY_TO_CODE, 'token issued', 'call first']);
    assert.match(await meaning(await newestRef()), /went well.*alive/);
  });

  it('show the reference of the consent page', async () => {
    const page = await createBrowser(world).open(authorizeUrl(client));
    const ref = /Reference <code>([^<]+)<\/code>/.exec(page.html)?.[1] ?? '';
    assert.deepEqual(await told(ref), ['authorize started', 'consent shown']);
    assert.match(await meaning(ref), /has not answered/);
  });

  it('are found however the reference is written down', async () => {
    await signIn(world, client);
    const ref = await newestRef();
    assert.equal((await told(ref.toLowerCase().replace('-', ' '))).length, WAY_TO_CODE.length);
    await assert.rejects(look({ ref: 'K7PM-3QX0' }), /is no reference/);
  });

  it('say that no token request came, once the code’s minute is over', async () => {
    await signIn(world, client);
    const ref = await newestRef();
    assert.match(await meaning(ref), /has not redeemed it yet/);
    world.advance(61_000);
    assert.match(await meaning(ref), /no token request with that code came within the 60 s/);
  });

  it('say "token 200, then nothing" when nothing came', async () => {
    await connect(world, client);
    world.advance(10 * 60_000);
    assert.match(await meaning(await newestRef()), /got its tokens 10 min ago and has not used them/);
  });

  it('tell a wrong client secret apart, though the client was told nothing', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    await redeem(world, client, code, { client_secret: 'wrong' });
    const ref = await newestRef();
    assert.deepEqual((await told(ref)).slice(-1), ['token refused client-secret-wrong']);
    assert.match(await meaning(ref), /wrong client secret/);
  });

  it('do not follow a code whose secret half was made up', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    await redeem(world, client, `${code.slice(0, 30)}${'x'.repeat(43)}`);
    assert.deepEqual(await told(await newestRef()), WAY_TO_CODE);
  });

  for (const [what, changed, why] of [
    ['another redirect URI', { redirect_uri: 'https://chatgpt.com/other' }, 'redirect-uri-mismatch'],
    ['a verifier that was not promised', { code_verifier: 'v'.repeat(43) }, 'pkce-mismatch'],
  ] as const) {
    it(`tell why a code was refused: ${what}`, async () => {
      const code = (await signIn(world, client)).get('code') ?? '';
      await redeem(world, client, code, changed);
      assert.deepEqual((await told(await newestRef())).slice(-1), [`token refused ${why}`]);
    });
  }

  it('tell that a code came twice and what that ended', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    await redeem(world, client, code);
    await redeem(world, client, code);
    const ref = await newestRef();
    assert.deepEqual((await told(ref)).slice(-4), [
      'token issued',
      'grant ended code-twice',
      'connection ended',
      'token refused code-spent',
    ]);
    assert.match(await meaning(ref), /same code was shown twice/);
  });

  it('give a reference also to what was refused before there was a flow', async () => {
    const page = await createBrowser(world).open(authorizeUrl({ ...client, clientId: 'nobody' }));
    const ref = /Reference <code>([^<]+)<\/code>/.exec(page.html)?.[1] ?? '';
    assert.deepEqual(await told(ref), ['authorize refused client-unknown']);
    assert.match(await meaning(ref), /not known here/);
  });

  it('tell what was sent back to the client as an error', async () => {
    await createBrowser(world).open(authorizeUrl(client, { resource: 'https://other.example/mcp' }));
    const ref = await newestRef();
    assert.deepEqual(await told(ref), ['authorize refused invalid_target']);
    assert.match(await meaning(ref), /PUBLIC_URL/);
  });

  it('tell that the person said no, here or at Google', async () => {
    const browser = createBrowser(world);
    await browser.submit(await browser.open(authorizeUrl(client)), { name: 'decision', value: 'deny' });
    assert.deepEqual((await told(await newestRef())).slice(-1), ['consent denied access_denied']);
    const chooser = await browser.submit(await browser.open(authorizeUrl(client)), {
      name: 'decision',
      value: 'allow',
    });
    const boxes = await browser.submit(chooser, { name: 'account', value: 'grace@example.com' });
    await browser.submit(boxes, { name: 'decision', value: 'deny' });
    const ref = await newestRef();
    assert.deepEqual((await told(ref)).slice(-1), ['callback denied access_denied']);
    assert.match(await meaning(ref), /said no on Google/);
  });

  it('tell of another browser, an unreachable Google and an unticked box', async () => {
    const consent = await createBrowser(world).open(authorizeUrl(client));
    await createBrowser(world).open(consent.url.href);
    assert.deepEqual((await told(await newestRef())).slice(-1), ['consent refused other-browser']);

    const browser = createBrowser(world);
    const allow = { name: 'decision', value: 'allow' };
    const chooser = await browser.submit(await browser.open(authorizeUrl(client)), allow);
    assert.match(
      await meaning(await newestRef()),
      /has not come back.*register http:\/\/localhost:8787\/google\/callback/,
    );
    world.cutNetwork(true);
    await passGoogle(browser, chooser);
    world.cutNetwork(false);
    assert.deepEqual((await told(await newestRef())).slice(-1), ['callback refused google-unreachable']);

    const again = await browser.submit(await browser.open(authorizeUrl(client)), allow);
    const untick = ['https://www.googleapis.com/auth/analytics.readonly'];
    await passGoogle(browser, again, { account: 'grace@example.com', untick });
    assert.deepEqual((await told(await newestRef())).slice(-1), ['callback scopes-missing']);
  });

  it('go on after the sign-in: a stale refresh, a link that Google ended, the end', async () => {
    const { accessToken, refreshToken } = await connect(world, client);
    const ref = await newestRef();
    const next = await refresh(world, client, refreshToken);
    world.advance(10 * 60_000);
    await refresh(world, client, refreshToken);
    assert.deepEqual((await told(ref)).slice(-1), ['refresh refused refresh-stale']);
    const [connection] = await world.store.connections.list();
    await world.sandbox.fetch(
      new Request('http://127.0.0.1:4400/sandbox/expire', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ person: 'ada@example.com', what: 'refresh' }),
      }),
    );
    world.advance(2 * 3_600_000);
    const fresh = await refresh(world, client, String(next.body.refresh_token));
    await callTool(world, 'list_properties', String(fresh.body.access_token));
    assert.deepEqual((await told(ref)).slice(-2), ['call first', 'connection dead']);
    assert.match(await meaning(ref), /Google refused the link for good \(invalid_grant\)/);
    assert.equal((await callTool(world, 'get_profile', accessToken)).status, 401);
    await world.bridge.end.connection(connection?.id ?? '', 'operator');
    assert.ok((await told(ref)).includes('grant ended operator'));
    assert.match(await meaning(ref), /operator ended it/);
  });

  it('still tell of a refresh after the grant is gone', async () => {
    const { refreshToken } = await connect(world, client);
    const ref = await newestRef();
    const [grant] = await world.store.grants.list();
    await world.bridge.end.grant(grant?.id ?? '', 'operator');
    await refresh(world, client, refreshToken);
    assert.deepEqual((await told(ref)).slice(-3), [
      'grant ended operator',
      'connection ended',
      'refresh refused refresh-unknown',
    ]);
  });

  it('hear nothing of a refresh token whose secret half was made up, nor of one that never was', async () => {
    const { refreshToken } = await connect(world, client);
    const rows = (await world.store.events.list({ limit: 1000 })).length;
    const invented = `${refreshToken.slice(0, 30)}${'x'.repeat(43)}`;
    await refresh(world, client, invented);
    const [row] = (await world.store.events.list({ limit: 1000 })).slice(rows);
    assert.deepEqual(
      [row?.step, row?.grantId, row?.connectionId, row?.ref],
      ['refresh', undefined, undefined, undefined],
    );
    const nobody = { ...client, clientId: 'nobody' };
    await refresh(world, nobody, invented);
    await refresh(world, nobody, `ggpt_rt_${'A'.repeat(22)}${'s'.repeat(43)}`);
    assert.equal((await world.store.events.list({ limit: 1000 })).length, rows + 1);
  });

  it('tell of a right refresh token in the hands of a client that cannot prove itself', async () => {
    const { refreshToken } = await connect(world, client);
    const ref = await newestRef();
    await refresh(world, { ...client, secret: 'wrong' }, refreshToken);
    assert.deepEqual((await told(ref)).slice(-1), ['refresh refused client-secret-wrong']);
  });

  it('tell a relay client’s attempt, too', async () => {
    const relay = await world.client({ mode: 'relay' });
    const code = (await signIn(world, relay)).get('code') ?? '';
    const ref = await newestRef();
    const { clientId: client_id, secret: client_secret, redirectUri: redirect_uri } = relay;
    await postToken(world, { grant_type: 'authorization_code', code, client_id, client_secret, redirect_uri });
    assert.deepEqual((await told(ref)).slice(-2), ['code issued', 'token issued']);
  });

  it('hold no secret and no text from outside', async () => {
    const state = 'canary-state';
    const { accessToken, refreshToken } = await connect(world, client, { parameters: { state } });
    await createBrowser(world).open(authorizeUrl(client, { scope: 'canary-scope', state }));
    await refresh(world, client, refreshToken.slice(0, -1));
    const all = JSON.stringify(await world.store.events.list({ limit: 1000 }));
    const secrets = [accessToken, refreshToken, client.secret].map((token) => token.slice(-43));
    for (const canary of [...secrets, 'canary', 'ada@example.com', 'Test GPT'])
      assert.ok(!all.includes(canary), `${canary} stands in the audit trail`);
  });

  it('cost a request nothing when they cannot be kept', async () => {
    const broken = await createWorld();
    broken.store.events.append = async () => {
      throw new Error('disk full');
    };
    const gpt = await broken.client();
    const { accessToken } = await connect(broken, gpt);
    assert.equal((await callTool(broken, 'get_profile', accessToken)).status, 200);
    assert.match(broken.logged(), /an event could not be kept/);
    await broken.close();
  });
});

describe('the end of a grant', () => {
  let world: World;
  let client: TestClient;
  beforeEach(async () => {
    world = await createWorld();
    client = await world.client();
  });
  afterEach(() => world.close());

  const links = async () => {
    const answer = await world.sandbox.fetch(new Request('http://127.0.0.1:4400/sandbox/links'));
    return ((await answer.json()) as { links: unknown[] }).links.length;
  };

  it('takes the link at Google along when a code that came twice was the last', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    await redeem(world, client, code);
    await redeem(world, client, code);
    assert.equal(await links(), 0);
    assert.deepEqual(await world.store.connections.list(), []);
  });

  it('leaves the link at Google to a client whose code is on its way', async () => {
    await connect(world, client);
    const other = await world.client({ name: 'Second' });
    const code = (await signIn(world, other)).get('code') ?? '';
    const [grant] = await world.store.grants.list();
    assert.equal(await world.bridge.end.grant(grant?.id ?? '', 'client'), 'kept');
    const { status, body } = await redeem(world, other, code);
    assert.equal(status, 200);
    assert.equal((await callTool(world, 'list_properties', String(body.access_token))).status, 200);
  });

  it('comes by itself after half a year without use, with the link at Google', async () => {
    await connect(world, client);
    world.advance(181 * 86_400_000);
    assert.ok((await world.bridge.sweep(100)) >= 1);
    assert.deepEqual(await world.store.grants.list(), []);
    assert.equal(await links(), 0);
    const [event] = (await world.store.events.list({ limit: 1000 })).filter(({ step }) => step === 'grant');
    assert.deepEqual(event?.detail, { why: 'unused' });
  });

  it('comes to a link whose code nobody redeemed, after an hour', async () => {
    await signIn(world, client);
    await world.bridge.sweep(100);
    assert.equal(await links(), 1);
    world.advance(3_700_000);
    await world.bridge.sweep(100);
    assert.equal(await links(), 0);
  });
});
