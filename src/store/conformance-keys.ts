/**
 * The part of the store's contract that changing keys leans on, called by conformance.ts.
 *
 * Owns: what paging, re-sealing and counting by key mean, as tests. Does not own: opening a store.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aCode, aGrant, aLink, aNext, bytes, T } from './conformance-records.ts';
import type { Store } from './store.ts';

export function resealConformance(title: (sentence: string) => string, store: () => Store): void {
  it(title('pages through every connection once, in the order of their ids'), async () => {
    for (const n of [3, 1, 4, 2, 5]) await store().connections.link(aLink({ id: `c${n}`, subject: `s${n}` }));
    const ids = async (after: string) => (await store().connections.page(after, 2)).map(({ id }) => id);
    assert.deepEqual(await ids(''), ['c1', 'c2']);
    assert.deepEqual(await ids('c2'), ['c3', 'c4']);
    assert.deepEqual(await ids('c4'), ['c5']);
    assert.deepEqual(await ids('c5'), []);
  });

  it(title('seals tokens anew over the version that was read and lets a refresh under way finish'), async () => {
    const { id, version } = await store().connections.link(aLink());
    assert.equal(await store().connections.claimRefresh(id, version, T, T + 10), true);
    const tokens = { sealedRefreshToken: bytes(7), sealedAccessToken: undefined };
    assert.equal(await store().connections.reseal(id, version, tokens), true);
    const between = await store().connections.find(id);
    assert.deepEqual([...(between?.sealedRefreshToken ?? [])], [7]);
    assert.deepEqual([...(between?.sealedAccessToken ?? [])], [4, 5, 6]);
    assert.equal(await store().connections.claimRefresh(id, version, T + 1, T + 20), false, 'the turn is still taken');
    const fresh = { sealedAccessToken: bytes(8), accessExpiresAt: T, sealedRefreshToken: undefined, at: T };
    assert.equal(await store().connections.saveAccess(id, version, fresh), true);
    const late = { sealedRefreshToken: bytes(9), sealedAccessToken: bytes(9) };
    assert.equal(await store().connections.reseal(id, version, late), false, 'the tokens have changed');
    const after = await store().connections.find(id);
    assert.deepEqual([...(after?.sealedRefreshToken ?? [])], [7]);
    assert.deepEqual([...(after?.sealedAccessToken ?? [])], [8]);
    assert.equal(await store().connections.reseal('nobody', 1, late), false);
  });

  it(title('counts by key the grants that rotated lately'), async () => {
    const { id: connectionId } = await store().connections.link(aLink());
    for (const [n, kid] of ['k1', 'k1', 'k2'].entries()) {
      await store().codes.add(aCode({ id: `code ${n}`, flowId: `flow ${n}`, connectionId }));
      const rotation = { ...aNext(1).rotation, kid, at: T + n };
      await store().grants.redeem(`code ${n}`, aGrant({ id: `grant ${n}`, connectionId, rotation }));
    }
    const counts = async (since: number) => Object.fromEntries(await store().grants.countByKey(since));
    assert.deepEqual(await counts(T), { k1: 2, k2: 1 });
    assert.deepEqual(await counts(T + 1), { k1: 1, k2: 1 });
    assert.deepEqual(await counts(T + 3), {});
  });
}
