/** Clients that register themselves (RFC 7591) and manage it (RFC 7592): what is taken, what is refused, who stays. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { NEVER_USED_CLIENT_MS } from '../../src/store/store.ts';
import {
  BRIDGE,
  callTool,
  connect,
  createWorld,
  GOOGLE,
  PKCE,
  signIn,
  type TestClient,
  type World,
} from '../support/world.ts';

interface Registered {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function register(world: World, body: unknown, headers: Record<string, string> = {}): Promise<Registered> {
  const answer = await world.request('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

function manage(world: World, registered: Registered, method: string, token?: unknown): Promise<Response> {
  const bearer = token ?? registered.body.registration_access_token;
  return world.request(String(registered.body.registration_client_uri), {
    method,
    headers: { authorization: `Bearer ${bearer}` },
  });
}

function asClient({ body }: Registered): TestClient {
  const [redirectUri = ''] = body.redirect_uris as string[];
  return { clientId: String(body.client_id), secret: String(body.client_secret ?? ''), redirectUri };
}

/** What each client really sends, as far as it is published or was seen; dated October 2026. */
const SENT: Record<string, { body: Record<string, unknown>; method: string; type: 'native' | 'web' }> = {
  ChatGPT: {
    body: {
      client_name: 'ChatGPT',
      application_type: 'native',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://chatgpt.com/connector/oauth/aBcDeFgHiJkL'],
    },
    method: 'client_secret_post',
    type: 'native',
  },
  'Claude on the web': {
    body: {
      client_name: 'Claude',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      scope: 'analytics.readonly offline_access',
    },
    method: 'client_secret_post',
    type: 'web',
  },
  'Claude Code': {
    body: {
      client_name: 'Claude Code (ganalyticsgpt)',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://localhost:54211/callback'],
    },
    method: 'none',
    type: 'native',
  },
  Cursor: {
    body: {
      client_name: 'Cursor',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'],
    },
    method: 'none',
    type: 'native',
  },
  'VS Code': {
    body: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://localhost/',
        'http://127.0.0.1/',
        'http://localhost:33418/',
        'http://127.0.0.1:33418/',
      ],
    },
    method: 'none',
    type: 'native',
  },
  Codex: {
    body: {
      client_name: 'Codex',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1:41231/callback'],
      scope: 'analytics.readonly offline_access',
    },
    method: 'none',
    type: 'native',
  },
  'mcp-remote': {
    body: {
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.1',
      redirect_uris: ['http://localhost:3335/oauth/callback'],
    },
    method: 'none',
    type: 'native',
  },
  'the MCP inspector': {
    body: {
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: '',
      redirect_uris: ['http://localhost:6274/oauth/callback', 'http://localhost:6274/oauth/callback/debug'],
    },
    method: 'none',
    type: 'native',
  },
  'a client that writes null for what it leaves out': {
    body: {
      redirect_uris: ['http://localhost:3030/callback'],
      client_name: 'Python client',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: null,
      response_types: null,
      client_uri: null,
      logo_uri: null,
      scope: null,
      contacts: null,
      tos_uri: null,
      policy_uri: null,
      jwks_uri: null,
      jwks: null,
      software_id: null,
      software_version: null,
      application_type: null,
    },
    method: 'client_secret_post',
    type: 'native',
  },
  'a desktop client that calls itself web': {
    body: { application_type: 'web', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1:8080/cb'] },
    method: 'none',
    type: 'native',
  },
  'a client that says nothing but where it lives': {
    body: { redirect_uris: ['https://client.example/cb'] },
    method: 'client_secret_basic',
    type: 'web',
  },
};

