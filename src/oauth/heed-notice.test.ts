/** What the times of a notice, a link and a grant decide, where a whole sign-in would hide it. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLog } from '../observe/log.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import { aCode, aGrant, aLink, T } from '../store/conformance-records.ts';
import type { GoogleNotice } from '../store/records.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { createEndings } from './end-grant.ts';
import { createHeedEvent, type HeedEvent } from './heed-notice.ts';

const MINUTE = 60_000;

describe('a notice about an account', () => {
  let store: Store;
  let heed: HeedEvent;
  let recorded: string[];
  beforeEach(async () => {
    store = openSqlite(':memory:');
    recorded = [];
    const vault = createVault([{ kid: 'k', key: Buffer.alloc(32, 1) }], createRandom());
    const record: RecordEvent = ({ step, outcome }) => recorded.push(`${step} ${outcome}`);
    const log = createLog({ level: 'silent', format: 'json' });
    const provider = { revoke: async () => {} };
    const end = createEndings({ store, vault, provider, record, log, now: () => T + 60 * MINUTE });
    heed = createHeedEvent({ store, vault, end, record, log });
    await store.connections.link(aLink({ at: T }));
    await store.codes.add(aCode());
    await store.grants.redeem('code', aGrant({ createdAt: T }));
  });
  afterEach(() => store.close());

  const say = (kind: GoogleNotice, at: number) =>
    heed({ id: 'event', at, notices: [{ kind, subject: 'subject', token: undefined }] });
  const link = () => store.connections.find('connection');

  it('of a token that is not named concerns a link that is clearly older', async () => {
    await say('token-revoked', T + MINUTE);
    assert.notEqual((await link())?.sealedRefreshToken, undefined);
    await say('token-revoked', T + MINUTE + 1);
    assert.equal((await link())?.deadReason, 'token-revoked');
    assert.equal((await store.grants.list()).length, 1);
  });

  it('of tokens ends the permissions on a link that Google had refused before', async () => {
    await store.connections.markDead('connection', 1, 'invalid_grant');
    await say('tokens-revoked', T + 10 * MINUTE);
    assert.deepEqual(await store.grants.list(), []);
    assert.ok(!recorded.includes('connection dead'), 'it was dead already');
  });

  it('of tokens that comes late ends the older permissions on a link that was made again since', async () => {
    await store.connections.markDead('connection', 1, 'invalid_grant');
    await store.connections.link(aLink({ at: T + 12 * MINUTE }));
    await store.codes.add(aCode({ id: 'new', flowId: 'new' }));
    await store.grants.redeem('new', aGrant({ id: 'new', createdAt: T + 12 * MINUTE }));
    await say('tokens-revoked', T + 10 * MINUTE);
    assert.deepEqual(
      (await store.grants.list()).map(({ id }) => id),
      ['new'],
    );
    assert.equal((await link())?.deadReason, undefined);
  });

  it('leaves a link that a sign-in has just made again and given no code for yet', async () => {
    await store.connections.link(aLink({ at: T + 10 * MINUTE }));
    await say('sessions-revoked', T + 5 * MINUTE);
    assert.deepEqual(await store.grants.list(), [], 'the old permission ends');
    await say('account-disabled', T + 5 * MINUTE);
    const stays = await link();
    assert.deepEqual([stays?.linkedAt, stays?.deadReason], [T + 10 * MINUTE, undefined], 'the new link stays');
  });

  it('takes a code along that was given before, and not one that was given since', async () => {
    const at = T + 5 * MINUTE;
    const code = (id: string, givenAt: number) =>
      store.codes.add(aCode({ id, flowId: id, expiresAt: givenAt + MINUTE }));
    await code('since', at + 2000);
    await say('sessions-revoked', at);
    assert.equal(await store.grants.redeem('since', aGrant({ id: 'new', createdAt: at + 3000 })), true);
    await store.grants.revoke('new');
    await code('before', at);
    await say('sessions-revoked', at);
    assert.equal(await store.grants.redeem('before', aGrant({ id: 'late', createdAt: at + 3000 })), false);
  });

  it('is heeded whole when it says several things', async () => {
    const about = { subject: 'subject', token: undefined };
    const kinds = ['credential-change-required', 'sessions-revoked'] as const;
    await heed({ id: 'event', at: T + MINUTE, notices: kinds.map((kind) => ({ kind, ...about })) });
    assert.equal(recorded.filter((line) => line === 'connection noticed').length, 2);
    assert.equal(await link(), undefined);
  });

  it('of nobody in particular ends nothing', async () => {
    await heed({
      id: 'event',
      at: T + MINUTE,
      notices: [{ kind: 'sessions-revoked', subject: undefined, token: undefined }],
    });
    assert.equal((await store.grants.list()).length, 1);
    assert.deepEqual(recorded, []);
  });
});
