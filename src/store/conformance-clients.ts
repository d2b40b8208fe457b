/**
 * The part of the store's contract that is about clients, called by conformance.ts.
 *
 * Owns: what the client verbs mean, as tests. Does not own: opening a store.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aClient, aCode, aGrant, aLink, T } from './conformance-records.ts';
import type { Client } from './records.ts';
import { NEVER_USED_CLIENT_MS, SPARED_CLIENT_MS, type Store } from './store.ts';

export function clientConformance(title: (sentence: string) => string, store: () => Store): void {
  it(title('gives back a client exactly as it was added, and nothing for an unknown one'), async () => {
    const client = aClient({ clientUri: 'https://a.example', lastUsedAt: T });
    assert.equal(await store().clients.add(client), true);
    assert.deepEqual(await store().clients.find(client.clientId), client);
    assert.equal(await store().clients.find('other'), undefined);
    assert.deepEqual(await store().clients.list(), [client]);
  });

  it(title('adds a client id once, also when two add it at the same moment'), async () => {
    const results = await Promise.all([
      store().clients.add(aClient({ name: 'one' })),
      store().clients.add(aClient({ name: 'two' })),
    ]);
    assert.deepEqual(results.sort(), [false, true]);
  });

  it(title('adds redirect URIs without losing one of two that come at once'), async () => {
    await store().clients.add(aClient());
    await Promise.all(
      ['https://x.example', 'https://y.example'].map((uri) => store().clients.addRedirectUri('client', uri)),
    );
    await store().clients.addRedirectUri('client', 'https://x.example');
    const uris = (await store().clients.find('client'))?.redirectUris ?? [];
    assert.deepEqual([...uris].sort(), ['https://a.example/cb', 'https://x.example', 'https://y.example']);
    assert.equal(await store().clients.addRedirectUri('nobody', 'https://x.example'), false);
  });

  it(title('removes a client with its codes and grants, and no other'), async () => {
    const connection = await store().connections.link(aLink());
    for (const clientId of ['client', 'other']) await store().clients.add(aClient({ clientId }));
    await store().codes.add(aCode({ connectionId: connection.id }));
    await store().codes.add(aCode({ id: 'kept', flowId: 'flow 2', clientId: 'other', connectionId: connection.id }));
    await store().grants.redeem('code', aGrant({ connectionId: connection.id }));
    assert.equal(await store().clients.remove('client'), true);
    assert.equal(await store().clients.remove('client'), false);
    assert.equal(await store().grants.find('grant'), undefined);
    assert.equal(await store().codes.find('code'), undefined);
    assert.ok(await store().codes.find('kept'));
  });

  it(title('says whether any client is in relay mode'), async () => {
    await store().clients.add(aClient());
    assert.equal(await store().clients.anyInRelayMode(), false);
    await store().clients.add(aClient({ clientId: 'relay', mode: 'relay' }));
    assert.equal(await store().clients.anyInRelayMode(), true);
  });

  it(title('gives back a registered client exactly as it registered'), async () => {
    const client = aRegistered('a', T);
    assert.equal(await store().clients.register(client, 10), true);
    assert.deepEqual(await store().clients.find('a'), client);
    assert.equal(await store().clients.register(client, 10), false);
  });

  it(title('lets the oldest registration go that was never used, and no other, when there are too many'), async () => {
    await store().clients.add(aClient({ createdAt: T - 9 }));
    await store().clients.register(aRegistered('used', T - 5), 3);
    await store().clients.touch('used', T);
    for (const [n, id] of ['a', 'b', 'c', 'd', 'e'].entries())
      await store().clients.register(aRegistered(id, T + n * SPARED_CLIENT_MS), 3);
    const left = (await store().clients.list()).map(({ clientId }) => clientId);
    assert.deepEqual(left, ['client', 'used', 'c', 'd', 'e']);
  });

  it(
    title('turns a registration away, and lets none go that is younger than an hour, when there are too many'),
    async () => {
      const { register, list } = store().clients;
      const ids = async () => (await list()).map(({ clientId }) => clientId);
      for (const [n, id] of ['a', 'b', 'c'].entries()) assert.equal(await register(aRegistered(id, T + n), 3), true);
      assert.equal(await register(aRegistered('early', T + SPARED_CLIENT_MS - 1), 3), false);
      assert.deepEqual(await ids(), ['a', 'b', 'c']);
      assert.equal(await register(aRegistered('later', T + SPARED_CLIENT_MS), 3), true);
      assert.deepEqual(await ids(), ['b', 'c', 'later']);
      await store().clients.touch('c', T);
      assert.equal(await register(aRegistered('beside the used', T + SPARED_CLIENT_MS), 3), true);
      assert.deepEqual(await ids(), ['b', 'c', 'beside the used', 'later']);
    },
  );

  it(title('keeps to the bound when many register at the same moment'), async () => {
    const clients = Array.from({ length: 40 }, (_, n) => aRegistered(`client ${n}`, T));
    const added = await Promise.all(clients.map((client) => store().clients.register(client, 10)));
    assert.equal(added.filter((isAdded) => isAdded).length, 10);
    assert.equal((await store().clients.list()).length, 10);
  });

  it(title('sweeps clients that registered long ago and were never used, in small batches, and no other'), async () => {
    const now = T + NEVER_USED_CLIENT_MS;
    for (const n of [1, 2, 3, 4]) await store().clients.register(aRegistered(`old ${n}`, T - n), 100);
    await store().clients.register(aRegistered('young', T), 100);
    await store().clients.register(aRegistered('used', T - 1), 100);
    await store().clients.touch('used', T);
    await store().clients.add(aClient({ createdAt: 1 }));
    assert.equal(await store().sweep(now, 3), 3);
    assert.equal(await store().sweep(now, 3), 1);
    assert.equal(await store().sweep(now, 3), 0);
    const left = (await store().clients.list()).map(({ clientId }) => clientId);
    assert.deepEqual(left, ['client', 'used', 'young']);
  });
}

function aRegistered(clientId: string, createdAt: number): Client {
  const registration = { tokenHash: 'token hash', applicationType: 'native' } as const;
  return aClient({ clientId, kind: 'registered', createdAt, lastUsedAt: undefined, registration });
}
