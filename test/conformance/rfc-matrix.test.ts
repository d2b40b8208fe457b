/**
 * What the RFCs ask of an authorization server and a resource server, black box, one row for each demand.
 *
 * Owns: the rows that no story elsewhere tells. Each names its section; the request and the wanted answer are the test.
 * Does not own: whole stories (test/journeys/), attacks by name (test/attacks/).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  authorizeUrl,
  BRIDGE,
  callTool,
  connect,
  createBrowser,
  createWorld,
  type Page,
  PKCE,
  postToken,
  redeem,
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
  world = await createWorld({ environment: { GOOGLE_SCOPES: 'analytics.readonly,calendar.events' } });
  client = await world.client();
  native = await registerNative();
  tokens = await connect(world, client);
});
after(() => world.close());

const S256 = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };

async function registerNative(): Promise<TestClient> {
  const redirectUri = 'http://127.0.0.1:1234/callback';
  const body = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', client_name: 'Native' };
  const headers = { 'content-type': 'application/json' };
  const answer = await world.request('/register', { method: 'POST', headers, body: JSON.stringify(body) });
  return { clientId: ((await answer.json()) as { client_id: string }).client_id, secret: '', redirectUri };
}

type Asked = Record<string, string | undefined>;

/**
 * Section, demand, what is changed in a good request, and what is wanted: an error that goes back to the client, `page`
 * for one that is shown to the person and never redirected, or `goes on`.
 */
type AuthorizeRow = [section: string, demand: string, asked: Asked, wanted: string];

