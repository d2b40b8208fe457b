/**
 * What goes wrong, how often, and when: all chosen by the seed. Every seed has its own mix, and some have none, since the
 * rules that are exact in a calm sea are the ones that a storm hides.
 *
 * Owns: the list of faults, the mix of a seed, the count of what happened. Does not own: what a fault does.
 */
import type { Dice } from '../fuzz/dice.ts';

/** Each with how often it happens where it can, in a seed that has it. */
const RATES = {
  'replica crashes': 0.006,
  'store refuses before': 0.01,
  'store refuses after': 0.01,
  'event is refused': 0.03,
  'request to us lost': 0.03,
  'answer of ours lost': 0.06,
  'request to Google lost': 0.05,
  'answer of Google lost': 0.07,
  'Google answers 503': 0.08,
  'Google answers 429': 0.04,
  'Google is slow': 0.06,
  'Google never answers': 0.03,
  'Google calls our credentials wrong': 0.06,
  'Google is out for minutes': 0.01,
  'Google forgets an access token': 0.05,
  'clock jumps ahead': 0.003,
  'clock jumps back': 0.003,
} as const;

export type Fault = keyof typeof RATES;
export const FAULTS = Object.keys(RATES) as Fault[];

export interface Faults {
  /** Whether it happens now; it is counted and noted when it does. */
  strikes(fault: Fault): boolean;
  /** How many have struck: an answer of "try again" has to have a cause. */
  count(): number;
  /** One that began earlier strikes once more. */
  goesOn(): void;
  counts: ReadonlyMap<Fault, number>;
  /** From here on nothing goes wrong. */
  end(): void;
  isOver(): boolean;
}

export function createFaults(dice: Dice, note: (line: string) => void): Faults {
  const severity = dice.pick([0, 0.3, 1, 1, 2]);
  const rates = new Map(FAULTS.map((fault) => [fault, dice.chance(0.5) ? RATES[fault] * severity : 0]));
  const counts = new Map<Fault, number>();
  note(`may go wrong: ${FAULTS.filter((fault) => rates.get(fault) !== 0).join(', ') || 'nothing'}`);
  let total = 0;
  let isOver = false;
  return {
    strikes(fault) {
      if (isOver || !dice.chance(rates.get(fault) ?? 0)) return false;
      counts.set(fault, (counts.get(fault) ?? 0) + 1);
      total += 1;
      note(`FAULT ${fault}`);
      return true;
    },
    count: () => total,
    goesOn() {
      total += 1;
    },
    counts,
    end() {
      isOver = true;
    },
    isOver: () => isOver,
  };
}
