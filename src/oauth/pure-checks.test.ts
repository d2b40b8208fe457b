/** PKCE, scopes, resources, account policy: small pure rules, each with its section. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OAuthError } from '../errors.ts';
import { createAccountPolicy } from './account-policy.ts';
import { challengeOf, isChallenge, matchesChallenge } from './pkce.ts';
import { chooseResource } from './resource.ts';
import { chooseScopes, narrowScopes, parseScope } from './scope.ts';
import { createScopeWords } from './scope-words.ts';

const refusedAs =
  (code: string, words = '') =>
  (error: unknown) =>
    error instanceof OAuthError && error.code === code && error.message.includes(words);

describe('PKCE (RFC 7636)', () => {
  it('agrees with the example of appendix B', () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    assert.equal(challengeOf(verifier), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
    assert.equal(matchesChallenge('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', verifier), true);
  });

  it('refuses verifiers that are too short, too long or of other characters', () => {
    for (const verifier of ['', 'a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(43)} `, `${'a'.repeat(42)}é`]) {
      assert.equal(matchesChallenge(challengeOf(verifier), verifier), false, verifier);
    }
    for (const verifier of ['a'.repeat(43), 'a'.repeat(128), `${'a'.repeat(43)}._~-`])
      assert.equal(matchesChallenge(challengeOf(verifier), verifier), true, verifier);
  });

  it('takes as a challenge what S256 makes, and nothing shorter, longer or of other characters', () => {
    assert.equal(isChallenge('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-_M'), true);
    for (const other of ['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}=`, ` ${'a'.repeat(43)}`, 'a'])
      assert.equal(isChallenge(other), false, other);
  });
});

describe('scopes (RFC 6749 3.3)', () => {
  const offered = ['analytics.readonly', 'calendar.events', 'offline_access'];

  it('means everything offered when nothing is asked, or only to stay connected', () => {
    for (const asked of [undefined, '', ' ', 'offline_access']) assert.deepEqual(chooseScopes(asked, offered), offered);
  });

  it("understands Google's long names and leaves unknown ones out", () => {
    assert.deepEqual(
      chooseScopes('openid https://www.googleapis.com/auth/analytics.readonly analytics.readonly', offered),
      ['analytics.readonly'],
    );
    assert.deepEqual(chooseScopes('https://www.googleapis.com/auth/calendar.events', offered), ['calendar.events']);
    assert.throws(
      () => chooseScopes('openid email', offered),
      refusedAs('invalid_scope', 'is known here. Known are: analytics.readonly calendar.events offline_access.'),
    );
  });

  it('narrows at a refresh, never widens (RFC 6749 6)', () => {
    assert.equal(narrowScopes(undefined, offered), undefined);
    assert.equal(narrowScopes('offline_access', offered), undefined);
    assert.deepEqual(narrowScopes('analytics.readonly', offered), ['analytics.readonly']);
    for (const asked of ['analytics.edit', 'calendar.events analytics.edit'])
      assert.throws(
        () => narrowScopes(asked, offered.slice(1)),
        refusedAs('invalid_scope', 'more than was granted: calendar.events offline_access.'),
      );
  });

  it('keeps everything, and staying connected with it, for a refresh that names all that was granted', () => {
    assert.equal(narrowScopes('offline_access calendar.events analytics.readonly', offered), undefined);
    assert.equal(narrowScopes('analytics.readonly offline_access', ['analytics.readonly']), undefined);
    assert.deepEqual(narrowScopes('calendar.events offline_access', offered), ['calendar.events', 'offline_access']);
  });

  it('never grants what was not offered', () => {
    const names = fc.array(
      fc.constantFrom<string>('analytics.readonly', 'calendar.events', 'offline_access', 'drive', 'openid', ''),
    );
    fc.assert(
      fc.property(names, names, (asked, available) => {
        try {
          for (const scope of chooseScopes(asked.join(' '), available)) assert.ok(available.includes(scope));
        } catch (error) {
          assert.ok(refusedAs('invalid_scope')(error));
        }
      }),
    );
  });

  it('keeps each name once, in the order asked', () => {
    assert.deepEqual(parseScope('b a b'), ['b', 'a']);
  });

  it('says of several scopes what may be read and what may be changed', () => {
    const { describe, nameOf } = createScopeWords({
      'analytics.readonly': { area: 'Google Analytics', reads: 'See reports' },
      'calendar.events': { area: 'Google Calendar', changes: 'Change events' },
    });
    assert.deepEqual(describe(['analytics.readonly', 'calendar.events', 'offline_access']), {
      reads: ['See reports'],
      changes: ['Change events'],
      subject: 'Google Analytics and Google Calendar',
    });
    assert.deepEqual(['analytics.readonly', 'calendar.events'].map(nameOf), ['See reports', 'Change events']);
    assert.equal(nameOf('unheard.of'), 'unheard.of');
  });
});

describe('resource indicators (RFC 8707)', () => {
  const ours = 'https://ga.example.com/mcp';

  it('takes our endpoint, our origin, and none at all', () => {
    for (const given of [
      undefined,
      ours,
      'https://ga.example.com',
      'https://ga.example.com/',
      'HTTPS://GA.example.com/mcp/',
      'https://ga.example.com:443/mcp',
    ]) {
      assert.equal(chooseResource(given, ours), ours, given);
    }
  });

  it('refuses everything else as invalid_target', () => {
    for (const given of [
      'https://other.example/mcp',
      'http://ga.example.com/mcp',
      `${ours}#x`,
      `${ours}?x=1`,
      `${ours}/x`,
      'mcp',
      'https://ga.example.com:444/mcp',
      'https://ga.example.com.evil.example',
    ]) {
      assert.throws(() => chooseResource(given, ours), refusedAs('invalid_target', `for ${ours} only`), given);
    }
  });
});

describe('ALLOWED_ACCOUNTS', () => {
  it('lets everyone in when it is not set, also an account without an address', () => {
    assert.equal(createAccountPolicy(undefined)(undefined), true);
  });

  it('matches addresses and whole domains, in any case, and nobody else', () => {
    const mayConnect = createAccountPolicy(['ada@example.com', '@example.org']);
    for (const email of ['ada@example.com', 'Ada@Example.COM', 'x@example.org', 'X@EXAMPLE.ORG'])
      assert.equal(mayConnect(email), true, email);
    for (const email of [
      undefined,
      '',
      'bob@example.com',
      'x@sub.example.org',
      'x@example.org.evil.example',
      'ada@example.com@evil.example',
      '@example.org@x',
    ]) {
      assert.equal(mayConnect(email), false, email);
    }
  });
});
