/**
 * The suite that every store must pass, whoever writes it: each verb of store.ts, and the races between them.
 *
 * Owns: what the contract means, as tests. Does not own: opening a store (passed in). Run it from a test file with
 * `storeConformance('name', open)`; `open` gives an empty store each time it is called.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { clientConformance } from './conformance-clients.ts';
import { eventConformance } from './conformance-events.ts';
import { resealConformance } from './conformance-keys.ts';
import { noticeConformance } from './conformance-notices.ts';
import { aCode, aGrant, aLink, aNext, bytes, T } from './conformance-records.ts';
import type { Store } from './store.ts';

export interface OpenStore {
  store: Store;
  /** Whatever must go after the test besides the store itself. */
  cleanUp?(): Promise<void> | void;
}

export function storeConformance(name: string, open: () => Promise<OpenStore>): void {
  describe(`the store contract on ${name}`, () => {
    let opened: OpenStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => {
      await store.close();
      await opened.cleanUp?.();
    });
    const title = (sentence: string) => `${sentence} (${name})`;

    it(title('answers a ping'), () => store.ping());

    clientConformance(title, () => store);

    it(title('makes one connection for a subject, whatever the race, and keeps its id and refresh token'), async () => {
      const first = await store.connections.link(aLink());
      const links = await Promise.all(
        [2, 3, 4].map((n) =>
          store.connections.link(aLink({ id: `id ${n}`, at: T + n, sealedRefreshToken: undefined })),
        ),
      );
      assert.deepEqual(new Set(links.map(({ id }) => id)), new Set([first.id]));
      const [only, ...more] = await store.connections.list();
      assert.deepEqual(more, []);
      assert.deepEqual(only?.sealedRefreshToken, first.sealedRefreshToken);
      assert.deepEqual(await store.connections.findBySubject('subject'), only);
      assert.equal(only?.version, 4);
    });

    it(title('replaces the refresh token and its end when a new one comes, and brings a dead link back'), async () => {
      const first = await store.connections.link(aLink({ refreshExpiresAt: T + 5 }));
      assert.equal(await store.connections.markDead(first.id, first.version, 'invalid_grant'), true);
      assert.equal((await store.connections.find(first.id))?.deadReason, 'invalid_grant');
      const again = await store.connections.link(aLink({ sealedRefreshToken: bytes(9) }));
      assert.equal(again.deadReason, undefined);
      assert.deepEqual([...(again.sealedRefreshToken ?? [])], [9]);
      assert.equal(again.refreshExpiresAt, undefined);
    });

    it(title('saves an access token only over the version that was read'), async () => {
      const { id, version } = await store.connections.link(aLink());
      const fresh = { sealedAccessToken: bytes(7), accessExpiresAt: T + 1, sealedRefreshToken: undefined, at: T };
      const results = await Promise.all([1, 2, 3].map(() => store.connections.saveAccess(id, version, fresh)));
      assert.equal(results.filter(Boolean).length, 1);
      assert.equal(await store.connections.markDead(id, version, 'late news'), false);
      assert.equal((await store.connections.find(id))?.deadReason, undefined);
      assert.deepEqual([...((await store.connections.find(id))?.sealedAccessToken ?? [])], [7]);
    });

    it(
      title('gives the turn to refresh to one of many, until its time is over or the tokens have changed'),
      async () => {
        const { id, version } = await store.connections.link(aLink());
        const claims = await Promise.all(
          [1, 2, 3, 4].map(() => store.connections.claimRefresh(id, version, T, T + 10)),
        );
        assert.equal(claims.filter(Boolean).length, 1);
        assert.equal(await store.connections.claimRefresh(id, version, T + 9, T + 20), false, 'it is taken');
        assert.equal(await store.connections.claimRefresh(id, version, T + 10, T + 20), true, 'its holder is late');
        await store.connections.releaseRefresh(id, version);
        assert.equal(await store.connections.claimRefresh(id, version, T + 11, T + 30), true, 'it was given back');
        const fresh = { sealedAccessToken: bytes(7), accessExpiresAt: T, sealedRefreshToken: undefined, at: T };
        assert.equal(await store.connections.saveAccess(id, version, fresh), true);
        assert.equal(
          await store.connections.claimRefresh(id, version, T + 99, T + 100),
          false,
          'the tokens have changed',
        );
        assert.equal(
          await store.connections.claimRefresh(id, version + 1, T + 12, T + 30),
          true,
          'saving gave it back',
        );
      },
    );

    it(
      title('takes over a turn that a clock gave away which ran hours ahead, but none of a clock a little ahead'),
      async () => {
        const { id, version } = await store.connections.link(aLink());
        assert.equal(await store.connections.claimRefresh(id, version, T + 5_000, T + 25_000), true);
        assert.equal(await store.connections.claimRefresh(id, version, T, T + 20_000), false, 'five seconds ahead');
        await store.connections.releaseRefresh(id, version);
        assert.equal(
          await store.connections.claimRefresh(id, version, T + 6 * 3_600_000, T + 6 * 3_600_000 + 20_000),
          true,
        );
        assert.equal(await store.connections.claimRefresh(id, version, T, T + 20_000), true, 'six hours ahead');
        assert.equal(await store.connections.claimRefresh(id, version, T + 1, T + 20_001), false, 'it is taken again');
      },
    );

    resealConformance(title, () => store);
    noticeConformance(title, () => store);

    it(title('removes a connection with all that hangs on it'), async () => {
      const { id } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId: id }));
      await store.grants.redeem('code', aGrant({ connectionId: id }));
      assert.equal(await store.connections.remove(id), true);
      assert.equal(await store.grants.find('grant'), undefined);
      assert.equal(await store.codes.find('code'), undefined);
    });

    it(title('takes one code from a flow'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      const codes = [aCode({ connectionId }), aCode({ connectionId, id: 'second' })];
      assert.deepEqual((await Promise.all(codes.map((code) => store.codes.add(code)))).sort(), [false, true]);
    });

    it(title('gives exactly one of many racing redemptions the grant'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId }));
      const grants = Array.from({ length: 20 }, (_, n) => aGrant({ id: `grant ${n}`, connectionId }));
      const won = await Promise.all(grants.map((grant) => store.grants.redeem('code', grant)));
      assert.equal(won.filter(Boolean).length, 1);
      assert.equal((await store.grants.list()).length, 1);
      const spent = await store.codes.find('code');
      assert.equal(spent?.grantId, (await store.grants.list())[0]?.id);
      assert.equal(await store.grants.redeem('unknown', aGrant({ id: 'x', connectionId })), false);
    });

    it(title('gives back a grant exactly as it was made, and rotates it in place'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId }));
      const grant = aGrant({
        connectionId,
        access: [{ hash: 'a', expiresAt: T, scopes: ['s'] }],
        retired: [{ hash: 'r', at: T }],
      });
      await store.grants.redeem('code', grant);
      assert.deepEqual(await store.grants.find('grant'), grant);
      const next = aNext(2);
      assert.equal(await store.grants.rotate('grant', 1, next), true);
      assert.deepEqual(await store.grants.find('grant'), { ...grant, ...next });
    });

    it(title('lets exactly one of many racing rotations win'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId }));
      await store.grants.redeem('code', aGrant({ connectionId }));
      const won = await Promise.all(Array.from({ length: 30 }, () => store.grants.rotate('grant', 1, aNext(2))));
      assert.equal(won.filter(Boolean).length, 1);
      assert.equal(await store.grants.rotate('unknown', 1, aNext(2)), false);
    });

    it(title('counts every replay of the generation that was read, and none of an older one'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId }));
      await store.grants.redeem('code', aGrant({ connectionId }));
      assert.deepEqual(await Promise.all([1, 2, 3].map((n) => store.grants.countReplay('grant', 1, T + n))), [
        true,
        true,
        true,
      ]);
      assert.equal(await store.grants.countReplay('grant', 7, T), false);
      const rotation = (await store.grants.find('grant'))?.rotation;
      assert.equal(rotation?.replays, 3);
      assert.ok((rotation?.answeredAt ?? 0) > T);
    });

    it(title('takes no code for a connection that has ended, and lets none be redeemed there'), async () => {
      const connection = await store.connections.link(aLink());
      const { id: connectionId } = connection;
      await store.codes.add(aCode({ connectionId }));
      await store.connections.markDead(connectionId, connection.version, 'ended');
      assert.equal(await store.grants.redeem('code', aGrant({ connectionId })), false);
      assert.equal(await store.codes.add(aCode({ id: 'late', flowId: 'late', connectionId })), false);
      assert.equal(await store.codes.add(aCode({ id: 'lost', flowId: 'lost', connectionId: 'gone' })), false);
      assert.deepEqual(await store.grants.list(), []);
    });

    it(title('takes codes along when a connection is retired, so that none comes back with it'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId }));
      assert.equal(await store.connections.retire(connectionId, T), undefined, 'a living code keeps it');
      assert.ok(await store.connections.retire(connectionId, T + 60_001));
      await store.connections.link(aLink());
      assert.equal(await store.grants.redeem('code', aGrant({ connectionId })), false);
    });

    it(title('says of a revoked grant whose it was and whether it was the last, once'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      for (const n of [1, 2]) {
        await store.codes.add(aCode({ id: `code ${n}`, flowId: `flow ${n}`, connectionId }));
        await store.grants.redeem(`code ${n}`, aGrant({ id: `grant ${n}`, connectionId }));
      }
      assert.deepEqual(await store.grants.revoke('grant 1'), { connectionId, wasLast: false });
      assert.equal(await store.grants.revoke('grant 1'), undefined);
      assert.deepEqual(await store.grants.revoke('grant 2'), { connectionId, wasLast: true });
    });

    it(title('says of exactly one of two racing last revocations that it was the last'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      for (const n of [1, 2]) {
        await store.codes.add(aCode({ id: `code ${n}`, flowId: `flow ${n}`, connectionId }));
        await store.grants.redeem(`code ${n}`, aGrant({ id: `grant ${n}`, connectionId }));
      }
      const gone = await Promise.all([store.grants.revoke('grant 1'), store.grants.revoke('grant 2')]);
      assert.deepEqual(gone.map((one) => one?.wasLast).sort(), [false, true]);
    });

    it(title('lists grants by connection and by client'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      for (const [n, clientId] of ['client', 'other'].entries()) {
        await store.codes.add(aCode({ id: `code ${n}`, flowId: `flow ${n}`, connectionId }));
        await store.grants.redeem(`code ${n}`, aGrant({ id: `grant ${n}`, clientId, connectionId, createdAt: T + n }));
      }
      const ids = async (filter?: { connectionId?: string; clientId?: string }) =>
        (await store.grants.list(filter)).map(({ id }) => id);
      assert.deepEqual(await ids(), ['grant 0', 'grant 1']);
      assert.deepEqual(await ids({ connectionId }), ['grant 0', 'grant 1']);
      assert.deepEqual(await ids({ clientId: 'other' }), ['grant 1']);
      assert.deepEqual(await ids({ connectionId: 'other' }), []);
    });

    it(title('says whether a client has any grant'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId }));
      assert.equal(await store.grants.existsFor('client'), false);
      await store.grants.redeem('code', aGrant({ connectionId }));
      assert.equal(await store.grants.existsFor('client'), true);
      assert.equal(await store.grants.existsFor('other'), false);
      await store.grants.revoke('grant');
      assert.equal(await store.grants.existsFor('client'), false);
    });

    it(title('notes the use of a client that has no row without making one'), async () => {
      await store.clients.touch('https://app.example/client.json', T);
      assert.deepEqual(await store.clients.list(), []);
    });

    it(title('lets exactly one of many racing claims of an assertion win, for each client apart'), async () => {
      const claims = Array.from({ length: 30 }, () => store.assertions.claim('client', 'jti', T));
      assert.equal((await Promise.all(claims)).filter(Boolean).length, 1);
      assert.equal(await store.assertions.claim('client', 'jti', T + 5), false);
      assert.equal(await store.assertions.claim('other', 'jti', T), true);
      assert.equal(await store.assertions.claim('client', 'another', T), true);
    });

    it(title('forgets a claimed assertion once it has ended, in small batches, and not before'), async () => {
      for (let n = 0; n < 5; n += 1) await store.assertions.claim('client', `old ${n}`, T - 1);
      await store.assertions.claim('client', 'living', T);
      assert.equal(await store.sweep(T, 3), 3);
      assert.equal(await store.sweep(T, 3), 2);
      assert.equal(await store.sweep(T, 3), 0);
      assert.equal(await store.assertions.claim('client', 'old 0', T), true);
      assert.equal(await store.assertions.claim('client', 'living', T), false);
    });

    it(title('moves last use forward only'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId }));
      await store.grants.redeem('code', aGrant({ connectionId }));
      await store.grants.touch('grant', T + 50);
      await store.grants.touch('grant', T + 20);
      assert.equal((await store.grants.find('grant'))?.lastUsedAt, T + 50);
    });

    it(title('says of exactly one of many uses at once that it was the first'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId }));
      await store.grants.redeem('code', aGrant({ connectionId }));
      const uses = await Promise.all([1, 2, 3].map((n) => store.grants.touch('grant', T + n)));
      assert.deepEqual(uses.sort(), [false, false, true]);
      assert.equal((await store.grants.find('grant'))?.firstUsedAt, T + 1);
      assert.equal(await store.grants.touch('unknown', T), false);
    });

    it(title('takes grants that have expired, once and in small batches, and no living one'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      for (let n = 0; n < 4; n += 1) {
        await store.codes.add(aCode({ id: `code ${n}`, flowId: `flow ${n}`, connectionId }));
        const expiresAt = n === 3 ? T + 1 : T - 1;
        await store.grants.redeem(`code ${n}`, aGrant({ id: `grant ${n}`, connectionId, expiresAt }));
      }
      const taken = await Promise.all([store.grants.takeExpired(T, 2), store.grants.takeExpired(T, 2)]);
      const ids = taken.flat().map(({ id }) => id);
      assert.deepEqual(ids.sort(), ['grant 0', 'grant 1', 'grant 2']);
      assert.equal(taken.flat()[0]?.ref, 'K7PM-3QXA');
      assert.deepEqual(await store.grants.takeExpired(T, 2), []);
      assert.ok(await store.grants.find('grant 3'));
    });

    it(title('retires a connection on which no grant and no living code hangs, and no other'), async () => {
      const { id } = await store.connections.link(aLink());
      await store.codes.add(aCode({ connectionId: id }));
      assert.equal(await store.connections.retire(id, T), undefined, 'a code may still become a grant');
      await store.grants.redeem('code', aGrant({ connectionId: id }));
      assert.equal(await store.connections.retire(id, T + 120_000), undefined, 'a grant hangs on it');
      await store.grants.revoke('grant');
      const retired = await store.connections.retire(id, T);
      assert.equal(retired?.deadReason, 'ended');
      assert.deepEqual([...(retired?.sealedRefreshToken ?? [])], [1, 2, 3]);
      assert.equal((await store.connections.retire(id, T))?.id, id, 'again, for another try at Google');
      assert.equal(await store.connections.removeRetired(id), true);
      assert.equal(await store.connections.find(id), undefined);
      assert.equal(await store.connections.retire(id, T), undefined);
    });

    it(title('does not remove a retired connection that a sign-in brought back'), async () => {
      const { id } = await store.connections.link(aLink());
      await store.connections.retire(id, T);
      await store.connections.link(aLink({ sealedRefreshToken: bytes(9) }));
      assert.equal(await store.connections.removeRetired(id), false);
      assert.equal((await store.connections.find(id))?.deadReason, undefined);
    });

    it(title('finds the connections on which nothing hangs for long'), async () => {
      for (const n of [0, 1, 2, 3]) await store.connections.link(aLink({ id: `c${n}`, subject: `s${n}`, at: T + n }));
      await store.codes.add(aCode({ connectionId: 'c1', expiresAt: T + 100 }));
      await store.codes.add(aCode({ id: 'spent', flowId: 'f2', connectionId: 'c2' }));
      await store.grants.redeem('spent', aGrant({ connectionId: 'c2' }));
      assert.deepEqual(await store.connections.unused(T + 3, T, 10), ['c0']);
      assert.deepEqual((await store.connections.unused(T + 3, T + 100, 10)).sort(), ['c0', 'c1']);
      assert.equal((await store.connections.unused(T + 3, T + 100, 1)).length, 1);
    });

    eventConformance(title, () => store);

    it(title('sweeps what has ended, in small batches, and nothing else'), async () => {
      const { id: connectionId } = await store.connections.link(aLink());
      for (let n = 0; n < 5; n += 1)
        await store.codes.add(aCode({ id: `code ${n}`, flowId: `flow ${n}`, connectionId, expiresAt: T - 1 }));
      await store.codes.add(aCode({ id: 'kept', flowId: 'kept', connectionId, expiresAt: T + 1 }));
      assert.equal(await store.sweep(T, 3), 3);
      assert.equal(await store.sweep(T, 3), 2);
      assert.equal(await store.sweep(T, 3), 0);
      assert.ok(await store.codes.find('kept'));
    });
  });
}
