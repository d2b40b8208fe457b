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

/** How long a sender may take, in milliseconds. */
export interface ListenTimes {
  headers: number;
  /** Headers and body together. Beyond it node answers 408 and closes, whatever a handler waits for. */
  request: number;
  /** How often node looks for senders that are late. */
  check: number;
}

const TIMES: ListenTimes = { headers: 15_000, request: 30_000, check: 5_000 };

export interface ListenOptions {
  /** `env` holds node's own request, for the address of the socket. */
  fetch(request: Request, env: object): Response | Promise<Response>;
  port: number;
  host: string;
  times?: ListenTimes;
}

const IDLE_CHECK_MS = 50;

/** The request line and all headers. A flow in the address and a handful of cookies need a third of it. */
const MAX_HEADER_BYTES = 32_768;

/** Rejects when the port is taken or may not be used. */
export async function listen({ fetch, port, host, times = TIMES }: ListenOptions): Promise<Listener> {
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    serverOptions: { maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: times.check },
  }) as Server;
  server.requestTimeout = times.request;
  server.headersTimeout = times.headers;
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
    // A connection whose answer went out meanwhile is idle from then on, and would be kept alive for a minute.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
