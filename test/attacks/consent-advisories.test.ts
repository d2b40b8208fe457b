/**
 * Attacks on the step between "an assistant asks" and "a person allowed it", as published against comparable servers.
 *
 * The lesson of all of them: a code leaves only for the browser that saw this client's name, host and scopes and pressed
 * allow in this flow. Each test plays the whole attack, with the attacker's own requests.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CHATGPT_DOCUMENT, publish } from '../support/document-client.ts';
import {
  authorizeUrl,
  BRIDGE,
  type Browser,
  connect,
  createBrowser,
  createWorld,
  GOOGLE,
  type Page,
  PKCE,
  passGoogle,
  postToken,
  type TestClient,
  textOf,
  type World,
} from '../support/world.ts';

const ALLOW = { name: 'decision', value: 'allow' };
const S256 = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };

let world: World;
/** What the victim uses every day. */
let assistant: TestClient;
/** Registered by the attacker, who reads what arrives at its redirect URI. */
let evil: TestClient;
let victim: Browser;
let attacker: Browser;
beforeEach(async () => {
  world = await createWorld();
  assistant = await world.client({ name: 'Assistant' });
  evil = await registerEvil(world);
  victim = createBrowser(world);
  attacker = createBrowser(world);
  // Signed in at Google, the app allowed there, connected here: everything that could be reused is there.
  await connect(world, assistant, { browser: victim });
});
afterEach(() => world.close());

async function registerEvil(inWorld: World): Promise<TestClient> {
  const redirectUri = 'https://evil.example/callback';
  const answer = await inWorld.request('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      client_name: 'Assistant',
    }),
  });
  return { clientId: ((await answer.json()) as { client_id: string }).client_id, secret: '', redirectUri };
}

function assertNoCode(page: Page): void {
  assert.equal(page.url.origin, BRIDGE, `the browser left for ${page.url.origin}`);
  assert.equal(page.url.searchParams.has('code') && page.status === 0, false);
}

describe('GHSA-c2jp-c369-7pvx: a confused deputy with one fixed Google client and no consent page', () => {
  it('does not pass a victim who is signed in everywhere on to a stranger’s client', async () => {
    const page = await victim.open(authorizeUrl(evil, S256));
    assert.equal(page.url.pathname, '/consent');
    assertNoCode(page);
    assert.match(textOf(page), /evil\.example/, 'the host is named, since the name is the attacker’s to choose');
    assert.equal(world.sent.filter(({ url }) => url.startsWith(`${GOOGLE}/token`)).length, 1, 'only the first sign-in');
  });

  it('sets nothing for Google’s answer before the person has allowed it', async () => {
    const before = new Set([...(victim.cookies.get(new URL(BRIDGE).host) ?? new Map()).keys()]);
    const page = await victim.open(authorizeUrl(evil, S256));
    const names = [...(victim.cookies.get(new URL(BRIDGE).host) ?? new Map()).keys()];
    assert.deepEqual(
      names.filter((name) => !before.has(name)),
      [],
    );
    const allowed = await victim.submit(page, ALLOW);
    assert.equal(allowed.url.origin, GOOGLE);
  });
});

