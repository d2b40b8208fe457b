/**
 * A walk over every way in which a request with secrets can go well or wrong, so that a witness can see what is kept of it.
 *
 * Owns: the walk. Does not own: what is right (the journeys say that); here only statuses of good steps are asserted, so
 * that a broken walk is noticed.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createSigningClient } from '../../src/oauth/clients/signing-client.fixture.ts';
import { resealAll } from '../../src/operate/keys.ts';
import { freshKey } from '../../src/vault/keys.ts';
import { createRandom, toBase64url } from '../../src/vault/token.ts';
import { createVault } from '../../src/vault/vault.ts';
import { CHATGPT_DOCUMENT, createAssertions, publish, redeemFields } from '../support/document-client.ts';
import {
  authorizeUrl,
  BRIDGE,
  type Browser,
  callMcp,
  callTool,
  createBrowser,
  GOOGLE,
  PKCE,
  passGoogle,
  postToken,
  redeem,
  refresh,
  SECRET_KEYS,
  signIn,
  type TestClient,
  type Tokens,
  type World,
} from '../support/world.ts';
import type { Witness } from './witness.ts';

const ALLOW = { name: 'decision', value: 'allow' };
const DENY = { name: 'decision', value: 'deny' };

interface Walk {
  world: World;
  witness: Witness;
  client: TestClient;
}

/** What must have passed for a walk to mean anything. */
const EXPECTED = [
  ...['access_token', 'refresh_token', 'code', 'flow', 'state', 'cookie', 'client_secret', 'client_assertion'].map(
    (name) => `our ${name}`,
  ),
  ...['access_token', 'refresh_token', 'id_token', 'code', 'flow', 'code_verifier'].map((name) => `Google's ${name}`),
  ...['our registration_access_token', 'a key that seals'],
];

export function checkSeen(witness: Witness): void {
  const seen = witness.seen();
  for (const kind of EXPECTED) assert.ok((seen[kind] ?? 0) > 0, `no ${kind} was seen: ${JSON.stringify(seen)}`);
}

/** A new key comes in front, and everything is sealed by it. */
export async function changeKeys({ store }: World, witness: Witness): Promise<void> {
  const random = createRandom();
  const added = freshKey(random);
  witness.tell('a key that seals', toBase64url(added.key));
  const old = SECRET_KEYS.split(':');
  const keys = [added, { kid: old[0] ?? '', key: Buffer.from(old[1] ?? '', 'base64url') }];
  const { looked, resealed } = await resealAll(store, createVault(keys, random));
  assert.ok(looked > 0 && resealed === looked, `${resealed} of ${looked} were sealed anew`);
}

export async function walkEveryPath(world: World, witness: Witness): Promise<void> {
  witness.tell('a key that seals', SECRET_KEYS.split(':')[1] ?? '');
  witness.tell("Google's client_secret", 'sandbox-secret');
  const client = await world.client({ name: 'Canary GPT' });
  witness.tell('our client_secret', client.secret);
  const walk = { world, witness, client };
  const tokens = await goodWay(walk);
  await wrongSignIns(walk);
  await wrongExchanges(walk);
  await wrongCalls(walk, tokens);
  await wrongGoogle(walk, tokens);
  await signedClient(walk);
  await relayedClient(walk);
  await registration(walk);
  await account(walk);
  await goodBye(walk, tokens);
}

/** A state that nobody can mistake for anything else. */
function canaryState({ witness }: Walk): string {
  return witness.tell('our state', `canary-state-${randomUUID()}`);
}

