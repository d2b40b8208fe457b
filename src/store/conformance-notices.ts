/**
 * The part of the store's contract that Google's notices about an account lean on, called by conformance.ts.
 *
 * Owns: when a link was made, and how its tokens are forgotten, as tests. Does not own: opening a store.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aLink, bytes, T } from './conformance-records.ts';
import type { Store } from './store.ts';

export function noticeConformance(title: (sentence: string) => string, store: () => Store): void {
  const fresh = { sealedAccessToken: bytes(7), accessExpiresAt: T, sealedRefreshToken: bytes(8), at: T + 9 };

  it(title('knows when a link was last made at a sign-in, and not only when it was used'), async () => {
    const { id, version, linkedAt } = await store().connections.link(aLink());
    assert.equal(linkedAt, T);
    await store().connections.saveAccess(id, version, fresh);
    assert.equal((await store().connections.find(id))?.linkedAt, T, 'a refresh is no sign-in');
    const again = await store().connections.link(aLink({ at: T + 50 }));
    assert.deepEqual([again.linkedAt, again.createdAt], [T + 50, T]);
  });

  it(title('forgets the tokens of a link, and lets no refresh that is under way bring one back'), async () => {
    const { id, version } = await store().connections.link(aLink());
    assert.equal(await store().connections.claimRefresh(id, version, T, T + 10), true);
    assert.equal(await store().connections.forgetTokens(id, version, 'tokens-revoked'), true);
    assert.equal(await store().connections.saveAccess(id, version, fresh), false);
    const dead = await store().connections.find(id);
    assert.equal(dead?.deadReason, 'tokens-revoked');
    assert.deepEqual([dead?.sealedRefreshToken, dead?.sealedAccessToken], [undefined, undefined]);
  });

  it(title('forgets no token that came after the version that was read'), async () => {
    const { id, version } = await store().connections.link(aLink());
    const renewed = await store().connections.link(aLink({ sealedRefreshToken: bytes(9) }));
    assert.equal(await store().connections.forgetTokens(id, version, 'tokens-revoked'), false);
    assert.deepEqual(await store().connections.find(id), renewed);
    assert.equal(await store().connections.forgetTokens('nobody', 1, 'tokens-revoked'), false);
  });

  it(title('gives a forgotten link its turn and its life back with the next sign-in'), async () => {
    const { id, version } = await store().connections.link(aLink());
    await store().connections.claimRefresh(id, version, T, T + 1000);
    await store().connections.forgetTokens(id, version, 'token-revoked');
    const again = await store().connections.link(aLink({ sealedRefreshToken: bytes(5) }));
    assert.equal(again.deadReason, undefined);
    assert.deepEqual([...(again.sealedRefreshToken ?? [])], [5]);
    assert.equal(await store().connections.claimRefresh(id, again.version, T + 1, T + 20), true);
  });
}
