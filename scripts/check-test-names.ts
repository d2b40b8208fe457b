/**
 * Test names are a specification: sentences in the present tense about behaviour, each said once in the repository.
 *
 * Owns: what a name may not be. Does not own: how names are found (test-tree.ts).
 */
import { type NamedTest, testTree } from './test-tree.ts';

const tests = testTree().filter(({ kind }) => kind === 'test');
const where = (test: NamedTest) => `${test.path}:${test.line}`;
const found: string[] = [];

const seen = new Map<string, NamedTest>();
for (const test of tests) {
  const twin = seen.get(test.name.toLowerCase());
  if (twin === undefined) seen.set(test.name.toLowerCase(), test);
  else found.push(`${where(test)}: "${test.name}" is also the name of ${where(twin)}; say what is different here`);
}
for (const test of testTree()) {
  if (/\bshould\b/i.test(test.name)) found.push(`${where(test)}: "${test.name}": say what it does, not what it should`);
}
for (const test of tests) {
  if (!/\s/.test(test.name.trim())) found.push(`${where(test)}: "${test.name}" is not a sentence`);
}

for (const line of found) console.log(line);
if (tests.length === 0) found.push('no test was found at all');
if (found.length > 0) process.exitCode = 1;
