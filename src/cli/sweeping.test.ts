/** Clearing away what has ended, with both clocks in hand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSweeper } from './sweeping.ts';

const HOUR = 3_600_000;

function setUp() {
  const time = { now: 1_800_000_000_000, elapsed: 0 };
  const said: string[] = [];
  const swept: number[] = [];
  const say = (level: string) => (_fields: object, message?: string) => void said.push(`${level} ${message}`);
  const sweep = createSweeper({
    bridge: { sweep: async (limit) => swept.push(limit) },
    log: { debug() {}, warn: say('warn'), error: say('error') },
    now: () => time.now,
    elapsed: () => time.elapsed,
  });
  const pass = async (milliseconds: number, jumpMs = 0) => {
    time.elapsed += milliseconds;
    time.now += milliseconds + jumpMs;
    await sweep();
    return swept.length;
  };
  return { pass, said };
}

describe('the sweeper', () => {
  it('deletes nothing for an hour after the clock was put forward by a year, and says so once', async () => {
    const { pass, said } = setUp();
    assert.equal(await pass(60_000), 1);
    assert.equal(await pass(60_000, 365 * 24 * HOUR), 1);
    assert.equal(await pass(HOUR - 60_000), 1);
    assert.equal(await pass(60_000), 2);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^warn the clock of this machine was put forward: nothing .* is deleted for an hour/);
  });

  it('goes on after the clock was put back, and says so', async () => {
    const { pass, said } = setUp();
    assert.equal(await pass(60_000, -6 * HOUR), 1);
    assert.match(said[0] ?? '', /^warn the clock of this machine was put back; check it/);
  });

  it('says nothing of the seconds by which a clock is corrected', async () => {
    const { pass, said } = setUp();
    assert.equal(await pass(60_000, 5_000), 1);
    assert.equal(await pass(60_000, -5_000), 2);
    assert.deepEqual(said, []);
  });
});
