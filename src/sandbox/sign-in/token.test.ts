import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import {
  type Answer,
  analyticsReadonly,
  authorizationUrl,
  calendarEvents,
  issuer,
  redirectUri,
  startTestGoogle,
  type TestGoogle,
  userinfoEmail,
  userinfoProfile,
} from '../../../test/support/sandbox-google.ts';

const verifier = 'a-verifier-of-at-least-forty-three-characters-0';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

function assertRefused(answer: Answer, status: number, error: string, description: string): void {
  assert.deepEqual([answer.status, answer.json], [status, { error, error_description: description }]);
}

/** A later sign-in of Ada with the query given, in which no page asks anything but the account. */
async function silently(google: TestGoogle): Promise<Answer['json']> {
  return (await google.redeem(await google.code({ prompt: '' }))).json;
}

describe('the sandbox’s token endpoint, given a code', () => {
  it('answers with the fields and shapes of Google', async () => {
    const google = startTestGoogle();
    const answer = await google.redeem(await google.code());
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const { access_token, refresh_token, id_token, scope, ...rest } = answer.json;
    assert.deepEqual(rest, { expires_in: 3599, token_type: 'Bearer' });
    assert.match(access_token, /^ya29\.[\w-]{100,}$/);
    assert.match(refresh_token, /^1\/\/[\w-]{50,}$/);
    assert.match(id_token, /^eyJ/);
    assert.deepEqual(new Set(scope.split(' ')), new Set(['openid', userinfoEmail, analyticsReadonly]));
  });

  it('gives a refresh token only for offline access with a fresh consent', async () => {
    const google = startTestGoogle();
    const has = (tokens: Answer['json']) => 'refresh_token' in tokens;
    assert.equal(has(await google.connect({ access_type: '' })), false, 'online is the default');
    assert.equal(has(await silently(google)), false, 'a silent pass has none');
    assert.equal(has(await google.connect({ access_type: 'online' })), false);
    assert.equal(has(await google.connect()), true, 'prompt=consent');
    assert.equal(has(await google.connect({ prompt: '' }, { account: 'grace@example.com' })), true, 'first grant');
    assert.equal(has(await google.connect({ prompt: '' }, { account: 'grace@example.com' })), false, 'second one');
    const more = { prompt: '', scope: `openid ${calendarEvents}` };
    assert.equal(has(await google.connect(more)), false, 'consent to one scope more is no first grant');
  });

  it('redeems a code once, and what came from it lives on after a second try', async () => {
    const google = startTestGoogle();
    const code = await google.code();
    const { json } = await google.redeem(code);
    assertRefused(await google.redeem(code), 400, 'invalid_grant', 'Bad Request');
    assert.equal((await google.refresh(json.refresh_token)).status, 200);
  });

  it('gives one of two racing redemptions a token', async () => {
    const google = startTestGoogle();
    const code = await google.code();
    const answers = await Promise.all([google.redeem(code), google.redeem(code)]);
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 400]);
  });

  it('lets a code live ten minutes', async () => {
    const google = startTestGoogle();
    const [early, late] = [await google.code(), await google.code()];
    google.pass(599);
    assert.equal((await google.redeem(early)).status, 200);
    google.pass(2);
    assertRefused(await google.redeem(late), 400, 'invalid_grant', 'Bad Request');
  });

  it('tells a garbled code from one that is merely spent', async () => {
    const google = startTestGoogle();
    const code = await google.code();
    for (const garbled of ['garbage', encodeURIComponent(code), `${code}x`, code.slice(0, -1)]) {
      assertRefused(await google.redeem(garbled), 400, 'invalid_grant', 'Malformed auth code.');
    }
    assert.equal((await google.redeem(code)).status, 200);
  });

  it('compares the redirect URI with the one of the authorization request', async () => {
    const google = startTestGoogle();
    const code = await google.code();
    for (const uri of [`${redirectUri}/`, 'http://localhost:9999/google/callback', 'https://evil.example.com/']) {
      assertRefused(await google.redeem(code, { redirect_uri: uri }), 400, 'redirect_uri_mismatch', 'Bad Request');
    }
    assert.equal((await google.redeem(code, { redirect_uri: '' })).status, 400);
    assert.equal((await google.redeem(code)).status, 200);
  });

  it('refuses the code of another client and leaves it to its owner', async () => {
    const google = startTestGoogle();
    const code = await google.code();
    const stranger = { client_id: 'other-client', client_secret: 'other-secret' };
    assertRefused(await google.redeem(code, stranger), 400, 'invalid_grant', 'Bad Request');
    assert.equal((await google.redeem(code)).status, 200);
  });

  for (const [method, value] of [
    ['S256', challenge],
    ['plain', verifier],
    ['', verifier],
  ] as const) {
    it(`enforces PKCE with the method ${method || 'left out'}, and a wrong verifier leaves the code alone`, async () => {
      const google = startTestGoogle();
      const code = await google.code({ code_challenge: value, code_challenge_method: method });
      assertRefused(await google.redeem(code), 400, 'invalid_grant', 'Missing code verifier.');
      const wrong = await google.redeem(code, { code_verifier: `${verifier}x` });
      assertRefused(wrong, 400, 'invalid_grant', 'Invalid code verifier.');
      assert.equal((await google.redeem(code, { code_verifier: verifier })).status, 200);
    });
  }

  it('signs an ID token that verifies against the published keys', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect({ scope: `openid email profile ${analyticsReadonly}`, nonce: 'n-0S6_WzA2Mj' });
    const jwks = createLocalJWKSet((await google.call('GET', '/oauth2/v3/certs')).json);
    const currentDate = new Date('2026-10-01T12:00:00Z');
    const { payload, protectedHeader } = await jwtVerify(tokens.id_token, jwks, { currentDate });
    assert.equal(protectedHeader.alg, 'RS256');
    const hash = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url');
    const { iat = 0, exp, ...claims } = payload;
    assert.equal(exp, iat + 3600);
    assert.deepEqual(claims, {
      iss: issuer,
      azp: 'sandbox-client',
      aud: 'sandbox-client',
      sub: '108000000000000000001',
      email: 'ada@example.com',
      email_verified: true,
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
      picture: `${issuer}/sandbox/pictures/108000000000000000001.svg`,
      at_hash: hash,
      nonce: 'n-0S6_WzA2Mj',
    });
  });

  it('leaves out of the ID token what the scopes do not cover, and the token itself without openid', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect({ scope: `openid ${analyticsReadonly}` });
    const payload = JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url').toString());
    assert.equal(payload.email, undefined);
    assert.equal(payload.name, undefined);
    assert.equal('id_token' in (await google.connect({ scope: analyticsReadonly })), false);
  });

  it('names scopes that nobody asked for: openid comes with e-mail, and short names come back long', async () => {
    const google = startTestGoogle();
    const { scope } = await google.connect({ scope: 'email profile' });
    assert.deepEqual(scope.split(' ').sort(), [userinfoEmail, userinfoProfile, 'openid'].sort());
  });
});

