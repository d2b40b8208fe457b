import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  analyticsReadonly,
  calendarEvents,
  startTestGoogle,
  userinfoEmail,
} from '../../../test/support/sandbox-google.ts';

const person = 'ada@example.com';

describe('the sandbox’s revocation endpoint', () => {
  for (const shown of ['access_token', 'refresh_token']) {
    it(`ends the whole link when shown the ${shown}`, async () => {
      const google = startTestGoogle();
      const [older, tokens] = [await google.connect(), await google.connect()];
      const answer = await google.call('POST', '/revoke', { form: { token: tokens[shown] } });
      assert.deepEqual([answer.status, answer.json], [200, {}]);
      for (const each of [older, tokens]) {
        assert.equal((await google.bearer('/v1/userinfo', each.access_token)).status, 401);
        const refused = (await google.refresh(each.refresh_token)).json;
        assert.deepEqual(refused, {
          error: 'invalid_grant',
          error_description: 'Token has been expired or revoked.',
        });
      }
      assert.deepEqual((await google.call('GET', '/sandbox/links')).json, { links: [] });
      const again = await google.call('POST', '/revoke', { form: { token: tokens[shown] } });
      assert.equal(again.status, 400);
      assert.deepEqual(again.json, { error: 'invalid_token', error_description: 'Token expired or revoked' });
    });
  }

  it('ends the link with every client of the project, and with no other project or person', async () => {
    const google = startTestGoogle();
    const mine = await google.connect();
    await google.connect({ client_id: 'sibling-client' });
    await google.connect({ client_id: 'other-client' });
    await google.connect({}, { account: 'grace@example.com' });
    await google.call('POST', '/revoke', { form: { token: mine.access_token } });
    const { links } = (await google.call('GET', '/sandbox/links')).json;
    const left = links.map((link: { person: string; client: string }) => `${link.person} ${link.client}`);
    assert.deepEqual(left.sort(), ['ada@example.com other-client', 'grace@example.com sandbox-client']);
  });

  it('kills a code on its way, and the next sign-in asks again', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect();
    const code = await google.code({ prompt: '' });
    await google.call('POST', '/revoke', { form: { token: tokens.access_token } });
    assert.equal((await google.redeem(code)).json.error, 'invalid_grant');
    assert.ok((await google.connect({ prompt: '' })).refresh_token, 'a first grant again');
  });

  it('takes the token from the query too, and refuses nonsense and nothing', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect();
    assert.equal((await google.call('POST', '/revoke', { form: { token: 'nonsense' } })).status, 400);
    assert.equal((await google.call('POST', '/revoke')).json.error, 'invalid_request');
    assert.equal((await google.call('POST', `/revoke?token=${tokens.access_token}`)).status, 200);
  });

  it('refuses an access token that has expired', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect();
    google.pass(3600);
    const answer = await google.call('POST', '/revoke', { form: { token: tokens.access_token } });
    assert.equal(answer.json.error, 'invalid_token');
    assert.equal((await google.refresh(tokens.refresh_token)).status, 200);
  });
});

