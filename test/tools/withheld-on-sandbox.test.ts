/** What Google keeps back is told as unknown, never as a zero or as a change. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openSandboxTools, type SandboxTools, SHOP } from '../support/sandbox-tools.ts';

describe('the Analytics tools when Google keeps values back', () => {
  let tools: SandboxTools;
  before(async () => {
    tools = await openSandboxTools();
  });
  beforeEach(() => tools.startOver());
  after(() => tools.close());

  async function read(name: string, input: Record<string, unknown>): Promise<string> {
    const outcome = await tools.ask(name, { property: SHOP, ...input });
    await tools.clearFaults();
    assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
    return outcome.text;
  }

  const pivot = { metrics: ['sessions'], rows: ['country'], columns: ['deviceCategory'], dates: 'last_7_days' };
  const change = { metric: 'sessions', dates: 'last_week', by: ['country'], limit: 25 };
  for (const effect of ['thresholding', 'other-row']) {
    it(`name no value as new, gone or telling in a change under ${effect}`, async () => {
      await tools.fault({ path: '/analyticsdata/*', effect, times: 50 });
      const text = await read('explain_change', change);
      assert.doesNotMatch(text, /New:|fell to 0|\(other\) made|in none|No value stands out/);
      assert.match(text, /A 0 may be a value that Google withheld/);
    });

    it(`show no zero in a cross table under ${effect}`, async () => {
      assert.match(await read('run_pivot_report', pivot), /\| 0 \|/);
      tools.startOver();
      await tools.fault({ path: '/analyticsdata/*', effect, times: 50 });
      const text = await read('run_pivot_report', pivot);
      assert.doesNotMatch(text, /\| 0 \|/);
      assert.match(text, /Empty cells are unknown here, not zero\./);
    });
  }
});
