/**
 * Clients known by the document at their id: the assistants that come this way, their whole life, and documents that lie
 * or are not to be had.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { claimsFor, createSigningClient, type SigningClient } from '../../src/oauth/clients/signing-client.fixture.ts';
import {
  authorizeUrl,
  BRIDGE,
  callMcp,
  createBrowser,
  createWorld,
  type FlowOptions,
  type Page,
  PKCE,
  passGoogle,
  postToken,
  type TestClient,
  type TokenAnswer,
  textOf,
  type World,
} from '../support/world.ts';

const RESOURCE = `${BRIDGE}/mcp`;
const TOKEN_ENDPOINT = `${BRIDGE}/token`;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const WINDOW_MS = 120_000;
const DAY_MS = 24 * 3600_000;

type Fields = Record<string, string | undefined>;

/** What the authorization request of an MCP client carries beside the usual. */
const MCP_PARAMETERS = { code_challenge: PKCE.challenge, code_challenge_method: 'S256', resource: RESOURCE };

/** As served on 2026-08-26 (django-oauth-toolkit issue 1845). */
const CHATGPT_DOCUMENT = {
  client_id: 'https://chatgpt.com/oauth/client.json',
  client_uri: 'https://chatgpt.com/',
  redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  client_name: 'ChatGPT',
  logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
  token_endpoint_auth_signing_alg: 'RS256',
  jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
};

