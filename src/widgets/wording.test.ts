import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fieldWords, showChange, showDays, showNumber, showShort, showTime } from './wording.ts';

describe('names and numbers for people', () => {
  it('turn field names into words', () => {
    const words = [
      'totalRevenue',
      'pagePath',
      'sessionDefaultChannelGroup',
      'screenPageViews',
      'itemId',
      'customEvent:plan_name',
      'go_on_to_next',
    ];
    assert.deepEqual(words.map(fieldWords), [
      'Total revenue',
      'Page path',
      'Channel group',
      'Views',
      'Item ID',
      'Custom event (plan_name)',
      'Go on to next',
    ]);
  });

  it('show numbers with their unit', () => {
    const shown: [number, string | undefined, string][] = [
      [1234, 'count', '1,234'],
      [0.456, 'number', '0.46'],
      [54.25, 'percent', '54.3%'],
      [142, 'seconds', '2 min 22 s'],
      [7.25, 'seconds', '7.3 s'],
      [3725, 'seconds', '1 h 2 min'],
      [4399.2, 'USD', '$4,399.20'],
      [89, 'USD', '$89'],
      [12_345.6, 'USD', '$12,346'],
      [5, 'ZZZ', 'ZZZ 5'],
    ];
    for (const [value, unit, words] of shown) assert.equal(showNumber(value, unit).replaceAll('\u00a0', ' '), words);
  });

  it('are shorter on an axis', () => {
    assert.deepEqual(
      [showShort(9500, 'count'), showShort(12_500, 'count'), showShort(25_000, 'EUR')],
      ['9,500', '12.5K', '€25K'],
    );
  });

  it('sign a change, and say nothing where there is none', () => {
    assert.deepEqual([12.34, -3, 0, null].map(showChange), ['+12.3%', '−3%', '0%', '']);
  });

  it('write days, months and hours shortly, and leave alone what is none', () => {
    assert.deepEqual(['2026-11-05', '2026-11', '2026-11-05 13:00', 'Direct', '2026-99'].map(showTime), [
      '5 Nov',
      'Nov 2026',
      '5 Nov, 13:00',
      'Direct',
      '2026-99',
    ]);
    assert.equal(showDays({ start: '2025-12-30', end: '2026-01-03' }), '30 Dec 2025 – 3 Jan 2026');
    assert.equal(showDays({ start: '2026-11-05', end: '2026-11-05' }), '5 Nov 2026');
  });
});
