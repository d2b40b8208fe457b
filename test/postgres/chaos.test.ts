/** The short form of `npm run chaos`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runChaos } from './chaos.ts';

describe('four replicas of which one is killed every two seconds', () => {
  it('sign nobody out and ask Google for one fresh token per person and token life', async () => {
    const report = await runChaos({ people: 20, seconds: 8, killEverySeconds: 2, seed: 1, say: () => {} });
    assert.deepEqual(report.signedOut, []);
    assert.equal(report.refreshedTwice, 0);
    assert.ok(report.kills >= 1 && report.tokenLives > 20 && report.refreshesAtGoogle > 0, JSON.stringify(report));
  });
});
