/**
 * What clients, people, time and Google do to the bridge, each with what the model says must come of it.
 *
 * Owns: asking, comparing, telling the model. Does not own: the rules (token-life.model.ts). Requests that are said to
 * happen at once are really in flight together, and the scheduler decides which of them reaches the database first.
 */
import assert from 'node:assert/strict';
import type { AsyncCommand } from 'fast-check';
import {
  callTool,
  PKCE,
  redeem,
  refresh,
  signIn,
  type TestClient,
  type TokenAnswer,
  type World,
} from '../support/world.ts';
import {
  advanced,
  CODE_MS,
  ended,
  fateOf,
  isNeeded,
  isOnItsWay,
  type Model,
  type ModelCode,
  type ModelGrant,
  newestPair,
  opens,
  type PairText,
  redeemed,
  replayed,
  rotated,
  swept,
} from './token-life.model.ts';

export interface Real {
  world: World;
  clients: TestClient[];
  /** Lets the scheduler run until the promise has its value. */
  settle<Value>(promise: Promise<Value>): Promise<Value>;
}

export type Command = AsyncCommand<Model, Real>;

const HOUR_MS = 3_600_000;

function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items.length === 0 ? undefined : items[index % items.length];
}

/** One of the last grants, dead or alive: with many, most would be long forgotten. */
export function recent({ grants }: Model, index: number): ModelGrant {
  return pick(grants.slice(-5), index) as ModelGrant;
}

function pairIn({ body }: TokenAnswer): PairText {
  return { access: String(body.access_token), refresh: String(body.refresh_token) };
}

function clientAt({ clients }: Real, index: number): TestClient {
  const client = clients[index];
  assert.ok(client);
  return client;
}

/** A public client shows no secret, and proves its code with a verifier. */
function proof(model: Model, index: number): Record<string, string | undefined> {
  return model.clients[index]?.isPublic === true ? { client_secret: undefined, code_verifier: PKCE.verifier } : {};
}

function assertRefused({ status, body }: TokenAnswer): void {
  assert.equal(status, 400, JSON.stringify(body));
  assert.equal(body.error, 'invalid_grant');
}

/** People sign in, several at the same moment. */
export function signsIn(sign: { client: number; person: string }[]): Command {
  return {
    check: ({ isCut }) => !isCut,
    async run(model, real) {
      const before = endings(real);
      const idle = new Set(sign.map(({ person }) => person).filter((person) => !isNeeded(model, person)));
      const answers = await real.settle(
        Promise.all(
          sign.map(({ client, person }) => {
            const isPublic = model.clients[client]?.isPublic === true;
            const parameters = isPublic ? { code_challenge: PKCE.challenge, code_challenge_method: 'S256' } : {};
            return signIn(real.world, clientAt(real, client), { account: person, parameters });
          }),
        ),
      );
      // An end that Google did not hear of in its outage is brought about before a new link is made.
      const went = endings(real) - before;
      assert.ok(went <= idle.size, `${went} links went, ${idle.size} were not needed`);
      model.endings += went;
      for (const [index, { client, person }] of sign.entries()) {
        const text = answers[index]?.get('code') ?? '';
        assert.match(text, /^ggpt_ac_/);
        model.codes.push({ text, client, person, expiresAt: model.now + CODE_MS, grant: undefined, isSwept: false });
        if (!model.googleUse.has(person)) model.googleUse.set(person, model.now);
      }
    },
    toString: () => `sign in ${sign.map(({ client, person }) => `${person} by client ${client}`).join(' and ')}`,
  };
}

/** The whole way at once, as it goes nearly always. */
export function connects(who: { client: number; person: string }): Command {
  return {
    check: ({ isCut }) => !isCut,
    async run(model, real) {
      await signsIn([who]).run(model, real);
      const last = model.codes.slice(-6).length - 1;
      await redeems({ at: last, workers: 1, byOther: false }).run(model, real);
    },
    toString: () => `connect ${who.person} by client ${who.client}`,
  };
}

