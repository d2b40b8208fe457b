/** The way out, over real sockets, to a server that is slow, gone, and back. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { UpstreamError } from '../errors.ts';
import { createOutgoing } from './outgoing.ts';

/** So long as no test has to wait for it, and a healthy answer of this machine takes far less. */
const AMPLE_MS = 20_000;
const SHORT_MS = 150;

describe('a request that leaves', () => {
  const outgoing = createOutgoing();
  let server: Server;
  let base: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  before(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    await outgoing.close();
    server.closeAllConnections();
    server.close();
  });

  const send = (timeoutMs: number, url = base) => outgoing.send({ method: 'GET', url, timeoutMs });
  const isUnreachable = (words: RegExp) => (error: unknown) =>
    error instanceof UpstreamError && error.kind === 'unreachable' && words.test(error.message);
  const answers = async () => {
    answer = (_request, response) => response.end('here');
    assert.equal((await send(AMPLE_MS)).body, 'here');
  };

  it('is given up when there is no answer in time, and the next one is answered', async () => {
    answer = () => {};
    await assert.rejects(send(SHORT_MS), isUnreachable(/did not answer within 150 ms/));
    await answers();
  });

  it('is given up when an answer begins and never ends, and the next one is answered', async () => {
    answer = (_request, response) => void response.writeHead(200).write('the beginning');
    await assert.rejects(send(SHORT_MS), isUnreachable(/did not answer within/));
    await answers();
  });

  it('fails when the connection is cut, and the next one is answered', async () => {
    answer = (request) => void request.socket.resetAndDestroy();
    await assert.rejects(send(AMPLE_MS), isUnreachable(/could not be reached/));
    await answers();
  });

  it('fails when nobody listens', async () => {
    await assert.rejects(send(AMPLE_MS, 'http://127.0.0.1:1'), isUnreachable(/could not be reached/));
  });
});
