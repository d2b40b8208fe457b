import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isPublicAddress } from './address.ts';

/** First and last address of every special range, written down from the registries and not from the code. */
const SPECIAL: Record<string, readonly string[]> = {
  'this network and unspecified': ['0.0.0.0', '0.255.255.255'],
  'private 10/8': ['10.0.0.0', '10.255.255.255'],
  'carrier-grade NAT': ['100.64.0.0', '100.100.100.200', '100.127.255.255'],
  loopback: ['127.0.0.0', '127.0.0.1', '127.255.255.255'],
  'the Azure host': ['168.63.129.16'],
  'link-local with cloud metadata': ['169.254.0.0', '169.254.169.254', '169.254.255.255'],
  'private 172.16/12': ['172.16.0.0', '172.31.255.255'],
  'protocol assignments': ['192.0.0.0', '192.0.0.192', '192.0.0.255'],
  'documentation 1': ['192.0.2.0', '192.0.2.255'],
  '6to4 relays': ['192.88.99.0', '192.88.99.255'],
  'private 192.168/16': ['192.168.0.0', '192.168.255.255'],
  benchmarks: ['198.18.0.0', '198.19.255.255'],
  'documentation 2': ['198.51.100.0', '198.51.100.255'],
  'documentation 3': ['203.0.113.0', '203.0.113.255'],
  multicast: ['224.0.0.0', '224.0.0.251', '239.255.255.255'],
  'reserved and broadcast': ['240.0.0.0', '255.255.255.255'],
  'IPv6 unspecified and loopback': ['::', '::1', '0:0:0:0:0:0:0:1'],
  'IPv4-compatible': ['::7f00:1', '::127.0.0.1', '::8.8.8.8'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a9fe:a9fe', '::FFFF:10.0.0.1'],
  'IPv4-translated': ['::ffff:0:127.0.0.1'],
  NAT64: ['64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  'discard-only': ['100::', '100::ffff:ffff:ffff:ffff'],
  Teredo: ['2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  'IPv6 protocol assignments': ['2001:1::1', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'IPv6 benchmarks': ['2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ORCHID: ['2001:10::', '2001:1f:ffff::', '2001:20::', '2001:2f:ffff::'],
  'IPv6 documentation': ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '3fff::', '3fff:fff:ffff::'],
  '6to4': ['2002::', '2002:7f00:1::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'segment routing': ['5f00::', '5f00:ffff::1'],
  'unique-local': ['fc00::', 'fd00:ec2::254', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'IPv6 link-local': ['fe80::', 'fe80::1', 'febf:ffff::'],
  'site-local': ['fec0::1', 'feff::1'],
  'IPv6 multicast': ['ff00::', 'ff02::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  unassigned: ['1fff:ffff::', '4000::', '8000::1'],
};

/** The last address before each special range and the first one after it, where those are public. */
const NEIGHBOURS = [
  ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
  ['168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0'],
  ['191.255.255.255', '192.0.1.0', '192.0.3.0', '192.88.98.255', '192.88.100.0', '192.167.255.255', '192.169.0.0'],
  ['198.17.255.255', '198.20.0.0', '198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255'],
  ['2000::', '2000:ffff::', '2001:200::', '2001:db7:ffff::', '2001:db9::', '2003::', '3ffe:ffff::', '3fff:1000::'],
  ['8.8.8.8', '172.64.155.209', '104.18.32.47', '2606:4700::6812:202f', '2a00:1450:4001:830::200e'],
].flat();

describe('an IP address that a stranger chose', () => {
  for (const [what, addresses] of Object.entries(SPECIAL)) {
    it(`is not public when it is ${what}`, () => {
      for (const address of addresses) assert.equal(isPublicAddress(address), false, address);
    });
  }

  it('is public right beside each special range', () => {
    for (const address of NEIGHBOURS) assert.equal(isPublicAddress(address), true, address);
  });

  it('is not public when it is no address at all, or names a network interface', () => {
    const texts = ['', 'localhost', 'example.com', '8.8.8', '8.8.8.8.', '8.8.8.8/32', '010.8.8.8', '0x08.8.8.8'];
    for (const text of [...texts, '134744072', '[2606:4700::1]', '2606:4700::1%eth0', 'fe80::1%1', ' 8.8.8.8']) {
      assert.equal(isPublicAddress(text), false, text);
    }
  });

  it('is never public inside a private IPv4 network, however it is written in IPv6', () => {
    const privateNetworks = fc.constantFrom([10, 0], [127, 0], [169, 254], [172, 20], [192, 168], [100, 64], [0, 0]);
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(privateNetworks, byte, byte, ([a = 0, b = 0], c, d) => {
        const dotted = `${a}.${b}.${c}.${d}`;
        const hex = [a * 256 + b, c * 256 + d].map((part) => part.toString(16)).join(':');
        const forms = [`::ffff:${dotted}`, `::${dotted}`, `64:ff9b::${dotted}`, `64:ff9b:1::${dotted}`];
        for (const form of [dotted, ...forms, `::ffff:${hex}`, `2002:${hex}::1`, `2001:0:${hex}::1`]) {
          assert.equal(isPublicAddress(form), false, form);
        }
      }),
    );
  });

  it('is judged alike however an IPv6 address is spelt', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (parts) => {
        const short = parts.map((part) => part.toString(16)).join(':');
        const long = parts.map((part) => part.toString(16).padStart(4, '0').toUpperCase()).join(':');
        assert.equal(isPublicAddress(short), isPublicAddress(long), short);
        if ((parts[0] ?? 0) >> 13 !== 1) assert.equal(isPublicAddress(short), false, short);
      }),
    );
  });
});
