/** Google's answers, and what becomes of each: a code, another round through Google, or a page that says why not. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { UpstreamError } from '../errors.ts';
import { aClient, aLink } from '../store/conformance-records.ts';
import type { Connection } from '../store/records.ts';
import { type Link, type Store, StoreError } from '../store/store.ts';
import { tokenContext } from '../vault/google-tokens.ts';
import { type Flow, openFlow, referenceOf, sealFlow } from './flow.ts';
import { googleProof } from './google-proof.ts';
import {
  ADA,
  APPROVAL,
  aFlow,
  anApprovedFlow,
  createSignIn,
  GOOGLE,
  REGISTERED,
  type SignIn,
  type SignInOptions,
  START,
  US,
  vault,
} from './sign-in.fixture.ts';

const FLOW = anApprovedFlow();
const REF = referenceOf(FLOW.id);
const TRAIL = { ref: REF, clientId: 'client' };
const DAY = 86_400;

let signIn: SignIn;
const start = async (options: SignInOptions = {}, existing?: Partial<Link>): Promise<Connection | undefined> => {
  signIn = createSignIn(options);
  await signIn.store.clients.add(aClient());
  return existing && signIn.store.connections.link(aLink(existing));
};
afterEach(() => signIn.close());

const locationOf = (answer: Response) => new URL(answer.headers.get('location') ?? '');
const parametersOf = (answer: Response) => Object.fromEntries(locationOf(answer).searchParams);
const connection = () => signIn.store.connections.findBySubject('subject');

/** What is known of the flow after a refusal, and what the person and the operator are told. */
async function assertRefused(answer: Response, status: number, why: string, text = why): Promise<void> {
  assert.equal(answer.status, status);
  assert.ok((await answer.text()).includes(`<code>${REF}</code>`), 'the page names the reference');
  const [said] = signIn.recorded.slice(-1) as [{ cause?: string }];
  const { cause: _, ...rest } = said;
  const path = '/google/callback';
  assert.deepEqual(rest, { step: 'callback', outcome: 'refused', ...TRAIL, detail: { why }, path, text });
}

/** That the browser goes through Google once more, asking for `scopes`. */
async function assertSentAgain(answer: Response, scopes: string[], flow: Flow = FLOW): Promise<void> {
  assert.equal(answer.status, 303);
  assert.equal(locationOf(answer).origin, GOOGLE);
  const [{ prompt, loginHint, state, ...asked } = assert.fail('nobody was sent to Google')] = signIn.sentTo;
  assert.deepEqual([prompt, loginHint, asked.scopes], ['consent', 'subject', scopes]);
  const { approval, expiresAt, ...again } = openFlow(vault, 'flow-google', state, START);
  const { approval: before, expiresAt: _, ...flowBefore } = flow;
  assert.deepEqual(again, { ...flowBefore, again: { scopes, loginHint: 'subject' } });
  assert.notDeepEqual(approval, before, 'it is approved anew');
  assert.equal(expiresAt, START + 600_000);
}

