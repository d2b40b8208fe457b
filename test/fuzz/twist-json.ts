/** JSON gone wrong: one node replaced, dropped, doubled or buried. Does not own: what a text becomes (twist-text.ts). */
import type { Dice } from './dice.ts';
import { trap, twistText } from './twist-text.ts';

/** Returns text, since some of it must be JSON that no serialiser writes. */
export function twistJson(dice: Dice, text: string, pool: readonly string[]): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return twistText(dice, text, pool); // twisted before
  }
  switch (dice.below(10)) {
    case 0:
      return text.slice(0, dice.below(text.length));
    case 1:
      return `${'['.repeat(dice.below(3000))}${text}`;
    case 2: {
      const depth = dice.below(3000);
      return `{"a":${'['.repeat(depth)}${text}${']'.repeat(depth)}}`;
    }
    case 3:
      return text.replace('{', `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},`);
    case 4: {
      const [name = '"a"'] = /"[^"]*"(?=:)/.exec(text) ?? [];
      return text.replace('{', `{${name}:${JSON.stringify(trap(dice))},`);
    }
    default:
      return JSON.stringify(twistNode(dice, value, pool, 0)) ?? 'null';
  }
}

function twistNode(dice: Dice, value: unknown, pool: readonly string[], depth: number): unknown {
  const isHere = dice.chance(0.25) || depth > 6;
  if (Array.isArray(value) && value.length > 0 && !isHere) {
    const at = dice.below(value.length);
    return value.with(at, twistNode(dice, value[at], pool, depth + 1));
  }
  if (typeof value === 'object' && value !== null && !isHere) {
    const entries = Object.entries(value);
    if (entries.length === 0) return { [trap(dice)]: trap(dice) };
    const at = dice.below(entries.length);
    const [name, inner] = entries[at] ?? ['', undefined];
    if (dice.chance(0.15)) return Object.fromEntries(entries.toSpliced(at, 1));
    if (dice.chance(0.15)) return Object.fromEntries([...entries, [trap(dice), inner]]);
    return Object.fromEntries(entries.with(at, [name, twistNode(dice, inner, pool, depth + 1)]));
  }
  if (typeof value === 'string' && dice.chance(0.6)) return twistText(dice, value, pool);
  return other(dice, value, pool);
}

function other(dice: Dice, value: unknown, pool: readonly string[]): unknown {
  const numbers = [0, -1, 1.5, 1e21, -0, Number.MAX_SAFE_INTEGER, 2 ** 31, 2 ** 53, 1e308];
  switch (dice.below(9)) {
    case 0:
      return null;
    case 1:
      return dice.chance(0.5);
    case 2:
      return dice.pick(numbers);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return Array.from({ length: dice.below(200) }, () => value);
    case 6:
      return { [trap(dice)]: value };
    case 7:
      return dice.pick(pool);
    default:
      return trap(dice);
  }
}
