/** What a JSON body may be before a door looks at it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Body, readJson } from './read-json.ts';

async function read(body: string | Uint8Array<ArrayBuffer>, contentType = 'application/json'): Promise<Body> {
  const request = new Request('http://localhost/', { method: 'POST', body, headers: { 'Content-Type': contentType } });
  return readJson(request, { maxBytes: 1000 });
}

async function problem(body: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const result = await read(body);
  return result.ok ? 'nothing is wrong' : `${result.status} ${result.message}`;
}

describe('a JSON body', () => {
  it('is read as JSON.parse reads it, whatever it holds', async () => {
    const json = fc.jsonValue({ depthSize: 'small', maxDepth: 10 });
    const check = fc.asyncProperty(json, async (value) => {
      const request = new Request('http://localhost/', {
        method: 'POST',
        body: JSON.stringify(value),
        headers: { 'Content-Type': 'application/json' },
      });
      const body = await readJson(request, { maxBytes: 1_000_000 });
      assert.deepEqual(body, { ok: true, value: JSON.parse(JSON.stringify(value)) });
    });
    await fc.assert(check, { numRuns: 200 });
  });

  it('may name its charset, or be a kind of JSON', async () => {
    assert.equal((await read('{}', 'application/json; charset=utf-8')).ok, true);
    assert.equal((await read('{}', 'Application/JSON')).ok, true);
    assert.equal((await read('{}', 'application/vnd.api+json')).ok, true);
    assert.equal((await read('{}', 'application/jsonp')).ok, false);
  });

  it('names a member twice only in different objects', async () => {
    assert.equal((await read('{"a":{"a":1},"b":[{"a":1},{"a":2}]}')).ok, true);
    assert.match(await problem('{"a":1,"b":{"c":1,"c":2}}'), /400 .*"c" twice/);
  });

  it('cannot hide a second name behind an escape', async () => {
    assert.match(await problem(String.raw`{"a":1,"\u0061":2}`), /"a" twice/);
  });

  it('does not take texts for names, nor brackets in texts for structure', async () => {
    assert.equal((await read('{"a":"a","b":"a","c":["a","a","{[{[\\"a\\":"]}')).ok, true);
  });

  it('nests sixty-four levels and no more', async () => {
    assert.equal((await read(`${'['.repeat(64)}${']'.repeat(64)}`)).ok, true);
    assert.match(await problem(`${'['.repeat(65)}${']'.repeat(65)}`), /nested more than 64/);
  });

  it('is UTF-8', async () => {
    assert.match(await problem(new Uint8Array([0x22, 0xff, 0x22])), /400 .*UTF-8/);
  });

  it('is not quoted back when it is broken', async () => {
    assert.doesNotMatch(await problem('{"secret-value'), /secret-value/);
  });

  it('is refused by its declared length alone, without being read', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '1001' };
    const request = new Request('http://localhost/', { method: 'POST', body: '{}', headers });
    assert.equal((await readJson(request, { maxBytes: 1000 })).ok, false);
    assert.equal(request.bodyUsed, false);
  });

  it('ends at the limit even when its length is not declared', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(400).fill(0x20)); // never ends by itself
      },
    });
    const init = { method: 'POST', body: chunks, duplex: 'half', headers: { 'Content-Type': 'application/json' } };
    const body = await readJson(new Request('http://localhost/', init as RequestInit), { maxBytes: 1000 });
    assert.deepEqual(body, { ok: false, status: 413, message: 'The request body is larger than 1000 bytes' });
  });
});