const CLAUDE_CODE_DOCUMENT = {
  client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
  client_name: 'Claude Code',
  client_uri: 'https://claude.ai',
  redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

interface Document {
  client_id: string;
  redirect_uris: string[];
}

function publish(world: World, document: Document, redirectUri = document.redirect_uris[0] ?? ''): TestClient {
  world.internet.set(document.client_id, { document, headers: { 'cache-control': 'public, max-age=300' } });
  return { clientId: document.client_id, secret: '', redirectUri };
}

async function openConsent(world: World, client: TestClient, parameters: Fields = {}): Promise<Page> {
  return createBrowser(world).open(authorizeUrl(client, { ...MCP_PARAMETERS, ...parameters }));
}

/** From the assistant's button to its redirect URI. */
async function signIn(world: World, client: TestClient, options: FlowOptions = {}): Promise<URL> {
  const browser = createBrowser(world);
  const consent = await browser.open(authorizeUrl(client, { ...MCP_PARAMETERS, ...options.parameters }));
  const page = await passGoogle(browser, await browser.submit(consent, { name: 'decision', value: 'allow' }), options);
  assert.equal(page.status, 0, textOf(page));
  return page.url;
}

async function redeem(world: World, client: TestClient, proof: Fields): Promise<TokenAnswer> {
  const code = (await signIn(world, client)).searchParams.get('code') ?? '';
  return postToken(world, { grant_type: 'authorization_code', code, ...redeemFields(client), ...proof });
}

function redeemFields({ redirectUri: redirect_uri }: TestClient): Fields {
  return { redirect_uri, code_verifier: PKCE.verifier, resource: RESOURCE };
}

function refresh(world: World, refreshToken: unknown, proof: Fields): Promise<TokenAnswer> {
  return postToken(world, { grant_type: 'refresh_token', refresh_token: String(refreshToken), ...proof });
}

async function revoke(world: World, token: unknown, proof: Fields): Promise<number> {
  const fields = Object.entries({ token: String(token), ...proof });
  const body = new URLSearchParams(fields.filter((pair): pair is [string, string] => pair[1] !== undefined));
  return (await world.request('/revoke', { method: 'POST', body })).status;
}

const opensDoor = async (world: World, answer: TokenAnswer) =>
  (await callMcp(world, String(answer.body.access_token), 'tools/list')).status === 200;

let count = 0;

function createAssertions(world: World, clientId: string, signer: SigningClient) {
  return async (changed: Record<string, unknown> = {}): Promise<Fields> => ({
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await signer.sign({
      ...claimsFor(clientId, TOKEN_ENDPOINT, world.now(), `jti ${count++}`),
      ...changed,
    }),
  });
}

describe('ChatGPT, known by its document and signing', () => {
  let world: World;
  let client: TestClient;
  let prove: (changed?: Record<string, unknown>) => Promise<Fields>;
  before(async () => {
    world = await createWorld();
    client = publish(world, CHATGPT_DOCUMENT);
    const signer = await createSigningClient('RS256', 'cimd-20260428030119');
    world.internet.set(CHATGPT_DOCUMENT.jwks_uri, { document: { keys: [signer.jwk] } });
    prove = createAssertions(world, client.clientId, signer);
  });
  after(() => world.close());

  it('finds in the metadata that documents and signatures are welcome', async () => {
    const answer = await world.request('/.well-known/oauth-authorization-server');
    const metadata = (await answer.json()) as Record<string, unknown>;
    assert.equal(metadata.client_id_metadata_document_supported, true);
    const methods = ['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'];
    assert.deepEqual(metadata.token_endpoint_auth_methods_supported, methods);
    assert.deepEqual(metadata.revocation_endpoint_auth_methods_supported, methods);
    assert.deepEqual(metadata.token_endpoint_auth_signing_alg_values_supported, ['RS256', 'ES256', 'EdDSA']);
    assert.deepEqual(metadata.revocation_endpoint_auth_signing_alg_values_supported, ['RS256', 'ES256', 'EdDSA']);
  });

  it('connects, asks, refreshes from two workers at once and disconnects', async () => {
    const answer = await redeem(world, client, { client_id: client.clientId, ...(await prove()) });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(await opensDoor(world, answer), true);
    const workers = [await prove(), { client_id: client.clientId, ...(await prove()) }];
    const [one, two] = await Promise.all(workers.map((proof) => refresh(world, answer.body.refresh_token, proof)));
    assert.equal(one?.status, 200);
    assert.deepEqual(one?.body, two?.body);
    assert.equal(await revoke(world, one?.body.refresh_token, await prove()), 200);
    assert.equal((await refresh(world, one?.body.refresh_token, await prove())).body.error, 'invalid_grant');
  });

  it('comes back to its own address with our issuer', async () => {
    const url = await signIn(world, client);
    assert.equal(url.origin + url.pathname, client.redirectUri);
    assert.equal(url.searchParams.get('iss'), BRIDGE);
  });

  it('may leave its signature out, as a public client', async () => {
    const answer = await redeem(world, client, { client_id: client.clientId });
    assert.equal(answer.status, 200);
    assert.equal((await refresh(world, answer.body.refresh_token, { client_id: client.clientId })).status, 200);
  });

  it('is refused with a signature that is not right, whatever it could have left out', async () => {
    const stranger = createAssertions(
      world,
      client.clientId,
      await createSigningClient('RS256', 'cimd-20260428030119'),
    );
    const used = await prove();
    await refresh(world, 'x', used);
    for (const proof of [await stranger(), await prove({ aud: `${BRIDGE}//token` }), used]) {
      const { status, body } = await redeem(world, client, { client_id: client.clientId, ...proof });
      assert.equal(status, 401);
      assert.equal(body.error, 'invalid_client');
    }
  });

  it('spends no code when its signature is refused', async () => {
    const code = (await signIn(world, client)).searchParams.get('code') ?? '';
    const fields = { grant_type: 'authorization_code', code, ...redeemFields(client) };
    assert.equal(
      (await postToken(world, { ...fields, ...(await prove({ aud: 'https://other.example' })) })).status,
      401,
    );
    assert.equal((await postToken(world, { ...fields, ...(await prove()) })).status, 200);
  });

  it('may show a stale refresh token without losing its connection, since it proved itself', async () => {
    const { body } = await redeem(world, client, await prove());
    const next = await refresh(world, body.refresh_token, await prove());
    world.advance(WINDOW_MS + 1);
    assert.equal((await refresh(world, body.refresh_token, await prove())).body.error, 'invalid_grant');
    assert.equal(await opensDoor(world, next), true);
  });

  it('loses its connection by a stale refresh token that came without proof', async () => {
    const { body } = await redeem(world, client, await prove());
    const next = await refresh(world, body.refresh_token, await prove());
    world.advance(WINDOW_MS + 1);
    assert.equal(
      (await refresh(world, body.refresh_token, { client_id: client.clientId })).body.error,
      'invalid_grant',
    );
    assert.equal(await opensDoor(world, next), false);
  });

  it('is told to use PKCE, although it could sign', async () => {
    const page = await createBrowser(world).open(authorizeUrl(client));
    assert.equal(page.url.origin + page.url.pathname, client.redirectUri);
    assert.equal(page.url.searchParams.get('error'), 'invalid_request');
    assert.match(page.url.searchParams.get('error_description') ?? '', /PKCE/);
  });

  it('asks for its document and its keys far less often than it comes', async () => {
    const before = world.visited.length;
    for (let n = 0; n < 3; n += 1) assert.equal((await redeem(world, client, await prove())).status, 200);
    assert.ok(world.visited.length - before <= 2, `${world.visited.length - before} fetches`);
  });
});

describe('ChatGPT, where its host turns servers away', () => {
  it('still connects, by the packaged copy and without the signature that nobody can check', async () => {
    const world = await createWorld();
    const { client_id: clientId, jwks_uri: keys, redirect_uris } = CHATGPT_DOCUMENT;
    for (const url of [clientId, keys]) world.internet.set(url, { document: 'Forbidden', status: 403 });
    const client = { clientId, secret: '', redirectUri: redirect_uris[0] ?? '' };
    const prove = createAssertions(world, clientId, await createSigningClient('RS256', 'k'));
    const answer = await redeem(world, client, await prove());
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await refresh(world, answer.body.refresh_token, await prove())).status, 200);
    assert.match(world.logged(), /the packaged copy serves/);
    assert.match(world.logged(), /could not be verified for want of keys/);
    await world.close();
  });
});

