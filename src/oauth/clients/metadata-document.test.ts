import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { ClientDocumentError, FetchError } from '../../errors.ts';
import type { Client } from '../../store/records.ts';
import { FetchesBusy } from './cached-document.ts';
import { createTestInternet, silent, status, type TestInternet } from './documents.fixture.ts';
import { createFindClient, mustUsePkce } from './find.ts';
import { knownDocuments } from './known-documents.ts';
import { createDocumentClients, type DocumentPolicy, problemOfClientId, readDocument } from './metadata-document.ts';

const ID = 'https://app.example/client.json';
const DOCUMENT = { client_id: ID, client_name: 'An app', redirect_uris: ['https://app.example/callback'] };

const read = (changed: Record<string, unknown> = {}, policy: DocumentPolicy = 'open'): Client =>
  readDocument({ ...DOCUMENT, ...changed }, ID, { policy, at: 1 });

const refusedFor = (why: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ClientDocumentError, String(error));
  assert.equal(error.kind, 'invalid');
  assert.match(error.message, why);
  return true;
};

describe('a URL as a client id (CIMD draft, "Client Identifier URL")', () => {
  it('is an https URL with a path', () => {
    const good = [
      'https://chatgpt.com/oauth/client.json',
      'https://claude.ai/oauth/mcp-oauth-client-metadata',
      'https://app.example:8443/c',
      'https://app.example/c?v=1',
      'https://app.example/a/',
      'https://xn--bcher-kva.example/c',
      `https://app.example/${'a'.repeat(512 - 20)}`,
    ];
    for (const url of good) assert.equal(problemOfClientId(url), undefined, url);
  });

  it('has no other scheme, no missing path and no parts that hide something', () => {
    const bad: Record<string, string[]> = {
      'is longer than 512 characters': [`https://app.example/${'a'.repeat(513 - 20)}`],
      'is not an https URL in printable characters': [
        ...[
          '',
          'http://app.example/c',
          'HTTPS://app.example/c',
          'ftp://app.example/c',
          'javascript:alert(1)',
          'client',
        ],
        ...[
          'xhttps://app.example/c',
          'https://',
          'https:app.example/c',
          'https:\\\\app.example/c',
          'https://app.example/ü',
        ],
        ...['https://app.example/c d', ' https://app.example/c', 'https://app.example/c\n', 'https://bücher.example/c'],
        'https://app.example:99999/c',
      ],
      'has a fragment': ['https://app.example/c#', 'https://app.example/c#x'],
      'has user information': ['https://u@app.example/c', 'https://u:p@app.example/c', 'https://:p@app.example/c'],
      'names an address in place of a host': [
        ...['https://127.0.0.1/c', 'https://2130706433/c', 'https://0x7f.1/c', 'https://[::1]/c', 'https://8.8.8.8/c'],
      ],
      'is not spelt as a URL parser would spell it': [
        ...['https://app.example', 'https:///c', 'https://@app.example/c', 'https://app.example/a/../c'],
        ...['https://app.example/./c', 'https://app.example/a/..', 'https://app.example/a/%2e%2e/c'],
        ...['https://app.example/%2E/c', 'https://app.example/a/.%2e/c', 'https://app.example:443/c'],
        ...['https://APP.example/c', 'https://app.example\\c', 'https://app%2eexample/c'],
      ],
      'has no path': ['https://app.example/', 'https://app.example/?x'],
    };
    for (const [problem, urls] of Object.entries(bad))
      for (const url of urls) assert.equal(problemOfClientId(url), problem, url);
  });

  it('is always the text that will be asked for, whatever is made up', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string()), (text) => {
        const url = text.replace(/^http:/, 'https:');
        if (problemOfClientId(url) !== undefined) return;
        assert.equal(new URL(url).href, url);
        assert.equal(new URL(url).protocol, 'https:');
      }),
    );
  });
});

