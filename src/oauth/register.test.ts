/** What a registration leaves and tells; which metadata is taken is in client-metadata.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import { BearerError, OAuthError } from '../errors.ts';
import type { Client } from '../store/records.ts';
import { createRandom, hashSecret } from '../vault/token.ts';
import { deleteRegistration, register, showRegistration } from './register.ts';

const NOW = 1_800_000_000_999;

/** The three handlers over a list of clients. What they throw is in `thrown`, what they log in `lines`. */
function open({ isFull = false, grants = [] as { id: string; clientId: string }[] } = {}) {
  const clients = new Map<string, Client>();
  const limits: number[] = [];
  const lines: unknown[][] = [];
  const done: string[] = [];
  const thrown: unknown[] = [];
  const parts = {
    store: {
      clients: {
        async register(client: Client, most: number) {
          limits.push(most);
          if (!isFull) clients.set(client.clientId, client);
          return !isFull;
        },
        find: async (id: string) => clients.get(id),
        async remove(id: string) {
          done.push(`removed ${id}`);
          return clients.delete(id);
        },
      },
      grants: {
        list: async ({ clientId }: { clientId?: string } = {}) =>
          grants.filter((grant) => grant.clientId === clientId) as never,
      },
    },
    end: { grant: async (id: string, why: string) => void done.push(`ended ${id}: ${why}`) },
    random: createRandom(),
    now: () => NOW,
    log: { info: (...line: unknown[]) => void lines.push(line) },
    scopes: ['analytics.readonly', 'offline_access'],
    publicUrl: 'https://ga.example.com',
  };
  const app = new Hono()
    .post('/register', register(parts as never))
    .get('/register/:client_id', showRegistration(parts as never))
    .delete('/register/:client_id', deleteRegistration(parts as never));
  app.onError((error, c) => {
    thrown.push(error);
    return c.body(null, 500);
  });
  const ask = (body: object) => app.request('/register', { method: 'POST', body: JSON.stringify(body) });
  const manage = (id: string, authorization?: string, method = 'GET') =>
    app.request(`/register/${id}`, { method, headers: authorization === undefined ? {} : { authorization } });
  return { ask, manage, clients, limits, lines, done, thrown };
}

type Told = Record<string, unknown> & { client_id: string; client_secret: string; registration_access_token: string };
const read = async (answer: Response) => (await answer.json()) as Told;

const SAID = { redirect_uris: ['https://client.example/cb'], client_name: 'An app' };

