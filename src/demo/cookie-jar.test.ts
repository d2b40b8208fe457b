import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCookieJar } from './cookie-jar.ts';

const bridge = new URL('http://localhost:8787/authorize');
const google = new URL('http://127.0.0.1:4400/o/oauth2/v2/auth');
const typed = { method: 'GET', initiator: undefined };

describe('the demo’s cookie jar', () => {
  it('keeps a __Host- cookie of plain http on loopback and sends it back', () => {
    const jar = createCookieJar();
    assert.deepEqual(jar.keep(bridge, ['__Host-browser=abc; Path=/; HttpOnly; Secure; SameSite=Lax']), []);
    assert.equal(jar.headerFor({ url: bridge, ...typed }), '__Host-browser=abc');
  });

  const refused = {
    'a __Host- cookie without Secure': '__Host-a=1; Path=/',
    'a __Host- cookie of another path': '__Host-a=1; Path=/consent; Secure',
    'a __Host- cookie without a path': '__Host-a=1; Secure',
    'a __Host- cookie with a domain': '__Host-a=1; Path=/; Secure; Domain=localhost',
    'a __Secure- cookie without Secure': '__Secure-a=1; Path=/',
    'a cookie of another domain': 'a=1; Domain=example.com',
    'SameSite=None without Secure': 'a=1; SameSite=None',
    'a cookie without a name': '=1',
  };
  for (const [what, line] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      const jar = createCookieJar();
      assert.equal(jar.keep(bridge, [line]).length, 1);
      assert.equal(jar.headerFor({ url: bridge, ...typed }), undefined);
    });
  }

  it('refuses a Secure cookie of plain http elsewhere', () => {
    assert.equal(createCookieJar().keep(new URL('http://ga.example.com/'), ['a=1; Secure']).length, 1);
  });

  it('keeps cookies apart by host, and not by port', () => {
    const jar = createCookieJar();
    jar.keep(bridge, ['a=1; Path=/']);
    assert.equal(jar.headerFor({ url: new URL('http://localhost:9/'), ...typed }), 'a=1');
    assert.equal(jar.headerFor({ url: google, ...typed }), undefined);
    assert.deepEqual(jar.names('localhost'), ['a']);
  });

  it('sends a cookie to its path and below, longer paths first', () => {
    const jar = createCookieJar();
    jar.keep(new URL('http://localhost/'), [
      'a=1; Path=/',
      'b=2; Path=/con',
      'c=3; Path=/consent',
      'd=4; Path=/consent/',
    ]);
    jar.keep(new URL('http://localhost/consent/page'), ['e=5']);
    const header = (path: string) => jar.headerFor({ url: new URL(`http://localhost${path}`), ...typed });
    assert.equal(header('/consent'), 'c=3; e=5; a=1');
    assert.equal(header('/consent/x'), 'd=4; c=3; e=5; a=1');
  });

  it('sends Lax cookies with links from other sites but not with their forms, and Strict ones with neither', () => {
    const jar = createCookieJar();
    jar.keep(bridge, ['unsaid=1', 'lax=2; SameSite=Lax', 'strict=3; SameSite=Strict', 'none=4; SameSite=None; Secure']);
    const sent = (method: string, initiator: URL) => jar.headerFor({ url: bridge, method, initiator });
    assert.equal(sent('GET', google), 'unsaid=1; lax=2; none=4');
    assert.equal(sent('POST', google), 'none=4');
    assert.equal(sent('POST', new URL('http://localhost:9/')), 'unsaid=1; lax=2; strict=3; none=4');
  });

  it('replaces a cookie, lets it expire and deletes it', () => {
    let now = 1_000_000;
    const jar = createCookieJar(() => now);
    const header = () => jar.headerFor({ url: bridge, ...typed });
    jar.keep(bridge, [
      'a=1; Max-Age=10',
      'b=1; Expires=Thu, 01 Jan 1970 01:00:00 GMT',
      'c=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ]);
    jar.keep(bridge, ['a=2; Max-Age=10']);
    assert.equal(header(), 'a=2; b=1; c=1');
    now += 10_000;
    assert.equal(header(), 'b=1; c=1');
    jar.keep(bridge, ['b=; Max-Age=0']);
    assert.equal(header(), 'c=1');
  });
});
