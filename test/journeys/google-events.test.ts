/** Google says that something happened to an account: what ends, what stays, and what a late or repeated word may do. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findEvents } from '../../src/operate/events.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { type Store, StoreError } from '../../src/store/store.ts';
import {
  callTool,
  connect,
  createWorld,
  GOOGLE,
  redeem,
  refresh,
  signIn,
  type TestClient,
  type Tokens,
  type World,
} from '../support/world.ts';

const HOUR = 3_600_000;

interface Happens {
  type: string;
  person?: string;
  reason?: string;
  form?: 'prefix' | 'hash';
  secondsAgo?: number;
  client?: string;
}

describe('POST /google/events (RFC 8935)', () => {
  let world: World;
  let client: TestClient;
  /** What happens between Google's answer and its arrival. */
  let onItsWay: ((request: Request) => Promise<void>) | undefined;
  let store: Store;

  beforeEach(async () => {
    onItsWay = undefined;
    store = openSqlite(':memory:');
    world = await createWorld({
      store,
      hosts: {
        [GOOGLE]: async (request) => {
          const answer = await world.sandbox.fetch(request.clone());
          await onItsWay?.(request);
          return answer;
        },
      },
    });
    client = await world.client();
  });
  afterEach(() => world.close());

  /** Makes it happen at Google; returns the token that Google signs. */
  const happen = async ({ person = 'ada@example.com', ...rest }: Happens): Promise<string> => {
    const body = JSON.stringify({ person, ...rest });
    const answer = await world.sandbox.fetch(
      new Request(`${GOOGLE}/sandbox/security-events`, { method: 'POST', body }),
    );
    const { token } = (await answer.json()) as { token: string };
    assert.equal(answer.status, 200);
    return token;
  };
  const deliver = (token: string, type = 'application/secevent+jwt') =>
    world.request('/google/events', { method: 'POST', headers: { 'content-type': type }, body: token });
  const notify = async (happens: Happens) => {
    const answer = await deliver(await happen(happens));
    assert.deepEqual([answer.status, await answer.text()], [202, '']);
  };
  const doorFor = async ({ accessToken }: Tokens) => (await callTool(world, 'list_properties', accessToken)).status;
  const told = async (user = 'ada@example.com') => {
    const asked = { store, marks: () => [], now: world.now, publicUrl: undefined };
    const person = (await store.connections.list()).find(({ email }) => email === user);
    const ids = (await store.events.list({ limit: 1000 })).map(({ connectionId }) => connectionId);
    const gone = ids.find((id) => id !== undefined);
    const { events } = await findEvents(asked, { user: person?.id ?? gone ?? '', limit: 100 });
    return events.map(({ step, outcome, detail }) =>
      [step, outcome, detail.why ?? detail.google ?? ''].join(' ').trim(),
    );
  };
  const revocationsAtGoogle = () => world.sent.filter(({ url }) => url === `${GOOGLE}/revoke`).length;

  describe('when the person took the access back at Google (tokens-revoked)', () => {
    it('turns every assistant away with a challenge, deletes the tokens, and asks Google nothing', async () => {
      const tokens = await connect(world, client);
      world.advance(HOUR);
      await notify({ type: 'tokens-revoked' });
      const answer = await callTool(world, 'list_properties', tokens.accessToken);
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
      assert.equal((await refresh(world, client, tokens.refreshToken)).body.error, 'invalid_grant');
      assert.deepEqual(await store.connections.list(), []);
      assert.equal(revocationsAtGoogle(), 0);
    });

    it('is explained by the audit trail', async () => {
      await connect(world, client);
      world.advance(HOUR);
      await notify({ type: 'tokens-revoked' });
      assert.deepEqual((await told()).slice(-4), [
        'connection noticed tokens-revoked',
        'connection dead tokens-revoked',
        'grant ended tokens-revoked',
        'connection ended',
      ]);
      assert.match(world.logged(), /warn .*security notice about this account/);
    });

    it('leaves other people alone', async () => {
      const grace = await connect(world, client, { account: 'grace@example.com' });
      world.advance(60_001);
      await notify({ type: 'tokens-revoked' });
      assert.equal(await doorFor(grace), 200);
    });

    it('leaves a link alone that was made again after that, however late it is told', async () => {
      await connect(world, client);
      world.advance(HOUR);
      const token = await happen({ type: 'tokens-revoked' });
      world.advance(1000);
      // The assistant finds out by itself, and the person connects again, on the same row.
      const [dead] = await store.connections.list();
      await store.connections.markDead(dead?.id ?? '', dead?.version ?? 0, 'invalid_grant');
      const again = await connect(world, client);
      assert.equal((await store.connections.list())[0]?.createdAt, dead?.createdAt);
      world.advance(60_000);
      assert.equal((await deliver(token)).status, 202);
      assert.equal(await doorFor(again), 200);
    });

    it('spares a link that is hardly older by our clock, since Google will refuse it if it is gone', async () => {
      const tokens = await connect(world, client);
      world.advance(30_000);
      const token = await happen({ type: 'tokens-revoked' });
      await deliver(token);
      const [spared] = await store.connections.list();
      assert.deepEqual([spared?.deadReason, spared?.sealedRefreshToken === undefined], [undefined, false]);
      assert.equal(await doorFor(tokens), 401, 'the sandbox has taken the tokens back, and says so');
    });

    it('ends what every assistant of the person has', async () => {
      const tokens = [await connect(world, client), await connect(world, await world.client({ name: 'Second' }))];
      world.advance(2 * 60_000);
      await notify({ type: 'tokens-revoked' });
      assert.deepEqual(await Promise.all(tokens.map(doorFor)), [401, 401]);
      assert.deepEqual(await store.grants.list(), []);
    });

    it('does not revive the old permissions when the person connects one assistant again', async () => {
      const before = await connect(world, client);
      world.advance(2 * 60_000);
      await notify({ type: 'tokens-revoked' });
      const after = await connect(world, await world.client({ name: 'Second' }));
      assert.equal(await doorFor(after), 200);
      assert.equal(await doorFor(before), 401);
    });
  });

  describe('when one token was taken back (token-revoked)', () => {
    for (const form of ['hash', 'prefix'] as const)
      it(`finds whose it was by its ${form}, deletes it, and asks the person to consent again`, async () => {
        const grace = await connect(world, client, { account: 'grace@example.com' });
        const tokens = await connect(world, client);
        await notify({ type: 'token-revoked', form });
        const dead = (await store.connections.list()).find(({ email }) => email === 'ada@example.com');
        assert.equal(dead?.deadReason, 'token-revoked');
        assert.deepEqual([dead?.sealedRefreshToken, dead?.sealedAccessToken], [undefined, undefined]);
        assert.deepEqual([await doorFor(tokens), await doorFor(grace)], [401, 200]);
        assert.equal(revocationsAtGoogle(), 0);
        await connect(world, client);
        assert.equal(await doorFor(tokens), 200, 'the permission was never taken back, only the token behind it');
      });

    it('is not undone by a refresh whose answer is on its way', async () => {
      const { refreshToken } = await connect(world, client);
      world.advance(2 * HOUR);
      const { body } = await refresh(world, client, refreshToken);
      let status = 0;
      onItsWay = async (request) => {
        if (new URL(request.url).pathname !== '/token') return;
        onItsWay = undefined;
        status = (await deliver(await happen({ type: 'token-revoked' }))).status;
      };
      await callTool(world, 'list_properties', String(body.access_token));
      assert.equal(status, 202, 'it came while the refresh was under way');
      const [dead] = await store.connections.list();
      assert.deepEqual(
        [dead?.deadReason, dead?.sealedRefreshToken, dead?.sealedAccessToken],
        ['token-revoked', undefined, undefined],
      );
    });

    it('is not lost when a refresh changes the tokens at the same moment', async () => {
      await connect(world, client);
      const { forgetTokens } = store.connections;
      store.connections.forgetTokens = async (id, version, reason) => {
        store.connections.forgetTokens = forgetTokens;
        const fresh = { sealedAccessToken: Uint8Array.of(1), accessExpiresAt: 0, sealedRefreshToken: undefined, at: 0 };
        assert.equal(await store.connections.saveAccess(id, version, fresh), true);
        return forgetTokens(id, version, reason);
      };
      await notify({ type: 'token-revoked' });
      const [dead] = await store.connections.list();
      assert.deepEqual([dead?.deadReason, dead?.sealedAccessToken], ['token-revoked', undefined]);
    });

    it('does not touch a link that has another token by now', async () => {
      await connect(world, client);
      const token = await happen({ type: 'token-revoked' });
      await deliver(token);
      const again = await connect(world, client);
      assert.equal((await deliver(token)).status, 202);
      assert.equal(await doorFor(again), 200);
    });
  });

  for (const [what, happens, why] of [
    ['signed the person out everywhere (sessions-revoked)', { type: 'sessions-revoked' }, 'sessions-revoked'],
    [
      'found the account hijacked (account-disabled)',
      { type: 'account-disabled', reason: 'hijacking' },
      'account-hijacked',
    ],
  ] as const)
    describe(`when Google ${what}`, () => {
      it(`ends every permission at once, and the link at Google with the last, for ${why}`, async () => {
        const tokens = [await connect(world, client), await connect(world, await world.client({ name: 'Second' }))];
        world.advance(5000);
        await notify(happens);
        assert.deepEqual(await Promise.all(tokens.map(doorFor)), [401, 401]);
        assert.deepEqual(await store.connections.list(), []);
        assert.equal(revocationsAtGoogle(), 1);
        const events = await told();
        assert.deepEqual(events.slice(-4), [
          `connection noticed ${why}`,
          `grant ended ${why}`,
          `grant ended ${why}`,
          'connection ended',
        ]);
      });

      it(`ends what was made within the same second, since Google tells no more of the time, for ${why}`, async () => {
        world.advance(100);
        const tokens = await connect(world, client);
        world.advance(100);
        await notify(happens);
        assert.equal(await doorFor(tokens), 401);
      });

      it(`takes a code that was not redeemed yet along, for ${why}`, async () => {
        const code = (await signIn(world, client)).get('code') ?? '';
        world.advance(5000);
        await notify(happens);
        assert.equal((await redeem(world, client, code)).body.error, 'invalid_grant');
      });

      it(`lets the person connect again, and does not end that when the word comes late or twice, for ${why}`, async () => {
        await connect(world, client);
        world.advance(5000);
        const token = await happen(happens);
        await deliver(token);
        world.advance(5000);
        const again = await connect(world, client);
        const code = (await signIn(world, client)).get('code') ?? '';
        assert.equal((await deliver(token)).status, 202);
        assert.equal(await doorFor(again), 200);
        assert.equal((await redeem(world, client, code)).status, 200);
      });

      it(`ends what is older and leaves what is younger when the word comes late, for ${why}`, async () => {
        const before = await connect(world, client);
        world.advance(5000);
        const token = await happen(happens);
        world.advance(5000);
        const after = await connect(world, await world.client({ name: 'Second' }));
        await deliver(token);
        assert.deepEqual([await doorFor(before), await doorFor(after)], [401, 200]);
      });
    });

  describe('when Google disabled the account otherwise', () => {
    for (const reason of ['bulk-account', undefined])
      it(`rests the link until the person signs in again (reason: ${reason ?? 'none'})`, async () => {
        const tokens = await connect(world, client);
        world.advance(5000);
        await notify({ type: 'account-disabled', ...(reason !== undefined && { reason }) });
        assert.equal(await doorFor(tokens), 401);
        assert.equal((await store.connections.list())[0]?.deadReason, 'account-disabled');
        await notify({ type: 'account-enabled' });
        await connect(world, client);
        assert.equal(await doorFor(tokens), 200);
      });

    it('leaves the reason of a link that is dead already, and tells of its death once', async () => {
      await connect(world, client);
      world.advance(5000);
      await notify({ type: 'account-disabled' });
      await notify({ type: 'account-disabled', reason: 'bulk-account' });
      assert.equal((await told()).filter((line) => line.startsWith('connection dead')).length, 1);
      const [dead] = await store.connections.list();
      await store.connections.markDead(dead?.id ?? '', dead?.version ?? 0, 'ended');
      await notify({ type: 'account-disabled' });
      assert.equal((await store.connections.list())[0]?.deadReason, 'ended');
    });

    it('does not rest a link on which the person has signed in since', async () => {
      await connect(world, client);
      world.advance(5000);
      const token = await happen({ type: 'account-disabled' });
      await deliver(token);
      world.advance(5000);
      const again = await connect(world, client);
      await deliver(token);
      assert.equal(await doorFor(again), 200);
    });
  });

  describe('when nothing has to end', () => {
    for (const [type, why] of [
      ['account-enabled', 'account-enabled'],
      ['account-credential-change-required', 'credential-change-required'],
    ] as const)
      it(`keeps everything, and the trail tells of ${type}`, async () => {
        const tokens = await connect(world, client);
        world.advance(5000);
        await notify({ type });
        assert.equal(await doorFor(tokens), 200);
        assert.ok((await told()).includes(`connection noticed ${why}`));
      });

    it('logs the test event of the operator with its state', async () => {
      await notify({ type: 'verification', reason: 'a state to look for' });
      assert.match(world.logged(), /test event has arrived/);
      assert.match(world.logged(), /a state to look for/);
    });

    it('acknowledges what is said of somebody who is not connected', async () => {
      const tokens = await connect(world, client, { account: 'grace@example.com' });
      world.advance(2 * 60_000);
      for (const type of ['tokens-revoked', 'sessions-revoked', 'account-disabled']) await notify({ type });
      assert.equal(await doorFor(tokens), 200);
    });
  });

  describe('what is not Google’s word for us', () => {
    const refused = async (body: string, type?: string) => {
      const answer = await deliver(body, type);
      const { err, description } = (await answer.json()) as Record<string, string>;
      assert.deepEqual([answer.status, answer.headers.get('content-language')], [400, 'en']);
      assert.equal(answer.headers.get('content-type'), 'application/json');
      assert.ok((description ?? '').length > 10);
      return err;
    };

    it('is refused with the code of RFC 8935, and nothing happens', async () => {
      const tokens = await connect(world, client);
      world.advance(2 * 60_000);
      const token = await happen({ type: 'sessions-revoked' });
      const [header = '', payload = '', signature = ''] = token.split('.');
      const foreign = await happen({ type: 'sessions-revoked', client: 'other-client' });
      assert.equal(await refused(foreign), 'invalid_audience');
      assert.equal(await refused(`${header}.${payload}.${'A'.repeat(signature.length)}`), 'authentication_failed');
      assert.equal(await refused(`${header}.${payload}.`), 'authentication_failed');
      assert.equal(await refused('no token at all'), 'invalid_request');
      assert.equal(await refused(''), 'invalid_request');
      assert.equal(await refused(`${token}${' '.repeat(20_000)}`), 'invalid_request');
      assert.equal(await refused(token, 'application/json'), 'invalid_request');
      assert.equal(await refused(token, 'application/x-www-form-urlencoded'), 'invalid_request');
      assert.equal(await doorFor(tokens), 200);
    });

    it('is counted, so that a network that sends it in masses is stopped', async () => {
      const small = await createWorld({ environment: { RATE_LIMITS: '0.01' } });
      const from = { incoming: { socket: { remoteAddress: '203.0.113.9' } } };
      const statuses = new Set<number>();
      for (let n = 0; n < 20; n += 1) {
        const request = new Request('http://localhost:8787/google/events', { method: 'POST', body: 'garbage' });
        statuses.add((await small.bridge.fetch(request, from)).status);
      }
      await small.close();
      assert.deepEqual([...statuses], [400, 429]);
    });

    it('is told where the events go when it comes with another method', async () => {
      const answer = await world.request('/google/events');
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
    });
  });

  describe('when it cannot be done now', () => {
    it('asks Google to come again while its keys cannot be had, and does it then', async () => {
      const tokens = await connect(world, client);
      world.advance(5000);
      const token = await happen({ type: 'sessions-revoked' });
      world.cutNetwork(true);
      const answer = await deliver(token);
      assert.equal(answer.status, 503);
      assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      world.cutNetwork(false);
      world.advance(60_000);
      assert.equal((await deliver(token)).status, 202);
      assert.equal(await doorFor(tokens), 401);
    });

    it('asks Google to come again while the database fails, and does it then', async () => {
      const tokens = await connect(world, client);
      world.advance(5000);
      const token = await happen({ type: 'sessions-revoked' });
      const { revoke } = store.grants;
      store.grants.revoke = () => Promise.reject(new StoreError('the database did not take the write'));
      const answer = await deliver(token);
      assert.equal(answer.status, 503);
      assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      store.grants.revoke = revoke;
      assert.equal((await deliver(token)).status, 202);
      assert.equal(await doorFor(tokens), 401);
    });
  });
});
