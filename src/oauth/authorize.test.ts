/** How a sign-in starts: what the browser takes along, and who may be led away by a request that is wrong. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { aClient, aCode, aGrant, aLink } from '../store/conformance-records.ts';
import { hashSecret } from '../vault/token.ts';
import { openFlow, referenceOf } from './flow.ts';
import { BROWSER, createSignIn, plain, REGISTERED, type SignIn, START, US, vault } from './sign-in.fixture.ts';

const RELAY = aClient({ clientId: 'relay', mode: 'relay' });
const NATIVE = aClient({ clientId: 'native', kind: 'registered', redirectUris: ['http://127.0.0.1/cb'] });

describe('GET /authorize', () => {
  let signIn: SignIn;
  afterEach(() => signIn.close());

  const ask = (fields: Record<string, string>) => signIn.fetch(`/authorize?${new URLSearchParams(fields)}`);
  const flowOf = (answer: Response) => {
    const to = new URL(answer.headers.get('location') ?? '');
    assert.equal(to.origin + to.pathname, `${US}/consent`);
    return openFlow(vault, 'flow-consent', to.searchParams.get('flow') ?? '', START);
  };

  it('seals what was asked into the browser’s hands for half an hour, and leads to our own page', async () => {
    signIn = createSignIn({ site: 'a site' });
    const answer = await ask({ client_id: 'client', response_type: 'code', state: 'x', scope: 'analytics.readonly' });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    const { id, ...flow } = flowOf(answer);
    assert.match(id, /^[\w-]{22}$/);
    assert.deepEqual(flow, {
      clientId: 'client',
      mode: 'broker',
      redirectUri: 'https://a.example/cb',
      state: 'x',
      scopes: ['analytics.readonly'],
      resource: `${US}/mcp`,
      browserHash: hashSecret(BROWSER),
      expiresAt: START + 30 * 60_000,
    });
    const started = { step: 'authorize', outcome: 'started', ref: referenceOf(id), clientId: 'client', site: 'a site' };
    assert.deepEqual(signIn.recorded, [{ ...started, detail: {} }]);
  });

  it('says of a relay client’s attempt that it is one', async () => {
    signIn = createSignIn({ clients: [RELAY] });
    const flow = flowOf(await ask({ client_id: 'relay', response_type: 'code' }));
    assert.equal(flow.mode, 'relay');
    assert.deepEqual((signIn.recorded[0] as { detail: unknown }).detail, { mode: 'relay' });
  });

  it('keeps the browser’s cookie for another day, and gives one to a browser that has none', async () => {
    signIn = createSignIn();
    const known = await ask({ client_id: 'client', response_type: 'code' });
    const cookie = 'Path=/; HttpOnly; Secure; SameSite=Lax';
    const kept = `__Host-ganalyticsgpt-browser=${BROWSER}; Max-Age=86400; ${cookie}`;
    assert.deepEqual(known.headers.getSetCookie(), [kept]);
    signIn.cookies.clear();
    const fresh = await ask({ client_id: 'client', response_type: 'code' });
    const [, value = ''] =
      /^__Host-ganalyticsgpt-browser=([\w-]{43});/.exec(fresh.headers.getSetCookie()[0] ?? '') ?? [];
    assert.notEqual(value, BROWSER);
    assert.equal(flowOf(fresh).browserHash, hashSecret(value));
  });

  it('counts each request for its client, before it knows whether there is such a client', async () => {
    signIn = createSignIn({ site: 'a site' });
    await ask({ client_id: 'nobody' });
    assert.deepEqual(signIn.asked, [{ limit: 'refusals of a client', who: 'a network nobody' }]);
  });

  it('shows a page for a client that it does not know, and records under which reference', async () => {
    signIn = createSignIn();
    for (const fields of [{ client_id: 'nobody' }, {}] as Record<string, string>[]) {
      const answer = await ask(fields);
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /doesn’t know the app/);
    }
    const [{ ref, ...refused }] = signIn.recorded as [{ ref: string }];
    assert.match(ref, /^\w{4}-\w{4}$/);
    const text = 'client_id is not known';
    const detail = { why: 'client-unknown' };
    assert.deepEqual(refused, { step: 'authorize', outcome: 'refused', detail, path: '/authorize', text });
  });

  it('shows a page when a parameter comes twice', async () => {
    signIn = createSignIn();
    const answer = await signIn.fetch('/authorize?client_id=client&client_id=client');
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /isn’t complete/);
  });

  const wrong = { response_type: 'token', state: 'x' };
  const description = 'This server answers response_type=code only.';

  for (const [who, clientId] of [
    ['a client of the operator’s', 'client'],
    ['a program of this device', 'native'],
  ] as const) {
    it(`sends a fault straight back to ${who}`, async () => {
      signIn = createSignIn({ clients: [NATIVE] });
      const answer = await ask({ ...wrong, client_id: clientId });
      assert.equal(answer.status, 302);
      const { searchParams } = new URL(answer.headers.get('location') ?? '');
      const error = { error: 'unsupported_response_type', error_description: description, state: 'x', iss: US };
      assert.deepEqual(Object.fromEntries(searchParams), error);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    });
  }

  it('offers a fault as a link while nobody is connected through a client that registered itself', async () => {
    signIn = createSignIn();
    const answer = await ask({ ...wrong, client_id: 'registered' });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get('location'), null);
    assert.match(answer.headers.get('content-security-policy') ?? '', /form-action 'self';/);
    const page = await answer.text();
    assert.match(page, /href="https:\/\/a\.example\/cb\?error=unsupported_response_type&amp;.*&amp;state=x&amp;iss=/);
    assert.match(page, /<span class="address">a\.example<\/span>/);
    assert.match(page, /<span class="host">ga\.example\.com<\/span>/);
    assert.match(page, /Olga Operator/);
    const [refused] = signIn.recorded as { ref: string; detail: object; clientId: string }[];
    assert.match(page, new RegExp(`<code>${refused?.ref}</code>`));
    assert.deepEqual(plain([refused?.detail, refused?.clientId]), [{ why: 'unsupported_response_type' }, 'registered']);
  });

  it('sends it straight back once somebody is', async () => {
    signIn = createSignIn();
    await signIn.store.clients.add(REGISTERED);
    await signIn.store.connections.link(aLink());
    await signIn.store.codes.add(aCode({ clientId: 'registered' }));
    await signIn.store.grants.redeem('code', aGrant({ clientId: 'registered' }));
    assert.equal((await ask({ ...wrong, client_id: 'registered' })).status, 302);
  });
});
