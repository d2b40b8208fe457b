/**
 * An assistant that a person connected: it keeps tokens, uses them, renews them, loses answers and asks again, as the real
 * ones do, and now and then misbehaves as the real ones do too.
 *
 * Owns: the client's side of the protocol. Does not own: what an answer ought to be (invariants/).
 */
import { hashSecret, parseToken } from '../../src/vault/token.ts';
import { BRIDGE, TOOL } from './cluster.ts';
import { type Person, VERIFIER } from './people.ts';
import type { Exchange, Shown } from './witness.ts';
import type { SimulatedClient, World } from './world.ts';

export interface Pair {
  access: string;
  refresh: string;
}

export interface Assistant {
  name: string;
  person: Person;
  client: SimulatedClient;
  held(): Pair | undefined;
  /** Since when it has asked for a new pair without hearing an answer. */
  doubtSince(): number | undefined;
  connect(): Promise<boolean>;
  /** Asks Google through a door; renews its tokens when they are refused. The last status, or undefined for no answer. */
  use(): Promise<number | undefined>;
  /** Asks until there is an answer or patience ends. True with a new pair in hand. */
  renew(patience?: number): Promise<boolean>;
  /** So many workers renew at the same moment. */
  renewAtOnce(workers: number): Promise<void>;
  callAtOnce(workers: number): Promise<void>;
  /** A worker that slept shows a refresh token of before. */
  showFormer(): Promise<void>;
  showOldAccess(): Promise<void>;
  revoke(): Promise<boolean>;
  /** As a "reconnect" button does it: gives back the old tokens while the person already signs in. */
  reconnect(): Promise<void>;
}

const PAUSES_MS = [500, 2_000, 2_000, 10_000, 30_000];
/** Longer than the replay window: whoever waits so long may have lost its place. */
const TOO_LONG_MS = 130_000;

