/**
 * The Analytics tools against the sandbox's APIs over HTTP: every number equals what the Data API says when it is asked
 * plainly, one period and one thing at a time.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findField, standardFields } from '../../src/tools/analytics/fields/catalogue.ts';
import { openSandboxTools, type SandboxTools, SHOP } from '../support/sandbox-tools.ts';

describe('the Analytics tools on the sandbox', () => {
  let tools: SandboxTools;
  before(async () => {
    tools = await openSandboxTools();
  });
  after(() => tools.close());

  const lastWeek: [string, string] = ['2026-11-16', '2026-11-22'];
  const thisWeekSoFar = 'last_7_days';
  const weekBefore: [string, string] = ['2026-11-08', '2026-11-14'];
  const sevenDays: [string, string] = ['2026-11-15', '2026-11-21'];

  it('lists the person’s own properties, found by site as well', async () => {
    const all = await tools.ask('list_properties', {});
    assert.ok(all.ok);
    assert.deepEqual(
      (all.structured.properties as { id: string }[]).map((one) => one.id),
      [SHOP, '331207644'],
    );
    const site = await tools.ask('list_properties', { search: 'blog.example.com' });
    assert.ok(site.ok);
    assert.deepEqual(
      (site.structured.properties as { id: string }[]).map((one) => one.id),
      ['331207644'],
    );
  });

  it('compares two weeks with the numbers that each week has by itself', async () => {
    const metrics = ['activeUsers', 'sessions', 'totalRevenue'];
    const { rows } = await tools.answer({ metrics, dates: thisWeekSoFar, compare: 'previous_period' });
    const expected: number[] = [];
    for (const metric of metrics) {
      const now = (await tools.count(metric, sevenDays)).get('') ?? 0;
      const earlier = (await tools.count(metric, weekBefore)).get('') ?? 0;
      assert.ok(now > 0 && earlier > 0, metric);
      const digits = metric === 'totalRevenue' ? 2 : 0;
      expected.push(
        to(now, digits),
        to(earlier, digits),
        to(now - earlier, digits),
        to(((now - earlier) / earlier) * 100, 1),
      );
    }
    assert.deepEqual(rows, [expected]);
  });

  it('shows rates as percents and their change in percentage points', async () => {
    const { columns, rows } = await tools.answer({
      metrics: ['bounceRate'],
      dates: thisWeekSoFar,
      compare: 'previous_period',
    });
    const now = (await tools.count('bounceRate', sevenDays)).get('') ?? 0;
    const earlier = (await tools.count('bounceRate', weekBefore)).get('') ?? 0;
    assert.deepEqual(
      columns.map((column) => column.unit),
      ['percent', 'percent', 'percentage points', 'percent'],
    );
    assert.deepEqual(rows, [
      [to(now * 100, 2), to(earlier * 100, 2), to((now - earlier) * 100, 2), to(((now - earlier) / earlier) * 100, 1)],
    ]);
  });

  it('joins the rows of both periods and misses none', async () => {
    const { rows, rowCount } = await tools.answer({
      metrics: ['sessions'],
      dimensions: ['city'],
      dates: thisWeekSoFar,
      compare: 'previous_period',
      limit: 1000,
    });
    const now = await tools.count('sessions', sevenDays, 'city');
    const earlier = await tools.count('sessions', weekBefore, 'city');
    const cities = new Set([...now.keys(), ...earlier.keys()]);
    assert.equal(rowCount, cities.size);
    for (const [city, current, previous, change] of rows) {
      assert.equal(current, now.get(String(city)) ?? 0);
      assert.equal(previous, earlier.get(String(city)) ?? 0);
      assert.equal(change, (now.get(String(city)) ?? 0) - (earlier.get(String(city)) ?? 0));
    }
  });

  it('lets each day meet the same weekday of the week before', async () => {
    const { rows } = await tools.answer({
      metrics: ['sessions'],
      dimensions: ['date'],
      dates: thisWeekSoFar,
      compare: 'previous_period',
    });
    const now = await tools.count('sessions', sevenDays, 'date');
    const earlier = await tools.count('sessions', weekBefore, 'date');
    assert.equal(rows.length, 7);
    for (const [day, dayBefore, current, previous] of rows) {
      assert.equal(Date.parse(String(day)) - Date.parse(String(dayBefore)), 7 * 86_400_000);
      assert.equal(current, now.get(String(day).replaceAll('-', '')) ?? 0);
      assert.equal(previous, earlier.get(String(dayBefore).replaceAll('-', '')) ?? 0);
    }
  });

  it('counts people once in the totals although they came on several days', async () => {
    const { rows, totals, notes } = await tools.answer({
      metrics: ['activeUsers'],
      dimensions: ['date'],
      dates: thisWeekSoFar,
    });
    const whole = (await tools.count('activeUsers', sevenDays)).get('');
    const sum = rows.reduce((total, row) => total + Number(row[1]), 0);
    assert.equal(totals?.[1], whole);
    assert.ok(sum > Number(whole));
    assert.match(notes.join(' '), /do not add up/);
  });

  it('filters in our words as Google does in its own', async () => {
    const filters = ['deviceCategory in (mobile, tablet)', { not: 'country == United States' }];
    const { rows } = await tools.answer({
      metrics: ['sessions'],
      dimensions: ['country'],
      dates: thisWeekSoFar,
      filters,
      limit: 1000,
    });
    const expected = await tools.count('sessions', sevenDays, 'country', {
      andGroup: {
        expressions: [
          { filter: { fieldName: 'deviceCategory', inListFilter: { values: ['mobile', 'tablet'] } } },
          { notExpression: { filter: { fieldName: 'country', stringFilter: { value: 'United States' } } } },
        ],
      },
    });
    assert.ok(expected.size > 3);
    assert.deepEqual(new Map(rows.map(([country, sessions]) => [country, sessions])), expected);
  });

  it('keeps rows by a metric that is not shown, with and without a comparison', async () => {
    const all = await tools.count('sessions', sevenDays, 'country');
    const large = [...all]
      .filter(([, sessions]) => sessions > 20)
      .map(([country]) => country)
      .sort();
    assert.ok(large.length > 0 && large.length < all.size);
    const input = {
      metrics: ['eventCount'],
      dimensions: ['country'],
      dates: thisWeekSoFar,
      filters: ['sessions > 20'],
      limit: 1000,
    };
    for (const compare of ['none', 'previous_period']) {
      const { rows, columns } = await tools.answer({ ...input, compare });
      assert.deepEqual(rows.map(([country]) => country).sort(), large);
      assert.ok(!columns.some((column) => column.name.startsWith('sessions')));
    }
  });

  it('pages through all rows once', async () => {
    const { rows: all } = await tools.answer({
      metrics: ['sessions'],
      dimensions: ['city'],
      dates: thisWeekSoFar,
      limit: 1000,
      orderBy: ['city'],
    });
    const seen: unknown[] = [];
    for (let offset = 0; offset < all.length; offset += 7) {
      const { rows } = await tools.answer({
        metrics: ['sessions'],
        dimensions: ['city'],
        dates: thisWeekSoFar,
        limit: 7,
        offset,
        orderBy: ['city'],
      });
      seen.push(...rows);
    }
    assert.deepEqual(seen, all);
  });

  it('knows the property’s own fields by their short names', async () => {
    const { dimensions } = await tools.metadata(SHOP);
    const isOwn = (name: string) => name.startsWith('customEvent:') && findField(name.slice(12)) === undefined;
    const own = dimensions.find((one) => isOwn(one.apiName))?.apiName ?? assert.fail('no custom dimension');
    const { columns } = await tools.answer({
      metrics: ['eventCount'],
      dimensions: [own.split(':')[1]],
      dates: thisWeekSoFar,
    });
    assert.equal(columns[0]?.name, own);
  });

  it('is never asked for a standard field that Google does not have', async () => {
    const { dimensions, metrics } = await tools.metadata('0');
    const known = new Set([...dimensions, ...metrics].map((one) => one.apiName));
    const missing = [...standardFields.keys()].filter((name) => !known.has(name));
    assert.deepEqual(
      missing.filter((name) => !['dateRange', 'minutesAgo', 'cohort'].includes(name) && !/^(cohort|nth)/.test(name)),
      [],
    );
  });

  it('says this week is not over on its last evening', async () => {
    const { notes, rows } = await tools.answer({ metrics: ['sessions'], dates: 'this_week' });
    assert.equal(rows[0]?.[0], (await tools.count('sessions', lastWeek)).get(''));
    assert.match(notes.join(' '), /Today \(2026-11-22\) is not over/);
  });

  const incompatible: [string, Record<string, unknown>, RegExp][] = [
    ['items and visits', { metrics: ['sessions'], dimensions: ['itemName'] }, /`sessions` cannot stand/],
    [
      'items and views of items',
      { metrics: ['itemRevenue', 'itemViewEvents'], dimensions: ['itemName'] },
      /`itemViewEvents` cannot stand/,
    ],
    ['costs without campaigns', { metrics: ['advertiserAdCost'] }, /only by `sessionCampaignName`/],
  ];
  for (const [what, input, says] of incompatible) {
    it(`shows a call that works for ${what}`, async () => {
      const error = await tools.refusal(input);
      assert.equal(error.kind, 'bad-input');
      assert.match(error.message, says);
      const example = /For example: (\{.*\})$/.exec(error.message)?.[1] ?? assert.fail(error.message);
      await tools.answer(JSON.parse(example) as Record<string, unknown>);
    });
  }
});

function to(number: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(number * factor) / factor + 0;
}
