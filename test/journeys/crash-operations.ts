/**
 * What a bridge may be doing when it is killed, and what the people and programs around it do then: ask the same again,
 * and where that is refused with words that say so, begin anew.
 *
 * Owns: the operations with their expectations. Does not own: at which points they are killed (crash-run.ts).
 */
import assert from 'node:assert/strict';
import type { Browser, Stop } from '../../src/demo/browser.ts';
import type { Answer, Assistant } from '../support/assistant.ts';
import { pressOn, signInFromCrowd } from '../support/crowd.ts';
import { type CrashWorld, codeIn, createHaltingBrowser, type Family, familyOf } from './crash-world.ts';

export interface Settled {
  /** What came of it, in words. */
  says: string;
  /** The tokens that have to work from now on. None: the person wanted an end, and everything has to be gone. */
  families: Family[];
  /** Somebody died with the turn to ask Google: the rest can be seen once that has run out. */
  later?: { at: number; work(): Promise<Settled> };
}

/** A person right before the request that will be cut. */
export interface Moment {
  act(): Promise<unknown>;
  /** `answer` is what `act` brought; undefined when it was lost. */
  settle(answer: unknown): Promise<Settled>;
}

export interface Operation {
  name: string;
  /** Which process is killed, and from which of its requests on points count. */
  command: 'serve' | 'grants' | 'connections';
  from?: string;
  prepare(world: CrashWorld, account: string): Promise<Moment>;
}

async function startAgain(world: CrashWorld, assistant: Assistant, account: string): Promise<Family> {
  return world.connect(assistant, account);
}

async function isUsable({ assistant, tokens }: Family): Promise<void> {
  const { status, body } = await assistant.properties(tokens.access);
  assert.equal(status, 200, `an answer that was given is good: ${JSON.stringify(body)}`);
}

async function consent(world: CrashWorld, account: string): Promise<Moment> {
  const { browser, haltAt } = createHaltingBrowser();
  const first = await browser.open(world.authorizeUrl(world.one));
  assert.equal(first.kind, 'page');
  // Until Google's address: what comes behind it is another operation.
  haltAt(({ origin }) => origin === world.stage.sandboxUrl);
  const press = () => pressOn(browser, first, account);
  return {
    act: press,
    async settle(answer) {
      const stop = (answer ?? (await press())) as Stop;
      assert.equal(stop.kind, 'left');
      const google = stop.kind === 'left' ? stop.url : new URL('about:blank');
      haltAt(undefined);
      const left = await pressOn(browser, await browser.open(google, new URL(world.stage.bridgeUrl)), account);
      assert.equal(left.kind, 'left');
      const code = left.kind === 'left' ? codeIn(left.url) : '';
      const says = answer === undefined ? 'the same click again leads to Google' : 'the answer leads to Google';
      return { says, families: [familyOf(world.one, await world.one.redeem(code))] };
    },
  };
}

/** Walks until the browser is about to bring Google's answer. What it returns goes on from there, or from where it stuck. */
async function beforeCallback(world: CrashWorld, assistant: Assistant, account: string) {
  const { browser, haltAt, last } = createHaltingBrowser();
  haltAt(({ origin, pathname }) => origin === world.stage.bridgeUrl && pathname === '/google/callback');
  await pressOn(browser, await browser.open(world.authorizeUrl(assistant)), account);
  haltAt(undefined);
  assert.equal(last().pathname, '/google/callback');
  return async () => pressOn(browser, await browser.open(last(), new URL(world.stage.sandboxUrl)), account);
}

/** A person whose page did not load reloads it, and begins anew when the page says so. */
function callbackMoment(
  world: CrashWorld,
  assistant: Assistant,
  account: string,
  { goOn, others = [] }: { goOn(): Promise<Stop>; others?: Family[] },
): Moment {
  return {
    act: goOn,
    async settle(answer) {
      const stop = (answer ?? (await goOn())) as Stop;
      const way = answer === undefined ? 'reloaded, it' : 'the answer';
      if (stop.kind === 'left') {
        assert.ok(stop.url.searchParams.has('code'), stop.url.search);
        const family = familyOf(assistant, await assistant.redeem(codeIn(stop.url)));
        return { says: `${way} brings the code`, families: [...others, family] };
      }
      assert.match(stop.page.html, /start connecting again/i, `a page without a way on: ${stop.page.heading}`);
      const family = await startAgain(world, assistant, account);
      return { says: `${way} says to start again, and that works`, families: [...others, family] };
    },
  };
}

