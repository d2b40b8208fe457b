import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { UpstreamError } from '../errors.ts';
import { createId, createSecret, formatToken } from '../vault/token.ts';
import { basicOf, type ClientEndpoints, createClientEndpoints, SECRET } from './client-endpoints.fixture.ts';
import { refusedWith } from './grants/granted.fixture.ts';
import { revoke } from './revoke.ts';

describe('POST /revoke (RFC 7009)', () => {
  let endpoints: ClientEndpoints;
  beforeEach(async () => {
    endpoints = await createClientEndpoints();
  });
  afterEach(() => endpoints.close());
  const client = { client_id: 'client', client_secret: SECRET };
  const relay = { client_id: 'relay', client_secret: SECRET };
  const giveBack = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const { status, headers: answered, text, error } = await endpoints.post(revoke(endpoints.parts), fields, headers);
    if (error !== undefined) return error;
    assert.deepEqual([status, text], [200, '{}']);
    assert.equal(answered.get('cache-control'), 'no-store');
    assert.equal(answered.get('access-control-allow-origin'), '*');
    return undefined;
  };

  it('ends the grant of either token, a retired one included, once for each time it is asked', async () => {
    const { grant, answer } = await endpoints.addGrant();
    const { next, answer: newest } = endpoints.issue.nextPair(grant, undefined);
    await endpoints.store.grants.rotate(grant.id, grant.generation, next);
    const tokens = [answer.access_token, answer.refresh_token, newest.access_token, newest.refresh_token];
    for (const token of tokens) assert.equal(await giveBack({ ...client, token }), undefined);
    assert.deepEqual(endpoints.ended, Array(4).fill(`${grant.id} client`));
  });

  it('is answered alike, and ends nothing, for a token that is not the client’s or not one at all', async () => {
    const { grant } = await endpoints.addGrant();
    const foreign = await endpoints.addGrant({ clientId: 'other' });
    const secret = () => createSecret(endpoints.random);
    const tokens = [
      'x',
      foreign.answer.access_token,
      foreign.answer.refresh_token,
      formatToken('accessToken', grant.id, secret()),
      formatToken('refreshToken', grant.id, secret()),
      formatToken('refreshToken', createId(endpoints.random), secret()),
    ];
    for (const token of tokens) assert.equal(await giveBack({ ...client, token }), undefined, token);
    assert.deepEqual(endpoints.ended, []);
  });

  it('is asked with a token, by a client that proves itself and has limits of its own', async () => {
    refusedWith('invalid_request', 'token is missing.')(await giveBack({}, basicOf('client')));
    const wrong = await giveBack({ ...client, client_secret: 'x' });
    const words = 'The client is unknown here or its credentials are wrong.';
    refusedWith('invalid_client', words, { kind: 'client-secret-wrong' })(wrong);
    assert.deepEqual(endpoints.limited, ['a network client', 'a network client']);
  });

  it('passes a relay client’s token on to Google, and is content when Google does not take it', async () => {
    assert.equal(await giveBack({ ...relay, token: '1//google' }), undefined);
    endpoints.google.error = new UpstreamError('unreachable', 'the network is cut', { code: 'a_code' });
    assert.equal(await giveBack({ ...relay, token: '1//google' }), undefined);
    assert.deepEqual(endpoints.toGoogle, ['1//google', '1//google']);
    const about = { step: 'revoke', kind: 'unreachable', code: 'a_code' };
    assert.deepEqual(endpoints.lines, [['warn', about, 'Google did not take the revocation']]);
    endpoints.google.error = new TypeError('a bug');
    assert.ok((await giveBack({ ...relay, token: '1//google' })) instanceof TypeError);
  });
});
