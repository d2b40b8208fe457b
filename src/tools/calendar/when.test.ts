import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ToolError } from '../../errors.ts';
import { freeSlots, workingSpans } from './free-slots.ts';
import { readRule } from './repeat.ts';
import { chooseZone, readInstant, readWhen } from './when.ts';
import { clockTime, printInstant, startOfDay } from './zone.ts';

const zone = 'America/Los_Angeles';
/** Sunday evening, 22 November 2026, in California; Monday in Europe. */
const place = { zone, now: Date.parse('2026-11-23T03:00:00Z') };

const print = (words: string, where = place) => {
  const { start, end } = readWhen(words, where);
  return `${printInstant(start, where.zone)} ${printInstant(end, where.zone)}`;
};
const day = (text: string) => startOfDay(Date.parse(text) / 86_400_000, zone);

describe('the words for a time in a calendar', () => {
  it('are resolved where the calendar is and look ahead', () => {
    for (const [words, first, last] of [
      ['today', '2026-11-22', '2026-11-22'],
      ['tomorrow', '2026-11-23', '2026-11-23'],
      ['Friday', '2026-11-27', '2026-11-27'],
      ['sunday', '2026-11-22', '2026-11-22'],
      ['next friday', '2026-11-27', '2026-11-27'],
      ['this_week', '2026-11-16', '2026-11-22'],
      ['next week', '2026-11-23', '2026-11-29'],
      ['this weekend', '2026-11-21', '2026-11-22'],
      ['rest of the month', '2026-11-22', '2026-11-30'],
      ['next month', '2026-12-01', '2026-12-31'],
      ['2026-12', '2026-12-01', '2026-12-31'],
      ['2026-12-24..2026-12-27', '2026-12-24', '2026-12-27'],
      ['tomorrow to friday', '2026-11-23', '2026-11-27'],
      ['24 December 2026', '2026-12-24', '2026-12-24'],
    ] as const) {
      const { start, end } = readWhen(words, place);
      assert.deepEqual([start, end], [day(first), day(last) + 86_400_000], words);
    }
    assert.equal(print('today', { ...place, zone: 'Europe/Berlin' }).slice(0, 10), '2026-11-23');
  });

  it('begin now where they count from now', () => {
    assert.equal(print('next_7_days'), '2026-11-22T19:00:00-08:00 2026-11-30T00:00:00-08:00');
    assert.equal(print('next 2 hours'), '2026-11-22T19:00:00-08:00 2026-11-22T21:00:00-08:00');
    assert.equal(print('last 7 days'), '2026-11-15T00:00:00-08:00 2026-11-22T19:00:00-08:00');
    assert.equal(
      print('2026-11-25T10:00..2026-11-25T21:00+01:00'),
      '2026-11-25T10:00:00-08:00 2026-11-25T12:00:00-08:00',
    );
  });

  it('are refused with words that would do', () => {
    for (const wrong of ['', 'soonish', 'in a bit', '2026-02-30', '..', '2026-11-25..2026-11-23']) {
      assert.throws(
        () => readWhen(wrong, place),
        (error) => error instanceof ToolError && error.kind === 'bad-input',
        wrong,
      );
    }
  });

  it('keep their clock when summer time begins or ends', () => {
    assert.equal(
      printInstant(clockTime(Date.parse('2026-11-01') / 86_400_000, 9 * 60, zone), zone),
      '2026-11-01T09:00:00-08:00',
    );
    assert.equal(readInstant('2026-03-08T02:30', zone), Date.parse('2026-03-08T03:30:00-07:00'));
    assert.equal(readInstant('2026-11-01T01:30', zone), Date.parse('2026-11-01T01:30:00-07:00'));
    assert.equal(readInstant('2026-12-01T10:00+0530', zone), Date.parse('2026-12-01T10:00:00+05:30'));
    assert.equal(readInstant('2026-12-01T25:00', zone), undefined);
  });

  it('take a time zone by its name only', () => {
    assert.equal(chooseZone(undefined, zone), zone);
    assert.equal(chooseZone('Asia/Tokyo', zone), 'Asia/Tokyo');
    assert.equal(chooseZone(undefined, 'Nowhere/Land'), 'UTC');
    assert.throws(() => chooseZone('Nowhere/Land', zone), /no time zone `Nowhere\/Land`/);
  });
});

describe('free slots', () => {
  const span = (from: string, to: string) => ({ start: Date.parse(from), end: Date.parse(to) });

  it('are what busy times leave of the working hours of each working day', () => {
    const open = workingSpans(readWhen('2026-11-27..2026-11-30', place), {
      zone,
      from: 540,
      to: 720,
      withWeekends: false,
    });
    assert.deepEqual(open, [
      span('2026-11-27T09:00-08:00', '2026-11-27T12:00-08:00'),
      span('2026-11-30T09:00-08:00', '2026-11-30T12:00-08:00'),
    ]);
    const busy = [
      span('2026-11-30T10:00-08:00', '2026-11-30T10:30-08:00'),
      span('2026-11-27T08:00-08:00', '2026-11-27T11:00-08:00'),
      span('2026-11-27T09:30-08:00', '2026-11-27T10:00-08:00'),
      span('2026-11-30T11:45-08:00', '2026-11-30T13:00-08:00'),
    ];
    assert.deepEqual(freeSlots(open, busy, 60 * 60_000), [
      span('2026-11-27T11:00-08:00', '2026-11-27T12:00-08:00'),
      span('2026-11-30T09:00-08:00', '2026-11-30T10:00-08:00'),
      span('2026-11-30T10:30-08:00', '2026-11-30T11:45-08:00'),
    ]);
  });
});

describe('how an event repeats', () => {
  it('is read from a word or a rule, and refused when it is neither', () => {
    assert.equal(readRule('every weekday'), 'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR');
    assert.equal(
      readRule('rrule:freq=monthly;byday=-1FR;until=20271231T000000Z'),
      'RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231T000000Z',
    );
    for (const wrong of ['sometimes', 'FREQ=SECONDLY', 'FREQ=DAILY\nEXDATE:20261201']) {
      assert.throws(() => readRule(wrong), /`repeat` is/, wrong);
    }
  });
});