describe('a client metadata document', () => {
  it('becomes a client with its name, redirect URIs and links', () => {
    assert.deepEqual(read({ client_uri: 'https://app.example', logo_uri: 'https://app.example/l.png', other: [1] }), {
      clientId: ID,
      kind: 'document',
      name: 'An app',
      redirectUris: ['https://app.example/callback'],
      authMethods: ['none'],
      secretHash: undefined,
      mode: 'broker',
      createdAt: 1,
      lastUsedAt: undefined,
      clientUri: 'https://app.example',
      logoUri: 'https://app.example/l.png',
    });
  });

  it('must name exactly the URL that it was read from', () => {
    for (const id of [`${ID}/`, `${ID}?`, ID.toUpperCase(), 'https://other.example/client.json', '', undefined, 7]) {
      assert.throws(() => read({ client_id: id }), refusedFor(/client_id/), String(id));
    }
  });

  it('must have a name and redirect URIs', () => {
    for (const name of [undefined, '', '   ', 7, 'n'.repeat(201)])
      assert.throws(() => read({ client_name: name }), refusedFor(/client_name/));
    for (const uris of [undefined, [], 'https://app.example/callback', [7], Array(21).fill(DOCUMENT.redirect_uris[0])])
      assert.throws(() => read({ redirect_uris: uris }), refusedFor(/redirect_uris/));
  });

  it('may be as large as its limits', () => {
    assert.equal(read({ client_name: 'A' }).name, 'A');
    assert.equal(read({ client_name: 'n'.repeat(200) }).name.length, 200);
    assert.equal(read({ redirect_uris: Array(20).fill('https://app.example/callback') }).redirectUris.length, 20);
    const long = `https://app.example/${'a'.repeat(1980)}`;
    assert.equal(read({ client_uri: long }).clientUri, long);
    assert.equal(read({ client_uri: `${long}a` }).clientUri, undefined);
    const keys = (count: number) => ({ keys: Array(count).fill({ kty: 'EC' }) });
    assert.equal(read({ jwks: keys(10) }).jwks?.keys.length, 10);
    assert.throws(() => read({ jwks: keys(11) }), refusedFor(/jwks/));
  });

  it('leaves nothing behind but what is used, however much it is filled with', () => {
    const junk = Array(20_000).fill({});
    const client = read({
      junk,
      jwks: {
        keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', junk }, { kty: 'EC', x: junk }, { kty: 'x'.repeat(9999) }],
      },
      grant_types: ['authorization_code'],
    });
    assert.deepEqual(client.jwks, { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] });
    assert.ok(JSON.stringify(client).length < 500);
    const long = 'x'.repeat(10_000);
    for (const member of ['token_endpoint_auth_method', 'token_endpoint_auth_signing_alg', 'jwks_uri'])
      assert.throws(
        () => read({ [member]: `client_secret${long}` }),
        (error: Error) => error.message.length < 200,
      );
    assert.throws(() => read({ client_name: `name${' '.repeat(10_000)}` }), refusedFor(/client_name/));
  });

  it('is refused for one redirect URI among good ones that nobody may register', () => {
    for (const uri of [
      'javascript:alert(1)',
      'http://app.example/cb',
      'https://a.example/*',
      'https://a.example/#x',
      '/cb',
    ])
      assert.throws(
        () => read({ redirect_uris: ['https://app.example/callback', uri] }),
        refusedFor(/redirect_uris\[1\]/),
      );
  });

  it('is refused when it is no object', () => {
    for (const value of [null, [], 'text', 7, true])
      assert.throws(() => readDocument(value, ID, { policy: 'open', at: 1 }), refusedFor(/the document/));
  });

  it('is not refused for members that are only shown, or that we do not know', () => {
    const client = read({ client_uri: 7, logo_uri: ['x'], application_type: 'native', contacts: 7, scope: null });
    assert.equal(client.clientUri, undefined);
    assert.equal(client.logoUri, undefined);
  });

  it('may name grant types that we do not know, beside the one that we need', () => {
    const claude = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'];
    read({ grant_types: claude, response_types: ['code', 'token'] });
    assert.throws(() => read({ grant_types: ['client_credentials'] }), refusedFor(/grant_types/));
    assert.throws(() => read({ response_types: ['token'] }), refusedFor(/response_types/));
  });
});

