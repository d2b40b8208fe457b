/** What the operator asks of Google's RISC API, with the sandbox in Google's place. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { exportPKCS8, generateKeyPair } from 'jose';
import { UpstreamError } from '../errors.ts';
import type { Outgoing } from '../http/outgoing.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { type EventStream, openEventStream, type ServiceAccount } from './event-stream.ts';
import { EVENT_TYPES } from './security-event.ts';

const GOOGLE = 'http://127.0.0.1:4400';
const BRIDGE = 'http://localhost:8787';
const URL_HERE = `${BRIDGE}/google/events`;

describe('the stream of security events', () => {
  let time: number;
  let delivered: string[];
  let account: ServiceAccount;
  let sandbox: ReturnType<typeof createSandbox>;

  const send: Outgoing = async ({ method, url, headers, body }) => {
    const init = { method, ...(headers && { headers }), ...(body !== undefined && { body }) };
    const answer = await sandbox.fetch(new Request(url, init));
    return { status: answer.status, headers: {}, body: await answer.text() };
  };
  const open = (publicUrl = BRIDGE, by = account, way = send) =>
    openEventStream({ issuer: GOOGLE, publicUrl, send: way, now: () => time }, by);
  const refused = async (asking: Promise<unknown>) => {
    const error = await asking.then(
      () => assert.fail('it was not refused'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UpstreamError);
    return error.message;
  };
  let stream: EventStream;

  beforeEach(async () => {
    time = Date.parse('2026-11-22T12:00:00Z');
    delivered = [];
    sandbox = createSandbox({
      issuer: GOOGLE,
      data: 'small',
      now: () => new Date(time),
      deliver: async (url, token) => {
        delivered.push(url, token);
        return 202;
      },
    });
    const file = await (await sandbox.fetch(new Request(`${GOOGLE}/sandbox/service-account`))).json();
    const { client_email: email, private_key_id: keyId, private_key: privateKey } = file as Record<string, string>;
    account = { email: email ?? '', keyId: keyId ?? '', privateKey: privateKey ?? '' };
    stream = await open();
  });

  it('is not there before it is registered', async () => {
    assert.equal(await stream.show(), undefined);
    assert.match(await refused(stream.verify('x')), /^Google answered 404: Project has no RISC configuration/);
    assert.match(await refused(stream.stop()), /404: Project has no existing RISC configuration/);
  });

  it('leads here once registered, with every kind of event that is acted on', async () => {
    await stream.register();
    assert.equal(stream.receiverUrl, URL_HERE);
    assert.deepEqual(await stream.show(), { url: URL_HERE, isEnabled: true, missing: [] });
    await stream.verify('a text');
    const [url, token = ''] = delivered;
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    assert.deepEqual([url, payload.includes('a text')], [URL_HERE, true]);
  });

  it('is silent once stopped, and is begun again by registering', async () => {
    await stream.register();
    await stream.stop();
    assert.equal((await stream.show())?.isEnabled, false);
    await stream.verify('a text');
    assert.deepEqual(delivered, []);
    await stream.register();
    assert.equal((await stream.show())?.isEnabled, true);
  });

  it('is seen to lead elsewhere, or to lack something', async () => {
    const other = 'http://localhost:1/other';
    const few: Outgoing = (request) =>
      send({ ...request, ...(request.body && { body: request.body.replace(JSON.stringify(EVENT_TYPES), '["x"]') }) });
    await (await open('http://localhost:1/other', account, few)).register();
    assert.deepEqual(await stream.show(), { url: `${other}/google/events`, isEnabled: true, missing: EVENT_TYPES });
  });

  it('is changed by the service account alone, for an hour after it has signed', async () => {
    await stream.register();
    time += 3_599_000;
    await stream.stop();
    time += 2_000;
    assert.match(await refused(stream.stop()), /^Google answered 401: Unauthorized/);
    await (await open()).stop();
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const forged = await open(BRIDGE, { ...account, privateKey: await exportPKCS8(privateKey) });
    assert.match(await refused(forged.register()), /401/);
    const other = await open(BRIDGE, { ...account, email: 'other@example.com' });
    assert.match(await refused(other.show()), /401/);
  });

  it('is not opened by a key that is none, and the error shows nothing of it', async () => {
    const said = await refused(open(BRIDGE, { ...account, privateKey: 'hunter2' }));
    assert.match(said, /private key of the service account cannot be used/);
    assert.ok(!said.includes('hunter2'));
  });

  it('cannot lead where Google would not send', async () => {
    assert.match(await refused((await open('https://elsewhere.example')).register()), /403: .*your project's domains/);
  });

  describe('when Google answers oddly', () => {
    let answer: { status: number; body: string };
    let odd: EventStream;
    before(() => {
      answer = { status: 200, body: '' };
    });
    beforeEach(async () => {
      odd = await open(BRIDGE, account, async () => ({ ...answer, headers: {} }));
    });

    it('says so, with no control character of Google’s and no more than fits on a screen', async () => {
      answer = { status: 500, body: JSON.stringify({ error: { message: `\u001b[2J${'x'.repeat(900)}` } }) };
      const said = await refused(odd.register());
      assert.ok(!said.includes('\u001b') && said.length < 350);
      answer = { status: 418, body: '<html>' };
      assert.equal(await refused(odd.stop()), 'Google answered 418: no reason given');
      answer = { status: 200, body: '{}' };
      assert.match(await refused(odd.show()), /in a form that is not known/);
    });
  });
});
