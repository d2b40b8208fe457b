/** What ends leaves a line in the audit trail, also when the database fails right after the end. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Happening } from '../observe/record-event.ts';
import { aCode, aGrant, aLink, T } from '../store/conformance-records.ts';
import { openSqlite } from '../store/sqlite.ts';
import { type ConnectionStore, type Store, StoreError } from '../store/store.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { createEndings } from './end-grant.ts';

describe('the end of a grant', () => {
  it('is recorded although its connection cannot be read any more once the grant is gone', async () => {
    const { end, recorded, close } = await openEndings();
    await end.grant('grant', 'client').catch(() => {});
    assert.deepEqual(recorded, ['grant ended client']);
    await close();
  });

  it('by time is recorded although its connection cannot be read any more', async () => {
    const { end, recorded, close } = await openEndings(T + 2 * 86_400_000);
    await end.leftovers(10).catch(() => {});
    assert.deepEqual(recorded, ['grant ended unused']);
    await close();
  });
});

/** One grant on one connection, in a store that fails to read connections as soon as the grant is gone. */
async function openEndings(now: number = T) {
  const store = openSqlite(':memory:');
  await store.connections.link(aLink());
  await store.codes.add(aCode());
  await store.grants.redeem('code', aGrant());
  const vault = createVault([{ kid: 'k1', key: Buffer.alloc(32, 1) }], createRandom());
  const recorded: string[] = [];
  const end = createEndings({
    store: { ...store, connections: failing(store) },
    vault,
    provider: { revoke: async () => {} },
    record: ({ step, outcome, detail }: Happening) => void recorded.push(`${step} ${outcome} ${detail?.why}`),
    log: { debug() {}, info() {}, warn() {}, error() {} } as never,
    now: () => now,
  });
  return { end, recorded, close: () => store.close() };
}

function failing(store: Store): ConnectionStore {
  const find: ConnectionStore['find'] = async (id) => {
    if ((await store.grants.find('grant')) === undefined) throw new StoreError('the database is gone');
    return store.connections.find(id);
  };
  const retire = async () => {
    throw new StoreError('the database is gone');
  };
  return { ...store.connections, find, retire };
}
