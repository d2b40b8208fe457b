/**
 * Who goes next. Everything that takes time in the simulation (a store verb, a request on its way, a pause, a person who
 * thinks) stops at a gate; one gate at a time is opened, chosen by the seed, and the next is chosen only when nothing moves.
 *
 * Owns: the gates, the clock, the trace. Does not own: what happens behind a gate, nor what goes wrong there (faults.ts).
 * A clock that only moves here and a choice that only the seed makes are what lets a run be repeated step by step.
 */
import { hash } from 'node:crypto';
import type { Dice } from '../fuzz/dice.ts';
import { pendingOffThread } from './off-thread.ts';

interface Gate {
  owner: string;
  what: string;
  readyAt: number;
  open(): void;
}

export interface Scheduler {
  /** The true time, which Google's clock shows. */
  now(): number;
  step(): number;
  /** Waits for its turn, which comes `delayMs` from now at the earliest. Never comes once the owner was dropped. */
  pass(owner: string, what: string, delayMs?: number): Promise<void>;
  /** Work that is under way without a gate: the next step waits for it. */
  during<Value>(work: Promise<Value>): Promise<Value>;
  /** The gates of this owner never open, neither those that it waits at nor any that it comes to. */
  drop(owner: string): void;
  /** A line in the trace, below the step that is under way. */
  note(line: string): void;
  /** Opens gates until none is left or `stop` says so. Throws when it takes too many steps. */
  run(stop: () => boolean): Promise<void>;
  trace(): readonly string[];
  traceHash(): string;
}

/** No run of this size comes near: one that does goes round in circles. */
const MOST_STEPS = 30_000;
/** Turns of the event loop in which nothing moves, until it is believed that nothing will. */
const QUIET_TURNS = 3;
/** Who sleeps may wake late, by at most so much. */
const MOST_LATE_MS = 2_000;

export function createScheduler(dice: Dice, startAt: number): Scheduler {
  let time = startAt;
  let step = 0;
  let moves = 0;
  let working = 0;
  const gates: Gate[] = [];
  const dropped = new Set<string>();
  const lines: string[] = [];

  const settle = async () => {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      const before = moves;
      await new Promise(setImmediate);
      quiet = moves === before && working === 0 && pendingOffThread() === 0 ? quiet + 1 : 0;
    }
  };

  /** When everybody sleeps the clock goes on to the first who wakes, and now and then past others. */
  const letTimePass = () => {
    const next = Math.min(...gates.map(({ readyAt }) => readyAt));
    const late = (next - time) * dice.pick([0, 0, 1, 4, 20]);
    time = next + Math.min(late, dice.below(MOST_LATE_MS));
  };

  const openOne = () => {
    if (!gates.some(({ readyAt }) => readyAt <= time)) letTimePass();
    const gate = dice.pick(gates.filter(({ readyAt }) => readyAt <= time));
    gates.splice(gates.indexOf(gate), 1);
    time += dice.below(20);
    step += 1;
    lines.push(`${String(step).padStart(5)} +${((time - startAt) / 1000).toFixed(3)}s ${gate.owner}: ${gate.what}`);
    gate.open();
  };

  return {
    now: () => time,
    step: () => step,
    pass: (owner, what, delayMs = 0) =>
      new Promise((resolve) => {
        moves += 1;
        if (!dropped.has(owner)) gates.push({ owner, what, readyAt: time + delayMs, open: resolve });
      }),
    async during(work) {
      working += 1;
      try {
        return await work;
      } finally {
        working -= 1;
        moves += 1;
      }
    },
    drop(owner) {
      dropped.add(owner);
      for (let index = gates.length - 1; index >= 0; index -= 1)
        if (gates[index]?.owner === owner) gates.splice(index, 1);
    },
    note: (line) => void lines.push(`                ↳ ${line}`),
    async run(stop) {
      for (;;) {
        await settle();
        if (gates.length === 0 || stop()) return;
        if (step >= MOST_STEPS) throw new Error(`no end after ${MOST_STEPS} steps`);
        openOne();
      }
    },
    trace: () => lines,
    traceHash: () => hash('sha256', lines.join('\n'), 'hex').slice(0, 16),
  };
}
