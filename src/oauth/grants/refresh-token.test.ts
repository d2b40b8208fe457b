import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { AuthMethod } from '../../store/records.ts';
import { createId, createRandom, createSecret, formatToken } from '../../vault/token.ts';
import { CLIENT, createGranted, type Granted, RESOURCE, refusedWith, SCOPES } from './granted.fixture.ts';
import { type RefreshParts, refreshTokens } from './refresh-token.ts';

const WORDS = 'The refresh token is unknown, expired, revoked or was issued to another client.';
const WINDOW_MS = 120_000;

describe('a refresh token (RFC 6749 6)', () => {
  let granted: Granted;
  beforeEach(async () => {
    granted = await createGranted();
  });
  afterEach(() => granted.close());
  const refresh = (fields: Record<string, string>, parts: Partial<RefreshParts> = {}, method: AuthMethod = 'none') =>
    refreshTokens({ ...granted.parts, ...parts }, { client: CLIENT, method }, new Map(Object.entries(fields)));
  const refused = (kind: string) => refusedWith('invalid_grant', WORDS, { kind });

  it('is replaced by a new one, for as much as was granted or for less when less is asked for', async () => {
    const { grant, answer } = await granted.addGrant();
    granted.advance(5000);
    const second = await refresh({ refresh_token: answer.refresh_token, resource: RESOURCE });
    assert.deepEqual([second.scope, second.expires_in, second.token_type], [SCOPES.join(' '), 3600, 'Bearer']);
    assert.notEqual(second.refresh_token, answer.refresh_token);
    const third = await refresh({ refresh_token: second.refresh_token, scope: 'calendar.readonly' });
    assert.equal(third.scope, 'calendar.readonly');
    const kept = await granted.store.grants.find(grant.id);
    assert.deepEqual([kept?.generation, kept?.retired.length, kept?.lastUsedAt], [3, 2, granted.now()]);
    assert.deepEqual(granted.ended, []);
  });

  it('is refused, and leaves its grant as it was, when anything about the request is wrong', async () => {
    const random = createRandom();
    const { grant, answer } = await granted.addGrant();
    const good = { refresh_token: answer.refresh_token };
    const unknown = formatToken('refreshToken', createId(random), createSecret(random));
    const made = formatToken('refreshToken', grant.id, createSecret(random));
    const { connections } = granted.store;
    const link = await connections.find(grant.connectionId);
    assert.ok(link !== undefined);
    const linkedAs = (found: typeof link | undefined) => ({
      store: { ...granted.store, connections: { ...connections, find: async () => found } },
    });
    const cases: [Record<string, string>, Parameters<typeof refusedWith>, Partial<RefreshParts>?][] = [
      [{}, ['invalid_request', 'refresh_token is missing.']],
      [{ refresh_token: 'x' }, ['invalid_grant', WORDS, { kind: 'refresh-unknown' }]],
      [{ refresh_token: unknown }, ['invalid_grant', WORDS, { kind: 'refresh-unknown' }]],
      [{ refresh_token: made }, ['invalid_grant', WORDS, { kind: 'refresh-unknown' }]],
      [{ refresh_token: answer.access_token }, ['invalid_grant', WORDS, { kind: 'refresh-unknown' }]],
      [good, ['invalid_grant', WORDS, { kind: 'grant-dead' }], linkedAs(undefined)],
      [good, ['invalid_grant', WORDS, { kind: 'grant-dead' }], linkedAs({ ...link, deadReason: 'invalid_grant' })],
      [
        good,
        ['invalid_grant', WORDS, { kind: 'account-not-allowed' }],
        { mayConnect: (email) => email !== link.email },
      ],
      [
        { ...good, scope: 'gmail.readonly' },
        ['invalid_scope', `A refresh cannot ask for more than was granted: ${SCOPES.join(' ')}.`],
      ],
      [
        { ...good, resource: 'https://other.example/mcp' },
        ['invalid_target', `This server issues tokens for ${RESOURCE} only.`],
      ],
    ];
    const before = await granted.store.grants.find(grant.id);
    for (const [fields, refusal, parts] of cases)
      await assert.rejects(refresh(fields, parts), refusedWith(...refusal), JSON.stringify([fields, refusal]));
    const foreign = await granted.addGrant({ clientId: 'other' });
    await assert.rejects(refresh({ refresh_token: foreign.answer.refresh_token }), refused('refresh-other-client'));
    assert.deepEqual(await granted.store.grants.find(grant.id), before);
    assert.deepEqual(granted.ended, []);
  });

  it('is good until the day at which it expires unused', async () => {
    const { answer } = await granted.addGrant();
    granted.advance(86_400_000 - 1);
    const next = await refresh({ refresh_token: answer.refresh_token });
    granted.advance(86_400_000);
    await assert.rejects(refresh({ refresh_token: next.refresh_token }), refused('grant-dead'));
  });

  it('that was replaced gets the newest answer again until the window ends, and is stale after it', async () => {
    for (const [method, end] of [
      ['none', 'refresh-stale'],
      ['client_secret_basic', undefined],
      ['private_key_jwt', undefined],
    ] as const) {
      const { grant, answer } = await granted.addGrant();
      const old = { refresh_token: answer.refresh_token };
      granted.advance(5000);
      const newest = await refresh(old, {}, method);
      granted.advance(WINDOW_MS - 1);
      assert.deepEqual(await refresh(old, {}, method), newest);
      granted.advance(1);
      granted.ended.length = 0;
      await assert.rejects(refresh(old, {}, method), refused('refresh-stale'));
      assert.deepEqual(granted.ended, end === undefined ? [] : [`${grant.id} ${end}`], method);
    }
  });

  it('gets a lost answer ten times, where those of one second count as one', async () => {
    const { grant, answer } = await granted.addGrant();
    const old = { refresh_token: answer.refresh_token };
    const replays = async () => (await granted.store.grants.find(grant.id))?.rotation.replays;
    await refresh(old);
    for (let worker = 0; worker < 64; worker += 1) await refresh(old);
    granted.advance(999);
    await refresh(old);
    assert.equal(await replays(), 0);
    granted.advance(1);
    await refresh(old);
    assert.equal(await replays(), 1);
    for (let time = 2; time <= 10; time += 1) {
      granted.advance(1000);
      await refresh(old);
    }
    assert.equal(await replays(), 10);
    await assert.rejects(refresh(old), refused('refresh-stale'));
  });

  it('counts while the clock is behind what was noted, so that no burst lasts for hours', async () => {
    const { grant, answer } = await granted.addGrant();
    const old = { refresh_token: answer.refresh_token };
    await refresh(old);
    granted.advance(-3_600_000);
    await refresh(old);
    assert.equal((await granted.store.grants.find(grant.id))?.rotation.replays, 1);
  });

  it('gives one and the same pair to all who show it at once', async () => {
    const { grant, answer } = await granted.addGrant();
    const old = { refresh_token: answer.refresh_token };
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(old)));
    assert.equal(new Set(answers.map((one) => JSON.stringify(one))).size, 1);
    assert.equal((await granted.store.grants.find(grant.id))?.generation, 2);
  });

  it('gives the newest pair when another rotation comes between looking and counting', async () => {
    const { answer } = await granted.addGrant();
    const old = { refresh_token: answer.refresh_token };
    const second = await refresh(old);
    granted.advance(2000);
    let newest = second;
    const { grants } = granted.store;
    const countReplay: typeof grants.countReplay = async (...counted) => {
      if (newest === second) newest = await refresh({ refresh_token: second.refresh_token });
      return grants.countReplay(...counted);
    };
    const again = await refresh(old, { store: { ...granted.store, grants: { ...grants, countReplay } } });
    assert.notDeepEqual(newest, second);
    assert.deepEqual(again, newest);
  });
});
