import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Death, judge } from './chaos-book.ts';

const ada = { account: 'ada', life: 3 };
const asked = (pid: number, askedAt: number) => ({ ...ada, pid, askedAt });
const death = (more: Partial<Death>): Death => ({
  ...{ kill: 1, pid: 7, goneAt: 1_000, turns: new Map([['ada', 20_990]]) },
  ...more,
});

describe('the book of refreshes', () => {
  it('has nothing to say about one refresh in each life', () => {
    const once = [asked(7, 990), { ...asked(8, 30_000), life: 4 }, { ...asked(8, 995), account: 'grace' }];
    assert.deepEqual(judge(once, []), { refreshedLives: 3, excused: [], unexplained: [] });
  });

  it('excuses the second one when the first one died with its answer and its turn had run out', () => {
    const { excused, unexplained } = judge([asked(7, 990), asked(8, 21_000)], [death({})]);
    assert.deepEqual(excused, [{ ...ada, kill: 1, secondsBetween: 20.01 }]);
    assert.deepEqual(unexplained, []);
  });

  for (const [why, deaths, secondAt] of [
    ['nobody was killed', [], 21_000],
    ['another process was killed', [death({ pid: 8 })], 21_000],
    ['what the killed one asked was stored', [death({ turns: new Map() })], 21_000],
    ['somebody else’s turn was lost', [death({ turns: new Map([['grace', 20_990]]) })], 21_000],
    ['the second one did not wait for the turn to run out', [death({})], 20_000],
  ] as const) {
    it(`excuses no second refresh when ${why}`, () => {
      const { excused, unexplained } = judge([asked(7, 990), asked(8, secondAt)], deaths);
      assert.deepEqual(excused, []);
      assert.equal(unexplained.length, 1);
    });
  }

  it('excuses no third one by the death that excused the second', () => {
    const { excused, unexplained } = judge([asked(7, 990), asked(8, 21_000), asked(9, 21_500)], [death({})]);
    assert.equal(excused.length, 1);
    assert.equal(unexplained.length, 1);
  });
});