const AUTHORIZE: AuthorizeRow[] = [
  ['RFC 6749 3.1', 'a parameter without a value counts as left out', { response_type: '' }, 'invalid_request'],
  ['RFC 6749 3.1', 'a parameter that nobody knows is ignored', { colour: 'blue' }, 'goes on'],
  ['RFC 6749 3.1.1', 'the implicit grant is not there', { response_type: 'token' }, 'unsupported_response_type'],
  [
    'RFC 6749 3.1.1',
    'nor is any response type with a token in it',
    { response_type: 'code token' },
    'unsupported_response_type',
  ],
  [
    'OpenID Connect Core 3.2.2.1',
    'nor an ID token from the front channel',
    { response_type: 'id_token' },
    'unsupported_response_type',
  ],
  ['RFC 6749 3.1.2.3', 'one registered redirect URI need not be repeated', { redirect_uri: undefined }, 'goes on'],
  [
    'RFC 6749 3.1.2.4',
    'an unregistered redirect URI is never redirected to',
    { redirect_uri: 'https://evil.example/cb' },
    'page',
  ],
  ['RFC 6749 4.1.2.1', 'a missing client is never redirected', { client_id: undefined }, 'page'],
  ['RFC 6749 3.3', 'a scope that nobody knows alone is refused', { scope: 'drive.file' }, 'invalid_scope'],
  ['RFC 6749 3.3', 'an empty scope means the default', { scope: '' }, 'goes on'],
  [
    'RFC 7636 4.3',
    'a challenge without a method would be plain',
    { code_challenge: PKCE.challenge },
    'invalid_request',
  ],
  ['RFC 7636 4.3', 'a method without a challenge is a mistake', { code_challenge_method: 'S256' }, 'invalid_request'],
  [
    'RFC 7636 4.2',
    'plain protects from nobody who reads the request',
    { code_challenge: PKCE.verifier, code_challenge_method: 'plain' },
    'invalid_request',
  ],
  [
    'RFC 7636 4.2',
    'a challenge has the length of a SHA-256',
    { code_challenge: PKCE.challenge.slice(1), code_challenge_method: 'S256' },
    'invalid_request',
  ],
  ['RFC 8707 2', 'a resource with a fragment is no resource', { resource: `${BRIDGE}/mcp#part` }, 'invalid_target'],
  ['RFC 8707 2', 'a relative resource is no resource', { resource: '/mcp' }, 'invalid_target'],
  [
    'RFC 8707 2',
    'another server is not ours to give tokens for',
    { resource: 'https://other.example/mcp' },
    'invalid_target',
  ],
  ['RFC 9101 5', 'a request object is not read half', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'invalid_request'],
  ['RFC 9126 4', 'nor a reference to one', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
  ['OAuth Response Modes 2.1', 'an answer comes in the query only', { response_mode: 'fragment' }, 'invalid_request'],
  [
    'OpenID Connect Core 3.1.2.1',
    'a hint about the person is no error',
    { id_token_hint: 'a.b.c', login_hint: 'ada@example.com' },
    'goes on',
  ],
];

/** The same for a public client. */
const AUTHORIZE_PUBLIC: AuthorizeRow[] = [
  ['RFC 7636 4.4.1', 'a public client without a challenge is refused', {}, 'invalid_request'],
  ['RFC 7636 4.4', 'a public client with a challenge goes on', S256, 'goes on'],
  [
    'RFC 8252 7.3',
    'any port of loopback will do',
    { ...S256, redirect_uri: 'http://127.0.0.1:65535/callback' },
    'goes on',
  ],
  [
    'RFC 8252 8.4',
    'another path on loopback will not',
    { ...S256, redirect_uri: 'http://127.0.0.1:1234/other' },
    'page',
  ],
  [
    'RFC 8252 8.3',
    'localhost is another host than 127.0.0.1',
    { ...S256, redirect_uri: 'http://localhost:1234/callback' },
    'page',
  ],
];

describe('an authorization request (RFC 6749 3.1 and 4.1.1)', () => {
  const check = async (sender: TestClient, asked: Asked, wanted: string) => {
    const page = await createBrowser(world).open(authorizeUrl(sender, asked));
    if (wanted === 'goes on') assert.equal(page.url.pathname, '/consent', page.url.href);
    else if (wanted === 'page') assertShown(page);
    else assertSentBack(page, wanted);
  };

  for (const [section, demand, asked, wanted] of AUTHORIZE) {
    it(`keeps ${section}: ${demand}: ${JSON.stringify(asked)}`, () => check(client, asked, wanted));
  }

  for (const [section, demand, asked, wanted] of AUTHORIZE_PUBLIC) {
    it(`keeps ${section} for a public client: ${demand}`, () => check(native, asked, wanted));
  }

  it('is answered without a state when none was sent, or an empty one (RFC 6749 4.1.2)', async () => {
    for (const state of [undefined, '']) {
      const answer = await signIn(world, client, { parameters: { state } });
      assert.equal(answer.has('state'), false);
      assert.equal(answer.get('iss'), BRIDGE);
    }
  });

  it('keeps the query that a redirect URI was registered with (RFC 6749 3.1.2)', async () => {
    const withQuery = await world.client({ redirectUris: ['https://client.example/cb?tenant=7&x='] });
    const answer = await signIn(world, withQuery);
    assert.equal(answer.get('tenant'), '7');
    assert.equal(answer.get('x'), '');
    assert.ok(answer.get('code'));
  });

  it('names one of several registered redirect URIs, or is shown a page (RFC 6749 3.1.2.3)', async () => {
    const two = await world.client({ redirectUris: ['https://client.example/one', 'https://client.example/two'] });
    assertShown(await createBrowser(world).open(authorizeUrl(two, { redirect_uri: undefined })));
  });

  it('is refused when it says anything twice, resources too, before any redirect (RFC 6749 3.1, RFC 8707 2)', async () => {
    for (const twice of ['client_id=x', 'state=x', 'code_challenge=x', `resource=${BRIDGE}/mcp`]) {
      const [name = ''] = twice.split('=');
      const first = { [name]: name === 'client_id' ? client.clientId : 'first' };
      assertShown(await createBrowser(world).open(`${authorizeUrl(client, first)}&${twice}`));
    }
  });

  it('is answered at the consent with 303, so that no browser posts on to Google (RFC 9700 4.12)', async () => {
    const browser = createBrowser(world);
    const consent = await browser.open(authorizeUrl(client));
    const flow = /name="flow" value="([^"]+)"/.exec(consent.html)?.[1] ?? '';
    const cookie = [...(browser.cookies.get(new URL(BRIDGE).host) ?? [])].map((pair) => pair.join('=')).join('; ');
    const answer = await world.request('/consent', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, origin: BRIDGE },
      body: new URLSearchParams({ flow, decision: 'allow' }).toString(),
    });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  });

  it('shows pages that cannot be framed and give no address away (RFC 6749 10.13, RFC 9700 4.2.4)', async () => {
    const { headers } = await createBrowser(world).open(authorizeUrl(client));
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.equal(headers.get('x-frame-options'), 'DENY');
    assert.match(headers.get('referrer-policy') ?? '', /^(no-referrer|same-origin|strict-origin|origin)$/);
    assert.match(headers.get('cache-control') ?? '', /no-store/);
  });
});

