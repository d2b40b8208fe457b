/** The short form of `npm run chaos`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runChaos } from './chaos.ts';

describe('four replicas of which one is killed every two seconds', () => {
  it('sign nobody out and ask Google once per person and token life, but for answers that a killed one took along', async (t) => {
    const options = { people: 20, seconds: 6, killEverySeconds: 2, seed: 1, clockTimes: 2 };
    const report = await runChaos({ ...options, signal: 'SIGKILL', say: (line) => t.diagnostic(line) });
    assert.deepEqual(report.signedOut, []);
    assert.deepEqual(report.unexplained, []);
    assert.equal(report.refreshesAtGoogle, report.refreshedLives + report.excused.length);
    assert.ok(report.kills >= 1 && report.tokenLives > 20 && report.refreshedLives > 0, JSON.stringify(report));
  });
});
