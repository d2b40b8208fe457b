import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { displayHost, isAppUri, isLoopbackUri, isRegistered, problemOf, withParameters } from './redirect-uri.ts';

describe('comparing redirect URIs', () => {
  it('takes the very same text and nothing near it', () => {
    const registered = ['https://claude.ai/api/mcp/auth_callback'];
    assert.equal(isRegistered(registered, 'https://claude.ai/api/mcp/auth_callback'), true);
    for (const near of [
      'https://claude.ai/api/mcp/auth_callback/',
      'https://claude.ai/api/mcp/auth_callback?x',
      'https://claude.ai/api/mcp/auth_callback#x',
      'https://claude.ai:443/api/mcp/auth_callback',
      'https://CLAUDE.ai/api/mcp/auth_callback',
      'http://claude.ai/api/mcp/auth_callback',
      'https://claude.ai/api/mcp/../mcp/auth_callback',
      'https://claude.ai/api/mcp/auth%5Fcallback',
      'https://claude.ai@evil.example/api/mcp/auth_callback',
      'https://claude.ai.evil.example/api/mcp/auth_callback',
      'https://claude.ai\\.evil.example/api/mcp/auth_callback',
      ' https://claude.ai/api/mcp/auth_callback',
      'https://claude.ai/api/mcp/auth_callback\n',
      '',
    ]) {
      assert.equal(isRegistered(registered, near), false, JSON.stringify(near));
    }
  });

  it('ignores the port of http loopback, with and without one registered', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      for (const registered of [`http://${host}/callback`, `http://${host}:3118/callback`]) {
        assert.equal(isRegistered([registered], `http://${host}:49152/callback`), true, registered);
        assert.equal(isRegistered([registered], `http://${host}/callback`), true, registered);
      }
    }
  });

  it('keeps host text, path and query exact on loopback', () => {
    const registered = ['http://localhost/callback'];
    for (const other of [
      'http://127.0.0.1/callback',
      'http://localhost:80@evil.example/callback',
      'http://localhost:1/callback/',
      'http://localhost:1/callback?x=1',
      'http://localhost.evil.example:1/callback',
      'https://localhost:1/callback',
      'http://user@localhost:1/callback',
      'http://localhost:123456/callback',
      'http://localhost:1x/callback',
      'http://localhost:99999/callback',
      'xhttp://localhost:1/callback',
    ]) {
      assert.equal(isRegistered(registered, other), false, other);
    }
  });

  it('ignores the port of every loopback address, and of none that only looks like one', () => {
    assert.equal(isRegistered(['http://127.10.200.3:1/cb'], 'http://127.10.200.3:2/cb'), true);
    for (const [registered, given] of [
      ['http://127.0.0.1.a.example:1/cb', 'http://127.0.0.1.a.example:2/cb'],
      ['https://localhost:1/cb', 'https://localhost:2/cb'],
      ['app://localhost:1/cb', 'app://localhost:2/cb'],
      ['https://a.example/?next=http://localhost:1/cb', 'https://a.example/?next=http://localhost:2/cb'],
      ['http://localhost/*', 'http://localhost:2/*'],
    ] as const) {
      assert.equal(isRegistered([registered], given), false, given);
    }
  });

  it('finds the given one among several, wherever it stands', () => {
    const registered = ['https://vscode.dev/redirect', 'http://127.0.0.1:33418/', 'cursor://a/b'];
    for (const given of ['https://vscode.dev/redirect', 'http://127.0.0.1:50000/', 'cursor://a/b'])
      assert.equal(isRegistered(registered, given), true, given);
    assert.equal(isRegistered([], 'https://vscode.dev/redirect'), false);
  });

  it('keeps the trailing slash that VS Code sends', () => {
    assert.equal(isRegistered(['http://127.0.0.1:33418/'], 'http://127.0.0.1:50000/'), true);
    assert.equal(isRegistered(['http://127.0.0.1:33418/'], 'http://127.0.0.1:50000'), false);
  });

  it("keeps the port of everything else, an app's own scheme whole", () => {
    assert.equal(isRegistered(['https://a.example:8443/cb'], 'https://a.example/cb'), false);
    assert.equal(
      isRegistered(['cursor://anysphere.cursor-mcp/oauth/callback'], 'cursor://anysphere.cursor-mcp/oauth/callback'),
      true,
    );
    assert.equal(
      isRegistered(['cursor://anysphere.cursor-mcp/oauth/callback'], 'cursor://other/oauth/callback'),
      false,
    );
  });

  it('never takes a URI of another host, whatever is written around it', () => {
    const hosts = fc.constantFrom('evil.example', 'chatgpt.com.evil.example', 'evil.example:80');
    const before = fc.constantFrom('', 'chatgpt.com@', 'chatgpt.com:443@', 'chatgpt.com%40', 'localhost:1@');
    const after = fc.constantFrom(
      '',
      '/aip/g-1/oauth/callback',
      '/aip/g-1/oauth/callback?https://chatgpt.com',
      '\\@chatgpt.com',
    );
    const registered = ['https://chatgpt.com/aip/g-1/oauth/callback', 'http://localhost/cb'];
    fc.assert(
      fc.property(fc.constantFrom('http', 'https'), before, hosts, after, (scheme, start, host, end) => {
        assert.equal(isRegistered(registered, `${scheme}://${start}${host}${end}`), false);
      }),
    );
  });

  it('takes a random URI only when it is the registered text', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: false }), fc.webUrl(), (one, other) => {
        const uri = one.replace(/^http:/, 'https:');
        assert.equal(isRegistered([uri], uri), problemOf(uri) === undefined);
        if (other !== uri) assert.equal(isRegistered([uri], other), false);
      }),
    );
  });
});

