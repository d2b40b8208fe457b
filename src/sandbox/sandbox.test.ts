import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizationUrl, issuer, redirectUri } from '../../test/support/sandbox-google.ts';
import { createSandboxVisitor } from '../../test/support/sandbox-visitor.ts';
import { startSandbox } from './sandbox.ts';

describe('a sandbox on a port', () => {
  let google: Awaited<ReturnType<typeof startSandbox>>;
  before(async () => {
    google = await startSandbox({ data: 'small' });
  });
  after(() => google.close());

  const ask = (path: string, init?: RequestInit) => fetch(google.url + path, init);
  const switchOn = (fault: unknown) => ask('/sandbox/faults', { method: 'POST', body: JSON.stringify(fault) });

  it('carries a whole sign-in over real HTTP and is found by its discovery document', async () => {
    const discovery = (await (await ask('/.well-known/openid-configuration')).json()) as Record<string, string>;
    assert.equal(discovery.issuer, google.url);
    const url = authorizationUrl().replace(`${issuer}/o/oauth2/v2/auth`, discovery.authorization_endpoint ?? '');
    const back = await createSandboxVisitor((request) => fetch(request)).signIn(url, { account: 'ada@example.com' });
    const answer = await fetch(discovery.token_endpoint ?? '', {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        client_id: 'sandbox-client',
        client_secret: 'sandbox-secret',
      }),
    });
    assert.equal(answer.status, 200);
    const { access_token } = (await answer.json()) as { access_token: string };
    const headers = { Authorization: `Bearer ${access_token}` };
    const person = (await (await fetch(discovery.userinfo_endpoint ?? '', { headers })).json()) as { email: string };
    assert.equal(person.email, 'ada@example.com');
  });

  it('resets the connection on demand and stays up', async () => {
    await switchOn({ path: '/token', effect: 'reset', times: 1 });
    const lost = await ask('/token', { method: 'POST', body: new URLSearchParams({ a: 'b' }) }).catch((error) => error);
    assert.equal(lost.cause?.code, 'ECONNRESET');
    assert.equal((await ask('/token', { method: 'POST' })).status, 400);
  });

  it('explains itself on its start page', async () => {
    const answer = await ask('/');
    const text = await answer.text();
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=UTF-8');
    for (const what of ['ada@example.com', 'Harbour Bakery', `GOOGLE_ISSUER=${google.url}`, '/sandbox/requests']) {
      assert.ok(text.includes(what), `the start page does not show ${what}`);
    }
  });

  it('answers what it cannot use with a plain refusal', async () => {
    assert.equal((await ask('/nowhere')).status, 404);
    assert.equal((await ask('/token', { method: 'DELETE' })).status, 404);
    assert.equal((await ask('/token', { method: 'POST', body: 'x'.repeat(5_000_000) })).status, 413);
    assert.equal((await ask('/o/oauth2/v2/auth?%zz=%')).status, 400);
    assert.equal((await ask('/analyticsadmin/%zz')).status, 401);
  });

  it('refuses to start where somebody listens already', async () => {
    const port = Number(new URL(google.url).port);
    await assert.rejects(startSandbox({ data: 'small', port }), { code: 'EADDRINUSE' });
  });

  it('closes while an answer is still being delayed', async () => {
    const other = await startSandbox({ data: 'small' });
    const slow = { path: '/', effect: 'slow', delayMs: 600_000 };
    await fetch(`${other.url}/sandbox/faults`, { method: 'POST', body: JSON.stringify(slow) });
    const pending = fetch(other.url).catch(() => 'cut');
    const log = async () => (await fetch(`${other.url}/sandbox/requests`)).json() as Promise<{ requests: unknown[] }>;
    while ((await log()).requests.length === 0);
    await other.close();
    assert.equal(await pending, 'cut');
    await assert.rejects(fetch(other.url));
  });
});
