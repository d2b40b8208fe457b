/** What happens to accounts of the sandbox when a test says so, and what is told of it. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { issuer, startTestGoogle, type TestGoogle } from '../../../test/support/sandbox-google.ts';

describe('POST /sandbox/security-events', () => {
  let google: TestGoogle;
  beforeEach(() => {
    google = startTestGoogle();
  });
  const happen = (json: object) => google.call('POST', '/sandbox/security-events', { json });

  it('gives a token that the published keys verify, from an issuer with a slash at its end', async () => {
    const { json } = await happen({ person: 'ada@example.com', type: 'account-disabled', reason: 'hijacking' });
    assert.equal(json.answer, null);
    const configuration = (await google.call('GET', '/.well-known/risc-configuration')).json;
    assert.equal(configuration.issuer, `${issuer}/`);
    const keys = (await google.call('GET', configuration.jwks_uri.replace(issuer, ''))).json;
    const options = { issuer: configuration.issuer, audience: 'sandbox-client' };
    const { payload, protectedHeader } = await jwtVerify(json.token, createLocalJWKSet(keys), options);
    assert.deepEqual([protectedHeader.alg, protectedHeader.typ, payload.exp], ['RS256', 'secevent+jwt', undefined]);
    assert.deepEqual(payload.events, {
      'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {
        subject: { subject_type: 'iss-sub', iss: `${issuer}/`, sub: '108000000000000000001' },
        reason: 'hijacking',
      },
    });
  });

  it('dates an event back', async () => {
    const at = async (secondsAgo: number) => {
      const { json } = await happen({ person: 'ada@example.com', type: 'sessions-revoked', secondsAgo });
      return JSON.parse(Buffer.from(json.token.split('.')[1], 'base64url').toString()).iat as number;
    };
    assert.equal((await at(0)) - (await at(90)), 90);
  });

  it('says who is not there, and what cannot be', async () => {
    const error = async (json: object) => {
      const answer = await happen(json);
      return [answer.status, answer.json.error];
    };
    assert.deepEqual(await error({ person: 'nobody', type: 'sessions-revoked' }), [404, 'unknown_person']);
    assert.deepEqual(await error({ person: 'ada@example.com', type: 'made-up' }), [400, 'invalid_request']);
    assert.deepEqual(await error({ person: 'ada@example.com', type: 'token-revoked' }), [404, 'no_refresh_token']);
  });
});
