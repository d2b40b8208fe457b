import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { UpstreamError } from '../../errors.ts';
import { hashSecret, toBase64url } from '../../vault/token.ts';
import { googleProof } from '../google-proof.ts';
import { type Account, BROWSER, createAccount, GOOGLE, MINUTE, SESSION, START, US, vault } from './account.fixture.ts';
import { isVisit } from './visit.ts';

describe('a visit to the account page', () => {
  let account: Account;
  beforeEach(() => {
    account = createAccount();
  });
  afterEach(() => account.close());

  const approval = () => [...account.cookies].find(([name]) => ![BROWSER, SESSION].includes(name));
  const problem = (why: string, cause?: string) => [
    { step: 'account', outcome: 'refused', detail: { why } },
    { cause },
  ];
  const isSignedIn = () => account.cookies.has(SESSION);

  it('is told from a client’s flow by its state', () => {
    for (const [state, expected] of [
      [undefined, false],
      ['', false],
      ['visit', false],
      ['AQJrMQ', false],
      ['a visit.', false],
      ['visit.', true],
      ['visit.AQJrMQ', true],
    ] as const)
      assert.equal(isVisit(state), expected, state);
  });

  it('asks Google who it is and nothing else, and lets the person choose', async () => {
    await account.show();
    const answer = await account.post({ decision: 'allow' });
    const [asked] = account.sentTo;
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), `${GOOGLE}/auth?state=${asked?.state}`);
    assert.deepEqual([asked?.scopes, asked?.identityOnly, asked?.prompt], [[], true, 'select_account']);
    assert.ok(isVisit(asked?.state));
    const proof = googleProof(vault, { hash: hashSecret(approval()?.[1] ?? ''), kid: 'k1' });
    assert.deepEqual([asked?.codeChallenge, asked?.nonce], [proof.codeChallenge, proof.nonce]);
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith(approval()?.[0] ?? '?'));
    assert.match(cookie ?? '', /Max-Age=600/);
  });

  it('begins only in a browser that has our page’s cookie', async () => {
    const answer = await account.post({ decision: 'allow' });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /started in another browser, or cookies are blocked/);
    assert.deepEqual(account.sentTo, []);
  });

  it('does not begin while Google cannot be reached', async () => {
    const away = createAccount({
      provider: {
        authorizationUrl: async () => {
          throw new UpstreamError('unreachable', 'no route');
        },
      },
    });
    await away.show();
    const { status, text } = await away.post({ decision: 'allow' });
    assert.deepEqual([status, text], [503, 'account: google-unreachable']);
    assert.deepEqual([...away.cookies.keys()], [BROWSER]);
    await away.close();
  });

  it('ends with a session, and the proof that it is the answer to this click is spent', async () => {
    const state = await account.begin();
    const proof = googleProof(vault, { hash: hashSecret(approval()?.[1] ?? ''), kid: 'k1' });
    const answer = await account.comeBack({ state, code: 'a code' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, `${US}/account`]);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    assert.deepEqual(account.exchanged, [
      { code: 'a code', codeVerifier: proof.codeVerifier },
      { idToken: 'an ID token', nonce: proof.nonce },
    ]);
    assert.equal(approval(), undefined);
    assert.ok(isSignedIn());
    assert.deepEqual(account.recorded, [[{ step: 'account', outcome: 'signed-in', connectionId: undefined }]]);
    const again = await account.comeBack({ state, code: 'a code' });
    assert.equal(again.status, 403);
  });

  it('is recorded with the connection that the person has', async () => {
    await account.connect({});
    await account.signIn();
    assert.deepEqual(account.recorded, [[{ step: 'account', outcome: 'signed-in', connectionId: 'connection' }]]);
  });

  it('is over after ten minutes', async () => {
    const state = await account.begin();
    account.clock.time = START + 10 * MINUTE;
    const late = await account.comeBack({ state, code: 'a code' });
    assert.equal(late.status, 410);
    assert.match(late.text, /That sign-in took too long/);
    assert.deepEqual(account.recorded, [problem('flow-expired')]);
    account.clock.time -= 1;
    assert.equal((await account.comeBack({ state, code: 'a code' })).status, 303);
  });

  for (const [what, spoil] of [
    ['without the proof of the click', (cookies: Account['cookies'], name: string) => cookies.delete(name)],
    ['with another click’s proof', (cookies: Account['cookies'], name: string) => cookies.set(name, 'x'.repeat(43))],
    ['in another browser', (cookies: Account['cookies']) => cookies.set(BROWSER, 'x'.repeat(43))],
    ['in a browser without our cookie', (cookies: Account['cookies']) => cookies.delete(BROWSER)],
  ] as const)
    it(`signs nobody in ${what}`, async () => {
      const state = await account.begin();
      spoil(account.cookies, approval()?.[0] ?? '');
      const answer = await account.comeBack({ state, code: 'a code' });
      assert.equal(answer.status, 403);
      assert.match(answer.text, /started in another browser/);
      assert.deepEqual([account.exchanged, isSignedIn()], [[], false]);
      assert.deepEqual(account.recorded, [problem('other-browser')]);
    });

  it('signs nobody in by a state that is not ours, or of another release', async () => {
    await account.begin();
    const other = toBase64url(vault.seal('account-visit', '', JSON.stringify({ id: 'of another shape' })));
    const flow = toBase64url(vault.seal('flow-google', '', '{}'));
    for (const [fields, cause] of [
      [{}, /^not a sealed value$/],
      [{ state: 'visit.' }, /^not a sealed value$/],
      [{ state: `visit.${flow}` }, /^not sealed by us for this purpose$/],
      [{ state: `visit.${other}` }, /browserHash/],
    ] as [Record<string, string>, RegExp][]) {
      account.recorded.length = 0;
      const answer = await account.comeBack({ ...fields, code: 'a code' });
      assert.equal(answer.status, 400);
      const [[event, { cause: told } = { cause: '' }] = []] = account.recorded as [object, { cause: string }][];
      assert.deepEqual(event, problem('flow-damaged')[0]);
      assert.match(told, cause);
      assert.deepEqual([account.exchanged, isSignedIn()], [[], false]);
    }
  });

  for (const fields of [{}, { error: 'access_denied' }, { error: 'access_denied', code: 'a code' }] as Record<
    string,
    string
  >[])
    it(`signs nobody in when Google answers with ${Object.keys(fields).join(' and ') || 'nothing'}`, async () => {
      const answer = await account.comeBack({ state: await account.begin(), ...fields });
      assert.equal(answer.status, 400);
      assert.match(answer.text, /Google didn’t complete the sign-in/);
      assert.deepEqual([account.exchanged, isSignedIn()], [[], false]);
      assert.deepEqual(account.recorded, [problem('google-refused')]);
    });

  it('says on its page that Google cannot be reached, when to come again, and why in the log', async () => {
    const exchange = async () => {
      throw new UpstreamError('unreachable', 'no route to Google');
    };
    const away = createAccount({ provider: { exchange } });
    const answer = await away.signIn();
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.match(answer.text, /Google can’t be reached right now/);
    assert.deepEqual(away.recorded, [problem('google-unreachable', 'no route to Google')]);
    await away.close();
  });

  it('that fails by a fault of ours is answered as one, under its step', async () => {
    const findBySubject = async () => {
      throw new Error('the database is gone');
    };
    const broken = createAccount({ store: (store) => ({ connections: { ...store.connections, findBySubject } }) });
    const { status, text } = await broken.signIn();
    assert.deepEqual([status, text], [500, 'account: the database is gone']);
    assert.deepEqual(broken.recorded, []);
    await broken.close();
  });
});
