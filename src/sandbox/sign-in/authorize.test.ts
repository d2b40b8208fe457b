import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  analyticsReadonly,
  authorizationUrl,
  calendarEvents,
  startTestGoogle,
  userinfoEmail,
} from '../../../test/support/sandbox-google.ts';
import { hasButton, type Seen, tickedScopes } from '../../../test/support/sandbox-visitor.ts';

const ada = 'ada@example.com';
const grace = 'grace@example.com';
const both = `openid email ${analyticsReadonly} ${calendarEvents}`;

const isChooser = (seen: Seen) => hasButton(seen, 'account');
const isConsent = (seen: Seen) => hasButton(seen, 'decision');
const answerOf = (seen: Seen) => new URL(seen.location ?? 'none:').searchParams;
const scopesOf = (text: string | null | undefined) => new Set((text ?? '').split(' '));

describe('a person in front of the sandbox’s sign-in pages', () => {
  it('chooses an account, consents and goes back to the app with code and state', async () => {
    const visitor = startTestGoogle().visitor();
    const chooser = await visitor.get(authorizationUrl());
    assert.ok(isChooser(chooser));
    const consent = await visitor.press(chooser, 'account', ada);
    assert.deepEqual(tickedScopes(consent), [analyticsReadonly]);
    const back = await visitor.press(consent, 'decision', 'allow');
    assert.equal(back.status, 302);
    const answer = answerOf(back);
    assert.match(answer.get('code') ?? '', /^4\/0A/);
    assert.ok((answer.get('code') ?? '').length <= 256);
    assert.equal(answer.get('state'), 'the-state');
    assert.equal(answer.get('authuser'), '0');
    assert.equal(answer.get('prompt'), 'consent');
    assert.deepEqual(scopesOf(answer.get('scope')), new Set(['openid', userinfoEmail, analyticsReadonly]));
  });

  it('sees on every page that this is not Google', async () => {
    const visitor = startTestGoogle().visitor();
    const chooser = await visitor.get(authorizationUrl());
    const consent = await visitor.press(chooser, 'account', ada);
    const error = await visitor.get(authorizationUrl({ client_id: '' }));
    for (const seen of [chooser, consent, error]) {
      assert.ok(seen.text.includes('Sandbox: a local stand-in for Google'));
      assert.ok(!seen.text.includes('<script'));
    }
  });

  it('cancels, and the app hears access_denied with its state', async () => {
    const google = startTestGoogle();
    const back = await google.visitor().signIn(authorizationUrl(), { account: ada, decision: 'deny' });
    assert.equal(back.search, '?state=the-state&error=access_denied');
    assert.deepEqual((await google.call('GET', '/sandbox/links')).json, { links: [] });
  });

  it('unticks a box and grants the rest only', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect({ scope: both }, { untick: [analyticsReadonly] });
    assert.deepEqual(scopesOf(tokens.scope), new Set(['openid', userinfoEmail, calendarEvents]));
  });

  it('unticks everything and keeps the sign-in scopes, which have no box', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect({ scope: both }, { untick: [analyticsReadonly, calendarEvents] });
    assert.deepEqual(scopesOf(tokens.scope), new Set(['openid', userinfoEmail]));
  });

  it('denies by continuing with no scope left at all', async () => {
    const google = startTestGoogle();
    const steps = { account: ada, untick: [analyticsReadonly] };
    const back = await google.visitor().signIn(authorizationUrl({ scope: analyticsReadonly }), steps);
    assert.equal(back.searchParams.get('error'), 'access_denied');
  });

  it('cannot grant a scope that was not asked for by adding it to the form', async () => {
    const google = startTestGoogle();
    const visitor = google.visitor();
    const consent = await visitor.press(await visitor.get(authorizationUrl()), 'account', ada);
    const flow = /name="flow" value="([^"]+)"/.exec(consent.text)?.[1] ?? '';
    const answer = await google.call('POST', '/o/oauth2/v2/auth/consent', {
      form: { flow, decision: 'allow', scope: calendarEvents },
    });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    assert.deepEqual(scopesOf((await google.redeem(code)).json.scope), new Set(['openid', userinfoEmail]));
  });

  it('answers a consent page once: the second press finds the sign-in ended', async () => {
    const visitor = startTestGoogle().visitor();
    const consent = await visitor.press(await visitor.get(authorizationUrl()), 'account', ada);
    await visitor.press(consent, 'decision', 'allow');
    const again = await visitor.press(consent, 'decision', 'allow');
    assert.equal(again.status, 400);
    assert.equal(again.location, undefined);
  });

  it('gets a page, not a failure, for answers that no page of ours offers', async () => {
    const google = startTestGoogle();
    const visitor = google.visitor();
    const chooser = await visitor.get(authorizationUrl());
    const flow = /name="flow" value="([^"]+)"/.exec(chooser.text)?.[1] ?? '';
    const post = (path: string, form: Record<string, string>) =>
      google.call('POST', `/o/oauth2/v2/auth/${path}`, { form });
    assert.equal((await post('account', { flow, account: 'mallory@example.com' })).status, 400);
    assert.equal((await post('account', { flow: 'unknown', account: ada })).status, 400);
    assert.equal((await post('account', {})).status, 400);
    assert.equal((await post('consent', { flow, decision: 'allow' })).status, 400, 'nobody chose an account yet');
    await post('account', { flow, account: ada });
    assert.equal((await post('consent', { flow, decision: 'perhaps' })).status, 400);
  });
});

