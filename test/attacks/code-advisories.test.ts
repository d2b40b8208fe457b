/**
 * Attacks on redirect URIs, PKCE and codes, as published against comparable servers, each at both endpoints.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  authorizeUrl,
  BRIDGE,
  callTool,
  createBrowser,
  createWorld,
  PKCE,
  postToken,
  redeem,
  signIn,
  type TestClient,
  type World,
} from '../support/world.ts';

const S256 = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };

let world: World;
let confidential: TestClient;
let native: TestClient;
before(async () => {
  world = await createWorld();
  confidential = await world.client();
  native = await register(['http://localhost:80/callback', 'https://app.example/oauth/callback']);
});
after(() => world.close());

async function register(redirectUris: string[]): Promise<TestClient> {
  const answer = await world.request('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: redirectUris, token_endpoint_auth_method: 'none', client_name: 'Native' }),
  });
  const { client_id } = (await answer.json()) as { client_id: string };
  return { clientId: client_id, secret: '', redirectUri: redirectUris[0] ?? '' };
}

describe('CVE-2025-4143: a redirect URI that nobody checked at the authorization endpoint', () => {
  const foreign = 'https://evil.example/callback';

  it('is not redirected to, neither with a code nor with an error', async () => {
    const broken = { response_type: 'token', scope: 'nothing-known', resource: 'https://other.example' };
    for (const parameters of [{}, broken]) {
      const page = await createBrowser(world).open(
        authorizeUrl(confidential, { ...parameters, redirect_uri: foreign }),
      );
      assert.equal(page.url.origin, BRIDGE);
      assert.equal(page.status, 400);
      assert.doesNotMatch(page.html, /href="https:\/\/evil\.example/);
    }
  });

  it('is not taken at the token endpoint either, where a stolen code could be redeemed with it', async () => {
    const code = (await signIn(world, confidential)).get('code') ?? '';
    assert.equal((await redeem(world, confidential, code, { redirect_uri: foreign })).body.error, 'invalid_grant');
  });
});

describe('CVE-2025-4144, better-auth #5459 and #10637: PKCE that could be left out', () => {
  const redeemNative = (code: string, code_verifier: string | undefined) =>
    redeem(world, native, code, { client_secret: undefined, code_verifier });

  it('cannot be left out at the exchange of a code that was asked with it', async () => {
    const code = (await signIn(world, native, { parameters: S256 })).get('code') ?? '';
    for (const verifier of [undefined, '', PKCE.challenge, 'v'.repeat(42)]) {
      assert.equal((await redeemNative(code, verifier)).body.error, 'invalid_grant', String(verifier));
    }
    assert.equal((await redeemNative(code, PKCE.verifier)).status, 200);
  });

  it('cannot be left out by a confidential client that began with it', async () => {
    const code = (await signIn(world, confidential, { parameters: S256 })).get('code') ?? '';
    assert.equal((await redeem(world, confidential, code)).body.error, 'invalid_grant');
    assert.equal((await redeem(world, confidential, code, { code_verifier: PKCE.verifier })).status, 200);
  });

  it('cannot be stripped on the way: a verifier without a challenge is refused', async () => {
    const code = (await signIn(world, confidential)).get('code') ?? '';
    const answer = await redeem(world, confidential, code, { code_verifier: PKCE.verifier });
    assert.equal(answer.body.error, 'invalid_grant');
  });

  it('is asked of every public client, whatever else it sends', async () => {
    for (const parameters of [{}, { code_challenge: PKCE.verifier, code_challenge_method: 'plain' }]) {
      const page = await createBrowser(world).open(authorizeUrl(native, parameters));
      assert.equal(page.url.searchParams.get('error'), 'invalid_request');
    }
  });
});

describe('workers-oauth-provider #148 and #157: a code used twice', () => {
  it('takes back what its first use gave out, however it is shown the second time', async () => {
    for (const changed of [{}, { redirect_uri: 'https://evil.example' }, { code_verifier: 'x'.repeat(43) }]) {
      const code = (await signIn(world, confidential)).get('code') ?? '';
      const { body } = await redeem(world, confidential, code);
      assert.equal((await redeem(world, confidential, code, changed)).body.error, 'invalid_grant');
      assert.equal((await callTool(world, 'get_profile', String(body.access_token))).status, 401);
    }
  });

  it('is not taken back by somebody else, who could otherwise sign people out', async () => {
    const other = await world.client({ name: 'Other' });
    const code = (await signIn(world, confidential)).get('code') ?? '';
    const { body } = await redeem(world, confidential, code);
    assert.equal((await redeem(world, other, code)).body.error, 'invalid_grant');
    assert.equal((await callTool(world, 'get_profile', String(body.access_token))).status, 200);
  });
});

describe('punkpeye/fastmcp PR 332 and 346: open redirects through patterns (CWE-601)', () => {
  for (const uri of [
    'http://localhost:80@evil.example/callback',
    'http://localhost:80%40evil.example/callback',
    'http://localhost.evil.example/callback',
    'http://localhost:80\\@evil.example/callback',
    'http://localhost:80#@evil.example/callback',
    'http://localhost:99999/callback',
    'http://localhost:80/callback/../evil',
    'http://localhost:80/callback%2f..%2fevil',
    'https://appXexample/oauth/callback',
    'https://app.example.evil.example/oauth/callback',
    'https://app.example:8443/oauth/callback',
    'https://app.example/oauth/callback/',
    'https://app.example/oauth/callback?next=https://evil.example',
    'HTTPS://app.example/oauth/callback',
    '//app.example/oauth/callback',
  ]) {
    it(`are not opened by ${uri}`, async () => {
      const page = await createBrowser(world).open(authorizeUrl(native, { ...S256, redirect_uri: uri }));
      assert.equal(page.url.origin, BRIDGE);
      assert.equal(page.status, 400);
    });
  }

  it('cannot be registered as a pattern', async () => {
    for (const uri of ['https://*.example/cb', 'https://app.example/*', 'http://localhost:*/callback']) {
      const answer = await world.request('/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [uri] }),
      });
      assert.equal(((await answer.json()) as { error: string }).error, 'invalid_redirect_uri', uri);
    }
  });
});

describe('sigbit/mcp-auth-proxy PR 160: audience and issuer bound late', () => {
  it('gives no token for another audience, and tells the client who answered', async () => {
    const answer = await signIn(world, confidential, { parameters: { resource: `${BRIDGE}/mcp` } });
    assert.equal(answer.get('iss'), BRIDGE);
    const other = { resource: 'https://other.example/mcp' };
    assert.equal((await redeem(world, confidential, answer.get('code') ?? '', other)).body.error, 'invalid_target');
  });
});

describe('better-auth #11035: a client that is gone', () => {
  it('is told invalid_client and not invalid_grant, so that it registers anew', async () => {
    const gone = { grant_type: 'refresh_token', refresh_token: 'ggpt_rt_x', client_id: 'gone', client_secret: 'x' };
    const answer = await postToken(world, gone);
    assert.equal(answer.status, 401);
    assert.equal(answer.body.error, 'invalid_client');
  });
});
