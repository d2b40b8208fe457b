import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OAuthError } from '../errors.ts';
import { readClientMetadata } from './client-metadata.ts';

const URI = 'https://client.example/cb';
const read = (changed: Record<string, unknown> = {}) =>
  readClientMetadata(JSON.stringify({ redirect_uris: [URI], ...changed }));

const refused = (code: string, words: string) => (error: unknown) => {
  assert.ok(error instanceof OAuthError, String(error));
  assert.deepEqual([error.code, error.message], [code, words]);
  return true;
};

describe('what a client says of itself when it registers (RFC 7591 2)', () => {
  it('may be nothing but where it lives', () => {
    assert.deepEqual(read(), {
      name: 'An app without a name',
      redirectUris: [URI],
      authMethod: 'client_secret_basic',
      applicationType: 'web',
      clientUri: undefined,
      logoUri: undefined,
    });
  });

  it('may fill every member', () => {
    const said = {
      client_name: '  An app ',
      client_uri: 'https://client.example/',
      logo_uri: 'http://client.example/logo.png',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['refresh_token', 'authorization_code'],
      response_types: ['token', 'code'],
    };
    assert.deepEqual(read(said), {
      name: 'An app',
      redirectUris: [URI],
      authMethod: 'none',
      applicationType: 'native',
      clientUri: 'https://client.example/',
      logoUri: 'http://client.example/logo.png',
    });
  });

  it('counts for nothing where it is null or empty', () => {
    const members = ['client_name', 'client_uri', 'logo_uri', 'token_endpoint_auth_method', 'application_type'];
    for (const member of [...members, 'grant_types', 'response_types'])
      assert.deepEqual(read({ [member]: null }), read(), member);
    for (const name of ['', '   ']) assert.equal(read({ client_name: name }).name, 'An app without a name');
  });

  it('may be as long as its limits and no longer', () => {
    const limits: [string, (size: number) => unknown, number][] = [
      ['client_name', (size) => 'x'.repeat(size), 200],
      ['client_uri', (size) => 'x'.repeat(size), 2000],
      ['logo_uri', (size) => 'x'.repeat(size), 2000],
      ['application_type', (size) => 'x'.repeat(size), 100],
      ['grant_types', (size) => ['authorization_code', 'x'.repeat(size)], 200],
      ['grant_types', (size) => Array(size).fill('authorization_code'), 20],
      ['response_types', (size) => ['code', 'x'.repeat(size)], 200],
      ['response_types', (size) => Array(size).fill('code'), 20],
    ];
    for (const [member, fill, most] of limits) {
      read({ [member]: fill(most) });
      assert.throws(
        () => read({ [member]: fill(most + 1) }),
        refused('invalid_client_metadata', `${member} is too long or has not the form that RFC 7591 gives it.`),
      );
    }
    assert.throws(
      () => read({ token_endpoint_auth_method: 'x'.repeat(101) }),
      refused(
        'invalid_client_metadata',
        'token_endpoint_auth_method is too long or has not the form that RFC 7591 gives it.',
      ),
    );
  });

  it('names one to twenty redirect URIs', () => {
    const uris = (count: number) => Array.from({ length: count }, (_, n) => `${URI}/${n}`);
    for (const count of [1, 20]) assert.deepEqual(read({ redirect_uris: uris(count) }).redirectUris, uris(count));
    for (const wrong of [[], uris(21), URI, [7], [null], null, undefined])
      assert.throws(
        () => read({ redirect_uris: wrong }),
        refused('invalid_redirect_uri', 'redirect_uris must be a list of one to 20 URIs.'),
      );
    assert.deepEqual(read({ redirect_uris: [URI, `${URI}/2`, URI] }).redirectUris, [URI, `${URI}/2`]);
  });

  it('is told which redirect URI is wrong, and why', () => {
    assert.throws(
      () => read({ redirect_uris: [URI, 'http://client.example/cb', 'javascript:alert(1)'] }),
      refused('invalid_redirect_uri', 'redirect_uris[1] is plain http on a host that is not loopback.'),
    );
  });

  it('may spend 8192 characters on redirect URIs together', () => {
    const uris = Array.from({ length: 8 }, (_, n) => `${URI}?${n}`.padEnd(1024, 'x'));
    assert.equal(read({ redirect_uris: uris }).redirectUris.length, 8);
    assert.throws(
      () => read({ redirect_uris: uris.with(0, `${uris[0]}x`) }),
      refused('invalid_redirect_uri', 'redirect_uris has more than 8192 characters together.'),
    );
  });

  it('must want what this server gives: codes', () => {
    for (const grants of [[], ['implicit'], ['client_credentials', 'refresh_token']])
      assert.throws(
        () => read({ grant_types: grants }),
        refused('invalid_client_metadata', 'grant_types must include authorization_code.'),
      );
    for (const responses of [[], ['token']])
      assert.throws(
        () => read({ response_types: responses }),
        refused('invalid_client_metadata', 'response_types must include code.'),
      );
  });

  it('chooses a secret in the header or the body, or none; keys are for documents', () => {
    for (const method of ['none', 'client_secret_basic', 'client_secret_post'])
      assert.equal(read({ token_endpoint_auth_method: method }).authMethod, method);
    const wanted = 'token_endpoint_auth_method must be none, client_secret_post or client_secret_basic';
    for (const method of ['', 'None', 'tls_client_auth', 'client_secret_jwt', 'x'.repeat(100)])
      assert.throws(
        () => read({ token_endpoint_auth_method: method }),
        refused('invalid_client_metadata', `${wanted}.`),
      );
    assert.throws(
      () => read({ token_endpoint_auth_method: 'private_key_jwt' }),
      refused(
        'invalid_client_metadata',
        `${wanted}; with a key pair, use the URL of a client metadata document as client_id instead of registering.`,
      ),
    );
  });

  it('is native when it says so, or when one of its URIs belongs to a program', () => {
    const typeOf = (said: string | undefined, ...uris: string[]) =>
      read({ application_type: said, redirect_uris: uris }).applicationType;
    assert.equal(typeOf('native', URI), 'native');
    assert.equal(typeOf('web', URI, 'http://localhost:1/cb'), 'native');
    assert.equal(typeOf('web', URI, 'app://cb'), 'native');
    for (const said of [undefined, 'web', 'service', 'Native']) assert.equal(typeOf(said, URI), 'web', said);
    assert.equal(typeOf(undefined, 'HTTPS://client.example/cb'), 'web');
  });

  it('is shown with web addresses only, and with none that begin with the name of another host', () => {
    for (const address of [
      'javascript:alert(1)',
      'data:image/png,x',
      'ftp://client.example/',
      'xhttps://client.example/',
      'httpsx://client.example/',
      'https://chatgpt.com@client.example/',
      'https://:chatgpt.com@client.example/',
      'client.example',
      '',
    ]) {
      assert.equal(read({ client_uri: address }).clientUri, undefined, address);
      assert.equal(read({ logo_uri: address }).logoUri, undefined, address);
    }
  });
});