describe('how a client known by its document may prove itself', () => {
  const keys = { jwks_uri: 'https://app.example/jwks.json' };
  const methods = (changed: Record<string, unknown>) => read(changed).authMethods;
  const PLURAL = 'token_endpoint_auth_methods_supported';
  const SINGULAR = 'token_endpoint_auth_method';

  it('is any method that it and we both know, read from the plural member first', () => {
    assert.deepEqual(methods({ ...keys, [SINGULAR]: 'private_key_jwt', [PLURAL]: ['none', 'private_key_jwt'] }), [
      'none',
      'private_key_jwt',
    ]);
    assert.deepEqual(methods({ ...keys, [SINGULAR]: 'private_key_jwt', [PLURAL]: ['none'] }), ['none']);
    assert.deepEqual(methods({ ...keys, [SINGULAR]: 'none', [PLURAL]: ['private_key_jwt'] }), ['private_key_jwt']);
    assert.deepEqual(methods({ ...keys, [PLURAL]: ['tls_client_auth', 'private_key_jwt'] }), ['private_key_jwt']);
  });

  it('is the singular one where there is no plural, and none where there is neither', () => {
    assert.deepEqual(methods({ ...keys, [SINGULAR]: 'private_key_jwt' }), ['private_key_jwt']);
    assert.deepEqual(methods({ [SINGULAR]: 'none' }), ['none']);
    assert.deepEqual(methods({}), ['none']);
  });

  it('is never a shared secret, in whichever member one is named', () => {
    for (const method of ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']) {
      assert.throws(() => read({ [SINGULAR]: method }), refusedFor(/shared secret/));
      assert.throws(() => read({ [PLURAL]: ['none', method] }), refusedFor(/shared secret/));
      assert.throws(() => read({ [SINGULAR]: method, [PLURAL]: ['none'] }), refusedFor(/shared secret/));
    }
    for (const secret of ['s', '', null, 7])
      assert.throws(() => read({ client_secret: secret }), refusedFor(/client_secret/));
    assert.throws(() => read({ client_secret_expires_at: 0 }), refusedFor(/client_secret_expires_at/));
  });

  it('is not signing without keys, or with an algorithm that we do not check', () => {
    const both = { [PLURAL]: ['none', 'private_key_jwt'] };
    assert.deepEqual(methods(both), ['none']);
    assert.deepEqual(methods({ ...both, ...keys, token_endpoint_auth_signing_alg: 'HS256' }), ['none']);
    assert.equal(read({ ...both, ...keys, token_endpoint_auth_signing_alg: 'ES256' }).assertionAlgorithm, 'ES256');
    for (const lacking of [{}, { ...keys, token_endpoint_auth_signing_alg: 'none' }])
      assert.throws(() => read({ ...lacking, [PLURAL]: ['private_key_jwt'] }), refusedFor(/no way to authenticate/));
    assert.throws(() => read({ [PLURAL]: [] }), refusedFor(/no way to authenticate/));
  });

  it('takes keys in one place, public ones only, at a public https URL', () => {
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };
    assert.deepEqual(read({ jwks, [SINGULAR]: 'private_key_jwt' }).jwks, jwks);
    assert.throws(() => read({ ...keys, jwks }), refusedFor(/exclude each other/));
    for (const key of [{ kty: 'RSA', d: 'd' }, { kty: 'oct' }, { kty: 'odd', k: 'k' }, { kty: 'EC', d: null }])
      assert.throws(() => read({ jwks: { keys: [...jwks.keys, key] } }), refusedFor(/private key/));
    for (const uri of ['http://app.example/j', 'https://10.0.0.1/j', 'https://u@app.example/j', 'data:,{}', 'j', ''])
      assert.throws(() => read({ jwks_uri: uri }), refusedFor(/jwks_uri/), uri);
  });

  it('takes keys from another host only where every host is let in', () => {
    const elsewhere = { jwks_uri: 'https://keys.example/jwks.json' };
    assert.equal(read(elsewhere).jwksUri, elsewhere.jwks_uri);
    assert.equal(read(keys, ['app.example']).jwksUri, keys.jwks_uri);
    assert.throws(() => read(elsewhere, ['app.example']), refusedFor(/jwks_uri is at a host/));
    assert.equal(read(elsewhere, ['app.example', 'keys.example']).jwksUri, elsewhere.jwks_uri);
  });

  it('never spares it PKCE', () => {
    assert.equal(mustUsePkce(read({ ...keys, [PLURAL]: ['private_key_jwt'] })), true);
    assert.equal(mustUsePkce({ ...read(), kind: 'registered', authMethods: ['none'] }), true);
    assert.equal(mustUsePkce({ ...read(), kind: 'registered', authMethods: ['client_secret_post'] }), false);
  });
});