describe('registering redirect URIs', () => {
  it('takes https, http loopback and app schemes', () => {
    for (const uri of [
      'https://a.example/cb?x=1',
      'http://localhost:1/',
      'http://127.0.0.1/cb',
      'http://[::1]:9/cb',
      'cursor://a/b',
      'cursor://a',
      'com.example.app:/cb',
      'com.example.forms-app:/cb',
      `https://a.example/${'x'.repeat(2048 - 18)}`,
    ]) {
      assert.equal(problemOf(uri), undefined, uri);
    }
  });

  const REFUSED: Record<string, string[]> = {
    'is not an absolute URI of at most 2048 printable characters': [
      '',
      '/relative',
      'https://',
      'cursor:',
      'cursor://',
      'https://a.example/\\',
      'https://a.example/ b',
      'https://a.example/ü',
      'https://a.example/\n',
      'http://localhost:65536/',
      `https://a.example/${'x'.repeat(2049 - 18)}`,
    ],
    'has a fragment': ['https://a.example/#x', 'https://a.example/cb#'],
    'has user information': ['https://u:p@a.example/', 'https://u@a.example/', 'https://:p@a.example/'],
    'has a scheme that browsers execute or hand to a program': [
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'blob:https://a/1',
      'ms-word:ofv|u|https://a.example/a.doc',
    ],
    'has a wildcard, and redirect URIs are compared exactly': ['https://a.example/*', 'https://*.a.example/cb'],
    'is plain http on a host that is not loopback': [
      'http://a.example/cb',
      'http://localhost.a.example/cb',
      'http://127.0.0.1.a.example/cb',
    ],
  };

  it('refuses what runs code, what is plain, and what parsers read differently', () => {
    for (const [problem, uris] of Object.entries(REFUSED))
      for (const uri of uris) assert.equal(problemOf(uri), problem, uri);
  });

  /** Each with two slashes, as an app's own URI is written, so that nothing but its scheme speaks against it. */
  const DANGEROUS: Record<string, string> = {
    'runs as a script, or shows what its sender wrote':
      'javascript data vbscript blob about filesystem view-source mhtml',
    'opens a local file or an archive': 'file jar res nfs smb',
    'starts another app of an Android phone': 'intent market',
    'starts a Microsoft program': 'ms-word ms-settings ms-msdt search search-ms onenote shell',
    'starts an Apple program': 'facetime facetime-audio itms itms-apps itms-services webcal x-apple.systempreferences',
    'calls or writes to somebody': 'callto mailto sip sips skype sms tel teams zoommtg',
    'opens a connection that is not for browsing': 'ftp git ldap ldaps rdp sftp ssh steam telnet vnc ws wss',
  };
  for (const [what, schemes] of Object.entries(DANGEROUS)) {
    it(`refuses a scheme that ${what}`, () => {
      for (const scheme of schemes.split(' '))
        for (const written of [scheme, scheme.toUpperCase()])
          assert.equal(
            problemOf(`${written}://a/b`),
            'has a scheme that browsers execute or hand to a program',
            scheme,
          );
    });
  }
});

