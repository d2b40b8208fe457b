import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClientDocumentError, FetchError, OAuthError } from '../../errors.ts';
import type { AuthMethod, Client } from '../../store/records.ts';
import { StoreError } from '../../store/store.ts';
import { hashSecret } from '../../vault/token.ts';
import { type AuthenticateParts, authenticateClient } from './authenticate.ts';
import { FetchesBusy } from './cached-document.ts';
import { silent } from './documents.fixture.ts';
import { createNotedLog } from './noted-log.fixture.ts';

/** RFC 7523 2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const DOCUMENT_ID = 'https://app.example/client.json';

function client(clientId: string, authMethods: AuthMethod[], secret?: string): Client {
  return {
    clientId,
    kind: clientId === DOCUMENT_ID ? 'document' : 'registered',
    name: 'A client',
    redirectUris: ['https://app.example/cb'],
    authMethods,
    secretHash: secret === undefined ? undefined : hashSecret(secret),
    mode: 'broker',
    createdAt: 0,
    lastUsedAt: undefined,
    clientUri: undefined,
    logoUri: undefined,
  };
}

const CLIENTS = [
  client('public', ['none']),
  client('secret', ['client_secret_basic', 'client_secret_post'], 's3cret'),
  client(DOCUMENT_ID, ['none', 'private_key_jwt']),
  client('signs', ['private_key_jwt']),
];

const UNKNOWN_OR_WRONG = 'The client is unknown here or its credentials are wrong.';

const refusedAs = (code: string, reason?: string) => (error: unknown) => {
  assert.ok(error instanceof OAuthError, String(error));
  assert.equal(error.code, code);
  if (reason !== undefined) assert.equal(error.reason?.kind, reason);
  return true;
};

/** Good for the text `good`; what else happens to an assertion is each test's. */
function partsWith(changed: Partial<AuthenticateParts> = {}): AuthenticateParts {
  return {
    findClient: async (id) => CLIENTS.find(({ clientId }) => clientId === id),
    checkAssertion: async (_client, assertion) => {
      if (!assertion.endsWith('.good')) throw new OAuthError('invalid_client', 'no');
    },
    store: { grants: { existsFor: async () => true } },
    log: silent,
    ...changed,
  };
}

