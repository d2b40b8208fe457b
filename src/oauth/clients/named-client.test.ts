import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namedClient, readBasic } from './named-client.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const assertionOf = (sub: unknown) => `e30.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.x`;

describe('Basic credentials of a client (RFC 6749 2.3.1, RFC 7617)', () => {
  it('are an id and a secret, each form-encoded, and both as they stand when they are not', () => {
    const cases: [string, { clientId: string; secret: string | undefined }][] = [
      ['id:s3cret', { clientId: 'id', secret: 's3cret' }],
      ['id:with:colon', { clientId: 'id', secret: 'with:colon' }],
      ['https%3A%2F%2Fapp.example%2Fc:a+b%25', { clientId: 'https://app.example/c', secret: 'a b%' }],
      ['id:100%', { clientId: 'id', secret: '100%' }],
      ['idé:ü', { clientId: 'idé', secret: 'ü' }],
      ['id:', { clientId: 'id', secret: undefined }],
    ];
    for (const [text, credentials] of cases) assert.deepEqual(readBasic(basic(text)), credentials, text);
    assert.deepEqual(readBasic(basic('id:s').replace('Basic', 'bASIC   ')), { clientId: 'id', secret: 's' });
  });

  it('are nothing else that a header may hold', () => {
    const none = [undefined, '', 'Basic', 'Basic !', `Bearer ${basic('i:s').slice(6)}`, basic('id'), basic(':s')];
    const around = [`x${basic('i:s')}`, `${basic('i:s')} x`, `${basic('i:s')},`, basic('i:s').replace(' ', '')];
    for (const header of [...none, ...around]) assert.equal(readBasic(header), undefined, header);
  });
});

describe('the client that a request names, which limits are kept for', () => {
  it('is the same however it is said and spelled', () => {
    const id = 'https://app.example/c';
    const named = [
      namedClient(undefined, new Map([['client_id', id]])),
      namedClient(basic(`${encodeURIComponent(id)}:s`), new Map()),
      namedClient(basic(`${id.replaceAll(/[a-z:]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)}:s`), new Map()),
      namedClient(undefined, new Map([['client_assertion', assertionOf(id)]])),
    ];
    assert.deepEqual(new Set(named), new Set([id]));
  });

  it('is nobody when a request does not say', () => {
    assert.equal(namedClient(undefined, new Map()), undefined);
    assert.equal(namedClient('Basic !', new Map()), undefined);
    assert.equal(namedClient(undefined, new Map([['client_assertion', 'x']])), undefined);
  });
});
