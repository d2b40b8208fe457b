/**
 * What the trials say together: the score by file, the survivors, and which of them somebody explained.
 *
 * Owns: the score and how a survivor finds its explanation. Does not own: the trials (worker.ts).
 */
import { readFileSync } from 'node:fs';
import { type Mutant, root } from './instrument.ts';
import type { Verdict } from './worker.ts';

export interface Tried {
  mutant: Mutant;
  verdict: Verdict;
  /** The test that noticed. */
  by: string | undefined;
}

/** Why a mutant may live. `line` is the text of its first line, which stays when lines move. */
export interface Explained {
  file: string;
  line: string;
  original: string;
  replacement: string;
  because: string;
}

const isAlive = ({ verdict }: Tried) => verdict === 'survived' || verdict === 'no test';

const texts = new Map<string, string[]>();

function lineOf({ file, line }: Mutant): string {
  const lines = texts.get(file) ?? readFileSync(root + file, 'utf8').split('\n');
  texts.set(file, lines);
  return (lines[line - 1] ?? '').trim();
}

function isAbout(explained: Explained, mutant: Mutant): boolean {
  const { file, line, original, replacement } = explained;
  return (
    file === mutant.file &&
    original === mutant.original &&
    replacement === mutant.replacement &&
    line === lineOf(mutant)
  );
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

export function report(tried: readonly Tried[], explained: readonly Explained[]): { text: string; isFine: boolean } {
  const alive = tried.filter(isAlive);
  const unexplained = alive.filter(({ mutant }) => !explained.some((one) => isAbout(one, mutant)));
  const tooMuch = explained.filter(
    (one) =>
      tried.some(({ mutant }) => mutant.file === one.file) &&
      !tried.some(({ mutant, verdict }) => verdict !== 'killed' && isAbout(one, mutant)),
  );
  const files = [...new Set(tried.map(({ mutant }) => mutant.file))].sort();
  const score = (these: readonly Tried[]) => {
    const dead = these.filter((one) => !isAlive(one)).length;
    return `${percent(dead, these.length).padStart(8)}  ${dead} of ${these.length}`;
  };
  const rows = files.map((file) => `${score(tried.filter(({ mutant }) => mutant.file === file)).padEnd(24)} ${file}`);
  const lines = unexplained.map(({ mutant, verdict }) => {
    const { file, line, kind, original, replacement } = mutant;
    return `${file}:${line} ${kind}, ${verdict}\n    ${original}\n    ${replacement}`;
  });
  const text = [
    ...(lines.length === 0 ? [] : ['', 'Survivors that nobody explained:', ...lines]),
    ...(tooMuch.length === 0
      ? []
      : ['', 'Explained, but dead or gone:', ...tooMuch.map(({ file, line }) => `${file}: ${line}`)]),
    '',
    ...rows,
    '',
    `Mutation score: ${score(tried).trim()} killed; ${alive.length} survived, ${alive.length - unexplained.length} of them explained.`,
  ].join('\n');
  return { text, isFine: unexplained.length === 0 && tooMuch.length === 0 };
}