function authenticate(
  body: Record<string, string>,
  { authorization, parts = partsWith() }: { authorization?: string; parts?: AuthenticateParts } = {},
) {
  return authenticateClient(parts, authorization, new Map(Object.entries(body)));
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const jwtFor = (sub: unknown, signature: string) =>
  `e30.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.${signature}`;
const signed = (sub: unknown, signature = 'good') => ({
  client_assertion: jwtFor(sub, signature),
  client_assertion_type: ASSERTION_TYPE,
});

describe('client authentication (RFC 6749 2.3)', () => {
  it('says how the client proved itself', async () => {
    const how = async (...given: Parameters<typeof authenticate>) => (await authenticate(...given)).method;
    assert.equal(await how({ client_id: 'public' }), 'none');
    assert.equal(await how({ client_id: 'secret', client_secret: 's3cret' }), 'client_secret_post');
    assert.equal(await how({}, { authorization: basic('secret:s3cret') }), 'client_secret_basic');
    assert.equal(await how({ client_id: DOCUMENT_ID }), 'none');
    assert.equal(await how({ client_id: DOCUMENT_ID, ...signed(DOCUMENT_ID) }), 'private_key_jwt');
    assert.equal(await how(signed('signs')), 'private_key_jwt');
  });

  it('takes a client by the method that it has, and by no other', async () => {
    const wrong: [Record<string, string>, string][] = [
      [{ client_id: 'secret' }, 'client-secret-wrong'],
      [{ client_id: 'secret', client_secret: 'wrong' }, 'client-secret-wrong'],
      [{ client_id: 'public', client_secret: 's' }, 'client-auth-method'],
      [{ client_id: DOCUMENT_ID, client_secret: 's' }, 'client-auth-method'],
      [{ client_id: 'signs' }, 'client-auth-method'],
      [{ client_id: 'signs', client_secret: 's' }, 'client-auth-method'],
      [signed('public'), 'client-auth-method'],
      [signed('secret'), 'client-auth-method'],
      [{ client_id: 'nobody' }, 'client-unknown'],
      [signed('nobody'), 'client-unknown'],
    ];
    for (const [body, reason] of wrong)
      await assert.rejects(authenticate(body), refusedAs('invalid_client', reason), JSON.stringify(body));
  });

  it('refuses every wrong signature, also of a client that might have come without one', async () => {
    await assert.rejects(authenticate(signed(DOCUMENT_ID, 'bad')), refusedAs('invalid_client'));
    await assert.rejects(authenticate(signed('signs', 'bad')), refusedAs('invalid_client'));
  });

  it('takes one kind of credentials at a time', async () => {
    const secret = { client_secret: 's3cret' };
    const authorization = basic('secret:s3cret');
    await assert.rejects(authenticate(secret, { authorization }), refusedAs('invalid_request'));
    await assert.rejects(authenticate(signed('secret'), { authorization }), refusedAs('invalid_request'));
    await assert.rejects(authenticate({ ...secret, ...signed('secret') }), refusedAs('invalid_request'));
    await assert.rejects(
      authenticate(signed(DOCUMENT_ID), { authorization: basic(`${encodeURIComponent(DOCUMENT_ID)}:`) }),
      refusedAs('invalid_request'),
    );
  });

  it('wants the client_id of the body to be the one that is proved', async () => {
    await assert.rejects(authenticate({ client_id: 'public', ...signed('signs') }), refusedAs('invalid_request'));
    const authorization = basic('secret:s3cret');
    await assert.rejects(authenticate({ client_id: 'public' }, { authorization }), refusedAs('invalid_request'));
    await authenticate({ client_id: 'secret' }, { authorization });
  });

  it('wants an assertion and its type together, and the one type that there is', async () => {
    const { client_assertion, client_assertion_type } = signed('signs');
    await assert.rejects(authenticate({ client_assertion }), refusedAs('invalid_request'));
    await assert.rejects(authenticate({ client_id: 'public', client_assertion_type }), refusedAs('invalid_request'));
    const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer';
    await assert.rejects(
      authenticate({ client_assertion, client_assertion_type: saml }),
      refusedAs('invalid_client', 'client-auth-method'),
    );
  });

  it('refuses a request that names no client, and a header that is not Basic with an id', async () => {
    const nameless = authenticate({ client_secret: 's3cret' });
    await assert.rejects(
      nameless,
      (error) => refusedAs('invalid_client')(error) && /names no client/.test(String(error)),
    );
    for (const authorization of ['', 'Basic', 'Basic !', 'Bearer x', basic(''), basic('secret'), basic(':s3cret')])
      await assert.rejects(
        authenticate({ client_id: 'public' }, { authorization }),
        (error) => refusedAs('invalid_client')(error) && /not HTTP Basic/.test(String(error)),
        authorization,
      );
  });

  it('finds the client of an assertion by its subject, or refuses what has none', async () => {
    for (const sub of [undefined, 7, '', null, {}])
      await assert.rejects(authenticate(signed(sub)), refusedAs('invalid_client'), String(sub));
    const unreadable = { client_assertion: 'x', client_assertion_type: ASSERTION_TYPE };
    await assert.rejects(authenticate(unreadable), refusedAs('invalid_client'));
    await assert.rejects(authenticate({ client_id: 'signs', ...unreadable }), refusedAs('invalid_client'));
  });
});

describe('a refusal to take a client for what it says', () => {
  const jwt = jwtFor('signs', 'good');
  const twice =
    'Authenticate in one way only: the Authorization header, client_secret in the body, or client_assertion.';
  const apart = 'client_assertion and client_assertion_type belong together.';
  const notBasic = 'The Authorization header is not HTTP Basic with a client id and a secret.';
  const method = (used: string) => ({ kind: 'client-auth-method', used });
  const wrong = (reason: object) => ['invalid_client', UNKNOWN_OR_WRONG, reason] as const;
  type Refusal = readonly [code: string, description: string, reason?: object];
  const cases: [body: Record<string, string>, Refusal, authorization?: string][] = [
    [{ client_id: 'nobody' }, wrong({ kind: 'client-unknown' })],
    [{ client_id: 'secret' }, wrong({ kind: 'client-secret-wrong' })],
    [{ client_id: 'secret', client_secret: 'x' }, wrong({ kind: 'client-secret-wrong' })],
    [{ client_id: 'signs' }, wrong(method('nothing, but it must sign'))],
    [{ client_id: 'public', client_secret: 's' }, wrong(method('a secret, which it does not have'))],
    [signed('public'), wrong(method('an assertion'))],
    [{ client_assertion: jwt, client_assertion_type: 'other' }, wrong(method('an assertion of another type'))],
    [{ client_assertion: jwt }, ['invalid_request', apart]],
    [{ client_id: 'public', client_assertion_type: ASSERTION_TYPE }, ['invalid_request', apart]],
    [{ client_secret: 's3cret' }, ['invalid_request', twice], basic('secret:s3cret')],
    [
      { client_id: 'public', ...signed('signs') },
      ['invalid_request', 'client_id in the body differs from the one in the credentials.'],
    ],
    [{}, ['invalid_client', 'The request names no client: send client_id.']],
    [{ client_id: 'public' }, ['invalid_client', notBasic], 'Bearer x'],
  ];

  it('says on the wire what the caller can mend, and in the reason what it was', async () => {
    for (const [body, [code, description, reason], authorization] of cases)
      await assert.rejects(authenticate(body, authorization === undefined ? {} : { authorization }), (error) => {
        assert.ok(error instanceof OAuthError, String(error));
        assert.deepEqual([error.code, error.message, error.reason], [code, description, reason], JSON.stringify(body));
        return true;
      });
  });
});

describe('client authentication while something is not to be had', () => {
  const keysAreAway = partsWith({
    checkAssertion: async () => {
      throw new ClientDocumentError('unreachable', 'no keys');
    },
  });
  const documentIs = (kind: 'unreachable' | 'invalid') =>
    partsWith({
      findClient: async () => {
        throw new ClientDocumentError(kind, 'no document');
      },
    });

  it('counts a client that may come without proof as one that did, when its keys are away', async () => {
    const { log, lines } = createNotedLog();
    const { client: found, method } = await authenticate(signed(DOCUMENT_ID), { parts: { ...keysAreAway, log } });
    assert.equal(found.clientId, DOCUMENT_ID);
    assert.equal(method, 'none');
    const words = 'an assertion could not be verified for want of keys; the client counts as public';
    assert.deepEqual(lines, [['warn', { step: 'token', client: DOCUMENT_ID, why: 'no keys' }, words]]);
  });

  it('tells a client that must sign to come back, when its keys are away', async () => {
    await assert.rejects(authenticate(signed('signs'), { parts: keysAreAway }), (error) => {
      assert.ok(refusedAs('temporarily_unavailable')(error) && error instanceof OAuthError);
      const words = 'What the client publishes about itself cannot be read right now. Try again in a moment.';
      assert.equal(error.message, words);
      assert.ok(error.cause instanceof ClientDocumentError);
      return true;
    });
  });

  it('tells a connected client whose document is away to come back, and never that it is unknown', async () => {
    const parts = documentIs('unreachable');
    await assert.rejects(authenticate({ client_id: DOCUMENT_ID }, { parts }), refusedAs('temporarily_unavailable'));
  });

  it('tells whoever names a host that does not answer, and is connected to nobody, that it is unknown', async () => {
    const parts = { ...documentIs('unreachable'), store: { grants: { existsFor: async () => false } } };
    await assert.rejects(authenticate({ client_id: DOCUMENT_ID }, { parts }), refusedAs('invalid_client'));
  });

  it('tells everybody to come back when there is no room to read documents or keys', async () => {
    const fail = async () => {
      throw new FetchesBusy(new FetchError('busy', ''));
    };
    const strangers = { store: { grants: { existsFor: async () => false } } };
    for (const parts of [partsWith({ findClient: fail, ...strangers }), partsWith({ checkAssertion: fail })])
      await assert.rejects(authenticate(signed(DOCUMENT_ID), { parts }), refusedAs('temporarily_unavailable'));
  });

  it('passes on what is our own trouble', async () => {
    const fail = async () => {
      throw new StoreError('a read failed');
    };
    await assert.rejects(authenticate({ client_id: 'public' }, { parts: partsWith({ findClient: fail }) }), StoreError);
    await assert.rejects(authenticate(signed(DOCUMENT_ID), { parts: partsWith({ checkAssertion: fail }) }), StoreError);
  });

  it('refuses a client whose document is wrong, with the words for an unknown one', async () => {
    const parts = documentIs('invalid');
    const wrong = authenticate({ client_id: DOCUMENT_ID }, { parts });
    await assert.rejects(wrong, refusedAs('invalid_client', 'client-document'));
    await assert.rejects(wrong, (error) => {
      assert.ok(error instanceof OAuthError);
      assert.equal(error.message, UNKNOWN_OR_WRONG);
      assert.deepEqual(error.reason, { kind: 'client-document', problem: 'no document' });
      return true;
    });
  });
});