describe('Google’s answer to a flow that was allowed in this browser', () => {
  it('makes a connection and a code for the client, and takes the approval back', async () => {
    await start();
    const answer = await signIn.comeBack(FLOW);
    assert.equal(answer.status, 302);
    const { code, ...rest } = parametersOf(answer);
    assert.match(code ?? '', /^ggpt_ac_[\w-]{65}$/);
    assert.deepEqual(rest, { state: 'a state', iss: US });
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.getSetCookie()[0] ?? '', /^__Host-ganalyticsgpt-approval-flow-id-=; Max-Age=0;/);

    const { codeVerifier, nonce } = googleProof(vault, FLOW.approval);
    assert.deepEqual(signIn.asked, [
      { code: "Google's code", codeVerifier },
      { idToken: 'an ID token', nonce },
    ]);

    const made = await connection();
    assert.ok(made?.sealedAccessToken && made.sealedRefreshToken);
    const open = (kind: 'access' | 'refresh', sealed: Uint8Array) =>
      vault.open('google-tokens', tokenContext('subject', kind), sealed);
    assert.equal(open('access', made.sealedAccessToken), 'ya29.access');
    assert.equal(open('refresh', made.sealedRefreshToken), '1//refresh');
    const { email, name, scopes, accessExpiresAt, refreshExpiresAt, linkedAt } = made;
    assert.deepEqual(
      { email, name, scopes, accessExpiresAt, refreshExpiresAt, linkedAt },
      {
        ...{ email: ADA.email, name: ADA.name, scopes: ['analytics.readonly'], linkedAt: START },
        ...{ accessExpiresAt: START + 3_599_000, refreshExpiresAt: undefined },
      },
    );
    assert.match(made.id, /^[\w-]{22}$/);
    assert.equal((await signIn.store.clients.find('client'))?.lastUsedAt, START);
    const issued = { step: 'code', outcome: 'issued', ...TRAIL, connectionId: made.id, email: ADA.email };
    assert.deepEqual(signIn.recorded, [{ ...issued, detail: { link: 'renewed' } }]);
    assert.deepEqual(signIn.logged, []);
  });

  it('warns the operator of a Google project in Testing mode, whose links end by themselves', async () => {
    await start({ tokens: { refreshExpiresInSeconds: 6.6 * DAY } });
    await signIn.comeBack(FLOW);
    assert.equal((await connection())?.refreshExpiresAt, START + 6.6 * DAY * 1000);
    const sentence =
      'your Google project is in Testing mode: this connection ends by itself; publish the app in the Google console';
    assert.deepEqual(signIn.logged, [{ level: 'warn', sentence, ref: REF, days: 7 }]);
  });

  it('of a relay client becomes Google’s own code, sealed, and nothing is kept', async () => {
    await start();
    const answer = await signIn.comeBack(anApprovedFlow({ mode: 'relay' }));
    const { code, ...rest } = parametersOf(answer);
    assert.match(code ?? '', /^ggpt_rc_/);
    assert.deepEqual(rest, { state: 'a state', iss: US });
    assert.deepEqual([signIn.asked, await connection()], [[], undefined]);
    assert.deepEqual(signIn.recorded, [{ step: 'code', outcome: 'issued', ...TRAIL, detail: { mode: 'relay' } }]);
  });

  it('of somebody who may not connect here is refused, and nothing is kept', async () => {
    await start({ allowedAccounts: ['bob@example.com'] });
    await assertRefused(await signIn.comeBack(FLOW), 403, 'account-not-allowed');
    assert.equal(await connection(), undefined);
  });

  it('that gives a flow’s second code is refused', async () => {
    await start();
    await signIn.comeBack(FLOW);
    await assertRefused(await signIn.comeBack(FLOW), 410, 'flow-expired', 'this flow has given its code');
  });

  it('to a visit of the account page goes its own way', async () => {
    await start();
    assert.equal(await (await signIn.fetch('/google/callback?state=visit.x')).text(), 'a visit');
  });
});

describe('Google’s answer that must not count', () => {
  it('was sent to another browser', async () => {
    await start();
    await signIn.comeBack(FLOW, { error: 'x' });
    signIn.cookies.set('__Host-ganalyticsgpt-approval-flow-id-', 'c'.repeat(43));
    const state = sealFlow(vault, 'flow-google', FLOW);
    await assertRefused(await signIn.fetch(`/google/callback?code=x&state=${state}`), 403, 'other-browser');
    signIn.cookies.clear();
    await assertRefused(await signIn.fetch(`/google/callback?code=x&state=${state}`), 403, 'other-browser');
    assert.deepEqual(signIn.asked, []);
  });

  it('belongs to a flow that nobody allowed', async () => {
    await start();
    signIn.cookies.set('__Host-ganalyticsgpt-approval-flow-id-', APPROVAL);
    await assertRefused(await signIn.comeBack(aFlow()), 400, 'flow-damaged');
  });

  it('carries no flow of ours, or one that has ended', async () => {
    await start();
    assert.equal((await signIn.fetch('/google/callback?code=x')).status, 400);
    assert.equal((await signIn.fetch('/google/callback?code=x&state=x&state=y')).status, 400);
    assert.equal((await signIn.comeBack({ ...FLOW, expiresAt: START })).status, 410);
  });

  it('comes when the client is gone', async () => {
    await start();
    const answer = await signIn.comeBack(anApprovedFlow({ clientId: 'gone' }));
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /doesn’t know the app/);
  });

  it('is the person’s no, which the client is told', async () => {
    await start();
    const answer = await signIn.comeBack(FLOW, { error: 'access_denied' });
    const said = 'The person did not allow it at Google.';
    assert.deepEqual(parametersOf(answer), {
      ...{ error: 'access_denied', error_description: said, state: 'a state', iss: US },
    });
    assert.equal(locationOf(answer).origin, 'https://a.example');
    const detail = { why: 'access_denied' };
    const path = '/google/callback';
    assert.deepEqual(signIn.recorded, [{ step: 'callback', outcome: 'denied', ...TRAIL, detail, path, text: said }]);
  });

  for (const answer of [{ error: 'server_error', code: 'x' }, { error: 'admin_policy_enforced' }, {}] as Record<
    string,
    string
  >[]) {
    it(`is ${JSON.stringify(answer)}`, async () => {
      await start();
      await assertRefused(await signIn.comeBack(FLOW, answer), 400, 'google-refused');
      assert.deepEqual(signIn.asked, []);
    });
  }

  for (const [error, status, problem] of [
    [new UpstreamError('misconfigured', 'wrong secret'), 500, 'google-misconfigured'],
    [new UpstreamError('grant-dead', 'used', { code: 'invalid_grant' }), 400, 'flow-damaged'],
    [new UpstreamError('refused', 'no'), 400, 'google-refused'],
    [new UpstreamError('unreachable', 'no answer'), 503, 'google-unreachable'],
    [new UpstreamError('busy', 'later'), 503, 'google-unreachable'],
  ] as const) {
    it(`is followed by Google’s “${error.message}” to its code`, async () => {
      await start({ provider: { exchange: () => Promise.reject(error) } });
      const answer = await signIn.comeBack(FLOW);
      assert.equal(answer.headers.get('retry-after'), status === 503 ? '5' : null);
      await assertRefused(answer, status, problem);
      assert.equal((signIn.recorded[0] as { cause: string }).cause, error.message);
    });
  }
});

