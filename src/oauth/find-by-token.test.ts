/** Whose token it is, found among sealed ones. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { UpstreamError } from '../errors.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { tokenContext } from '../vault/google-tokens.ts';
import { createRandom } from '../vault/token.ts';
import { createVault, type Vault } from '../vault/vault.ts';
import { createFindByToken, type FindByToken } from './find-by-token.ts';

const key = (byte: number) => ({ kid: `k${byte}`, key: Buffer.alloc(32, byte) });
const tokenOf = (n: number) => `1//0g${String(n).padStart(11, '0')}CgYIARAAGBASNwF-L9Ir`;
const doubleHash = (token: string) =>
  createHash('sha512').update(createHash('sha512').update(token).digest()).digest('base64');

describe('the holder of a token', () => {
  let store: Store;
  let vault: Vault;
  let find: FindByToken;
  beforeEach(async () => {
    store = openSqlite(':memory:');
    vault = createVault([key(1)], createRandom());
    find = createFindByToken({ connections: store.connections, vault });
    for (let n = 0; n < 250; n += 1) await link(n, tokenOf(n));
  });
  afterEach(() => store.close());

  const link = (n: number, token: string | undefined, by: Vault = vault) => {
    const seal = (kind: 'access' | 'refresh', text: string) =>
      by.seal('google-tokens', tokenContext(`subject ${n}`, kind), text);
    return store.connections.link({
      id: `connection ${n}`,
      subject: `subject ${n}`,
      email: undefined,
      name: undefined,
      scopes: [],
      sealedRefreshToken: token === undefined ? undefined : seal('refresh', token),
      sealedAccessToken: seal('access', 'access'),
      accessExpiresAt: 0,
      refreshExpiresAt: undefined,
      at: 0,
    });
  };
  const idOf = async (...asked: Parameters<FindByToken>) => (await find(...asked))?.id;

  it('is found by the first sixteen characters, on whichever page it stands', async () => {
    for (const n of [0, 99, 100, 249])
      assert.equal(await idOf({ form: 'prefix', value: tokenOf(n).slice(0, 16) }, undefined), `connection ${n}`);
    assert.equal(await idOf({ form: 'prefix', value: tokenOf(250).slice(0, 16) }, undefined), undefined);
  });

  it('is found by the double hash, with its padding or without, in either alphabet', async () => {
    const hash = doubleHash(tokenOf(123));
    for (const value of [hash, hash.replaceAll('=', ''), hash.replaceAll('+', '-').replaceAll('/', '_')])
      assert.equal(await idOf({ form: 'double-hash', value }, undefined), 'connection 123');
    assert.equal(await idOf({ form: 'double-hash', value: doubleHash('another') }, undefined), undefined);
  });

  it('is not guessed from a piece that begins many tokens', async () => {
    assert.equal(await idOf({ form: 'prefix', value: '1//0g' }, undefined), undefined);
    assert.equal(await idOf({ form: 'prefix', value: '' }, undefined), undefined);
  });

  it('is the person who is named, or nobody', async () => {
    const mark = { form: 'prefix', value: tokenOf(7).slice(0, 16) } as const;
    assert.equal(await idOf(mark, 'subject 7'), 'connection 7');
    assert.equal(await idOf(mark, 'subject 8'), undefined);
    assert.equal(await idOf(mark, 'nobody'), undefined);
  });

  it('is found past tokens that cannot be opened, and links that have none', async () => {
    await link(0, tokenOf(0), createVault([key(2)], createRandom()));
    await store.connections.forgetTokens('connection 1', 1, 'token-revoked');
    assert.equal(await idOf({ form: 'prefix', value: tokenOf(2).slice(0, 16) }, undefined), 'connection 2');
    assert.equal(await idOf({ form: 'prefix', value: tokenOf(0).slice(0, 16) }, undefined), undefined);
    assert.equal(await idOf({ form: 'prefix', value: tokenOf(1).slice(0, 16) }, undefined), undefined);
  });

  it('is looked for by one search at a time, ten wait, and the next is told to come again', async () => {
    let running = 0;
    let most = 0;
    const slow = createFindByToken({
      vault,
      connections: {
        ...store.connections,
        page: async (after, limit) => {
          running += 1;
          most = Math.max(most, running);
          const page = await store.connections.page(after, limit);
          running -= 1;
          return page;
        },
      },
    });
    const mark = { form: 'prefix', value: tokenOf(240).slice(0, 16) } as const;
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => slow(mark, undefined)));
    assert.equal(most, 1);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 10);
    const late = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.ok(late.every((error) => error instanceof UpstreamError && error.kind === 'busy'));
    assert.ok(late.every(({ message }) => message === 'many tokens are being looked for'));
    assert.equal((await slow(mark, undefined))?.id, 'connection 240', 'and then there is room again');
  });

  it('is found by more than its beginning, too', async () => {
    assert.equal(await idOf({ form: 'prefix', value: tokenOf(7) }, 'subject 7'), 'connection 7');
  });

  it('is looked for from the first link on, among a hundred thousand at most', async () => {
    const asked: string[] = [];
    const endless = createFindByToken({
      vault,
      connections: {
        ...store.connections,
        page: async (after, limit) => {
          asked.push(after);
          const any = await store.connections.find('connection 0');
          assert.ok(any !== undefined);
          return Array.from({ length: limit }, (_, n) => ({ ...any, id: `${n}`, sealedRefreshToken: undefined }));
        },
      },
    });
    assert.equal(await endless({ form: 'prefix', value: tokenOf(999) }, undefined), undefined);
    assert.deepEqual([asked.length, asked[0], asked[1]], [1000, '', '99']);
  });

  it('is not said to be gone when the vault itself fails', async () => {
    const open = () => {
      throw new RangeError('the vault is broken');
    };
    const broken = createFindByToken({ connections: store.connections, vault: { ...vault, open } as Vault });
    await assert.rejects(broken({ form: 'prefix', value: tokenOf(7) }, undefined), RangeError);
  });

  it('is looked for in small bites, between which other requests are answered', async () => {
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await find({ form: 'prefix', value: tokenOf(999).slice(0, 16) }, undefined);
    isOver = true;
    assert.ok(turns >= 2, `${turns} turns between three pages`);
  });

  it('is looked for again after a search that failed', async () => {
    let isBroken = true;
    const page: Store['connections']['page'] = (after, limit) =>
      isBroken ? Promise.reject(new Error('gone')) : store.connections.page(after, limit);
    const fragile = createFindByToken({ vault, connections: { ...store.connections, page } });
    const mark = { form: 'prefix', value: tokenOf(3).slice(0, 16) } as const;
    await assert.rejects(fragile(mark, undefined), /gone/);
    isBroken = false;
    assert.equal((await fragile(mark, undefined))?.id, 'connection 3');
  });
});
