/** JSON data written as YAML. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toYaml } from './yaml.ts';

describe('YAML', () => {
  it('is written in blocks, texts quoted, empty things in brackets', () => {
    const value = { openapi: '3.1.0', list: [1, 'two', [true], { a: null, b: [] }], none: {}, 200: { ok: false } };
    const expected = `"200":
  ok: false
openapi: "3.1.0"
list:
  - 1
  - "two"
  - - true
  - a: null
    b: []
none: {}
`;
    assert.equal(toYaml(value), expected);
  });

  it('quotes every key that a reader could take for something else', () => {
    const text = toYaml({ on: 1, No: 2, null: 3, 'a b': 4, '/actions/x': 5, 'x-y': 6, $ref: 7, '': 8 });
    assert.equal(text, '"on": 1\n"No": 2\n"null": 3\n"a b": 4\n"/actions/x": 5\nx-y: 6\n$ref: 7\n"": 8\n');
  });

  it('keeps line breaks and quotes inside a text', () => {
    assert.equal(toYaml({ a: 'one\n"two": - # é\u2028' }), 'a: "one\\n\\"two\\": - # é\\u2028"\n');
  });

  it('is a scalar or an empty list by itself too', () => {
    assert.equal(toYaml('x'), '"x"\n');
    assert.equal(toYaml([]), '[]\n');
  });
});