describe('the sandbox’s tokeninfo endpoint', () => {
  it('tells whose access token it is in all the places where one may stand', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect();
    google.pass(9);
    const answers = [
      await google.call('GET', `/tokeninfo?access_token=${access_token}`),
      await google.call('POST', `/tokeninfo?access_token=${access_token}`),
      await google.call('POST', '/tokeninfo', { form: { access_token } }),
      await google.bearer('/tokeninfo', access_token, 'POST'),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      const { scope, ...rest } = answer.json;
      assert.deepEqual(new Set(scope.split(' ')), new Set(['openid', userinfoEmail, analyticsReadonly]));
      assert.deepEqual(rest, {
        azp: 'sandbox-client',
        aud: 'sandbox-client',
        sub: '108000000000000000001',
        exp: String(Date.parse('2026-10-01T12:59:59Z') / 1000),
        expires_in: '3590',
        email: person,
        email_verified: 'true',
        access_type: 'offline',
      });
    }
  });

  it('shows the token of another Google client as that client’s', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect({ client_id: 'other-client', access_type: 'online' });
    const { aud, azp, access_type } = (await google.bearer('/tokeninfo', access_token, 'POST')).json;
    assert.deepEqual([aud, azp, access_type], ['other-client', 'other-client', 'online']);
  });

  it('says nothing about the person without a sign-in scope', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect({ scope: calendarEvents });
    const { json } = await google.call('GET', `/tokeninfo?access_token=${access_token}`);
    assert.deepEqual([json.sub, json.email, json.scope], [undefined, undefined, calendarEvents]);
  });

  it('reads the claims of an ID token, as text', async () => {
    const google = startTestGoogle();
    const { id_token } = await google.connect();
    const { status, json } = await google.call('GET', `/tokeninfo?id_token=${id_token}`);
    assert.equal(status, 200);
    assert.deepEqual(
      [json.aud, json.email, json.email_verified, json.alg],
      ['sandbox-client', person, 'true', 'RS256'],
    );
    const altered = `${id_token.slice(0, -8)}AAAAAAAA`;
    assert.equal((await google.call('GET', `/tokeninfo?id_token=${altered}`)).json.error, 'invalid_token');
    google.pass(3601);
    assert.equal((await google.call('GET', `/tokeninfo?id_token=${id_token}`)).json.error, 'invalid_token');
  });

  it('refuses tokens that are unknown, expired, of another kind or absent', async () => {
    const google = startTestGoogle();
    const { access_token, refresh_token } = await google.connect();
    const ask = async (token: string) => {
      const { status, json } = await google.call('POST', '/tokeninfo', { form: { access_token: token } });
      return [status, json.error];
    };
    assert.deepEqual(await ask('nonsense'), [400, 'invalid_token']);
    assert.deepEqual(await ask(refresh_token), [400, 'invalid_token']);
    assert.equal((await google.call('GET', '/tokeninfo')).json.error, 'invalid_token');
    google.pass(3599);
    assert.deepEqual(await ask(access_token), [400, 'invalid_token']);
  });
});

describe('the sandbox’s userinfo endpoint', () => {
  it('tells what the scopes cover', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect({ scope: 'openid email' });
    const { status, json } = await google.bearer('/v1/userinfo', access_token);
    assert.equal(status, 200);
    assert.deepEqual(json, { sub: '108000000000000000001', email: person, email_verified: true });
    const more = await google.connect({ scope: 'openid profile' });
    const profile = (await google.bearer('/v1/userinfo', more.access_token, 'POST')).json;
    assert.equal(profile.name, 'Ada Lovelace');
    assert.equal(profile.email, undefined);
    const picture = await google.call('GET', new URL(profile.picture).pathname);
    assert.equal(picture.headers.get('content-type'), 'image/svg+xml');
  });

  it('refuses a bearer that it does not know or that never signed anybody in', async () => {
    const google = startTestGoogle();
    const { access_token } = await google.connect({ scope: calendarEvents });
    for (const token of ['nonsense', access_token]) {
      const answer = await google.bearer('/v1/userinfo', token);
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
    }
    assert.equal((await google.call('GET', '/v1/userinfo')).status, 401);
  });
});

describe('the sandbox’s signing keys', () => {
  it('publish the new and the last key after a rotation', async () => {
    const google = startTestGoogle();
    const kids = async () =>
      (await google.call('GET', '/oauth2/v3/certs')).json.keys.map((key: { kid: string }) => key.kid);
    const before = await kids();
    const old = await google.connect();
    const { kid } = (await google.call('POST', '/sandbox/rotate-keys')).json;
    assert.deepEqual(await kids(), [kid, ...before]);
    const fresh = await google.connect();
    const header = JSON.parse(Buffer.from(fresh.id_token.split('.')[0], 'base64url').toString());
    assert.equal(header.kid, kid);
    assert.equal((await google.call('GET', `/tokeninfo?id_token=${old.id_token}`)).status, 200);
    await google.call('POST', '/sandbox/rotate-keys');
    assert.equal((await google.call('GET', `/tokeninfo?id_token=${old.id_token}`)).status, 400, 'two are kept');
  });

  it('never publish a private part', async () => {
    const { keys } = (await startTestGoogle().call('GET', '/oauth2/v3/certs')).json;
    for (const key of keys) {
      assert.deepEqual(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
    }
  });
});
