import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeApart } from './change-parts.ts';
import { type Caveats, type Change, changeSentences } from './change-words.ts';

type Values = readonly (readonly [value: string, now: number, before: number])[];

const whole: Caveats = { partOfDay: undefined, isWithheld: false, isFiltered: false };

/** The sentences of a sum whose parts are all given. */
function sentencesOf(values: Values, caveats: Partial<Caveats> = {}): string {
  const sum = (index: 1 | 2) => values.reduce((total, one) => total + one[index], 0);
  const [now, before] = [sum(1), sum(2)];
  const changePercent = before === 0 ? null : Math.round(((now - before) / before) * 1000) / 10;
  const change: Change = {
    metric: 'visits',
    unit: 'count',
    kind: 'sum',
    now,
    before,
    change: now - before,
    changePercent,
  };
  const amount = (number: number) => ({ amount: number, weight: 0 });
  const pairs = values.map(([value, a, b]) => ({ value, now: amount(a), before: amount(b) }));
  const parts = takeApart(pairs, { now: amount(now), before: amount(before) }, { limit: 5, digits: 0, isRatio: false });
  const driver = { dimension: 'device', parts, values: values.map(([value, a, b]) => ({ value, now: a, before: b })) };
  return changeSentences(change, [driver], { ...whole, ...caveats }).join('\n');
}

describe('the sentences of explain_change', () => {
  const cases: [what: string, values: Values, says: RegExp, not: RegExp][] = [
    [
      'parts that cancel out',
      [
        ['desktop', 5, 3],
        ['mobile', 0, 2],
      ],
      /^visits did not change: 5 in both periods\.\nNo change in all by device: desktop \+2 and mobile -2 cancel out\. mobile fell to 0 \(from 2\)\.$/,
      /%/,
    ],
    [
      'a change that is tiny against its parts',
      [
        ['a', 528, 500],
        ['b', 212, 200],
        ['c', 258, 290],
      ],
      /Hardly a change in all by device: a \+28, b \+12 and c -32 nearly cancel out\./,
      /% of the change/,
    ],
    [
      'what is new, though small',
      [
        ['view', 1250, 900],
        ['start', 1250, 900],
        ['error', 31, 0],
      ],
      /New: error 31 \(0 before\)\./,
      /No value stands out/,
    ],
    [
      'what ran ahead of the rest',
      [
        ['view', 1400, 1000],
        ['scroll', 1400, 1000],
        ['checkout', 60, 10],
      ],
      /Grew most: checkout \+500%, from 10 to 60\./,
      /stands out/,
    ],
    [
      'that nothing stands out',
      [
        ['a', 120, 100],
        ['b', 240, 200],
      ],
      /No value stands out: none made much more of the change than its share\./,
      /general trend|New/,
    ],
    ['nothing of a single value', [['mobile', 50, 100]], /By device: mobile -50/, /stands out|out of proportion/],
    ['one sentence of nothing', [['mobile', 0, 0]], /^There is nothing in either period: visits is 0 in both\.$/, /By/],
  ];
  for (const [what, values, says, not] of cases) {
    it(`say ${what}`, () => {
      const text = sentencesOf(values);
      assert.match(text, says);
      assert.doesNotMatch(text, not);
    });
  }

  it('warn of a part of a day right after the change, and explain no fall by it', () => {
    const values: Values = [
      ['a', 1, 10],
      ['b', 0, 90],
    ];
    const [first, second, ...rest] = sentencesOf(values, { partOfDay: '2026-11-22' }).split('\n');
    assert.match(first ?? '', /^visits fell by 99/);
    assert.match(second ?? '', /^2026-11-22 is today and only part of a day/);
    assert.doesNotMatch(rest.join('\n'), /fell to 0|out of proportion|stands out/);
  });

  it('call nothing new or gone, and `(other)` not telling, where Google kept values back', () => {
    const values: Values = [
      ['(other)', 90, 10],
      ['a', 0, 20],
      ['b', 20, 0],
    ];
    assert.doesNotMatch(sentencesOf(values, { isWithheld: true }), /New|fell to 0|out of proportion: device \(other\)/);
  });
});