describe('finding a client by its document', () => {
  let internet: TestInternet;
  beforeEach(() => {
    internet = createTestInternet();
  });
  let time = 1_800_000_000_000;
  const finder = (policy: DocumentPolicy = 'open') =>
    createDocumentClients({ fetch: internet.fetch, policy, now: () => time, log: silent });

  it('reads the document at the id', async () => {
    internet.serve(ID, DOCUMENT);
    assert.equal((await finder()(ID))?.name, 'An app');
    assert.deepEqual(internet.asked, [ID]);
  });

  it('keeps it for five minutes at least, a day at most, and a week while its host fails', async () => {
    const MINUTE = 60_000;
    const DAY = 24 * 60 * MINUTE;
    const find = finder();
    const asksAfter = async (milliseconds: number) => {
      time += milliseconds;
      internet.asked.length = 0;
      await find(ID);
      return internet.asked.length;
    };
    internet.serve(ID, DOCUMENT, { 'cache-control': 'no-store' });
    assert.deepEqual([await asksAfter(0), await asksAfter(5 * MINUTE - 1)], [1, 0]);
    internet.serve(ID, DOCUMENT, { 'cache-control': 'max-age=31536000' });
    assert.deepEqual([await asksAfter(1), await asksAfter(DAY - 1), await asksAfter(1)], [1, 0, 1]);
    internet.fail(ID, status(503));
    assert.equal(await asksAfter(7 * DAY - 1), 1);
    await assert.rejects(asksAfter(1), ClientDocumentError);
  });

  it('keeps five hundred of them and no more', async () => {
    const find = finder();
    for (let n = 0; n <= 500; n += 1) {
      const id = `https://app${n}.example/c`;
      internet.serve(id, { ...DOCUMENT, client_id: id });
      await find(id);
    }
    internet.asked.length = 0;
    for (const n of [1, 500, 0]) await find(`https://app${n}.example/c`);
    assert.deepEqual(internet.asked, ['https://app0.example/c']);
  });

  it('asks no host for what cannot be a client id', async () => {
    for (const id of ['https://app.example', 'https://u@app.example/c', 'https://127.0.0.1/c', `${ID}#x`])
      assert.equal(await finder()(id), undefined, id);
    assert.deepEqual(internet.asked, []);
  });

  it('asks only the hosts that the operator lets in, by their whole name', async () => {
    internet.serve(ID, DOCUMENT);
    assert.equal((await finder(['app.example'])(ID))?.clientId, ID);
    internet.asked.length = 0;
    for (const policy of [['example'], ['pp.example'], ['other.example'], ['app.example.other'], []])
      assert.equal(await finder(policy)(ID), undefined, String(policy));
    for (const id of ['https://app.example:8443/c', 'https://sub.app.example/c', 'https://app.example.evil.test/c'])
      assert.equal(await finder(['app.example'])(id), undefined, id);
    assert.deepEqual(internet.asked, []);
  });

  it('refuses a document that lies about whose it is, and remembers nothing of it', async () => {
    internet.serve('https://evil.test/client.json', DOCUMENT);
    const find = finder();
    await assert.rejects(find('https://evil.test/client.json'), refusedFor(/client_id is not the URL/));
    internet.serve(ID, { ...DOCUMENT, client_name: 'The real one' });
    assert.equal((await find(ID))?.name, 'The real one');
  });

  it('takes the packaged copy of a known client when its host turns servers away', async () => {
    for (const { document } of knownDocuments) {
      for (const failure of [status(403), status(503), status(429), new FetchError('too-slow', '')]) {
        internet.fail(document.client_id, failure);
        const client = await finder()(document.client_id);
        assert.equal(client?.clientId, document.client_id);
        assert.equal(client?.name, document.client_name);
      }
    }
    internet.fail(ID, status(403));
    await assert.rejects(finder()(ID), (error) => error instanceof ClientDocumentError && error.kind === 'unreachable');
  });

  const CLAUDE = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
  const packaged = knownDocuments.find(({ document }) => document.client_id === CLAUDE)?.document;
  const asTime = async (find: ReturnType<typeof finder>) => {
    time += 8 * 24 * 3600_000;
    return find(CLAUDE);
  };

  it('takes no packaged copy of a document that is gone, wrong or moved, nor when the host fails after that', async () => {
    const words: (() => void)[] = [
      () => internet.fail(CLAUDE, status(404)),
      () => internet.fail(CLAUDE, status(410)),
      () => internet.serve(CLAUDE, { ...packaged, client_secret: 's' }),
    ];
    for (const say of words) {
      const find = finder();
      say();
      await assert.rejects(asTime(find), refusedFor(/./));
      internet.fail(CLAUDE, status(403));
      await assert.rejects(asTime(find), ClientDocumentError);
    }
    for (const code of [400, 401]) {
      internet.fail(CLAUDE, status(code));
      await assert.rejects(asTime(finder()), ClientDocumentError);
    }
    internet.fail(CLAUDE, new FetchError('redirect', '', { status: 302 }));
    await assert.rejects(asTime(finder()), refusedFor(/^$/));
  });

  it('takes no packaged copy once the live document was another in what counts', async () => {
    const find = finder();
    internet.serve(CLAUDE, { ...packaged, client_name: 'Claude, renamed' });
    assert.equal((await asTime(find))?.name, 'Claude, renamed');
    internet.fail(CLAUDE, status(403));
    assert.equal((await asTime(find))?.name, 'Claude');
    internet.serve(CLAUDE, { ...packaged, redirect_uris: ['https://claude.ai/new'] });
    assert.deepEqual((await asTime(find))?.redirectUris, ['https://claude.ai/new']);
    internet.fail(CLAUDE, status(403));
    await assert.rejects(asTime(find), ClientDocumentError);
  });

  it('takes no packaged copy because we had no room to ask', async () => {
    internet.fail(CLAUDE, new FetchError('busy', ''));
    await assert.rejects(asTime(finder()), FetchesBusy);
  });

  it('keeps the document of a connected client through any number of others', async () => {
    const isConnected = async (id: string) => id === ID;
    const find = createDocumentClients({
      fetch: internet.fetch,
      policy: 'open',
      now: () => time,
      log: silent,
      isConnected,
    });
    internet.serve(ID, DOCUMENT);
    await find(ID);
    for (let n = 0; n <= 500; n += 1) {
      const id = `https://app${n}.example/c`;
      internet.serve(id, { ...DOCUMENT, client_id: id });
      await find(id);
    }
    internet.asked.length = 0;
    await find(ID);
    assert.deepEqual(internet.asked, []);
  });

  it('asks the host of a known client first, and takes its word over the packaged copy', async () => {
    const id = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
    internet.serve(id, { ...DOCUMENT, client_id: id, client_name: 'Claude the second' });
    assert.equal((await finder()(id))?.name, 'Claude the second');
    internet.serve(id, { ...DOCUMENT, client_id: id, token_endpoint_auth_method: 'client_secret_basic' });
    await assert.rejects(finder()(id), refusedFor(/shared secret/));
  });

  it('takes no packaged copy of a host that the operator does not let in', async () => {
    assert.equal(await finder(['app.example'])('https://chatgpt.com/oauth/client.json'), undefined);
  });

  it('leaves a line in the log for an id that was refused, cut to the length of one, and for a copy that serves', async () => {
    const lines: unknown[][] = [];
    const log = { ...silent, info: (...line: unknown[]) => void lines.push(line) } as typeof silent;
    const find = createDocumentClients({ fetch: internet.fetch, policy: ['chatgpt.com'], now: () => time, log });
    const step = 'client-document';
    const long = `https://app.example/${'a'.repeat(600)}`;
    await find(long);
    await find(ID);
    assert.deepEqual(lines.splice(0), [
      [{ step, client: long.slice(0, 512), problem: 'is longer than 512 characters' }, 'a client id was refused'],
      [{ step, client: ID, problem: 'is at a host that the operator does not let in' }, 'a client id was refused'],
    ]);
    const known = 'https://chatgpt.com/oauth/client.json';
    await find(known);
    assert.deepEqual(lines, [
      [{ step, url: known, why: 'there is no such host' }, "a client's metadata document was not had"],
      [{ step, client: known, seen: '2026-09-08' }, 'the packaged copy serves'],
    ]);
  });

  it('is tried for https ids only, and for none when documents are switched off', async () => {
    const stored = read({ client_name: 'stored' });
    const clients = { find: async () => stored };
    internet.serve(ID, DOCUMENT);
    const on = createFindClient({ clients, documents: finder() });
    assert.equal((await on(ID))?.name, 'An app');
    assert.equal((await on('http://app.example/client.json'))?.name, 'stored');
    assert.equal((await on('kL0-x'))?.name, 'stored');
    const off = createFindClient({ clients, documents: undefined });
    assert.equal(await off(ID), undefined);
    assert.equal(await off('x'.repeat(2049)), undefined);
  });
});
