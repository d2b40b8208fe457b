/** A short campaign on every test run; `npm run fuzz -- --requests 100000` is the long one. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fuzz, type Report } from './campaign.ts';

const REQUESTS = 3000;

describe('three thousand twisted requests to every endpoint', () => {
  let report: Report;
  before(async () => {
    report = await fuzz({ requests: REQUESTS, seed: 20_261_122 });
  });

  it('are all answered, none by a fault of ours, none with our inside, none to a foreign address', () => {
    assert.deepEqual(report.findings, []);
    assert.deepEqual(report.faults, []);
    assert.equal(report.requests, REQUESTS);
  });

  it('leave nothing hanging', () => {
    assert.equal(report.hangs, 0);
  });

  it('get behind the gates often enough to mean something', () => {
    const labels = [
      ...['authorize GET', 'consent POST', 'google/callback GET', 'token: code', 'token: refresh', 'introspect'],
      ...[
        'mcp: tools/call',
        'actions: list_properties',
        'registration: read',
        'account POST',
        'google events: verification',
      ],
    ];
    for (const label of labels) assert.ok((report.byEndpoint.get(label) ?? 0) > 0, `nothing valid came to ${label}`);
    const refused = [...report.byStatus].filter(([status]) => status >= 400).reduce((sum, [, times]) => sum + times, 0);
    assert.ok(refused > REQUESTS / 3, `only ${refused} were refused`);
  });
});