async function goodWay(walk: Walk): Promise<Tokens> {
  const { world, client } = walk;
  const parameters = { state: canaryState(walk), code_challenge: PKCE.challenge, code_challenge_method: 'S256' };
  const verifier = walk.witness.tell('our code_verifier', PKCE.verifier);
  const code = (await signIn(world, client, { parameters })).get('code') ?? '';
  const first = await redeem(world, client, code, { code_verifier: verifier });
  assert.equal(first.status, 200);
  const second = await refresh(world, client, String(first.body.refresh_token));
  assert.equal(second.status, 200);
  world.advance(60_000);
  assert.equal((await refresh(world, client, String(first.body.refresh_token))).status, 200, 'a lost answer again');
  const { access_token, refresh_token } = second.body;
  assert.equal((await callTool(world, 'list_properties', String(access_token))).status, 200);
  assert.equal((await callMcp(world, String(access_token), 'tools/list')).status, 200);
  return { accessToken: String(access_token), refreshToken: String(refresh_token) };
}

/** Refused by the person, in another browser, too late, damaged, malformed. */
async function wrongSignIns(walk: Walk): Promise<void> {
  const { world, client } = walk;
  const begin = async (): Promise<[Browser, Awaited<ReturnType<Browser['open']>>]> => {
    const browser = createBrowser(world);
    return [browser, await browser.open(authorizeUrl(client, { state: canaryState(walk) }))];
  };
  const [denying, denied] = await begin();
  await denying.submit(denied, DENY);
  const [, foreign] = await begin();
  await createBrowser(world).open(foreign.url.href);
  await createBrowser(world).submit(foreign, ALLOW);
  const [cross, crossed] = await begin();
  await cross.submit(crossed, ALLOW, { headers: { origin: 'https://evil.example' } });

  const [approving, shown] = await begin();
  const chooser = await approving.submit(shown, ALLOW);
  const state = encodeURIComponent(chooser.url.searchParams.get('state') ?? '');
  await createBrowser(world).open(`${BRIDGE}/google/callback?code=4/0Acanary-google-code&state=${state}`);
  await approving.open(`${BRIDGE}/google/callback?code=4/0Acanary-google-code&state=${state}`);
  await approving.open(`${BRIDGE}/google/callback?error=access_denied&state=${state}`);
  await approving.open(`${BRIDGE}/google/callback?code=4/0Acanary-google-code&state=${state.slice(0, -9)}`);
  walk.witness.tell("Google's code", '4/0Acanary-google-code');

  const asked = { state: canaryState(walk) };
  const evil = { ...asked, redirect_uri: 'https://evil.example/cb' };
  await createBrowser(world).open(authorizeUrl(client, evil));
  await createBrowser(world).open(authorizeUrl(client, { ...asked, client_id: 'nobody' }));
  await createBrowser(world).open(`${authorizeUrl(client, asked)}&state=${canaryState(walk)}`);
  await createBrowser(world).open(authorizeUrl(client, { state: walk.witness.tell('our state', 's'.repeat(4100)) }));
  const [late, open] = await begin();
  world.advance(31 * 60_000);
  await late.submit(open, ALLOW);
}

async function wrongExchanges({ world, client, witness }: Walk): Promise<void> {
  const code = (await signIn(world, client)).get('code') ?? '';
  const wrong = witness.tell('our client_secret', `ggpt_cs_wrong-${randomUUID()}`);
  const verifier = witness.tell('our code_verifier', `wrong-verifier-${randomUUID()}-${randomUUID()}`);
  await redeem(world, client, code, { client_secret: wrong });
  await redeem(world, client, code, { code_verifier: verifier });
  await redeem(world, client, code, { redirect_uri: 'https://evil.example' });
  await redeem(world, client, code, { resource: 'https://other.example' });
  await redeem(world, { ...client, clientId: 'nobody' }, code);
  const basic = witness.tell('our client_secret', btoa(`${client.clientId}:${wrong}`));
  await postToken(world, { grant_type: 'authorization_code', code }, { authorization: `Basic ${basic}` });
  await postToken(world, { grant_type: code, code, client_id: client.clientId, client_secret: client.secret });
  await rawToken(world, `{"code": "${code}", "client_secret": "${client.secret}", broken`, 'application/json');
  await rawToken(world, `{"code": {"a": "${code}"}, "client_secret": ["${client.secret}"]}`, 'application/json');
  await rawToken(world, `code=${code}&code=${code}&client_secret=${client.secret}`);
  await rawToken(world, `code=${code}&client_secret=${client.secret}`, 'text/plain');
  const first = await redeem(world, client, code);
  assert.equal(first.status, 200);
  await redeem(world, client, code);
  await refresh(world, client, String(first.body.refresh_token));
  await refresh(world, client, witness.tell('our refresh_token', `ggpt_rt_${randomUUID()}${randomUUID()}`));
  await refresh(world, client, String(first.body.access_token), { scope: 'analytics.edit' });
  const late = (await signIn(world, client)).get('code') ?? '';
  world.advance(61_000);
  await redeem(world, client, late);
}

