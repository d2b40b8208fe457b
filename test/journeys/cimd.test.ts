/** Assistants that are known by the document at their id, their whole life. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSigningClient } from '../../src/oauth/clients/signing-client.fixture.ts';
import {
  CHATGPT_DOCUMENT,
  CLAUDE_CODE_DOCUMENT,
  createAssertions,
  type Fields,
  openConsent,
  opensDoor,
  publish,
  redeemAs,
  redeemFields,
  refreshAs,
  revokeAs,
  signInAs,
} from '../support/document-client.ts';
import {
  authorizeUrl,
  BRIDGE,
  createBrowser,
  createWorld,
  postToken,
  type TestClient,
  type World,
} from '../support/world.ts';

const WINDOW_MS = 120_000;

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
    const answer = await redeemAs(world, client, { client_id: client.clientId, ...(await prove()) });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(await opensDoor(world, answer), true);
    const workers = [await prove(), { client_id: client.clientId, ...(await prove()) }];
    const [one, two] = await Promise.all(workers.map((proof) => refreshAs(world, answer.body.refresh_token, proof)));
    assert.equal(one?.status, 200);
    assert.deepEqual(one?.body, two?.body);
    assert.equal(await revokeAs(world, one?.body.refresh_token, await prove()), 200);
    assert.equal((await refreshAs(world, one?.body.refresh_token, await prove())).body.error, 'invalid_grant');
  });

  it('comes back to its own address with our issuer', async () => {
    const url = await signInAs(world, client);
    assert.equal(url.origin + url.pathname, client.redirectUri);
    assert.equal(url.searchParams.get('iss'), BRIDGE);
  });

  it('may leave its signature out, as a public client', async () => {
    const answer = await redeemAs(world, client, { client_id: client.clientId });
    assert.equal(answer.status, 200);
    assert.equal((await refreshAs(world, answer.body.refresh_token, { client_id: client.clientId })).status, 200);
  });

  it('is refused with a signature that is not right, whatever it could have left out', async () => {
    const stranger = createAssertions(
      world,
      client.clientId,
      await createSigningClient('RS256', 'cimd-20260428030119'),
    );
    const used = await prove();
    await refreshAs(world, 'x', used);
    for (const proof of [await stranger(), await prove({ aud: `${BRIDGE}//token` }), used]) {
      const { status, body } = await redeemAs(world, client, { client_id: client.clientId, ...proof });
      assert.equal(status, 401);
      assert.equal(body.error, 'invalid_client');
    }
  });

  it('spends no code when its signature is refused', async () => {
    const code = (await signInAs(world, client)).searchParams.get('code') ?? '';
    const fields = { grant_type: 'authorization_code', code, ...redeemFields(client) };
    assert.equal(
      (await postToken(world, { ...fields, ...(await prove({ aud: 'https://other.example' })) })).status,
      401,
    );
    assert.equal((await postToken(world, { ...fields, ...(await prove()) })).status, 200);
  });

  it('may show a stale refresh token without losing its connection, since it proved itself', async () => {
    const { body } = await redeemAs(world, client, await prove());
    const next = await refreshAs(world, body.refresh_token, await prove());
    world.advance(WINDOW_MS + 1);
    assert.equal((await refreshAs(world, body.refresh_token, await prove())).body.error, 'invalid_grant');
    assert.equal(await opensDoor(world, next), true);
  });

  it('loses its connection by a stale refresh token that came without proof', async () => {
    const { body } = await redeemAs(world, client, await prove());
    const next = await refreshAs(world, body.refresh_token, await prove());
    world.advance(WINDOW_MS + 1);
    assert.equal(
      (await refreshAs(world, body.refresh_token, { client_id: client.clientId })).body.error,
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
    for (let n = 0; n < 3; n += 1) assert.equal((await redeemAs(world, client, await prove())).status, 200);
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
    const answer = await redeemAs(world, client, await prove());
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await refreshAs(world, answer.body.refresh_token, await prove())).status, 200);
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
      const answer = await redeemAs(world, client, { client_id: client.clientId });
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
    assert.match(page.html, /The app is described at: claude\.ai/);
  });

  it('is no confidential client: neither a secret nor a signature is taken from it', async () => {
    const client = publish(world, CLAUDE_CODE_DOCUMENT, 'http://localhost:53412/callback');
    const prove = createAssertions(world, client.clientId, await createSigningClient('ES256', 'k'));
    for (const proof of [{ client_id: client.clientId, client_secret: 's' }, await prove()])
      assert.equal((await redeemAs(world, client, proof)).body.error, 'invalid_client');
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
    assert.equal((await redeemAs(world, client, { client_id: client.clientId })).status, 200);
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
    const code = (await signInAs(world, client)).searchParams.get('code') ?? '';
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
