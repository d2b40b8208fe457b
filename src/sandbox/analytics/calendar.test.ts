import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compactDate, dayAt, dayOf, describeDay, midnight, resolveDay, weekdayOf } from './calendar.ts';

const day = (text: string): number => {
  const found = dayOf(text);
  if (found === undefined) throw new RangeError(text);
  return found;
};

describe('a property’s calendar', () => {
  it('takes the day of an instant from the property’s time zone', () => {
    const instant = new Date('2026-11-18T03:00:00Z');
    assert.equal(compactDate(dayAt(instant, 'America/Los_Angeles')), '20261117');
    assert.equal(compactDate(dayAt(instant, 'Europe/London')), '20261118');
  });

  it('finds midnight on the days on which clocks change', () => {
    const spring = midnight(day('2026-03-08'), 'America/Los_Angeles');
    const next = midnight(day('2026-03-09'), 'America/Los_Angeles');
    assert.equal(next - spring, 23 * 3600);
    assert.equal(new Date(spring * 1000).toISOString(), '2026-03-08T08:00:00.000Z');
    assert.equal(
      midnight(day('2026-11-02'), 'America/Los_Angeles') - midnight(day('2026-11-01'), 'America/Los_Angeles'),
      25 * 3600,
    );
  });

  it('knows Google’s words for days and no others', () => {
    const today = day('2026-11-18');
    assert.equal(resolveDay('today', today), today);
    assert.equal(resolveDay('yesterday', today), today - 1);
    assert.equal(resolveDay('28daysAgo', today), today - 28);
    assert.equal(resolveDay('2026-02-28', today), day('2026-02-28'));
    for (const word of ['last week', 'Today', '7DaysAgo', '-1daysAgo', '2026-02-30', '2026-2-3', '20261118', '']) {
      assert.equal(resolveDay(word, today), undefined, word);
    }
  });

  it('numbers weeks from the Sunday before the first of January', () => {
    // 2026-01-01 is a Thursday.
    assert.equal(describeDay(day('2026-01-01')).week, '01');
    assert.equal(describeDay(day('2026-01-03')).week, '01');
    assert.equal(describeDay(day('2026-01-04')).week, '02');
    assert.equal(describeDay(day('2026-12-31')).week, '53');
  });

  it('numbers ISO weeks by their Thursday, which may lie in another year', () => {
    const { isoWeek, isoYear, year } = describeDay(day('2027-01-03'));
    assert.deepEqual({ isoWeek, isoYear, year }, { isoWeek: '53', isoYear: '2026', year: '2027' });
    assert.equal(describeDay(day('2025-12-29')).isoYear, '2026');
    assert.equal(describeDay(day('2025-12-29')).isoWeek, '01');
  });

  it('counts weekdays from Sunday', () => {
    assert.equal(weekdayOf(day('2026-11-15')), 0);
    assert.equal(describeDay(day('2026-11-18')).weekdayName, 'Wednesday');
  });
});
