/**
 * Requests about one grant that are all in flight together: workers that refresh, calls, and perhaps somebody who revokes.
 *
 * Owns: what is true of such a storm whatever its order. Does not own: quieter commands (token-life.commands.ts).
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { callTool, PKCE, refresh, signIn, type TestClient, type TokenAnswer } from '../support/world.ts';
import { type Command, calls, endings, type Real, recent, redeems, revoke } from './token-life.commands.ts';
import {
  CODE_MS,
  ended,
  fateOf,
  type Model,
  type ModelGrant,
  newestPair,
  opens,
  type PairText,
  replayed,
  rotated,
} from './token-life.model.ts';

interface Storm {
  at: number;
  /** Refreshes with the newest token, and with the one before. */
  newest: number;
  former: number;
  calls: number;
  isRevoked: boolean;
}

export function storms(index: fc.Arbitrary<number>): fc.Arbitrary<Command> {
  return fc
    .record({ at: index, newest: fc.nat(3), former: fc.nat(2), calls: fc.nat(2), isRevoked: fc.boolean() })
    .map(storm);
}

function storm({ at, newest, former, calls, isRevoked }: Storm): Command {
  return {
    check: ({ grants }) => grants.length > 0,
    async run(model, real) {
      const grant = recent(model, at);
      if (model.doubtful.has(grant.person)) return;
      const { access, refresh: text } = newestPair(grant);
      const before = grant.refresh.at(-2)?.text;
      const fateBefore = before === undefined ? undefined : fateOf(model, grant, before);
      // A former token that burns the family is a revocation by another name, and has its own command.
      const formers = before !== undefined && fateBefore !== 'burn' ? former : 0;
      const client = real.clients[grant.client] as TestClient;
      const isPublic = model.clients[grant.client]?.isPublic === true;
      const show = (token: string) => refresh(real.world, client, token, isPublic ? { client_secret: undefined } : {});
      const repeat = <Value>(times: number, run: () => Promise<Value>) => Array.from({ length: times }, run);

      const wasOpen = opens(model, grant, access);
      const [fresh, stale, called] = await real.settle(
        Promise.all([
          Promise.all(repeat(newest, () => show(text))),
          Promise.all(repeat(formers, () => show(before ?? ''))),
          Promise.all(repeat(calls, () => callTool(real.world, 'get_profile', access))),
          isRevoked ? revoke(real, grant.client, text, model) : undefined,
        ]),
      );
      for (const { status } of called) assertCall(status, wasOpen, isRevoked);
      checkRefreshes(model, grant, { fresh, stale, fateBefore, isRevoked });
      if (isRevoked) await endedByRevocation(model, real, grant, [...fresh, ...stale]);
    },
    toString: () =>
      `storm on grant ${at}: ${newest} newest, ${former} former, ${calls} calls${isRevoked ? ', revoked' : ''}`,
  };
}

function assertCall(status: number, wasOpen: boolean, isRevoked: boolean): void {
  if (!wasOpen) assert.equal(status, 401);
  else if (isRevoked) assert.ok(status === 200 || status === 401, String(status));
  else assert.equal(status, 200);
}

/**
 * A person connects through one client in the very moment in which the last other grant goes, and Google's link with it.
 * Whichever came first, the new grant has a link that works: this is how a "reconnect" button behaves.
 */
export function reconnects({ at, client }: { at: number; client: number }): Command {
  return {
    check: ({ grants, isCut }) => grants.length > 0 && !isCut,
    async run(model, real) {
      const grant = recent(model, at);
      if (model.doubtful.has(grant.person)) return;
      const isPublic = model.clients[client]?.isPublic === true;
      const parameters = isPublic ? { code_challenge: PKCE.challenge, code_challenge_method: 'S256' } : {};
      const test = real.clients[client] as TestClient;
      const before = endings(real);
      const [answer] = await real.settle(
        Promise.all([
          signIn(real.world, test, { account: grant.person, parameters }),
          revoke(real, grant.client, newestPair(grant).refresh, model),
        ]),
      );
      const counted = model.endings;
      ended(model, grant);
      // Whether the link had to go depends on who was first, and on an end that Google has yet to hear of; so here Google's
      // count is believed, within reason.
      const went = endings(real) - before;
      assert.ok(went <= 1, `the link ended ${went} times`);
      model.endings = counted + went;
      const text = answer.get('code') ?? '';
      model.codes.push({
        text,
        client,
        person: grant.person,
        expiresAt: model.now + CODE_MS,
        grant: undefined,
        isSwept: false,
      });
      await redeems({ at: model.codes.slice(-6).length - 1, workers: 1, byOther: false }).run(model, real);
      await calls({ at: model.grants.slice(-5).length - 1, age: 0, asksGoogle: true }).run(model, real);
    },
    toString: () => `the person of grant ${at} connects by client ${client} while it is revoked`,
  };
}

interface Answers {
  fresh: TokenAnswer[];
  stale: TokenAnswer[];
  fateBefore: ReturnType<typeof fateOf> | undefined;
  isRevoked: boolean;
}

function checkRefreshes(model: Model, grant: ModelGrant, { fresh, stale, fateBefore, isRevoked }: Answers): void {
  const known = newestPair(grant);
  const wanted = fateOf(model, grant, known.refresh) === 'rotate' ? 200 : 400;
  if (!isRevoked) {
    for (const { status } of fresh) assert.equal(status, wanted);
    for (const { status } of stale) assert.equal(status, fateBefore === 'replay' ? 200 : 400);
  }
  const made = [...good(fresh), ...good(stale)].filter((pair) => pair.refresh !== known.refresh);
  for (const pair of [...made, ...good(fresh)]) {
    assert.deepEqual(pair, made[0], 'at most one new pair is made, whatever the order');
  }
  if (good(stale).length > 0) replayed(model, grant);
  if (made[0] !== undefined) rotated(model, grant, made[0]);
}

/** The pairs of the answers that were given; every other answer is a refusal. */
function good(answers: TokenAnswer[]): PairText[] {
  for (const answer of answers) if (answer.status !== 200) assertInvalid(answer);
  return answers.filter(({ status }) => status === 200).map(pairOf);
}

/** A revocation that was answered holds, for what was given out beside it as well. */
async function endedByRevocation(model: Model, real: Real, grant: ModelGrant, given: TokenAnswer[]): Promise<void> {
  ended(model, grant);
  for (const answer of given.filter(({ status }) => status === 200)) {
    const { status } = await real.settle(callTool(real.world, 'get_profile', pairOf(answer).access));
    assert.equal(status, 401, 'a token that was given out beside its own revocation is dead');
  }
}

function pairOf({ body }: TokenAnswer): PairText {
  return { access: String(body.access_token), refresh: String(body.refresh_token) };
}

function assertInvalid({ status, body }: TokenAnswer): void {
  assert.equal(status, 400, JSON.stringify(body));
  assert.equal(body.error, 'invalid_grant');
}
