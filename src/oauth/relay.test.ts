/** Relay mode's code and its two grants, with a Google that answers what a test wants. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { OAuthError, UpstreamError } from '../errors.ts';
import { aClient } from '../store/conformance-records.ts';
import type { Provider, RawAnswer, TokenInfo } from '../upstream/provider.ts';
import { toBase64url } from '../vault/token.ts';
import { createAccountPolicy } from './account-policy.ts';
import { referenceOf } from './flow.ts';
import { googleProof } from './google-proof.ts';
import { type RelayParts, relayExchange, relayRefresh, sealRelayCode } from './relay.ts';
import { ADA, anApprovedFlow, plain, START, vault } from './sign-in.fixture.ts';

const CLIENT = aClient({ mode: 'relay' });
const FLOW = anApprovedFlow({ mode: 'relay' });
const VERIFIER = 'v'.repeat(43);
const WITH_PKCE = { ...FLOW, codeChallenge: '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM' };
const TOKENS = { access_token: 'ya29.access', id_token: 'an ID token' };

const google = (body: unknown, status = 200): RawAnswer => ({ status, body: JSON.stringify(body) });

let asked: unknown[];
let recorded: unknown[];
beforeEach(() => {
  asked = [];
  recorded = [];
});

function partsFor(
  answer: RawAnswer,
  changed: { allowed?: string[]; owner?: TokenInfo; now?: number } = {},
): RelayParts {
  const provider: Pick<Provider, 'forward' | 'identify' | 'tokenInfo'> = {
    async forward(fields) {
      asked.push(fields);
      return answer;
    },
    async identify(idToken, nonce) {
      asked.push({ idToken, nonce });
      return ADA;
    },
    async tokenInfo(accessToken) {
      asked.push({ accessToken });
      return changed.owner;
    },
  };
  return {
    vault,
    provider: provider as Provider,
    mayConnect: createAccountPolicy(changed.allowed),
    record: (event) => void recorded.push(plain(event)),
    now: () => changed.now ?? START,
  };
}

const isRefused = (kind: string) => (error: unknown) => {
  assert.ok(error instanceof OAuthError);
  const description = 'The authorization code is unknown, used, expired or was issued for another request.';
  assert.deepEqual([error.code, error.message, error.reason?.kind], ['invalid_grant', description, kind]);
  return true;
};

describe('a relay client’s code', () => {
  const sealed = sealRelayCode(vault, FLOW, "Google's code", START);
  const exchange = (parts: RelayParts, fields: Record<string, string> = {}, client = CLIENT) => {
    const form = { code: sealed, redirect_uri: FLOW.redirectUri, ...fields };
    return relayExchange(parts, client, new Map(Object.entries(form).filter(([, value]) => value !== '')));
  };
  const about = { step: 'token', ref: referenceOf(FLOW.id), clientId: 'client' };

  it('is exchanged at Google with the proof of the flow, and Google’s answer is handed on', async () => {
    const answer = google(TOKENS);
    assert.equal(await exchange(partsFor(answer, { now: START + 59_999 })), answer);
    const { codeVerifier, nonce } = googleProof(vault, FLOW.approval);
    assert.deepEqual(asked, [
      { grant_type: 'authorization_code', code: "Google's code", code_verifier: codeVerifier },
      { idToken: 'an ID token', nonce },
    ]);
    assert.deepEqual(recorded, [{ ...about, outcome: 'issued', detail: { mode: 'relay' } }]);
  });

  it('that Google refuses is answered with what Google said, and recorded', async () => {
    const answer = google({ error: 'invalid_grant' }, 400);
    assert.equal(await exchange(partsFor(answer)), answer);
    assert.equal(asked.length, 1, 'nobody is identified');
    const detail = { mode: 'relay', why: 'google-refused' };
    assert.deepEqual(recorded, [{ ...about, outcome: 'refused', detail }]);
  });

  it('opens nothing for an account that may not connect', async () => {
    const parts = partsFor(google(TOKENS), { allowed: ['bob@example.com'] });
    await assert.rejects(exchange(parts), isRefused('account-not-allowed'));
    assert.deepEqual(recorded, []);
    assert.ok(await exchange(partsFor(google(TOKENS), { allowed: ['ada@example.com'] })));
  });

  it('with a challenge is exchanged for its verifier only, and without one for none', async () => {
    const code = sealRelayCode(vault, WITH_PKCE, "Google's code", START);
    assert.ok(await exchange(partsFor(google(TOKENS)), { code, code_verifier: VERIFIER }));
    asked = [];
    for (const fields of [{ code }, { code, code_verifier: 'w'.repeat(43) }, { code_verifier: VERIFIER }])
      await assert.rejects(exchange(partsFor(google(TOKENS)), fields), isRefused('pkce-mismatch'));
    assert.deepEqual(asked, []);
  });

  for (const [what, kind, fields, changed] of [
    ['of another client', 'code-other-client', {}, { client: aClient({ clientId: 'other' }) }],
    ['after a minute', 'code-expired', {}, { now: START + 60_000 }],
    ['with another redirect URI', 'redirect-uri-mismatch', { redirect_uri: 'https://b.example/cb' }, {}],
    ['without its redirect URI', 'redirect-uri-mismatch', { redirect_uri: '' }, {}],
    ['that was changed', 'code-unknown', { code: `${sealed.slice(0, -4)}AAAA` }, {}],
    ['of another form', 'code-unknown', { code: sealed.replace('ggpt_rc_', 'ggpt_ac_') }, {}],
    ['that is Google’s own', 'code-unknown', { code: '4/0A' }, {}],
  ] as [string, string, Record<string, string>, { client?: typeof CLIENT; now?: number }][]) {
    it(`is refused ${what}, and Google is not asked`, async () => {
      await assert.rejects(exchange(partsFor(google(TOKENS), changed), fields, changed.client), isRefused(kind));
      assert.deepEqual([asked, recorded], [[], []]);
    });
  }

  it('has to be sent', async () => {
    const missing = { code: 'invalid_request', message: 'code is missing.' };
    await assert.rejects(exchange(partsFor(google(TOKENS)), { code: '' }), missing);
  });

  it('of another shape is a fault of ours and not the client’s', async () => {
    for (const wrong of [{}, { ...FLOW, googleCode: 'x', approval: {} }]) {
      const code = `ggpt_rc_${toBase64url(vault.seal('relay-code', '', JSON.stringify(wrong)))}`;
      await assert.rejects(exchange(partsFor(google(TOKENS)), { code }), { name: 'ZodError' });
    }
  });

  for (const body of ['<html>', 'null', '{}', '{"id_token":1}']) {
    it(`for which Google answers 200 and ${body} is trouble at Google`, async () => {
      await assert.rejects(exchange(partsFor({ status: 200, body })), isOdd);
    });
  }
});

const isOdd = (error: unknown) => error instanceof UpstreamError && error.kind === 'odd-answer';

describe('a relay client’s refresh', () => {
  const owner = { ...ADA, clientId: 'x', scopes: [], expiresInSeconds: 1 };
  const form = new Map([['refresh_token', '1//refresh']]);

  it('is Google’s to answer, and nobody asks whose it is where everybody may connect', async () => {
    const answer = google(TOKENS);
    assert.equal(await relayRefresh(partsFor(answer), form), answer);
    assert.deepEqual(asked, [{ grant_type: 'refresh_token', refresh_token: '1//refresh' }]);
  });

  it('has to say what is to be refreshed', async () => {
    const missing = { code: 'invalid_request', message: 'refresh_token is missing.' };
    await assert.rejects(relayRefresh(partsFor(google(TOKENS)), new Map()), missing);
  });

  it('is looked at again where not everybody may connect', async () => {
    const allowed = ['ada@example.com'];
    const answer = google(TOKENS);
    assert.equal(await relayRefresh(partsFor(answer, { allowed, owner }), form), answer);
    assert.deepEqual(asked[1], { accessToken: 'ya29.access' });
    const bob = { allowed, owner: { ...owner, email: 'bob@example.com' } };
    await assert.rejects(relayRefresh(partsFor(answer, bob), form), isRefused('account-not-allowed'));
    await assert.rejects(relayRefresh(partsFor(answer, { allowed }), form), isRefused('account-not-allowed'));
  });

  it('that Google refuses is handed on as it is', async () => {
    const answer = google({ error: 'invalid_grant' }, 400);
    assert.equal(await relayRefresh(partsFor(answer, { allowed: [] }), form), answer);
    assert.equal(asked.length, 1);
  });

  it('that Google answers with no token is trouble at Google', async () => {
    await assert.rejects(relayRefresh(partsFor(google({}), { allowed: [] }), form), isOdd);
    await assert.rejects(relayRefresh(partsFor({ status: 200, body: '<html>' }, { allowed: [] }), form), isOdd);
  });
});
