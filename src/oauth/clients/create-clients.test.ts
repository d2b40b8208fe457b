/** Clients as the server is put together with them, on an internet whose hosts may never answer. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ClientDocumentError, OAuthError } from '../../errors.ts';
import type { PublicNetwork } from '../../http/public-network.ts';
import type { Client } from '../../store/records.ts';
import { openSqlite } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { FetchesBusy } from './cached-document.ts';
import { createClients } from './create-clients.ts';
import { silent } from './documents.fixture.ts';
import { claimsFor, createSigningClient } from './signing-client.fixture.ts';

const OURS = 'https://ga.example';
const CLAUDE = 'https://claude.ai/oauth/mcp-oauth-client-metadata';

/** Every document is good, except that hosts below `.slow.example` and `.slow.test` never answer. */
const network: PublicNetwork = async (url) => {
  if (/\.slow\d*\.(example|test)$/.test(url.hostname)) return new Promise(() => undefined);
  const document = { client_id: url.href, client_name: 'A', redirect_uris: ['https://claude.ai/live'] };
  const body = new Blob([JSON.stringify(document)]).stream();
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
};

describe('clients known by documents, while strangers keep us fetching', () => {
  let store: Store;
  before(() => {
    store = openSqlite(':memory:');
  });
  after(() => store.close());
  const create = () =>
    createClients({ store, network, policy: 'open', publicUrl: OURS, now: () => 1_800_000_000_000, log: silent });

  it('are found though the owner of one domain holds up as many fetches as it can', async () => {
    const { findClient } = create();
    const held = Array.from({ length: 40 }, (_, n) => findClient(`https://h${n}.slow.example/c`));
    for (const one of held.slice(4)) await assert.rejects(one, FetchesBusy);
    for (const one of held.slice(0, 4)) one.catch(() => undefined);
    assert.equal((await findClient('https://honest.example.org/c'))?.name, 'A');
  });

  it('are found live when they are well known, though every place is taken, and others are told to come back', async () => {
    const { findClient } = create();
    for (let n = 0; n < 32; n += 1) findClient(`https://h.slow${n}.test/c`).catch(() => undefined);
    await assert.rejects(findClient('https://honest.example.org/c'), FetchesBusy);
    assert.deepEqual((await findClient(CLAUDE))?.redirectUris, ['https://claude.ai/live']);
  });

  it('are read once where somebody is connected, however many others are named after that', async () => {
    const visited: string[] = [];
    const { findClient } = createClients({
      store: { ...store, grants: { ...store.grants, existsFor: async (id) => id === CLAUDE } },
      network: (url, signal) => {
        visited.push(url.href);
        return network(url, signal);
      },
      policy: 'open',
      publicUrl: OURS,
      now: () => 1_800_000_000_000,
      log: silent,
    });
    await findClient(CLAUDE);
    for (let n = 0; n <= 500; n += 1) await findClient(`https://app${n}.example/c`);
    await findClient(CLAUDE);
    assert.equal(visited.filter((url) => url === CLAUDE).length, 1);
  });
});

describe('clients known by documents, where documents are switched off', () => {
  it('are nobody, and nothing is fetched for them', async () => {
    const store = openSqlite(':memory:');
    const visited: string[] = [];
    const { findClient } = createClients({
      store,
      network: async (url, signal) => {
        visited.push(url.href);
        return network(url, signal);
      },
      policy: 'off',
      publicUrl: OURS,
      now: () => 1_800_000_000_000,
      log: silent,
    });
    for (const url of ['https://honest.example.org/c', CLAUDE, 'https://off/c'])
      assert.equal(await findClient(url), undefined, url);
    assert.deepEqual(visited, []);
    await store.close();
  });
});

describe('the audience of an assertion (RFC 7523 3)', () => {
  it('is this server, by its issuer or by an endpoint where clients prove themselves', async () => {
    const time = 1_800_000_000_000;
    const store = openSqlite(':memory:');
    const { checkAssertion } = createClients({
      store,
      network,
      policy: 'open',
      publicUrl: OURS,
      now: () => time,
      log: silent,
    });
    const signer = await createSigningClient('ES256', 'k');
    const clientId = 'https://app.example/c';
    const client: Client = {
      clientId,
      kind: 'document',
      name: 'A',
      redirectUris: [],
      authMethods: ['private_key_jwt'],
      secretHash: undefined,
      mode: 'broker',
      createdAt: 0,
      lastUsedAt: undefined,
      clientUri: undefined,
      logoUri: undefined,
      jwks: { keys: [signer.jwk] },
    };
    const isTaken = async (audience: string) => {
      const check = checkAssertion(client, await signer.sign(claimsFor(clientId, audience, time, audience)));
      return check.then(
        () => true,
        (error) => {
          assert.ok(error instanceof OAuthError);
          return false;
        },
      );
    };
    for (const path of ['', '/token', '/revoke', '/introspect']) assert.equal(await isTaken(OURS + path), true, path);
    for (const foreign of ['/mcp', '/authorize', '/revoke/', '/register'].map((path) => OURS + path))
      assert.equal(await isTaken(foreign), false, foreign);
    assert.equal(await isTaken('https://other.example/revoke'), false);

    const { jwks: _, ...rest } = client;
    const pointing = { ...rest, jwksUri: 'https://app.example/not-keys.json' };
    await assert.rejects(
      checkAssertion(pointing, await signer.sign(claimsFor(clientId, OURS, time, 'a jti'))),
      (error) => error instanceof ClientDocumentError && /not a JSON Web Key Set/.test(error.message),
    );
    await store.close();
  });
});
