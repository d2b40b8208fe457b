/**
 * The rest of the matrix of rfc-matrix.test.ts: metadata (RFC 8414, 9728), registration (7591), revocation (7009), bearer
 * tokens (6750), black box, each row under its section.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  BRIDGE,
  callTool,
  connect,
  createWorld,
  refresh,
  signIn,
  type TestClient,
  type Tokens,
  type World,
} from '../support/world.ts';

let world: World;
let client: TestClient;
let native: TestClient;
let tokens: Tokens;
before(async () => {
  world = await createWorld();
  client = await world.client();
  const redirect_uris = ['http://127.0.0.1/callback'];
  const { body } = await register({ redirect_uris, token_endpoint_auth_method: 'none', client_name: 'Native' });
  native = { clientId: String(body.client_id), secret: '', redirectUri: redirect_uris[0] ?? '' };
  tokens = await connect(world, client);
});
after(() => world.close());

type Asked = Record<string, string | undefined>;

const own = () => ({ client_id: client.clientId, client_secret: client.secret });

async function register(body: unknown): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const answer = await world.request('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

async function getJson(path: string): Promise<{ status: number; type: string; body: Record<string, unknown> }> {
  const answer = await world.request(path, { headers: { accept: 'application/json' } });
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, body: (await answer.json()) as Record<string, unknown> };
}

describe('authorization server metadata (RFC 8414)', () => {
  it('is JSON at the well-known address of an issuer without a path, which it names exactly (3.1, 3.3)', async () => {
    const { status, type, body } = await getJson('/.well-known/oauth-authorization-server');
    assert.equal(status, 200);
    assert.match(type, /^application\/json/);
    assert.equal(body.issuer, BRIDGE);
  });

  it('promises only endpoints that answer, all at the issuer (2)', async () => {
    const { body } = await getJson('/.well-known/oauth-authorization-server');
    const endpoints = Object.entries(body).filter(([name]) => name.endsWith('_endpoint'));
    assert.ok(endpoints.length >= 5);
    for (const [name, url] of endpoints) {
      assert.ok(String(url).startsWith(`${BRIDGE}/`), name);
      const { status } = await world.request(String(url), { method: 'OPTIONS' });
      assert.equal(status, 204, name);
    }
  });

  it('promises what MCP asks for: S256, iss in every answer, documents as clients', async () => {
    const { body } = await getJson('/.well-known/oauth-authorization-server');
    assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
    assert.deepEqual(body.response_types_supported, ['code']);
    assert.equal(body.authorization_response_iss_parameter_supported, true);
    assert.equal(body.client_id_metadata_document_supported, true);
    assert.deepEqual(body.grant_types_supported, ['authorization_code', 'refresh_token']);
    assert.ok((body.scopes_supported as string[]).includes('offline_access'));
  });

  it('does not promise a registration that is switched off', async () => {
    const closed = await createWorld({ environment: { REGISTRATION: 'off' } });
    const answer = await closed.request('/.well-known/oauth-authorization-server');
    assert.equal('registration_endpoint' in ((await answer.json()) as object), false);
    const refused = await closed.request('/register', { method: 'POST', body: '{}' });
    assert.ok(refused.status === 404 || refused.status === 405, String(refused.status));
    await closed.close();
  });

  it('does not change with the Host that a request names', async () => {
    const answer = await world.request('/.well-known/oauth-authorization-server', {
      headers: {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example',
      },
    });
    assert.doesNotMatch(await answer.text(), /evil/);
  });
});

describe('protected resource metadata (RFC 9728)', () => {
  it('is found from the challenge, and names the very resource that was asked (3.3, 5.1)', async () => {
    const refused = await world.request('/mcp', { method: 'POST' });
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? [];
    const { status, body } = await getJson(url);
    assert.equal(status, 200);
    assert.equal(body.resource, `${BRIDGE}/mcp`);
    assert.equal(url, `${BRIDGE}/.well-known/oauth-protected-resource/mcp`);
    assert.deepEqual(body.authorization_servers, [BRIDGE]);
    assert.deepEqual(body.bearer_methods_supported, ['header']);
    assert.equal((body.scopes_supported as string[]).includes('offline_access'), false);
  });
});

describe('dynamic registration (RFC 7591)', () => {
  const good = { redirect_uris: ['https://client.example/cb'], client_name: 'A client' };
  for (const [section, demand, body, error] of [
    ['2', 'redirect URIs are needed', {}, 'invalid_redirect_uri'],
    ['2', 'an empty list is none', { redirect_uris: [] }, 'invalid_redirect_uri'],
    [
      '2',
      'one that runs code spoils the list',
      { redirect_uris: ['https://a.example/cb', 'javascript:alert(1)'] },
      'invalid_redirect_uri',
    ],
    ['2', 'a fragment is not allowed', { redirect_uris: ['https://a.example/cb#x'] }, 'invalid_redirect_uri'],
    [
      '2',
      'plain http beyond loopback is not allowed',
      { redirect_uris: ['http://a.example/cb'] },
      'invalid_redirect_uri',
    ],
    [
      '2.1',
      'a client without the code grant could do nothing here',
      { ...good, grant_types: ['client_credentials'] },
      'invalid_client_metadata',
    ],
    ['2.1', 'nor one without the code response', { ...good, response_types: ['token'] }, 'invalid_client_metadata'],
    [
      '2',
      'a method that is not there',
      { ...good, token_endpoint_auth_method: 'tls_client_auth' },
      'invalid_client_metadata',
    ],
  ] as const) {
    it(`keeps RFC 7591 ${section}: ${demand}`, async () => {
      const answer = await register(body);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error, error);
      assert.match(answer.headers.get('cache-control') ?? '', /no-store/);
    });
  }

  it('answers with everything that was registered, and the secret once (3.2.1)', async () => {
    const { status, headers, body } = await register({ ...good, unheard_of: true });
    assert.equal(status, 201);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(body.token_endpoint_auth_method, 'client_secret_basic', 'the default of section 2');
    assert.equal(body.client_secret_expires_at, 0);
    assert.equal(typeof body.client_id_issued_at, 'number');
    assert.equal('unheard_of' in body, false);
    assert.deepEqual(body.grant_types, ['authorization_code', 'refresh_token']);
  });
});

describe('revocation (RFC 7009)', () => {
  const revoke = async (fields: Asked, headers: Record<string, string> = {}) => {
    const sent = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const answer = await world.request('/revoke', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(sent).toString(),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  for (const [section, demand, fields, status, error] of [
    ['2.1', 'a token is needed', () => own(), 400, 'invalid_request'],
    [
      '2.1',
      'the client proves itself',
      () => ({ token: tokens.refreshToken, client_id: client.clientId }),
      401,
      'invalid_client',
    ],
    [
      '2.1',
      'another client’s token is none of its business',
      () => ({ token: tokens.refreshToken, client_id: native.clientId }),
      200,
      undefined,
    ],
    ['2.2', 'a token that nobody knows is gone already', () => ({ ...own(), token: 'never heard of' }), 200, undefined],
    [
      '2.2.1',
      'a hint that nobody knows is ignored',
      () => ({ ...own(), token: 'x', token_type_hint: 'saml2' }),
      200,
      undefined,
    ],
  ] as const) {
    it(`keeps RFC 7009 ${section}: ${demand}`, async () => {
      const answer = await revoke(fields());
      assert.equal(answer.status, status);
      assert.equal(answer.body.error, error);
      assert.equal((await callTool(world, 'get_profile', tokens.accessToken)).status, 200);
    });
  }

  it('ends both tokens with either, also under a wrong hint (2.1)', async () => {
    for (const kind of ['accessToken', 'refreshToken'] as const) {
      const pair = await connect(world, client);
      const hint = kind === 'accessToken' ? 'refresh_token' : 'access_token';
      assert.equal((await revoke({ ...own(), token: pair[kind], token_type_hint: hint })).status, 200);
      assert.equal((await callTool(world, 'get_profile', pair.accessToken)).status, 401);
      assert.equal((await refresh(world, client, pair.refreshToken)).body.error, 'invalid_grant');
    }
  });
});

describe('a bearer token (RFC 6750)', () => {
  const call = async (init: RequestInit, path = '/actions/get_profile') => {
    const answer = await world.request(path, { method: 'POST', ...init });
    return { status: answer.status, challenge: answer.headers.get('www-authenticate') ?? '' };
  };

  it('is read from the header in any case of its scheme (2.1, RFC 9110 11.1)', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const answer = await call({ headers: { authorization: `${scheme} ${tokens.accessToken}` } });
      assert.equal(answer.status, 200, scheme);
    }
  });

  it('is not read from a form body (2.2)', async () => {
    const body = new URLSearchParams({ access_token: tokens.accessToken }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const path of ['/actions/get_profile', '/mcp'])
      assert.equal((await call({ headers, body }, path)).status, 401);
  });

  it('is refused in the query, with the status of a malformed request (2.3, 3.1)', async () => {
    for (const path of ['/actions/get_profile', '/mcp']) {
      const answer = await call({}, `${path}?access_token=${tokens.accessToken}`);
      assert.equal(answer.status, 400, path);
      assert.match(answer.challenge, /error="invalid_request"/);
    }
  });

  it('is a malformed request when it is several, or cannot be one (2.1, 3.1)', async () => {
    for (const text of [`${tokens.accessToken} ${tokens.accessToken}`, `${tokens.accessToken}, x`, '{"token":"x"}']) {
      const { status, challenge } = await call({ headers: { authorization: `Bearer ${text}` } });
      assert.equal(status, 400, text);
      assert.match(challenge, /error="invalid_request"/);
    }
  });

  it('is asked for anew when there is none behind the scheme, or another scheme (3.1)', async () => {
    for (const authorization of ['Bearer', 'Bearer  ', 'Basic eDp5', 'Token x']) {
      const { status, challenge } = await call({ headers: { authorization } });
      assert.equal(status, 401, authorization);
      assert.match(challenge, /resource_metadata="/);
    }
  });

  it('is asked for without an error when none was sent (3.1)', async () => {
    const { status, challenge } = await call({});
    assert.equal(status, 401);
    assert.doesNotMatch(challenge, /error/);
  });

  it('is no refresh token, no code and no secret of a client', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    for (const text of [tokens.refreshToken, code, client.secret]) {
      const { status, challenge } = await call({ headers: { authorization: `Bearer ${text}` } });
      assert.equal(status, 401);
      assert.match(challenge, /error="invalid_token"/);
    }
  });
});
