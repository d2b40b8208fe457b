/**
 * The bridge is killed without warning (SIGKILL) at exact points, as a real process with a real database: a spread of the
 * points that `npm run crash` tries all of.
 *
 * Owns: which of them, and what is promised; the same for every store (crash.test.ts, test/postgres/crash.test.ts).
 * Does not own: the points (crash-run.ts).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { operations } from './crash-operations.ts';
import { type CrashRun, startCrashRun } from './crash-run.ts';
import { type CrashStore, openCrashStore, type StoreName } from './crash-stores.ts';
import { type CrashWorld, openCrashWorld } from './crash-world.ts';

/** Even and odd ones of the operations, so that the two stores together try each. */
export function crashTests(name: StoreName, parity: 0 | 1): void {
  describe(`a bridge on ${name} that is killed with SIGKILL`, () => {
    const title = (sentence: string) => `${sentence} (${name})`;
    let store: CrashStore;
    let world: CrashWorld;
    let run: CrashRun;
    let tell: (line: string) => void = () => {};
    const chosen = operations.filter((_, n) => n % 2 === parity);
    before(async () => {
      store = await openCrashStore(name);
      world = await openCrashWorld(store);
      run = startCrashRun(world, {
        isThorough: false,
        pick: (gaps, operation) => pickOne(gaps, chosen.indexOf(operation)),
        say: (line) => tell(line),
      });
    });
    after(async () => {
      await world.close();
      await store.close();
    });

    it(
      title('a client that hangs up before the answer comes: the same answer is there for it afterwards'),
      async () => {
        const { assistant, tokens } = await world.connect(world.one, world.nextPerson());
        await world.hangUp(assistant, tokens.refresh);
        const answers = await Promise.all(Array.from({ length: 64 }, () => assistant.refresh(tokens.refresh)));
        assert.equal(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size, 1);
        assert.equal(answers[0]?.status, 200);
        assert.equal((await assistant.refresh(answers[0]?.body.refresh_token ?? '')).status, 200);
      },
    );

    for (const operation of chosen)
      it(title(`dies and comes back: ${operation.name}`), async (t) => {
        tell = (line) => t.diagnostic(line);
        assert.ok((await run.kill(operation)) > 3);
      });

    it(title('has lost no link, redeemed no code twice, and finished what was to end, two hours later'), async (t) => {
      tell = (line) => t.diagnostic(line);
      const { tried, gaps: _, ...wrong } = await run.finish();
      assert.deepEqual(wrong, { lostLinks: [], doubleRedemptions: [], unfinishedEnds: [], otherwiseWrong: [] });
      assert.equal(tried.length, chosen.length);
    });
  });
}

/** Early ones, late ones and those in the middle, the same each time. The audit trail is the least of it. */
function pickOne(gaps: string[], n: number): string[] {
  const GOLDEN = 0.618034;
  const telling = gaps.filter((point) => !point.startsWith('after INSERT events'));
  return telling.slice(Math.floor((((n + 1) * GOLDEN) % 1) * telling.length)).slice(0, 1);
}
