/**
 * Every answer of the Analytics tools equals what the sandbox's tables say when they are asked in SQL, written here
 * without a look at how the sandbox answers.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorld } from '../../src/sandbox/analytics/seed.ts';
import { NOW, openSandboxTools, type SandboxTools, SHOP } from '../support/sandbox-tools.ts';

type Cell = string | number | null;

const db = openWorld({ now: () => new Date(NOW), size: 'small' }).sql(SHOP);

const sql = (query: string): Cell[][] =>
  db
    .prepare(query)
    .all()
    .map((row) => Object.values(row).map((value) => (typeof value === 'bigint' ? Number(value) : (value as Cell))));

const dayOf = (iso: string) => Date.parse(`${iso}T00:00:00Z`) / 86_400_000;
const within = (table: string, [first, last]: readonly [string, string]) =>
  `${table}.day BETWEEN ${dayOf(first)} AND ${dayOf(last)}`;

/** `last_7_days` and the seven days before. */
const now = ['2026-11-15', '2026-11-21'] as const;
const before7 = ['2026-11-08', '2026-11-14'] as const;
const month = ['2026-10-25', '2026-11-21'] as const;

const session =
  'sessions s JOIN traffic t USING (traffic_id) JOIN users u USING (user_id) JOIN devices d USING (device_id)';
const event =
  'events e JOIN users u USING (user_id) JOIN devices d USING (device_id) JOIN places p ON p.place_id = u.place_id';

const to = (number: number, digits: number) => Number(number.toFixed(digits));
const byText = (rows: readonly Cell[][]) => rows.map((row) => JSON.stringify(row)).toSorted();

