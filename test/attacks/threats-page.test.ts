/** The check of docs/threats.md, tried on pages with one mistake each, and on the page as it stands. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { problemsOf } from '../../scripts/check-threats.ts';
import { type NamedTest, testTree } from '../../scripts/test-tree.ts';

const HEAD = '| threat | defence | test |\n| --- | --- | --- |\n';
const GOOD = '| a threat | a defence (`src/oauth/pkce.ts`) | `holds` |';
const TREE: NamedTest[] = [
  { kind: 'group', name: 'CVE-2026-0001: an attack', path: 'test/attacks/some.test.ts', line: 1, groups: [] },
  { kind: 'test', name: 'holds', path: 'test/attacks/some.test.ts', line: 2, groups: [] },
  { kind: 'test', name: 'is put off', path: 'test/attacks/some.test.ts', line: 3, groups: [] },
];
const SOURCE = [
  '',
  "describe('CVE-2026-0001: an attack', () => {",
  "  it('holds', () => {",
  "  it('is put off', TODO, () => {",
];

const check = (rows: string) => problemsOf(`CVE-2026-0001\n\n${HEAD}${rows}\n`, TREE, ({ line }) => SOURCE[line] ?? '');

describe('the page of threats', () => {
  it('is found to be in order when each row has a file and a test that is there', () => {
    testTree(); // sets the working directory, in which files are looked for
    assert.deepEqual(check(GOOD), []);
  });

  for (const [what, row, said] of [
    ['a test that is not there', GOOD.replace('holds', 'is gone'), 'docs/threats.md:5: there is no test "is gone"'],
    ['a test that is put off', GOOD.replace('holds', 'is put off'), 'docs/threats.md:5: "is put off" is put off'],
    ['no test at all', GOOD.replace('`holds`', 'none yet'), 'docs/threats.md:5: names no test'],
    [
      'no file',
      GOOD.replace(' (`src/oauth/pkce.ts`)', ''),
      'docs/threats.md:5: names no file in which the defence stands',
    ],
    ['a file that is gone', GOOD.replace('pkce', 'gone'), 'docs/threats.md:5: there is no src/oauth/gone.ts'],
    ['a cell too few', '| a threat | `holds` |', 'docs/threats.md:5: a row has three cells: threat, defence, test'],
  ] as const) {
    it(`is found to be wrong with ${what}`, () => {
      assert.deepEqual(check(row), [said]);
    });
  }

  it('is found to be wrong when an advisory that is played has no row', () => {
    assert.deepEqual(
      problemsOf(`${HEAD}${GOOD}\n`, TREE, () => ''),
      ['docs/threats.md: nothing about CVE-2026-0001, which test/attacks/some.test.ts plays'],
    );
  });

  it('names real tests as it stands', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/threats.md'), 'utf8');
    const missing = problemsOf(page, testTree(), () => '').filter((line) => line.includes('there is no test'));
    assert.deepEqual(missing, []);
  });
});
