/**
 * The mutants of a set of source files, all inside one copy of each file: a global says which one is awake.
 *
 * Owns: which files are mutated, and that Node loads the copies with the mutants in them. Does not own: what a mutant is
 * (Stryker's instrumenter), nor which tests run against it (run-tests.ts).
 */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Instrumenter } from '@stryker-mutator/instrumenter';

export interface Mutant {
  id: string;
  /** From the root of the repository. */
  file: string;
  /** From 1. */
  line: number;
  kind: string;
  original: string;
  replacement: string;
}

export interface Instrumented {
  mutants: Mutant[];
  /** File → its text with every mutant in it. */
  copies: Record<string, string>;
}

/** Stryker's own names for what the copies read and write. */
export interface Switch {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The one object that all copies share. */
export function theSwitch(): Switch {
  const holder = globalThis as { __stryker__?: Switch };
  holder.__stryker__ ??= {};
  return holder.__stryker__;
}

/** Files of these patterns or folders; tests and their fixtures are never mutated. */
export function sourcesOf(patterns: readonly string[]): string[] {
  const globs = patterns.map((pattern) =>
    pattern.endsWith('.ts') ? pattern : `${pattern.replace(/\/$/, '')}/**/*.ts`,
  );
  return globSync(globs, { cwd: root })
    .filter((file) => !/\.(?:test|fixture)\.ts$/.test(file))
    .sort();
}

export async function instrument(files: readonly string[]): Promise<Instrumented> {
  const texts = new Map(files.map((file) => [file, readFileSync(root + file, 'utf8')]));
  const nothing = () => undefined;
  const quiet = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing };
  const no = () => false;
  const levels = { isTraceEnabled: no, isDebugEnabled: no, isInfoEnabled: no, isWarnEnabled: no, isErrorEnabled: no };
  const instrumenter = new Instrumenter({ ...quiet, ...levels, isFatalEnabled: no });
  const { files: copies, mutants } = await instrumenter.instrument(
    [...texts].map(([name, content]) => ({ name, mutate: true, content })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  return {
    copies: Object.fromEntries(copies.map(({ name, content }) => [name, content])),
    mutants: mutants.map(({ id, fileName, location, mutatorName, replacement }) => ({
      id,
      file: fileName,
      line: location.start.line + 1,
      kind: mutatorName,
      original: cut(texts.get(fileName) ?? '', location),
      replacement: squeeze(replacement),
    })),
  };
}

interface Place {
  line: number;
  column: number;
}

function cut(text: string, { start, end }: { start: Place; end: Place }): string {
  const lines = text.split('\n').slice(start.line, end.line + 1);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column);
  lines[0] = (lines[0] ?? '').slice(start.column);
  return squeeze(lines.join('\n'));
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

let edition = '';

/**
 * From here on every module of ours is loaded anew, and the ones that are there stay as they are. It is how a mutant in
 * what a module does once, when it is loaded, comes to life.
 */
export function beginEdition(name: string): void {
  edition = name;
}

/** Loads the copies instead of the files, and this room's own test runner instead of Node's. */
export function loadCopies(copies: Record<string, string>): void {
  const ours = pathToFileURL(root).href;
  const here = new URL('.', import.meta.url).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'node:test') return { url: new URL('node-test.ts', here).href, shortCircuit: true };
      const resolved = nextResolve(specifier, context);
      const isOurs = resolved.url.startsWith(ours) && !/\/node_modules\/|\/test\/mutation\//.test(resolved.url);
      return isOurs && edition !== '' ? { ...resolved, url: `${resolved.url}?edition=${edition}` } : resolved;
    },
    load(url, context, nextLoad) {
      const file = url.startsWith(ours) ? url.slice(ours.length).replace(/\?.*$/, '') : '';
      const source = copies[file];
      return source === undefined
        ? nextLoad(url, context)
        : { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}
