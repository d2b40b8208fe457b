import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { UpstreamError } from '../errors.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { tokenContext } from '../vault/google-tokens.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { createLiveTokens, type LiveTokens } from './live-token.ts';
import type { Provider, ProviderTokens } from './provider.ts';

const vault = createVault([{ kid: 'k', key: new Uint8Array(32).fill(1) }], createRandom());

/** Several processes on one database, with a Google whose answers are lined up. */
describe('live tokens of one connection in several processes', () => {
  let store: Store;
  let time: number;
  let asked: number;
  let dead: string[];
  let answers: (() => Promise<ProviderTokens>)[];
  let id: string;
  beforeEach(async () => {
    store = openSqlite(':memory:');
    time = 1_800_000_000_000;
    asked = 0;
    dead = [];
    answers = [];
    const seal = (kind: 'access' | 'refresh', token: string) =>
      vault.seal('google-tokens', tokenContext('sub', kind), token);
    const link = await store.connections.link({
      id: 'c',
      subject: 'sub',
      email: undefined,
      name: undefined,
      scopes: [],
      sealedRefreshToken: seal('refresh', 'r'),
      sealedAccessToken: seal('access', 'old'),
      accessExpiresAt: time + 30_000,
      refreshExpiresAt: undefined,
      at: time,
    });
    id = link.id;
  });
  afterEach(() => store.close());

  const tokens = (accessToken: string): ProviderTokens => ({
    accessToken,
    expiresInSeconds: 3599,
    refreshToken: undefined,
    refreshExpiresInSeconds: undefined,
    scopes: [],
    idToken: undefined,
  });
  const refuse = (kind: 'busy' | 'grant-dead' | 'misconfigured' | 'unreachable') => async () => {
    throw new UpstreamError(kind, kind, { code: kind === 'grant-dead' ? 'invalid_grant' : undefined });
  };
  const refresh = () => {
    asked += 1;
    return (answers.shift() ?? (async () => tokens(`new ${asked}`)))();
  };
  const process = (): LiveTokens =>
    createLiveTokens({
      connections: store.connections,
      vault,
      provider: { refresh } as Partial<Provider> as Provider,
      now: () => time,
      // Time passes while one waits, and the others get their turn.
      sleep: async (milliseconds) => {
        time += milliseconds;
        await new Promise((resolve) => setImmediate(resolve));
      },
      jitter: () => 0,
      onDead: (_connection, code) => dead.push(code ?? ''),
    });

  it('asks Google once for all callers of all processes', async () => {
    const [one, two, three] = [process(), process(), process()];
    const calls = [one, two, three].flatMap((each) => [
      each.accessToken(id),
      each.accessToken(id),
      each.accessToken(id),
    ]);
    assert.deepEqual(new Set(await Promise.all(calls)), new Set(['new 1']));
    assert.equal(asked, 1);
  });

  it('gives out the kept token until a minute before its end', async () => {
    assert.equal(await process().accessToken(id), 'new 1');
    time += 3599_000 - 61_000;
    assert.equal(await process().accessToken(id), 'new 1');
    time += 2_000;
    assert.equal(await process().accessToken(id), 'new 2');
  });

  it('does not give out a token again that Google refused, and refreshes once for all who were refused it', async () => {
    const [one, two] = [process(), process()];
    const first = await one.accessToken(id);
    const calls = [one, two, one].map((each) => each.accessToken(id, first));
    assert.deepEqual(new Set(await Promise.all(calls)), new Set(['new 2']));
    assert.equal(asked, 2);
  });

  it('takes over when the process that had the turn died with it', async () => {
    const { version } = (await store.connections.find(id)) ?? { version: 0 };
    await store.connections.claimRefresh(id, version, time, time + 10_000);
    assert.equal(await process().accessToken(id), 'new 1');
    assert.equal(asked, 1);
  });

  it('tries passing trouble again a little later, and gives up within a caller’s patience', async () => {
    answers = [refuse('busy'), refuse('unreachable')];
    assert.equal(await process().accessToken(id), 'new 3');
    time += 3600_000;
    answers = [refuse('busy'), refuse('busy'), refuse('busy')];
    const started = time;
    await assert.rejects(process().accessToken(id), (error) => error instanceof UpstreamError && error.kind === 'busy');
    assert.ok(time - started < 10_000);
    assert.deepEqual(dead, []);
    assert.equal(await process().accessToken(id), 'new 7', 'the link is whole and the turn was given back');
  });

  it('marks a dead link once, and does not ask Google again about it', async () => {
    answers = [refuse('grant-dead')];
    const isDead = (error: unknown) => error instanceof UpstreamError && error.kind === 'grant-dead';
    const [one, two] = [process(), process()];
    await Promise.all([one, two].map((each) => assert.rejects(each.accessToken(id), isDead)));
    await assert.rejects(process().accessToken(id), isDead);
    assert.equal(asked, 1);
    assert.deepEqual(dead, ['invalid_grant']);
  });

  it('keeps the link when it is our own configuration that Google refuses', async () => {
    answers = [refuse('misconfigured')];
    await assert.rejects(
      process().accessToken(id),
      (error) => error instanceof UpstreamError && error.kind === 'misconfigured',
    );
    assert.equal((await store.connections.find(id))?.deadReason, undefined);
    assert.equal(await process().accessToken(id), 'new 2');
  });

  it('keeps a refresh token that Google renews', async () => {
    answers = [async () => ({ ...tokens('new 1'), refreshToken: 'r2' })];
    await process().accessToken(id);
    const sealed = (await store.connections.find(id))?.sealedRefreshToken ?? new Uint8Array();
    assert.equal(vault.open('google-tokens', tokenContext('sub', 'refresh'), sealed), 'r2');
  });
});
