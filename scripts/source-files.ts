/**
 * Which files are ours to judge: every TypeScript file of the package, as paths from its root with forward slashes.
 */
import { globSync } from 'node:fs';
import { join, sep } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Sorted, and with the working directory set to the package's root, so that the paths can be opened as they are. */
export function sourceFiles(): string[] {
  process.chdir(root);
  return globSync('{src,test,scripts,bench,examples}/**/*.ts', { exclude: ['**/node_modules/**'] })
    .map((path) => path.split(sep).join('/'))
    .sort();
}