describe('POST /register (RFC 7591)', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  for (const [name, { body, method, type }] of Object.entries(SENT)) {
    it(`takes what ${name} sends, and its client can sign a person in`, async () => {
      const registered = await register(world, body);
      assert.equal(registered.status, 201, JSON.stringify(registered.body));
      assert.deepEqual(registered.body.redirect_uris, body.redirect_uris);
      assert.equal(registered.body.token_endpoint_auth_method, method);
      assert.equal(registered.body.application_type, type);
      assert.equal(typeof registered.body.client_secret, method === 'none' ? 'undefined' : 'string');
      assert.equal(registered.headers.get('cache-control'), 'no-store');
      const parameters = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };
      assert.ok((await signIn(world, asClient(registered), { parameters })).get('code'));
    });
  }

  const REFUSED: [what: string, body: unknown, error: string, words: RegExp][] = [
    ['no redirect URI', {}, 'invalid_redirect_uri', /one to 20/],
    ['an empty list', { redirect_uris: [] }, 'invalid_redirect_uri', /one to 20/],
    ['more than twenty', { redirect_uris: Array(21).fill('https://a.example/') }, 'invalid_redirect_uri', /one to 20/],
    ['a text for a list', { redirect_uris: 'https://a.example/' }, 'invalid_redirect_uri', /one to 20/],
    [
      'a script',
      { redirect_uris: ['https://a.example/', 'javascript:alert(1)'] },
      'invalid_redirect_uri',
      /\[1\].*scheme/,
    ],
    ['data', { redirect_uris: ['data:text/html,x'] }, 'invalid_redirect_uri', /scheme/],
    ['a scheme that starts a program', { redirect_uris: ['ms-msdt:/id'] }, 'invalid_redirect_uri', /scheme/],
    ['plain http', { redirect_uris: ['http://a.example/'] }, 'invalid_redirect_uri', /plain http/],
    ['a wildcard', { redirect_uris: ['https://*.a.example/'] }, 'invalid_redirect_uri', /wildcard/],
    ['userinfo', { redirect_uris: ['http://localhost:80@evil.example/'] }, 'invalid_redirect_uri', /user information/],
    [
      'URIs that are long together',
      { redirect_uris: Array.from({ length: 10 }, (_, n) => `https://a.example/${n}${'x'.repeat(1000)}`) },
      'invalid_redirect_uri',
      /8192 characters/,
    ],
    ['a long name', good({ client_name: 'x'.repeat(201) }), 'invalid_client_metadata', /client_name is too long/],
    ['a name that is a number', good({ client_name: 7 }), 'invalid_client_metadata', /client_name/],
    ['only the implicit grant', good({ grant_types: ['implicit'] }), 'invalid_client_metadata', /grant_types/],
    ['only tokens in answers', good({ response_types: ['token'] }), 'invalid_client_metadata', /response_types/],
    [
      'a key pair',
      good({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://a.example/jwks' }),
      'invalid_client_metadata',
      /metadata document/,
    ],
    [
      'a certificate',
      good({ token_endpoint_auth_method: 'tls_client_auth' }),
      'invalid_client_metadata',
      /must be none/,
    ],
    ['a list', [], 'invalid_request', /JSON object/],
    ['no JSON', '{', 'invalid_request', /not valid JSON/],
    ['a name twice', '{"redirect_uris":["https://a.example/"],"redirect_uris":[]}', 'invalid_request', /twice/],
    ['JSON without a floor', `{"a":${'['.repeat(9999)}${']'.repeat(9999)}}`, 'invalid_request', /nests too deep/],
  ];
  for (const [what, body, error, words] of REFUSED) {
    it(`refuses ${what} with ${error} and says what is wrong`, async () => {
      const answer = await register(world, body);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error, error);
      assert.match(String(answer.body.error_description), words);
    });
  }

  it('refuses a body of more than 32 kB, a packed one and another charset', async () => {
    assert.equal((await register(world, good({ software_statement: 'x'.repeat(32_768) }))).status, 413);
    assert.equal((await register(world, good(), { 'content-encoding': 'gzip' })).status, 415);
    assert.equal((await register(world, good(), { 'content-type': 'application/json; charset=utf-16' })).status, 415);
  });

  it('ignores what it does not know: statements, keys, names in other languages, words of JavaScript', async () => {
    const extras = '"software_statement":"a.b.c","jwks":{"keys":[]},"client_name#ja":"x","__proto__":{"mode":"relay"}';
    const answer = await register(world, `{"redirect_uris":["https://a.example/"],"mode":"relay",${extras}}`);
    assert.equal(answer.status, 201);
    const client = await world.store.clients.find(String(answer.body.client_id));
    assert.equal(client?.mode, 'broker');
    assert.equal(client.kind, 'registered');
  });

  it('keeps no address of a client that a browser would not open as a page', async () => {
    const { body } = await register(world, good({ client_uri: 'javascript:alert(1)', logo_uri: 'data:image/png,x' }));
    assert.equal(body.client_uri, undefined);
    assert.equal(body.logo_uri, undefined);
  });

  it('answers any JSON whatever with 201 or 400', async () => {
    const member = fc.constantFrom(
      ...['redirect_uris', 'client_name', 'grant_types', 'token_endpoint_auth_method', 'application_type', 'logo_uri'],
    );
    const uris = fc.constant(['https://a.example/']);
    const body = fc.dictionary(member, fc.oneof(fc.jsonValue(), uris));
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const { status, body: answer } = await register(world, sent);
        assert.ok(status === 201 || (status === 400 && typeof answer.error === 'string'), `${status}`);
      }),
      { numRuns: 200 },
    );
  });
});