describe('Google’s tokens without an ID token', () => {
  it('say nothing of who signed in, and make no link', async () => {
    const identify = (idToken: string) =>
      idToken === 'an ID token' ? Promise.resolve(ADA) : Promise.reject(new UpstreamError('odd-answer', 'no ID token'));
    await start({ tokens: { idToken: undefined }, provider: { identify } });
    await assertRefused(await signIn.comeBack(FLOW), 503, 'google-unreachable');
    assert.equal(await connection(), undefined);
  });
});

describe('a box that was left unticked at Google', () => {
  it('is named, and the same flow is offered once more', async () => {
    await start({ tokens: { scopes: ['openid', 'calendar.events'] }, clients: [REGISTERED] });
    const flow = anApprovedFlow({
      clientId: 'registered',
      scopes: ['analytics.readonly', 'calendar.events', 'offline_access'],
    });
    const answer = await signIn.comeBack(flow);
    assert.equal(answer.status, 403);
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(policy, /form-action 'self' https:\/\/accounts\.google\.example https:\/\/a\.example;/);
    const page = await answer.text();
    assert.match(page, /<bdi>A registered app<\/bdi>/);
    assert.match(page, /<li>See reports<\/li>\s*<\/ul>/);
    assert.match(page, /<span class="host">ga\.example\.com<\/span>/);
    assert.ok(page.includes(`<code>${REF}</code>`));
    const [, sealed] = /name="flow" value="([\w-]+)"/.exec(page) ?? [];
    const { approval: _, ...rest } = flow;
    const again = { scopes: ['analytics.readonly', 'calendar.events'] };
    const offered = openFlow(vault, 'flow-consent', sealed, START);
    assert.deepEqual(offered, { ...rest, again, expiresAt: START + 30 * 60_000 });
    const missing = ['analytics.readonly'];
    const said = { step: 'callback', outcome: 'scopes-missing', ref: REF, clientId: 'registered', missing };
    assert.deepEqual(signIn.recorded, [said]);
    assert.equal(await connection(), undefined);
  });

  it('leads to a page that can be tried again when Google’s address cannot be found out', async () => {
    const authorizationOrigin = () => Promise.reject(new Error('no answer'));
    await start({ tokens: { scopes: [] }, provider: { authorizationOrigin } });
    await assertRefused(await signIn.comeBack(FLOW), 503, 'google-unreachable');
  });
});

