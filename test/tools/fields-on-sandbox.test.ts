/** What is known about fields without asking, against what the sandbox's Google says of them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findConflict } from '../../src/tools/analytics/compatibility.ts';
import { standardFields } from '../../src/tools/analytics/fields/catalogue.ts';
import { openSandboxTools, type SandboxTools, SHOP } from '../support/sandbox-tools.ts';

describe('the rules for fields in one report', () => {
  let tools: SandboxTools;
  before(async () => {
    tools = await openSandboxTools();
  });
  after(() => tools.close());

  it('refuse nothing that Google allows, and miss little that it refuses', async () => {
    const metrics = [...standardFields.values()].filter((field) => field.kind === 'metric' && field.scope !== 'cohort');
    const known = (name: string) => standardFields.get(name);
    let refused = 0;
    let missed = 0;
    for (const metric of metrics.filter((field) =>
      [
        'sessions',
        'itemRevenue',
        'eventCount',
        'cartToViewRate',
        'active7DayUsers',
        'organicGoogleSearchClicks',
      ].includes(field.name),
    )) {
      for (const [dimension, verdict] of await tools.compatibleDimensions(SHOP, metric.name)) {
        const field = known(dimension);
        if (field === undefined || field.scope === 'cohort') continue;
        const conflict = findConflict({ dimensions: [field], metrics: [metric] });
        if (conflict !== undefined) assert.equal(verdict, 'INCOMPATIBLE', `${metric.name} with ${dimension}`);
        refused += conflict === undefined ? 0 : 1;
        missed += conflict === undefined && verdict === 'INCOMPATIBLE' ? 1 : 0;
      }
    }
    assert.ok(refused > 60, `${refused} refused`);
    assert.equal(missed, 0);
  });
});
