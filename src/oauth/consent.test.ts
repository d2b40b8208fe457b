/** The page before Google and the click on it: what it says, to whom, and what each answer leads to. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { aClient, aCode, aGrant, aLink } from '../store/conformance-records.ts';
import { hashSecret } from '../vault/token.ts';
import { type Flow, openFlow, referenceOf, sealFlow } from './flow.ts';
import { googleProof } from './google-proof.ts';
import { challengeOf } from './pkce.ts';
import {
  aFlow,
  createSignIn,
  GOOGLE,
  REGISTERED,
  type SignIn,
  type SignInOptions,
  START,
  US,
  vault,
} from './sign-in.fixture.ts';

const REF = referenceOf(aFlow().id);
const DOCUMENT = 'https://app.example/client.json';
const CLIENTS = [
  aClient({ clientId: 'relay', mode: 'relay' }),
  aClient({ clientId: DOCUMENT, kind: 'document', clientUri: 'https://home.example/' }),
];

let signIn: SignIn;
const start = (options: SignInOptions = {}) => {
  signIn = createSignIn({ clients: CLIENTS, site: 'a site', ...options });
};
afterEach(() => signIn.close());

const sealed = (flow: Flow) => sealFlow(vault, 'flow-consent', flow);
const refused = (outcome: string, why: string, text: string) => ({
  ...{ step: 'consent', outcome, ref: REF, clientId: 'client', site: 'a site' },
  ...{ detail: { why }, path: '/consent', text },
});

describe('GET /consent', () => {
  const show = (changed: Partial<Flow> = {}) => signIn.fetch(`/consent?flow=${sealed(aFlow(changed))}`);
  const shown = async (changed: Partial<Flow>) => (await show(changed)).text();

  it('names the client, where its answer goes, what it asks for and who runs this server', async () => {
    start();
    const flow = sealed(aFlow());
    const answer = await signIn.fetch(`/consent?flow=${flow}`);
    assert.equal(answer.status, 200);
    const page = await answer.text();
    assert.match(page, /<bdi>A client — &quot;quoted&quot;<\/bdi>/);
    assert.match(page, /<p class="address">a\.example<\/p>/);
    assert.match(page, /<li>See reports<\/li>/);
    assert.doesNotMatch(page, /Change events/);
    assert.match(page, /Olga Operator/);
    assert.match(page, /<span class="host">ga\.example\.com<\/span>/);
    assert.ok(page.includes(`name="flow" value="${flow}"`));
    assert.ok(page.includes(`<code>${REF}</code>`));
    assert.doesNotMatch(page, /can be connected here|New here|named itself|A program on this device|is described at/);
    const site = 'a site';
    assert.deepEqual(signIn.recorded, [{ step: 'consent', outcome: 'shown', ref: REF, clientId: 'client', site }]);
  });

  it('lets its form lead to Google and to the client, and nowhere else', async () => {
    start();
    const policy = (await show()).headers.get('content-security-policy') ?? '';
    assert.match(policy, /form-action 'self' https:\/\/accounts\.google\.example https:\/\/a\.example;/);
  });

  it('says of an app that nobody uses here that it is new, and later that it named itself', async () => {
    start();
    assert.match(await shown({ clientId: 'registered' }), /New here/);
    await signIn.store.clients.add(REGISTERED);
    await signIn.store.connections.link(aLink());
    await signIn.store.codes.add(aCode({ clientId: 'registered' }));
    await signIn.store.grants.redeem('code', aGrant({ clientId: 'registered' }));
    assert.match(await shown({ clientId: 'registered' }), /This app named itself/);
  });

  it('says where an app describes itself, and which home page it gives', async () => {
    start();
    const page = await shown({ clientId: DOCUMENT });
    assert.match(page, /The app is described at: app\.example/);
    assert.match(page, /home\.example/);
  });

  it('says that a program on this device gets the answer, by its address or its links', async () => {
    start();
    assert.match(await shown({ redirectUri: 'http://127.0.0.1:4000/cb' }), /gets the answer,<\/strong> at/);
    assert.match(await shown({ redirectUri: 'cursor://cb/x' }), /gets the answer,<\/strong> whichever one opens/);
  });

  it('says that a relay client gets Google’s own token, and what of a person’s can be changed', async () => {
    start();
    assert.match(await shown({ clientId: 'relay' }), /Google’s own access token/);
    assert.match(await shown({ scopes: ['calendar.events'] }), /<li>Change events<\/li>/);
  });

  it('names the accounts that may connect, where not all may', async () => {
    start({ allowedAccounts: ['@example.org', 'ada@example.com'] });
    assert.match(await shown({}), /Only accounts of example\.org, ada@example\.com can be connected here/);
  });

  it('shows nothing of a flow in another browser', async () => {
    start();
    const other = await show({ browserHash: hashSecret('c'.repeat(43)) });
    assert.equal(other.status, 403);
    assert.ok((await other.text()).includes(REF));
    signIn.cookies.clear();
    assert.equal((await show()).status, 403);
    assert.deepEqual(signIn.recorded[0], refused('refused', 'other-browser', 'other-browser'));
  });

  it('shows an error page when the flow is missing, has ended, or its client is gone', async () => {
    start();
    assert.equal((await signIn.fetch('/consent')).status, 400);
    const late = await show({ expiresAt: START });
    assert.deepEqual([late.status, (await late.text()).includes(REF)], [410, true]);
    const orphan = await show({ clientId: 'gone' });
    assert.deepEqual([orphan.status, (await orphan.text()).includes(REF)], [400, true]);
  });

  it('shows a page that can be tried again when Google’s address cannot be found out', async () => {
    start({ provider: { authorizationOrigin: () => Promise.reject(new Error('no answer')) } });
    const answer = await show();
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.deepEqual(signIn.recorded, [
      { ...refused('refused', 'google-unreachable', 'google-unreachable'), cause: 'no answer' },
    ]);
  });
});

describe('POST /consent', () => {
  beforeEach(() => start());
  const answer = (decision: string, changed: Partial<Flow> = {}, headers: Record<string, string> = {}) =>
    signIn.post('/consent', { flow: sealed(aFlow(changed)), decision }, headers);

  it('sends the browser that allowed to Google, with an approval that only it can show', async () => {
    const { status, headers } = await answer('allow');
    assert.equal(status, 303);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    const [sent] = signIn.sentTo;
    assert.equal(headers.get('location'), `${GOOGLE}/auth?state=${sent?.state}`);

    const cookie = /^__Host-ganalyticsgpt-approval-flow-id-=([\w-]{43}); Max-Age=600; Path=\/; HttpOnly; Secure/;
    const [, secret = ''] = cookie.exec(headers.getSetCookie()[0] ?? '') ?? [];
    const approval = { hash: hashSecret(secret), kid: 'k1' };
    const approved = openFlow(vault, 'flow-google', sent?.state, START);
    assert.deepEqual(approved, { ...aFlow(), approval, expiresAt: START + 600_000 });

    const { codeVerifier, codeChallenge, nonce } = googleProof(vault, approval);
    assert.deepEqual(sent, {
      ...{ state: sent?.state, scopes: ['analytics.readonly'], codeChallenge, nonce },
      ...{ prompt: 'select_account', loginHint: undefined },
    });
    assert.equal(codeChallenge, challengeOf(codeVerifier));
    assert.equal(new Set([codeVerifier, codeChallenge, nonce]).size, 3);
    const known = { ref: REF, clientId: 'client', site: 'a site' };
    assert.deepEqual(signIn.recorded, [
      { step: 'consent', outcome: 'allowed', ...known },
      { step: 'google', outcome: 'sent', ...known },
    ]);
  });

  it('has Google ask a relay client’s person anew each time, since nothing is kept', async () => {
    await answer('allow', { clientId: 'relay', mode: 'relay' });
    assert.equal(signIn.sentTo[0]?.prompt, 'consent select_account');
  });

  it('has Google ask once more for what a flow goes back for, of the same account', async () => {
    await answer('allow', { again: { scopes: ['calendar.events'], loginHint: 'subject' } });
    await answer('allow', { mode: 'relay', again: { scopes: [] } });
    const asked = signIn.sentTo.map(({ prompt, scopes, loginHint }) => ({ prompt, scopes, loginHint }));
    assert.deepEqual(asked, [
      { prompt: 'consent', scopes: ['calendar.events'], loginHint: 'subject' },
      { prompt: 'consent', scopes: [], loginHint: undefined },
    ]);
  });

  it('tells the client that the person said no', async () => {
    const { status, headers } = await answer('deny');
    assert.equal(status, 302);
    const said = {
      error: 'access_denied',
      error_description: 'The person did not allow it.',
      state: 'a state',
      iss: US,
    };
    assert.deepEqual(Object.fromEntries(new URL(headers.get('location') ?? '').searchParams), said);
    assert.deepEqual(signIn.recorded, [refused('denied', 'access_denied', 'The person did not allow it.')]);
    assert.deepEqual(signIn.sentTo, []);
  });

  it('shows a page when the form says neither yes nor no', async () => {
    const page = await answer('maybe');
    assert.deepEqual([page.status, (await page.text()).includes(REF)], [400, true]);
    assert.deepEqual(signIn.recorded, [refused('refused', 'request-invalid', 'no decision')]);
  });

  it('counts only in the browser in which the flow began', async () => {
    const page = await answer('allow', { browserHash: hashSecret('c'.repeat(43)) });
    assert.deepEqual([page.status, (await page.text()).includes(REF)], [403, true]);
    assert.deepEqual(signIn.sentTo, []);
  });

  it('counts no more when the client was removed meanwhile', async () => {
    assert.equal((await answer('allow', { clientId: 'gone' })).status, 400);
    assert.deepEqual(signIn.sentTo, []);
  });

  for (const [headers, status] of [
    [{ 'sec-fetch-site': 'same-origin', origin: US }, 303],
    [{ origin: US }, 303],
    [{ 'sec-fetch-site': 'same-origin' }, 303],
    [{ 'sec-fetch-site': 'same-site', origin: US }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'none' }, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
  ] as [Record<string, string>, number][]) {
    it(`answers ${status} to a form with ${JSON.stringify(headers)}`, async () => {
      assert.equal((await answer('allow', {}, headers)).status, status);
      if (status === 303) return;
      const said = signIn.recorded as { detail: unknown; text: string }[];
      assert.deepEqual(
        said.map(({ detail }) => detail),
        [{ why: 'other-browser' }],
      );
      assert.equal(said[0]?.text, 'the answer came from another site');
    });
  }

  it('shows a page when a field comes twice, and says to the operator which', async () => {
    const body = new URLSearchParams([
      ['flow', 'x'],
      ['decision', 'allow'],
      ['decision', 'deny'],
    ]);
    const page = await signIn.fetch('/consent', { method: 'POST', body });
    assert.equal(page.status, 400);
    assert.match(await page.text(), /isn’t complete/);
    const text = 'A parameter of a name that OAuth does not have was sent more than once.';
    assert.deepEqual(signIn.recorded, [
      {
        ...{ step: 'consent', outcome: 'refused', site: 'a site', detail: { why: 'request-invalid' } },
        ...{ path: '/consent', text, cause: text },
      },
    ]);
  });
});
