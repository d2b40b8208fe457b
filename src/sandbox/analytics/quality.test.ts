import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCaller, flat, named, openingTime } from './call-data.fixture.ts';
import { threshold } from './quality.ts';

const shop = '/v1beta/properties/213025502:runReport';
/** Quicker to make than the shop, for tests that want a sandbox of their own. */
const blog = '/v1beta/properties/331207644:runReport';
const month = [{ startDate: '28daysAgo', endDate: 'yesterday' }];
const caller = createCaller();
const base = { dateRanges: month, dimensions: named('country'), metrics: named('sessions', 'totalUsers') };

async function withFaults(effects: Parameters<typeof caller.setFaults>, request: Record<string, unknown> = base) {
  caller.setFaults(...effects);
  const answer = await caller.post(shop, request);
  caller.setFaults();
  return answer;
}

describe('thresholding', () => {
  it('withholds small rows and says so', async () => {
    const whole = flat((await caller.post(shop, base)).body);
    const { body } = await withFaults(['thresholding']);
    assert.equal(body.metadata.subjectToThresholding, true);
    assert.deepEqual(
      flat(body),
      whole.filter((row) => Number(row[2]) >= threshold),
    );
    assert.ok(flat(body).length < whole.length);
  });

  it('comes with demographics on its own', async () => {
    const { body } = await caller.post(shop, { ...base, dimensions: named('userAgeBracket') });
    assert.equal(body.metadata.subjectToThresholding, true);
    const filtered = await caller.post(shop, {
      ...base,
      dimensionFilter: { filter: { fieldName: 'userGender', stringFilter: { value: 'female' } } },
    });
    assert.equal(filtered.body.metadata.subjectToThresholding, true);
    assert.equal((await caller.post(shop, base)).body.metadata.subjectToThresholding, undefined);
  });
});

describe('sampling', () => {
  it('reads a part, scales it up, and says how much was read of how much', async () => {
    const whole = Number(
      flat((await caller.post(shop, { dateRanges: month, metrics: named('eventCount') })).body)[0]?.[0],
    );
    const { body } = await withFaults(['sampling'], {
      dateRanges: month,
      metrics: named('eventCount', 'engagementRate'),
    });
    const [metadata] = body.metadata.samplingMetadatas;
    assert.equal(metadata.samplingSpaceSize, String(whole));
    assert.equal(metadata.samplesReadCount, String(Math.round(whole * 0.4)));
    const [[events = 0, rate = 0] = []] = flat(body);
    assert.notEqual(events, whole);
    assert.ok(Math.abs(Number(events) / whole - 1) < 0.1);
    assert.ok(Number(rate) > 0.7 && Number(rate) < 0.9);
  });
});

describe('the (other) row', () => {
  it('takes in what is not among the largest, and nothing is lost', async () => {
    const additive = { dateRanges: month, dimensions: named('city'), metrics: named('eventCount') };
    const sum = (rows: (string | number)[][]): number => rows.reduce((total, row) => total + Number(row[1]), 0);
    const whole = flat((await caller.post(shop, additive)).body);
    const { body } = await withFaults(['other-row'], additive);
    const rows = flat(body);
    assert.equal(body.metadata.dataLossFromOtherRow, true);
    assert.ok(rows.some((row) => row[0] === '(other)'));
    assert.ok(rows.length < whole.length);
    assert.equal(sum(rows), sum(whole));
  });
});

describe('truncation', () => {
  it('loses the older half and says why', async () => {
    const { body } = await withFaults(['truncation'], {
      dateRanges: [{ startDate: '2026-11-01', endDate: '2026-11-10' }],
      dimensions: named('date'),
      metrics: named('sessions'),
    });
    assert.equal(flat(body).length, 5);
    assert.deepEqual(
      body.metadata.dataTruncationReasons.map((reason: { dataTruncationType: string }) => reason.dataTruncationType),
      ['DATA_TRUNCATION_TYPE_DATE_RANGE'],
    );
    assert.match(body.metadata.dataTruncationReasons[0].dataTruncationMessage, /2026-11-06/);
  });
});

