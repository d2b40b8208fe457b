/** Which address is believed, and which addresses share a limit. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { believedAddress, networkOf, siteOf, socketAddress } from './client-address.ts';

const group = fc.integer({ min: 0, max: 0xffff });
const groups = fc.tuple(group, group, group, group, group, group, group, group);
const ipv4 = fc.ipV4();

/** One of the many spellings of the same IPv6 address (RFC 4291 2.2). */
function spell(parts: readonly number[], style: { long: boolean; upper: boolean; squeezeAt: number }): string {
  const written = parts.map((part) => (style.long ? part.toString(16).padStart(4, '0') : part.toString(16)));
  const start = parts.findIndex((part, index) => index >= style.squeezeAt && part === 0);
  let text = written.join(':');
  if (start >= 0) {
    let end = start;
    while (parts[end] === 0) end += 1;
    text = `${written.slice(0, start).join(':')}::${written.slice(end).join(':')}`;
  }
  return style.upper ? text.toUpperCase() : text;
}

const style = fc.record({ long: fc.boolean(), upper: fc.boolean(), squeezeAt: fc.integer({ min: 0, max: 8 }) });

describe('the network that a limit is counted for (CVE-2026-45364)', () => {
  it('is the same for every spelling of an IPv6 address', () => {
    const sparse = groups.map((parts) => parts.map((part) => (part % 3 === 0 ? 0 : part)));
    const isPlain = (parts: number[]) => parts.slice(0, 5).some((part) => part !== 0);
    fc.assert(
      fc.property(sparse.filter(isPlain), style, style, (parts, one, other) => {
        assert.equal(networkOf(spell(parts, one)), networkOf(spell(parts, other)));
      }),
    );
  });

  it('is the same for all addresses of one /64, and another for the next', () => {
    const fresh = { long: true, upper: false, squeezeAt: 8 };
    fc.assert(
      fc.property(groups, groups, group, (one, two, changed) => {
        const first = [(one[0] & 0xfff) | 0x2000, ...one.slice(1)];
        const sibling = [...first.slice(0, 4), ...two.slice(4)];
        assert.equal(networkOf(spell(first, fresh)), networkOf(spell(sibling, fresh)));
        const neighbour = first.with(3, changed);
        assert.equal(networkOf(spell(first, fresh)) === networkOf(spell(neighbour, fresh)), changed === first[3]);
      }),
    );
  });

  it('is one IPv4 address, also where a dual-stack socket or a proxy writes it inside IPv6', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        const forms = [address, `::ffff:${address}`, `::FFFF:${address}`, `::ffff:${hex}`, `0:0:0:0:0:ffff:${hex}`];
        assert.deepEqual(new Set(forms.map(networkOf)), new Set([address]));
      }),
    );
  });

  it('leaves out the zone, which names an interface of this machine', () => {
    assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
  });

  it('is unknown for anything that is no address', () => {
    assert.equal(networkOf(undefined), undefined);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const network = networkOf(text);
        assert.ok(network === undefined || /^[\d.]+$|^[0-9a-f:]+::\/64$/.test(network));
      }),
    );
    for (const text of ['', 'unknown', '1.2.3', '1.2.3.4.5', '::1::', 'localhost', '0x7f.1']) {
      assert.equal(networkOf(text), undefined, text);
    }
  });
});

describe('the site of a network', () => {
  it('is the /48 of an IPv6 address, and an IPv4 address itself', () => {
    assert.equal(siteOf('2001:db8:1:2::7'), '2001:db8:1::/48');
    assert.equal(siteOf('2001:0DB8:0001:ffff::1'), '2001:db8:1::/48');
    assert.notEqual(siteOf('2001:db8:2:2::7'), siteOf('2001:db8:1:2::7'));
    assert.equal(siteOf('::ffff:203.0.113.7'), '203.0.113.7');
    assert.equal(siteOf('unknown'), undefined);
  });
});

describe('X-Forwarded-For', () => {
  const PEER = '10.0.0.1';

  it('is not looked at unless proxies are declared', () => {
    fc.assert(fc.property(fc.string(), (header) => believedAddress(PEER, header, 0) === PEER));
  });

  it('gives the entry that the outermost trusted proxy wrote, whatever a client puts before it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 20 }), { maxLength: 50 }),
        ipv4,
        fc.array(ipv4, { maxLength: 3 }),
        (forged, client, proxies) => {
          const header = [...forged, client, ...proxies].join(', ');
          assert.equal(believedAddress(PEER, header, proxies.length + 1), client);
        },
      ),
    );
  });

  it('is read with ports, brackets and quotes, as proxies write them', () => {
    assert.equal(believedAddress(PEER, '203.0.113.7:4711', 1), '203.0.113.7');
    assert.equal(believedAddress(PEER, '[2001:db8::1]:443', 1), '2001:db8::1');
    assert.equal(believedAddress(PEER, '"[2001:db8::1]"', 1), '2001:db8::1');
    assert.equal(believedAddress(PEER, ' 2001:db8::1 ', 1), '2001:db8::1');
  });

  it('falls back to the socket when the trusted entry is no address', () => {
    for (const header of ['unknown', '_hidden', '', ',', '203.0.113.7,', '1.2.3.4:x', `${'9'.repeat(10_000)}`]) {
      assert.equal(believedAddress(PEER, header, 1), PEER, header.slice(0, 20));
    }
  });

  it('gives its leftmost entry when there are fewer than trusted proxies', () => {
    assert.equal(believedAddress(PEER, '203.0.113.7', 3), '203.0.113.7');
  });

  it('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 10 }), (header, hops) => {
        networkOf(believedAddress(undefined, header, hops));
      }),
    );
  });
});

describe('the address of the socket', () => {
  const request = new Request('http://localhost/');

  it('is what node says', () => {
    assert.equal(socketAddress(request, { incoming: { socket: { remoteAddress: '::1' } } }), '::1');
  });

  it('is unknown in a bridge that is called without a socket', () => {
    for (const env of [undefined, null, {}, 7, { incoming: {} }, { incoming: { socket: { remoteAddress: 4 } } }]) {
      assert.equal(socketAddress(request, env), undefined);
    }
  });
});
