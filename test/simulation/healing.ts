/**
 * The end of every run: nothing goes wrong any more, the clocks are right, and whoever kept to the protocol must be able to go
 * on. Then everybody connects who is not, tokens run out and are renewed, all is tidied up, and some give everything back.
 *
 * Owns: what must work when the weather clears. Does not own: the causes that excuse a refusal (invariants/answers.ts).
 */
import type { Assistant } from './assistant.ts';
import { isStale, MOST_REPLAYS } from './invariants/answers.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;
const REPLAY_WINDOW_MS = 120_000;
/** A replica that died with the turn to ask Google keeps the others waiting for less than this. */
const TURN_MS = 25_000;

export async function heal(world: World, assistants: readonly Assistant[]): Promise<void> {
  world.faults.end();
  world.clock.mend();
  for (const assistant of assistants) await keepsItsTokens(world, assistant);
  for (const assistant of assistants) await works(world, assistant);
  await world.scheduler.pass('time', 'goes by', 2 * HOUR);
  for (const assistant of assistants) await works(world, assistant);
  for (const assistant of assistants) if (world.dice.chance(0.5)) await givesBack(world, assistant);
  await tidyUp(world);
}

/** Whoever lost an answer and asks again in time gets a pair; who was refused was refused for a cause, or came too late. */
async function keepsItsTokens(world: World, assistant: Assistant): Promise<void> {
  const { clock, scheduler, ledger, violate } = world;
  const before = assistant.held();
  if (before === undefined) return;
  const doubtSince = assistant.doubtSince();
  if (await assistant.renew(1)) return;
  const found = ledger.find('refreshToken', before.refresh);
  if (found === undefined) return violate('heals', `${assistant.name} holds a token that never was`);
  const { life, hash } = found;
  const hasEnded = life.goneAt !== undefined || ledger.isExpired(life) || ledger.wasDeadSince(life.connectionId, 0);
  const wasSlow = doubtSince !== undefined && scheduler.now() - doubtSince >= REPLAY_WINDOW_MS;
  const cameTooLate =
    isStale({ clock, replayWindowMs: REPLAY_WINDOW_MS }, life, hash) &&
    (wasSlow || clock.hasJumped() || life.mostReplays >= MOST_REPLAYS);
  if (!hasEnded && !cameTooLate) violate('heals', `${assistant.name} kept to the protocol and was signed out`);
  world.did(hasEnded ? 'found its grant ended' : 'came too late');
  return undefined;
}

/** Uses what it has, or connects and uses that. Everything is fine, so this must work. */
async function works(world: World, assistant: Assistant): Promise<void> {
  if (assistant.held() !== undefined && (await answers(world, assistant))) return;
  if (assistant.held() !== undefined) await assistant.revoke();
  if (await connects(world, assistant)) return;
  // A person who removed our access at Google and let it back in may have left us the refresh token of before, and Google
  // gives no other: only its refusal shows that, and the next sign-in asks for a new one.
  world.did('had to connect twice');
  if (!world.google.hasRemoved(assistant.person.name) || !(await connects(world, assistant)))
    world.violate('heals', `${assistant.name} has just connected, and nothing works`);
}

async function connects(world: World, assistant: Assistant): Promise<boolean> {
  const isConnected = await assistant.connect();
  if (!isConnected) world.violate('heals', `${assistant.name} cannot connect, though nothing is wrong`);
  return isConnected && answers(world, assistant);
}

async function answers(world: World, assistant: Assistant): Promise<boolean> {
  for (let tries = 0; tries < 3; tries += 1) {
    const status = await assistant.use();
    if (status !== 503) return status === 200;
    await world.scheduler.pass(assistant.name, 'waits for whoever has the turn', TURN_MS);
  }
  return false;
}

async function givesBack(world: World, assistant: Assistant): Promise<void> {
  if (!(await assistant.revoke())) world.violate('heals', `${assistant.name} cannot give its tokens back`);
}

/** What a crash left lying is taken up an hour later. */
async function tidyUp(world: World): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await world.scheduler.pass('operator', 'tidies up', HOUR + 60_000);
    await world.cluster.sweep();
  }
}