export function createAssistant(world: World, person: Person, client: SimulatedClient): Assistant {
  const { scheduler, dice, ledger, cluster, isCalm } = world;
  const name = `${person.name}/${client.name}`;
  let held: Pair | undefined;
  let doubtSince: number | undefined;
  const former: Pair[] = [];

  const post = (path: string, fields: Record<string, string>, shown: Shown): Promise<Exchange | undefined> => {
    const secret = client.secret === '' ? {} : { client_secret: client.secret };
    const body = new URLSearchParams({ ...fields, client_id: client.clientId, ...secret }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const make = () => ({ request: new Request(`${BRIDGE}${path}`, { method: 'POST', headers, body }), shown });
    return cluster.ask(`${name} POST ${path} ${shown.kind}`, make);
  };

  const call = (access: string): Promise<Exchange | undefined> => {
    const headers = { authorization: `Bearer ${access}` };
    const shown = { kind: 'accessToken', text: access } as const;
    const make = () => ({ request: new Request(`${BRIDGE}/actions/${TOOL}`, { method: 'POST', headers }), shown });
    return cluster.ask(`${name} POST /actions`, make);
  };

  const refresh = (token: string): Promise<Exchange | undefined> => {
    const life = ledger.find('refreshToken', token)?.life;
    if (life !== undefined) shownTokens(life.id).add(hashSecret(parseToken('refreshToken', token)?.secret ?? ''));
    const fields = { grant_type: 'refresh_token', refresh_token: token };
    return post('/token', fields, { kind: 'refreshToken', text: token });
  };

  /** Takes what an answer brings: a pair that it has not had, or the news that it is over. */
  const learn = (answer: Exchange | undefined, shown: string): void => {
    if (answer?.status === 200) {
      const pair = pairIn(answer);
      if (held !== undefined && held.refresh !== pair.refresh) former.push(held);
      if (!former.some(({ refresh }) => refresh === pair.refresh)) held = pair;
      doubtSince = undefined;
    } else if (answer?.status === 400 && shown === held?.refresh) forget();
  };

  const forget = () => {
    held = undefined;
    doubtSince = undefined;
    former.length = 0;
  };

  const redeem = async (code: string): Promise<Exchange | undefined> => {
    const life = ledger.codeOf(code);
    if (life !== undefined) life.shown += 1;
    const proof = client.secret === '' ? { code_verifier: VERIFIER } : {};
    const fields = { grant_type: 'authorization_code', code, redirect_uri: client.redirectUri, ...proof };
    return post('/token', fields, { kind: 'code', text: code });
  };

  /** Mostly once: now and then two workers show it, and who hears nothing shows it again. */
  const redeemOnce = async (code: string): Promise<Exchange | undefined> => {
    const workers = !isCalm() && dice.chance(0.08) ? 2 : 1;
    if (workers > 1) world.did('code shown twice at once');
    const answers = await Promise.all(Array.from({ length: workers }, () => redeem(code)));
    const answer = answers.find((each) => each?.status === 200) ?? answers[0];
    if (answer !== undefined && answer.status !== 503) return answer;
    await scheduler.pass(name, 'waits to redeem', dice.below(5_000));
    world.did('code shown again');
    return redeem(code);
  };

  const renew = async (patience = 4): Promise<boolean> => {
    for (let tries = 0; tries < patience && held !== undefined; tries += 1) {
      const shown = held.refresh;
      doubtSince ??= scheduler.now();
      const answer = await refresh(shown);
      learn(answer, shown);
      if (answer?.status === 200) return true;
      await scheduler.pass(name, 'waits to renew', pauseFor(world));
    }
    return false;
  };

  const assistant: Assistant = {
    name,
    person,
    client,
    held: () => held,
    doubtSince: () => doubtSince,
    renew,

    async connect() {
      const code = await person.signIn(client);
      if (code === undefined) return false;
      await scheduler.pass(name, 'has a code', !isCalm() && dice.chance(0.05) ? 65_000 : dice.below(500));
      // A person who connects anew leaves the tokens of before behind.
      forget();
      learn(await redeemOnce(code), '');
      if (held !== undefined) world.did('connected');
      return held !== undefined;
    },

    async use() {
      if (held === undefined) return undefined;
      const answer = await call(held.access);
      if (answer?.status === 200) world.did('question answered');
      if (answer?.status !== 401 || !(await renew())) return answer?.status;
      world.did('renewed');
      return (await call(held.access))?.status;
    },

    async renewAtOnce(workers) {
      if (held === undefined) return;
      const shown = held.refresh;
      doubtSince ??= scheduler.now();
      const answers = await Promise.all(Array.from({ length: workers }, () => refresh(shown)));
      world.did('renewed at once');
      for (const answer of answers) learn(answer, shown);
    },

    async callAtOnce(workers) {
      if (held === undefined) return;
      const { access } = held;
      await Promise.all(Array.from({ length: workers }, () => call(access)));
      world.did('asked at once');
    },

    async showFormer() {
      if (former.length === 0) return;
      const { refresh: shown } = dice.pick(former.slice(-3));
      world.did('former refresh token shown');
      learn(await refresh(shown), shown);
    },

    async showOldAccess() {
      if (former.length === 0) return;
      world.did('former access token shown');
      await call(dice.pick(former).access);
    },

    async revoke() {
      if (held === undefined) return true;
      const { refresh: text, access } = held;
      const token = dice.chance(0.5) ? text : access;
      const life = ledger.find('refreshToken', text)?.life;
      life?.asked.add('client');
      const answer = await post('/revoke', { token }, { kind: 'revocation', text: token });
      if (answer?.status !== 200) return false;
      if (life !== undefined) life.toldAt ??= scheduler.step();
      world.did('revoked');
      if (held?.refresh === text) forget();
      return true;
    },

    async reconnect() {
      world.did('reconnected while it revoked');
      await Promise.all([assistant.revoke(), assistant.connect()]);
    },
  };
  return assistant;

  function shownTokens(grantId: string): Set<string> {
    const all = world.shownRefresh;
    const found = all.get(grantId) ?? new Set<string>();
    all.set(grantId, found);
    return found;
  }
}

function pauseFor({ dice, did }: World): number {
  if (!dice.chance(0.04)) return dice.pick(PAUSES_MS);
  did('waited too long');
  return TOO_LONG_MS;
}

export function pairIn({ body }: Exchange): Pair {
  const { access_token: access, refresh_token: refresh } = JSON.parse(body) as Record<string, string>;
  return { access: access ?? '', refresh: refresh ?? '' };
}