describe('the sandbox deciding which sign-in page comes next', () => {
  it('skips consent when everything was granted before and nobody asks for it', async () => {
    const google = startTestGoogle();
    const visitor = google.visitor();
    await visitor.signIn(authorizationUrl(), { account: ada });
    const silent = await visitor.press(await visitor.get(authorizationUrl({ prompt: '' })), 'account', ada);
    assert.equal(answerOf(silent).get('prompt'), 'none');
    assert.ok(answerOf(silent).get('code'));
  });

  it('asks again with prompt=consent', async () => {
    const google = startTestGoogle();
    await google.connect();
    const visitor = google.visitor();
    assert.ok(isConsent(await visitor.press(await visitor.get(authorizationUrl()), 'account', ada)));
  });

  it('asks again for a scope that is new', async () => {
    const google = startTestGoogle();
    await google.connect();
    const visitor = google.visitor();
    const chooser = await visitor.get(authorizationUrl({ scope: both, prompt: '' }));
    assert.ok(isConsent(await visitor.press(chooser, 'account', ada)));
  });

  it('asks each person and each client of its own', async () => {
    const google = startTestGoogle();
    await google.connect();
    const visitor = google.visitor();
    const chooser = await visitor.get(authorizationUrl({ prompt: '' }));
    assert.ok(isConsent(await visitor.press(chooser, 'account', grace)));
    const other = await visitor.get(authorizationUrl({ prompt: '', client_id: 'other-client' }));
    assert.ok(isConsent(await visitor.press(other, 'account', ada)));
  });

  it('puts the hinted account first, and skips the chooser once that one is signed in', async () => {
    const visitor = startTestGoogle().visitor();
    const url = authorizationUrl({ login_hint: grace });
    const chooser = await visitor.get(url);
    assert.ok(isChooser(chooser), 'a hint alone signs nobody in');
    assert.match(chooser.text, /hinted" name="account" value="grace@example.com"/);
    assert.ok(chooser.text.indexOf(grace) < chooser.text.indexOf(ada));
    await visitor.press(chooser, 'account', grace);
    assert.ok(isConsent(await visitor.get(url)));
    assert.ok(isConsent(await visitor.get(authorizationUrl({ login_hint: '108000000000000000002' }))), 'sub as a hint');
    assert.ok(isChooser(await visitor.get(authorizationUrl({ login_hint: ada }))), 'somebody else');
    assert.ok(isChooser(await visitor.get(authorizationUrl())), 'no hint');
  });

  it('shows the chooser with prompt=select_account whoever is signed in', async () => {
    const visitor = startTestGoogle().visitor();
    await visitor.signIn(authorizationUrl(), { account: ada });
    const url = authorizationUrl({ prompt: 'consent select_account', login_hint: ada });
    const chooser = await visitor.get(url);
    assert.ok(isChooser(chooser));
    assert.ok(isConsent(await visitor.press(chooser, 'account', ada)), 'and consent after it');
  });

  it('never shows a page with prompt=none', async () => {
    const visitor = startTestGoogle().visitor();
    const none = (more = {}) => visitor.get(authorizationUrl({ prompt: 'none', ...more }));
    assert.equal(answerOf(await none()).get('error'), 'login_required');
    const chooser = await visitor.get(authorizationUrl());
    await visitor.press(chooser, 'account', ada);
    assert.equal(answerOf(await none()).get('error'), 'interaction_required', 'signed in, not consented');
    await visitor.signIn(authorizationUrl(), { account: ada });
    assert.ok(answerOf(await none()).get('code'));
    assert.equal(answerOf(await none()).get('state'), 'the-state');
    assert.equal(answerOf(await none({ login_hint: grace })).get('error'), 'login_required');
    await visitor.press(await visitor.get(authorizationUrl()), 'account', grace);
    assert.equal(answerOf(await none()).get('error'), 'interaction_required', 'two are signed in: which one?');
    assert.ok(answerOf(await none({ login_hint: ada })).get('code'));
  });

  it('adds what any client of the project was granted, with include_granted_scopes', async () => {
    const google = startTestGoogle();
    await google.connect({ scope: `openid ${calendarEvents}`, client_id: 'sibling-client' });
    await google.connect({ scope: `openid ${calendarEvents}`, client_id: 'other-client' });
    const without = await google.connect({ scope: `openid ${analyticsReadonly}` });
    assert.deepEqual(scopesOf(without.scope), new Set(['openid', analyticsReadonly]));
    const combined = await google.connect({ scope: `openid ${analyticsReadonly}`, include_granted_scopes: 'true' });
    assert.deepEqual(scopesOf(combined.scope), new Set(['openid', analyticsReadonly, calendarEvents]));
  });

  it('takes an incomplete consent for enough while the fault stale-consent is on', async () => {
    const google = startTestGoogle();
    await google.connect({ scope: both }, { untick: [analyticsReadonly] });
    const url = authorizationUrl({ scope: both, prompt: '', include_granted_scopes: 'true' });
    const visitor = google.visitor();
    assert.ok(isConsent(await visitor.press(await visitor.get(url), 'account', ada)));
    await google.call('POST', '/sandbox/faults', { json: { path: '/o/oauth2/v2/auth*', effect: 'stale-consent' } });
    const alone = await visitor.get(authorizationUrl({ scope: both, prompt: '' }));
    assert.ok(isConsent(await visitor.press(alone, 'account', ada)), 'only with include_granted_scopes');
    const back = await visitor.press(await visitor.get(url), 'account', ada);
    assert.ok(!scopesOf(answerOf(back).get('scope')).has(analyticsReadonly));
  });
});

describe('the sandbox’s sign-in cookie', () => {
  it('is out of reach of scripts and survives no other sandbox', async () => {
    const google = startTestGoogle();
    const visitor = google.visitor();
    const chooser = await visitor.get(authorizationUrl());
    const flow = /name="flow" value="([^"]+)"/.exec(chooser.text)?.[1] ?? '';
    const answer = await google.call('POST', '/o/oauth2/v2/auth/account', { form: { flow, account: ada } });
    const cookie = answer.headers.get('set-cookie') ?? '';
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Lax/);
    const elsewhere = await startTestGoogle().fetch(
      new Request(authorizationUrl({ prompt: 'none' }), { headers: { cookie: cookie.split(';')[0] ?? '' } }),
    );
    assert.match(elsewhere.headers.get('location') ?? '', /error=login_required/);
    assert.ok(answer.headers.get('content-security-policy')?.includes("default-src 'none'"));
  });
});
