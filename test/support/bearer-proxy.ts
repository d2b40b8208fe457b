/**
 * A proxy on loopback that adds a bearer token and changes nothing else: for test suites that speak MCP but know no
 * sign-in. Host and Origin go on as they were sent, so that what the server thinks of them is still what is tested.
 */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BearerProxy {
  url: string;
  close(): Promise<void>;
}

export async function openBearerProxy(target: string, accessToken: string): Promise<BearerProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, answer) => forward({ hostname, port, accessToken }, incoming, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => closeServer(server),
  };
}

interface Target {
  hostname: string;
  port: string;
  accessToken: string;
}

function forward({ hostname, port, accessToken }: Target, incoming: IncomingMessage, answer: ServerResponse): void {
  const headers = { ...incoming.headers, authorization: `Bearer ${accessToken}` };
  const outgoing = request({ hostname, port, method: incoming.method, path: incoming.url, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  outgoing.on('error', (error) => answer.writeHead(502).end(error.message));
  incoming.pipe(outgoing);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
