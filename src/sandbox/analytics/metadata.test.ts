import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCaller, named } from './call-data.fixture.ts';

const caller = createCaller();

interface Field {
  apiName: string;
  uiName: string;
  category: string;
  type?: string;
  deprecatedApiNames?: string[];
  customDefinition?: boolean;
}

async function fields(
  property: string,
): Promise<{ body: Record<string, unknown>; dimensions: Map<string, Field>; metrics: Map<string, Field> }> {
  const { status, body } = await caller.get(`/v1beta/properties/${property}/metadata`);
  assert.equal(status, 200);
  const byName = (list: Field[]): Map<string, Field> => new Map(list.map((field) => [field.apiName, field]));
  return { body, dimensions: byName(body.dimensions), metrics: byName(body.metrics) };
}

describe('GET metadata', () => {
  it('describes the fields of a property, its own ones marked', async () => {
    const { body, dimensions, metrics } = await fields('213025502');
    assert.equal(body.name, 'properties/213025502/metadata');
    assert.equal(dimensions.get('customEvent:payment_type')?.customDefinition, true);
    assert.equal(dimensions.get('customUser:loyalty_tier')?.uiName, 'Loyalty tier');
    assert.equal(metrics.get('customEvent:checkout_seconds')?.type, 'TYPE_SECONDS');
    assert.ok(metrics.has('sessionKeyEventRate:purchase'));
    assert.equal(dimensions.get('country')?.customDefinition, undefined);
  });

  it('gives property 0 what all properties share', async () => {
    const { body, dimensions, metrics } = await fields('0');
    assert.equal(body.name, 'properties/0/metadata');
    assert.equal(body.comparisons, undefined);
    assert.ok(![...dimensions.keys(), ...metrics.keys()].some((name) => name.includes(':')));
  });

  it('types and renames as Google does', async () => {
    const { dimensions, metrics } = await fields('213025502');
    assert.equal(metrics.get('keyEvents')?.type, 'TYPE_FLOAT');
    assert.equal(metrics.get('averageSessionDuration')?.type, 'TYPE_SECONDS');
    assert.equal(metrics.get('totalRevenue')?.type, 'TYPE_CURRENCY');
    assert.deepEqual(metrics.get('keyEvents')?.deprecatedApiNames, ['conversions']);
    assert.deepEqual(dimensions.get('sessionDefaultChannelGroup')?.deprecatedApiNames, [
      'sessionDefaultChannelGrouping',
    ]);
    assert.equal(dimensions.get('sessionSource')?.category, 'Traffic Source');
  });

  it('names no field twice', async () => {
    const { body, dimensions, metrics } = await fields('213025502');
    assert.equal((body.dimensions as unknown[]).length, dimensions.size);
    assert.equal((body.metrics as unknown[]).length, metrics.size);
  });
});

describe('checkCompatibility', () => {
  const check = async (request: Record<string, unknown>) =>
    caller.post('/v1beta/properties/213025502:checkCompatibility', request);

  it('says of every field whether it may join', async () => {
    const { body } = await check({ dimensions: named('itemName') });
    const verdicts = new Map<string, string>(
      body.metricCompatibilities.map((entry: { metricMetadata: Field; compatibility: string }) => [
        entry.metricMetadata.apiName,
        entry.compatibility,
      ]),
    );
    assert.equal(verdicts.get('itemsPurchased'), 'COMPATIBLE');
    assert.equal(verdicts.get('itemViewEvents'), 'INCOMPATIBLE');
    assert.equal(verdicts.get('sessions'), 'INCOMPATIBLE');
    assert.ok(
      body.dimensionCompatibilities.some(
        (entry: { dimensionMetadata: Field }) => entry.dimensionMetadata.apiName === 'country',
      ),
    );
  });

  it('agrees with what runReport does', async () => {
    const dateRanges = [{ startDate: 'yesterday', endDate: 'yesterday' }];
    const { body } = await check({ dimensions: named('date'), metrics: named('itemsViewed') });
    for (const { metricMetadata, compatibility } of body.metricCompatibilities) {
      if (metricMetadata.apiName === 'itemsViewed' || metricMetadata.category === 'Advertising') continue;
      const { status } = await caller.post('/v1beta/properties/213025502:runReport', {
        dateRanges,
        dimensions: named('date'),
        metrics: named('itemsViewed', metricMetadata.apiName),
      });
      assert.equal(status === 200 ? 'COMPATIBLE' : 'INCOMPATIBLE', compatibility, metricMetadata.apiName);
    }
  });

  it('can be asked for one verdict only', async () => {
    const { body } = await check({ metrics: named('sessions'), compatibilityFilter: 'INCOMPATIBLE' });
    const entries: { compatibility: string }[] = [...body.dimensionCompatibilities, ...body.metricCompatibilities];
    assert.ok(entries.length > 0 && entries.every((entry) => entry.compatibility === 'INCOMPATIBLE'));
  });

  it('refuses a mix that is impossible already', async () => {
    const { status, body } = await check({ dimensions: named('itemName'), metrics: named('sessions') });
    assert.equal(status, 400);
    assert.match(body.error.message, /^Please remove sessions to make the request compatible\./);
  });
});