function assertShown(page: Page): void {
  assert.equal(page.status, 400, page.url.href);
  assert.equal(page.url.origin, BRIDGE, 'nobody is redirected');
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
}

/** RFC 6749 4.1.2.1 and RFC 9207 2. */
function assertSentBack(page: Page, error: string): void {
  assert.equal(page.status, 0, `a page was shown: ${page.url.href}`);
  assert.equal(page.url.searchParams.get('error'), error);
  assert.equal(page.url.searchParams.get('state'), 'a state');
  assert.equal(page.url.searchParams.get('iss'), BRIDGE);
  assert.match(page.url.searchParams.get('error_description') ?? '', /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
}

type TokenRow = [section: string, demand: string, asked: () => Asked, status: number, error: string];

const own = () => ({ client_id: client.clientId, client_secret: client.secret });
const ask = (grant_type: string, fields: Asked) => () => ({ ...own(), grant_type, ...fields });
const again = (fields: Asked) => () => ask('refresh_token', { refresh_token: tokens.refreshToken, ...fields })();

const TOKEN: TokenRow[] = [
  ['RFC 6749 4.1.3', 'a grant type is needed', own, 400, 'invalid_request'],
  ['RFC 6749 4.3', 'nobody gives us a password', ask('password', {}), 400, 'unsupported_grant_type'],
  ['RFC 6749 4.4', 'no client asks for itself', ask('client_credentials', {}), 400, 'unsupported_grant_type'],
  ['RFC 6749 5.2', 'nor is there any other grant', ask('token-exchange', {}), 400, 'unsupported_grant_type'],
  ['RFC 6749 4.1.3', 'a code is needed', ask('authorization_code', {}), 400, 'invalid_request'],
  ['RFC 6749 5.2', 'a made-up code is wrong', ask('authorization_code', { code: 'made-up' }), 400, 'invalid_grant'],
  ['RFC 6749 6', 'a refresh token is needed', ask('refresh_token', {}), 400, 'invalid_request'],
  ['RFC 6749 6', 'an access token is none', () => again({ refresh_token: tokens.accessToken })(), 400, 'invalid_grant'],
  ['RFC 6749 6', 'a refresh asks for no more scope', again({ scope: 'analytics.edit' }), 400, 'invalid_scope'],
  [
    'RFC 8707 2.2',
    'a refresh asks for no other resource',
    again({ resource: 'https://a.example' }),
    400,
    'invalid_target',
  ],
  ['RFC 6749 3.2.1', 'a confidential client proves itself', again({ client_secret: undefined }), 401, 'invalid_client'],
  ['RFC 6749 5.2', 'nobody in particular is refused', again({ client_id: undefined }), 401, 'invalid_client'],
];

/** The same with the Authorization header, and without the body's credentials where it is the only proof. */
const anonymous = { client_id: undefined, client_secret: undefined };
const TOKEN_WITH_HEADER: [...TokenRow, header: () => string][] = [
  ['RFC 6749 2.3', 'one way of proof at a time', again({}), 400, 'invalid_request', () => basic(client.secret)],
  ['RFC 6749 5.2', 'a wrong secret is challenged', again(anonymous), 401, 'invalid_client', () => basic('wrong')],
  [
    'RFC 6750 2.1',
    'a token proves no client',
    again(anonymous),
    401,
    'invalid_client',
    () => `Bearer ${tokens.accessToken}`,
  ],
];

function basic(secret: string): string {
  return `Basic ${btoa(`${client.clientId}:${secret}`)}`;
}

describe('the token endpoint (RFC 6749 3.2 and 5)', () => {
  const check = async (asked: Asked, status: number, error: string, headers: Record<string, string> = {}) => {
    const answer = await postToken(world, asked, headers);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.equal(answer.body.error, error);
    assert.match(String(answer.body.error_description), /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    assert.match(answer.headers.get('cache-control') ?? '', /no-store/);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    return answer.headers.get('www-authenticate');
  };

  for (const [section, demand, asked, status, error] of TOKEN) {
    it(`keeps ${section} with ${error}: ${demand}`, async () => {
      assert.equal(await check(asked(), status, error), null);
    });
  }

  for (const [section, demand, asked, status, error, header] of TOKEN_WITH_HEADER) {
    it(`keeps ${section} with an Authorization header: ${demand}`, async () => {
      const challenge = await check(asked(), status, error, { authorization: header() });
      if (status === 401) assert.match(challenge ?? '', /^Basic realm="/);
    });
  }

  it('leaves the grant of a refused request as it was', async () => {
    assert.equal((await callTool(world, 'get_profile', tokens.accessToken)).status, 200);
    const answer = await refresh(world, client, tokens.refreshToken);
    assert.equal(answer.status, 200);
    tokens = { accessToken: String(answer.body.access_token), refreshToken: String(answer.body.refresh_token) };
  });

  it('reads both halves of Basic form-decoded (RFC 6749 2.3.1)', async () => {
    const encode = (text: string) => [...text].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
    const authorization = `Basic ${btoa(`${encode(client.clientId)}:${encode(client.secret)}`)}`;
    const fields = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken };
    assert.equal((await postToken(world, fields, { authorization })).status, 200);
  });

  it('reads no credentials out of the address (RFC 6749 2.3.1)', async () => {
    const answer = await world.request(`/token?${new URLSearchParams(own())}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=refresh_token&refresh_token=${tokens.refreshToken}&client_id=${client.clientId}`,
    });
    assert.equal(answer.status, 401);
  });

  it('wants the redirect URI of the request where there is no PKCE (RFC 6749 4.1.3)', async () => {
    const code = (await signIn(world, client)).get('code') ?? '';
    for (const redirect_uri of [undefined, `${client.redirectUri}/`]) {
      assert.equal((await redeem(world, client, code, { redirect_uri })).body.error, 'invalid_grant');
    }
    assert.equal((await redeem(world, client, code)).status, 200);
  });

  it('gives a token for the resource that was authorized and for no other (RFC 8707 2.2)', async () => {
    const code = (await signIn(world, client, { parameters: { resource: `${BRIDGE}/mcp` } })).get('code') ?? '';
    const other = await redeem(world, client, code, { resource: 'https://other.example/mcp' });
    assert.equal(other.body.error, 'invalid_target');
    assert.equal((await redeem(world, client, code, { resource: `${BRIDGE}/mcp` })).status, 200);
  });

  it('names what it granted when that is less than was asked (RFC 6749 3.3 and 5.1)', async () => {
    const code = (await signIn(world, client, { parameters: { scope: 'calendar.events drive.file' } })).get('code');
    assert.equal((await redeem(world, client, code ?? '')).body.scope, 'calendar.events');
  });
});
