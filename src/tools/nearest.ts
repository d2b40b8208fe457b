/**
 * Which of many known names a wrong one was probably meant to be.
 *
 * Owns: the distance between names. Does not own: which names there are.
 */

/** The best matches first, at most `count`; empty when nothing is near. */
export function nearest(wanted: string, known: Iterable<string>, count = 3): string[] {
  const target = words(wanted);
  const scored: { name: string; score: number }[] = [];
  for (const name of known) {
    const score = similarity(target, words(name));
    if (score >= 0.6) scored.push({ name, score });
  }
  // Names of equal score in their given order: the catalogue lists the everyday ones first.
  scored.sort((a, b) => b.score - a.score);
  return scored.slice(0, count).map(({ name }) => name);
}

/** Whether one is the other with a slip of the finger or two, rather than a name of its own. */
export function isMisspelling(wanted: string, known: string): boolean {
  const [a, b] = [words(wanted).joined, words(known).joined];
  return a !== '' && distance(a, b) <= (a.length < 6 ? 1 : 2);
}

interface Words {
  joined: string;
  list: string[];
}

/** `sessionCampaign_name` is session, campaign, name. */
function words(name: string): Words {
  const list = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .slice(0, 12);
  return { joined: list.join('').slice(0, 80), list };
}

/** 1 for equal, 0 for nothing in common: the better of spelling and shared words. */
function similarity(wanted: Words, known: Words): number {
  const longest = Math.max(wanted.joined.length, known.joined.length);
  if (longest === 0) return 0;
  const spelling = 1 - distance(wanted.joined, known.joined) / longest;
  return Math.max(spelling, sharedWords(wanted.list, known.list));
}

function sharedWords(wanted: readonly string[], known: readonly string[]): number {
  const shared = wanted.filter((word) => known.some((other) => isSameWord(word, other))).length;
  // Slightly below a spelling match, so that a typing slip beats a name that merely holds the same words.
  return (0.95 * 2 * shared) / (wanted.length + known.length);
}

function isSameWord(a: string, b: string): boolean {
  return a === b || (a.length > 3 && (`${a}s` === b || a === `${b}s`));
}

/** Edit distance in which two swapped neighbours count as one slip (optimal string alignment). */
function distance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, at(previous, j) + 1, at(current, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, at(beforePrevious, j - 2) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
