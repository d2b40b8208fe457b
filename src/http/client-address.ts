/**
 * Where a request comes from: the address to believe, and the network that a limit is counted for.
 *
 * Owns: reading the socket's address and `X-Forwarded-For`, and writing an address in one way only. Does not own: limits
 * (rate-limit.ts). An address is used for limits and logs, never to decide who somebody is. A limit keyed on the raw
 * text of an IPv6 address is none, since one customer has 2^64 of them in many spellings (CVE-2026-45364).
 */
import { isIP } from 'node:net';

/** The address that the server in front saw, or undefined when it did not say. `env` is what it hands to `fetch`. */
export type AddressOf = (request: Request, env: unknown) => string | undefined;

/** The peer of the socket, as @hono/node-server passes node's own objects on. Never throws, whatever `env` is. */
export const socketAddress: AddressOf = (_request, env) => {
  const { incoming } = (env ?? {}) as { incoming?: { socket?: { remoteAddress?: unknown } } };
  const address = incoming?.socket?.remoteAddress;
  return typeof address === 'string' ? address : undefined;
};

/** More entries than any chain of proxies has; a longer header is read from its trusted end only. */
const MOST_ENTRIES = 32;

/**
 * The client's address, given how many proxies in front may be believed: each of them appended, at the right end, the
 * address that it saw. With fewer entries than proxies the leftmost is the furthest that a proxy vouches for. What is no
 * address there is not believed, and the socket's own stands.
 */
export function believedAddress(
  peer: string | undefined,
  forwardedFor: string | null,
  hops: number,
): string | undefined {
  if (hops === 0 || forwardedFor === null) return peer;
  const entries = forwardedFor.split(',').slice(-MOST_ENTRIES);
  const entry = entries.at(-hops) ?? entries[0] ?? '';
  return readAddress(entry) ?? peer;
}

/** `203.0.113.7`, `203.0.113.7:4711`, `[2001:db8::1]:4711`, `2001:db8::1`, quoted or not → the address alone. */
function readAddress(entry: string): string | undefined {
  const text = entry.trim().replaceAll('"', '');
  if (text.length > 64) return undefined;
  const bare = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? undefined : bare;
}

/**
 * The network that shares a limit, in one spelling: an IPv4 address, or the /64 of an IPv6 address. IPv4 inside IPv6
 * (`::ffff:…`, as a dual-stack listener reports it) is the IPv4 address. Undefined for what is no address.
 */
export function networkOf(address: string | undefined): string | undefined {
  return prefixOf(address, 4);
}

/**
 * The site that a network belongs to: of IPv6 the /48, the largest block that one customer is commonly given (RFC 6177),
 * 65,536 networks of one sender; of IPv4 the address again.
 */
export function siteOf(address: string | undefined): string | undefined {
  return prefixOf(address, 3);
}

/** The address cut to its first groups of sixteen bits, when it is one of IPv6. */
function prefixOf(address: string | undefined, length: 3 | 4): string | undefined {
  const [plain = ''] = (address ?? '').split('%', 1); // a zone names an interface of ours, not of theirs
  if (isIP(plain) === 4) return plain;
  if (isIP(plain) !== 6) return undefined;
  const groups = groupsOf(plain);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  return `${groups
    .slice(0, length)
    .map((group) => group.toString(16))
    .join(':')}::/${length * 16}`;
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    dotted === null ? address : address.slice(0, dotted.index) + hexPair(dotted[1], dotted[2], dotted[3], dotted[4]);
  const [head = '', tail] = text.split('::');
  const left = readGroups(head);
  if (tail === undefined) return left;
  const right = readGroups(tail);
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

function hexPair(...bytes: (string | undefined)[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function readGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
