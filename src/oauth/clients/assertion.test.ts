import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose';
import { ClientDocumentError, FetchError, OAuthError } from '../../errors.ts';
import type { Client } from '../../store/records.ts';
import { openSqlite } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { type CheckAssertion, claimedSubject, createAssertionCheck } from './assertion.ts';
import { ASSERTION_ALGORITHMS, createAssertionKeys } from './assertion-keys.ts';
import { FetchesBusy } from './cached-document.ts';
import { createTestInternet, silent, status, type TestInternet } from './documents.fixture.ts';
import { createNotedLog, type NotedLine } from './noted-log.fixture.ts';
import { claimsFor, createSigningClient, type SigningAlgorithm, type SigningClient } from './signing-client.fixture.ts';

const ISSUER = 'https://ga.example';
const TOKEN_ENDPOINT = 'https://ga.example/token';
const ID = 'https://app.example/client.json';
const KEYS = 'https://app.example/jwks.json';
const MINUTE = 60_000;

const CLIENT: Client = {
  clientId: ID,
  kind: 'document',
  name: 'An app',
  redirectUris: ['https://app.example/cb'],
  authMethods: ['private_key_jwt'],
  secretHash: undefined,
  mode: 'broker',
  createdAt: 0,
  lastUsedAt: undefined,
  clientUri: undefined,
  logoUri: undefined,
  jwksUri: KEYS,
};

const refusedFor = (why: RegExp) => (error: unknown) => {
  assert.ok(error instanceof OAuthError, String(error));
  assert.equal(error.code, 'invalid_client');
  assert.ok(error.reason?.kind === 'assertion');
  assert.match(error.reason.problem, why);
  assert.equal(error.message, 'The client is unknown here or its credentials are wrong.');
  return true;
};

const wrongKeys = (why: string) => (error: unknown) => {
  assert.ok(error instanceof ClientDocumentError, String(error));
  assert.deepEqual([error.kind, error.message], ['invalid', why]);
  return true;
};

