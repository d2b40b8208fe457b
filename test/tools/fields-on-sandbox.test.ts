/** What is known about fields without asking, against what the sandbox's Google says of them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findConflict } from '../../src/tools/analytics/compatibility.ts';
import { type Field, standardFields } from '../../src/tools/analytics/fields/catalogue.ts';
import { openSandboxTools, type SandboxTools, SHOP } from '../support/sandbox-tools.ts';

describe('the rules for fields in one report', () => {
  let tools: SandboxTools;
  before(async () => {
    tools = await openSandboxTools();
  });
  after(() => tools.close());

  const telling = [
    'sessions',
    'itemRevenue',
    'eventCount',
    'cartToViewRate',
    'active7DayUsers',
    'organicGoogleSearchClicks',
  ];
  let refused = 0;
  for (const name of telling) {
    it(`refuse nothing beside ${name} that Google allows, and all that it refuses`, async () => {
      const metric = standardFields.get(name) ?? assert.fail(name);
      const verdicts = [...(await tools.compatibleDimensions(SHOP, name))];
      const ours = verdicts.flatMap(([dimension, verdict]) => judge(metric, dimension, verdict));
      assert.ok(ours.length > 100);
      assert.deepEqual(
        ours.filter(({ says, verdict }) => says !== verdict),
        [],
      );
      refused += ours.filter(({ says }) => says === 'INCOMPATIBLE').length;
    });
  }

  it('have something to refuse at all', () => {
    assert.ok(refused > 60, `${refused} refused`);
  });
});

function judge(metric: Field, dimension: string, verdict: string) {
  const field = standardFields.get(dimension);
  if (field === undefined || field.scope === 'cohort') return [];
  const conflict = findConflict({ dimensions: [field], metrics: [metric] });
  return [{ dimension, verdict, says: conflict === undefined ? 'COMPATIBLE' : 'INCOMPATIBLE' }];
}
