import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answered, json, refusal, refused } from '../google.fixture.ts';
import { startReports } from './report.fixture.ts';

describe('run_report when Google says no', () => {
  it('suggests the right name and the corrected call for a field that Google does not know', async () => {
    const text =
      'Did you mean city? Field country is not a valid dimension. For a list of valid dimensions and metrics, see https://x ';
    const error = refused(
      await startReports(() => refusal(400, text)).ask({ metrics: ['sessions'], dimensions: ['country'] }),
    );
    assert.equal(error.kind, 'bad-input');
    assert.match(
      error.message,
      /`country` is no dimension of this property. Use `city`. For example: \{"property":"11","metrics":\["sessions"\],"dimensions":\["city"\]/,
    );
  });

  it('explains items and visits, with a call that works', async () => {
    const text =
      "Please remove sessions to make the request compatible. The request's dimensions & metrics are incompatible.";
    const error = refused(
      await startReports(() => refusal(400, text)).ask({
        metrics: ['sessions'],
        dimensions: ['itemName'],
        dates: 'last_week',
      }),
    );
    assert.match(
      error.message,
      /`sessions` cannot stand.*metrics of items.*For example: \{"property":"11","metrics":\["itemsViewed","itemsPurchased","itemRevenue"\],"dimensions":\["itemName"\],"dates":"last_week"\}/,
    );
  });

  it('leaves out what Google wants left out', async () => {
    const text = 'Please remove itemViewEvents to make the request compatible.';
    const error = refused(
      await startReports(() => refusal(400, text)).ask({
        metrics: ['itemRevenue', 'itemViewEvents'],
        dimensions: ['itemName'],
      }),
    );
    assert.match(error.message, /"metrics":\["itemRevenue"\],"dimensions":\["itemName"\]/);
  });

  it('adds the campaign that ad costs need', async () => {
    const error = refused(
      await startReports(() => refusal(400, 'Please add sessionCampaignName to make the request compatible.')).ask({
        metrics: ['advertiserAdCost'],
      }),
    );
    assert.match(
      error.message,
      /For example: \{"property":"11","metrics":\["advertiserAdCost"\],"dimensions":\["sessionCampaignName"\]/,
    );
  });

  it('suspects the currency when Google gives no reason', async () => {
    const { ask } = startReports(() => refusal(400, 'Invalid currency code: XXX.'));
    assert.match(refused(await ask({ metrics: ['totalRevenue'], currency: 'XXX' })).message, /`XXX`.*ISO 4217/);
  });

  it('lists the properties that there are when one is not theirs', async () => {
    const { ask } = startReports(undefined, {
      '/properties/99': () => refusal(403, 'User does not have sufficient permissions for this property.'),
    });
    const error = refused(await ask({ property: '99', metrics: ['sessions'] }));
    assert.equal(error.kind, 'no-access');
    assert.match(error.message, /property 99.*11 \(Acme Shop\), 12 \(Acme Blog\), 13 \(Garden\)/);
  });

  it('says when a used-up quota returns', async () => {
    const error = refused(
      await startReports(() =>
        refusal(429, 'Exhausted property tokens per day. These quota tokens will return in under 24 hours.'),
      ).ask({ metrics: ['sessions'] }),
    );
    assert.equal(error.kind, 'quota');
    assert.match(error.message, /midnight Pacific time, in about 12 hours/);
  });

  it('survives an answer of an unexpected shape', async () => {
    for (const odd of [json({}), json({ rows: [{}], metricHeaders: [{}] }), { status: 200, headers: {}, body: '' }]) {
      answered(await startReports(() => odd).ask({ metrics: ['sessions'], dimensions: ['country'] }));
      answered(
        await startReports(() => odd).ask({ metrics: ['sessions'], dimensions: ['date'], compare: 'previous_period' }),
      );
    }
  });
});
