import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { aClient, aLink } from '../../store/conformance-records.ts';
import type { Grant } from '../../store/records.ts';
import { type Account, type AccountOptions, createAccount, GOOGLE, MINUTE, SESSION, START } from './account.fixture.ts';

describe('the account page', () => {
  let account: Account;
  afterEach(() => account.close());

  /** Somebody who is signed in and has these grants. */
  async function open(grants: Partial<Grant>[], options: AccountOptions = {}): Promise<Account> {
    account = createAccount(options);
    if (grants.length > 0) await account.connect(...grants);
    await account.signIn();
    return account;
  }
  const headings = (html: string) =>
    [...html.matchAll(/<h2>([\s\S]*?)<\/h2>\s*<p>([\s\S]*?)<\/p>/g)].map(([, name = '', address = '']) =>
      `${name} | ${address}`.replaceAll(/<[^>]+>/g, ''),
    );

  describe('for nobody in particular', () => {
    it('has the button to Google, and lets the form go nowhere else', async () => {
      account = createAccount();
      const { status, text, headers } = await account.show();
      assert.equal(status, 200);
      assert.match(text, /Sign in with Google/);
      assert.match(text, /ga\.example\.com/);
      assert.match(text, /run by .*olga@example\.com|run by .*Olga Operator/);
      assert.match(headers.get('content-security-policy') ?? '', new RegExp(`form-action 'self' ${GOOGLE}`));
      assert.equal(headers.get('retry-after'), null);
      assert.doesNotMatch(text, /signed out|Everything is deleted|was disconnected/);
    });

    it('is not there while Google cannot be asked for its address, and says so', async () => {
      const authorizationOrigin = async () => {
        throw new Error('no route');
      };
      account = createAccount({ provider: { authorizationOrigin } });
      const { status, text } = await account.show();
      assert.deepEqual([status, text], [503, 'account: google-unreachable']);
    });

    it('takes nothing from another site', async () => {
      account = createAccount();
      await account.show();
      const { status, text } = await account.post({ decision: 'allow' }, { origin: 'https://evil.example' });
      assert.deepEqual([status, text], [403, 'account: other-browser']);
      assert.deepEqual(account.sentTo, []);
    });

    it('ends a session that it cannot read, and says that nothing was changed', async () => {
      account = createAccount();
      const { status, text } = await account.post({ disconnect: 'all', csrf: 'x' });
      assert.equal(status, 403);
      assert.match(text, /nothing was changed/);
      assert.deepEqual(account.ended, []);
    });
  });

  describe('for somebody who is signed in', () => {
    it('shows the address of the connection, else that of the sign-in', async () => {
      const { show } = await open([{}], { identity: { email: 'new@example.com' } });
      assert.match((await show()).text, /Signed in as ada@example\.com/);
      await account.close();
      const without = await open([], { identity: { email: 'new@example.com' } });
      assert.match((await without.show()).text, /Signed in as new@example\.com/);
    });

    it('shows no assistant where there is no connection, and nothing is wrong with it', async () => {
      const { text, headers } = await (await open([])).show();
      assert.match(text, /No assistant is connected with this account/);
      assert.doesNotMatch(text, /Google no longer accepts/);
      assert.match(headers.get('content-security-policy') ?? '', /form-action 'self'/);
    });

    it('shows nobody else’s assistants', async () => {
      const { store, show } = await open([{}], { identity: { subject: 'eve', email: 'eve@example.com' } });
      await store.connections.link(aLink({ id: 'eves', subject: 'eve', email: 'eve@example.com' }));
      const { html, text } = await show();
      assert.match(text, /Signed in as eve@example\.com/);
      assert.deepEqual(headings(html), []);
      assert.match(text, /No assistant is connected/);
    });

    for (const [reason, isSaid] of [
      ['invalid_grant', true],
      ['tokens-revoked', true],
      ['ended', false],
    ] as const)
      it(`says ${isSaid ? '' : 'nothing '}of a link that is dead by ${reason}`, async () => {
        const { store, show } = await open([{}]);
        await store.connections.markDead('connection', 1, reason);
        assert.equal(/Google no longer accepts the link/.test((await show()).text), isSaid);
      });

    it('shows the assistant that was used last first, with the scopes in words', async () => {
      const clients = ['a', 'b', 'c'].map((id) => aClient({ clientId: id, name: `App ${id}` }));
      const findClient = async (id: string) => clients.find(({ clientId }) => clientId === id);
      const { show } = await open(
        [
          { clientId: 'a', lastUsedAt: START + 1 },
          { clientId: 'b', lastUsedAt: START + 3, scopes: ['calendar.events'] },
          { clientId: 'c', lastUsedAt: START + 2 },
        ],
        { findClient },
      );
      const { html, text } = await show();
      assert.deepEqual(headings(html), ['App b | a.example', 'App c | a.example', 'App a | a.example']);
      assert.match(text, /Change events.*See reports.*See reports/);
      assert.match(text, /Set up by the operator/);
    });

    it('shows an assistant whose client cannot be had, without its name', async () => {
      const findClient = async () => {
        throw new Error('its document is gone');
      };
      const { html } = await (await open([{}], { findClient })).show();
      assert.deepEqual(headings(html), ['An assistant that this server no longer knows | a.example']);
    });

    for (const [what, redirectUri, redirectUris, address] of [
      ['where its code went', 'https://b.example/cb', ['https://a.example/cb'], 'b.example'],
      ['where its client is, when that was not noted', undefined, ['https://a.example/cb'], 'a.example'],
      ['a device of the person', 'http://127.0.0.1:3000/cb', [], '127.0.0.1:3000 · a program on a device of yours'],
      ['no place, when there is none', undefined, [], 'an unknown place'],
    ] as const)
      it(`shows as an assistant’s address ${what}`, async () => {
        const findClient = async () => aClient({ name: 'App', redirectUris });
        const { html } = await (await open([{ redirectUri }], { findClient })).show();
        assert.deepEqual(headings(html), [`App | ${address}`]);
      });

    it('shows an unknown place for a client that is gone and noted no address', async () => {
      const { html } = await (await open([{ redirectUri: undefined }])).show();
      assert.deepEqual(headings(html), ['An assistant that this server no longer knows | an unknown place']);
    });

    const used = START + 5 * MINUTE;
    for (const [what, grant, expected] of [
      ['when that was noted', { firstUsedAt: START + MINUTE, lastUsedAt: used }, '12:01 UTC Last used'],
      ['not yet, when it was not noted', { lastUsedAt: used }, 'Not yet'],
      [
        'since it was made, for an old row with a later use',
        { ref: undefined, lastUsedAt: used },
        '12:00 UTC Last used',
      ],
      ['not yet, for an old row without a later use', { ref: undefined }, 'Not yet'],
    ] as [string, Partial<Grant>, string][])
      it(`shows as the first use of an assistant ${what}`, async () => {
        // Rows of before the first use was noted have no reference either, and cannot be made through today's verbs.
        const store: AccountOptions['store'] = (real) => ({
          grants: {
            ...real.grants,
            list: async (filter) => (await real.grants.list(filter)).map((row) => ({ ...row, ...grant })),
          },
        });
        const { text } = await (await open([grant], { store })).show();
        const [, first = ''] =
          /First used (?:22 November 2026, )?(.*?) (?:22|Known|Disconnect|Delete)/.exec(text) ?? [];
        assert.equal(first, expected);
      });
  });

  describe('when a button is pressed', () => {
    for (const [link, sentence] of [
      ['kept', 'Disconnected. Your other assistants stay connected.'],
      ['ended', 'Disconnected. That was the last one, so the link to your Google account is gone, too.'],
      ['not-ended', 'Disconnected here. Google can’t be reached right now'],
      [undefined, 'That one was disconnected already.'],
    ] as const)
      it(`disconnects an assistant and tells that the link is ${link ?? 'not concerned'}`, async () => {
        const { press, ended, show } = await open([{ id: 'mine' }, { id: 'other' }], { link });
        const answer = await press('disconnect', 'mine');
        assert.deepEqual([answer.status, answer.headers.get('location')], [303, 'https://ga.example.com/account']);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
        assert.deepEqual(ended, [['grant', 'mine', 'person']]);
        assert.ok((await show()).text.includes(sentence));
      });

    it('disconnects all', async () => {
      const { press, ended } = await open([{ id: 'mine' }], { link: 'ended' });
      await press('disconnect', 'all');
      assert.deepEqual(ended, [['connection', 'connection', 'person']]);
    });

    it('disconnects nothing of somebody else, and nothing that is not there', async () => {
      const { press, ended, show } = await open([{ id: 'hers' }], { identity: { subject: 'eve' }, link: 'ended' });
      for (const target of ['hers', 'all', 'none']) {
        assert.equal((await press('disconnect', target)).status, 303);
        assert.match((await show()).text, /That one was disconnected already/);
      }
      await account.store.connections.link(aLink({ id: 'eves', subject: 'eve' }));
      for (const target of ['hers', 'none']) assert.equal((await press('disconnect', target)).status, 303);
      assert.deepEqual(ended, []);
    });

    it('asks before everything is deleted, and changes nothing by asking', async () => {
      const { press, ended, csrf } = await open([{ id: 'one' }, { id: 'two' }, { id: 'three' }]);
      const { status, html, text, headers } = await press('delete', 'ask');
      assert.equal(status, 200);
      assert.match(text, /All that this server holds about ada@example\.com/);
      assert.match(text, /the access of 3 assistants/);
      assert.ok(html.includes(`name="csrf" value="${await csrf()}"`));
      assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
      assert.deepEqual(ended, []);
    });

    it('counts nobody else’s assistants, and asks also where there are none', async () => {
      const { press, store } = await open([{ id: 'hers' }], { identity: { subject: 'eve', email: 'eve@example.com' } });
      const isAskedWithoutAny = async (email: string) => {
        const { text } = await press('delete', 'ask');
        assert.ok(text.includes(`holds about ${email} goes at once`), text);
        assert.doesNotMatch(text, /the access of/);
      };
      await isAskedWithoutAny('eve@example.com');
      await store.connections.link(aLink({ id: 'eves', subject: 'eve', email: 'before@example.com' }));
      await isAskedWithoutAny('before@example.com');
    });

    for (const [link, sentence] of [
      ['ended', 'nothing about you is left on this server'],
      ['kept', 'nothing about you is left on this server'],
      ['not-ended', 'remove GanalyticsGPT in your Google Account yourself'],
    ] as const)
      it(`deletes everything, and tells that the link is ${link}`, async () => {
        const { press, ended, cookies } = await open([{}], { link });
        const { status, text } = await press('delete', 'everything');
        assert.equal(status, 200);
        assert.ok(text.includes(sentence), text);
        assert.deepEqual(ended, [['person', { subject: 'subject', email: 'ada@example.com' }]]);
        assert.equal(cookies.has(SESSION), false);
      });

    it('signs out', async () => {
      const { press, ended, cookies } = await open([{}]);
      const { status, text } = await press('leave', 'now');
      assert.equal(status, 200);
      assert.match(text, /You are signed out of this page\. That changes nothing about your assistants/);
      assert.deepEqual([ended, cookies.has(SESSION)], [[], false]);
    });

    it('is asked for a sign-in with another account by somebody who is signed in', async () => {
      const { post, sentTo } = await open([{}]);
      assert.equal((await post({ decision: 'allow' })).status, 303);
      assert.equal(sentTo.length, 2);
    });

    it('is told what is wrong with a form', async () => {
      const { fetch } = await open([{}]);
      const { status, text } = await fetch('/account', {
        method: 'POST',
        body: new Blob(['x'], { type: 'image/png' }),
      });
      assert.deepEqual([status, text], [400, 'account: request-invalid']);
    });
  });
});