describe('Claude Code, known by its document', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  it('connects on whatever port it found, by name and by address', async () => {
    for (const redirectUri of [
      'http://localhost:53412/callback',
      'http://127.0.0.1:8080/callback',
      'http://localhost/callback',
    ]) {
      const client = publish(world, CLAUDE_CODE_DOCUMENT, redirectUri);
      const answer = await redeem(world, client, { client_id: client.clientId });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.equal(await opensDoor(world, answer), true);
    }
  });

  it('gets no answer at another path, another host or over another scheme', async () => {
    const elsewhere = [
      'http://localhost:53412/other',
      'http://localhost:53412/callback/',
      'http://localhost:53412/callback?x=1',
      'https://localhost:53412/callback',
      'http://[::1]:53412/callback',
      'http://localhost.evil.test/callback',
      'https://claude.ai/api/mcp/auth_callback',
    ];
    for (const redirectUri of elsewhere) {
      const page = await openConsent(world, publish(world, CLAUDE_CODE_DOCUMENT, redirectUri));
      assert.equal(page.status, 400, redirectUri);
      assert.match(page.html, /address that isn’t registered/);
    }
  });

  it('shows where the answer goes and warns of a program on this device', async () => {
    const page = await openConsent(world, publish(world, CLAUDE_CODE_DOCUMENT, 'http://localhost:53412/callback'));
    assert.match(page.html, /Claude Code/);
    assert.match(page.html, /localhost:53412/);
    assert.match(page.html, /A program on this device gets the answer/);
  });

  it('is no confidential client: neither a secret nor a signature is taken from it', async () => {
    const client = publish(world, CLAUDE_CODE_DOCUMENT, 'http://localhost:53412/callback');
    const prove = createAssertions(world, client.clientId, await createSigningClient('ES256', 'k'));
    for (const proof of [{ client_id: client.clientId, client_secret: 's' }, await prove()])
      assert.equal((await redeem(world, client, proof)).body.error, 'invalid_client');
  });
});

describe('a client that nobody here has seen, known by its document', () => {
  const document = {
    client_id: 'https://app.example/client.json',
    client_name: 'An app',
    redirect_uris: ['https://app.example/callback'],
  };
  let world: World;
  let client: TestClient;
  before(async () => {
    world = await createWorld();
    client = publish(world, document);
  });
  after(() => world.close());

  it('is called new until somebody connected through it', async () => {
    assert.match((await openConsent(world, client)).html, /New here/);
    assert.equal((await redeem(world, client, { client_id: client.clientId })).status, 200);
    const page = await openConsent(world, client);
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.html, /New here/);
  });

  it('leaves no row behind, and its name nowhere as markup', async () => {
    const hostile = { ...document, client_id: 'https://app.example/2.json', client_name: '<script>alert(1)</script>' };
    const page = await openConsent(world, publish(world, hostile));
    assert.doesNotMatch(page.html, /<script>alert/);
    assert.deepEqual(await world.store.clients.list(), []);
  });

  it('cannot redeem what another client was given', async () => {
    const other = publish(world, { ...document, client_id: 'https://other.example/client.json' });
    const code = (await signIn(world, client)).searchParams.get('code') ?? '';
    const fields = { grant_type: 'authorization_code', code, ...redeemFields(client) };
    assert.equal((await postToken(world, { ...fields, client_id: other.clientId })).body.error, 'invalid_grant');
    assert.equal((await postToken(world, { ...fields, client_id: client.clientId })).status, 200);
  });

  it('loses a redirect URI with the next reading of its document', async () => {
    const moving = { ...document, client_id: 'https://moving.example/c', redirect_uris: ['https://old.example/cb'] };
    const old = publish(world, moving);
    assert.equal((await openConsent(world, old)).status, 200);
    publish(world, { ...moving, redirect_uris: ['https://new.example/cb'] });
    world.advance(300_000);
    assert.equal((await openConsent(world, old)).status, 400);
    assert.equal((await openConsent(world, { ...old, redirectUri: 'https://new.example/cb' })).status, 200);
  });
});

