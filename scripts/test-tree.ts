/**
 * The names of all tests, read from the sources without running them.
 *
 * Relies on Biome's formatting: a test's indentation says under which `describe` it stands, and its name is a literal
 * that follows the opening bracket. Does not own: what a good name is (check-test-names.ts) nor the print (print-spec.ts).
 */
import { readFileSync } from 'node:fs';
import { sourceFiles } from './source-files.ts';

export interface NamedTest {
  kind: 'group' | 'test';
  /** As written, escapes resolved; a template keeps its `${…}`. */
  name: string;
  path: string;
  line: number;
  /** Names of the enclosing groups, outermost first. */
  groups: string[];
}

const CALL =
  /^([ \t]*)(?:await |void )?(describe|suite|it|test|\w+\.test)(?:\.\w+)?\(\s*(['"`])((?:\\.|(?!\3)[^\\])*)\3/gm;

export function testTree(): NamedTest[] {
  return sourceFiles()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    .filter(({ text }) => text.includes("'node:test'"))
    .flatMap(({ path, text }) => namesIn(path, text));
}

function namesIn(path: string, text: string): NamedTest[] {
  const open: { depth: number; name: string }[] = [];
  return [...text.matchAll(CALL)].map((match) => {
    const [, indent = '', call = '', , raw = ''] = match;
    while ((open.at(-1)?.depth ?? -1) >= indent.length) open.pop();
    const name = raw.replace(/\\(.)/g, '$1');
    const groups = open.map((group) => group.name);
    const kind = call === 'describe' || call === 'suite' ? 'group' : 'test';
    if (kind === 'group') open.push({ depth: indent.length, name });
    return { kind, name, path, line: text.slice(0, match.index).split('\n').length, groups };
  });
}
