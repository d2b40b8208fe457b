/** What the times of a notice, a link and a grant decide, where a whole sign-in would hide it. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { RecordEvent } from '../observe/record-event.ts';
import { aCode, aGrant, aLink, T } from '../store/conformance-records.ts';
import type { GoogleNotice } from '../store/records.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { createNotedLog, type NotedLine } from './clients/noted-log.fixture.ts';
import { createEndings } from './end-grant.ts';
import { createHeedEvent, type HeedEvent } from './heed-notice.ts';

const MINUTE = 60_000;

describe('a notice about an account', () => {
  let store: Store;
  let heed: HeedEvent;
  let recorded: Parameters<RecordEvent>[];
  let lines: NotedLine[];
  let beforeSaving: () => Promise<unknown>;
  beforeEach(async () => {
    store = openSqlite(':memory:');
    recorded = [];
    const vault = createVault([{ kid: 'k', key: Buffer.alloc(32, 1) }], createRandom());
    const record: RecordEvent = (...event) => void recorded.push(event);
    const noted = createNotedLog();
    lines = noted.lines;
    const { log } = noted;
    beforeSaving = async () => {};
    const connections: Store['connections'] = {
      ...store.connections,
      forgetTokens: async (...given) => {
        await beforeSaving();
        return store.connections.forgetTokens(...given);
      },
    };
    const provider = { revoke: async () => {} };
    const end = createEndings({ store, vault, provider, record, log, now: () => T + 60 * MINUTE });
    heed = createHeedEvent({ store: { connections }, vault, end, record, log });
    await store.connections.link(aLink({ at: T }));
    await store.codes.add(aCode());
    await store.grants.redeem('code', aGrant({ createdAt: T }));
  });
  afterEach(() => store.close());

  const say = (kind: GoogleNotice, at: number) =>
    heed({ id: 'event', at, notices: [{ kind, subject: 'subject', token: undefined }] });
  const events = () => recorded.map(([{ step, outcome, detail }]) => [step, outcome, detail]);
  const permit = async (id: string, createdAt: number) => {
    await store.codes.add(aCode({ id, flowId: id }));
    await store.grants.redeem(id, aGrant({ id, createdAt }));
  };
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
    assert.ok(!recorded.some(([{ outcome }]) => outcome === 'dead'), 'it was dead already');
  });

  it('of tokens that comes late ends the older permissions on a link that was made again since', async () => {
    await store.connections.markDead('connection', 1, 'invalid_grant');
    await store.connections.link(aLink({ at: T + 12 * MINUTE }));
    await permit('new', T + 12 * MINUTE);
    await say('tokens-revoked', T + 10 * MINUTE);
    assert.deepEqual(
      (await store.grants.list()).map(({ id }) => id),
      ['new'],
    );
    assert.equal((await link())?.deadReason, undefined);
  });

  it('of tokens ends what was permitted shortly before, on a link that is clearly older', async () => {
    await permit('shortly before', T + 9.5 * MINUTE);
    await say('tokens-revoked', T + 10 * MINUTE);
    assert.deepEqual(await store.grants.list(), []);
  });

  it('of tokens ends the same on a link that was found dead', async () => {
    await permit('shortly before', T + 9.5 * MINUTE);
    await store.connections.markDead('connection', 1, 'invalid_grant');
    await say('tokens-revoked', T + 10 * MINUTE);
    assert.deepEqual(await store.grants.list(), []);
  });

  it('of tokens spares a link, and what is permitted on it, that is hardly older', async () => {
    await say('tokens-revoked', T + MINUTE / 2);
    assert.equal((await link())?.deadReason, undefined);
    assert.equal((await store.grants.list()).length, 1);
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
    assert.equal(recorded.filter(([{ outcome }]) => outcome === 'noticed').length, 2);
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

  it('is in the trail with its reason and the event’s name, before what it ends', async () => {
    await heed({
      id: 'tab\there',
      at: T + 5 * MINUTE,
      notices: [{ kind: 'token-revoked', subject: 'subject', token: undefined }],
    });
    const about = { connectionId: 'connection', email: 'ada@example.com' };
    assert.deepEqual(recorded, [
      [{ step: 'connection', outcome: 'noticed', ...about, detail: { why: 'token-revoked' } }, { event: 'tab?here' }],
      [{ step: 'connection', outcome: 'dead', ...about, detail: { google: 'token-revoked' } }],
    ]);
  });

  it('that ends nothing is in the trail and changes nothing', async () => {
    for (const kind of ['account-enabled', 'credential-change-required'] as const) {
      const before = await link();
      await say(kind, T + 5 * MINUTE);
      assert.deepEqual(await link(), before);
      assert.deepEqual(events().at(-1), ['connection', 'noticed', { why: kind }]);
    }
    assert.equal((await store.grants.list()).length, 1);
  });

  it('of a disabled account deletes the tokens of a link made in the same second, and not of a later one', async () => {
    await say('account-disabled', T - 1000);
    assert.equal((await link())?.deadReason, undefined);
    await say('account-disabled', T - 999);
    assert.equal((await link())?.deadReason, 'account-disabled');
  });

  it('of a hijacked account ends what was made in the same second', async () => {
    await say('account-hijacked', T - 1000);
    assert.equal((await store.grants.list()).length, 1);
    await say('account-hijacked', T - 999);
    assert.deepEqual(await store.grants.list(), []);
  });

  it('deletes tokens that were refreshed in this very moment', async () => {
    let times = 0;
    beforeSaving = async () => {
      times += 1;
      const seen = await link();
      if (times > 1 || seen === undefined) return;
      const fresh = { accessExpiresAt: T + 90 * MINUTE, sealedRefreshToken: undefined, at: T };
      await store.connections.saveAccess(seen.id, seen.version, { ...fresh, sealedAccessToken: Buffer.from('new') });
    };
    await say('token-revoked', T + 5 * MINUTE);
    assert.equal((await link())?.deadReason, 'token-revoked');
    assert.equal(times, 2);
  });

  it('comes too late for a person who was deleted in this very moment', async () => {
    beforeSaving = () => store.connections.remove('connection');
    await say('tokens-revoked', T + 5 * MINUTE);
    assert.equal(await link(), undefined);
    assert.ok(!recorded.some(([{ outcome }]) => outcome === 'dead'));
  });

  it('is only logged when it is a test, of nobody here, or of a kind that is not known, cut to a readable size', async () => {
    const nobody = { subject: 'somebody else', token: undefined };
    const state = `a\u202estate ${'x'.repeat(300)}`;
    await heed({
      id: 'event',
      at: T,
      notices: [
        { kind: 'verification', state, ...nobody },
        { kind: 'verification', state: undefined, ...nobody },
        { kind: 'unknown', type: 'https://example.com/new\n', ...nobody },
        { kind: 'tokens-revoked', ...nobody },
      ],
    });
    const said = { step: 'google-events', event: 'event' };
    const text = `a?state ${'x'.repeat(300)}`.slice(0, 200);
    assert.deepEqual(lines, [
      ['info', { ...said, kind: 'verification', text }, 'Google’s test event has arrived'],
      ['info', { ...said, kind: 'verification', text: '' }, 'Google’s test event has arrived'],
      [
        'warn',
        { ...said, kind: 'unknown', type: 'https://example.com/new?' },
        'Google sent a security event of a kind that is not known',
      ],
      [
        'info',
        { ...said, kind: 'tokens-revoked' },
        'Google sent a security notice about somebody who is not connected',
      ],
    ]);
    assert.deepEqual(recorded, []);
  });
});
