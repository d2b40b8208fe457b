/** How strangers share the audit trail, with the clock in hand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createStrangersRoom } from './strangers-room.ts';

const HOUR = 3_600_000;

function setUp() {
  let time = 1_800_000_000_000;
  const hasRoom = createStrangersRoom(() => time);
  /** How many of so many rows, one from each site in turn, find room. */
  const write = (sites: number, rows: number, name = 'site') => {
    let kept = 0;
    for (let n = 0; n < rows; n += 1) if (hasRoom(`${name} ${n % sites}`)) kept += 1;
    return kept;
  };
  return { hasRoom, write, pass: (ms: number) => (time += ms) };
}

describe('the room of strangers in the audit trail', () => {
  for (const [sites, rows] of [
    [1, 4],
    [2, 4],
    [100, 4],
    [1000, 4],
    [10_000, 1],
  ] as const) {
    it(`is never used up by ${sites} senders who take all they can for hours`, () => {
      const { write, pass } = setUp();
      for (let minute = 0; minute < 120; minute += 1) {
        write(sites, 2 * sites);
        pass(60_000);
      }
      write(sites, 4 * sites);
      assert.equal(write(1, rows, 'an honest person'), rows);
    });
  }

  it('lets no more than a row a second through in the long run', () => {
    const { write, pass } = setUp();
    let kept = write(5000, 50_000);
    assert.ok(kept <= 20_000);
    for (let minute = 0; minute < 48 * 60; minute += 1) {
      kept += write(5000, 500);
      pass(60_000);
    }
    assert.ok(kept <= 20_000 + 48 * 3600, `${kept} rows in two days`);
    assert.ok(kept > 100_000, `${kept} rows: the bound was never near`);
  });

  it('is enough for an office that connects in one morning, from one address', () => {
    assert.equal(setUp().write(1, 4 * 200), 4 * 200);
  });

  it('is bounded all together where nobody says who comes from where', () => {
    const { hasRoom, pass } = setUp();
    const asked = Array.from({ length: 30_000 }, () => hasRoom(undefined));
    assert.equal(asked.filter((kept) => kept).length, 20_000);
    pass(HOUR);
    assert.equal(hasRoom(undefined), true);
  });
});