/** One code, shown by so many workers at once; now and then by a client that it was not given to. */
export function redeems({ at, workers, byOther }: { at: number; workers: number; byOther: boolean }): Command {
  return {
    check: ({ codes }) => codes.length > 0,
    async run(model, real) {
      const code = pick(model.codes.slice(-6), at) as ModelCode;
      const shower = byOther ? (code.client + 1) % model.clients.length : code.client;
      const client = { ...clientAt(real, shower), redirectUri: clientAt(real, code.client).redirectUri };
      const show = () => redeem(real.world, client, code.text, proof(model, shower));
      const answers = await real.settle(Promise.all(Array.from({ length: workers }, show)));
      const good = onlyGood(answers);
      if (byOther) assert.equal(good.length, 0, 'a code is worth nothing to another client');
      else learnRedeemed(model, code, { good, workers });
    },
    toString: () => `redeem code ${at} ×${workers}${byOther ? ' by another client' : ''}`,
  };
}

function onlyGood(answers: TokenAnswer[]): TokenAnswer[] {
  for (const answer of answers) if (answer.status !== 200) assertRefused(answer);
  return answers.filter(({ status }) => status === 200);
}

function learnRedeemed(
  model: Model,
  code: ModelCode,
  { good, workers }: { good: TokenAnswer[]; workers: number },
): void {
  const wasRedeemed = code.grant !== undefined;
  assert.equal(good.length, isOnItsWay(model, code) ? 1 : 0, 'a fresh code is redeemed once, another one never');
  if (good[0] !== undefined) redeemed(model, code, pairIn(good[0]));
  // Whoever came second, in this race or long after, gave away that the code has leaked.
  if (code.grant !== undefined && !code.isSwept && (wasRedeemed || workers > 1)) ended(model, code.grant);
}

export interface Refreshing {
  at: number;
  /** How many rotations ago the shown token was the newest. */
  age: number;
  workers: number;
  byOther: boolean;
}

export function refreshes({ at, age, workers, byOther }: Refreshing): Command {
  return {
    check: ({ grants }) => grants.length > 0,
    async run(model, real) {
      const grant = recent(model, at);
      const text = (grant.refresh.at(-1 - age) ?? grant.refresh[0])?.text ?? '';
      const shower = byOther ? (grant.client + 1) % model.clients.length : grant.client;
      const show = () => refresh(real.world, clientAt(real, shower), text, noCode(proof(model, shower)));
      const answers = await real.settle(Promise.all(Array.from({ length: workers }, show)));
      if (model.doubtful.has(grant.person)) return;
      if (byOther) answers.forEach(assertRefused);
      else learnRefreshed(model, grant, text, answers);
    },
    toString: () =>
      `refresh grant ${at} with its token of ${age} ago ×${workers}${byOther ? ' by another client' : ''}`,
  };
}

function learnRefreshed(model: Model, grant: ModelGrant, text: string, answers: TokenAnswer[]): void {
  const fate = fateOf(model, grant, text);
  if (fate === 'refuse' || fate === 'burn') {
    answers.forEach(assertRefused);
    if (fate === 'burn') ended(model, grant);
    return;
  }
  for (const { status, body } of answers) assert.equal(status, 200, `${fate}: ${JSON.stringify(body)}`);
  const [pair, ...others] = answers.map(pairIn) as [PairText, ...PairText[]];
  for (const other of others) assert.deepEqual(other, pair, 'every worker gets the same pair');
  if (fate === 'rotate') {
    assert.notDeepEqual(pair, newestPair(grant));
    rotated(model, grant, pair);
  } else {
    assert.deepEqual(pair, newestPair(grant), 'a replay is the newest answer');
    replayed(model, grant);
  }
}

/** A worker that slept comes back with a token of long ago, or a thief does. */
export function comesLate({ at, milliseconds }: { at: number; milliseconds: number }): Command {
  return {
    check: ({ grants }) => grants.length > 0,
    async run(model, real) {
      await refreshes({ at, age: 0, workers: 1, byOther: false }).run(model, real);
      await passes(milliseconds).run(model, real);
      await refreshes({ at, age: 1, workers: 1, byOther: false }).run(model, real);
    },
    toString: () => `refresh grant ${at}, and come again ${milliseconds / 1000} s later with the token before`,
  };
}

/** A client that loses every answer and asks again, two seconds later, with the same token. */
export function nags({ at, times }: { at: number; times: number }): Command {
  return {
    check: ({ grants }) => grants.length > 0,
    async run(model, real) {
      await refreshes({ at, age: 0, workers: 1, byOther: false }).run(model, real);
      for (let time = 0; time < times; time += 1) {
        await passes(2000).run(model, real);
        await refreshes({ at, age: 1, workers: 1, byOther: false }).run(model, real);
      }
    },
    toString: () => `refresh grant ${at} and lose the answer ${times} times`,
  };
}

