/**
 * HTTP gone wrong below what a `Request` can say, sent as bytes over a real socket.
 *
 * Owns: the shapes of bad HTTP, and sending them. The sender waits a moment for an answer and then hangs up: whether a
 * server ends those who wait is listen.test.ts's to prove, with times that a test can wait for.
 */
import { connect } from 'node:net';
import type { Dice } from './dice.ts';
import { type Message, toBytes } from './message.ts';
import { trap, twistBytes } from './twist-text.ts';

const HOST = 'localhost:8787';

const SHAPES: ((dice: Dice, message: Message) => string)[] = [
  (_dice, { path }) => `GET ${path}\r\n\r\n`,
  (_dice, { path }) => `GET ${path} HTTP/9.9\r\nHost: ${HOST}\r\n\r\n`,
  (_dice, { method, path }) => `${method} ${path} HTTP/1.1\r\n\r\n`,
  (_dice, { method, path }) => `${method} ${path} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
  (dice, { method, path }) => `${method} ${path} HTTP/1.1\r\nHost: ${trap(dice)}\r\nConnection: close\r\n\r\n`,
  (dice, { method }) => `${method} ${trap(dice)} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
  (_dice, { method, path }) =>
    `${method} http://evil.example${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
  () => `OPTIONS * HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
  () => `CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n`,
  (_dice, { path }) => `TRACE ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
  (_dice, { path }) =>
    `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n`,
  (_dice, { path }) => `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nExpect: 200-ok\r\nContent-Length: 2\r\n\r\n{}`,
  (_dice, { path }) => `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: -5\r\n\r\n{}`,
  (_dice, { path }) => `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
  (_dice, { path }) => `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 900\r\n\r\n{"a":`,
  (_dice, { path }) =>
    `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  (_dice, { path }) => `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n{}`,
  (_dice, { path }) => `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  (_dice, { path }) =>
    `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x`,
  (dice, { path }) => `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nX: a\0b${trap(dice)}\r\n\r\n`,
  (_dice, { path }) => `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\n folded: x\r\n\tagain\r\n\r\n`,
  (_dice, { path }) => `GET ${path} HTTP/1.1\r\nHost : ${HOST}\r\n: empty\r\n\r\n`,
  (dice, { path }) => `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nCookie: ${'a=b; '.repeat(dice.below(8000))}\r\n\r\n`,
  (dice) => `GET /${'x'.repeat(dice.below(60_000))} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
  (dice, { path }) => `GET ${path} HTTP/1.1\r\n${'X: y\r\n'.repeat(dice.below(3000))}Host: ${HOST}\r\n\r\n`,
  (_dice, { path }) => `GET ${path} HTTP/1.1\nHost: ${HOST}\n\n`,
  (dice) => Buffer.from(Array.from({ length: dice.below(200) }, () => dice.below(256))).toString('latin1'),
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
];

/** Bytes for one connection: a bad shape, a good request damaged, or several in a row. */
export function rawBytes(dice: Dice, message: Message): Buffer {
  if (dice.chance(0.5)) return Buffer.from(dice.pick(SHAPES)(dice, message), 'latin1');
  const good = toBytes(message, HOST);
  if (dice.chance(0.6)) return Buffer.from(twistBytes(dice, good));
  return Buffer.concat(Array.from({ length: 1 + dice.below(5) }, () => good));
}

export interface RawAnswer {
  /** What came back; empty when the server only hung up, or we did. */
  text: string;
  /** We hung up first. */
  isWaiting: boolean;
}

const PATIENCE_MS = 40;

/** Sends in one or two pieces; ends when the server ends, or a moment after it fell silent. */
export function sendRaw(port: number, bytes: Buffer, cut: number): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let isWaiting = false;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes.subarray(0, cut));
      setImmediate(() => socket.write(bytes.subarray(cut)));
    });
    socket.setTimeout(PATIENCE_MS, () => {
      isWaiting = true;
      socket.destroy();
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {}); // a reset is an answer too; 'close' follows
    socket.on('close', () => resolve({ text: Buffer.concat(chunks).toString('latin1'), isWaiting }));
  });
}
