import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startTestGoogle, type TestGoogle } from '../../test/support/sandbox-google.ts';
import { createRequestLog, type LoggedRequest, prefixOf, redacted } from './request-log.ts';

async function logged(google: TestGoogle): Promise<LoggedRequest[]> {
  return (await google.call('GET', '/sandbox/requests')).json.requests;
}

describe('the sandbox’s request log', () => {
  it('lets a test say: exactly one refresh', async () => {
    const google = startTestGoogle();
    const tokens = await google.connect();
    await google.refresh(tokens.refresh_token);
    await google.refresh('1//0-dead');
    const refreshes = (await logged(google)).filter((each) => each.grant_type === 'refresh_token');
    assert.deepEqual(
      refreshes.map(({ method, path, status }) => `${method} ${path} ${status}`),
      ['POST /token 200', 'POST /token 400'],
    );
  });

  it('keeps no secret, wherever it stands in a request', async () => {
    const google = startTestGoogle();
    const code = await google.code({ code_challenge: 'v'.repeat(43), code_challenge_method: 'plain' });
    const tokens = (await google.redeem(code, { code_verifier: 'v'.repeat(43) })).json;
    await google.refresh(tokens.refresh_token);
    await google.call('GET', `/tokeninfo?access_token=${tokens.access_token}`);
    await google.call('GET', `/tokeninfo?id_token=${tokens.id_token}`);
    await google.bearer('/v1/userinfo', tokens.access_token);
    const basic = Buffer.from('sandbox-client:sandbox-secret').toString('base64');
    await google.call('POST', '/token', { form: { a: 'b' }, headers: { Authorization: `Basic ${basic}` } });
    await google.call('GET', '/v1/userinfo', { headers: { Authorization: 'canary-without-a-scheme' } });
    await google.call('POST', '/revoke', { form: { token: tokens.refresh_token } });
    const text = JSON.stringify(await logged(google));
    const secrets = [code, ...Object.values(tokens), basic, 'sandbox-secret', 'canary-without-a-scheme'];
    for (const secret of secrets.filter((each) => typeof each === 'string' && each !== tokens.scope)) {
      if (secret !== 'Bearer') assert.ok(!text.includes(String(secret)), `${String(secret).slice(0, 9)} leaked`);
    }
    const form = (await logged(google)).findLast((each) => each.grant_type === 'authorization_code')?.form;
    assert.equal(form?.code_verifier, 'vvvvvv…');
    assert.equal(form?.client_id, 'sandbox-client');
    assert.match(form?.code ?? '', /^4\/0A.{2}…$/);
  });

  it('shows query, agent and clock, and what no route answered', async () => {
    const google = startTestGoogle();
    await google.call('PUT', '/nowhere?x=1&x=2&y=', { headers: { 'User-Agent': 'a test' } });
    const [{ id, ...entry } = { id: 0 }] = await logged(google);
    assert.equal(id, 1);
    assert.deepEqual(entry, {
      time: '2026-10-01T12:00:00.000Z',
      method: 'PUT',
      path: '/nowhere',
      query: { x: '1,2', y: '' },
      form: {},
      grant_type: null,
      authorization: null,
      userAgent: 'a test',
      status: 404,
      faults: [],
    });
  });

  it('leaves out the controls and forgets on DELETE', async () => {
    const google = startTestGoogle();
    await google.call('GET', '/');
    await google.call('GET', '/sandbox/links');
    assert.equal((await logged(google)).length, 1);
    assert.deepEqual((await google.call('DELETE', '/sandbox/requests')).json, { requests: [], dropped: 0 });
    assert.deepEqual(await logged(google), []);
  });

  it('stays bounded and counts what it dropped', () => {
    const log = createRequestLog(() => new Date(0));
    const nothing = { query: {}, form: {}, grant_type: null, authorization: null, userAgent: null };
    for (let count = 1; count <= 2005; count += 1) log.start({ method: 'GET', path: '/', ...nothing });
    assert.equal(log.list().requests.length, 2000);
    assert.equal(log.list().requests[0]?.id, 6);
    assert.equal(log.list().dropped, 5);
  });

  it('shortens long values and survives odd names', () => {
    const fields = redacted(
      new URLSearchParams([
        ['__proto__', 'x'],
        ['long', 'y'.repeat(9000)],
      ]),
    );
    assert.equal(Object.keys(fields).length, 2);
    assert.equal(fields.long?.length, 501);
    assert.equal(prefixOf('abc'), '…', 'a short secret shows nothing');
  });
});
