/**
 * A name server on loopback for tests: it knows the addresses that it is given, and no other name.
 *
 * Owns: just enough of DNS over UDP (RFC 1035 4). Does not own: what is done with the answers.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, isIPv4 } from 'node:net';

const TYPES = { A: 1, AAAA: 28 } as const;

export interface NameServer {
  /** As `setServers` wants it. */
  address: string;
  close(): void;
}

/** Host → its addresses, of both families. */
export async function startNameServer(names: Readonly<Record<string, readonly string[]>>): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => socket.send(answerTo(question, names), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${(socket.address() as AddressInfo).port}`, close: () => socket.close() };
}

function answerTo(question: Buffer, names: Readonly<Record<string, readonly string[]>>): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = question.readUInt16BE(at + 1);
  const known = names[labels.join('.')];
  const fitting = (known ?? []).filter((address) => TYPES[isIPv4(address) ? 'A' : 'AAAA'] === type);
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(known === undefined ? 0x8183 : 0x8180, 2); // an answer; with "no such name", or without error
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(fitting.length, 6);
  return Buffer.concat([
    head,
    question.subarray(12, at + 5),
    ...fitting.map((address) => record(type, toBytes(address))),
  ]);
}

function record(type: number, data: Buffer): Buffer {
  const head = Buffer.from([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([head, data]);
}

function toBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [before = '', after = ''] = address.split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16)));
  const missing = Array<number>(8 - parts(before).length - parts(after).length).fill(0);
  return Buffer.from([...parts(before), ...missing, ...parts(after)].flatMap((part) => [part >> 8, part & 255]));
}