async function firstCallback(world: CrashWorld, account: string): Promise<Moment> {
  return callbackMoment(world, world.one, account, { goOn: await beforeCallback(world, world.one, account) });
}

async function nextCallback(world: CrashWorld, account: string): Promise<Moment> {
  const others = [await world.connect(world.other, account)];
  const goOn = await beforeCallback(world, world.one, account);
  return callbackMoment(world, world.one, account, { goOn, others });
}

/** Google ended the link, which a tool call found out; the person signs in once more, and the old tokens work again. */
async function mending(world: CrashWorld, account: string): Promise<Moment> {
  const other = await world.connect(world.other, account);
  await world.expireAtGoogle(account, 'access');
  await world.expireAtGoogle(account, 'refresh');
  assert.equal((await world.other.properties(other.tokens.access)).status, 401);
  const goOn = await beforeCallback(world, world.one, account);
  return callbackMoment(world, world.one, account, { goOn, others: [other] });
}

/** A code gives tokens once. A client whose answer was lost shows it again and hears that (RFC 6749 4.1.2). */
function redeemMoment(world: CrashWorld, account: string, code: string, others: Family[]): Moment {
  const redeem = () => world.one.redeem(code);
  return {
    act: redeem,
    async settle(answer) {
      if (answer !== undefined) {
        const family = familyOf(world.one, answer as Answer);
        await isUsable(family);
        return { says: 'the answer is good', families: [...others, family] };
      }
      const again = await redeem();
      if (again.status === 200)
        return { says: 'the same code gives tokens', families: [...others, familyOf(world.one, again)] };
      assert.equal(again.body.error, 'invalid_grant', JSON.stringify(again));
      assert.equal((await redeem()).body.error, 'invalid_grant', 'never twice');
      for (const other of others) await isUsable(other);
      const family = await startAgain(world, world.one, account);
      return { says: 'the code is spent: refused, and a new sign-in works', families: [...others, family] };
    },
  };
}

async function codeFor(world: CrashWorld, assistant: Assistant, account: string): Promise<string> {
  return codeIn(await signInFromCrowd(world.authorizeUrl(assistant), account));
}

async function firstRedeem(world: CrashWorld, account: string): Promise<Moment> {
  return redeemMoment(world, account, await codeFor(world, world.one, account), []);
}

async function nextRedeem(world: CrashWorld, account: string): Promise<Moment> {
  const others = [await world.connect(world.other, account)];
  return redeemMoment(world, account, await codeFor(world, world.one, account), others);
}

async function refresh(world: CrashWorld, account: string): Promise<Moment> {
  const { assistant, tokens } = await world.connect(world.one, account);
  return {
    act: () => assistant.refresh(tokens.refresh),
    async settle(answer) {
      const again = (answer ?? (await assistant.refresh(tokens.refresh))) as Answer;
      const family = familyOf(assistant, again);
      await isUsable(family);
      await isUsable({ assistant, tokens: { ...family.tokens, access: tokens.access } });
      // What was lost or given, the old token still brings the very same answer.
      assert.deepEqual((await assistant.refresh(tokens.refresh)).body, again.body);
      const says = answer === undefined ? 'the same token brings the pair' : 'the answer is good';
      return { says, families: [family] };
    },
  };
}