describe('the sandbox’s token endpoint, given a refresh token', () => {
  it('answers with a new access token and never with a refresh token', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect();
    const { status, json } = await google.refresh(tokens.refresh_token);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json).sort(), ['access_token', 'expires_in', 'id_token', 'scope', 'token_type']);
    assert.notEqual(json.access_token, tokens.access_token);
    assert.equal((await google.refresh(tokens.refresh_token)).status, 200, 'no rotation');
    assert.equal((await google.bearer('/v1/userinfo', tokens.access_token)).status, 200, 'the first one lives on');
  });

  it('keeps older refresh tokens alive when a new consent gives another', async () => {
    const google = startTestGoogle();
    const [first, second] = [await google.connect(), await google.connect()];
    assert.notEqual(first.refresh_token, second.refresh_token);
    assert.equal((await google.refresh(first.refresh_token)).status, 200);
  });

  it('refuses unknown, expired and foreign refresh tokens with Google’s three bodies', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect();
    assertRefused(await google.refresh('garbage'), 400, 'invalid_grant', 'Bad Request');
    const stranger = { client_id: 'other-client', client_secret: 'other-secret' };
    assertRefused(await google.refresh(tokens.refresh_token, stranger), 401, 'unauthorized_client', 'Unauthorized');
    const aged = await google.call('POST', '/sandbox/expire', { json: { person: 'ada@example.com', what: 'refresh' } });
    assert.deepEqual(aged.json, { expired: 1 });
    const refused = await google.refresh(tokens.refresh_token);
    assertRefused(refused, 400, 'invalid_grant', 'Token has been expired or revoked.');
  });

  it('forgets a refresh token that nobody used for six months', async () => {
    const google = startTestGoogle();
    const [used, unused] = [await google.connect(), await google.connect()];
    google.pass(100 * 86_400);
    assert.equal((await google.refresh(used.refresh_token)).status, 200);
    google.pass(100 * 86_400);
    assert.equal((await google.refresh(used.refresh_token)).status, 200);
    assert.equal((await google.refresh(unused.refresh_token)).json.error, 'invalid_grant');
  });

  it('silently drops the oldest of 101 refresh tokens of one person and client', async () => {
    const google = startTestGoogle();
    const first = await google.connect();
    const second = await google.connect();
    const elsewhere = await google.connect({ client_id: 'sibling-client' });
    for (let count = 3; count <= 100; count += 1) await google.connect();
    assert.equal((await google.refresh(first.refresh_token)).status, 200, '100 are fine');
    await google.connect();
    const refused = await google.refresh(first.refresh_token);
    assertRefused(refused, 400, 'invalid_grant', 'Token has been expired or revoked.');
    assert.equal((await google.refresh(second.refresh_token)).status, 200);
    const sibling = { client_id: 'sibling-client', client_secret: 'sibling-secret' };
    assert.equal((await google.refresh(elsewhere.refresh_token, sibling)).status, 200, 'counted per client');
  });

  it('narrows the scope on request and never widens it (RFC 6749 6)', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect({ scope: `openid ${analyticsReadonly} ${calendarEvents}` });
    const less = await google.refresh(tokens.refresh_token, { scope: analyticsReadonly });
    assert.equal(less.json.scope, analyticsReadonly);
    for (const wider of ['https://www.googleapis.com/auth/analytics.edit', 'no-scope']) {
      const more = await google.refresh(tokens.refresh_token, { scope: `${analyticsReadonly} ${wider}` });
      assertRefused(more, 400, 'invalid_scope', 'Bad Request');
    }
    const again = await google.refresh(tokens.refresh_token);
    assert.equal(again.json.scope.split(' ').length, 3, 'the grant keeps what it had');
  });
});