describe('GHSA-rww4-4w9c-7733, CVE-2026-27124: consent in one browser, callback in another', () => {
  it('gives the attacker no code when the victim follows a link into the middle of the attacker’s flow', async () => {
    const consent = await attacker.open(authorizeUrl(evil, S256));
    const google = await attacker.submit(consent, ALLOW);
    assert.equal(google.url.origin, GOOGLE);
    // The attacker sends Google's address on; the victim, signed in there, only has to choose the account.
    const page = await passGoogle(victim, await victim.open(google.url.href));
    assert.equal(page.url.pathname, '/google/callback');
    assert.equal(page.status, 403);
    assertNoCode(page);
    assert.equal((await world.store.grants.list({ clientId: evil.clientId })).length, 0);
  });

  it('keeps the victim’s own flow good beside the refused one', async () => {
    const own = await victim.open(authorizeUrl(assistant));
    const google = await attacker.submit(await attacker.open(authorizeUrl(evil, S256)), ALLOW);
    await passGoogle(victim, await victim.open(google.url.href));
    const page = await passGoogle(victim, await victim.submit(own, ALLOW));
    assert.ok(page.url.searchParams.get('code'));
  });

  it('takes no consent that a foreign page posts in the victim’s browser', async () => {
    const consent = await attacker.open(authorizeUrl(evil, S256));
    const flow = /name="flow" value="([^"]+)"/.exec(consent.html)?.[1] ?? '';
    // The victim's browser has its own cookies and sends them; the flow in the form is the attacker's.
    const own = await victim.open(authorizeUrl(assistant));
    const forged = { ...own, html: own.html.replace(/name="flow" value="[^"]+"/, `name="flow" value="${flow}"`) };
    assert.notEqual(forged.html, own.html);
    const page = await victim.submit(forged, ALLOW);
    assert.equal(page.status, 403);
    assertNoCode(page);
  });

  it('takes no consent from the victim’s own page when another site pressed the button', async () => {
    const own = await victim.open(authorizeUrl(evil, S256));
    const page = await victim.submit(own, ALLOW, {
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    });
    assert.equal(page.status, 403);
    assertNoCode(page);
  });
});

describe('GHSA-6x8h-498w-gv8c: a remembered consent that a malicious server rides', () => {
  it('asks again for a shared client, however often the person has allowed it before', async () => {
    const chatgpt = publish(world, CHATGPT_DOCUMENT);
    for (let round = 0; round < 3; round += 1) {
      const page = await victim.open(authorizeUrl(chatgpt, { ...S256, state: `round ${round}` }));
      assert.equal(page.url.pathname, '/consent');
      const done = await passGoogle(victim, await victim.submit(page, ALLOW));
      assert.equal(done.url.searchParams.get('state'), `round ${round}`);
    }
  });

  it('takes an allowed flow for that flow alone: the same form cannot be sent for another state', async () => {
    const first = await victim.open(authorizeUrl(assistant, { state: 'mine' }));
    const second = await victim.open(authorizeUrl(evil, { ...S256, state: 'evil' }));
    const done = await passGoogle(victim, await victim.submit(first, ALLOW));
    assert.equal(done.url.host, 'chatgpt.com');
    assert.equal(done.url.searchParams.get('state'), 'mine');
    assert.equal(second.status, 200);
    assert.equal((await world.store.grants.list({ clientId: evil.clientId })).length, 0);
  });
});

describe('cloudflare/ai #51: a sample that was a confused deputy', () => {
  it('names the client that asks on the page, and never one of the parameters', async () => {
    const page = await victim.open(authorizeUrl(evil, { ...S256, client_name: 'Google', app_name: 'Google' }));
    assert.doesNotMatch(textOf(page), /Google wants|allow Google to/i);
    assert.match(textOf(page), /evil\.example/);
  });
});

describe('GHSA-xg6x-h9c9-2m83: a session that stands in for a step which was not taken', () => {
  it('lets somebody who is signed in at the account page skip neither consent nor Google', async () => {
    const chooser = await victim.submit(await victim.open(`${BRIDGE}/account`), ALLOW);
    await passGoogle(victim, chooser);
    const page = await victim.open(authorizeUrl(evil, S256));
    assert.equal(page.url.pathname, '/consent');
    assert.equal((await victim.submit(page, ALLOW)).url.origin, GOOGLE);
  });
});

describe('GHSA-cq3f-vc6p-68fh: a device code that any session may approve', () => {
  it('has no grant that somebody could finish elsewhere than it was begun', async () => {
    const metadata = (await (await world.request('/.well-known/oauth-authorization-server')).json()) as object;
    assert.equal('device_authorization_endpoint' in metadata, false);
    const answer = await postToken(world, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'x',
      client_id: evil.clientId,
    });
    assert.equal(answer.body.error, 'unsupported_grant_type');
  });
});
