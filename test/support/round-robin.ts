/**
 * A proxy that hands each request to the next of several bridges, as a load balancer without stickiness does.
 *
 * Owns: the round, and trying the next one when a bridge is not there. A request whose answer was lost half-way is cut
 * towards the client too, since the proxy cannot know whether it was carried out. Does not own: the bridges.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RoundRobin {
  url: string;
  /** How many requests each target has answered, by its URL. */
  answered: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** `targets` is asked at each request, so that they may change. The port is given, since bridges must know it before. */
export async function startRoundRobin(port: number, targets: () => readonly string[]): Promise<RoundRobin> {
  let turn = 0;
  const answered = new Map<string, number>();

  /** `order` are the targets that were not tried yet. */
  const forward = (from: IncomingMessage, to: ServerResponse, body: Buffer, order: readonly string[]): void => {
    const [target, ...others] = order;
    if (target === undefined) {
      to.writeHead(502).end();
      return;
    }
    const { hostname, port: targetPort } = new URL(target);
    const { method, url: path, headers } = from;
    const onward = request({ hostname, port: targetPort, method, path, headers, agent: false }, (answer) => {
      answered.set(target, (answered.get(target) ?? 0) + 1);
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => to.destroy()).pipe(to);
    });
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') forward(from, to, body, others);
      else to.destroy();
    });
    onward.end(body);
  };

  const server = createServer((from, to) => {
    const chunks: Buffer[] = [];
    from.on('data', (chunk: Buffer) => chunks.push(chunk));
    from.on('end', () => {
      const all = targets();
      const first = turn % all.length;
      turn += 1;
      forward(from, to, Buffer.concat(chunks), [...all.slice(first), ...all.slice(0, first)]);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    answered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
