import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { OAuthError, UpstreamError } from '../errors.ts';
import { StoreError } from '../store/store.ts';
import { tokenPrefix } from '../vault/token.ts';
import { basicOf, type ClientEndpoints, createClientEndpoints, SECRET } from './client-endpoints.fixture.ts';
import { referenceOf } from './flow.ts';
import { refusedWith } from './grants/granted.fixture.ts';
import { token } from './token.ts';

describe('POST /token (RFC 6749 3.2)', () => {
  let endpoints: ClientEndpoints;
  beforeEach(async () => {
    endpoints = await createClientEndpoints();
  });
  afterEach(() => endpoints.close());
  const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    endpoints.post(token(endpoints.parts), fields, headers);
  const client = { client_id: 'client', client_secret: SECRET };
  const relay = { client_id: 'relay', client_secret: SECRET };

  it('answers either grant with tokens as JSON that nobody keeps and that a page may read', async () => {
    const { text: code } = await endpoints.addCode();
    const redirect_uri = 'https://a.example/cb';
    const first = await ask({ grant_type: 'authorization_code', code, redirect_uri, ...client });
    const { refresh_token } = JSON.parse(first.text);
    const second = await ask({ grant_type: 'refresh_token', refresh_token }, basicOf('client'));
    for (const { status, headers, text } of [first, second]) {
      assert.equal(status, 200);
      assert.deepEqual(Object.fromEntries(headers), {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        pragma: 'no-cache',
        'access-control-allow-origin': '*',
      });
      assert.equal(JSON.parse(text).token_type, 'Bearer');
    }
  });

  it('says what it wants when there is no grant type, or one that it does not know', async () => {
    const missing = await ask(client);
    refusedWith('invalid_request', 'grant_type is missing.')(missing.error);
    for (const grant_type of ['password', 'client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer']) {
      const { error } = await ask({ ...client, grant_type });
      refusedWith('unsupported_grant_type', 'This server answers authorization_code and refresh_token.')(error);
    }
  });

  it('asks for the limits of the client before it proves anything', async () => {
    await ask({ client_id: 'client', client_secret: 'wrong' });
    await ask({}, basicOf('client%41'));
    assert.deepEqual(endpoints.limited, ['a network client', 'a network clientA']);
  });

  it('leaves a trail to the attempt that a refused request belongs to', async () => {
    const { code, text } = await endpoints.addCode();
    const { error } = await ask({ grant_type: 'authorization_code', code: text, ...client, client_secret: 'wrong' });
    assert.ok(error instanceof OAuthError && error.code === 'invalid_client');
    await ask({ grant_type: 'password', ...client });
    const about = { clientId: 'client', connectionId: 'connection', grantId: undefined, ref: referenceOf(code.flowId) };
    assert.deepEqual(endpoints.trails, [
      { step: 'token', site: undefined, ...about, isProved: true },
      { step: 'token', site: undefined, clientId: 'client' },
    ]);
  });

  it('does not ask a database that has just failed where a refused request belongs', async () => {
    const { text: code } = await endpoints.addCode();
    let asked = 0;
    const find = async () => {
      asked += 1;
      throw new StoreError('the database is gone');
    };
    const { store } = endpoints.parts;
    const parts = { ...endpoints.parts, store: { ...store, codes: { ...store.codes, find } } };
    const { error } = await endpoints.post(token(parts), { grant_type: 'authorization_code', code, ...client });
    assert.ok(error instanceof StoreError);
    assert.equal(asked, 1);
  });

  it('passes a relay client’s refresh on to Google, and Google’s answer back, whatever it is', async () => {
    const fields = { grant_type: 'refresh_token', refresh_token: '1//google', ...relay };
    for (const status of [200, 400]) {
      endpoints.google.answer = { status, body: `{"status":${status}}` };
      const answer = await ask(fields);
      assert.deepEqual([answer.status, answer.text], [status, `{"status":${status}}`]);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
    }
    const passedOn = { grant_type: 'refresh_token', refresh_token: '1//google' };
    assert.deepEqual(endpoints.toGoogle, [passedOn, passedOn]);
  });

  it('reads a relay client’s code as one of relay mode', async () => {
    const { error } = await ask({ grant_type: 'authorization_code', code: `${tokenPrefix.relayCode}x`, ...relay });
    const words = 'The authorization code is unknown, used, expired or was issued for another request.';
    refusedWith('invalid_grant', words, { kind: 'code-unknown' })(error);
  });

  it('tells a relay client to come back when Google fails, and the operator why, louder where only they can mend it', async () => {
    const fields = { grant_type: 'refresh_token', refresh_token: '1//google', ...relay };
    for (const [kind, level] of [
      ['unreachable', 'warn'],
      ['misconfigured', 'error'],
    ] as const) {
      endpoints.google.error = new UpstreamError(kind, 'what went wrong', { code: 'a_code' });
      const { error } = await ask(fields);
      const words = 'Google does not answer as it should right now. Try again in a moment.';
      refusedWith('temporarily_unavailable', words)(error);
      assert.equal(error?.cause, endpoints.google.error);
      const about = { step: 'token', client: 'relay', kind, code: 'a_code' };
      assert.deepEqual(endpoints.lines.splice(0), [[level, about, 'what went wrong']]);
    }
    endpoints.google.error = new TypeError('a bug');
    assert.ok((await ask(fields)).error instanceof TypeError);
  });
});