describe('a signed assertion of a client (RFC 7523 3, OpenID Connect Core 9)', () => {
  const signers = {} as Record<SigningAlgorithm, SigningClient>;
  let store: Store;
  let internet: TestInternet;
  let check: CheckAssertion;
  let time: number;
  let lines: NotedLine[];
  let count = 0;
  before(async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) signers[alg] = await createSigningClient(alg, `key ${alg}`);
    store = openSqlite(':memory:');
  });
  after(() => store.close());
  beforeEach(() => {
    time = Date.parse('2026-11-22T12:00:00Z');
    internet = createTestInternet();
    internet.serve(KEYS, { keys: Object.values(signers).map(({ jwk }) => jwk) });
    const now = () => time;
    const noted = createNotedLog();
    lines = noted.lines;
    const findKey = createAssertionKeys({ fetch: internet.fetch, now, log: noted.log });
    const audiences = [ISSUER, TOKEN_ENDPOINT];
    check = createAssertionCheck({ findKey, assertions: store.assertions, audiences, now, log: noted.log });
  });
  const claims = (changed: Record<string, unknown> = {}) => ({
    ...claimsFor(ID, TOKEN_ENDPOINT, time, `jti ${count++}`),
    ...changed,
  });
  const sign = (changed: Record<string, unknown> = {}, header = {}) => signers.RS256.sign(claims(changed), header);

  it('proves the client with each algorithm that we name', async () => {
    assert.deepEqual(ASSERTION_ALGORITHMS, Object.keys(signers));
    for (const signer of Object.values(signers)) await check(CLIENT, await signer.sign(claims()));
  });

  it('proves the client also with keys that stand in its document', async () => {
    const { jwksUri: _, ...rest } = CLIENT;
    await check({ ...rest, jwks: { keys: [signers.ES256.jwk] } }, await signers.ES256.sign(claims()));
    assert.deepEqual(internet.asked, []);
    const foreign = check({ ...rest, jwks: { keys: [signers.ES256.jwk] } }, await signers.RS256.sign(claims()));
    await assert.rejects(foreign, refusedFor(/key/));
  });

  it('works once, however many try at the same moment', async () => {
    const assertion = await sign();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => check(CLIENT, assertion)));
    assert.equal(results.filter((one) => one.status === 'fulfilled').length, 1);
    await assert.rejects(check(CLIENT, assertion), refusedFor(/used before/));
    await assert.rejects(check(CLIENT, await sign({ jti: `jti ${count - 1}` })), refusedFor(/used before/));
  });

  it('is remembered as used until it has surely ended', async () => {
    const assertion = await sign({ exp: time / 1000 + 300 });
    await check(CLIENT, assertion);
    time += 5 * MINUTE + 59_999;
    await store.sweep(time, 1000);
    await assert.rejects(check(CLIENT, assertion), refusedFor(/used before/));
    time += 1;
    await assert.rejects(check(CLIENT, assertion), refusedFor(/exp/));
  });

  it('uses up no id when it fails for another reason', async () => {
    const jti = 'mine';
    await assert.rejects(check(CLIENT, await sign({ jti, aud: 'https://other.example' })), refusedFor(/aud/));
    await assert.rejects(check(CLIENT, await sign({ jti, exp: time / 1000 - 120 })), refusedFor(/exp/));
    const stranger = await createSigningClient('ES256', 'key ES256');
    await assert.rejects(check(CLIENT, await stranger.sign(claims({ jti }))), refusedFor(/signature/));
    await check(CLIENT, await sign({ jti }));
  });

  it('that is refused leaves a line for the operator, with what was wrong with it', async () => {
    await assert.rejects(check(CLIENT, await sign({ aud: [ISSUER, 'x'] })), OAuthError);
    const [keys, refused] = lines;
    assert.deepEqual(keys, [
      'info',
      { step: 'client-document', url: KEYS, freshSeconds: 3600 },
      "a client's keys were read",
    ]);
    const fields = { step: 'token', client: ID, problem: 'it is meant for others too' };
    assert.deepEqual(refused, ['info', fields, 'an assertion was refused']);
    assert.equal(lines.length, 2);
  });

  it('proves nothing of a client that has no keys', async () => {
    const { jwksUri: _, ...keyless } = CLIENT;
    await assert.rejects(check(keyless, await sign()), refusedFor(/a client without keys cannot sign/));
  });

  it('is for our issuer or our token endpoint, written exactly so', async () => {
    for (const aud of [ISSUER, TOKEN_ENDPOINT, [TOKEN_ENDPOINT], [ISSUER, TOKEN_ENDPOINT]])
      await check(CLIENT, await sign({ aud }));
    // A doubled slash is what others expected of ChatGPT when they joined a base URL and a path.
    const wrong = [
      'https://ga.example//token',
      'https://ga.example/',
      'https://ga.example/token/',
      'https://ga.example/mcp',
    ];
    const foreign = ['http://ga.example/token', 'https://GA.example/token', 'https://other.example/token', '', ID];
    for (const aud of [...wrong, ...foreign, undefined, [], 7, null])
      await assert.rejects(check(CLIENT, await sign({ aud })), refusedFor(/aud|others/), String(aud));
  });

  it('is for nobody else at the same time', async () => {
    for (const aud of [
      [TOKEN_ENDPOINT, 'https://other.example'],
      [ISSUER, 7],
    ])
      await assert.rejects(check(CLIENT, await sign({ aud })), refusedFor(/others/));
  });

  it('is from the client and about the client', async () => {
    for (const other of ['https://other.example/client.json', `${ID}/`, '', undefined, 7]) {
      await assert.rejects(check(CLIENT, await sign({ iss: other })), refusedFor(/iss/));
      await assert.rejects(check(CLIENT, await sign({ sub: other })), refusedFor(/sub/));
    }
  });

  it('ends, and within an hour', async () => {
    const now = time / 1000;
    for (const exp of [now + 1, now + 3600, now + 3660, now - 59]) await check(CLIENT, await sign({ exp }));
    for (const exp of [now - 60, now - 3600, 0])
      await assert.rejects(check(CLIENT, await sign({ exp })), refusedFor(/exp/));
    for (const exp of [now + 3661, now + 86_400, Number.MAX_SAFE_INTEGER])
      await assert.rejects(check(CLIENT, await sign({ exp })), refusedFor(/lives too long/));
    for (const exp of [undefined, null, 'soon', String(now + 60)])
      await assert.rejects(check(CLIENT, await sign({ exp })), refusedFor(/exp/));
  });

  it('was signed a moment ago, if it says when', async () => {
    const now = time / 1000;
    for (const iat of [undefined, now + 60, now - 3660]) await check(CLIENT, await sign({ iat }));
    await assert.rejects(check(CLIENT, await sign({ iat: now + 61 })), refusedFor(/future/));
    await assert.rejects(check(CLIENT, await sign({ iat: now - 3661 })), refusedFor(/long ago/));
    await assert.rejects(check(CLIENT, await sign({ iat: 'now' })), refusedFor(/iat/));
    await check(CLIENT, await sign({ nbf: now + 60 }));
    await assert.rejects(check(CLIENT, await sign({ nbf: now + 61 })), refusedFor(/nbf/));
  });

  it('has an id that is a text', async () => {
    for (const jti of [undefined, null, '', 7, ['a']])
      await assert.rejects(check(CLIENT, await sign({ jti })), refusedFor(/jti/), String(jti));
    await check(CLIENT, await sign({ jti: 'x'.repeat(10_000) }));
  });

  it('is signed with a private key, by an algorithm of ours', async () => {
    const unsigned = new UnsecuredJWT(claims()).encode();
    const secret = new TextEncoder().encode(JSON.stringify(signers.RS256.jwk));
    const symmetric = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'key RS256' }).sign(secret);
    const other = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'RS256', kid: 'key ES256' })
      .sign(signers.RS256.privateKey);
    for (const assertion of [unsigned, symmetric, other, `${await sign()}x`, '', 'a.b', 'a.b.c', '..', 'ä'.repeat(3)])
      await assert.rejects(check(CLIENT, assertion), refusedFor(/./), assertion);
  });

  it('is signed by the one algorithm that the client promised', async () => {
    const promised: Client = { ...CLIENT, assertionAlgorithm: 'RS256' };
    await check(promised, await signers.RS256.sign(claims()));
    await assert.rejects(check(promised, await signers.ES256.sign(claims())), refusedFor(/alg/));
  });

  it('is not verified with a key that the assertion brings along', async () => {
    const stranger = await createSigningClient('RS256', 'stranger');
    const brought = { jwk: stranger.jwk, jku: 'https://evil.test/jwks.json', x5u: 'https://evil.test/x5u' };
    await assert.rejects(check(CLIENT, await stranger.sign(claims(), brought)), refusedFor(/key/));
    await assert.rejects(check(CLIENT, await stranger.sign(claims(), { ...brought, kid: undefined })), refusedFor(/./));
    assert.deepEqual([...new Set(internet.asked)], [KEYS]);
  });

  it('is not verified with a key whose private half is published, or with one that encrypts', async () => {
    const published = { ...signers.RS256.jwk, ...(await exportJWK(signers.RS256.privateKey)) };
    for (const key of [published, { ...signers.RS256.jwk, use: 'enc' }, { kty: 'oct', k: 'AAAA', kid: 'key RS256' }]) {
      internet.serve(KEYS, { keys: [key] });
      time += 2 * 60 * MINUTE;
      await assert.rejects(check(CLIENT, await sign()), refusedFor(/key/));
    }
  });

  it('is verified with a key that came since the keys were read, asked for at most once a minute', async () => {
    internet.serve(KEYS, { keys: [signers.ES256.jwk] });
    await check(CLIENT, await signers.ES256.sign(claims()));
    internet.serve(KEYS, { keys: [signers.ES256.jwk, signers.RS256.jwk] });
    await assert.rejects(check(CLIENT, await sign()), refusedFor(/key/));
    assert.equal(internet.asked.length, 1);
    time += MINUTE;
    await check(CLIENT, await sign());
    assert.equal(internet.asked.length, 2);
    for (let n = 0; n < 10; n += 1)
      await assert.rejects(check(CLIENT, await sign({}, { kid: `no ${n}` })), refusedFor(/key/));
    assert.equal(internet.asked.length, 2);
  });

  it('is verified with the same reading of the keys for five minutes, though the host wants none kept', async () => {
    internet.serve(KEYS, { keys: [signers.RS256.jwk] }, { 'cache-control': 'no-store' });
    await check(CLIENT, await sign());
    time += 5 * MINUTE - 1;
    await check(CLIENT, await sign());
    assert.equal(internet.asked.length, 1);
    time += 1;
    await check(CLIENT, await sign());
    assert.equal(internet.asked.length, 2);
  });

  it('is not verified with a key that the client took away, after an hour at the latest', async () => {
    internet.serve(KEYS, { keys: [signers.RS256.jwk] }, { 'cache-control': 'max-age=31536000' });
    await check(CLIENT, await sign());
    internet.serve(KEYS, { keys: [signers.ES256.jwk] });
    time += 60 * MINUTE - 1;
    await check(CLIENT, await sign());
    time += 1;
    await assert.rejects(check(CLIENT, await sign()), refusedFor(/key/));
  });

  it('goes on being verified for a day when the keys are not to be had, and then is no longer checked', async () => {
    await check(CLIENT, await sign());
    internet.fail(KEYS, status(403));
    time += 24 * 60 * MINUTE - 1;
    await check(CLIENT, await sign());
    await assert.rejects(check(CLIENT, await sign({ aud: 'x' })), refusedFor(/aud/));
    time += 1;
    await assert.rejects(check(CLIENT, await sign()), ClientDocumentError);
  });

  it('is not checked at all when there is no room to ask for the keys, or there are too many', async () => {
    internet.fail(KEYS, new FetchError('busy', ''));
    await assert.rejects(check(CLIENT, await sign()), FetchesBusy);
    internet.serve(KEYS, { keys: Array(11).fill(signers.RS256.jwk) });
    await assert.rejects(check(CLIENT, await sign()), wrongKeys('the client has more keys than it could need'));
  });

  it('is not checked at all when there is something else in the place of keys', async () => {
    for (const value of [null, [], {}, { keys: 'x' }, { keys: [7] }]) {
      internet.serve(KEYS, value);
      time += 60 * MINUTE;
      await assert.rejects(check(CLIENT, await sign()), wrongKeys("the client's keys are not a JSON Web Key Set"));
    }
    internet.serve(KEYS, {
      keys: [{}, { kty: 'RSA' }, { kty: 'RSA', n: '!', e: 'AQAB', kid: 'key RS256', alg: 'RS256' }],
    });
    time += 60 * MINUTE;
    await assert.rejects(check(CLIENT, await sign()), refusedFor(/./));
  });

  it('is verified with keys of which only so many bytes are kept, whoever publishes them', async () => {
    const keys = Array.from({ length: 10 }, (_, n) => ({ kty: 'RSA', n: 'n'.repeat(1400), e: 'AQAB', kid: `${n}` }));
    const internetOfKeys = createTestInternet();
    const findKey = createAssertionKeys({ fetch: internetOfKeys.fetch, now: () => time, log: silent });
    const askedAfter = async (urls: readonly string[]) => {
      internetOfKeys.asked.length = 0;
      for (const jwksUri of urls) {
        internetOfKeys.serve(jwksUri, { keys });
        const token = { payload: '', signature: '' };
        await assert.rejects(async () => findKey({ ...CLIENT, jwksUri })({ alg: 'RS256', kid: 'none' }, token));
      }
      return internetOfKeys.asked.length;
    };
    const urls = Array.from({ length: 80 }, (_, n) => `https://app${n}.example/jwks.json`);
    assert.equal(await askedAfter(urls), 80);
    assert.equal(await askedAfter(urls.slice(-60)), 0);
    assert.equal(await askedAfter(urls.slice(0, 1)), 1);
  });

  it('says who it claims to be from, when it can be read at all', async () => {
    assert.equal(claimedSubject(await sign()), ID);
    const subjects = await Promise.all([undefined, 7, '', null].map((sub) => sign({ sub })));
    for (const text of ['', 'x', 'a.b.c', ...subjects]) assert.equal(claimedSubject(text), undefined, text);
  });
});