describe('registering a client (RFC 7591 3.2)', () => {
  it('tells a client with a secret everything that it needs, once', async () => {
    const { ask, clients, lines } = open();
    const answer = await ask({ ...SAID, client_uri: 'https://client.example/', logo_uri: 'https://client.example/l' });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    const { client_id: id, client_secret: secret, registration_access_token: token, ...told } = await read(answer);
    assert.match(id, /^[A-Za-z0-9_-]{22}$/);
    assert.match(secret, /^ggpt_cs_[A-Za-z0-9_-]{43}$/);
    assert.match(token, /^ggpt_rg_[A-Za-z0-9_-]{43}$/);
    assert.deepEqual(told, {
      client_id_issued_at: 1_800_000_000,
      client_secret_expires_at: 0,
      registration_client_uri: `https://ga.example.com/register/${id}`,
      client_name: 'An app',
      redirect_uris: ['https://client.example/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'web',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'analytics.readonly offline_access',
      client_uri: 'https://client.example/',
      logo_uri: 'https://client.example/l',
    });
    assert.deepEqual(clients.get(id), {
      clientId: id,
      kind: 'registered',
      name: 'An app',
      redirectUris: ['https://client.example/cb'],
      authMethods: ['client_secret_basic', 'client_secret_post'],
      secretHash: hashSecret(secret),
      mode: 'broker',
      createdAt: NOW,
      lastUsedAt: undefined,
      clientUri: 'https://client.example/',
      logoUri: 'https://client.example/l',
      registration: { tokenHash: hashSecret(token), applicationType: 'web' },
    });
    const noted = { step: 'register', client: id, name: 'An app', authMethod: 'client_secret_basic' };
    assert.deepEqual(lines, [[noted, 'a client registered']]);
  });

  it('gives a public client no secret, and names only the addresses that it has', async () => {
    const { ask, clients } = open();
    const told = await read(await ask({ ...SAID, token_endpoint_auth_method: 'none' }));
    for (const member of ['client_secret', 'client_secret_expires_at', 'client_uri', 'logo_uri'])
      assert.equal(member in told, false, member);
    assert.equal(told.token_endpoint_auth_method, 'none');
    const client = clients.get(told.client_id);
    assert.deepEqual([client?.authMethods, client?.secretHash], [['none'], undefined]);
  });

  it('takes the secret in both ways, and names the one that was asked for', async () => {
    const { ask, clients } = open();
    const told = await read(await ask({ ...SAID, token_endpoint_auth_method: 'client_secret_post' }));
    assert.equal(told.token_endpoint_auth_method, 'client_secret_post');
    assert.deepEqual(clients.get(told.client_id)?.authMethods, ['client_secret_post', 'client_secret_basic']);
  });

  it('keeps ten thousand that nobody has used, and asks the next one to come again', async () => {
    const { ask, limits, thrown } = open({ isFull: true });
    await ask(SAID);
    assert.deepEqual(limits, [10_000]);
    const [error] = thrown;
    assert.ok(error instanceof OAuthError);
    assert.equal(error.code, 'temporarily_unavailable');
    assert.equal(error.message, 'Too many clients have registered here within an hour. Try again later.');
  });

  it('reads 32 kB of metadata and not a byte more', async () => {
    const { ask, thrown } = open();
    const empty = JSON.stringify({ ...SAID, other: '' }).length;
    assert.equal((await ask({ ...SAID, other: 'x'.repeat(32_768 - empty) })).status, 201);
    await ask({ ...SAID, other: 'x'.repeat(32_769 - empty) });
    const [error] = thrown;
    assert.ok(error instanceof OAuthError);
    assert.equal(error.status, 413);
  });
});

describe('managing a registration (RFC 7592 2)', () => {
  const ended = [
    { id: 'g1', clientId: '' },
    { id: 'g2', clientId: '' },
    { id: 'other', clientId: 'somebody else' },
  ];

  it('shows what was registered, the token as it was sent and the secret never', async () => {
    const { ask, manage } = open();
    const { client_secret: _, client_secret_expires_at: __, ...told } = await read(await ask(SAID));
    for (const scheme of ['Bearer ', 'bearer ', 'BEARER   ']) {
      const answer = await manage(told.client_id, scheme + told.registration_access_token);
      assert.equal(answer.status, 200, scheme);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      assert.deepEqual(await answer.json(), told);
    }
  });

  it('ends what people allowed the client, and only then forgets it', async () => {
    const grants = ended.map((grant) => ({ ...grant }));
    const { ask, manage, done, lines, clients } = open({ grants });
    const { client_id: id, registration_access_token: token } = await read(await ask(SAID));
    for (const grant of grants.slice(0, 2)) grant.clientId = id;
    lines.length = 0;
    const answer = await manage(id, `Bearer ${token}`, 'DELETE');
    assert.equal(answer.status, 204);
    assert.equal(await answer.text(), '');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.deepEqual(done, ['ended g1: client-removed', 'ended g2: client-removed', `removed ${id}`]);
    assert.equal(clients.size, 0);
    assert.deepEqual(lines, [[{ step: 'register', client: id }, 'a client took its registration back']]);
  });

  it('is refused in the same words without the token, with a wrong one and where nobody registered', async () => {
    const { ask, manage, clients, thrown, done } = open();
    const { client_id: id, registration_access_token: token, client_secret: secret } = await read(await ask(SAID));
    const { registration: _, ...predefined } = clients.get(id) ?? assert.fail();
    clients.set('predefined', { ...predefined, clientId: 'predefined', kind: 'predefined' });
    const wrong: [string, string | undefined][] = [
      ...[undefined, '', 'Bearer', 'Bearer ', token, `Basic ${token}`, `Bearer${token}`, `x Bearer ${token}`].map(
        (header): [string, string | undefined] => [id, header],
      ),
      ...[`Bearer ${secret}`, `Bearer ${token}x`, `Bearer ${token} x`, `Bearer x${token}`, `Bearer ${token}=`].map(
        (header): [string, string] => [id, header],
      ),
      [id, `Bearer ${clients.get(id)?.registration?.tokenHash}`],
      ['unknown', `Bearer ${token}`],
      ['predefined', `Bearer ${token}`],
    ];
    for (const [client, header] of wrong) {
      for (const method of ['GET', 'DELETE']) {
        await manage(client, header, method);
        const error = thrown.pop();
        assert.ok(error instanceof BearerError, `${client} ${header}: ${error}`);
        assert.equal(error.status, 401);
        assert.equal(error.code, 'invalid_token');
        assert.equal(error.message, 'There is no such registration, or its registration token is wrong.');
      }
    }
    assert.deepEqual(done, []);
    assert.equal((await manage(id, `Bearer ${token}`)).status, 200);
  });
});
