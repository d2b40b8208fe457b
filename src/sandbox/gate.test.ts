import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, analyticsReadonly, calendarEvents, startTestGoogle } from '../../test/support/sandbox-google.ts';

const admin = '/analyticsadmin/v1beta/accountSummaries';
const info = (answer: Answer) => answer.json.error.details[0];

describe('the gate before the sandbox’s APIs', () => {
  it('lets a live token with a fitting scope act for its person', async () => {
    const google = startTestGoogle();
    const ada = await google.connect();
    const grace = await google.connect({}, { account: 'grace@example.com' });
    const names = async (token: string) =>
      (await google.bearer(admin, token)).json.accountSummaries.map(
        (each: { displayName: string }) => each.displayName,
      );
    assert.deepEqual(await names(ada.access_token), ['Merchandise Store']);
    assert.deepEqual(await names(grace.access_token), ['Harbour Bakery']);
  });

  it('asks for credentials when there are none', async () => {
    const answer = await startTestGoogle().call('GET', admin);
    assert.equal(answer.status, 401);
    assert.equal(answer.json.error.status, 'UNAUTHENTICATED');
    assert.equal(info(answer).reason, 'CREDENTIALS_MISSING');
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="https://accounts.google.com/"');
  });

  it('refuses any string that only looks like a bearer token', async () => {
    const google = startTestGoogle();
    const { refresh_token, id_token, access_token } = await google.connect();
    for (const token of ['nonsense', refresh_token, id_token]) {
      const answer = await google.bearer(admin, token);
      assert.equal(answer.status, 401);
      assert.equal(info(answer).reason, 'ACCESS_TOKEN_TYPE_UNSUPPORTED');
    }
    for (const authorization of ['', 'Bearer', `Basic ${access_token}`, access_token]) {
      assert.equal((await google.call('GET', admin, { headers: { Authorization: authorization } })).status, 401);
    }
  });

  it('refuses an access token once its hour is over', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect();
    google.pass(3598);
    assert.equal((await google.bearer(admin, access_token)).status, 200);
    google.pass(1);
    const answer = await google.bearer(admin, access_token);
    assert.equal(answer.status, 401);
    assert.match(answer.json.error.message, /^Request had invalid authentication credentials\. Expected OAuth 2/);
    assert.equal(info(answer).reason, 'ACCESS_TOKEN_EXPIRED');
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm=.*, error="invalid_token"$/);
  });

  it('refuses an access token that a test has aged, and no other kind of token with it', async () => {
    const google = startTestGoogle();
    const { access_token, refresh_token } = await google.connect();
    const other = await google.connect({}, { account: 'grace@example.com' });
    const aged = await google.call('POST', '/sandbox/expire', { json: { person: 'ada@example.com', what: 'access' } });
    assert.deepEqual(aged.json, { expired: 1 });
    assert.equal((await google.bearer(admin, access_token)).status, 401);
    assert.equal((await google.bearer(admin, other.access_token)).status, 200);
    const { json } = await google.refresh(refresh_token);
    assert.equal((await google.bearer(admin, json.access_token)).status, 200);
  });

  it('refuses a token whose scopes are not enough, and names those that are', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect({ scope: `openid ${calendarEvents}` });
    const answer = await google.bearer(admin, access_token);
    assert.equal(answer.status, 403);
    assert.equal(answer.json.error.status, 'PERMISSION_DENIED');
    assert.equal(answer.json.error.message, 'Request had insufficient authentication scopes.');
    const { '@type': type, reason, domain, metadata } = info(answer);
    assert.equal(type, 'type.googleapis.com/google.rpc.ErrorInfo');
    assert.deepEqual([reason, domain], ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'googleapis.com']);
    assert.equal(metadata.service, 'analyticsadmin.googleapis.com');
    const challenge = answer.headers.get('www-authenticate') ?? '';
    assert.match(challenge, /error="insufficient_scope"/);
    assert.ok(challenge.includes(analyticsReadonly));
  });

  it('guards the Data API with the reading scopes and hands on faults and person', async () => {
    const google = startTestGoogle();
    const report = '/analyticsdata/v1beta/properties/213025502:runReport';
    const run = async (accessToken: string) =>
      google.call('POST', report, {
        json: { metrics: [{ name: 'sessions' }], dateRanges: [{ startDate: '7daysAgo', endDate: 'yesterday' }] },
        headers: { Authorization: `Bearer ${accessToken}` },
      });
    const ada = await google.connect();
    assert.equal((await run(ada.access_token)).json.metricHeaders[0].name, 'sessions');
    const grace = await google.connect({}, { account: 'grace@example.com' });
    assert.equal((await run(grace.access_token)).status, 403, 'not her property');
    const editor = await google.connect({ scope: 'https://www.googleapis.com/auth/analytics.edit' });
    assert.equal(info(await run(editor.access_token)).reason, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT');
    await google.call('POST', '/sandbox/faults', { json: { path: '*:runReport', effect: 'quota-hour', times: 1 } });
    assert.equal((await run(ada.access_token)).status, 429);
    assert.equal((await run(ada.access_token)).status, 200);
  });

  it('says that the operator has not switched the API on, after it knows who asks', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect();
    await google.call('POST', '/sandbox/faults', { json: { path: '/analyticsadmin/*', effect: 'api-disabled' } });
    assert.equal((await google.bearer(admin, 'nonsense')).status, 401);
    const answer = await google.bearer(admin, access_token);
    assert.equal(answer.status, 403);
    assert.equal(info(answer).reason, 'SERVICE_DISABLED');
    assert.match(answer.json.error.message, /^Google Analytics Admin API has not been used in project 123456/);
  });
});

