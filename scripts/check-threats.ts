/**
 * docs/threats.md is only worth something while its tests are there: each row names tests that exist, are not put off,
 * and stand for a file that exists; and each advisory with an attack test has its row.
 *
 * Owns: that comparison. Does not own: how test names are found (test-tree.ts), nor other claims of the page (check-docs.ts).
 */
import { existsSync, readFileSync } from 'node:fs';
import { type NamedTest, testTree } from './test-tree.ts';

const PAGE = 'docs/threats.md';
const ADVISORY = /\b(?:CVE-\d{4}-\d+|GHSA(?:-[a-z0-9]{4}){3})\b/g;

interface Row {
  line: number;
  defences: string[];
  tests: string[];
  cells: number;
}

/** Rows of three cells below their table's head. */
function rowsOf(page: string): Row[] {
  const lines = page.split('\n').map((text, index) => ({ text, line: index + 1 }));
  return lines
    .filter(({ text }, index) => text.startsWith('|') && !isHead(text, lines[index + 1]?.text))
    .map(({ text, line }) => {
      const cells = text.split('|').slice(1, -1);
      const [, defence = '', tests = ''] = cells;
      return { line, cells: cells.length, defences: quoted(defence), tests: quoted(tests) };
    });
}

function isHead(text: string, next: string | undefined): boolean {
  return /^\| *-/.test(text) || /^\| *-/.test(next ?? '');
}

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}

/** `lineOf` shows the source of a test's first line, where an option that puts it off would stand. */
export function problemsOf(page: string, tree: NamedTest[], lineOf: (test: NamedTest) => string): string[] {
  const tests = new Map(tree.filter(({ kind }) => kind === 'test').map((test) => [test.name, test]));
  const rows = rowsOf(page);
  const found = rows.flatMap((row) => {
    const at = `${PAGE}:${row.line}`;
    if (row.cells !== 3) return [`${at}: a row has three cells: threat, defence, test`];
    const missing = row.tests.filter((name) => !tests.has(name)).map((name) => `${at}: there is no test "${name}"`);
    const putOff = row.tests.flatMap((name) => {
      const test = tests.get(name);
      return test !== undefined && isPutOff(lineOf(test), name) ? [`${at}: "${name}" is put off`] : [];
    });
    const none = row.tests.length === 0 ? [`${at}: names no test`] : [];
    const files = row.defences.filter((text) => /^src\/.*\.ts$/.test(text));
    const nowhere = files.length === 0 ? [`${at}: names no file in which the defence stands`] : [];
    const gone = files.filter((file) => !existsSync(file)).map((file) => `${at}: there is no ${file}`);
    return [...missing, ...putOff, ...none, ...nowhere, ...gone];
  });
  const unnamed = tree
    .filter(({ path, kind }) => kind === 'group' && path.startsWith('test/attacks/'))
    .flatMap(({ name, path }) =>
      [...name.matchAll(ADVISORY)]
        .filter(([id]) => !page.includes(id))
        .map(([id]) => `${PAGE}: nothing about ${id}, which ${path} plays`),
    );
  return [...(rows.length === 0 ? [`${PAGE}: no table was found`] : []), ...found, ...unnamed];
}

/** By `it.todo`, `{ skip: … }` or a constant TODO, not by a word in the name itself. */
function isPutOff(source: string, name: string): boolean {
  return /\b(todo|skip)\b/i.test(source.replaceAll('\\', '').replace(name, ''));
}

function sourceLine({ path, line }: NamedTest): string {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .slice(line - 1, line + 3);
  // A call that did not fit on one line has its name and options below.
  return (lines[0] ?? '').trimEnd().endsWith('(') ? lines.join(' ') : (lines[0] ?? '');
}

if (import.meta.main) {
  const tree = testTree();
  const found = problemsOf(readFileSync(PAGE, 'utf8'), tree, sourceLine);
  for (const line of found) console.log(line);
  if (found.length > 0) process.exitCode = 1;
}