describe('registering a redirect URI that a browser reads differently from a parser', () => {
  it('refuses web addresses without their two slashes and host', () => {
    for (const uri of [
      'https:account',
      'https:a.example/cb',
      'https:a.example//cb',
      'https:/a.example/cb',
      'https:///a.example/cb',
      'https:////a.example/cb',
      'HTTPS:a.example/cb',
      'http:localhost/cb',
      'http:/localhost/cb',
      'http:///127.0.0.1/cb',
    ]) {
      assert.match(problemOf(uri) ?? '', /is not written out/, uri);
      assert.equal(isRegistered([uri], uri), false, `${uri}, kept from before it was refused`);
    }
  });

  it('refuses what hands a command to a program', () => {
    for (const uri of [
      'ms-word:ofv|u|https://evil.example/a.doc',
      'MS-CXH-FULL://0',
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      'data:text/html,x',
      'search:query',
      'anyapp:opaque',
      'anyapp:@chatgpt.com',
    ]) {
      assert.notEqual(problemOf(uri), undefined, uri);
    }
  });
});

describe('answering at a redirect URI', () => {
  it('leaves its query byte for byte and adds ours', () => {
    assert.equal(
      withParameters('https://a.example/cb?x=%20+y', { code: 'c', state: 'a b&c', iss: undefined }),
      'https://a.example/cb?x=%20+y&code=c&state=a%20b%26c',
    );
    assert.equal(withParameters('https://a.example/cb', { code: 'c' }), 'https://a.example/cb?code=c');
  });

  it('gives back any state that a client can send', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (state) => {
        assert.equal(new URL(withParameters('https://a.example/cb', { state })).searchParams.get('state'), state);
      }),
    );
  });

  it('names the host that a person recognises', () => {
    assert.equal(displayHost('https://chatgpt.com/aip/x'), 'chatgpt.com');
    assert.equal(displayHost('http://localhost:3333/cb'), 'localhost:3333');
    assert.equal(displayHost('cursor://anysphere.cursor-mcp/oauth'), 'cursor://anysphere.cursor-mcp');
    assert.equal(displayHost('no address'), 'no address');
  });

  it('tells programs of this device from servers elsewhere', () => {
    for (const uri of ['http://127.0.0.1:1/x', 'http://localhost/', 'http://[::1]:1/'])
      assert.equal(isLoopbackUri(uri), true, uri);
    for (const uri of ['https://a.example', 'http://a.example', 'https://localhost/', 'app://localhost/', 'no address'])
      assert.equal(isLoopbackUri(uri), false, uri);
    for (const uri of ['com.example.app:/cb', 'app://cb?next=https://a.example'])
      assert.equal(isAppUri(uri), true, uri);
    for (const uri of ['http://localhost/', 'https://a.example', 'HTTPS://a.example'])
      assert.equal(isAppUri(uri), false, uri);
  });
});
