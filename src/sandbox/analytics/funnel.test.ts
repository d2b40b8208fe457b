import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCaller, flat, named, openingTime } from './call-data.fixture.ts';
import { openWorld } from './seed.ts';

const caller = createCaller();
const url = '/v1alpha/properties/213025502:runFunnelReport';
const world = openWorld({ now: () => openingTime, size: 'small' });
const db = world.sql('213025502');
const today = world.today('213025502');
const dateRanges = [{ startDate: '28daysAgo', endDate: 'yesterday' }];

const step = (eventName: string, more: Record<string, unknown> = {}) => ({
  name: eventName,
  filterExpression: { funnelEventFilter: { eventName } },
  ...more,
});
const purchaseSteps = ['session_start', 'view_item', 'add_to_cart', 'begin_checkout', 'purchase'].map((name) =>
  step(name),
);

async function funnel(request: Record<string, unknown>) {
  const answer = await caller.post(url, { dateRanges, ...request });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

/** The users of each step, the slow way: event lists in hand. */
function usersByHand(names: readonly string[], withinSeconds = Number.POSITIVE_INFINITY): number[] {
  const rows = db
    .prepare(
      `SELECT user_id AS u, name, ts FROM events WHERE day BETWEEN ${today - 28} AND ${today - 1} AND session_id IS NOT NULL ORDER BY u, ts, event_id`,
    )
    .all();
  const byUser = Map.groupBy(rows, (row) => row.u);
  const reach = (events: typeof rows, wanted: readonly string[], from: number, last: number): boolean => {
    if (wanted.length === 0) return true;
    return events.some((event, index) => {
      if (index < from || event.name !== wanted[0] || Number(event.ts) - last > withinSeconds) return false;
      return reach(events, wanted.slice(1), index + 1, Number(event.ts));
    });
  };
  return names.map(
    (_, index) =>
      [...byUser.values()].filter((events) => reach(events, names.slice(0, index + 1), 0, Number.POSITIVE_INFINITY))
        .length,
  );
}

describe('runFunnelReport', () => {
  it('counts the users who get from step to step in order', async () => {
    const body = await funnel({ funnel: { steps: purchaseSteps } });
    const users = flat(body.funnelTable).map((row) => row[1]);
    assert.deepEqual(users, usersByHand(['session_start', 'view_item', 'add_to_cart', 'begin_checkout', 'purchase']));
    assert.deepEqual(
      flat(body.funnelVisualization).map((row) => row[1]),
      users,
    );
    assert.equal(body.kind, 'analyticsData#runFunnelReport');
  });

  it('looks forward: completion and abandonment of a step are about the next one', async () => {
    const rows = flat((await funnel({ funnel: { steps: purchaseSteps } })).funnelTable);
    for (const [index, row] of rows.entries()) {
      const [, users = 0, rate, lost, lostRate] = row.map(Number);
      const next = Number(rows[index + 1]?.[1] ?? users);
      assert.equal(rate, next / users);
      assert.equal(lost, users - next);
      assert.ok(Math.abs(Number(lostRate) - (users - next) / users) < 1e-12);
    }
    assert.deepEqual(
      rows.map((row) => row[0]),
      ['1. session_start', '2. view_item', '3. add_to_cart', '4. begin_checkout', '5. purchase'],
    );
  });

  it('prints the metric headers of the table twice over rows that have them once', async () => {
    const { funnelTable } = await funnel({ funnel: { steps: purchaseSteps } });
    const names = funnelTable.metricHeaders.map((header: { name: string }) => header.name);
    assert.deepEqual(names.slice(0, 4), [
      'activeUsers',
      'funnelStepCompletionRate',
      'funnelStepAbandonments',
      'funnelStepAbandonmentRate',
    ]);
    assert.deepEqual(names.slice(4), names.slice(0, 4));
    assert.equal(funnelTable.rows[0].metricValues.length, 4);
  });

  it('keeps to the time allowed since the step before', async () => {
    const names = ['view_item', 'add_to_cart', 'begin_checkout'];
    const steps = names.map((name) => step(name, { withinDurationFromPriorStep: '30s' }));
    const users = flat((await funnel({ funnel: { steps } })).funnelTable).map((row) => row[1]);
    assert.deepEqual(users, usersByHand(names, 30));
  });

  it('knows what follows directly', async () => {
    const loose = flat((await funnel({ funnel: { steps: [step('view_item'), step('add_to_cart')] } })).funnelTable);
    const direct = flat(
      (await funnel({ funnel: { steps: [step('view_item'), step('add_to_cart', { isDirectlyFollowedBy: true })] } }))
        .funnelTable,
    );
    const none = flat(
      (
        await funnel({
          funnel: { steps: [step('session_start'), step('add_to_cart', { isDirectlyFollowedBy: true })] },
        })
      ).funnelTable,
    );
    assert.equal(direct[1]?.[1], loose[1]?.[1]);
    assert.equal(none[1]?.[1], 0);
  });

  it('lets users come in anywhere when it is open', async () => {
    const steps = [step('select_promotion'), step('purchase')];
    const closed = flat((await funnel({ funnel: { steps } })).funnelTable);
    const open = flat((await funnel({ funnel: { steps, isOpenFunnel: true } })).funnelTable);
    const buyers = db
      .prepare(
        `SELECT COUNT(DISTINCT user_id) AS n FROM events WHERE name = 'purchase' AND day BETWEEN ${today - 28} AND ${today - 1}`,
      )
      .get()?.n;
    assert.equal(open[1]?.[1], buyers);
    assert.ok(Number(closed[1]?.[1]) < Number(buyers));
  });

  it('breaks steps down by a dimension, totals first', async () => {
    const { funnelTable } = await funnel({
      funnel: { steps: purchaseSteps.slice(0, 2) },
      funnelBreakdown: { breakdownDimension: { name: 'deviceCategory' }, limit: 2 },
    });
    assert.deepEqual(funnelTable.dimensionHeaders, named('funnelStepName', 'deviceCategory'));
    assert.deepEqual(
      flat(funnelTable)
        .slice(0, 4)
        .map((row) => row.slice(0, 2)),
      [
        ['1. session_start', 'RESERVED_TOTAL'],
        ['1. session_start', 'desktop'],
        ['1. session_start', 'mobile'],
        ['2. view_item', 'RESERVED_TOTAL'],
      ],
    );
  });

  it('tells of the checkout that broke on phones', async () => {
    const broken = [{ startDate: '7daysAgo', endDate: '6daysAgo' }];
    const mobile = { filter: { fieldName: 'deviceCategory', stringFilter: { value: 'mobile' } } };
    const { funnelTable } = await funnel({
      dateRanges: broken,
      dimensionFilter: mobile,
      funnel: { steps: purchaseSteps.slice(3) },
    });
    const [[, began = 0, rate] = [], [, bought] = []] = flat(funnelTable);
    assert.ok(Number(began) >= 5);
    assert.equal(rate, 0);
    assert.equal(bought, 0);
  });

  it('shows dates in a trended funnel and what users did next', async () => {
    const { funnelVisualization } = await funnel({
      dateRanges: [{ startDate: '3daysAgo', endDate: 'yesterday' }],
      funnel: { steps: purchaseSteps.slice(0, 1) },
      funnelVisualizationType: 'TRENDED_FUNNEL',
      funnelNextAction: { nextActionDimension: { name: 'eventName' }, limit: 1 },
    });
    assert.deepEqual(funnelVisualization.dimensionHeaders, named('funnelStepName', 'date', 'funnelStepNextAction'));
    const rows = flat(funnelVisualization);
    assert.equal(rows.length, 6);
    assert.deepEqual(
      rows.slice(0, 2).map((row) => row.slice(0, 3)),
      [
        ['1. session_start', '20261115', 'RESERVED_TOTAL'],
        ['1. session_start', '20261115', 'first_visit'],
      ],
    );
  });

  it('filters steps by dimensions, event parameters and item parameters', async () => {
    const users = async (filterExpression: Record<string, unknown>): Promise<number> =>
      Number(flat((await funnel({ funnel: { steps: [{ filterExpression }] } })).funnelTable)[0]?.[1]);
    const count = (sql: string): number =>
      Number(
        db
          .prepare(`SELECT COUNT(DISTINCT e.user_id) AS n FROM ${sql} AND e.day BETWEEN ${today - 28} AND ${today - 1}`)
          .get()?.n,
      );
    const path = { funnelFieldFilter: { fieldName: 'pagePath', stringFilter: { value: '/basket' } } };
    assert.equal(await users(path), count("events e JOIN pages p USING (page_id) WHERE p.path = '/basket'"));
    const term = { eventParameterName: 'search_term', stringFilter: { matchType: 'CONTAINS', value: 'hoo' } };
    const searched = {
      funnelEventFilter: {
        eventName: 'view_search_results',
        funnelParameterFilterExpression: { funnelParameterFilter: term },
      },
    };
    assert.equal(
      await users(searched),
      count("events e WHERE name = 'view_search_results' AND json_extract(params, '$.search_term') LIKE '%hoo%'"),
    );
    const brand = { itemParameterName: 'item_brand', stringFilter: { value: 'Northwind' } };
    const viewed = {
      funnelEventFilter: { eventName: 'view_item', funnelParameterFilterExpression: { funnelParameterFilter: brand } },
    };
    assert.equal(
      await users(viewed),
      count("items e JOIN products g USING (product_id) WHERE e.event_name = 'view_item' AND g.brand = 'Northwind'"),
    );
    assert.equal(await users({ andGroup: { expressions: [path, { notExpression: path }] } }), 0);
  });

  it('repeats itself for each of several date ranges', async () => {
    const ranges = [...dateRanges, { startDate: '56daysAgo', endDate: '29daysAgo', name: 'before' }];
    const { funnelTable } = await funnel({ dateRanges: ranges, funnel: { steps: purchaseSteps.slice(0, 2) } });
    assert.deepEqual(
      flat(funnelTable).map((row) => row.slice(0, 2)),
      [
        ['1. session_start', 'date_range_0'],
        ['2. view_item', 'date_range_0'],
        ['1. session_start', 'before'],
        ['2. view_item', 'before'],
      ],
    );
  });

  it('refuses what it cannot follow', async () => {
    const message = async (request: Record<string, unknown>): Promise<string> => {
      const { status, body } = await caller.post(url, { dateRanges, ...request });
      assert.equal(status, 400);
      return body.error.message;
    };
    assert.match(await message({}), /at least one step/);
    assert.equal(await message({ funnel: { steps: [{ name: 'x' }] } }), 'Missing filter specification.');
    assert.equal(await message({ dateRanges: [], funnel: { steps: purchaseSteps } }), 'A dateRange is required.');
    assert.match(
      await message({
        funnel: {
          steps: [
            { filterExpression: { funnelFieldFilter: { fieldName: 'pagePathh', stringFilter: { value: 'x' } } } },
          ],
        },
      }),
      /^Did you mean pagePath\? .*exploration-api-schema $/,
    );
    const odd = { eventParameterName: "x') OR 1 --", stringFilter: { value: 'x' } };
    assert.match(
      await message({
        funnel: {
          steps: [
            {
              filterExpression: {
                funnelEventFilter: { eventName: 'x', funnelParameterFilterExpression: { funnelParameterFilter: odd } },
              },
            },
          ],
        },
      }),
      /^Invalid parameter name/,
    );
    assert.match(
      await message({ funnel: { steps: [step('a', { withinDurationFromPriorStep: 'soon' })] } }),
      /google.protobuf.Duration/,
    );
    assert.match(await message({ funnel: { steps: new Array(11).fill(step('a')) } }), /limited to 10 steps/);
  });

  it('knows no parameters but those that exist', async () => {
    for (const parameter of [{ eventParameterName: 'constructor' }, { itemParameterName: 'constructor' }]) {
      const filter = { ...parameter, stringFilter: { value: 'x' } };
      const filterExpression = {
        funnelEventFilter: {
          eventName: 'view_item',
          funnelParameterFilterExpression: { funnelParameterFilter: filter },
        },
      };
      assert.equal(flat((await funnel({ funnel: { steps: [{ filterExpression }] } })).funnelTable)[0]?.[1], 0);
    }
  });

  it('takes an event name with a quote for what it is', async () => {
    assert.equal(flat((await funnel({ funnel: { steps: [step("it's")] } })).funnelTable)[0]?.[1], 0);
  });
});

describe('runReport of v1alpha', () => {
  it('accepts a conversion specification', async () => {
    const request = {
      dateRanges,
      metrics: named('keyEvents'),
      conversionSpec: { conversionActions: ['conversionActions/1'], attributionModel: 'LAST_CLICK' },
    };
    assert.equal((await caller.post('/v1alpha/properties/213025502:runReport', request)).status, 200);
    assert.equal((await caller.post('/v1beta/properties/213025502:runReport', request)).status, 400);
  });
});
