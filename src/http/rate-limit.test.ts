/** How often is too often, with the clock in hand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TooManyRequests } from '../errors.ts';
import { createRateLimits, type RateLimits } from './rate-limit.ts';

function setUp(factor = 1) {
  let time = 1_800_000_000_000;
  const warned: string[] = [];
  const log = { warn: (fields: object) => void warned.push(JSON.stringify(fields)) };
  const limits = createRateLimits({ factor, now: () => time, log });
  return {
    limits,
    warned,
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

/** The seconds that a refusal asks to wait, or 0 when it went through. */
function take(limits: RateLimits, key: string, verb: 'take' | 'check' = 'take'): number {
  try {
    limits[verb]('refusals of a client', key);
    return 0;
  } catch (error) {
    assert.ok(error instanceof TooManyRequests);
    return error.retryAfterSeconds;
  }
}

const BURST = 200;
const PER_MINUTE = 120;

describe('a rate limit', () => {
  it('lets a whole burst through at once and not one more', () => {
    const { limits } = setUp();
    const taken = Array.from({ length: BURST + 5 }, () => take(limits, 'a')).filter((wait) => wait === 0);
    assert.equal(taken.length, BURST);
  });

  it('refuses nobody for hours when the clock is put back by hours', () => {
    const { limits, advance } = setUp();
    for (let n = 0; n < BURST; n += 1) take(limits, 'a');
    advance(-6 * 3_600_000);
    assert.equal(take(limits, 'a'), 0);
  });

  it('says how long to wait, and keeps its word', () => {
    const { limits, advance } = setUp();
    for (let n = 0; n < BURST; n += 1) take(limits, 'a');
    const wait = take(limits, 'a');
    assert.equal(wait, 1);
    advance(wait * 1000);
    assert.equal(take(limits, 'a'), 0);
  });

  it('counts each key by itself', () => {
    const { limits } = setUp();
    for (let n = 0; n < BURST; n += 1) take(limits, 'a');
    assert.notEqual(take(limits, 'a'), 0);
    assert.equal(take(limits, 'b'), 0);
  });

  it('never lets more through than a burst and what refilled meanwhile, however it is asked', () => {
    const steps = fc.array(fc.record({ pause: fc.integer({ min: 0, max: 90_000 }), tries: fc.nat(300) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(steps, (asked) => {
        const { limits, advance } = setUp();
        let passed = 0;
        let elapsed = 0;
        for (const { pause, tries } of asked) {
          advance(pause);
          elapsed += pause;
          for (let n = 0; n < tries; n += 1) if (take(limits, 'a') === 0) passed += 1;
          assert.ok(passed <= BURST + (elapsed / 60_000) * PER_MINUTE + 1);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('lets everybody through who stays below the rate for ever', () => {
    const { limits, advance } = setUp();
    for (let n = 0; n < 5000; n += 1) {
      assert.equal(take(limits, 'a'), 0);
      advance(60_000 / PER_MINUTE);
    }
  });

  it('counts what has happened already without ever asking for more than one burst of patience', () => {
    const { limits, advance } = setUp();
    for (let n = 0; n < 10 * BURST; n += 1) limits.count('refusals of a client', 'a');
    assert.notEqual(take(limits, 'a', 'check'), 0);
    advance((BURST / PER_MINUTE) * 60_000);
    assert.equal(take(limits, 'a', 'check'), 0);
  });

  it('takes several at once or none of them', () => {
    const { limits } = setUp();
    const several = (howMany: number) => limits.take('refusals of a client', 'a', howMany);
    several(BURST - 5);
    assert.throws(() => several(6), TooManyRequests);
    several(5);
    assert.notEqual(take(limits, 'a'), 0);
  });

  it('counts nothing when it only looks', () => {
    const { limits } = setUp();
    for (let n = 0; n < 2 * BURST; n += 1) assert.equal(take(limits, 'a', 'check'), 0);
  });

  it('is multiplied by the factor of the operator', () => {
    const { limits } = setUp(0.1);
    const taken = Array.from({ length: BURST }, () => take(limits, 'a')).filter((wait) => wait === 0);
    assert.equal(taken.length, BURST / 10);
  });

  it('is none when the factor is 0', () => {
    const { limits } = setUp(0);
    for (let n = 0; n < 10 * BURST; n += 1) assert.equal(take(limits, 'a'), 0);
  });

  it('remembers a bounded number of keys, those used last', () => {
    const { limits } = setUp();
    for (let n = 0; n < BURST; n += 1) take(limits, 'old');
    for (let n = 0; n < 49_999; n += 1) take(limits, `key ${n}`);
    assert.notEqual(take(limits, 'old', 'check'), 0);
    take(limits, 'one more');
    assert.equal(take(limits, 'old', 'check'), 0);
  });

  it('tells the operator of refusals once a minute, not once a refusal', () => {
    const { limits, warned, advance } = setUp();
    for (let n = 0; n < BURST + 50; n += 1) take(limits, 'a');
    assert.deepEqual(warned, ['{"limit":"refusals of a client","key":"a"}']);
    advance(60_000);
    for (let n = 0; n < BURST + 50; n += 1) take(limits, 'a');
    assert.equal(warned.length, 2);
  });
});
