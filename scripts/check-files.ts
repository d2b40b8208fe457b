/**
 * Two habits of every file: it opens by saying what it owns, and its name says what it is.
 *
 * A test may open without one: its first `describe` says whom it is about. Does not own: kebab-case (Biome) nor what the
 * opening says (review).
 */
import { readFileSync } from 'node:fs';
import { sourceFiles } from './source-files.ts';

/** Names that say where something was put rather than what it is. */
const DRAWERS = /(^|[-/])(helpers?|utils?|utilities|common|lib|misc|internal|shared|managers?|services?)([-./]|$)/;
const OPENING_LINES = { least: 1, most: 10 };

/** The lines between the opening comment's marks, without the marks when they stand alone; 0 without a comment. */
function openingLines(text: string): number {
  const block = /^(?:#!.*\n)?\/\*\*?([\s\S]*?)\*\//.exec(text)?.[1];
  if (block !== undefined) return block.split('\n').filter((line) => /[^\s*]/.test(line)).length;
  return /^(?:#!.*\n)?((?:\/\/.*\n)*)/.exec(text)?.[1]?.split('\n').filter(Boolean).length ?? 0;
}

function problems(path: string): string[] {
  const found: string[] = [];
  if (DRAWERS.test(path)) found.push(`${path}: the name is a drawer; say what is in it`);
  const lines = openingLines(readFileSync(path, 'utf8'));
  if (lines < OPENING_LINES.least && !path.endsWith('.test.ts'))
    found.push(`${path}: opens without a comment that says what it owns and what it does not`);
  if (lines > OPENING_LINES.most)
    found.push(`${path}: its opening comment has ${lines} lines, ${OPENING_LINES.most} are enough`);
  return found;
}

const found = sourceFiles().flatMap(problems);
for (const line of found) console.log(line);
if (found.length > 0) process.exitCode = 1;
