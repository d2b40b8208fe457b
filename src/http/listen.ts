/**
 * A web-standard handler on a port of this machine, with node:http below it.
 *
 * Owns: opening, and ending within a limit: no new connections, running answers finish, then the rest is cut.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

export interface Listener {
  port: number;
  /** Resolves when every answer is out, or after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

export interface ListenOptions {
  /** `env` holds node's own request, for the address of the socket. */
  fetch(request: Request, env: object): Response | Promise<Response>;
  port: number;
  host: string;
}

/** Rejects when the port is taken or may not be used. */
export async function listen({ fetch, port, host }: ListenOptions): Promise<Listener> {
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    serverOptions: { maxHeaderSize: 32_768 },
  }) as Server;
  server.requestTimeout = 60_000;
  server.headersTimeout = 15_000;
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  return { port: (server.address() as AddressInfo).port, close: (limitMs) => drain(server, limitMs) };
}

function drain(server: Server, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), limitMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