function noCode({ client_secret }: Record<string, string | undefined>): Record<string, string | undefined> {
  return client_secret === undefined ? {} : { client_secret };
}

/** Opens a door with some access token that was once given out. */
export function calls({ at, age, asksGoogle }: { at: number; age: number; asksGoogle: boolean }): Command {
  return {
    check: ({ grants }) => grants.length > 0,
    async run(model, real) {
      const grant = recent(model, at);
      const text = grant.access.at(-1 - age)?.text ?? grant.newestAccess;
      const tool = asksGoogle ? 'list_properties' : 'get_profile';
      const { status } = await real.settle(callTool(real.world, tool, text));
      if (model.doubtful.has(grant.person)) return;
      if (!opens(model, grant, text)) return assert.equal(status, 401);
      // What was asked lately may be remembered, so that an outage is not always noticed.
      if (asksGoogle && model.isCut) return assert.ok([200, 503].includes(status), String(status));
      assert.equal(status, 200);
      const used = model.googleUse.get(grant.person) ?? 0;
      if (asksGoogle && model.now - used > HOUR_MS) model.googleUse.set(grant.person, model.now);
    },
    toString: () => `call ${asksGoogle ? 'Google ' : ''}with access token ${age} of grant ${at}`,
  };
}

export const HANDS = ['access', 'refresh', 'former'] as const;
type Hand = (typeof HANDS)[number];

/** RFC 7009, with either token, now and then with one that is another client's. */
export function revokes({ at, by, byOther }: { at: number; by: Hand; byOther: boolean }): Command {
  return {
    check: ({ grants }) => grants.length > 0,
    async run(model, real) {
      const grant = recent(model, at);
      const shower = byOther ? (grant.client + 1) % model.clients.length : grant.client;
      await real.settle(revoke(real, shower, tokenFor(grant, by), model));
      if (!byOther && !model.doubtful.has(grant.person)) ended(model, grant);
    },
    toString: () => `revoke grant ${at} with its ${by} token${byOther ? ' by another client' : ''}`,
  };
}

function tokenFor(grant: ModelGrant, by: Hand): string {
  if (by === 'access') return grant.newestAccess;
  return (by === 'former' ? grant.refresh.at(-2) : grant.refresh.at(-1))?.text ?? newestPair(grant).refresh;
}

export async function revoke(real: Real, index: number, token: string, model: Model): Promise<void> {
  const { clientId, secret } = clientAt(real, index);
  const isPublic = model.clients[index]?.isPublic === true;
  const fields = { token, client_id: clientId, ...(!isPublic && { client_secret: secret }) };
  const answer = await real.world.request('/revoke', {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(answer.status, 200, 'RFC 7009 2.2: the answer is the same for a token that nobody knows');
  assert.deepEqual(await answer.json(), {});
}

export function passes(milliseconds: number): Command {
  return {
    check: () => true,
    async run(model, real) {
      real.world.advance(milliseconds);
      advanced(model, milliseconds);
    },
    toString: () => `${milliseconds / 1000} s pass`,
  };
}

/**
 * Links ended at Google so far. A sign-in that meets an end under way brings it about too, so that Google may be asked twice
 * for the one link.
 */
export function endings({ world }: Real): number {
  return new Set(world.sent.filter(({ url }) => url.endsWith('/revoke')).map(({ body }) => body)).size;
}

/** What the server does by itself now and then: expired things go, and links that nothing needs. */
export function sweeps(): Command {
  return {
    check: () => true,
    async run(model, real) {
      const before = endings(real);
      await real.settle(real.world.bridge.sweep(100));
      swept(model);
      const went = endings(real) - before;
      const idle = [...model.googleUse.keys()].filter((person) => !isNeeded(model, person));
      // Whether a link has rested long enough is the server's to say; that it goes in the end is checked at the end.
      assert.ok(went <= idle.length, `${went} links went, ${idle.length} were not needed`);
      model.endings += went;
    },
    toString: () => 'sweep',
  };
}

export function cuts(isCut: boolean): Command {
  return {
    check: (model) => model.isCut !== isCut,
    async run(model, real) {
      real.world.cutNetwork(isCut);
      model.isCut = isCut;
    },
    toString: () => (isCut ? 'Google is gone' : 'Google is back'),
  };
}