async function rawToken(world: World, body: string, type = 'application/x-www-form-urlencoded'): Promise<void> {
  await world.request('/token', { method: 'POST', headers: { 'content-type': type }, body });
}

async function wrongCalls({ world, witness }: Walk, { accessToken, refreshToken }: Tokens): Promise<void> {
  const stolen = witness.tell("Google's access_token", `ya29.canary-${randomUUID()}`);
  for (const token of [refreshToken, stolen, `${accessToken}x`, `${accessToken} ${accessToken}`]) {
    await callTool(world, 'get_profile', token);
    await callMcp(world, token, 'tools/list');
  }
  for (const path of ['/mcp', '/actions/get_profile']) {
    await world.request(`${path}?access_token=${accessToken}`, { method: 'POST' });
    const headers = { authorization: `Basic ${accessToken}`, 'content-type': 'application/json' };
    await world.request(path, { method: 'POST', headers, body: `{"token": "${accessToken}", broken` });
    const bearer = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
    await world.request(path, { method: 'POST', headers: bearer, body: `{"token": "${accessToken}", broken` });
  }
}

/** Where a secret is not looked for: its sender is told what was wrong with it, and nobody else may be. */
export async function walkWrongPlaces(world: World): Promise<void> {
  const client = await world.client({ name: 'Absent-minded' });
  const code = (await signIn(world, client)).get('code') ?? '';
  const token = String((await redeem(world, client, code)).body.access_token);
  await callTool(world, token, token);
  await callTool(world, 'run_report', token, { metrics: token, [token]: 1 });
  await callMcp(world, token, token, { name: token });
  await postToken(world, { grant_type: token, scope: token, client_id: client.clientId, client_secret: client.secret });
  await createBrowser(world).open(authorizeUrl(client, { response_type: token, scope: token, [token]: token }));
}

