import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileRegexp } from './regexp.ts';

const partial = (pattern: string, value: string): boolean =>
  compileRegexp(pattern, { caseSensitive: true, whole: false })(value);
const full = (pattern: string, value: string): boolean =>
  compileRegexp(pattern, { caseSensitive: true, whole: true })(value);

/** Patterns in the syntax that RE2 and JavaScript read alike. */
const pattern = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('a', 'b', '/', '.', '\\d', '\\w', '[ab]', '[^a]', '[a-c0-2]', '^', '$', '\\b', '\\.'),
    tie('node').map((inner) => `(${inner})`),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => `(?:${left}|${right})`),
  ),
  node: fc
    .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '*?')), { maxLength: 4 })
    // A quantified anchor means different things to different engines.
    .map((parts) => parts.map(([atom, count]) => (/^(\^|\$|\\b)$/.test(atom) ? atom : atom + count)).join('')),
})).node;

describe('a regular expression in a filter (RE2)', () => {
  it('agrees with JavaScript on what both can read', () => {
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '/', '.', ' '), maxLength: 12 }),
        (source, value) => {
          assert.equal(partial(source, value), new RegExp(source).test(value), `${source} in ${value}`);
          assert.equal(full(source, value), new RegExp(`^(?:${source})$`).test(value), `${source} all of ${value}`);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('tells a full match from a partial one', () => {
    assert.equal(partial('shop', '/shop/hats'), true);
    assert.equal(full('shop', '/shop/hats'), false);
    assert.equal(full('/shop/.*', '/shop/hats'), true);
  });

  it('folds case unless told otherwise, and on (?i) where told otherwise', () => {
    const folding = compileRegexp('GOOGLE|[a-c]ing', { caseSensitive: false, whole: true });
    assert.equal(folding('Google'), true);
    assert.equal(folding('BING'), true);
    assert.equal(partial('google', 'Google'), false);
    assert.equal(partial('(?i)google', 'GOOGLE'), true);
    assert.equal(partial('(?i:g)oogle', 'GOOGLE'), false);
  });

  it('reads classes by name', () => {
    assert.equal(full('[[:alpha:]]+[[:digit:]]', 'abc1'), true);
    assert.equal(full('\\p{Greek}+', 'λόγος'), true);
    assert.equal(full('\\pL+', 'Zürich'), true);
    assert.equal(full('[\\d\\-]+', '12-3'), true);
    assert.equal(full('[]a]+', 'a]'), true);
  });

  it('refuses what RE2 refuses', () => {
    for (const source of [
      '(?=a)',
      '(?<!a)b',
      '(a)\\1',
      'a**',
      '*a',
      '(a',
      'a)',
      '[a',
      'a{2000}',
      'a{3,2}',
      '[b-a]',
      'a\\',
      '\\y',
      '[[:nope:]]',
      '[[:constructor:]]',
      '\\p{Nope}',
    ]) {
      assert.throws(() => partial(source, ''), /^Error: Invalid regular expression: /, source);
    }
  });

  it('refuses patterns that grow beyond reason', () => {
    assert.throws(() => partial('((((a{1000}){1000}){1000}){1000})', 'a'), /too large/);
    assert.throws(() => partial('('.repeat(5000), 'a'), /too (large|deeply)/);
    assert.throws(() => partial('('.repeat(150) + ')'.repeat(150), 'a'), /too deeply/);
  });

  it('does not slow down on patterns made to be slow', () => {
    const value = `${'a'.repeat(2000)}!`;
    const started = performance.now();
    assert.equal(full('(a+)+', value), false);
    assert.equal(full('(a|a)*b', value), false);
    assert.ok(performance.now() - started < 5000);
  });
});