describe('a document that lies or is not to be had', () => {
  const ID = 'https://evil.test/client.json';
  const client: TestClient = { clientId: ID, secret: '', redirectUri: 'https://evil.test/cb' };
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const answers = async (published: Parameters<World['internet']['set']>[1] | undefined) => {
    world.advance(60_000);
    if (published === undefined) world.internet.delete(ID);
    else world.internet.set(ID, published);
    const page = await openConsent(world, client);
    const token = await postToken(world, { grant_type: 'authorization_code', code: 'x', client_id: ID });
    assert.equal(page.url.origin, BRIDGE, 'nobody is redirected anywhere');
    return { page, token };
  };

  it('ends at a page that says whose fault it is, and at the token endpoint as an unknown client', async () => {
    const good = { client_id: ID, client_name: 'Evil', redirect_uris: ['https://evil.test/cb'] };
    const lies = [
      { ...good, client_id: CHATGPT_DOCUMENT.client_id },
      CHATGPT_DOCUMENT,
      { ...good, redirect_uris: ['https://evil.test/cb', 'javascript:alert(1)'] },
      { ...good, token_endpoint_auth_method: 'client_secret_post' },
      { ...good, client_secret: 's' },
      { ...good, jwks_uri: 'https://169.254.169.254/latest' },
      [good],
      null,
    ];
    for (const document of lies) {
      const { page, token } = await answers({ document });
      assert.equal(page.status, 400, JSON.stringify(document));
      assert.match(page.html, /doesn’t describe itself correctly/);
      assert.equal(token.status, 401);
      assert.equal(token.body.error, 'invalid_client');
    }
    assert.equal((await answers({ document: good })).page.status, 200);
  });

  it('follows no redirect to the real document', async () => {
    world.advance(8 * DAY_MS);
    const headers = { location: CHATGPT_DOCUMENT.client_id };
    const { page } = await answers({ document: '', status: 302, headers });
    assert.equal(page.status, 400);
    assert.doesNotMatch(world.visited.join(' '), /chatgpt/);
  });

  it('is called away, not unknown, while its host fails', async () => {
    const failures = [
      { document: 'x', status: 503 },
      { document: '<html>', headers: { 'content-type': 'text/html' } },
    ];
    world.advance(8 * DAY_MS);
    for (const failure of [...failures, undefined]) {
      const { page, token } = await answers(failure);
      assert.equal(page.status, 503);
      assert.match(page.html, /can’t be checked right now/);
      assert.equal(token.status, 503);
      assert.equal(token.body.error, 'temporarily_unavailable');
      assert.ok(token.headers.get('retry-after'));
    }
  });

  it('does not end a connection while its host fails for days', async () => {
    const document = {
      client_id: 'https://app.example/c',
      client_name: 'A',
      redirect_uris: ['https://app.example/cb'],
    };
    const app = publish(world, document);
    const { body } = await redeem(world, app, { client_id: app.clientId });
    world.internet.clear();
    world.advance(6 * DAY_MS);
    assert.equal((await refresh(world, body.refresh_token, { client_id: app.clientId })).status, 200);
  });

  it('asks nobody for an id that is no URL of the public internet', async () => {
    world.visited.length = 0;
    for (const id of [
      'https://127.0.0.1/c',
      'https://user@app.example/c',
      'https://app.example/a/../c',
      'https://app.example',
    ]) {
      const page = await openConsent(world, { ...client, clientId: id });
      assert.equal(page.status, 400);
      assert.match(page.html, /doesn’t know the app/);
    }
    assert.deepEqual(world.visited, []);
  });
});

describe('the operator’s word on client documents', () => {
  it('switches them off, and says so in the metadata', async () => {
    const world = await createWorld({ environment: { CIMD: 'off' } });
    const client = publish(world, CHATGPT_DOCUMENT);
    assert.match((await openConsent(world, client)).html, /doesn’t know the app/);
    const metadata = await (await world.request('/.well-known/oauth-authorization-server')).text();
    assert.doesNotMatch(metadata, /client_id_metadata_document|private_key_jwt|signing_alg/);
    assert.deepEqual(world.visited, []);
    await world.close();
  });

  it('lets certain hosts in and no others', async () => {
    const world = await createWorld({ environment: { CIMD: 'chatgpt.com' } });
    assert.equal((await openConsent(world, publish(world, CHATGPT_DOCUMENT))).status, 200);
    const other = publish(world, CLAUDE_CODE_DOCUMENT);
    assert.match((await openConsent(world, other)).html, /doesn’t know the app/);
    assert.deepEqual(world.visited, [CHATGPT_DOCUMENT.client_id]);
    await world.close();
  });
});