function toolCalls(): Operation[] {
  const call = (name: string, prepare: Operation['prepare']): Operation => ({
    ...{ name, command: 'serve', from: 'POST /actions/list_properties', prepare },
  });
  return [
    call('tool call that renews the token at Google', async (world, account) => {
      const family = await world.connect(world.one, account);
      const before = await world.holding(account);
      await world.expireAtGoogle(account, 'access');
      return callMoment(world, account, family, async () => {
        const { version, refreshesAtGoogle: asked } = await world.holding(account);
        const isStored = version > before.version;
        return async () => {
          await isUsable(family);
          const { refreshesAtGoogle } = await world.holding(account);
          assert.equal(refreshesAtGoogle, isStored ? 1 : asked + 1, 'Google is not asked more often than needed');
          const says = isStored || asked === 0 ? 'Google was asked once' : 'Google had to be asked again';
          return { says, families: [family] };
        };
      });
    }),
    call('tool call that finds the link dead', async (world, account) => {
      const family = await world.connect(world.one, account);
      await world.expireAtGoogle(account, 'access');
      await world.expireAtGoogle(account, 'refresh');
      return callMoment(world, account, family, async () => async () => {
        assert.equal((await world.one.properties(family.tokens.access)).status, 401);
        const { connection } = await world.holding(account);
        assert.equal(connection, 'dead');
        const fresh = await startAgain(world, world.one, account);
        return { says: '401, and a new sign-in mends it', families: [family, fresh] };
      });
    }),
  ];
}

/** Whoever died may have had the turn to ask Google. `look` is called at once, what it returns when the turn is over. */
function callMoment(
  world: CrashWorld,
  account: string,
  { assistant, tokens }: Family,
  look: () => Promise<() => Promise<Settled>>,
): Moment {
  return {
    act: () => assistant.properties(tokens.access),
    async settle() {
      const work = await look();
      const { turnUntil, connection } = await world.holding(account);
      if (turnUntil <= Date.now() || connection !== 'alive') return work();
      const says = 'its turn has to run out';
      const after = async () => {
        const settled = await work();
        return { ...settled, says: `its turn ran out; ${settled.says}` };
      };
      return { says, families: [], later: { at: turnUntil, work: after } };
    },
  };
}

function revokeMoment(world: CrashWorld, { tokens }: Family, others: Family[]): Moment {
  const revoke = () => world.one.revoke(tokens.refresh);
  return {
    act: revoke,
    async settle(answer) {
      if (answer === undefined) assert.equal((await revoke()).status, 200);
      assert.equal((await world.one.refresh(tokens.refresh)).body.error, 'invalid_grant');
      assert.equal((await world.one.profile(tokens.access)).status, 401);
      for (const other of others) await isUsable(other);
      return { says: answer === undefined ? 'asked again, done' : 'done', families: others };
    },
  };
}

async function revokeOneOfTwo(world: CrashWorld, account: string): Promise<Moment> {
  const others = [await world.connect(world.other, account)];
  return revokeMoment(world, await world.connect(world.one, account), others);
}

async function revokeLast(world: CrashWorld, account: string): Promise<Moment> {
  return revokeMoment(world, await world.connect(world.one, account), []);
}

interface AccountPress {
  name: string;
  /** So many assistants are connected. */
  assistants: 1 | 2;
  press: { name: 'disconnect' | 'delete'; value: (grantId: string) => string };
  leaves: 0 | 1;
}

const PRESSES: readonly AccountPress[] = [
  { name: 'disconnect one of two', assistants: 2, press: { name: 'disconnect', value: (id) => id }, leaves: 1 },
  { name: 'disconnect the last', assistants: 1, press: { name: 'disconnect', value: (id) => id }, leaves: 0 },
  { name: 'disconnect all', assistants: 2, press: { name: 'disconnect', value: () => 'all' }, leaves: 0 },
  { name: 'delete everything', assistants: 1, press: { name: 'delete', value: () => 'everything' }, leaves: 0 },
];

function accountPresses(): Operation[] {
  return PRESSES.map((wish) => ({
    name: `/account, ${wish.name}`,
    command: 'serve',
    from: 'POST /account',
    prepare: (world, account) => pressOnAccount(world, account, wish),
  }));
}

async function pressOnAccount(world: CrashWorld, account: string, wish: AccountPress): Promise<Moment> {
  const family = await world.connect(world.one, account);
  const { grantIds } = await world.holding(account);
  const others = wish.assistants === 2 ? [await world.connect(world.other, account)] : [];
  const press = await readyOnAccount(world, account, wish, grantIds[0] ?? '');
  return {
    act: press,
    async settle(answer) {
      if (answer === undefined) await press();
      const left = others.slice(0, wish.leaves);
      for (const { assistant, tokens } of [family, ...others.slice(wish.leaves)]) {
        assert.equal((await assistant.refresh(tokens.refresh)).body.error, 'invalid_grant');
        assert.equal((await assistant.profile(tokens.access)).status, 401);
      }
      for (const other of left) await isUsable(other);
      return { says: answer === undefined ? 'pressed again, done' : 'done', families: left };
    },
  };
}

