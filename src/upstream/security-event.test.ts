/** Which signed tokens are Google's and for us, what they say, and how often that is looked up. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { SecurityEventError, UpstreamError } from '../errors.ts';
import type { Outgoing } from '../http/outgoing.ts';
import { createReadSecurityEvent, EVENT_TYPES, type ReadSecurityEvent } from './security-event.ts';

const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const OAUTH = 'https://schemas.openid.net/secevent/oauth/event-type/';
const ISSUER = 'https://accounts.google.com/';
const CLIENT = 'ours.apps.googleusercontent.com';
const NOW = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Key {
  kid: string;
  privateKey: CryptoKey;
  jwk: Record<string, unknown>;
}

async function makeKey(kid: string, alg = 'RS256'): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

function claims(changed: Record<string, unknown> = {}): JWTPayload {
  const subject = { subject_type: 'iss-sub', iss: ISSUER, sub: '1080' };
  const all = {
    iss: ISSUER,
    aud: CLIENT,
    iat: NOW / 1000 - 60,
    jti: 'event 1',
    events: { [`${RISC}sessions-revoked`]: { subject } },
    ...changed,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const about = (type: string, payload: object) => claims({ events: { [type]: payload } });

describe('a security event token of Google’s', () => {
  let first: Key;
  let second: Key;
  let elliptic: Key;
  let published: Record<string, unknown>[];
  let asked: string[];
  let isAway: boolean;
  let time: number;
  let read: ReadSecurityEvent;

  before(async () => {
    [first, second, elliptic] = await Promise.all([makeKey('k1'), makeKey('k2'), makeKey('k3', 'ES256')]);
  });
  beforeEach(() => {
    published = [first.jwk, elliptic.jwk];
    asked = [];
    isAway = false;
    time = NOW;
    read = createReadSecurityEvent({ issuer: undefined, clientId: CLIENT, send, now: () => time });
  });

  const send: Outgoing = async ({ url }) => {
    asked.push(url);
    if (isAway) throw new UpstreamError('unreachable', 'the network is cut');
    const keys = 'https://www.googleapis.com/oauth2/v3/certs';
    const documents: Record<string, unknown> = {
      'https://accounts.google.com/.well-known/risc-configuration': { issuer: ISSUER, jwks_uri: keys },
      [keys]: { keys: published },
    };
    return { status: 200, headers: {}, body: JSON.stringify(documents[url]) };
  };
  const sign = (payload: JWTPayload = claims(), key: Key = first, header: Record<string, unknown> = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header }).sign(key.privateKey);
  const refused = async (token: string): Promise<string> => {
    const error = await read(token).then(
      () => assert.fail('it was taken'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof SecurityEventError, String(error));
    return error.code;
  };

  describe('says', () => {
    it('what happened to whom, and when', async () => {
      const { id, at, notices } = await read(await sign());
      assert.deepEqual([id, at], ['event 1', NOW - MINUTE]);
      assert.deepEqual(notices, [{ kind: 'sessions-revoked', subject: '1080', token: undefined }]);
    });

    it('each kind that Google documents', async () => {
      const subject = { subject_type: 'iss-sub', iss: ISSUER, sub: '1080' };
      const kinds = [
        [`${RISC}sessions-revoked`, {}, 'sessions-revoked'],
        [`${OAUTH}tokens-revoked`, {}, 'tokens-revoked'],
        [`${OAUTH}token-revoked`, {}, 'token-revoked'],
        [`${RISC}account-disabled`, { reason: 'hijacking' }, 'account-hijacked'],
        [`${RISC}account-disabled`, { reason: 'bulk-account' }, 'account-disabled'],
        [`${RISC}account-disabled`, {}, 'account-disabled'],
        [`${RISC}account-enabled`, {}, 'account-enabled'],
        [`${RISC}account-credential-change-required`, {}, 'credential-change-required'],
        [`${RISC}verification`, { state: 'a state' }, 'verification'],
      ] as const;
      for (const [type, more, kind] of kinds) {
        assert.ok(EVENT_TYPES.includes(type), `${type} is asked for`);
        const [notice] = (await read(await sign(about(type, { subject, ...more })))).notices;
        assert.equal(notice?.kind, kind);
      }
    });

    it('the operator’s state in a test', async () => {
      const [notice] = (await read(await sign(about(`${RISC}verification`, { state: 'a state' })))).notices;
      assert.deepEqual(notice, { kind: 'verification', state: 'a state', subject: undefined, token: undefined });
    });

    it('the type of what is not known, also where a name is one of every object’s', async () => {
      const inherited = 'https://schemas.openid.net/secevent/constructor';
      for (const type of [
        inherited,
        'https://example.com/new',
        `${RISC}account-purged`,
        'risc/event-type/sessions-revoked',
      ]) {
        const [notice] = (await read(await sign(about(type, {})))).notices;
        assert.equal(notice?.kind, 'unknown');
      }
    });

    it('a subject however Google writes the issuer, and none of another issuer', async () => {
      const of = async (subject: unknown) =>
        (await read(await sign(about(`${RISC}sessions-revoked`, { subject })))).notices[0]?.subject;
      assert.equal(await of({ subject_type: 'iss-sub', iss: 'https://accounts.google.com', sub: '1' }), '1');
      assert.equal(
        await of({ subject_type: 'id_token_claims', iss: 'accounts.google.com', sub: '1', email: 'a' }),
        '1',
      );
      assert.equal(await of({ format: 'iss_sub', iss: ISSUER, sub: '1' }), '1');
      assert.equal(await of({ subject_type: 'iss-sub', iss: 'https://accounts.example/', sub: '1' }), undefined);
      for (const odd of [undefined, null, 'text', [], {}, { sub: '' }, { sub: 1 }])
        assert.equal(await of(odd), undefined);
    });

    it('a refresh token by its beginning or its hash, and no other kind of token', async () => {
      const of = async (more: object) => {
        const subject = { subject_type: 'oauth_token', token_type: 'refresh_token', token: 'abc', ...more };
        return (await read(await sign(about(`${OAUTH}token-revoked`, { subject })))).notices[0]?.token;
      };
      assert.deepEqual(await of({ token_identifier_alg: 'prefix' }), { form: 'prefix', value: 'abc' });
      const hash = { token_identifier_alg: 'hash_base64_sha512_sha512' };
      assert.deepEqual(await of(hash), { form: 'double-hash', value: 'abc' });
      assert.equal(await of({ token_identifier_alg: 'plain' }), undefined);
      assert.equal(await of({ ...hash, token_type: 'access_token' }), undefined);
      assert.equal(await of({ ...hash, token: '' }), undefined);
    });

    it('when it happened rather than when it was told, if it says both (RFC 8417 2.2)', async () => {
      assert.equal((await read(await sign(claims({ toe: NOW / 1000 - 600 })))).at, NOW - 10 * MINUTE);
    });

    it('nothing that has yet to happen', async () => {
      assert.equal((await read(await sign(claims({ iat: NOW / 1000 + 9999 })))).at, NOW);
    });

    it('several things at once', async () => {
      const events = { [`${RISC}sessions-revoked`]: {}, [`${OAUTH}tokens-revoked`]: {} };
      assert.deepEqual(
        (await read(await sign(claims({ events })))).notices.map(({ kind }) => kind),
        ['sessions-revoked', 'tokens-revoked'],
      );
    });

    it('the same long after, since it tells of the past and has no end', async () => {
      const token = await sign(claims({ exp: NOW / 1000 - 30 }));
      time += 400 * 24 * HOUR;
      assert.equal((await read(token)).at, NOW - MINUTE);
    });
  });

  describe('is refused', () => {
    it('when it is for another client of Google’s', async () => {
      assert.equal(await refused(await sign(claims({ aud: 'theirs.apps.googleusercontent.com' }))), 'invalid_audience');
      assert.equal(await refused(await sign(claims({ aud: [] }))), 'invalid_audience');
      assert.equal((await read(await sign(claims({ aud: ['another', CLIENT] })))).id, 'event 1');
    });

    it('when it is of another issuer, to the letter', async () => {
      for (const iss of ['https://accounts.google.com', 'https://accounts.example/', ''])
        assert.equal(await refused(await sign(claims({ iss }))), 'invalid_issuer');
    });

    it('when nobody signed it, by whatever algorithm it says', async () => {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      for (const alg of ['none', 'None', 'RS256'])
        assert.notEqual(await refused(`${part({ alg, kid: 'k1' })}.${part(claims())}.`), 'invalid_request');
      assert.equal(await refused(`${part({ alg: 'none', kid: 'k1' })}.${part(claims())}.`), 'invalid_key');
    });

    it('when it is signed with the public key as if that were a secret (RFC 8725 2.1)', async () => {
      const { privateKey: _, ...key } = first;
      const secret = new TextEncoder().encode(JSON.stringify(key.jwk));
      const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
      assert.equal(await refused(token), 'invalid_key');
    });

    it('when it is signed by another algorithm, be the key Google’s own', async () => {
      assert.equal(await refused(await sign(claims(), elliptic, { alg: 'ES256' })), 'invalid_key');
      const long = new SignJWT(claims()).setProtectedHeader({ alg: 'RS512', kid: 'k1' });
      assert.equal(await refused(await long.sign((await makeKey('k1', 'RS512')).privateKey)), 'invalid_key');
    });

    it('when a stranger signed it under the name of Google’s key', async () => {
      assert.equal(await refused(await sign(claims(), { ...second, kid: 'k1' })), 'authentication_failed');
    });

    it('when it brings its own key or the address of one', async () => {
      const more = { jwk: second.jwk, jku: 'https://evil.example/keys', x5u: 'https://evil.example/cert' };
      assert.equal(await refused(await sign(claims(), second, more)), 'invalid_key');
      assert.ok(asked.every((url) => !url.includes('evil')));
    });

    it('when it names no key, or one of another use', async () => {
      const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256' }).sign(first.privateKey);
      assert.equal(await refused(token), 'invalid_key');
      published = [{ ...second.jwk, use: 'enc' }];
      assert.equal(await refused(await sign(claims(), second)), 'invalid_key');
    });

    it('when one character of it was changed', async () => {
      const [header, , signature] = (await sign()).split('.');
      const other = Buffer.from(JSON.stringify(claims({ jti: 'event 2' }))).toString('base64url');
      assert.equal(await refused(`${header}.${other}.${signature}`), 'authentication_failed');
    });

    it('when it is an ID token or anything else that Google signs for us', async () => {
      for (const missing of ['events', 'jti', 'iat', 'iss', 'aud'])
        assert.equal(await refused(await sign(claims({ [missing]: undefined }))), 'invalid_request', missing);
      for (const events of [{}, [], 'text', { a: 'text' }, { a: null }])
        assert.equal(await refused(await sign(claims({ events }))), 'invalid_request');
    });

    it('when it is no token', async () => {
      for (const text of ['', '.', '..', 'a.b', 'a.b.c', 'a.b.c.d.e', '{}', `${await sign()}.x`, '\u0000'])
        assert.equal(await refused(text), 'invalid_request', JSON.stringify(text));
    });
  });

  describe('is checked with keys', () => {
    it('that are read once for all who come at the same time, and kept for an hour', async () => {
      const token = await sign();
      await Promise.all(Array.from({ length: 20 }, () => read(token)));
      time += HOUR - 1;
      await read(token);
      assert.equal(asked.length, 2);
      time += 1;
      await read(token);
      assert.equal(asked.length, 4);
    });

    it('that are read anew for one that is not known, which may be Google’s next one', async () => {
      await read(await sign());
      published = [second.jwk, first.jwk];
      time += MINUTE;
      assert.equal((await read(await sign(claims(), second))).id, 'event 1');
      assert.equal((await read(await sign())).id, 'event 1');
      assert.equal(asked.length, 4);
    });

    it('that put off a token of a new key while they cannot be read, and call it wrong when they could be', async () => {
      await read(await sign());
      isAway = true;
      time += MINUTE;
      const token = await sign(claims(), second);
      await assert.rejects(read(token), UpstreamError);
      time += 1000;
      await assert.rejects(read(token), UpstreamError, 'also when it is too soon to try again');
      isAway = false;
      time += MINUTE;
      assert.equal(await refused(token), 'invalid_key');
      published = [second.jwk];
      time += MINUTE;
      assert.equal((await read(token)).id, 'event 1');
    });

    it('that nobody can make us read in masses by naming ones that are not there', async () => {
      for (let n = 0; n < 50; n += 1) {
        assert.equal(await refused(await sign(claims(), { ...first, kid: `made up ${n}` })), 'invalid_key');
        time += 1000;
      }
      assert.equal(asked.length, 4, 'once at first, and once in half a minute');
    });

    it('that nobody can make us read at all with what is not even addressed to us', async () => {
      await refused(await sign(claims({ aud: 'another' })));
      await refused('garbage');
      await refused(await sign(claims(), elliptic, { alg: 'ES256' }));
      assert.deepEqual(asked, []);
    });

    it('that are good for a day while Google cannot be reached, and not for longer', async () => {
      const token = await sign();
      await read(token);
      isAway = true;
      time += 24 * HOUR - 1;
      assert.equal((await read(token)).id, 'event 1');
      time += MINUTE;
      await assert.rejects(read(token), UpstreamError);
      isAway = false;
      time += MINUTE;
      assert.equal((await read(token)).id, 'event 1');
    });

    it('that are asked for at most twice a minute while Google cannot be reached', async () => {
      isAway = true;
      const token = await sign();
      for (let n = 0; n < 50; n += 1) {
        await assert.rejects(read(token), UpstreamError);
        time += 1000;
      }
      assert.equal(asked.length, 2);
    });
  });
});