describe('quota', () => {
  const remaining = (
    body: { propertyQuota: Record<string, { consumed: number; remaining: number }> },
    name: string,
  ): number => body.propertyQuota[name]?.remaining ?? Number.NaN;

  it('is told only when asked for, and goes down by what is consumed', async () => {
    const own = createCaller();
    assert.equal((await own.post(blog, base)).body.propertyQuota, undefined);
    const first = (await own.post(blog, { ...base, returnPropertyQuota: true })).body;
    const second = (await own.post(blog, { ...base, returnPropertyQuota: true })).body;
    assert.deepEqual(Object.keys(first.propertyQuota).sort(), [
      'concurrentRequests',
      'potentiallyThresholdedRequestsPerHour',
      'serverErrorsPerProjectPerHour',
      'tokensPerDay',
      'tokensPerHour',
      'tokensPerProjectPerHour',
    ]);
    const { consumed } = second.propertyQuota.tokensPerDay;
    assert.ok(consumed >= 1 && consumed <= 10);
    for (const name of ['tokensPerDay', 'tokensPerHour', 'tokensPerProjectPerHour']) {
      assert.equal(remaining(second, name), remaining(first, name) - consumed);
    }
    assert.deepEqual(first.propertyQuota.concurrentRequests, { consumed: 0, remaining: 10 });
  });

  it('costs more for long and wide reports, and nothing for refused ones', async () => {
    const own = createCaller();
    const cost = async (request: Record<string, unknown>): Promise<number> =>
      (await own.post(blog, { ...request, returnPropertyQuota: true })).body.propertyQuota.tokensPerDay.consumed;
    const short = await cost({
      dateRanges: [{ startDate: 'yesterday', endDate: 'yesterday' }],
      metrics: named('sessions'),
    });
    assert.equal(short, 1);
    assert.equal(
      await cost({
        dateRanges: [{ startDate: '364daysAgo', endDate: 'today' }],
        dimensions: named('date'),
        metrics: named('sessions'),
      }),
      7,
    );
    const before = remaining((await own.post(blog, { ...base, returnPropertyQuota: true })).body, 'tokensPerDay');
    await own.post(blog, { metrics: named('nope') });
    const after = (await own.post(blog, { ...base, returnPropertyQuota: true })).body;
    assert.equal(remaining(after, 'tokensPerDay'), before - after.propertyQuota.tokensPerDay.consumed);
  });

  it('can be looked at without spending any', async () => {
    const own = createCaller();
    const look = async () => (await own.get('/v1alpha/properties/331207644/propertyQuotasSnapshot')).body;
    const { propertyQuota } = (await own.post(blog, { ...base, returnPropertyQuota: true })).body;
    const first = await look();
    assert.equal(first.name, 'properties/331207644/propertyQuotasSnapshot');
    assert.equal(first.corePropertyQuota.tokensPerDay.remaining, propertyQuota.tokensPerDay.remaining);
    assert.equal(first.funnelPropertyQuota.tokensPerDay.remaining, 200_000);
    assert.deepEqual(await look(), first);
    assert.equal((await own.get('/v1beta/properties/331207644/propertyQuotasSnapshot')).status, 404);
  });

  it('comes back by the hour, and for the day at midnight in California', async () => {
    const own = createCaller();
    const ask = async () => (await own.post(blog, { ...base, returnPropertyQuota: true })).body;
    await ask();
    own.setTime(new Date(openingTime.getTime() + 61 * 60_000));
    const later = await ask();
    assert.equal(remaining(later, 'tokensPerHour'), 40_000 - later.propertyQuota.tokensPerHour.consumed);
    assert.ok(remaining(later, 'tokensPerDay') < 200_000 - later.propertyQuota.tokensPerDay.consumed);
    own.setTime(new Date('2026-11-19T08:01:00Z'));
    const nextDay = await ask();
    assert.equal(remaining(nextDay, 'tokensPerDay'), 200_000 - nextDay.propertyQuota.tokensPerDay.consumed);
  });

  it('for thresholded requests ends after 120 in an hour', async () => {
    const own = createCaller();
    const request = {
      dateRanges: [{ startDate: 'yesterday', endDate: 'yesterday' }],
      dimensions: named('userGender'),
      metrics: named('sessions'),
    };
    for (let i = 0; i < 24; i++)
      await own.post('/v1beta/properties/331207644:batchRunReports', { requests: new Array(5).fill(request) });
    const { status, body } = await own.post(blog, request);
    assert.equal(status, 429);
    assert.match(body.error.message, /^Exhausted potentially thresholded requests quota\./);
    assert.equal((await own.post(blog, base)).status, 200);
  });

  it('can be almost gone', async () => {
    const { status, body } = await withFaults(['quota-low'], { ...base, returnPropertyQuota: true });
    assert.equal(status, 200);
    assert.ok(remaining(body, 'tokensPerProjectPerHour') <= 5);
  });

  it('can be gone, in Google’s words', async () => {
    const guide = 'https://developers.google.com/analytics/devguides/reporting/data/v1/quotas';
    const texts = {
      'quota-hour': `Exhausted property tokens for a project per hour. These quota tokens will return in under one hour. To learn more, see ${guide}`,
      'quota-day': `Exhausted property tokens per day. These quota tokens will return in under 24 hours. To learn more, see ${guide}`,
      'quota-concurrent': `Exhausted concurrent requests quota. Please wait for existing requests to finish before sending new requests. To learn more, see ${guide}`,
    } as const;
    for (const [effect, message] of Object.entries(texts)) {
      const { status, body } = await withFaults([effect as keyof typeof texts]);
      assert.equal(status, 429);
      assert.deepEqual(body, { error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } });
    }
    assert.equal((await withFaults(['quota-thresholded'])).status, 200);
    assert.equal((await withFaults(['quota-thresholded'], { ...base, dimensions: named('userGender') })).status, 429);
  });
});
