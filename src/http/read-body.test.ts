/** Which bodies are read, and which are not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readBodyText } from './read-body.ts';

const LIMIT = 1000;

function post(body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}): Request {
  return new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
}

async function outcome(request: Request, maxMs?: number): Promise<string> {
  const body = await readBodyText(request, { maxBytes: LIMIT, ...(maxMs !== undefined && { maxMs }) });
  return body.ok ? 'read' : body.why;
}

function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

describe('the body of a request', () => {
  it('is read as it was sent, however it was cut into pieces', async () => {
    const property = fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(200), async (text, cut) => {
      const bytes = new TextEncoder().encode(text);
      const body = await readBodyText(post(streamOf(bytes.slice(0, cut), bytes.slice(cut))), { maxBytes: LIMIT });
      assert.deepEqual(body, { ok: true, text: new TextDecoder('utf-8').decode(bytes) });
    });
    await fc.assert(property);
  });

  it('may have the limit of bytes and not one more, declared or not', async () => {
    assert.equal(await outcome(post('x'.repeat(LIMIT))), 'read');
    assert.equal(await outcome(post('x'.repeat(LIMIT + 1))), 'too-large');
    assert.equal(await outcome(post(streamOf(Buffer.alloc(LIMIT, 'x'), Buffer.from('x')))), 'too-large');
    assert.equal(await outcome(post('x', { 'content-length': '1e9' })), 'too-large');
  });

  it('is not waited for without end', async () => {
    const never = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
    assert.equal(await outcome(post(never), 5), 'too-slow');
  });

  it('is no error of ours when its sender goes away', async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('gone')) });
    assert.equal(await outcome(post(broken)), 'cut-short');
  });

  it('is not unpacked', async () => {
    assert.equal(await outcome(post(gzipSync('{}'), { 'content-encoding': 'gzip' })), 'compressed');
    assert.equal(await outcome(post('{}', { 'content-encoding': 'Identity' })), 'read');
  });

  it('is UTF-8, by its own word and in fact', async () => {
    for (const charset of ['utf-16', 'iso-8859-1', 'x'])
      assert.equal(
        await outcome(post('{}', { 'content-type': `application/json; charset=${charset}` })),
        'other-charset',
      );
    for (const charset of ['UTF-8', '"utf-8"', 'utf8'])
      assert.equal(await outcome(post('{}', { 'content-type': `application/json; charset=${charset}` })), 'read');
    assert.equal(await outcome(post(Buffer.from([0x22, 0xff, 0x22]))), 'not-utf-8');
  });
});
