/** The WWW-Authenticate challenge, as text that other programs take apart. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BearerError, ToolError } from '../errors.ts';
import { challenge, refusalOf, refuseTokenInUrl } from './challenge.ts';

const parts = { publicUrl: 'https://ga.example.com', scopes: ['a', 'b'] };
const METADATA = 'resource_metadata="https://ga.example.com/.well-known/oauth-protected-resource/mcp"';

describe('the challenge (RFC 6750 3)', () => {
  it('names metadata, scopes, error and description, in this order', () => {
    const text = challenge(parts, new BearerError(403, 'insufficient_scope', 'More is needed', { scopes: ['a', 'c'] }));
    const expected = `Bearer ${METADATA}, scope="a c", error="insufficient_scope", error_description="More is needed"`;
    assert.equal(text, expected);
  });

  it('leaves the scopes out when there are none to ask for', () => {
    assert.equal(challenge({ ...parts, scopes: [] }, new BearerError(401, undefined, 'x')), `Bearer ${METADATA}`);
  });

  it('writes typographic signs as plain ones', () => {
    const text = challenge(parts, new BearerError(401, 'invalid_token', 'It’s “gone” – really…'));
    assert.match(text, /error_description="It's 'gone' - really-"$/);
  });

  it('stays within the characters of RFC 6750 whatever the description holds', () => {
    const check = fc.property(fc.string({ unit: 'binary' }), (description) => {
      const text = challenge(parts, new BearerError(401, 'invalid_token', description));
      assert.match(text, /, error_description="[\x20\x21\x23-\x5b\x5d-\x7e]*"$/);
      assert.doesNotThrow(() => new Headers({ 'WWW-Authenticate': text }));
    });
    fc.assert(check);
  });
});

describe('a failed call that a challenge can mend', () => {
  it('asks for the scopes of the tool and those the failure adds, each once', () => {
    const refusal = refusalOf(new ToolError('scope-missing', 'More.', { scopes: ['b', 'c'] }), ['a', 'b']);
    assert.deepEqual(refusal?.scopes, ['a', 'b', 'c']);
    assert.equal(refusal?.status, 403);
  });

  it('is no other kind than a missing scope or a dead link', () => {
    assert.equal(refusalOf(new ToolError('connect-again', 'Gone.'), ['a'])?.code, 'invalid_token');
    for (const kind of ['bad-input', 'no-access', 'quota', 'unavailable', 'operator', 'not-found'] as const) {
      assert.equal(refusalOf(new ToolError(kind, 'x'), ['a']), undefined, kind);
    }
  });
});

describe('a token in the URL (RFC 6750 2.3)', () => {
  it('is refused without being repeated', () => {
    assert.throws(
      () => refuseTokenInUrl('https://ga.example.com/mcp?access_token=secret-value'),
      (error) => error instanceof BearerError && error.status === 400 && !error.message.includes('secret-value'),
    );
    assert.doesNotThrow(() => refuseTokenInUrl('https://ga.example.com/mcp?tokens=1'));
  });
});
