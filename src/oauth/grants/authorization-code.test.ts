import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createId, createRandom, createSecret, formatToken } from '../../vault/token.ts';
import { referenceOf } from '../flow.ts';
import { challengeOf } from '../pkce.ts';
import { redeemCode } from './authorization-code.ts';
import { CLIENT, createGranted, type Granted, RESOURCE, refusedWith, SCOPES } from './granted.fixture.ts';

const WORDS = 'The authorization code is unknown, used, expired or was issued for another request.';
const REDIRECT_URI = 'https://a.example/cb';
const VERIFIER = 'v'.repeat(43);

describe('an authorization code (RFC 6749 4.1.3)', () => {
  let granted: Granted;
  beforeEach(async () => {
    granted = await createGranted();
  });
  afterEach(() => granted.close());
  const redeem = (fields: Record<string, string>, parts: Partial<Granted['parts']> = {}, client = CLIENT) =>
    redeemCode({ ...granted.parts, ...parts }, client, new Map(Object.entries(fields)));
  const refused = (kind: string, more = {}) => refusedWith('invalid_grant', WORDS, { kind, ...more });

  it('becomes a grant with everything that the person allowed, and leaves one line', async () => {
    const { code, text } = await granted.addCode();
    const answer = await redeem({ code: text, redirect_uri: REDIRECT_URI });
    const { access_token, refresh_token, ...rest } = answer;
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: SCOPES.join(' ') });
    const spent = await granted.store.codes.find(code.id);
    const grant = await granted.store.grants.find(spent?.grantId ?? '');
    assert.ok(grant !== undefined && access_token.includes(grant.id) && refresh_token.includes(grant.id));
    const ref = referenceOf(code.flowId);
    const { id: grantId, clientId, connectionId, scopes, resource, redirectUri } = grant;
    assert.deepEqual(
      [clientId, connectionId, scopes, resource, redirectUri, grant.ref, grant.createdAt, grant.firstUsedAt],
      ['client', 'connection', SCOPES, RESOURCE, REDIRECT_URI, ref, granted.now(), undefined],
    );
    assert.deepEqual(granted.recorded, [{ step: 'token', outcome: 'issued', ref, clientId, connectionId, grantId }]);
    assert.deepEqual(granted.ended, []);
  });

  it('is refused, and not spent, when anything about the request is wrong', async () => {
    const random = createRandom();
    const { code, text } = await granted.addCode();
    const { code: bound, text: boundText } = await granted.addCode({ codeChallenge: challengeOf(VERIFIER) });
    const uri = { redirect_uri: REDIRECT_URI };
    const unknown = formatToken('code', createId(random), createSecret(random));
    const mismatch = refused('pkce-mismatch');
    const cases: [Record<string, string>, ReturnType<typeof refused>][] = [
      [uri, refusedWith('invalid_request', 'code is missing.')],
      [{ ...uri, code: 'x' }, refused('code-unknown')],
      [{ ...uri, code: unknown }, refused('code-unknown')],
      [{ ...uri, code: formatToken('code', code.id, createSecret(random)) }, refused('code-unknown')],
      [{ ...uri, code: text.replace('_ac_', '_rt_') }, refused('code-unknown')],
      [{ code: text }, refused('redirect-uri-mismatch')],
      [{ code: text, redirect_uri: `${REDIRECT_URI}/` }, refused('redirect-uri-mismatch')],
      [
        { code: boundText, redirect_uri: `${REDIRECT_URI}/`, code_verifier: VERIFIER },
        refused('redirect-uri-mismatch'),
      ],
      [{ ...uri, code: text, code_verifier: VERIFIER }, mismatch],
      [{ ...uri, code: boundText }, mismatch],
      [{ ...uri, code: boundText, code_verifier: 'w'.repeat(43) }, mismatch],
      [
        { ...uri, code: text, resource: 'https://other.example/mcp' },
        refusedWith('invalid_target', `This server issues tokens for ${RESOURCE} only.`),
      ],
    ];
    for (const [fields, refusal] of cases) await assert.rejects(redeem(fields), refusal, JSON.stringify(fields));
    const other = { ...CLIENT, clientId: 'other' };
    await assert.rejects(redeem({ ...uri, code: text }, {}, other), refused('code-other-client'));
    for (const { id } of [code, bound]) assert.equal((await granted.store.codes.find(id))?.grantId, undefined);
    assert.deepEqual([granted.ended, granted.recorded], [[], []]);
  });

  it('is good until the moment at which it expires', async () => {
    const fields = async () => ({ code: (await granted.addCode()).text, redirect_uri: REDIRECT_URI });
    const [first, second] = [await fields(), await fields()];
    granted.advance(59_999);
    await redeem(first);
    granted.advance(1);
    await assert.rejects(redeem(second), refused('code-expired'));
  });

  it('may come without the redirect URI where PKCE binds it (OAuth 2.1), and with our resource in any spelling', async () => {
    const codeChallenge = challengeOf(VERIFIER);
    for (const more of [
      {},
      { redirect_uri: REDIRECT_URI },
      { resource: RESOURCE },
      { resource: 'https://B.example/' },
    ]) {
      const { text } = await granted.addCode({ codeChallenge });
      await redeem({ code: text, code_verifier: VERIFIER, ...more });
    }
  });

  it('ends what it gave when it is shown again, also after its time, and by nobody else', async () => {
    const { code, text } = await granted.addCode();
    const fields = { code: text, redirect_uri: REDIRECT_URI };
    await redeem(fields);
    const { grantId } = (await granted.store.codes.find(code.id)) ?? {};
    const other = { ...CLIENT, clientId: 'other' };
    await assert.rejects(redeem(fields, {}, other), refused('code-other-client'));
    assert.deepEqual(granted.ended, []);
    granted.advance(60_000);
    await assert.rejects(redeem({ code: text }), refused('code-spent', { grantId }));
    assert.deepEqual(granted.ended, [`${grantId} code-twice`]);
  });

  it('gives one of two racing requests tokens, which end with the other', async () => {
    const { code, text } = await granted.addCode();
    const fields = { code: text, redirect_uri: REDIRECT_URI };
    const answers = await Promise.allSettled([redeem(fields), redeem(fields)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const { grantId } = (await granted.store.codes.find(code.id)) ?? {};
    const lost = answers.find((one) => one.status === 'rejected');
    refused('code-spent', { grantId })(lost?.reason);
    assert.deepEqual(granted.ended, [`${grantId} code-twice`]);
  });

  it('gives nothing, and ends nothing, when the person’s link went a moment before', async () => {
    const { text } = await granted.addCode();
    const grants = { ...granted.store.grants, redeem: async () => false };
    const lost = redeem({ code: text, redirect_uri: REDIRECT_URI }, { store: { ...granted.store, grants } });
    await assert.rejects(lost, refused('code-spent', { grantId: undefined }));
    assert.deepEqual([granted.ended, granted.recorded], [[], []]);
  });
});
