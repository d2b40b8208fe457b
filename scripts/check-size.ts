/**
 * Files small enough to hold in one's head: a warning from 250 lines, a failure from 400; for tests, which are read a
 * case at a time, from 400 and from 600.
 *
 * Owns: the two numbers and the list of exempt files. Does not own: the size of a function (Biome's cognitive complexity).
 */
import { readFileSync } from 'node:fs';
import { sourceFiles } from './source-files.ts';

const LIMITS = { source: { warn: 250, fail: 400 }, test: { warn: 400, fail: 600 } };

/** Data, where a cut would not make anything clearer. Each with what it holds. */
const EXEMPT: Record<string, string> = {
  'src/sandbox/analytics/dimensions.ts': "Google's dimensions, one entry each",
  'src/sandbox/analytics/metrics.ts': "Google's metrics, one entry each",
};

const sizes = sourceFiles()
  .filter((path) => !(path in EXEMPT))
  .map((path) => {
    const lines = readFileSync(path, 'utf8').split('\n').length - 1;
    return { path, lines, ...LIMITS[/\.test\.ts$|^test\//.test(path) ? 'test' : 'source'] };
  })
  .filter(({ lines, warn }) => lines > warn)
  .sort((one, other) => other.lines - one.lines);

for (const { path, lines, warn, fail } of sizes) {
  console.log(`${lines > fail ? 'too long' : 'long'}: ${path} has ${lines} lines (${warn} wanted, ${fail} allowed)`);
}
const gone = Object.keys(EXEMPT).filter((path) => !sourceFiles().includes(path));
for (const path of gone) console.log(`exempt but gone: ${path}; take it off the list in scripts/check-size.ts`);

if (gone.length > 0 || sizes.some(({ lines, fail }) => lines > fail)) process.exitCode = 1;
