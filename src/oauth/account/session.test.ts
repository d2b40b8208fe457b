import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { toBase64url } from '../../vault/token.ts';
import { type Account, createAccount, MINUTE, SESSION, START, vault } from './account.fixture.ts';

const SIGNED_IN = /Signed in as ada@example\.com/;

function setCookie(headers: Headers, name: string): string | undefined {
  return headers.getSetCookie().find((line) => line.startsWith(`${name}=`));
}

describe('a session at the account page', () => {
  let account: Account;
  beforeEach(() => {
    account = createAccount();
  });
  afterEach(() => account.close());

  it('lasts twenty minutes and not a moment longer', async () => {
    const { headers } = await account.signIn();
    assert.match(setCookie(headers, SESSION) ?? '', /Max-Age=1200/);
    const kept = account.cookies.get(SESSION) ?? '';
    account.clock.time = START + 20 * MINUTE - 1;
    assert.match((await account.show()).text, SIGNED_IN);
    account.clock.time = START + 20 * MINUTE;
    account.cookies.set(SESSION, kept);
    assert.doesNotMatch((await account.show()).text, SIGNED_IN);
  });

  it('is not made longer by what it is told, and its cookie goes with it', async () => {
    await account.signIn();
    account.clock.time = START + 90_500;
    const csrf = await account.csrf();
    const answer = await account.post({ csrf, disconnect: 'all' });
    assert.match(setCookie(answer.headers, SESSION) ?? '', /Max-Age=1110/);
    account.clock.time = START + 20 * MINUTE;
    assert.doesNotMatch((await account.show()).text, SIGNED_IN);
  });

  it('is told a thing once, and its cookie is left as it is otherwise', async () => {
    await account.signIn();
    assert.equal(setCookie((await account.show()).headers, SESSION), undefined);
    await account.press('disconnect', 'all');
    const first = await account.show();
    assert.match(first.text, /That one was disconnected already/);
    assert.notEqual(setCookie(first.headers, SESSION), undefined);
    const second = await account.show();
    assert.doesNotMatch(second.text, /disconnected already/);
    assert.equal(setCookie(second.headers, SESSION), undefined);
    assert.match(second.text, SIGNED_IN);
  });

  it('is one of this browser alone', async () => {
    await account.signIn();
    account.cookies.set('__Host-ganalyticsgpt-browser', 'x'.repeat(43));
    assert.doesNotMatch((await account.show()).text, SIGNED_IN);
    account.cookies.delete('__Host-ganalyticsgpt-browser');
    assert.doesNotMatch((await account.show()).text, SIGNED_IN);
  });

  it('is none when its cookie is not of our form, to the letter', async () => {
    await account.signIn();
    const sealed = account.cookies.get(SESSION) ?? '';
    for (const other of [`${sealed}.`, `.${sealed}`, `${sealed}A`, sealed.slice(0, -1), 'short', 'A'.repeat(3501)]) {
      account.cookies.set(SESSION, other);
      assert.doesNotMatch((await account.show()).text, SIGNED_IN, other);
    }
    account.cookies.set(SESSION, sealed);
    assert.match((await account.show()).text, SIGNED_IN);
  });

  it('of another release, or of another purpose, is signed out and no fault of this server', async () => {
    await account.signIn();
    const whole = vault.open('account-session', '', Buffer.from(account.cookies.get(SESSION) ?? '', 'base64url'));
    for (const [purpose, text] of [
      ['account-session', JSON.stringify({ person: 'in a shape of another time, and long enough for a cookie' })],
      ['account-session', 'no JSON, but long enough to be taken for a session by its cookie'],
      ['account-visit', whole],
    ] as const) {
      account.cookies.set(SESSION, toBase64url(vault.seal(purpose, '', text)));
      const { status, text: shown } = await account.show();
      assert.equal(status, 200);
      assert.doesNotMatch(shown, SIGNED_IN);
    }
  });

  for (const [what, change] of [
    ['without its token', () => ({})],
    ['with another token', () => ({ csrf: 'x'.repeat(43) })],
    ['with more than its token', (csrf: string) => ({ csrf: `${csrf}x` })],
  ] as [string, (csrf: string) => Record<string, string>][])
    it(`is over with a form ${what}, and nothing is changed`, async () => {
      await account.connect({});
      await account.signIn();
      const fields = change(await account.csrf());
      const answer = await account.post({ ...fields, disconnect: 'all' });
      assert.equal(answer.status, 403);
      assert.match(answer.text, /You were signed out of this page, and nothing was changed/);
      assert.equal(account.cookies.has(SESSION), false);
      assert.deepEqual(account.ended, []);
    });
});
