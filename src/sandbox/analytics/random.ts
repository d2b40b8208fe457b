/**
 * Repeatable chance for the sandbox's made-up data.
 *
 * Owns: a small seeded generator and weighted choice. Does not own: secrets or identifiers of any kind; nothing here is
 * unpredictable, and that is the point.
 */

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [low, high], both included. */
  between(low: number, high: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** FNV-1a over the characters of `text`: enough to spread seeds, no more. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Two generators with the same seed give the same numbers for ever. */
export function createRandom(seed: string): Random {
  let state = hash(seed) || 1;
  // A Weyl sequence through a 32-bit mixer: fast, and long enough a period for a million visits.
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 0x1_0000_0000;
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (p) => next() < p,
    pick: (list) => at(list, Math.floor(next() * list.length)),
  };
}

/** The element at `index`, which the caller knows to exist. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`no element ${index} in a list of ${list.length}`);
  return found;
}

/** Prepares a weighted choice; the returned function takes one number in [0, 1). */
export function weighted<T>(entries: readonly (readonly [T, number])[]): (u: number) => T {
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  const bounds: number[] = [];
  let reached = 0;
  for (const [, weight] of entries) {
    reached += weight / total;
    bounds.push(reached);
  }
  return (u) => {
    const index = bounds.findIndex((bound) => u < bound);
    return at(entries, index < 0 ? entries.length - 1 : index)[0];
  };
}
