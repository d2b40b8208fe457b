/**
 * Pages of the Admin API, where lists are longer than any in the sandbox.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutPage } from './admin-query.ts';

const limits = { usual: 50, most: 200 };
const many = Array.from({ length: 450 }, (_, index) => index);

function page(parameters: Record<string, string>) {
  return cutPage(many, new Map(Object.entries(parameters)), 'a list', limits);
}

describe('pages of the Analytics Admin API', () => {
  it('hold fifty unless asked, and never more than two hundred', () => {
    assert.equal(page({}).items.length, 50);
    assert.equal(page({ pageSize: '0' }).items.length, 50);
    assert.equal(page({ pageSize: '7' }).items.length, 7);
    assert.equal(page({ pageSize: '201' }).items.length, 200);
    assert.equal(page({ pageSize: '2147483647' }).items.length, 200);
  });

  it('cover a long list without a gap, whatever their sizes', () => {
    const seen: number[] = [];
    let token = '';
    for (const pageSize of ['200', '1', '120', '200']) {
      const { items, nextPageToken = '' } = page({ pageSize, pageToken: token });
      seen.push(...items);
      token = nextPageToken;
    }
    assert.deepEqual(seen, many);
    assert.equal(token, '');
  });

  it('do not overflow the number that holds their size', () => {
    for (const pageSize of ['2147483648', '1.5', '1e2', ' 5']) {
      assert.throws(() => page({ pageSize }), /TYPE_INT32/, pageSize);
    }
  });
});
