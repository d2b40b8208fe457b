/**
 * A change taken apart by the values of one dimension, so that the parts add up to the whole to the last digit shown.
 *
 * Owns: this arithmetic, in whole steps of the last digit (`unit` steps of 0.01 for money), so that what a person adds up
 * by hand is what is written. Does not own: where the numbers come from. Pure.
 */

/** One value of a dimension in both periods; `weight` is the denominator of a ratio, else unused. */
export interface ValuePair {
  value: string;
  now: Amount | undefined;
  before: Amount | undefined;
}

export interface Amount {
  amount: number;
  weight: number;
}

export interface Whole {
  now: Amount;
  before: Amount;
}

export interface Part {
  value: string;
  now: number | null;
  before: number | null;
  /** What this value adds to the whole change. */
  change: number;
  /** Ratios only: what comes of the value's own ratio, and what of its share. Together `change`. */
  fromRate?: number;
  fromMix?: number;
  /** Percent of the whole before: of the amount for sums, of the weight for ratios. */
  shareBefore: number | null;
  /** `rest`: the values not shown. `overlap`: what is counted in several values, or in none. */
  is: 'value' | 'rest' | 'overlap';
}

export interface PartOptions {
  limit: number;
  digits: number;
  isRatio: boolean;
  /** Google kept values back: what no value explains may be theirs. */
  isWithheld?: boolean;
}

export function takeApart(pairs: readonly ValuePair[], whole: Whole, options: PartOptions): Part[] {
  return options.isRatio ? ratioParts(pairs, whole, options) : sumParts(pairs, whole, options);
}

const zero: Amount = { amount: 0, weight: 0 };

function sumParts(
  pairs: readonly ValuePair[],
  whole: Whole,
  { limit, digits, isWithheld = false }: PartOptions,
): Part[] {
  const steps = (number: number) => toSteps(number, digits);
  const all = pairs
    .map(({ value, now = zero, before = zero }) => ({ value, now: now.amount, before: before.amount }))
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
  const shown = all.slice(0, limit);
  const rest = all.slice(limit);
  const left = { now: steps(whole.now.amount), before: steps(whole.before.amount) };
  const parts: Part[] = [];
  const add = (value: string, now: number, before: number, is: Part['is']) => {
    left.now -= now;
    left.before -= before;
    const shareBefore = whole.before.amount === 0 ? null : (fromSteps(before, digits) / whole.before.amount) * 100;
    const numbers = [now, before, now - before].map((one) => fromSteps(one, digits));
    const [shownNow = 0, shownBefore = 0, change = 0] = numbers;
    parts.push({ value, now: shownNow, before: shownBefore, change, shareBefore, is });
  };
  for (const one of shown) add(one.value, steps(one.now), steps(one.before), 'value');
  const overlap = { now: overlapOf('now', all, whole), before: overlapOf('before', all, whole) };
  // Numbers rounded one by one differ from their rounded sum by up to half a step each: that belongs to the rest.
  const isReal = Math.max(Math.abs(overlap.now), Math.abs(overlap.before)) >= fromSteps(1, digits) / 2;
  const over = isReal ? { now: steps(overlap.now), before: steps(overlap.before) } : { now: 0, before: 0 };
  const remains = left.now !== over.now || left.before !== over.before;
  if (rest.length > 0 || remains) add(restName(rest.length), left.now - over.now, left.before - over.before, 'rest');
  if (isReal) add(overlapName(isWithheld), left.now, left.before, 'overlap');
  return parts;
}

function overlapName(isWithheld: boolean): string {
  return `(counted in several values, or ${isWithheld ? 'withheld by Google' : 'in none'})`;
}

function restName(count: number): string {
  if (count === 0) return '(rounding)';
  return count === 1 ? '(1 other value)' : `(${count} other values)`;
}

function overlapOf(side: 'now' | 'before', all: readonly { now: number; before: number }[], whole: Whole): number {
  return whole[side].amount - all.reduce((sum, one) => sum + one[side], 0);
}

/**
 * For a ratio R = Σ sᵢ·rᵢ with shares s and ratios r: the change is Σ (Δrᵢ · mean sᵢ) + Σ (Δsᵢ · (mean rᵢ − mean R)).
 * Means of both periods leave nothing over. Subtracting the mean of the whole makes growth of a value above average a gain.
 */
function ratioParts(pairs: readonly ValuePair[], whole: Whole, options: PartOptions): Part[] {
  const { limit, digits, isWithheld = false } = options;
  const mean = (whole.now.amount + whole.before.amount) / 2;
  const share = (weight: number, all: number) => (all === 0 ? 0 : weight / all);
  const effects = pairs.map(({ value, now, before }) => {
    const [shareNow, shareBefore] = [
      share(now?.weight ?? 0, whole.now.weight),
      share(before?.weight ?? 0, whole.before.weight),
    ];
    // A value that is new or gone has one ratio only: all of its effect is mix.
    const rateNow = now?.amount ?? before?.amount ?? 0;
    const rateBefore = before?.amount ?? now?.amount ?? 0;
    return {
      value,
      now: now?.amount ?? null,
      before: before?.amount ?? null,
      shareBefore: shareBefore * 100,
      rate: ((rateNow - rateBefore) * (shareNow + shareBefore)) / 2,
      mix: (shareNow - shareBefore) * ((rateNow + rateBefore) / 2 - mean),
    };
  });
  effects.sort((a, b) => Math.abs(b.rate + b.mix) - Math.abs(a.rate + a.mix));
  const shown = effects.slice(0, limit);
  const rest = effects.slice(limit);
  let left = toSteps(whole.now.amount, digits) - toSteps(whole.before.amount, digits);
  const parts: Part[] = [];
  const add = (one: Omit<Part, 'change' | 'fromRate' | 'fromMix'>, rate: number, mix: number) => {
    left -= rate + mix;
    const [change = 0, fromRate = 0, fromMix = 0] = [rate + mix, rate, mix].map((step) => fromSteps(step, digits));
    const shownAs = (number: number | null) => (number === null ? null : fromSteps(toSteps(number, digits), digits));
    parts.push({ ...one, now: shownAs(one.now), before: shownAs(one.before), change, fromRate, fromMix });
  };
  for (const { rate, mix, ...one } of shown) add({ ...one, is: 'value' }, toSteps(rate, digits), toSteps(mix, digits));
  const restSum = rest.reduce((sum, one) => ({ rate: sum.rate + one.rate, mix: sum.mix + one.mix }), {
    rate: 0,
    mix: 0,
  });
  const blank = { now: null, before: null, shareBefore: rest.reduce((sum, one) => sum + one.shareBefore, 0) };
  const explained = effects.reduce((sum, one) => sum + one.rate + one.mix, 0);
  const gap = toSteps(whole.now.amount - whole.before.amount - explained, digits);
  const isReal = Math.abs(gap) > 1;
  const restRate = toSteps(restSum.rate, digits);
  const over = isReal ? gap : 0;
  if (rest.length > 0 || left !== over)
    add({ value: restName(rest.length), ...blank, is: 'rest' }, restRate, left - over - restRate);
  if (isReal)
    add({ value: overlapName(isWithheld), now: null, before: null, shareBefore: null, is: 'overlap' }, 0, left);
  return parts;
}

/** Whole steps of the last digit. */
export function toSteps(number: number, digits: number): number {
  return Math.round(number * 10 ** digits + Number.EPSILON * Math.sign(number)) + 0;
}

export function fromSteps(steps: number, digits: number): number {
  return Number((steps / 10 ** digits).toFixed(digits)) + 0;
}
