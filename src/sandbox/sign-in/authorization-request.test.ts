import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authorizationUrl, type Fields, startTestGoogle } from '../../../test/support/sandbox-google.ts';

const google = startTestGoogle();

async function refusal(query: Fields, more = '') {
  const seen = await google.visitor().get(authorizationUrl(query) + more);
  assert.equal(seen.location, undefined, 'Google sends nobody back to the app for a wrong request');
  const [, code] = /Error \d+: ([a-z_]+)</.exec(seen.text) ?? [];
  return { status: seen.status, code, text: seen.text };
}

describe('the sandbox reading an authorization request', () => {
  for (const uri of [
    'http://localhost:8787/google/callback/',
    'http://localhost:8787/google/Callback',
    'http://LOCALHOST:8787/google/callback',
    'http://localhost:8787/google/callback?x=1',
    'http://localhost:8787/google/callback#x',
    'http://user@localhost:8787/google/callback',
    'http://localhost.example.com/google/callback',
    'http://localhost:99999/google/callback',
    'https://bridge.example.com/google/callback',
    'javascript:alert(1)',
  ]) {
    it(`refuses the unregistered redirect URI ${uri} on a page of its own`, async () => {
      const { status, code, text } = await refusal({ redirect_uri: uri });
      assert.deepEqual([status, code], [400, 'redirect_uri_mismatch']);
      assert.ok(text.includes('redirect_uri='), 'the page names what was sent');
    });
  }

  for (const uri of [
    'http://localhost/google/callback',
    'http://127.0.0.1:1/google/callback',
    'http://[::1]:65535/google/callback',
  ]) {
    it(`takes the registered redirect URI ${uri}`, async () => {
      const back = await google
        .visitor()
        .signIn(authorizationUrl({ redirect_uri: uri }), { account: 'ada@example.com' });
      assert.equal(back.href.split('?')[0], uri);
    });
  }

  it('does not know a client that was never registered', async () => {
    const { status, code, text } = await refusal({ client_id: 'nobody' });
    assert.deepEqual([status, code], [401, 'invalid_client']);
    assert.ok(text.includes('The OAuth client was not found.'));
  });

  for (const name of ['client_id', 'redirect_uri', 'response_type', 'scope']) {
    it(`names the missing ${name} of an authorization request`, async () => {
      const { status, code, text } = await refusal({ [name]: '' });
      assert.deepEqual([status, code], [400, 'invalid_request']);
      assert.ok(text.includes(`Required parameter is missing: ${name}`));
    });
  }

  for (const name of ['resource', 'audience', 'client_secret']) {
    it(`refuses the parameter ${name}, which Google does not know`, async () => {
      const { status, code, text } = await refusal({ [name]: 'x' });
      assert.deepEqual([status, code], [400, 'invalid_request']);
      assert.ok(text.includes(`Parameter not allowed for this message type: ${name}`));
    });
  }

  it('refuses offline_access as an unknown scope and says which ones were fine', async () => {
    const { status, code, text } = await refusal({ scope: 'openid offline_access' });
    assert.deepEqual([status, code], [400, 'invalid_scope']);
    assert.ok(text.includes('Some requested scopes were invalid. {valid=[openid], invalid=[offline_access]}'));
  });

  it('compares scopes with their case', async () => {
    assert.equal((await refusal({ scope: 'OpenID' })).code, 'invalid_scope');
  });

  it('refuses every response type but code', async () => {
    for (const type of ['token', 'id_token', 'code id_token']) {
      assert.equal((await refusal({ response_type: type })).code, 'unsupported_response_type');
    }
  });

  it('refuses a parameter that comes twice', async () => {
    const { code, text } = await refusal({}, '&scope=openid');
    assert.equal(code, 'invalid_request');
    assert.ok(text.includes('OAuth 2 parameters can only have a single value: scope'));
  });

  for (const [name, value] of [
    ['prompt', 'login'],
    ['prompt', 'none consent'],
    ['access_type', 'sometimes'],
    ['include_granted_scopes', 'yes'],
    ['code_challenge_method', 'S512'],
    ['code_challenge_method', 'S256'],
    ['code_challenge', 'too-short'],
  ] as const) {
    it(`refuses ${name}=${value} as a value it cannot honour`, async () => {
      const { status, code } = await refusal({ [name]: value });
      assert.deepEqual([status, code], [400, 'invalid_request']);
    });
  }

  it('escapes what it repeats on an error page', async () => {
    const { text } = await refusal({ redirect_uri: '"><script>alert(1)</script>' });
    assert.ok(!text.includes('<script>'));
    assert.ok(text.includes('&lt;script&gt;'));
  });
});
