import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { printDouble, printMetric } from './rows.ts';

describe('a metric value on the wire', () => {
  it('has fifteen digits, or seventeen where fifteen would read back as another number', () => {
    assert.equal(printDouble(0.9734848484848485), '0.97348484848484851');
    assert.equal(printDouble(0.5), '0.5');
    assert.equal(printDouble(1 / 3), '0.33333333333333331');
    assert.equal(printDouble(81.05), '81.05');
    assert.equal(printDouble(100), '100');
    assert.equal(printDouble(0), '0');
    assert.equal(printDouble(-0), '0');
    assert.equal(printDouble(0.00002), '2e-05');
    assert.equal(printDouble(-12.25), '-12.25');
  });

  it('reads back as the number that it was', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
        assert.equal(Number(printDouble(value)), value === 0 ? 0 : value),
      ),
    );
  });

  it('is a whole number for integer metrics', () => {
    assert.equal(printMetric(2.5000001, 'TYPE_INTEGER'), '3');
    assert.equal(printMetric(3, 'TYPE_FLOAT'), '3');
  });
});