function good(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { redirect_uris: ['https://client.example/cb'], ...more };
}

describe('a registered client and its registration token (RFC 7592)', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  it('reads what it registered, without its secret', async () => {
    const registered = await register(world, SENT.ChatGPT?.body);
    assert.equal(registered.body.registration_client_uri, `${BRIDGE}/register/${registered.body.client_id}`);
    const answer = await manage(world, registered, 'GET');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const { client_secret: _, client_secret_expires_at: __, ...told } = registered.body;
    assert.deepEqual(await answer.json(), told);
  });

  it('takes its registration back: its grants end, Google’s link with the last one, and nobody knows it any more', async () => {
    const registered = await register(world, SENT['Claude on the web']?.body);
    const { accessToken } = await connect(world, asClient(registered));
    assert.equal((await callTool(world, 'get_profile', accessToken)).status, 200);
    const gone = await manage(world, registered, 'DELETE');
    assert.equal(gone.status, 204);
    assert.equal((await callTool(world, 'get_profile', accessToken)).status, 401);
    assert.ok(world.sent.some(({ url }) => url === `${GOOGLE}/revoke`));
    assert.deepEqual(await world.store.connections.list(), []);
    assert.equal((await manage(world, registered, 'GET')).status, 401);
  });

  it('is told the same for a wrong token, a foreign one, an unknown client and one that the operator made', async () => {
    const registered = await register(world, good());
    const other = await register(world, good());
    const { clientId } = await world.client();
    const tokens = ['', 'ggpt_rg_x', other.body.registration_access_token, registered.body.client_secret];
    const answers = [];
    for (const token of tokens) answers.push(await manage(world, registered, 'DELETE', token));
    for (const id of [clientId, 'unknown', '%00', encodeURIComponent('https://chatgpt.com/oauth/client.json')])
      answers.push(await world.request(`/register/${id}`, { headers: { authorization: 'Bearer ggpt_rg_x' } }));
    answers.push(await world.request(`/register/${registered.body.client_id}`));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([401]));
    assert.equal(new Set(bodies).size, 1);
    assert.match(answers[0]?.headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token"/);
    assert.equal((await manage(world, registered, 'GET')).status, 200);
  });

  it('is told which methods there are', async () => {
    const registered = await register(world, good());
    const answer = await manage(world, registered, 'PUT');
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, DELETE');
  });
});

describe('registrations beyond what is kept', () => {
  it('are asked to come again later, and push nobody out in the first hour', async () => {
    const world = await createWorld();
    const first = asClient(await register(world, good()));
    const full = await createWorld({
      store: {
        ...world.store,
        clients: { ...world.store.clients, register: (client) => world.store.clients.register(client, 1) },
      },
    });
    const refused = await full.request('/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(good()),
    });
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(((await refused.json()) as { error: string }).error, 'temporarily_unavailable');
    assert.ok(await world.store.clients.find(first.clientId));
    await full.close();
  });
});

describe('clients that registered', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  it('are reaped when nobody signed in with them for 30 days, and kept for ever once somebody did', async () => {
    const idle = asClient(await register(world, good()));
    const used = asClient(await register(world, good()));
    await connect(world, used);
    world.advance(NEVER_USED_CLIENT_MS + 1);
    await world.store.sweep(world.now(), 100);
    assert.equal(await world.store.clients.find(idle.clientId), undefined);
    world.advance(10 * NEVER_USED_CLIENT_MS);
    await world.store.sweep(world.now(), 100);
    assert.ok(await world.store.clients.find(used.clientId));
  });
});