describe('the gate before the sandbox’s Calendar', () => {
  const events = '/calendar/v3/calendars/primary/events';

  it('asks for the scope that the very call needs', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect({ scope: `openid ${calendarEvents}.readonly ${analyticsReadonly}` });
    assert.equal((await google.bearer(events, access_token)).status, 200);
    for (const answer of [
      await google.bearer(events, access_token, 'POST'),
      await google.bearer('/calendar/v3/users/me/calendarList', access_token),
    ]) {
      assert.equal(answer.status, 403);
      assert.equal(info(answer).reason, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT');
      assert.equal(answer.json.error.errors[0].reason, 'insufficientPermissions');
    }
    const analyticsOnly = await google.connect();
    assert.equal((await google.bearer(events, analyticsOnly.access_token)).status, 403);
  });

  it('reads an encoded path as the router does', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect();
    const encoded = events.replace('/events', '/%65vents');
    assert.equal((await google.bearer(encoded, access_token)).status, 403);
  });

  it('speaks the older error shape too', async () => {
    const google = startTestGoogle();
    const missing = await google.call('GET', events);
    assert.deepEqual([missing.status, missing.json.error.errors[0].reason], [401, 'required']);
    const invalid = await google.bearer(events, 'nonsense');
    assert.deepEqual(invalid.json.error.errors, [
      {
        message: 'Invalid Credentials',
        domain: 'global',
        reason: 'authError',
        location: 'Authorization',
        locationType: 'header',
      },
    ]);
  });

  it('lets a call that does not exist through to its 404', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect();
    assert.equal((await google.bearer('/calendar/v3/nowhere', access_token)).status, 404);
    assert.equal((await google.bearer('/analyticsadmin/v1beta/nowhere', access_token)).status, 404);
  });
});

describe('the sandbox’s list of links', () => {
  it('counts the live tokens per person and client', async () => {
    const google = startTestGoogle();
    await google.connect();
    await google.connect();
    await google.connect({ client_id: 'sibling-client', scope: 'openid', access_type: 'online' });
    const { links } = (await google.call('GET', '/sandbox/links')).json;
    assert.deepEqual(links[1], {
      person: 'ada@example.com',
      project: 'sandbox-project',
      client: 'sibling-client',
      scopes: ['openid'],
      accessTokens: 1,
      refreshTokens: 0,
    });
    assert.equal(links[0].refreshTokens, 2);
    assert.ok(links[0].scopes.includes(analyticsReadonly));
    google.pass(3600);
    assert.equal((await google.call('GET', '/sandbox/links')).json.links[0].accessTokens, 0);
  });

  it('does not age the tokens of somebody unknown', async () => {
    const google = startTestGoogle();
    const ask = (json: unknown) => google.call('POST', '/sandbox/expire', { json });
    const unknown = await ask({ person: 'mallory@example.com', what: 'access' });
    assert.equal(unknown.status, 404);
    assert.match(unknown.json.error_description, /ada@example\.com/);
    assert.equal((await ask({ person: 'ada@example.com', what: 'code' })).status, 400);
  });
});
