/**
 * Many runs added up: how much happened, how often each fault struck and each deed was done, so that one that is never
 * reached is seen. Does not own: printing (simulate.ts).
 */
import { hash } from 'node:crypto';
import { FAULTS } from './faults.ts';
import type { RunResult } from './run.ts';

/** What everybody does. Rarer outcomes are counted too where they occur. */
const DEEDS = [
  'sign-in',
  'connected',
  'question answered',
  'renewed',
  'renewed at once',
  'asked at once',
  'former refresh token shown',
  'former access token shown',
  'waited too long',
  'code shown again',
  'code shown twice at once',
  'revoked',
  'reconnected while it revoked',
  'one disconnected',
  'all disconnected',
  'access removed at Google',
  'swept',
  'found its grant ended',
] as const;

export interface Summary {
  seeds: number;
  /** Of all traces in their order: the same seeds give the same one. */
  traceHash: string;
  steps: number;
  crashes: number;
  refreshes: number;
  /** Second tokens for one life, by what became of the first. */
  again: Map<string, number>;
  excusedReasons: number;
  faults: Map<string, number>;
  deeds: Map<string, number>;
  violations: RunResult[];
}

export function emptySummary(): Summary {
  return {
    seeds: 0,
    traceHash: '',
    steps: 0,
    crashes: 0,
    refreshes: 0,
    again: new Map(),
    excusedReasons: 0,
    faults: new Map(FAULTS.map((fault) => [fault, 0])),
    deeds: new Map(DEEDS.map((deed) => [deed, 0])),
    violations: [],
  };
}

export function addRun(summary: Summary, run: RunResult): void {
  summary.seeds += 1;
  summary.traceHash = hash('sha256', summary.traceHash + run.traceHash, 'hex').slice(0, 16);
  summary.steps += run.steps;
  summary.crashes += run.crashes;
  summary.refreshes += run.refreshes.all;
  summary.excusedReasons += run.excusedReasons;
  addAll(summary.again, run.refreshes.again);
  addAll(summary.faults, run.faults);
  addAll(summary.deeds, run.deeds);
  if (run.violation !== undefined) summary.violations.push(run);
}

function addAll(sums: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [name, times] of more) sums.set(name, (sums.get(name) ?? 0) + times);
}

/** What never happened, although it can. */
export function neverReached({ faults, deeds }: Summary): string[] {
  return [...faults, ...deeds].filter(([, times]) => times === 0).map(([name]) => name);
}

export function describe(summary: Summary): string {
  const { seeds, steps, crashes, refreshes, faults, again, violations, excusedReasons } = summary;
  const lost = faults.get('answer of ours lost') ?? 0;
  const atGoogle = (faults.get('answer of Google lost') ?? 0) + (faults.get('Google never answers') ?? 0);
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([name, times]) => `${name} ${times}`).join(', ');
  const never = neverReached(summary);
  return [
    `seeds ${seeds}, steps ${steps}, crashes ${crashes}, lost answers ${lost} of ours and ${atGoogle} of Google's, refreshes ${refreshes}, violations ${violations.length}, traces ${summary.traceHash}`,
    `refreshes again, since the first was lost: ${list(again) || 'none'}`,
    `ends whose reason went with a crash or a failing store: ${excusedReasons}`,
    `faults: ${list(faults)}`,
    `deeds: ${list(summary.deeds)}`,
    ...(never.length === 0 ? [] : [`NEVER REACHED: ${never.join(', ')}`]),
  ].join('\n');
}

/** The first lines of a trace say who is there, and what may go wrong. */
const HEAD = 2;

/** A failing run, for whoever has to find out why: the rule, what was seen, the last steps, and how to see it again. */
export function describeViolation({ seed, violation, trace }: RunResult, invariant: string, lines = 60): string {
  return [
    `VIOLATION in seed ${seed}, step ${violation?.step}: ${invariant}`,
    `  ${violation?.detail}`,
    ...trace.slice(0, HEAD),
    ...trace.slice(HEAD).slice(-lines),
    `again: npm run simulate -- --seed ${seed}`,
  ].join('\n');
}