describe('a client at the sandbox’s token endpoint', () => {
  it('proves itself in the body or with Basic', async () => {
    const google = startTestGoogle();
    const form = { grant_type: 'authorization_code', code: await google.code(), redirect_uri: redirectUri };
    const headers = { Authorization: basic('sandbox-client', 'sandbox-secret') };
    assert.equal((await google.call('POST', '/token', { form, headers })).status, 200);
    assert.equal((await google.redeem(await google.code())).status, 200);
  });

  it('hears which part of its credentials is wrong', async () => {
    const google = startTestGoogle();
    const form = { grant_type: 'refresh_token', refresh_token: '1//0x' };
    const invalid = 'The provided client secret is invalid.';
    const unknown = 'The OAuth client was not found.';
    assertRefused(await google.token({ ...form, client_secret: 'wrong' }), 401, 'invalid_client', invalid);
    assertRefused(await google.token({ ...form, client_id: 'nobody' }), 401, 'invalid_client', unknown);
    const none = { ...form, client_id: '', client_secret: '' };
    assertRefused(await google.token(none), 400, 'invalid_request', 'Could not determine client ID from request.');
    const bare = await google.token({ ...form, client_secret: '' });
    assertRefused(bare, 400, 'invalid_request', 'client_secret is missing.');
    const byBasic = (id: string, secret: string) =>
      google.call('POST', '/token', { form, headers: { Authorization: basic(id, secret) } });
    assertRefused(await byBasic('sandbox-client', 'wrong'), 401, 'invalid_client', invalid);
    assertRefused(await byBasic('nobody', 'wrong'), 401, 'invalid_client', unknown);
  });

  it('hears of grant types that do not exist, and of fields that are missing, doubled or no form at all', async () => {
    const google = startTestGoogle();
    const wrong = await google.token({ grant_type: 'password' });
    assertRefused(wrong, 400, 'unsupported_grant_type', 'Invalid grant_type: password');
    const missing = (name: string) => `Required parameter is missing: ${name}`;
    assertRefused(await google.token({}), 400, 'invalid_request', missing('grant_type'));
    assertRefused(await google.redeem(''), 400, 'invalid_request', missing('code'));
    assertRefused(await google.refresh(''), 400, 'invalid_request', missing('refresh_token'));
    const doubled = await google.fetch(
      new Request(`${issuer}/token`, { method: 'POST', body: new URLSearchParams('grant_type=a&grant_type=b') }),
    );
    assert.equal(doubled.status, 400);
    const json = await google.call('POST', '/token', { json: { grant_type: 'refresh_token' } });
    assertRefused(json, 400, 'invalid_request', 'Send the fields as application/x-www-form-urlencoded.');
    assert.equal((await google.call('POST', '/token')).status, 400);
    assert.equal((await google.call('GET', '/token')).status, 404);
  });
});