async function wrongGoogle({ world, client }: Walk, tokens: Tokens): Promise<void> {
  const switchOn = (fault: unknown) =>
    world.sandbox.fetch(new Request(`${GOOGLE}/sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) }));
  const switchOff = () => world.sandbox.fetch(new Request(`${GOOGLE}/sandbox/faults`, { method: 'DELETE' }));
  const attempt = async () => {
    world.advance(3_700_000);
    const { status, body } = await refresh(world, client, tokens.refreshToken);
    assert.equal(status, 200, JSON.stringify(body));
    tokens.refreshToken = String(body.refresh_token);
    tokens.accessToken = String(body.access_token);
    await callTool(world, 'list_properties', tokens.accessToken);
    const browser = createBrowser(world);
    await passGoogle(browser, await browser.submit(await browser.open(authorizeUrl(client)), ALLOW));
  };
  for (const [status, body] of [
    [500, '<html>trouble</html>'],
    [400, { error: 'invalid_client', error_description: 'The OAuth client was not found.' }],
    [200, { access_token: 'ya29.canary-odd-answer', token_type: 'Bearer' }],
  ] as const) {
    await switchOn({ path: '/token', effect: 'status', status, body });
    await attempt();
    await switchOff();
  }
  world.cutNetwork(true);
  await attempt();
  world.cutNetwork(false);
  for (const status of [401, 403, 404]) {
    await switchOn({ path: '/analytics*', effect: 'status', status, body: { error: { code: status, message: 'no' } } });
    await callTool(world, 'list_properties', tokens.accessToken);
    await callMcp(world, tokens.accessToken, 'tools/call', { name: 'list_properties', arguments: {} });
    await switchOff();
  }
}

async function signedClient({ world, witness }: Walk): Promise<void> {
  const client = publish(world, CHATGPT_DOCUMENT);
  const signer = await createSigningClient('RS256', 'canary-key');
  world.internet.set(CHATGPT_DOCUMENT.jwks_uri, { document: { keys: [signer.jwk] } });
  const prove = createAssertions(world, client.clientId, signer);
  const parameters = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };
  const code = (await signIn(world, client, { parameters })).get('code') ?? '';
  for (const claims of [{ aud: 'https://other.example' }, { exp: 1 }, {}]) {
    const proof = await prove(claims);
    witness.tell('our client_assertion', proof.client_assertion ?? '');
    const fields = { grant_type: 'authorization_code', code, ...redeemFields(client), ...proof };
    await postToken(world, fields);
    await postToken(world, fields);
  }
}

async function relayedClient({ world, witness }: Walk): Promise<void> {
  const client = await world.client({ name: 'Relay', mode: 'relay' });
  witness.tell('our client_secret', client.secret);
  const code = (await signIn(world, client)).get('code') ?? '';
  const { status, body } = await redeem(world, client, code);
  assert.equal(status, 200);
  await redeem(world, client, code);
  await callTool(world, 'list_properties', String(body.access_token));
  await refresh(world, client, String(body.refresh_token));
  await refresh(world, client, witness.tell("Google's refresh_token", '1//canary-not-a-token'));
  world.cutNetwork(true);
  await refresh(world, client, String(body.refresh_token));
  await callTool(world, 'list_properties', String(body.access_token));
  world.cutNetwork(false);
}

async function registration({ world, witness }: Walk): Promise<void> {
  const post = (body: string) =>
    world.request('/register', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const answer = await post('{"redirect_uris": ["https://client.example/cb"], "client_name": "Canary"}');
  const { registration_client_uri, registration_access_token } = (await answer.json()) as Record<string, string>;
  const uri = registration_client_uri ?? '/register/none';
  await world.request(uri, { headers: { authorization: `Bearer ${registration_access_token}` } });
  const wrong = witness.tell('our registration_access_token', `wrong-${randomUUID()}`);
  await world.request(uri, { headers: { authorization: `Bearer ${wrong}` } });
  await post(`{"redirect_uris": ["https://client.example/cb"], "client_secret": "${wrong}", broken`);
  await post(`{"redirect_uris": ["javascript:${wrong}"]}`);
  await world.request(uri, { method: 'DELETE', headers: { authorization: `Bearer ${registration_access_token}` } });
}

async function account({ world }: Walk): Promise<void> {
  const browser = createBrowser(world);
  const chooser = await browser.submit(await browser.open(`${BRIDGE}/account`), ALLOW);
  const page = await passGoogle(browser, chooser);
  assert.equal(page.status, 200);
  await createBrowser(world).submit(page, { name: 'disconnect', value: 'all' });
}

async function goodBye({ world, client }: Walk, { accessToken, refreshToken }: Tokens): Promise<void> {
  const tell = async (path: string, token: string, secret = client.secret) => {
    const fields = { token, client_id: client.clientId, client_secret: secret };
    const body = new URLSearchParams(fields).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await world.request(path, { method: 'POST', headers, body });
  };
  await tell('/introspect', accessToken);
  await tell('/introspect', refreshToken, 'wrong');
  await tell('/revoke', refreshToken, 'wrong');
  await tell('/revoke', refreshToken);
  await callTool(world, 'get_profile', accessToken);
}
