/**
 * What a person does in a browser: connects an assistant, removes our access at Google, disconnects on the account page.
 *
 * Owns: the way through the pages, with the impatience of people: what does not load is loaded once more, then given up.
 * Does not own: what the assistant does with the code (assistant.ts).
 */
import { hash } from 'node:crypto';
import type { GrantEnd } from '../../src/store/records.ts';
import { createBrowser, type Visit } from './browser.ts';
import { BRIDGE } from './cluster.ts';
import type { Exchange } from './witness.ts';
import type { SimulatedClient, World } from './world.ts';

export const VERIFIER = 'v'.repeat(43);
const CHALLENGE = hash('sha256', VERIFIER, 'base64url');

export interface Person {
  name: string;
  /** The way from the assistant's button to its code; undefined when it ended somewhere else. */
  signIn(client: SimulatedClient): Promise<string | undefined>;
  removeAccessAtGoogle(): Promise<void>;
  /** Disconnects one of their assistants, or all. */
  disconnect(): Promise<void>;
}

export function createPerson(world: World, name: string): Person {
  const browser = createBrowser(world, name);
  return {
    name,
    signIn: (client) => signIn(world, browser.visit(), name, client),
    removeAccessAtGoogle: async () => {
      await world.scheduler.pass(name, 'removes our access at Google');
      if (world.google.removeAccess(name)) world.did('access removed at Google');
    },
    disconnect: () => disconnect(world, browser.visit(), name),
  };
}

/** What did not come, or asks to try again, is tried once more. */
async function insist(world: World, who: string, load: () => Promise<Exchange | undefined>) {
  const first = await load();
  if (first !== undefined && first.status !== 503) return first;
  await world.scheduler.pass(who, 'reloads', 1_000 + world.dice.below(8_000));
  return load();
}

function leadsTo(answer: Exchange | undefined): URL | undefined {
  const location = answer?.headers.get('location');
  return location == null ? undefined : new URL(location, BRIDGE);
}

async function signIn(world: World, visit: Visit, who: string, client: SimulatedClient): Promise<string | undefined> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    state: 'a state',
    ...(client.secret === '' && { code_challenge: CHALLENGE, code_challenge_method: 'S256' }),
  });
  const consent = leadsTo(await insist(world, who, () => visit.get(`/authorize?${query}`)));
  const flow = consent?.searchParams.get('flow');
  if (flow == null) return undefined;
  const allow = () => visit.post('/consent', { flow, decision: 'allow' });
  let next = leadsTo(await insist(world, who, allow));
  for (let rounds = 0; rounds < 3 && next?.origin === 'https://accounts.google.com'; rounds += 1) {
    await world.scheduler.pass(who, 'allows it at Google', thinks(world));
    const back = world.google.authorize(next, who);
    next = leadsTo(await insist(world, who, () => visit.get(back)));
  }
  if (next === undefined || `${next.origin}${next.pathname}` !== client.redirectUri) return undefined;
  world.did('sign-in');
  return next.searchParams.get('code') ?? undefined;
}

/** A click or two at Google, and now and then a phone call in between. */
function thinks({ dice, isCalm }: World): number {
  return !isCalm() && dice.chance(0.03) ? 11 * 60_000 : dice.pick([0, 300, 2_000, 15_000]);
}

async function disconnect(world: World, visit: Visit, who: string): Promise<void> {
  const page = await openAccount(world, visit, who);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page ?? '')?.[1];
  const targets = [...(page ?? '').matchAll(/name="disconnect" value="([^"]+)"/g)].map(([, value = '']) => value);
  if (csrf === undefined || targets.length === 0) return;
  const target = world.dice.pick(targets);
  const lives = livesOf(world, who).filter(({ id }) => target === 'all' || target === id);
  for (const life of lives) life.asked.add('person' satisfies GrantEnd);
  if (target === 'all') world.ledger.askedAll.add(who);
  const open = lives.filter(({ goneAt }) => goneAt === undefined);
  const answer = await insist(world, who, () => visit.post('/account', { csrf, disconnect: target }));
  if (answer?.status !== 303) return;
  for (const life of open) life.toldAt ??= world.scheduler.step();
  world.did(target === 'all' ? 'all disconnected' : 'one disconnected');
}

function livesOf({ ledger }: World, subject: string) {
  return [...ledger.grants.values()].filter(({ connectionId }) => ledger.lastKnown(connectionId)?.subject === subject);
}

/** Signs in to the account page; its HTML. */
async function openAccount(world: World, visit: Visit, who: string): Promise<string | undefined> {
  if ((await insist(world, who, () => visit.get('/account')))?.status !== 200) return undefined;
  const google = leadsTo(await insist(world, who, () => visit.post('/account', { decision: 'allow' })));
  if (google?.origin !== 'https://accounts.google.com') return undefined;
  await world.scheduler.pass(who, 'signs in at Google', thinks(world));
  const back = world.google.authorize(google, who);
  if (leadsTo(await insist(world, who, () => visit.get(back)))?.pathname !== '/account') return undefined;
  const page = await insist(world, who, () => visit.get('/account'));
  return page?.status === 200 ? page.body : undefined;
}
