/** The corpus of wrong-report-calls.fixture.ts, call by call through the whole tool. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalog } from '../catalog.ts';
import { acme, fakeGoogle, startTools } from '../google.fixture.ts';
import { refusedCalls, understood } from './wrong-report-calls.fixture.ts';

async function ask(name: string, call: Record<string, unknown>) {
  const google = fakeGoogle(acme);
  const tool = catalog.find((one) => one.name === name) ?? assert.fail(name);
  const given = /^(search|fetch)$/.test(name) ? call : { property: '11', ...call };
  const outcome = await startTools(google.send).ask(tool, given);
  const sent = google.requests.flatMap((request) => request.body ?? []).join('\n');
  return { outcome, sent };
}

describe('calls of the other report tools as models send them', () => {
  for (const [tool, call, sends] of understood) {
    it(`understands ${tool} ${JSON.stringify(call)}`, async () => {
      const { outcome, sent } = await ask(tool, call);
      assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
      assert.match(sent, sends);
    });
  }

  for (const [tool, call, says] of refusedCalls) {
    it(`explains what is wrong with ${tool} ${JSON.stringify(call)}, without asking Google for numbers`, async () => {
      const { outcome, sent } = await ask(tool, call);
      assert.ok(!outcome.ok, JSON.stringify(outcome));
      assert.equal(outcome.error.kind, 'bad-input');
      assert.match(outcome.error.message, says);
      assert.equal(sent, '');
    });
  }
});