describe('the one link of a person to Google, when another sign-in comes', () => {
  const silent = { refreshToken: undefined };
  const WIDE = ['analytics.readonly', 'calendar.events'];

  it('stays as it is when Google gave nothing lasting and it covers what is asked', async () => {
    const before = await start({ tokens: silent }, { scopes: WIDE });
    const answer = await signIn.comeBack(FLOW);
    assert.ok(parametersOf(answer).code);
    assert.deepEqual(await connection(), before);
    const [issued] = signIn.recorded as { detail: object }[];
    assert.deepEqual(issued?.detail, { link: 'kept' });
  });

  for (const [what, options, existing, scopes, why] of [
    [
      'there is none and Google gave nothing lasting',
      { tokens: silent },
      undefined,
      ['analytics.readonly'],
      'no refresh token',
    ],
    [
      'it has no lasting token, nor has Google given one',
      { tokens: silent },
      { sealedRefreshToken: undefined, scopes: WIDE },
      ['analytics.readonly'],
      'no refresh token',
    ],
    [
      'it lacks a scope and Google gave nothing lasting',
      { tokens: silent },
      { scopes: ['calendar.events'] },
      ['calendar.events', 'analytics.readonly'],
      'a new scope',
    ],
    ['what Google gave covers less than it does', {}, { scopes: WIDE }, WIDE, 'other scopes'],
  ] as [string, SignInOptions, Partial<Link> | undefined, string[], string][]) {
    it(`is asked for again when ${what}`, async () => {
      const before = await start(options, existing);
      await assertSentAgain(await signIn.comeBack(FLOW), scopes);
      assert.deepEqual(await connection(), before);
      const sentence = 'Google is asked for a lasting link';
      assert.deepEqual(signIn.logged, [{ level: 'info', sentence, step: 'callback', ref: REF, why }]);
    });
  }

  it('is asked for again when it has only one of the two that are asked for', async () => {
    await start({ tokens: { ...silent, scopes: WIDE } }, { scopes: ['calendar.events'] });
    const flow = anApprovedFlow({ scopes: WIDE });
    await assertSentAgain(await signIn.comeBack(flow), ['calendar.events', 'analytics.readonly'], flow);
  });

  it('has no end that Google did not name', async () => {
    const ends: unknown[] = [];
    const link: Store['connections']['link'] = (given) => {
      ends.push(given.refreshExpiresAt);
      return Promise.reject(new StoreError('full'));
    };
    await start({ store: ({ connections }) => ({ connections: { ...connections, link } }) });
    assert.equal((await signIn.comeBack(FLOW)).status, 503);
    assert.deepEqual(ends, [undefined]);
  });

  const again = anApprovedFlow({ again: { scopes: ['analytics.readonly'], loginHint: 'subject' } });

  it('is asked for once, and then the sign-in ends', async () => {
    await start({ tokens: silent });
    await assertRefused(await signIn.comeBack(again), 400, 'google-refused', 'Google gave no refresh token twice');
  });

  it('becomes what the person allowed in the second round, even if that is less', async () => {
    await start({}, { scopes: WIDE });
    assert.ok(parametersOf(await signIn.comeBack(again)).code);
    assert.deepEqual((await connection())?.scopes, ['analytics.readonly']);
  });

  it('becomes wider when Google gave all that it had and more', async () => {
    await start({ tokens: { scopes: [...WIDE, 'openid'] } }, {});
    await signIn.comeBack(FLOW);
    assert.deepEqual((await connection())?.scopes, WIDE);
  });

  it('that Google has refused is no reason to ask for what it covered', async () => {
    const { id = '', version = 0 } = (await start({}, { scopes: WIDE })) ?? {};
    await signIn.store.connections.markDead(id, version, 'invalid_grant');
    assert.ok(parametersOf(await signIn.comeBack(FLOW)).code);
    assert.deepEqual((await connection())?.scopes, ['analytics.readonly']);
  });
});

describe('a link that is being ended while its person signs in', () => {
  const ended: string[] = [];
  const ending = (answer: 'ended' | 'not-ended') => async (id: string) => {
    ended.push(id);
    return answer;
  };

  it('is brought to its end, and Google is asked anew', async () => {
    const { id = '' } = (await start({ end: ending('ended') }, {})) ?? {};
    await signIn.store.connections.retire(id, START);
    await assertSentAgain(await signIn.comeBack(FLOW), ['analytics.readonly']);
    assert.deepEqual(ended.splice(0), [id]);
  });

  it('that cannot be brought to its end lets nobody in for now', async () => {
    const { id = '' } = (await start({ end: ending('not-ended') }, {})) ?? {};
    await signIn.store.connections.retire(id, START);
    await assertRefused(await signIn.comeBack(FLOW), 503, 'google-unreachable', 'the link before has to end');
    assert.deepEqual(ended.splice(0), [id]);
    assert.deepEqual(signIn.sentTo, []);
  });

  for (const [what, intrude] of [
    ['ended', (store, id) => store.connections.retire(id, START)],
    ['refused by Google', (store, id) => store.connections.markDead(id, 1, 'invalid_grant')],
    ['removed', (store, id) => store.connections.remove(id)],
  ] as [string, (store: SignIn['store'], id: string) => Promise<unknown>][]) {
    const intruding: SignInOptions['store'] = (store) => ({
      codes: {
        ...store.codes,
        async add(code) {
          await intrude(store, code.connectionId);
          return store.codes.add(code);
        },
      },
    });

    it(`sends the person through Google once more when it was ${what} just before the code`, async () => {
      await start({ end: ending('ended'), store: intruding });
      await assertSentAgain(await signIn.comeBack(FLOW), ['analytics.readonly']);
      assert.equal(ended.splice(0).length, what === 'ended' ? 1 : 0);
    });

    it(`sends nobody round twice when it was ${what}`, async () => {
      await start({ end: ending('ended'), store: intruding });
      const again = anApprovedFlow({ again: { scopes: ['analytics.readonly'] } });
      await assertRefused(await signIn.comeBack(again), 410, 'flow-expired', 'this flow has given its code');
      assert.deepEqual(signIn.sentTo, []);
    });
  }
});
