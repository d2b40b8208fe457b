import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { takeApart, toSteps, type ValuePair } from './change-parts.ts';

const amount = fc.record({
  amount: fc.integer({ min: -50_000, max: 500_000 }).map((cents) => cents / 7),
  weight: fc.integer({ min: 0, max: 4000 }),
});
const pair = fc.record({
  value: fc.string({ maxLength: 8 }),
  now: fc.option(amount, { nil: undefined }),
  before: fc.option(amount, { nil: undefined }),
});

const pairOf = (
  value: string,
  now: [number, number?] | undefined,
  before: [number, number?] | undefined,
): ValuePair => ({
  value,
  now: now === undefined ? undefined : { amount: now[0], weight: now[1] ?? 0 },
  before: before === undefined ? undefined : { amount: before[0], weight: before[1] ?? 0 },
});

describe('a change taken apart', () => {
  it('adds up to the whole in the digits shown, whatever the numbers are', () => {
    const options = fc.record({
      limit: fc.integer({ min: 1, max: 6 }),
      digits: fc.integer({ min: 0, max: 4 }),
      isRatio: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 12 }), amount, amount, options, (pairs, now, before, given) => {
        const { digits } = given;
        const parts = takeApart(pairs, { now, before }, given);
        const whole = toSteps(now.amount, digits) - toSteps(before.amount, digits);
        const sum = parts.reduce((total, part) => total + toSteps(part.change, digits), 0);
        assert.equal(sum, whole);
        for (const part of parts) {
          if (part.fromRate === undefined || part.fromMix === undefined) continue;
          assert.equal(toSteps(part.fromRate, digits) + toSteps(part.fromMix, digits), toSteps(part.change, digits));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('names the largest movers and counts the rest together', () => {
    const pairs = [pairOf('a', [10], [4]), pairOf('b', [1], [20]), pairOf('c', [5], [5]), pairOf('d', undefined, [1])];
    const whole = { now: { amount: 16, weight: 0 }, before: { amount: 30, weight: 0 } };
    const parts = takeApart(pairs, whole, { limit: 2, digits: 0, isRatio: false });
    assert.deepEqual(
      parts.map(({ value, now, before, change, is }) => [value, now, before, change, is]),
      [
        ['b', 1, 20, -19, 'value'],
        ['a', 10, 4, 6, 'value'],
        ['(2 other values)', 5, 6, -1, 'rest'],
      ],
    );
  });

  it('tells people counted in several values as a row of its own', () => {
    const pairs = [pairOf('a', [8], [5]), pairOf('b', [7], [5])];
    const whole = { now: { amount: 10, weight: 0 }, before: { amount: 8, weight: 0 } };
    const parts = takeApart(pairs, whole, { limit: 5, digits: 0, isRatio: false });
    assert.deepEqual(
      parts.map(({ is, now, before, change }) => [is, now, before, change]),
      [
        ['value', 8, 5, 3],
        ['value', 7, 5, 2],
        ['overlap', -5, -2, -3],
      ],
    );
  });

  it('finds no own effect where only the mix of values changed', () => {
    const pairs = [pairOf('good', [10, 80], [10, 20]), pairOf('bad', [2, 20], [2, 80])];
    const whole = { now: { amount: 8.4, weight: 100 }, before: { amount: 3.6, weight: 100 } };
    const parts = takeApart(pairs, whole, { limit: 5, digits: 2, isRatio: true });
    assert.deepEqual(
      parts.map((part) => part.fromRate),
      [0, 0],
    );
    assert.deepEqual(
      parts.map((part) => part.fromMix),
      [2.4, 2.4],
    );
  });

  it('finds no mix where every value kept its share', () => {
    const pairs = [pairOf('a', [6, 50], [4, 50]), pairOf('b', [2, 50], [2, 50])];
    const whole = { now: { amount: 4, weight: 100 }, before: { amount: 3, weight: 100 } };
    const parts = takeApart(pairs, whole, { limit: 5, digits: 2, isRatio: true });
    assert.deepEqual(
      parts.map(({ value, fromRate, fromMix }) => [value, fromRate, fromMix]),
      [
        ['a', 1, 0],
        ['b', 0, 0],
      ],
    );
  });
});