describe('answers of the Analytics tools beside SQL over the same rows', () => {
  let tools: SandboxTools;
  before(async () => {
    tools = await openSandboxTools();
  });
  after(() => tools.close());

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into piece by piece
  async function ask(name: string, input: Record<string, unknown>): Promise<any> {
    const outcome = await tools.ask(name, { property: SHOP, ...input });
    assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
    return outcome.structured;
  }

  it('reports visits, people, views and money by device', async () => {
    const { rows, totals } = await ask('run_report', {
      metrics: ['sessions', 'totalUsers', 'screenPageViews', 'totalRevenue'],
      dimensions: ['deviceCategory'],
    });
    const numbers = `COUNT(DISTINCT e.session_id), COUNT(DISTINCT e.user_id), SUM(e.name = 'page_view'), ROUND(TOTAL(e.revenue), 2)`;
    const truth = sql(`SELECT d.category, ${numbers} FROM ${event} WHERE ${within('e', month)} GROUP BY 1`);
    assert.deepEqual(byText(rows), byText(truth));
    const [all = []] = sql(`SELECT NULL, ${numbers} FROM ${event} WHERE ${within('e', month)}`);
    assert.deepEqual(totals, all);
  });

  it('compares two weeks of engagement, with the change in points and in percent', async () => {
    const { rows } = await ask('run_report', {
      metrics: ['engagementRate'],
      dimensions: ['deviceCategory'],
      dates: 'last_7_days',
      compare: 'previous_period',
    });
    const rate = (range: readonly [string, string]) =>
      `(SELECT d.category AS device, AVG(s.engaged) AS rate FROM ${session} WHERE ${within('s', range)} GROUP BY 1)`;
    const truth = sql(
      `SELECT a.device, a.rate AS rate, b.rate AS earlier FROM ${rate(now)} a JOIN ${rate(before7)} b USING (device)`,
    );
    assert.ok(truth.length >= 3);
    for (const [device, current, previous] of truth) {
      const [a, b] = [Number(current), Number(previous)];
      const row = rows.find((one: Cell[]) => one[0] === device);
      assert.deepEqual(row.slice(1), [
        to(a * 100, 2),
        to(b * 100, 2),
        to((a - b) * 100, 2),
        to(((a - b) / b) * 100, 1),
      ]);
    }
  });

  it('crosses channels with devices, totals on both sides', async () => {
    const answer = await ask('run_pivot_report', {
      metrics: ['sessions'],
      rows: ['sessionDefaultChannelGroup'],
      columns: ['deviceCategory'],
      limit: 100,
    });
    const [, ...heads] = answer.columns.map((column: { name: string }) => column.name);
    const cells = sql(
      `SELECT t.channel, d.category, COUNT(*) FROM ${session} WHERE ${within('s', month)} GROUP BY 1, 2
       UNION ALL SELECT t.channel, 'total', COUNT(*) FROM ${session} WHERE ${within('s', month)} GROUP BY 1`,
    );
    const shown = answer.rows.flatMap(([channel, ...counts]: Cell[]) =>
      counts.flatMap((count, index) => (count === 0 ? [] : [[channel, heads[index], count]])),
    );
    assert.deepEqual(byText(shown), byText(cells));
    const sides = sql(`SELECT d.category, COUNT(*) FROM ${session} WHERE ${within('s', month)} GROUP BY 1`);
    for (const [device, count] of sides) assert.equal(answer.totals[heads.indexOf(device) + 1], count);
  });

  it('counts each person once in a total of a cross table', async () => {
    const answer = await ask('run_pivot_report', {
      metrics: ['totalUsers'],
      rows: ['pagePath'],
      columns: ['deviceCategory'],
      limit: 1,
    });
    const at = answer.columns.findIndex((column: { name: string }) => column.name === 'desktop');
    const [[desktop] = []] = sql(
      `SELECT COUNT(DISTINCT e.user_id) FROM ${event} WHERE ${within('e', month)} AND d.category = 'desktop'`,
    );
    assert.equal(answer.totals[at], desktop);
  });

  it('counts the last half hour, and two parts of it side by side', async () => {
    const minutes = (from: number, till: number) => `(${NOW / 1000} - e.ts) / 60 BETWEEN ${from} AND ${till}`;
    const { rows } = await ask('run_realtime_report', { metrics: ['eventCount'], dimensions: ['country'] });
    const truth = sql(`SELECT p.country, COUNT(*) FROM ${event} WHERE ${minutes(0, 29)} GROUP BY 1`);
    assert.ok(truth.length > 1);
    assert.deepEqual(byText(rows), byText(truth));
    const parts = await ask('run_realtime_report', {
      metrics: ['eventCount'],
      dimensions: ['deviceCategory'],
      minutes: ['0-9', '10-29'],
    });
    const both = sql(
      `SELECT d.category, SUM(${minutes(0, 9)}), SUM(${minutes(10, 29)}) FROM ${event} WHERE ${minutes(0, 29)} GROUP BY 1`,
    );
    assert.deepEqual(byText(parts.rows), byText(both));
  });

  /** Users who did the steps in this order, each at its first chance after the one before. */
  function funnelUsers(conditions: readonly string[], extra = '1'): number[] {
    const events = `ev AS (SELECT e.*, d.category AS device, ROW_NUMBER() OVER (ORDER BY e.user_id, e.ts, e.event_id) AS place
      FROM ${event} WHERE ${within('e', month)} AND ${extra})`;
    const steps = conditions.map((condition, index) =>
      index === 0
        ? `s0 AS (SELECT user_id, MIN(place) AS place FROM ev e WHERE ${condition} GROUP BY 1)`
        : `s${index} AS (SELECT e.user_id, MIN(e.place) AS place FROM ev e JOIN s${index - 1} b USING (user_id)
             WHERE e.place > b.place AND ${condition} GROUP BY 1)`,
    );
    const counts = conditions.map((_, index) => `(SELECT COUNT(*) FROM s${index})`);
    return (sql(`WITH ${[events, ...steps].join(', ')} SELECT ${counts.join(', ')}`)[0] ?? []).map(Number);
  }

  const shopping = ['view_item', 'add_to_cart', 'begin_checkout', 'purchase'];

  it('follows people through a funnel, with rates that can be checked', async () => {
    const { rows } = await ask('run_funnel_report', { steps: shopping });
    const users = funnelUsers(shopping.map((name) => `e.name = '${name}'`));
    const [first = 0] = users;
    const truth = users.map((count, index) => {
      const next = users[index + 1];
      const onward =
        next === undefined
          ? [null, null, null]
          : [to((next / count) * 100, 2), count - next, to(((count - next) / count) * 100, 2)];
      return [`${index + 1}. ${shopping[index]}`, count, ...onward, to((count / first) * 100, 2)];
    });
    assert.ok(Number(users.at(-1)) > 0);
    assert.deepEqual(rows, truth);
  });

  it('follows people on phones alone, by filter and by breakdown', async () => {
    const conditions = ["e.name = 'view_item'", "e.name IN ('add_to_cart', 'begin_checkout')"];
    const users = funnelUsers(conditions, "d.category = 'mobile'");
    const steps = ['view_item', 'add_to_cart or begin_checkout'];
    const filtered = await ask('run_funnel_report', { steps, filters: ['deviceCategory == mobile'] });
    assert.deepEqual(
      filtered.rows.map((row: Cell[]) => row[1]),
      users,
    );
    const broken = await ask('run_funnel_report', { steps, breakdown: 'deviceCategory' });
    const mobile = broken.rows.filter((row: Cell[]) => row[1] === 'mobile').map((row: Cell[]) => row[2]);
    assert.deepEqual(mobile, users);
  });

  it('counts key events under a conversions report as the tables do', async () => {
    const { totals } = await ask('run_conversions_report', { metrics: ['keyEvents'], dimensions: ['deviceCategory'] });
    const [[keyEvents] = []] = sql(`SELECT SUM(e.is_key) FROM ${event} WHERE ${within('e', month)}`);
    assert.equal(totals[1], keyEvents);
  });

  const changes: [metric: string, by: string[], whole: (range: readonly [string, string]) => string, digits: number][] =
    [
      ['sessions', [], (range) => `SELECT COUNT(*) FROM ${session} WHERE ${within('s', range)}`, 0],
      ['totalRevenue', [], (range) => `SELECT TOTAL(e.revenue) FROM ${event} WHERE ${within('e', range)}`, 2],
      [
        'totalUsers',
        ['deviceCategory', 'pagePath'],
        (range) => `SELECT COUNT(DISTINCT e.user_id) FROM ${event} WHERE ${within('e', range)}`,
        0,
      ],
      ['bounceRate', [], (range) => `SELECT 100 - 100 * AVG(s.engaged) FROM ${session} WHERE ${within('s', range)}`, 3],
      [
        'itemsPurchased',
        [],
        (range) => `SELECT SUM(i.quantity) FROM items i WHERE i.event_name = 'purchase' AND ${within('i', range)}`,
        0,
      ],
      [
        'advertiserAdCost',
        [],
        (range) => `SELECT ROUND(SUM(c.cost), 2) FROM ad_costs c WHERE ${within('c', range)}`,
        2,
      ],
    ];
  for (const [metric, by, whole, digits] of changes) {
    it(`takes the change of ${metric} apart so that every list adds up to the whole difference`, async () => {
      const { change, drivers, columns } = await ask('explain_change', { metric, by, dates: 'last_7_days', limit: 4 });
      const [[current] = []] = sql(whole(now));
      const [[previous] = []] = sql(whole(before7));
      assert.equal(change.now, to(Number(current), digits));
      assert.equal(change.before, to(Number(previous), digits));
      assert.equal(change.change, to(change.now - change.before, digits));
      assert.equal(change.changePercent, to(((Number(current) - Number(previous)) / Number(previous)) * 100, 1));
      assert.ok(drivers.length >= 1);
      const at = columns.findIndex((column: { name: string }) => /^(change|contribution)$/.test(column.name));
      for (const { dimension, rows } of drivers) {
        const sum = rows.reduce((total: number, row: Cell[]) => total + Number(row[at]), 0);
        assert.equal(to(sum, digits), change.change, dimension);
      }
    });
  }

  it('gives each channel the visits that it gained or lost', async () => {
    const { drivers } = await ask('explain_change', {
      metric: 'sessions',
      dates: 'last_7_days',
      by: ['sessionDefaultChannelGroup'],
      limit: 25,
    });
    const truth = sql(
      `SELECT t.channel, SUM(${within('s', now)}), SUM(${within('s', before7)}), SUM(${within('s', now)}) - SUM(${within('s', before7)})
       FROM ${session} WHERE ${within('s', [before7[0], now[1]])} GROUP BY 1`,
    );
    assert.deepEqual(byText(drivers[0].rows.map((row: Cell[]) => row.slice(0, 4))), byText(truth));
  });

  it('splits a rate into what each device did better and what its share changed', async () => {
    const { drivers, columns, change } = await ask('explain_change', {
      metric: 'sessionKeyEventRate',
      dates: 'last_7_days',
      by: ['deviceCategory'],
    });
    const keyed = 'EXISTS (SELECT 1 FROM events e WHERE e.session_id = s.session_id AND e.is_key)';
    const rates = (range: readonly [string, string]) =>
      new Map(
        sql(
          `SELECT d.category, AVG(${keyed}), COUNT(*) * 1.0 / (SELECT COUNT(*) FROM sessions s WHERE ${within('s', range)})
           FROM ${session} WHERE ${within('s', range)} GROUP BY 1`,
        ).map(([device, rate, share]) => [device, { rate: Number(rate), share: Number(share) }]),
      );
    const [current, previous] = [rates(now), rates(before7)];
    const meanOfAll = (change.now + change.before) / 200;
    const at = (name: string) => columns.findIndex((column: { name: string }) => column.name === name);
    for (const device of ['desktop', 'mobile']) {
      const [a, b] = [current.get(device), previous.get(device)];
      assert.ok(a !== undefined && b !== undefined);
      const row = drivers[0].rows.find((one: Cell[]) => one[0] === device);
      const own = (a.rate - b.rate) * ((a.share + b.share) / 2) * 100;
      const mix = (a.share - b.share) * ((a.rate + b.rate) / 2 - meanOfAll) * 100;
      assert.ok(Math.abs(row[at('from_own_rate')] - own) < 0.0011, `${device}: ${own}`);
      assert.ok(Math.abs(row[at('from_mix')] - mix) < 0.0011, `${device}: ${mix}`);
    }
  });

  it('fetches the same numbers that a report gives', async () => {
    const outcome = await tools.ask('fetch', { id: `report/${SHOP}/channels` });
    assert.ok(outcome.ok);
    const { text, url } = outcome.structured as { text: string; url: string };
    const [[all] = []] = sql(`SELECT COUNT(*) FROM ${session} WHERE ${within('s', month)}`);
    assert.match(text, new RegExp(`\\| Total \\| ${all} \\|`));
    assert.match(url, new RegExp(`^https://analytics\\.google\\.com/.*p${SHOP}`));
    assert.deepEqual(JSON.parse(outcome.text), outcome.structured);
  });
});
