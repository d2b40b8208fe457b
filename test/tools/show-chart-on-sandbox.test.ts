/** `show_chart` against the sandbox over HTTP: it answers what the report itself answers, and says how it is shown. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openSandboxTools, type SandboxTools, SHOP } from '../support/sandbox-tools.ts';

const BY_DAY = { property: SHOP, metrics: ['sessions'], dimensions: ['date'], compare: 'previous_period' };

describe('show_chart on the sandbox', () => {
  let tools: SandboxTools;
  before(async () => {
    tools = await openSandboxTools();
  });
  after(() => tools.close());

  const answer = async (input: unknown) => {
    const outcome = await tools.ask('show_chart', input);
    assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
    return outcome;
  };

  it('answers the numbers of the report, structured and as text, with the kind of chart', async () => {
    const report = await tools.ask('run_report', BY_DAY);
    assert.ok(report.ok);
    const { structured, text } = await answer({ arguments: BY_DAY });
    const { chart, ...rest } = structured;
    assert.deepEqual(rest, report.structured);
    assert.equal(text, report.text);
    assert.deepEqual(chart, { report: 'run_report', kind: 'line' });
  });

  it('understands the report’s arguments beside its own', async () => {
    const { structured } = await answer({ ...BY_DAY, kind: 'bars' });
    assert.deepEqual(structured.chart, { report: 'run_report', kind: 'comparison' });
  });

  it('understands the report’s arguments as JSON text, with old field names', async () => {
    const { structured } = await answer({
      arguments: JSON.stringify({ ...BY_DAY, metrics: 'ga:sessions', compare: 'none' }),
    });
    assert.deepEqual(structured.chart, { report: 'run_report', kind: 'line' });
  });

  it('shows a table when asked for one, and where no chart fits', async () => {
    const asked = await answer({ kind: 'table', arguments: BY_DAY });
    assert.deepEqual(asked.structured.chart, { report: 'run_report', kind: 'table' });
    const single = await answer({ arguments: { property: SHOP, metrics: ['sessions'] } });
    assert.deepEqual(single.structured.chart, { report: 'run_report', kind: 'table' });
  });

  it('refuses with the words of the report', async () => {
    const wrong = { property: SHOP, metrics: ['sesions'], dimensions: ['date'] };
    const [shown, report] = [await tools.ask('show_chart', { arguments: wrong }), await tools.ask('run_report', wrong)];
    assert.ok(!shown.ok && !report.ok);
    assert.equal(shown.error.message, report.error.message);
  });
});