describe('faults of the sandbox’s token endpoint', () => {
  const switchOn = (google: TestGoogle, effect: string) =>
    google.call('POST', '/sandbox/faults', { json: { path: '/token', effect, times: 1 } });

  it('leave out the refresh token', async () => {
    const google = startTestGoogle();
    await switchOn(google, 'no-refresh-token');
    assert.equal('refresh_token' in (await google.connect()), false);
    assert.equal('refresh_token' in (await google.connect()), true);
  });

  it('make a connection die after the seven days of Testing mode', async () => {
    const google = startTestGoogle();
    await switchOn(google, 'testing-mode');
    const tokens = await google.connect();
    assert.equal(tokens.refresh_token_expires_in, 604_799);
    google.pass(604_798);
    assert.equal((await google.refresh(tokens.refresh_token)).status, 200);
    google.pass(2);
    const dead = await google.refresh(tokens.refresh_token);
    assertRefused(dead, 400, 'invalid_grant', 'Token has been expired or revoked.');
  });

  it('spare an app in Testing that only signs people in', async () => {
    const google = startTestGoogle();
    await switchOn(google, 'testing-mode');
    assert.equal((await google.connect({ scope: 'openid email' })).refresh_token_expires_in, undefined);
  });

  it('ask for a new sign-in as Workspace session control does', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect();
    await switchOn(google, 'invalid-rapt');
    const { status, json } = await google.refresh(tokens.refresh_token);
    assert.equal(status, 400);
    assert.equal(json.error, 'invalid_grant');
    assert.equal(json.error_subtype, 'invalid_rapt');
    assert.equal((await google.refresh(tokens.refresh_token)).status, 200, 'the grant itself lives');
  });
});

describe('the sandbox asked under another name', () => {
  it('still is the issuer that it was started with', async () => {
    const google = startTestGoogle();
    const url = 'http://localhost:4400/.well-known/openid-configuration';
    const discovery = (await (await google.fetch(new Request(url))).json()) as Record<string, unknown>;
    assert.equal(discovery.issuer, issuer);
    assert.equal(discovery.token_endpoint, `${issuer}/token`);
    assert.equal(discovery.authorization_endpoint, authorizationUrl().split('?')[0]);
    for (const name of ['userinfo_endpoint', 'jwks_uri', 'tokeninfo_endpoint', 'revocation_endpoint']) {
      assert.ok(String(discovery[name]).startsWith(`${issuer}/`));
    }
  });
});
