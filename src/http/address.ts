/**
 * Whether an IP address belongs to the public internet, for requests whose target a stranger chose.
 *
 * Owns: the list of ranges that such a request must not reach. Does not own: resolving names or connecting
 * (public-network.ts). The ranges are IANA's registries of special-purpose addresses (RFC 6890 and its successors), read
 * strictly: an address that carries another one inside (IPv4-mapped, NAT64, 6to4, Teredo) is refused whatever it carries,
 * since who unpacks it is not ours to know.
 */
import { BlockList, isIP } from 'node:net';

type Range = readonly [network: string, prefix: number, what: string];

const SPECIAL_IPV4: readonly Range[] = [
  ['0.0.0.0', 8, 'this network, and the unspecified address'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'carrier-grade NAT'],
  ['127.0.0.0', 8, 'loopback'],
  ['168.63.129.16', 32, 'the host below an Azure machine; public by its number only'],
  ['169.254.0.0', 16, 'link-local, with the metadata services of most clouds'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relays'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarks'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved, and broadcast'],
];

/** Global unicast. All else is refused unseen: loopback, mapped, NAT64, unique-local, link-local, multicast, unassigned. */
const GLOBAL_IPV6: Range = ['2000::', 3, 'global unicast'];

const SPECIAL_IPV6: readonly Range[] = [
  ['2001::', 23, 'protocol assignments, with Teredo, benchmarks and ORCHID'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4, which carries an IPv4 address'],
  ['3fff::', 20, 'documentation'],
];

// One list for each family: in a list with both, an IPv6 range that covers the mapped addresses covers all of IPv4.
const specialIpv4 = blockList('ipv4', SPECIAL_IPV4);
const globalIpv6 = blockList('ipv6', [GLOBAL_IPV6]);
const specialIpv6 = blockList('ipv6', SPECIAL_IPV6);

/** False for anything that is not the text of one public address, a zone (`%eth0`) included. */
export function isPublicAddress(address: string): boolean {
  switch (address.includes('%') ? 0 : isIP(address)) {
    case 4:
      return !specialIpv4.check(address, 'ipv4');
    case 6:
      return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6');
    default:
      return false;
  }
}

function blockList(family: 'ipv4' | 'ipv6', ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}
