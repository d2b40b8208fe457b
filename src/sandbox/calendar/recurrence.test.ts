/**
 * Recurrence rules against examples from RFC 5545 3.8.5.3 and against the two weekends when clocks change.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRecurrence, wallTimes } from './recurrence.ts';
import { formatInstant, instantOf } from './time.ts';

const zone = 'America/New_York';

function wall(text: string): number {
  return Date.parse(`${text}Z`);
}

function happenings(lines: string[], first: string, from = first, to = '1999-12-31T00:00:00'): string[] {
  const recurrence = readRecurrence(lines, zone);
  assert.ok(recurrence, lines.join());
  return wallTimes(recurrence, wall(first), wall(from), wall(to)).map((time) =>
    new Date(time).toISOString().slice(0, 10),
  );
}

describe('recurrence rules (RFC 5545 3.8.5.3)', () => {
  it('counts ten days', () => {
    const days = happenings(['RRULE:FREQ=DAILY;COUNT=10'], '1997-09-02T09:00:00');
    assert.equal(days.length, 10);
    assert.deepEqual([days[0], days.at(-1)], ['1997-09-02', '1997-09-11']);
  });

  it('skips every other week but keeps its weekdays', () => {
    assert.deepEqual(happenings(['RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH'], '1997-09-02T09:00:00'), [
      '1997-09-02',
      '1997-09-04',
      '1997-09-16',
      '1997-09-18',
      '1997-09-30',
      '1997-10-02',
      '1997-10-14',
      '1997-10-16',
    ]);
  });

  it('lets the first day of the week decide which weeks are skipped', () => {
    const rule = 'RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU';
    assert.deepEqual(happenings([`${rule};WKST=MO`], '1997-08-05T09:00:00'), [
      '1997-08-05',
      '1997-08-10',
      '1997-08-19',
      '1997-08-24',
    ]);
    assert.deepEqual(happenings([`${rule};WKST=SU`], '1997-08-05T09:00:00'), [
      '1997-08-05',
      '1997-08-17',
      '1997-08-19',
      '1997-08-31',
    ]);
  });

  it('finds the first Friday, the last Monday and the last working day of a month', () => {
    assert.deepEqual(happenings(['RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=1FR'], '1997-09-05T09:00:00'), [
      '1997-09-05',
      '1997-10-03',
      '1997-11-07',
    ]);
    assert.deepEqual(happenings(['RRULE:FREQ=MONTHLY;COUNT=2;BYDAY=-2MO'], '1997-09-22T09:00:00'), [
      '1997-09-22',
      '1997-10-20',
    ]);
    const lastWorkingDay = 'RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1';
    assert.deepEqual(happenings([lastWorkingDay], '1997-09-29T09:00:00'), ['1997-09-30', '1997-10-31', '1997-11-28']);
  });

  it('leaves out months that lack the day', () => {
    assert.deepEqual(happenings(['RRULE:FREQ=MONTHLY;COUNT=3'], '1998-01-31T09:00:00'), [
      '1998-01-31',
      '1998-03-31',
      '1998-05-31',
    ]);
    assert.deepEqual(happenings(['RRULE:FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-1'], '1998-01-31T09:00:00'), [
      '1998-01-31',
      '1998-02-28',
      '1998-03-31',
    ]);
  });

  it('comes back every year in the months it names', () => {
    assert.deepEqual(happenings(['RRULE:FREQ=YEARLY;COUNT=4;BYMONTH=6,7'], '1997-06-10T09:00:00'), [
      '1997-06-10',
      '1997-07-10',
      '1998-06-10',
      '1998-07-10',
    ]);
  });

  it('ends on the last day of UNTIL, that day included', () => {
    for (const until of ['19970904', '19970904T130000Z', '19970904T090000']) {
      assert.deepEqual(happenings([`RRULE:FREQ=DAILY;UNTIL=${until}`], '1997-09-02T09:00:00'), [
        '1997-09-02',
        '1997-09-03',
        '1997-09-04',
      ]);
    }
    assert.equal(happenings(['RRULE:FREQ=DAILY;UNTIL=19970904T125959Z'], '1997-09-02T09:00:00').length, 2);
  });

  it('leaves out EXDATE and puts in RDATE', () => {
    const lines = [
      'RRULE:FREQ=DAILY;COUNT=4',
      'EXDATE;TZID=America/Los_Angeles:19970903T060000',
      'EXDATE:19970904T130000Z',
      'RDATE:19971001T090000',
    ];
    assert.deepEqual(happenings(lines, '1997-09-02T09:00:00'), ['1997-09-02', '1997-09-05', '1997-10-01']);
  });

  it('counts from the beginning even when asked about a later window', () => {
    const rule = ['RRULE:FREQ=WEEKLY;COUNT=5'];
    assert.deepEqual(happenings(rule, '1997-09-02T09:00:00', '1997-09-23T00:00:00'), ['1997-09-23', '1997-09-30']);
  });

  it('stays on the wall clock when the clocks change', () => {
    const recurrence = readRecurrence(['RRULE:FREQ=WEEKLY;COUNT=2'], zone);
    assert.ok(recurrence);
    const walls = wallTimes(recurrence, wall('2026-10-28T09:30:00'), 0, wall('2027-01-01T00:00:00'));
    assert.deepEqual(
      walls.map((time) => formatInstant(instantOf(time, zone), zone)),
      ['2026-10-28T09:30:00-04:00', '2026-11-04T09:30:00-05:00'],
    );
  });

  it('ends its search for a day that never comes', () => {
    assert.deepEqual(happenings(['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'], '1997-02-01T09:00:00'), []);
  });

  it('refuses rules that make no sense or that it does not know', () => {
    const wrong = [
      'FREQ=DAILY',
      'RRULE:',
      'RRULE:FREQ=SOMETIMES',
      'RRULE:FREQ=HOURLY',
      'RRULE:INTERVAL=2',
      'RRULE:FREQ=DAILY;INTERVAL=0',
      'RRULE:FREQ=DAILY;COUNT=-1',
      'RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260101',
      'RRULE:FREQ=DAILY;UNTIL=tomorrow',
      'RRULE:FREQ=WEEKLY;BYDAY=XX',
      'RRULE:FREQ=MONTHLY;BYMONTHDAY=32',
      'RRULE:FREQ=DAILY;FREQ=WEEKLY',
      'RRULE:FREQ=DAILY;BYMOOD=good',
      'EXRULE:FREQ=DAILY',
      'EXDATE:not-a-date',
      'EXDATE;TZID=Mars/Base:19970903T090000',
      'DTSTART:19970902T090000Z',
    ];
    for (const line of wrong) assert.equal(readRecurrence([line], zone), undefined, line);
  });
});
