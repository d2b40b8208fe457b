import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ToolError } from '../../errors.ts';
import { type Day, dayOf, isoDay, lengthOf, parseDay, todayIn, weekdayOf } from './calendar-days.ts';
import { readComparison } from './compare-dates.ts';
import { readDates } from './dates.ts';

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text);
}

/** A Sunday. */
const today = day('2026-11-22');

function shown(text: string, on: Day = today): string {
  const { start, end } = readDates(text, on);
  return `${isoDay(start)}..${isoDay(end)}`;
}

describe('date ranges in words', () => {
  const meanings: [words: string, range: string][] = [
    ['today', '2026-11-22..2026-11-22'],
    ['yesterday', '2026-11-21..2026-11-21'],
    ['last_7_days', '2026-11-15..2026-11-21'],
    ['Last 28 days', '2026-10-25..2026-11-21'],
    ['past-30-days', '2026-10-23..2026-11-21'],
    ['30d', '2026-10-23..2026-11-21'],
    ['last_week', '2026-11-09..2026-11-15'],
    ['this_week', '2026-11-16..2026-11-22'],
    ['last_2_weeks', '2026-11-02..2026-11-15'],
    ['last_weekend', '2026-11-14..2026-11-15'],
    ['this_month', '2026-11-01..2026-11-22'],
    ['month_to_date', '2026-11-01..2026-11-22'],
    ['MTD', '2026-11-01..2026-11-22'],
    ['last_month', '2026-10-01..2026-10-31'],
    ['last_3_months', '2026-08-01..2026-10-31'],
    ['this_quarter', '2026-10-01..2026-11-22'],
    ['last_quarter', '2026-07-01..2026-09-30'],
    ['this_year', '2026-01-01..2026-11-22'],
    ['ytd', '2026-01-01..2026-11-22'],
    ['last_year', '2025-01-01..2025-12-31'],
    ['2026-10', '2026-10-01..2026-10-31'],
    ['2024-02', '2024-02-01..2024-02-29'],
    ['2025', '2025-01-01..2025-12-31'],
    ['2026-Q3', '2026-07-01..2026-09-30'],
    ['Q3 2026', '2026-07-01..2026-09-30'],
    ['Q1', '2026-01-01..2026-03-31'],
    ['2026-W41', '2026-10-05..2026-10-11'],
    ['2020-W53', '2020-12-28..2021-01-03'],
    ['October', '2026-10-01..2026-10-31'],
    ['december', '2025-12-01..2025-12-31'],
    ['Oct 2025', '2025-10-01..2025-10-31'],
    ['2026-10-05', '2026-10-05..2026-10-05'],
    ['2026-10-01..2026-10-07', '2026-10-01..2026-10-07'],
    ['2026-10-01 to 2026-10-07', '2026-10-01..2026-10-07'],
    ['from 2026-10-01 until 2026-10-07', '2026-10-01..2026-10-07'],
    ['between 2026-10-01 and 2026-10-07', '2026-10-01..2026-10-07'],
    ['2026-10-01/2026-10-07', '2026-10-01..2026-10-07'],
    ['2026-10-01,2026-10-07', '2026-10-01..2026-10-07'],
    ['20261001-20261007', '2026-10-01..2026-10-07'],
    ['2026/10/01 - 2026/10/07', '2026-10-01..2026-10-07'],
    ['1 Oct 2026 - 7 October 2026', '2026-10-01..2026-10-07'],
    ['Oct 1, 2026 to Oct 7th, 2026', '2026-10-01..2026-10-07'],
    ['7daysAgo..today', '2026-11-15..2026-11-22'],
    ['30daysAgo..yesterday', '2026-10-23..2026-11-21'],
    ['2026-08..2026-10', '2026-08-01..2026-10-31'],
    ['since 2026-11-01', '2026-11-01..2026-11-22'],
    ['2026-11-01..', '2026-11-01..2026-11-22'],
    ['2026-11-20..2026-12-31', '2026-11-20..2026-11-22'],
  ];
  for (const [words, range] of meanings) {
    it(`reads ${words}`, () => assert.equal(shown(words), range));
  }

  it('begins this week today when today is Monday', () => {
    assert.equal(shown('this_week', day('2026-11-16')), '2026-11-16..2026-11-16');
    assert.equal(shown('last_week', day('2026-11-16')), '2026-11-09..2026-11-15');
  });

  it('says so when it cuts a range at today', () => {
    assert.deepEqual(readDates('2026-11-20..2026-12-31', today).notes, ['The range was cut at today, 2026-11-22.']);
  });

  const refusals: [words: string, message: RegExp][] = [
    ['7daysAgo', /single day.*"last_7_days".*"2026-11-15"/],
    ['03/04/2026', /two different days.*YYYY-MM-DD/],
    ['2026-02-30', /no such day/],
    ['2026-02-01..2026-02-30', /no such day/],
    ['2026-11-07..2026-11-01', /before it begins.*"2026-11-01..2026-11-07"/],
    ['2027-01', /future; today is 2026-11-22/],
    ['tomorrow', /future/],
    ['2010', /2015-08-14/],
    ['soonish', /wanted a range such as last_28_days/],
    ['', /wanted a range/],
    ['last_0_days', /wanted a range/],
    ['2026-W54', /wanted a range/],
  ];
  for (const [words, message] of refusals) {
    it(`says what is wrong with "${words}" as a range`, () => {
      assert.throws(
        () => readDates(words, today),
        (error) => error instanceof ToolError && message.test(error.message),
      );
    });
  }

  it('reads any two days in order back as they were', () => {
    const days = fc.integer({ min: day('2016-01-01'), max: today });
    fc.assert(
      fc.property(days, days, (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        assert.equal(shown(`${isoDay(start)}..${isoDay(end)}`), `${isoDay(start)}..${isoDay(end)}`);
      }),
    );
  });

  it('throws nothing but a ToolError, whatever the words', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0123456789-/. toQWdayslTfr_'.split('')), maxLength: 30 }),
        (text) => {
          try {
            const range = readDates(text, today);
            assert.ok(range.start <= range.end && range.end <= today);
          } catch (error) {
            assert.ok(error instanceof ToolError, String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the period to compare with', () => {
  function compared(words: string, compare: string): string {
    const other = readComparison(compare, readDates(words, today), today);
    return other === undefined ? 'none' : `${isoDay(other.start)}..${isoDay(other.end)}`;
  }

  const periods: [words: string, compare: string, range: string][] = [
    ['last_week', 'previous_period', '2026-11-02..2026-11-08'],
    ['last_week', 'previous_year', '2025-11-10..2025-11-16'],
    ['this_week', 'previous_period', '2026-11-09..2026-11-15'],
    ['last_7_days', 'previous_period', '2026-11-08..2026-11-14'],
    ['last_28_days', 'previous_year', '2025-10-26..2025-11-22'],
    ['last_month', 'previous_period', '2026-09-01..2026-09-30'],
    ['last_month', 'previous_year', '2025-10-01..2025-10-31'],
    ['this_month', 'previous_period', '2026-10-01..2026-10-22'],
    ['2026-03', 'previous_period', '2026-02-01..2026-02-28'],
    ['2026-03-01..2026-03-30', 'mom', '2026-02-01..2026-02-28'],
    ['2024-02', 'previous_year', '2023-02-01..2023-02-28'],
    ['2026-08..2026-09', 'previous_period', '2026-06-01..2026-07-31'],
    ['2026-02..2026-03', 'previous_period', '2025-12-01..2026-01-31'],
    ['last_quarter', 'previous_period', '2026-04-01..2026-06-30'],
    ['this_year', 'previous_period', '2025-01-01..2025-11-22'],
    ['yesterday', 'previous_period', '2026-11-20..2026-11-20'],
    ['2026-10-07', 'previous_period', '2026-09-30..2026-09-30'],
    ['2026-10-01..2026-10-10', 'previous_period', '2026-09-21..2026-09-30'],
    ['2026-10-01..2026-10-10', 'previous_year', '2025-10-01..2025-10-10'],
    ['last_7_days', 'week over week', '2026-11-08..2026-11-14'],
    ['last_week', 'YoY', '2025-11-10..2025-11-16'],
    ['last_week', 'true', '2026-11-02..2026-11-08'],
    ['last_week', '2026-10-05..2026-10-11', '2026-10-05..2026-10-11'],
    ['last_week', 'none', 'none'],
    ['last_week', '', 'none'],
  ];
  for (const [words, compare, range] of periods) {
    it(`compares ${words} by ${compare || 'nothing'}`, () => assert.equal(compared(words, compare), range));
  }

  it('meets weekdays with weekdays a year before', () => {
    fc.assert(
      fc.property(fc.integer({ min: day('2020-01-01'), max: today - 7 }), (start) => {
        const range = { start, end: start + 6, unit: 'span' as const, notes: [] };
        const other = readComparison('previous_year', range, today) ?? assert.fail();
        assert.equal(weekdayOf(other.start), weekdayOf(start));
        assert.equal(lengthOf(other), 7);
      }),
    );
  });

  it('says that months differ in length, that ranges overlap, and that a year is 52 weeks', () => {
    const notes = (words: string, compare: string) =>
      readComparison(compare, readDates(words, today), today)?.notes.join(' ') ?? '';
    assert.match(notes('last_month', 'previous_period'), /31 days against 30/);
    assert.match(notes('last_week', '2026-11-10..2026-11-16'), /overlap/);
    assert.match(notes('last_week', 'previous_year'), /52 weeks/);
    assert.equal(notes('last_week', 'previous_period'), '');
  });

  it('refuses words that name no period', () => {
    assert.throws(
      () => readComparison('the good old days', readDates('last_week', today), today),
      /previous_period, previous_year or a range/,
    );
  });
});

describe('days', () => {
  it('has today where the property is', () => {
    const evening = Date.parse('2026-11-22T20:00:00Z');
    assert.equal(isoDay(todayIn('America/Los_Angeles', evening)), '2026-11-22');
    assert.equal(isoDay(todayIn('Asia/Tokyo', evening)), '2026-11-23');
    assert.equal(isoDay(todayIn('Nowhere/Else', evening)), '2026-11-22');
  });

  it('counts Monday as the first day of the week', () => {
    assert.equal(weekdayOf(dayOf(2026, 11, 16)), 0);
    assert.equal(weekdayOf(dayOf(2026, 11, 22)), 6);
    assert.equal(weekdayOf(dayOf(1969, 12, 29)), 0);
  });
});
