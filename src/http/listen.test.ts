/** What the listener does with senders that do not keep to HTTP, over real sockets. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { socketAddress } from './client-address.ts';
import { type Listener, listen } from './listen.ts';

/** Everything that came back until the connection ended; the text is sent at once, and the sending side stays open. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.on('error', reject);
  });
}

describe('the listener', () => {
  let listener: Listener;
  before(async () => {
    listener = await listen({
      fetch: async (request, env) => {
        const body = await request.text().catch(() => 'cut short');
        return new Response(`${socketAddress(request, env)} ${body.length}`);
      },
      host: '127.0.0.1',
      port: 0,
      times: { headers: 100, request: 200, check: 20 },
    });
  });
  after(() => listener.close(0));

  it('hands on where a request comes from', async () => {
    const answer = await exchange(listener.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*127\.0\.0\.1 0/);
  });

  it('ends a request whose headers never end', async () => {
    assert.match(await exchange(listener.port, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: '), /^HTTP\/1\.1 408 /);
  });

  it('ends a request whose body is shorter than its declared length', async () => {
    const answer = await exchange(listener.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nshort');
    assert.match(answer, /^HTTP\/1\.1 408 /);
  });

  it('refuses more than 32 kB of headers', async () => {
    const answer = await exchange(listener.port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 431 /);
  });

  it('refuses a body framed in two ways, as requests are smuggled (RFC 9112 6.1)', async () => {
    const both = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    assert.match(await exchange(listener.port, both), /^HTTP\/1\.1 400 /);
  });
});

describe('a listener that closes', () => {
  it('cuts what is still being answered when its limit is over', async () => {
    const asked = Promise.withResolvers<void>();
    const fetch = () => {
      asked.resolve();
      return new Promise<Response>(() => {});
    };
    const slow = await listen({ fetch, host: '127.0.0.1', port: 0 });
    const cut = exchange(slow.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await asked.promise;
    await slow.close(100);
    assert.equal(await cut, '');
  });
});
