/**
 * A person connects in the very moment in which their last other grant is given back, as a "reconnect" button may do it.
 * The random model found these orders; here each of them is made on purpose.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { CodeStore, ConnectionStore, Store } from '../../src/store/store.ts';
import {
  callTool,
  connect,
  createWorld,
  GOOGLE,
  redeem,
  signIn,
  type TestClient,
  type World,
} from '../support/world.ts';

/** CodeStore.add takes a code on a connection that was retired a moment ago; the callback has then to ask Google again. */

describe('a sign-in that meets the revocation of the last grant', () => {
  it('gives a code that works when the link ends just before the code is kept', async () => {
    await meet((store, revokeOnce) => ({
      codes: {
        ...store.codes,
        add: async (code: Parameters<CodeStore['add']>[0]) => {
          await revokeOnce();
          return store.codes.add(code);
        },
      },
    }));
  });

  it('gives a code that works when the link is marked before the code is kept, and removed after', async () => {
    await meet((store, revokeOnce) => {
      const kept = Promise.withResolvers<void>();
      const marked = Promise.withResolvers<void>();
      let revoking: Promise<void> | undefined;
      const retire: ConnectionStore['retire'] = async (id, now) => {
        const retired = await store.connections.retire(id, now);
        marked.resolve();
        if (revoking !== undefined) await kept.promise;
        return retired;
      };
      const add: CodeStore['add'] = async (code) => {
        if (revoking !== undefined) return store.codes.add(code);
        revoking = revokeOnce();
        await marked.promise;
        const isNew = await store.codes.add(code);
        kept.resolve();
        await revoking;
        return isNew;
      };
      return { codes: { ...store.codes, add }, connections: { ...store.connections, retire } };
    });
  });
});

/** Where the world's clock starts; nothing here moves it. */
const NOW = new Date('2026-11-22T12:00:00Z');

describe('a sign-in that meets a slow answer of Google to the revocation of the last grant', () => {
  it('brings that end about first, so that it does not take the new link along', async () => {
    const asked = Promise.withResolvers<void>();
    const isConnected = Promise.withResolvers<void>();
    let isFirst = true;
    const sandbox = createSandbox({ issuer: GOOGLE, data: 'small', now: () => NOW });
    const slowly = async (request: Request) => {
      const waits = isFirst && new URL(request.url).pathname === '/revoke';
      if (waits) {
        isFirst = false;
        asked.resolve();
        await isConnected.promise;
      }
      return sandbox.fetch(request);
    };
    const world = await createWorld({ sandbox, hosts: { [GOOGLE]: slowly } });
    const client = await world.client();
    const first = await connect(world, client);
    const revoking = revoke(world, client, first.refreshToken);
    await asked.promise;
    const { accessToken } = await connect(world, client);
    isConnected.resolve();
    await revoking;
    assert.equal((await callTool(world, 'list_properties', accessToken)).status, 200);
    await world.close();
  });
});

/** Connects once, then signs in again while `revokeOnce` gives the first grant back at the chosen moment. */
async function meet(intrude: (store: Store, revokeOnce: () => Promise<void>) => Partial<Store>): Promise<void> {
  const store = openSqlite(':memory:');
  let revokeFirst: (() => Promise<void>) | undefined;
  const revokeOnce = async () => {
    const run = revokeFirst;
    revokeFirst = undefined;
    await run?.();
  };
  const world = await createWorld({
    store: { ...store, ...onlyWhen(() => revokeFirst !== undefined, store, intrude(store, revokeOnce)) },
  });
  const client = await world.client();
  const first = await connect(world, client);
  revokeFirst = () => revoke(world, client, first.refreshToken);
  const code = (await signIn(world, client)).get('code') ?? '';
  assert.equal(revokeFirst, undefined, 'the two met');
  const { status, body } = await redeem(world, client, code);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal((await callTool(world, 'list_properties', String(body.access_token))).status, 200);
  await world.close();
}

/** The intruding verbs from the moment in which there is something to meet; before that, the store as it is. */
function onlyWhen(isOn: () => boolean, store: Store, intruding: Partial<Store>): Partial<Store> {
  let isArmed = false;
  const pick = (room: 'codes' | 'connections') =>
    new Proxy(store[room], {
      get: (plain, verb: never) => {
        isArmed ||= isOn();
        return isArmed ? ((intruding[room] ?? plain)[verb] as unknown) : plain[verb];
      },
    });
  return { codes: pick('codes') as CodeStore, connections: pick('connections') as ConnectionStore };
}

async function revoke(world: World, { clientId, secret }: TestClient, token: string): Promise<void> {
  const answer = await world.request('/revoke', {
    method: 'POST',
    body: new URLSearchParams({ token, client_id: clientId, client_secret: secret }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(answer.status, 200);
}
