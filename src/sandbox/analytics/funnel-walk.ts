/**
 * Follows users through the steps of a funnel.
 *
 * Owns: what it takes to reach a step, in closed and in open funnels. Does not own: which events satisfy a step (funnel-steps.ts)
 * nor how the result is printed (funnel-print.ts).
 */

export interface Step {
  /** "1. Named by the request". */
  label: string;
  isDirectlyFollowedBy: boolean;
  withinSeconds: number;
}

export interface FunnelPlan {
  steps: readonly Step[];
  isOpen: boolean;
  isTrended: boolean;
  breakdown: { name: string; limit: number } | undefined;
  nextAction: { name: string; limit: number } | undefined;
}

/** One user at one step. */
export interface Arrival {
  day: number;
  breakdown: string;
  /** Did the user go on to the next step? */
  goesOn: boolean;
  nextAction: string | undefined;
}

/** An event as the funnel sees it: one bit per step that it satisfies. */
export interface FunnelEvent {
  userId: number;
  ts: number;
  day: number;
  steps: number;
  breakdown: string;
  nextAction: string;
}

/** Per step, the users who reached it. Events come ordered by user and time. */
export function followUsers(events: readonly FunnelEvent[], plan: FunnelPlan): Arrival[][] {
  const arrivals: Arrival[][] = plan.steps.map(() => []);
  for (let start = 0; start < events.length; ) {
    let end = start;
    while (end < events.length && events[end]?.userId === events[start]?.userId) end++;
    for (const [step, arrival] of followUser(events.slice(start, end), plan).entries()) {
      if (arrival !== undefined) arrivals[step]?.push(arrival);
    }
    start = end;
  }
  return arrivals;
}

/**
 * One user's way: remembers the latest event at which each step was reached, so that a time limit is measured from the most recent
 * chance. In a closed funnel a step counts only after all before it; in an open one users may come in anywhere.
 */
function followUser(events: readonly FunnelEvent[], plan: FunnelPlan): (Arrival | undefined)[] {
  const reached: (number | undefined)[] = plan.steps.map(() => undefined);
  const arrivals: (Arrival | undefined)[] = plan.steps.map(() => undefined);
  for (const [index, event] of events.entries()) {
    // Last step first: one event cannot be two steps in a row.
    for (let step = plan.steps.length - 1; step >= 0; step--) {
      if ((event.steps & (1 << step)) === 0) continue;
      const follows = step > 0 && canFollow(events, { from: reached[step - 1], to: index, step: plan.steps[step] });
      if (step > 0 && !follows && !plan.isOpen) continue;
      reached[step] = index;
      arrivals[step] ??= {
        day: event.day,
        breakdown: event.breakdown,
        goesOn: false,
        nextAction: events[index + 1]?.nextAction,
      };
      const before = arrivals[step - 1];
      if (follows && before !== undefined) before.goesOn = true;
    }
  }
  return arrivals;
}

function canFollow(
  events: readonly FunnelEvent[],
  move: { from: number | undefined; to: number; step: Step | undefined },
): boolean {
  const { from, to, step } = move;
  if (from === undefined || step === undefined) return false;
  if (step.isDirectlyFollowedBy && to !== from + 1) return false;
  return (events[to]?.ts ?? 0) - (events[from]?.ts ?? 0) <= step.withinSeconds;
}
