/**
 * Whatever the documentation names exists: linked files and headings, paths, `file:function` pairs, npm scripts; and the
 * generated pages are what the code would print now; docs/storage.md speaks of every column.
 *
 * Decision records tell history: in them only links are followed. Links to the web are not followed.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { sourceFiles } from './source-files.ts';
import { generatedDocs } from './write-docs.ts';

process.chdir(join(import.meta.dirname, '..'));
const scripts = Object.keys((JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }).scripts);
/** A name in backticks is taken for a path when it begins with one of these. Rooms may be named without `src/`. */
const TOP = ['src', 'test', 'scripts', 'docs', 'bin', 'bench', 'examples', 'assets', '.ci'];
const ROOMS = globSync('src/*/').map((path) => path.replace(/^src[\\/]/, ''));

/** Without fenced blocks, whose content is a transcript or a program and not a claim about this tree. */
const prose = (text: string) => text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');

/** GitHub's anchor of a heading. */
function anchor(heading: string): string {
  const text = heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase();
  return text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}

function brokenLinks(path: string, text: string): string[] {
  return [...text.matchAll(/\[[^\]]*\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
    const [file = '', hash] = link.split('#');
    const target = file === '' ? path : normalize(join(dirname(path), decodeURI(file)));
    if (!existsSync(target)) return [`${path}: the link to ${link} leads nowhere`];
    if (hash === undefined || !target.endsWith('.md')) return [];
    const headings = [...readFileSync(target, 'utf8').matchAll(/^#+\s+(.+)$/gm)].map(([, heading = '']) =>
      anchor(heading),
    );
    return headings.includes(hash) ? [] : [`${path}: ${target} has no heading #${hash}`];
  });
}

/** Where a name in backticks would be, or undefined when it is not a path of ours. `sandbox` alone is a word, not a path. */
function pathOf(name: string): string | undefined {
  if (!/^[\w.@/-]+$/.test(name) || name.startsWith('/') || name.includes('@')) return undefined;
  const [first = ''] = name.split('/');
  if (name.includes('/') && TOP.includes(first)) return name;
  if (name.includes('/') && ROOMS.includes(first)) return `src/${name}`;
  if (!name.includes('/') && /^[\w-]+(\.test)?\.ts$/.test(name)) return `src/${name}`;
  return undefined;
}

function missingNames(path: string, text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, quoted = '']) => {
    const [name = '', member] = quoted.split(/:(?=[A-Za-z_$][\w$.]*$)/);
    const file = pathOf(name);
    if (file === undefined) return [];
    if (!existsSync(file)) return [`${path}: \`${quoted}\`: there is no ${file}`];
    if (member === undefined || declares(readFileSync(file, 'utf8'), member)) return [];
    return [`${path}: \`${quoted}\`: ${file} declares no ${member}`];
  });
}

/** A function, constant, type, or a property or method of that name; of `a.b` both must be there. */
function declares(source: string, member: string): boolean {
  return member.split('.').every((name) => {
    const word = name.replace('$', '\\$');
    return new RegExp(
      `\\b(function\\*?|const|let|class|interface|type)\\s+${word}\\b|^\\s+(async )?${word}\\??[(:,]`,
      'm',
    ).test(source);
  });
}

function missingScripts(path: string, text: string): string[] {
  return [...text.matchAll(/\bnpm run ([\w:-]+)/g)].flatMap(([, name = '']) =>
    scripts.includes(name) ? [] : [`${path}: there is no script "${name}" in package.json`],
  );
}

const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { exclude: ['**/node_modules/**'] }).sort();
const found = pages.flatMap((path) => {
  const text = readFileSync(path, 'utf8');
  const isHistory = path.startsWith(join('docs', 'decisions')) || path === 'CHANGELOG.md';
  const links = brokenLinks(path, prose(text));
  return isHistory ? links : [...links, ...missingNames(path, prose(text)), ...missingScripts(path, text)];
});
/** Source comments send readers to pages too. */
function missingPages(path: string): string[] {
  const named = readFileSync(path, 'utf8').matchAll(/\bdocs\/[\w./-]+\.md\b/g);
  return [...named].flatMap(([page]) => (existsSync(page) ? [] : [`${path}: there is no ${page}`]));
}

/** Every table has its section in docs/storage.md, and every column its place there. */
function unexplainedColumns(): string[] {
  const page = readFileSync('docs/storage.md', 'utf8');
  const sectionOf = (table: string) => page.split(/^## /m).find((part) => part.startsWith(`${table}\n`)) ?? '';
  const schema = readFileSync('src/store/migrations.ts', 'utf8');
  const made = [...schema.matchAll(/CREATE TABLE (\w+) \(([\s\S]*?)\n\s*\)/g)].flatMap(([, table = '', body = '']) =>
    [...body.matchAll(/^\s*([a-z_]+) (?:TEXT|INTEGER|BLOB|REAL)\b/gm)].map(([, column = '']) => ({ table, column })),
  );
  const added = [...schema.matchAll(/ALTER TABLE (\w+) ADD COLUMN (\w+)/g)].map(([, table = '', column = '']) => ({
    table,
    column,
  }));
  return [...made, ...added]
    .filter(({ table, column }) => !sectionOf(table).includes(`\`${column}\``))
    .map(({ table, column }) => `docs/storage.md: nothing about ${table}.${column}`);
}

found.push(
  ...sourceFiles()
    .filter((path) => !path.endsWith('.test.ts'))
    .flatMap(missingPages),
  ...unexplainedColumns(),
);
for (const [path, text] of generatedDocs()) {
  const isCurrent = existsSync(path) && readFileSync(path, 'utf8') === text;
  if (!isCurrent) found.push(`${path} is not what the code prints; run npm run docs`);
}
for (const line of found) console.log(line);
if (found.length > 0) process.exitCode = 1;
