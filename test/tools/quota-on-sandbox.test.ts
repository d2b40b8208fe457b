/** The property's quota as a good that all share: how often the sandbox is really asked. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { openSandboxTools, type SandboxTools, SHOP } from '../support/sandbox-tools.ts';

const MINUTE = 60_000;
const CLOSED = { property: SHOP, metrics: ['sessions'], dimensions: ['country'], dates: '2026-10-01 to 2026-10-31' };

describe('the quota of a property', () => {
  let tools: SandboxTools;
  before(async () => {
    tools = await openSandboxTools();
  });
  beforeEach(() => tools.startOver());
  afterEach(() => tools.clearFaults());
  after(() => tools.close());

  const asked = (method = 'runReport') => tools.sent.filter(({ url }) => url.endsWith(`:${method}`)).length;

  it('is not touched by the same question again', async () => {
    const first = await tools.ask('run_report', CLOSED);
    const before = tools.sent.length;
    assert.deepEqual(await tools.ask('run_report', { ...CLOSED, dates: '2026-10' }), first);
    assert.equal(tools.sent.length, before);
    assert.equal(asked(), 1);
  });

  it('is asked once by twenty windows of one person that ask together', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => tools.ask('run_report', CLOSED)));
    assert.ok(outcomes.every((one) => one.ok));
    assert.equal(asked(), 1);
  });

  it('is asked again an hour later, or five minutes later when today is in it', async () => {
    const today = { ...CLOSED, dates: 'last_7_days', compare: 'previous_period' };
    const untilToday = { ...CLOSED, dates: '2026-11-10 to today' };
    for (const input of [CLOSED, today, untilToday]) await tools.ask('run_report', input);
    tools.pass(4 * MINUTE);
    for (const input of [CLOSED, untilToday]) await tools.ask('run_report', input);
    assert.equal(asked(), 3);
    tools.pass(2 * MINUTE);
    for (const input of [CLOSED, untilToday]) await tools.ask('run_report', input);
    assert.equal(asked(), 4);
    tools.pass(55 * MINUTE);
    await tools.ask('run_report', CLOSED);
    assert.equal(asked(), 5);
  });

  it('is asked anew for each person, who may see other things', async () => {
    const other = tools.callerWith(await tools.ada.accessToken());
    const someoneElse = { ...other, person: { ...other.person, sub: 'someone-else' } };
    await tools.ask('run_report', CLOSED);
    await tools.ask('run_report', CLOSED, someoneElse);
    assert.equal(asked(), 2);
  });

  it('is spent on what happens now each time, but once by those who ask together', async () => {
    const now = { property: SHOP, dimensions: ['country'] };
    await Promise.all(Array.from({ length: 5 }, () => tools.ask('run_realtime_report', now)));
    assert.equal(asked('runRealtimeReport'), 1);
    await tools.ask('run_realtime_report', now);
    assert.equal(asked('runRealtimeReport'), 2);
  });

  it('is shared by funnels and cross tables in the same way', async () => {
    const funnel = { property: SHOP, steps: ['view_item', 'purchase'], dates: '2026-10' };
    const pivot = {
      property: SHOP,
      metrics: ['sessions'],
      rows: ['country'],
      columns: ['deviceCategory'],
      dates: '2026-10',
    };
    for (let time = 0; time < 2; time += 1) {
      assert.ok((await tools.ask('run_funnel_report', funnel)).ok);
      assert.ok((await tools.ask('run_pivot_report', pivot)).ok);
    }
    assert.deepEqual([asked('runFunnelReport'), asked('runPivotReport')], [1, 1]);
  });

  it('is left alone once it is used up, by everybody, until it returns', async () => {
    await tools.fault({ effect: 'quota-hour' });
    const first = await tools.refusal(CLOSED);
    assert.match(first.message, /hourly allowance .* used up\. It returns within the hour/);
    tools.pass(15 * MINUTE);
    const { message, retryAfterSeconds } = await tools.refusal({ ...CLOSED, metrics: ['activeUsers'] });
    assert.match(message, /used up\. Ask again in about 45 minutes\.$/);
    assert.equal(retryAfterSeconds, 45 * 60);
    const other = await tools.ask('run_pivot_report', {
      ...CLOSED,
      dimensions: undefined,
      rows: ['country'],
      columns: ['deviceCategory'],
    });
    assert.ok(!other.ok && other.error.kind === 'quota');
    assert.equal(asked() + asked('runPivotReport'), 1);
    tools.pass(45 * MINUTE);
    await tools.answer(CLOSED);
    assert.equal(asked(), 2);
  });

  it('still answers from memory what it has answered before it was used up', async () => {
    await tools.answer(CLOSED);
    await tools.fault({ effect: 'quota-day' });
    await tools.refusal({ ...CLOSED, metrics: ['activeUsers'] });
    assert.ok((await tools.answer(CLOSED)).rows.length > 0);
  });

  it('costs one refusal when twenty ask the same while it is used up', async () => {
    await tools.fault({ effect: 'quota-hour', times: 20 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => tools.ask('run_report', CLOSED)));
    assert.ok(outcomes.every((one) => !one.ok && one.error.kind === 'quota'));
    assert.equal(asked(), 1);
  });

  it('costs one refusal when Google refuses the question of twenty', async () => {
    await tools.fault({ effect: 'status', status: 400, times: 20 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => tools.ask('run_report', CLOSED)));
    assert.ok(outcomes.every((one) => !one.ok && one.error.kind === 'bad-input'));
    assert.equal(asked(), 1);
  });
});
