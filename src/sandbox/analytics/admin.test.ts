/**
 * The Admin API as a client sees it, behind a tiny outer app that says who asks.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import type { ApiEnv } from '../api.ts';
import { people } from '../world.ts';
import { analyticsAdmin } from './admin.ts';
import { definitionsOf } from './admin-definitions.ts';

type Json = Record<string, unknown>;

// A moment at which Los Angeles is still on the day before.
const now = new Date('2026-11-22T05:00:00Z');
const shop = 'properties/213025502';
const bakery = 'properties/402118977';

function as(name: 'ada' | 'grace' | 'nobody') {
  const person = people.find(({ email }) => email === `${name}@example.com`);
  assert.ok(person);
  const outer = new Hono<ApiEnv>();
  outer.use(async (c, next) => {
    c.set('person', person);
    c.set('faults', []);
    await next();
  });
  outer.route('/analyticsadmin', analyticsAdmin({ now: () => now }));
  return {
    async get(path: string, method = 'GET'): Promise<{ status: number; body: Json }> {
      const answer = await outer.request(`/analyticsadmin/${path}`, { method });
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
      return { status: answer.status, body: (await answer.json()) as Json };
    },
    page: (path: string, method = 'GET') => outer.request(`/analyticsadmin/${path}`, { method }),
  };
}

function refusal(code: number, status: string, message: string) {
  return { status: code, body: { error: { code, message, status } } };
}

const denied = refusal(403, 'PERMISSION_DENIED', 'The caller does not have permission');

describe('GET accountSummaries (Analytics Admin API)', () => {
  it('lists the accounts of a person with their properties', async () => {
    assert.deepEqual(await as('ada').get('v1beta/accountSummaries'), {
      status: 200,
      body: {
        accountSummaries: [
          {
            name: 'accountSummaries/1001',
            account: 'accounts/1001',
            displayName: 'Merchandise Store',
            propertySummaries: [
              {
                property: shop,
                displayName: 'Merchandise Store',
                propertyType: 'PROPERTY_TYPE_ORDINARY',
                parent: 'accounts/1001',
              },
              {
                property: 'properties/331207644',
                displayName: 'Merchandise Blog',
                propertyType: 'PROPERTY_TYPE_ORDINARY',
                parent: 'accounts/1001',
              },
            ],
          },
        ],
      },
    });
  });

  it('answers an empty object to a person without Analytics', async () => {
    for (const path of ['v1beta/accountSummaries', 'v1alpha/accountSummaries', 'v1beta/accounts']) {
      assert.deepEqual(await as('nobody').get(path), { status: 200, body: {} });
    }
  });
});

describe('accounts and properties (Analytics Admin API)', () => {
  it('shows an account that the person may read', async () => {
    const { status, body } = await as('grace').get('v1beta/accounts/1002');
    assert.equal(status, 200);
    assert.deepEqual(body, {
      name: 'accounts/1002',
      createTime: '2023-01-09T11:41:02.000Z',
      updateTime: '2023-01-09T11:41:02.000Z',
      displayName: 'Harbour Bakery',
      regionCode: 'GB',
    });
    assert.deepEqual((await as('grace').get('v1beta/accounts')).body, { accounts: [body] });
  });

  it('shows a property with its zone and currency', async () => {
    const { body } = await as('ada').get(`v1beta/${shop}`);
    assert.equal(body.name, shop);
    assert.equal(body.parent, 'accounts/1001');
    assert.equal(body.timeZone, 'America/Los_Angeles');
    assert.equal(body.currencyCode, 'USD');
    assert.equal(body.serviceLevel, 'GOOGLE_ANALYTICS_STANDARD');
  });

  it('refuses a property of somebody else with the words for one that does not exist', async () => {
    for (const id of [bakery, 'properties/999']) {
      for (const below of ['', '/dataStreams', '/keyEvents/1', '/dataRetentionSettings']) {
        assert.deepEqual(await as('ada').get(`v1beta/${id}${below}`), denied);
      }
    }
    assert.deepEqual(await as('ada').get('v1beta/accounts/1002'), denied);
    assert.deepEqual(await as('ada').get('v1beta/accounts/999'), denied);
  });

  it('says what a property name looks like to a caller who brings a measurement id', async () => {
    assert.deepEqual(
      await as('ada').get('v1beta/properties/G-EVQR5VXBQN'),
      refusal(
        400,
        'INVALID_ARGUMENT',
        "The value for the 'name' field was invalid but must be in format 'properties/123'.",
      ),
    );
    const list = await as('ada').get('v1beta/properties/G-EVQR5VXBQN/dataStreams');
    assert.match(String((list.body.error as Json).message), /'parent' field/);
  });

  it('lists properties by parent or ancestor account', async () => {
    for (const kind of ['parent', 'ancestor']) {
      const { body } = await as('ada').get(`v1beta/properties?filter=${kind}:accounts/1001`);
      assert.deepEqual(
        (body.properties as Json[]).map(({ name }) => name),
        [shop, 'properties/331207644'],
      );
    }
  });

  it('insists on a filter for the list of properties', async () => {
    const missing = refusal(
      400,
      'INVALID_ARGUMENT',
      "The value for the 'filter' field was empty, but must be provided.",
    );
    assert.deepEqual(await as('ada').get('v1beta/properties'), missing);
    assert.deepEqual(await as('nobody').get('v1alpha/properties?filter='), missing);
  });

  it('refuses a filter for an account that is not readable and one that makes no sense', async () => {
    assert.deepEqual(await as('ada').get('v1beta/properties?filter=parent:accounts/1002'), denied);
    assert.deepEqual(await as('ada').get('v1beta/properties?filter=parent:properties/402118977'), denied);
    for (const filter of ['accounts/1001', 'parent:accounts/x', 'parent:accounts/-', 'ancestor:properties/213025502']) {
      assert.equal((await as('ada').get(`v1beta/properties?filter=${filter}`)).status, 400, filter);
    }
  });

  it('finds properties by their linked Firebase project and none below an ordinary property', async () => {
    const linked = await as('ada').get('v1beta/properties?filter=firebase_project:merch-blog-app');
    assert.deepEqual(
      (linked.body.properties as Json[]).map(({ name }) => name),
      ['properties/331207644'],
    );
    assert.deepEqual((await as('ada').get(`v1beta/properties?filter=parent:${shop}`)).body, {});
  });

  it('keeps access reports to administrators', async () => {
    assert.deepEqual(await as('ada').get(`v1beta/${shop}:runAccessReport`, 'POST'), denied);
    assert.deepEqual(await as('ada').get('v1alpha/accounts/1001:runAccessReport', 'POST'), denied);
  });
});

describe('lists of the Analytics Admin API', () => {
  it('walks every page once', async () => {
    const names: unknown[] = [];
    let token = '';
    let pages = 0;
    do {
      const { body } = await as('ada').get(`v1beta/${shop}/keyEvents?pageSize=3&pageToken=${token}`);
      names.push(...(body.keyEvents as Json[]).map(({ eventName }) => eventName));
      token = String(body.nextPageToken ?? '');
      pages++;
    } while (token !== '');
    assert.equal(pages, 2);
    assert.deepEqual(names, ['purchase', 'sign_up', 'add_to_cart', 'generate_lead']);
  });

  it('refuses a page token that another list gave out or that nobody did', async () => {
    const { body } = await as('ada').get(`v1beta/${shop}/keyEvents?pageSize=1`);
    const token = String(body.nextPageToken);
    assert.equal((await as('ada').get(`v1beta/${shop}/keyEvents?pageSize=2&pageToken=${token}`)).status, 200);
    for (const path of ['customDimensions', 'conversionEvents']) {
      assert.equal((await as('ada').get(`v1beta/${shop}/${path}?pageToken=${token}`)).status, 400);
    }
    assert.equal((await as('ada').get(`v1beta/${shop}/keyEvents?pageToken=nonsense`)).status, 400);
  });

  it('cuts a page size above the maximum and reads zero as no wish', async () => {
    for (const size of ['0', '200', '5000']) {
      const { status, body } = await as('ada').get(`v1beta/accountSummaries?pageSize=${size}`);
      assert.equal(status, 200);
      assert.equal(body.nextPageToken, undefined);
    }
  });

  it('refuses a page size that is negative or no number', async () => {
    assert.equal((await as('ada').get('v1beta/accountSummaries?pageSize=-1')).status, 400);
    const description = `Invalid value at 'page_size' (TYPE_INT32), "many"`;
    assert.deepEqual(await as('ada').get('v1beta/accountSummaries?pageSize=many'), {
      status: 400,
      body: {
        error: {
          code: 400,
          message: description,
          status: 'INVALID_ARGUMENT',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.BadRequest',
              fieldViolations: [{ field: 'page_size', description }],
            },
          ],
        },
      },
    });
  });

  it('takes snake_case names and refuses unknown ones', async () => {
    assert.equal((await as('ada').get(`v1beta/${shop}/keyEvents?page_size=1&alt=json`)).status, 200);
    const { status, body } = await as('ada').get('v1beta/accounts?parent=properties/1');
    assert.equal(status, 400);
    assert.match(String((body.error as Json).message), /^Invalid JSON payload received\. Unknown name "parent"/);
  });

  it('leaves out an empty list', async () => {
    assert.deepEqual((await as('ada').get(`v1beta/${shop}/firebaseLinks`)).body, {});
    assert.deepEqual((await as('grace').get(`v1beta/${bakery}/customMetrics`)).body, {});
  });
});

describe('what hangs on a property (Analytics Admin API)', () => {
  it('lists web streams with their measurement ids', async () => {
    const { body } = await as('ada').get(`v1beta/${shop}/dataStreams`);
    const [stream] = body.dataStreams as Json[];
    assert.equal(stream?.name, `${shop}/dataStreams/1966206135`);
    assert.deepEqual(stream?.webStreamData, { measurementId: 'G-EVQR5VXBQN', defaultUri: 'https://shop.example.com' });
    assert.deepEqual((await as('ada').get(`v1beta/${stream?.name}`)).body, stream);
  });

  it('prints the custom definitions that reports know', async () => {
    const dimensions = (await as('ada').get(`v1beta/${shop}/customDimensions`)).body.customDimensions as Json[];
    const metrics = (await as('ada').get(`v1beta/${shop}/customMetrics`)).body.customMetrics as Json[];
    const known = definitionsOf('213025502');
    assert.deepEqual(
      dimensions.map(({ parameterName, scope }) => [parameterName, scope]),
      known.dimensions.map(({ parameterName, scope }) => [parameterName, scope]),
    );
    assert.deepEqual(
      metrics.map(({ parameterName, measurementUnit }) => [parameterName, measurementUnit]),
      known.metrics.map(({ parameterName, measurementUnit }) => [parameterName, measurementUnit]),
    );
    assert.ok(!JSON.stringify([dimensions, metrics]).includes('apiName'));
    const money = metrics.find(({ measurementUnit }) => measurementUnit === 'CURRENCY');
    assert.deepEqual(money?.restrictedMetricType, ['REVENUE_DATA']);
  });

  it('calls the same events key events and conversion events', async () => {
    const events = (await as('ada').get(`v1beta/${shop}/keyEvents`)).body.keyEvents as Json[];
    const twins = (await as('ada').get(`v1beta/${shop}/conversionEvents`)).body.conversionEvents as Json[];
    assert.deepEqual(
      events.map(({ eventName }) => eventName),
      twins.map(({ eventName }) => eventName),
    );
    const lead = events.find(({ eventName }) => eventName === 'generate_lead');
    const twin = twins.find(({ eventName }) => eventName === 'generate_lead');
    assert.deepEqual(lead?.defaultValue, { numericValue: 12.5, currencyCode: 'USD' });
    assert.deepEqual(twin?.defaultConversionValue, { value: 12.5, currencyCode: 'USD' });
    const purchase = events.find(({ eventName }) => eventName === 'purchase');
    assert.ok(purchase && !('deletable' in purchase) && !('custom' in purchase));
  });

  it('links Google Ads and keeps data for fourteen months', async () => {
    const [link] = (await as('ada').get(`v1beta/${shop}/googleAdsLinks`)).body.googleAdsLinks as Json[];
    assert.equal(link?.customerId, '5341907782');
    const retention = await as('ada').get(`v1beta/${shop}/dataRetentionSettings`);
    assert.equal(retention.body.name, `${shop}/dataRetentionSettings`);
    assert.equal(retention.body.eventDataRetention, 'FOURTEEN_MONTHS');
  });

  it('gives measurement protocol secrets to any reader, as Google does', async () => {
    const path = `v1beta/${shop}/dataStreams/1966206135/measurementProtocolSecrets`;
    const [secret] = (await as('ada').get(path)).body.measurementProtocolSecrets as Json[];
    assert.match(String(secret?.secretValue), /^sandbox-mp-secret-/);
    assert.deepEqual((await as('ada').get(`v1beta/${secret?.name}`)).body, secret);
    assert.deepEqual(await as('grace').get(path), denied);
  });

  it('says not found for something missing below a property that the person may read', async () => {
    const missing = refusal(404, 'NOT_FOUND', 'Requested entity was not found.');
    for (const path of ['keyEvents/1', 'dataStreams/1', 'dataStreams/1/measurementProtocolSecrets']) {
      assert.deepEqual(await as('ada').get(`v1beta/${shop}/${path}`), missing);
    }
  });
});

describe('v1alpha of the Analytics Admin API', () => {
  it('answers what v1beta answers', async () => {
    for (const path of ['accountSummaries', 'accounts', shop, `${shop}/keyEvents`, `${shop}/dataRetentionSettings`]) {
      assert.deepEqual(await as('ada').get(`v1alpha/${path}`), await as('ada').get(`v1beta/${path}`));
    }
  });

  it('dates the checkout incident a week back in the zone of the property', async () => {
    const { body } = await as('ada').get(`v1alpha/${shop}/reportingDataAnnotations`);
    const incident = (body.reportingDataAnnotations as Json[]).find(
      ({ title }) => title === 'Checkout incident on mobile',
    );
    assert.deepEqual(incident?.annotationDateRange, {
      startDate: { year: 2026, month: 11, day: 14 },
      endDate: { year: 2026, month: 11, day: 15 },
    });
    assert.deepEqual((await as('ada').get(`v1alpha/${incident?.name}`)).body, incident);
  });

  it('picks annotations by date window and title', async () => {
    const titles = async (filter: string) => {
      const { status, body } = await as('ada').get(
        `v1alpha/${shop}/reportingDataAnnotations?filter=${encodeURIComponent(filter)}`,
      );
      if (status !== 200) return status;
      return ((body.reportingDataAnnotations ?? []) as Json[]).map(({ title }) => title);
    };
    assert.deepEqual(await titles('is_annotation_in_range("2026-11-01", "2026-11-14") = true'), [
      'Checkout incident on mobile',
      'Autumn sale begins',
    ]);
    assert.deepEqual(await titles('is_annotation_in_range("2026-11-09", "2026-11-13") = true'), []);
    assert.deepEqual(await titles('title:sale AND is_annotation_in_range("2026-11-09", "2026-11-20") = true'), []);
    assert.deepEqual(await titles('title:"sale"'), ['Autumn sale begins']);
    assert.deepEqual(await titles('title:sale'), ['Autumn sale begins']);
    assert.deepEqual(await titles('title="sale"'), []);
    assert.deepEqual(await titles('color=RED OR'), 400);
  });

  it('offers audiences, channel groups, settings and links that v1beta does not have', async () => {
    const lists = { channelGroups: 2, audiences: 3, bigQueryLinks: 1 };
    for (const [path, count] of Object.entries(lists)) {
      const { body } = await as('ada').get(`v1alpha/${shop}/${path}`);
      const answerName = path === 'bigQueryLinks' ? 'bigqueryLinks' : path;
      assert.equal((body[answerName] as Json[]).length, count);
      assert.equal((await as('ada').page(`v1beta/${shop}/${path}`)).status, 404);
    }
    for (const path of ['attributionSettings', 'googleSignalsSettings']) {
      assert.equal((await as('ada').get(`v1alpha/${shop}/${path}`)).body.name, `${shop}/${path}`);
      assert.equal((await as('ada').page(`v1beta/${shop}/${path}`)).status, 404);
    }
    const measured = `${shop}/dataStreams/1966206135/enhancedMeasurementSettings`;
    assert.equal((await as('ada').get(`v1alpha/${measured}`)).body.scrollsEnabled, true);
  });
});

describe('URLs without a method in the Analytics Admin API', () => {
  it('answers with a page instead of JSON', async () => {
    const nowhere = ['v2/accounts', 'v1beta/nothing', `v1beta/${shop}/constructor`, `v1beta/${shop}/googleAdsLinks/1`];
    for (const path of nowhere) {
      const answer = await as('ada').page(path);
      assert.equal(answer.status, 404, path);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    }
    assert.equal((await as('ada').page(`v1beta/${shop}`, 'DELETE')).status, 404);
  });
});
