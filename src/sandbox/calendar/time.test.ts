/**
 * Instants and wall clocks, above all in the hours that exist twice or not at all.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatInstant,
  instantOf,
  isTimeZone,
  readDateTime,
  readDay,
  readInstant,
  wallTime,
  weekdayOf,
} from './time.ts';

const losAngeles = 'America/Los_Angeles';

function onTheWall(text: string, zone: string): string {
  const read = readDateTime(text);
  assert.ok(read !== undefined && 'wall' in read, text);
  return formatInstant(instantOf(read.wall, zone), zone);
}

describe('wall clocks of the sandbox calendar', () => {
  it('show the later time in the hour that spring skips', () => {
    assert.equal(onTheWall('2026-03-08T02:30:00', losAngeles), '2026-03-08T03:30:00-07:00');
    assert.equal(onTheWall('2026-03-08T01:59:59', losAngeles), '2026-03-08T01:59:59-08:00');
    assert.equal(onTheWall('2026-03-08T03:00:00', losAngeles), '2026-03-08T03:00:00-07:00');
  });

  it('mean the first time in the hour that comes twice in autumn', () => {
    assert.equal(onTheWall('2026-11-01T01:30:00', losAngeles), '2026-11-01T01:30:00-07:00');
    assert.equal(onTheWall('2026-11-01T02:00:00', losAngeles), '2026-11-01T02:00:00-08:00');
  });

  it('agree with instants in every hour of a year', () => {
    for (const zone of [losAngeles, 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia']) {
      for (let instant = Date.UTC(2026, 0, 1); instant < Date.UTC(2027, 0, 1); instant += 7 * 3_600_000) {
        const back = instantOf(wallTime(instant, zone), zone);
        assert.ok(back === instant || wallTime(back, zone) === wallTime(instant, zone), `${zone} ${instant}`);
      }
    }
  });

  it('are written with Z where the offset is zero', () => {
    assert.equal(onTheWall('2026-01-10T09:00:00', 'Europe/London'), '2026-01-10T09:00:00Z');
    assert.equal(onTheWall('2026-07-10T09:00:00', 'Europe/London'), '2026-07-10T09:00:00+01:00');
    assert.equal(onTheWall('2026-07-10T09:00:00', 'Asia/Kolkata'), '2026-07-10T09:00:00+05:30');
  });
});

describe('times on the wire of the sandbox calendar (RFC 3339)', () => {
  it('need an offset to be instants', () => {
    assert.equal(readInstant('2026-11-22T09:30:00-08:00'), Date.UTC(2026, 10, 22, 17, 30));
    assert.equal(readInstant('2026-11-22t09:30:00.25z'), Date.UTC(2026, 10, 22, 9, 30, 0, 250));
    assert.equal(readInstant('2026-11-22T09:30:00'), undefined);
  });

  it('are refused when no clock or calendar shows them', () => {
    const wrong = [
      '2026-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:60:00Z',
      '2026-01-01T00:00:00+24:00',
      '2026-01-01T00:00Z',
      '2026-01-01 00:00:00Z',
      '2026-01-01T00:00:00+0800',
    ];
    for (const text of wrong) assert.equal(readInstant(text), undefined, text);
  });

  it('count days from 1970, a Thursday', () => {
    assert.equal(readDay('1970-01-01'), 0);
    assert.equal(weekdayOf(0), 4);
    assert.equal(weekdayOf(readDay('1969-12-28') ?? 0), 0);
    assert.equal(readDay('2026-2-3'), undefined);
  });
});

describe('time zones of the sandbox calendar', () => {
  it('are names of the IANA data base, not offsets', () => {
    for (const zone of ['UTC', losAngeles, 'Etc/GMT+8', 'America/Argentina/Buenos_Aires']) assert.ok(isTimeZone(zone));
    for (const zone of ['', '+02:00', 'Mars/Base', 'Europe', '../etc']) assert.ok(!isTimeZone(zone), zone);
  });
});
