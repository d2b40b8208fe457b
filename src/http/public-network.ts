/**
 * The way to hosts that a stranger named: one GET over https, to an address of the public internet or not at all.
 *
 * Owns: resolving, checking and connecting, in that order and in one piece: a connection is opened to the very addresses
 * that were checked, so that a name which answers differently the second time (DNS rebinding) leads nowhere. One refused
 * address refuses the host. Does not own: which addresses are public (address.ts), limits of time and size, and what an
 * answer must be (safe-fetch.ts). Nothing is kept between two requests: no connection, no cookie, no session.
 */
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Client } from 'undici';
import { FetchError } from '../errors.ts';
import { isPublicAddress } from './address.ts';

export interface PublicAnswer {
  status: number;
  /** Lower-case names; repeated headers joined with a comma. */
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

/** Hangs up when the signal aborts; the caller aborts it also when it has read enough. Follows no redirect. */
export type PublicNetwork = (url: URL, signal: AbortSignal) => Promise<PublicAnswer>;

export interface Address {
  address: string;
  family: 4 | 6;
}

interface NetworkParts {
  /** Every address of the host. */
  resolve(hostname: string): Promise<Address[]>;
  /** Opens a connection to one of exactly these addresses. */
  dial(addresses: Address[], port: number): Socket;
  /** Instead of the well-known ones. */
  certificateAuthorities: string[];
}

const HEADERS = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'GanalyticsGPT' };

export function createPublicNetwork(given: Partial<NetworkParts> = {}): PublicNetwork {
  const parts = { resolve: (hostname: string) => resolveByDns(hostname), dial: dialPinned, ...given };
  return async (url, signal) => {
    const client = new Client(url.origin, {
      connect: (_options, callback) => {
        connect(parts, url, signal).then(
          (socket) => callback(null, socket),
          (error) => callback(error, null),
        );
      },
    });
    signal.addEventListener('abort', () => void client.destroy(), { once: true });
    const answer = await client.request({ path: url.pathname + url.search, method: 'GET', headers: HEADERS, signal });
    answer.body.on('error', ignored);
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value ?? '')]);
    return { status: answer.statusCode, headers: Object.fromEntries(headers), body: answer.body };
  };
}

type ConnectParts = Pick<NetworkParts, 'resolve' | 'dial'> & Partial<NetworkParts>;

/** Throws FetchError `address` or `unreachable`. */
async function connect(parts: ConnectParts, url: URL, signal: AbortSignal): Promise<TLSSocket> {
  const addresses = await parts.resolve(url.hostname).catch((cause: unknown) => {
    throw new FetchError('unreachable', `${url.hostname} has no address`, { cause });
  });
  if (addresses.length === 0) throw new FetchError('unreachable', `${url.hostname} has no address`);
  for (const { address } of addresses) {
    if (!isPublicAddress(address)) throw new FetchError('address', `${url.hostname} is at ${address}, not in public`);
  }
  const socket = parts.dial(addresses, Number(url.port || 443));
  socket.on('error', ignored);
  try {
    return await secure(socket, url.hostname, parts.certificateAuthorities, signal);
  } catch (cause) {
    socket.destroy();
    const why = cause instanceof Error ? cause.message : 'an unknown fault';
    throw new FetchError('unreachable', `${url.hostname} cannot be connected to: ${why}`, { cause });
  }
}

/** The certificate must be the host's own, whatever the environment says about checking certificates. */
async function secure(
  socket: Socket,
  servername: string,
  ca: string[] | undefined,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secured = connectTls({
    socket,
    servername,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(ca === undefined ? {} : { ca }),
  });
  secured.on('error', ignored);
  await once(secured, 'secureConnect', { signal });
  return secured;
}

/**
 * Whoever waits for a step is told of its failure. After that we hang up, and what a foreign host makes of hanging up has
 * nobody to be told to; without a listener it would end the process.
 */
function ignored(): void {}

/**
 * Asks name servers directly: `getaddrinfo` would also read the machine's own hosts file, and a slow name would hold one of
 * the few threads that everything else in the process shares. The machine's usual servers, unless others are given.
 */
export async function resolveByDns(hostname: string, servers?: string[]): Promise<Address[]> {
  const resolver = new Resolver({ timeout: 1500, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = [...toAddresses(four, 4), ...toAddresses(six, 6)];
  if (addresses.length === 0 && four.status === 'rejected') throw four.reason;
  return addresses;
}

/** A host may have addresses of one family only; asking for the other then fails. */
function toAddresses(answer: PromiseSettledResult<string[]>, family: Address['family']): Address[] {
  return answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
}

/** Tries the addresses one after the other as browsers do; the name is not resolved again. */
export function dialPinned(addresses: Address[], port: number): Socket {
  return connectTcp({
    host: 'pinned',
    port,
    autoSelectFamily: true,
    lookup: (_host, _options, callback) => callback(null, addresses),
  });
}
