/**
 * What everybody does during a run: each assistant, each person and the operator goes its own way, chosen by the seed; their
 * pauses fall on the same moments now and then, so that they meet.
 *
 * Owns: the mix of deeds and pauses. Does not own: the deeds (assistant.ts, people.ts).
 */
import type { Assistant } from './assistant.ts';
import type { Person } from './people.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PAUSES_MS = [0, 0, 500, 3_000, 20_000, 50_000, 125_000, 10 * MINUTE, HOUR, HOUR, 3 * HOUR, DAY];
/** Whoever waits for long comes back on a full one of these, as timers and people at nine o'clock do. */
const FULL_MS = 10 * MINUTE;

/** Waits, mostly a little, and often until a moment that others wait for too. */
export async function pause({ scheduler, dice }: World, who: string, longest = DAY): Promise<void> {
  const wait = Math.min(longest, dice.pick(PAUSES_MS));
  const until = scheduler.now() + wait;
  const full = wait >= FULL_MS ? Math.ceil(until / FULL_MS) * FULL_MS : until;
  await scheduler.pass(who, 'comes back', full - scheduler.now());
}

export async function assistantGoes(world: World, assistant: Assistant, deeds: number): Promise<void> {
  const { dice } = world;
  const workers = () => 2 + dice.below(2);
  const ways: [weight: number, deed: () => Promise<unknown>][] = [
    [12, assistant.use],
    [5, () => assistant.renew(1 + dice.below(4))],
    [4, () => assistant.renewAtOnce(workers())],
    [3, () => assistant.callAtOnce(workers())],
    [3, assistant.showFormer],
    [1, assistant.showOldAccess],
    [2, assistant.revoke],
    [1, assistant.connect],
    [2, assistant.reconnect],
  ];
  for (let deed = 0; deed < deeds; deed += 1) {
    await pause(world, assistant.name);
    if (assistant.held() === undefined) await assistant.connect();
    else await pickWeighted(world, ways)();
  }
}

export async function personGoes(world: World, person: Person, deeds: number): Promise<void> {
  for (let deed = 0; deed < deeds; deed += 1) {
    await world.scheduler.pass(person.name, 'has other things to do', HOUR);
    await pause(world, person.name);
    await world.dice.pick([person.disconnect, person.removeAccessAtGoogle])();
  }
}

export async function operatorGoes(world: World, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await pause(world, 'operator');
    await world.cluster.sweep();
    world.did('swept');
    // Now and then a holiday, after which what nobody used has expired.
    if (world.dice.chance(0.02)) await world.scheduler.pass('operator', 'is away', 181 * DAY);
  }
}

function pickWeighted<Deed>({ dice }: World, ways: readonly [weight: number, deed: Deed][]): Deed {
  let left = dice.below(ways.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, deed] of ways) {
    left -= weight;
    if (left < 0) return deed;
  }
  throw new Error('the weights do not add up');
}
