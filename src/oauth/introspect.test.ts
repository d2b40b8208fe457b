import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { T } from '../store/conformance-records.ts';
import type { Grant } from '../store/records.ts';
import { createId, createSecret, formatToken } from '../vault/token.ts';
import { basicOf, type ClientEndpoints, createClientEndpoints, SECRET } from './client-endpoints.fixture.ts';
import { RESOURCE, refusedWith, SCOPES } from './grants/granted.fixture.ts';
import { introspect } from './introspect.ts';

const SECONDS = T / 1000;

describe('POST /introspect (RFC 7662)', () => {
  let endpoints: ClientEndpoints;
  beforeEach(async () => {
    endpoints = await createClientEndpoints();
  });
  afterEach(() => endpoints.close());
  const client = { client_id: 'client', client_secret: SECRET };
  type Changed = Partial<ClientEndpoints['parts']>;
  const ask = (token: string, changed: Changed = {}) =>
    endpoints.post(introspect({ ...endpoints.parts, ...changed }), { ...client, token });
  const learn = async (token: string, changed: Changed = {}): Promise<unknown> => {
    const { text, headers } = await ask(token, changed);
    assert.equal(headers.get('cache-control'), 'no-store');
    return JSON.parse(text);
  };
  const inactive = { active: false };
  const common = {
    active: true,
    client_id: 'client',
    sub: 'subject',
    username: 'ada@example.com',
    aud: RESOURCE,
    iss: 'https://ga.example',
  };

  it('says of an access token what it opens, for whom and until when', async () => {
    const { grant, answer } = await endpoints.addGrant();
    const times = { exp: SECONDS + 3720, iat: SECONDS };
    const token_type = 'Bearer';
    assert.deepEqual(await learn(answer.access_token), { ...common, scope: SCOPES.join(' '), token_type, ...times });
    const { next, answer: narrow } = endpoints.issue.nextPair(grant, ['calendar.readonly']);
    await endpoints.store.grants.rotate(grant.id, grant.generation, next);
    assert.deepEqual(await learn(narrow.access_token), { ...common, scope: 'calendar.readonly', token_type, ...times });
  });

  it('says of the newest refresh token until when it can be used, and nothing of one before', async () => {
    const { grant, answer } = await endpoints.addGrant();
    endpoints.advance(1999);
    const { next, answer: newest } = endpoints.issue.nextPair(grant, undefined);
    await endpoints.store.grants.rotate(grant.id, grant.generation, next);
    const times = { exp: SECONDS + 86_400 + 1, iat: SECONDS + 1 };
    assert.deepEqual(await learn(newest.refresh_token), { ...common, scope: SCOPES.join(' '), ...times });
    assert.deepEqual(await learn(answer.refresh_token), inactive);
  });

  it('leaves out what is not known: a mail address, and when a token of an old version was made', async () => {
    const { grant, answer } = await endpoints.addGrant();
    const { grants, connections } = endpoints.store;
    const access = grant.access.map(({ hash, expiresAt }) => ({ hash, expiresAt }));
    const old: Grant = { ...grant, access };
    const link = await connections.find('connection');
    assert.ok(link !== undefined);
    const found = await learn(answer.access_token, {
      store: {
        ...endpoints.store,
        grants: { ...grants, find: async () => old },
        connections: { ...connections, find: async () => ({ ...link, email: undefined }) },
      },
    });
    const { username: _, ...rest } = common;
    assert.deepEqual(found, { ...rest, scope: SCOPES.join(' '), token_type: 'Bearer', exp: SECONDS + 3720 });
  });

  it('says nothing but "not active" of every token that opens nothing, or nothing of this client’s', async () => {
    const { grant, answer } = await endpoints.addGrant();
    const foreign = await endpoints.addGrant({ clientId: 'other' });
    const { connections } = endpoints.store;
    const link = await connections.find('connection');
    assert.ok(link !== undefined);
    const linkedAs = (found: typeof link | undefined): Changed => ({
      store: { ...endpoints.store, connections: { ...connections, find: async () => found } },
    });
    const secret = () => createSecret(endpoints.random);
    const good = answer.access_token;
    const cases: [token: string, changed?: Changed][] = [
      ['x'],
      [foreign.answer.access_token],
      [foreign.answer.refresh_token],
      [formatToken('accessToken', grant.id, secret())],
      [formatToken('refreshToken', grant.id, secret())],
      [formatToken('accessToken', createId(endpoints.random), secret())],
      [good, linkedAs(undefined)],
      [good, linkedAs({ ...link, deadReason: 'invalid_grant' })],
      [good, { mayConnect: () => false }],
      [good, { now: () => T + 3_720_000 }],
      [answer.refresh_token, { now: () => T + 86_400_000 }],
    ];
    for (const [token, changed] of cases) assert.deepEqual(await learn(token, changed), inactive, token);
    for (const [token, last] of [
      [good, T + 3_720_000 - 1],
      [answer.refresh_token, T + 86_400_000 - 1],
    ] as const)
      assert.notDeepEqual(await learn(token, { now: () => last }), inactive);
  });

  it('is asked about a token, by a client that proves itself and has limits of its own', async () => {
    const handler = introspect(endpoints.parts);
    const { error: missing } = await endpoints.post(handler, {}, basicOf('client'));
    refusedWith('invalid_request', 'token is missing.')(missing);
    const { error: unproved } = await endpoints.post(handler, { client_id: 'public', token: 'x' });
    const reason = { kind: 'client-auth-method', used: 'none' };
    refusedWith('invalid_client', 'Only a client that proves itself may ask about tokens.', reason)(unproved);
    const { error: wrong } = await endpoints.post(handler, { client_id: 'client', client_secret: 'x', token: 'x' });
    const words = 'The client is unknown here or its credentials are wrong.';
    refusedWith('invalid_client', words, { kind: 'client-secret-wrong' })(wrong);
    assert.deepEqual(endpoints.limited, ['a network client', 'a network public', 'a network client']);
  });
});
