/**
 * Files small enough to hold in one's head: a warning from 250 lines, a failure from 400.
 *
 * Owns: the two numbers and the list of exempt files. Does not own: the size of a function (Biome's cognitive complexity).
 */
import { readFileSync } from 'node:fs';
import { sourceFiles } from './source-files.ts';

const WARN = 250;
const FAIL = 400;

/** Data, where a cut would not make anything clearer. Each with what it holds. */
const EXEMPT: Record<string, string> = {};

const sizes = sourceFiles()
  .map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length - 1 }))
  .filter(({ path }) => !(path in EXEMPT))
  .sort((one, other) => other.lines - one.lines);

for (const { path, lines } of sizes.filter((file) => file.lines > WARN)) {
  console.log(`${lines > FAIL ? 'too long' : 'long'}: ${path} has ${lines} lines (${WARN} wanted, ${FAIL} allowed)`);
}
const gone = Object.keys(EXEMPT).filter((path) => !sourceFiles().includes(path));
for (const path of gone) console.log(`exempt but gone: ${path}; take it off the list in scripts/check-size.ts`);

if (gone.length > 0 || sizes.some(({ lines }) => lines > FAIL)) process.exitCode = 1;
