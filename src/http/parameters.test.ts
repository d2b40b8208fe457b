/** Reading parameters strictly (RFC 6749 3.1 and 3.2). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OAuthError } from '../errors.ts';
import { parseJsonObject, readBody, readQuery } from './parameters.ts';

const FORM = 'application/x-www-form-urlencoded';

function post(body: string | Uint8Array<ArrayBuffer>, contentType = FORM): Promise<ReadonlyMap<string, string>> {
  const headers = contentType === '' ? undefined : { 'content-type': contentType };
  return readBody(new Request('http://localhost/', { method: 'POST', body, ...(headers && { headers }) }));
}

const refusal = (words: RegExp) => (error: unknown) =>
  error instanceof OAuthError && error.code === 'invalid_request' && words.test(error.message);

const pairs = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), {
  selector: ([name]) => name,
  maxLength: 10,
});

describe('parameters', () => {
  it('are what was sent, in a query, a form or JSON alike', async () => {
    const property = fc.asyncProperty(pairs, async (sent) => {
      const encoded = new URLSearchParams(sent).toString();
      const expected = new Map(sent);
      assert.deepEqual(readQuery(`http://localhost/?${encoded}`), expected);
      assert.deepEqual(await post(encoded), expected);
      const json = `{${sent.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
      assert.deepEqual(await post(json, 'application/json; charset=utf-8'), expected);
    });
    await fc.assert(property);
  });

  it('are refused when one comes twice, however either is encoded', async () => {
    const twice = refusal(/more than once|twice/);
    assert.throws(() => readQuery('http://localhost/?a=1&b=2&a=1'), twice);
    assert.throws(() => readQuery('http://localhost/?a=&%61=1'), twice);
    await assert.rejects(post('a=1&a=2'), twice);
    assert.throws(() => readQuery('http://localhost/?state=1&state=2'), refusal(/^The parameter state was sent more/));
    await assert.rejects(post('{"a":"1","\\u0061":"2"}', 'application/json'), twice);
    await assert.rejects(post('{"__proto__":"1","__proto__":"2"}', 'application/json'), twice);
  });

  it('are named in a refusal only by a name that OAuth has, since a secret may stand in its place', () => {
    for (const query of ['gs_0123456789=1&gs_0123456789=2', `gs_0123456789=${'x'.repeat(16_385)}`]) {
      assert.throws(
        () => readQuery(`http://localhost/?${query}`),
        (error) => error instanceof OAuthError && !JSON.stringify([error.message, error.reason]).includes('gs_'),
      );
    }
  });

  it('are absent when they are empty', async () => {
    assert.equal((await post('scope=&a=1')).has('scope'), false);
    assert.equal((await post('{"scope":null,"a":"1"}', 'application/json')).has('scope'), false);
  });

  it('are at most 64, and none longer than 16,384 characters', async () => {
    const many = Array.from({ length: 65 }, (_, n) => `p${n}=1`).join('&');
    await assert.rejects(post(many), refusal(/too many parameters/));
    assert.equal((await post(`a=${'x'.repeat(16_384)}`)).get('a')?.length, 16_384);
    await assert.rejects(post(`a=${'x'.repeat(16_385)}`), refusal(/^A parameter of .* is longer than 16384/));
  });

  it('are UTF-8 below their percent-encoding, where U+FFFD itself is a character like any other', async () => {
    assert.throws(() => readQuery('http://localhost/?state=%ff'), refusal(/not valid UTF-8/));
    await assert.rejects(post('code=%C3%28'), refusal(/not valid UTF-8/));
    assert.equal(readQuery('http://localhost/?state=%EF%BF%BD').get('state'), '\ufffd');
    assert.equal((await post('a=100%')).get('a'), '100%');
  });

  it('keep names that mean something to JavaScript as plain names', async () => {
    const form = await post('{"__proto__":"1","constructor":"2","toString":"3"}', 'application/json');
    assert.deepEqual([...form.keys()], ['__proto__', 'constructor', 'toString']);
    assert.equal(({} as Record<string, unknown>)['1'], undefined);
  });

  it('come as a form or as JSON and as nothing else', async () => {
    await assert.rejects(post('<a/>', 'text/xml'), refusal(/Send the body as/));
    await assert.rejects(post('a=1', 'multipart/form-data; boundary=x'), refusal(/Send the body as/));
    await assert.rejects(post('[]', 'application/json'), refusal(/must be a JSON object/));
    await assert.rejects(post('{"a":{"b":1}}', 'application/json'), refusal(/must be a string/));
  });

  it('in JSON do not nest', () => {
    assert.throws(() => parseJsonObject(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`), refusal(/nests too deep/));
  });
});
