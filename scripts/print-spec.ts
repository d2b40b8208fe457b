/**
 * `npm run spec`: the tests' names as a document, one section per file, so that what the program promises can be read
 * from start to end without opening a test.
 */
import { testTree } from './test-tree.ts';

let file = '';
for (const { path, kind, name, groups } of testTree()) {
  if (path !== file) console.log(`\n## ${path}\n`);
  file = path;
  console.log(`${'  '.repeat(groups.length)}- ${kind === 'group' ? `**${name}**` : name}`);
}
