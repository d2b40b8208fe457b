import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findAdvice, findField, squeezeField, standardFields, suggestFields } from './catalogue.ts';
import { eventScopedSources, noEquivalent, sameMeaning } from './renames.ts';

describe('the field catalogue', () => {
  it('has every name once, dimension or metric', () => {
    const squeezed = [...standardFields.keys()].map(squeezeField);
    assert.equal(new Set(squeezed).size, squeezed.length);
    assert.ok(standardFields.size > 200);
  });

  it('points only at fields that there are', () => {
    const targets = [
      ...Object.values(sameMeaning),
      ...Object.values(noEquivalent).flatMap((one) => one.instead),
      ...Object.entries(eventScopedSources).flat(),
    ];
    assert.deepEqual(
      targets.filter((name) => !standardFields.has(name)),
      [],
    );
  });

  it('has keys of other words squeezed, and none that hides a field', () => {
    for (const key of [...Object.keys(sameMeaning), ...Object.keys(noEquivalent)]) {
      assert.equal(squeezeField(key), key);
      assert.equal(noEquivalent[key] !== undefined && sameMeaning[key] !== undefined, false, key);
    }
    const fields = new Set([...standardFields.keys()].map(squeezeField));
    assert.deepEqual(
      Object.keys(noEquivalent).filter((key) => fields.has(key)),
      [],
    );
  });

  it('reads its own names in every spelling', () => {
    for (const name of standardFields.keys()) {
      const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      for (const spelled of [
        name,
        snake,
        name.toUpperCase(),
        `ga:${name}`,
        snake.replaceAll('_', ' '),
        snake.replaceAll('_', '-'),
      ]) {
        assert.equal(findField(spelled)?.name, name, spelled);
      }
    }
  });

  it('does not read a typing slip as a name, but suggests the right one first', () => {
    const slips: [string, string][] = [
      ['pagePathh', 'pagePath'],
      ['sesions', 'sessions'],
      ['activeUser', 'activeUsers'],
      ['sessionSourceMeduim', 'sessionSourceMedium'],
      ['totalReveneu', 'totalRevenue'],
      ['engagmentRate', 'engagementRate'],
      ['country_name', 'country'],
    ];
    for (const [slip, right] of slips) {
      assert.equal(findField(slip), undefined, slip);
      assert.equal(suggestFields(slip, undefined)[0], right, slip);
    }
  });

  it('finds nothing for names of JavaScript’s own', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      assert.equal(findField(name), undefined);
      assert.equal(findAdvice(name), undefined);
    }
  });

  it('suggests nothing for what resembles nothing', () => {
    assert.deepEqual(suggestFields('xyzzy', undefined), []);
  });
});