/** Signed in to the account page, with the finger on the button. */
async function readyOnAccount(world: CrashWorld, account: string, { press }: AccountPress, grantId: string) {
  const { browser, haltAt } = createHaltingBrowser();
  const signedIn = await pressOn(browser, await browser.open(`${world.stage.bridgeUrl}/account`), account);
  const value = press.value(grantId);
  const page = value === 'everything' ? await pressButton(browser, signedIn, 'delete', 'ask') : signedIn;
  return () => {
    // The page behind the answer is another request.
    let seen = 0;
    haltAt(({ pathname }) => {
      seen += 1;
      return pathname === '/account' && seen > 1;
    });
    return pressButton(browser, page, press.name, value);
  };
}

async function pressButton(browser: Browser, stop: Stop, name: string, value: string): Promise<Stop> {
  assert.equal(stop.kind, 'page');
  const forms = stop.kind === 'page' ? stop.page.forms : [];
  const choices = forms.flatMap((form) => form.buttons.map((button) => ({ form, button })));
  const chosen = choices.find(({ button }) => button.name === name && button.value === value);
  assert.ok(chosen && stop.kind === 'page', `a button ${name}=${value}`);
  return browser.press(stop.page, chosen);
}

async function revokeGrant(world: CrashWorld, account: string): Promise<Moment> {
  const family = await world.connect(world.one, account);
  const { grantIds } = await world.holding(account);
  return commandMoment(world, ['grants', 'revoke', '--', grantIds[0] ?? ''], [family]);
}

async function revokeConnection(world: CrashWorld, account: string): Promise<Moment> {
  const families = [await world.connect(world.one, account), await world.connect(world.other, account)];
  return commandMoment(world, ['connections', 'revoke', account], families);
}

/** The operator's command, beside the bridge. Whoever sees it die types it again. */
function commandMoment({ stage }: CrashWorld, command: string[], families: Family[]): Moment {
  const run = () => stage.command(command);
  return {
    act: run,
    async settle(answer) {
      const printed = answer === undefined ? await run().catch((error: Error) => error.message) : 'Ended';
      assert.match(printed, /Ended |Ended$|No grant has the id|Nobody is connected/);
      for (const { assistant, tokens } of families)
        assert.equal((await assistant.refresh(tokens.refresh)).body.error, 'invalid_grant');
      const again = /Ended/.test(printed) ? 'the command again does it' : 'the command again finds nothing to end';
      return { says: answer === undefined ? again : 'done', families: [] };
    },
  };
}

export const operations: readonly Operation[] = [
  { name: 'consent is given', command: 'serve', from: 'POST /consent', prepare: consent },
  { name: 'callback of a first sign-in', command: 'serve', from: 'GET /google/callback', prepare: firstCallback },
  { name: 'callback of one more sign-in', command: 'serve', from: 'GET /google/callback', prepare: nextCallback },
  { name: 'callback that mends a dead link', command: 'serve', from: 'GET /google/callback', prepare: mending },
  { name: 'code exchange, first assistant', command: 'serve', from: 'POST /token', prepare: firstRedeem },
  { name: 'code exchange, one more assistant', command: 'serve', from: 'POST /token', prepare: nextRedeem },
  { name: 'refresh', command: 'serve', from: 'POST /token', prepare: refresh },
  ...toolCalls(),
  { name: '/revoke, one of two', command: 'serve', from: 'POST /revoke', prepare: revokeOneOfTwo },
  { name: '/revoke, the last', command: 'serve', from: 'POST /revoke', prepare: revokeLast },
  ...accountPresses(),
  { name: 'grants revoke, the last', command: 'grants', prepare: revokeGrant },
  { name: 'connections revoke, two assistants', command: 'connections', prepare: revokeConnection },
];
