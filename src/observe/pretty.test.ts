/** What an operator's terminal gets to see of text that strangers wrote. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { prettyLines } from './pretty.ts';

function written(fields: Record<string, unknown>): string {
  let text = '';
  const lines = prettyLines({
    write: (more) => {
      text += more;
    },
  });
  lines.write(JSON.stringify({ level: 30, time: '2026-01-02T03:04:05.678Z', msg: 'a sentence', ...fields }));
  return text;
}

const FORGED = 'x\r\n03:04:05.679 error forged \u001b]0;owned\u0007\u001b[2J\u009b2J\u202e\u2028\u{e0041}\ud800';
/** Whatever a terminal obeys, but for the line's own end and its own colours. */
const OBEYED = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;

describe('a log line at a terminal', () => {
  it('is time, level, sentence and fields', () => {
    assert.equal(
      stripVTControlCharacters(written({ path: '/token', n: 1 })),
      '03:04:05.678 info  a sentence path=/token n=1\n',
    );
  });

  it('stays one line and writes control characters out, wherever a stranger put them', () => {
    for (const fields of [{ name: FORGED }, { deep: { name: FORGED } }, { [FORGED]: 1 }, { msg: FORGED }]) {
      const text = written(fields).replace(/\p{Cc}\[\d+m/gu, '');
      assert.equal(text.split('\n').length, 2, text);
      assert.doesNotMatch(text, OBEYED);
      assert.match(text, /\\u\{?202e/);
    }
  });

  it('keeps the lines of a stack, none of which can pass for a line of the log', () => {
    const stack = `Error: ${FORGED}\n    at one (a.ts:1:1)\n    at two (b.ts:2:2)`;
    const text = written({ err: { stack } }).replace(/\p{Cc}\[\d+m/gu, '');
    const [, ...lines] = text.trimEnd().split('\n');
    assert.equal(lines.length, 4);
    for (const line of lines) assert.match(line, /^ {4}/);
    assert.doesNotMatch(text, OBEYED);
    assert.match(text, /\n +at two \(b\.ts:2:2\)\n$/);
  });
});
