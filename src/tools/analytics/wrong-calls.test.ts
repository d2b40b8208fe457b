/** The corpus of wrong-calls.fixture.ts, call by call through the whole tool. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acme, fakeGoogle, startTools } from '../google.fixture.ts';
import { standardFields } from './fields/catalogue.ts';
import { runReport } from './run-report.ts';
import {
  type Asked,
  type Call,
  dimensionNames,
  metricNames,
  refusals,
  shapes,
  suggested,
} from './wrong-calls.fixture.ts';

interface SentReport {
  metrics?: { name: string; invisible?: boolean }[];
  dimensions?: { name: string }[];
  dateRanges: { startDate: string; endDate: string }[];
  dimensionFilter?: unknown;
  metricFilter?: unknown;
  orderBys?: { desc: boolean; metric?: { metricName: string }; dimension?: { dimensionName: string } }[];
  limit?: string;
  offset?: string;
}

async function ask(call: unknown): Promise<{ asked: Asked } | { refused: string }> {
  const google = fakeGoogle(acme);
  const outcome = await startTools(google.send).ask(runReport, call);
  if (!outcome.ok) return { refused: `${outcome.error.kind}: ${outcome.error.message}` };
  const [sent] = google.reports() as unknown as SentReport[];
  return { asked: sent === undefined ? {} : describeSent(sent) };
}

function describeSent(sent: SentReport): Asked {
  const [range, other] = sent.dateRanges.map((one) => `${one.startDate}..${one.endDate}`);
  const [order] = sent.orderBys ?? [];
  const orderName = order?.metric?.metricName ?? order?.dimension?.dimensionName ?? '';
  return {
    metrics: (sent.metrics ?? []).filter((one) => one.invisible !== true).map((one) => one.name),
    dimensions: (sent.dimensions ?? []).map((one) => one.name),
    dates: range ?? '',
    compare: other ?? '',
    filter: fieldsIn(sent.dimensionFilter),
    having: fieldsIn(sent.metricFilter),
    order: `${order?.desc === true ? '-' : ''}${orderName}`,
    limit: sent.limit ?? '',
    offset: sent.offset ?? '',
  };
}

function fieldsIn(filter: unknown): string {
  return [...(JSON.stringify(filter ?? {}).matchAll(/"fieldName":"([^"]+)"/g) ?? [])]
    .map((match) => match[1])
    .join(' ');
}

describe('calls as models send them', () => {
  for (const [given, meant] of metricNames) {
    it(`takes the metric ${given} for ${meant}`, async () => {
      // The cost of ads is only answered by campaign.
      const dimensions = standardFields.get(meant)?.scope === 'ads' ? ['sessionCampaignName'] : [];
      const outcome = await ask({ property: '11', metrics: [given], dimensions });
      assert.ok('asked' in outcome, JSON.stringify(outcome));
      assert.deepEqual(outcome.asked.metrics, [meant]);
    });
  }

  for (const [given, meant] of dimensionNames) {
    it(`takes the dimension ${given} for ${meant}`, async () => {
      const outcome = await ask({
        property: '11',
        metrics: [standardFields.get(meant)?.scope === 'item' ? 'itemRevenue' : 'sessions'],
        dimensions: [given],
        filters: [`${given.includes(' ') ? `"${given}"` : given} == x`],
      });
      assert.ok('asked' in outcome, JSON.stringify(outcome));
      assert.deepEqual(outcome.asked.dimensions, [meant]);
      assert.equal(outcome.asked.filter, meant);
    });
  }

  for (const [list, given, first] of suggested) {
    it(`suggests ${first} for ${given} among the ${list}`, async () => {
      const outcome = await ask({ property: '11', metrics: ['sessions'], dimensions: [], [list]: [given] });
      assert.ok('refused' in outcome, JSON.stringify(outcome));
      assert.match(outcome.refused, new RegExp(`^bad-input: .*Use \`${first}\`.*For example: \\{.*"${first}"`));
    });
  }

  for (const [call, expected] of shapes) {
    it(`understands the call ${JSON.stringify(call)}`, async () => {
      const outcome = await ask(
        typeof call === 'string' || 'arguments' in (call as Call) || 'property_id' in (call as Call)
          ? call
          : { property: '11', ...(call as Call) },
      );
      assert.ok('asked' in outcome, JSON.stringify(outcome));
      const asked = Object.fromEntries(Object.keys(expected).map((key) => [key, outcome.asked[key as keyof Asked]]));
      assert.deepEqual(asked, expected);
    });
  }

  for (const [call, says] of refusals) {
    it(`explains what is wrong with the call ${JSON.stringify(call).slice(0, 90)}`, async () => {
      const outcome = await ask({ property: '11', ...call });
      assert.ok('refused' in outcome, JSON.stringify(outcome));
      assert.match(outcome.refused, /^bad-input: /);
      assert.match(outcome.refused, says);
    });
  }
});
