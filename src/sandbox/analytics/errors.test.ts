import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createCaller, named } from './call-data.fixture.ts';

const caller = createCaller();
const property = '/v1beta/properties/213025502';
const month = [{ startDate: '28daysAgo', endDate: 'yesterday' }];
const guides = 'https://developers.google.com/analytics/devguides/reporting/data/v1';
const explorer =
  "The request's dimensions & metrics are incompatible. To learn more, see https://ga-dev-tools.google/ga4/dimensions-metrics-explorer/";
const valid = { dateRanges: month, metrics: named('sessions') };

const tenDimensions = named(
  'date',
  'week',
  'month',
  'yearMonth',
  'dayOfWeek',
  'country',
  'region',
  'city',
  'browser',
  'deviceCategory',
);
const elevenMetrics = named(
  'activeUsers',
  'totalUsers',
  'newUsers',
  'sessions',
  'engagedSessions',
  'engagementRate',
  'bounceRate',
  'eventCount',
  'eventValue',
  'keyEvents',
  'checkouts',
);

/** What is wrong, the request, and the service's sentence. */
const refusals: [string, Record<string, unknown>, string][] = [
  ['no date range', { metrics: named('sessions') }, 'A dateRange is required.'],
  [
    'neither dimensions nor metrics',
    { dateRanges: month },
    'Requests require dimensions and/or metrics. Most requests include both.',
  ],
  [
    'an unknown dimension',
    { ...valid, dimensions: named('customEvent:made_up_parameter_name') },
    `Field customEvent:made_up_parameter_name is not a valid dimension. For a list of valid dimensions and metrics, see ${guides}/api-schema `,
  ],
  [
    'a slip in a dimension’s name',
    { ...valid, dimensions: named('pagePathh') },
    `Did you mean pagePath? Field pagePathh is not a valid dimension. For a list of valid dimensions and metrics, see ${guides}/api-schema `,
  ],
  [
    'a snake_case name',
    { ...valid, dimensionFilter: { filter: { fieldName: 'event_name', stringFilter: { value: 'x' } } } },
    `Did you mean eventName? Field event_name is not a valid dimension. For a list of valid dimensions and metrics, see ${guides}/api-schema `,
  ],
  [
    'an unknown metric',
    { dateRanges: month, metrics: named('totallyUnheardOfThing') },
    `Field totallyUnheardOfThing is not a valid metric.  For a list of valid dimensions and metrics, see ${guides}/api-schema `,
  ],
  [
    'a metric of Universal Analytics',
    { dateRanges: month, metrics: named('avgSessionDuration') },
    `Did you mean averageSessionDuration? Field avgSessionDuration is not a valid metric.  For a list of valid dimensions and metrics, see ${guides}/api-schema `,
  ],
  [
    'the same dimension twice',
    { ...valid, dimensions: named('country', 'country') },
    'Found duplicate dimensions: country',
  ],
  [
    'the same metric twice',
    { dateRanges: month, metrics: named('sessions', 'sessions') },
    'Duplicate metrics are not allowed. Found duplicate metrics: sessions',
  ],
  [
    'ten dimensions',
    { ...valid, dimensions: tenDimensions },
    'Requests are limited to 9 dimensions within a nested request.\n  This request is for 10 dimensions.',
  ],
  [
    'eleven metrics',
    { dateRanges: month, metrics: elevenMetrics },
    'Requests are limited to 10 metrics within a nested request.\n  This request is for 11 metrics.',
  ],
  [
    'five date ranges',
    { ...valid, dateRanges: [...month, ...month, ...month, ...month, ...month] },
    'Requests are limited to 4 dateRanges.\n  This request contains 5 dateRanges.',
  ],
  [
    'a start that is no date',
    { ...valid, dateRanges: [{ startDate: 'last week', endDate: 'today' }] },
    'Invalid startDate : last week. startDate must be YYYY-MM-DD, NdaysAgo, yesterday, or today.',
  ],
  [
    'an end that is no date',
    { ...valid, dateRanges: [{ startDate: 'today', endDate: '2026-02-30' }] },
    'Invalid endDate : 2026-02-30. endDate must be YYYY-MM-DD, NdaysAgo, yesterday, or today.',
  ],
  [
    'an end before the start',
    { ...valid, dateRanges: [{ startDate: 'today', endDate: 'yesterday' }] },
    'start_date must be less than or equal to end_date. start_date = 2026-11-18 and end_date = 2026-11-17',
  ],
  [
    'a date before Google Analytics 4',
    { ...valid, dateRanges: [{ startDate: '2015-08-13', endDate: 'today' }] },
    'start_date = 2015-08-13 must be greater than 2015-08-13 and less than 3000-01-01.',
  ],
  ['a negative limit', { ...valid, limit: '-1' }, 'limit must be positive. The API received limit = -1'],
  ['a negative offset', { ...valid, offset: -5 }, 'offset must be positive. The API received offset = -5'],
  [
    'a filter without a condition',
    { ...valid, dimensionFilter: { filter: { fieldName: 'country' } } },
    'Missing filter specification.',
  ],
  ['an empty filter expression', { ...valid, dimensionFilter: {} }, 'Missing filter specification.'],
  ['an empty group in a filter', { ...valid, dimensionFilter: { andGroup: {} } }, 'Missing filter specification.'],
  [
    'a metric in a dimension filter',
    { ...valid, dimensionFilter: { filter: { fieldName: 'sessions', stringFilter: { value: '1' } } } },
    'Found duplicate dimensions/metrics.',
  ],
  [
    'an order by what is not in the report',
    { ...valid, orderBys: [{ metric: { metricName: 'activeUsers' } }] },
    'Field activeUsers exists in OrderBy but is not defined in input Dimensions/Metrics list',
  ],
  [
    'a currency that is none',
    { ...valid, currencyCode: 'constructor' },
    'Invalid currency code: constructor. The currency code must be in ISO 4217 format.',
  ],
  [
    'a count of rows',
    { ...valid, metricAggregations: ['COUNT'] },
    'Metric aggregation Count is not supported in ReportRequest.',
  ],
  [
    'an item dimension with events and sessions',
    { dateRanges: month, dimensions: named('itemName'), metrics: named('itemViewEvents') },
    `Please remove itemViewEvents to make the request compatible. ${explorer}`,
  ],
  [
    'an item dimension that is only filtered by',
    {
      dateRanges: month,
      metrics: named('sessions', 'activeUsers'),
      dimensionFilter: { filter: { fieldName: 'itemBrand', stringFilter: { value: 'Robot' } } },
    },
    `Please remove activeUsers and sessions to make the request compatible. ${explorer}`,
  ],
  [
    'item metrics with counts of item events',
    { dateRanges: month, dimensions: named('date'), metrics: named('itemsPurchased', 'itemListClickEvents') },
    `Please remove itemListClickEvents to make the request compatible. ${explorer}`,
  ],
  [
    'costs without a campaign',
    { dateRanges: month, metrics: named('advertiserAdCost') },
    `Please add sessionCampaignName to make the request compatible. ${explorer}`,
  ],
  [
    'costs by the hour',
    { dateRanges: month, dimensions: named('sessionCampaignName', 'dateHour'), metrics: named('advertiserAdCost') },
    `Please remove dateHour to make the request compatible. ${explorer}`,
  ],
  [
    'Search Console with sessions',
    { dateRanges: month, metrics: named('organicGoogleSearchClicks', 'sessions') },
    `Please remove organicGoogleSearchClicks to make the request compatible. ${explorer}`,
  ],
];

describe('runReport refuses', () => {
  for (const [title, request, message] of refusals) {
    it(`${title}, in Google’s words`, async () => {
      const { status, body } = await caller.post(`${property}:runReport`, request);
      assert.equal(status, 400);
      assert.deepEqual(body, { error: { code: 400, message, status: 'INVALID_ARGUMENT' } });
    });
  }

  it('what is wrong in several ways for what Google checks first', async () => {
    const message = async (request: Record<string, unknown>): Promise<string> =>
      (await caller.post(`${property}:runReport`, request)).body.error.message;
    assert.match(
      await message({ zzz: 1, dimensions: named('pagePathh') }),
      /^Invalid JSON payload received. Unknown name "zzz"/,
    );
    assert.match(await message({ dimensions: named('pagePathh'), limit: -1 }), /is not a valid dimension/);
    assert.match(await message({ metrics: named('sessions'), limit: -1 }), /^limit must be positive/);
    assert.equal(await message({ dimensions: tenDimensions }), 'A dateRange is required.');
  });

  it('an oversized limit by nothing but cutting it', async () => {
    assert.equal((await caller.post(`${property}:runReport`, { ...valid, limit: 250_001 })).status, 200);
  });
});

describe('the JSON layer', () => {
  const refused = async (body: unknown): Promise<{ message: string; violations: unknown }> => {
    const answer = await caller.post(`${property}:runReport`, body);
    assert.equal(answer.status, 400, answer.text);
    const { error } = answer.body;
    assert.equal(error.status, 'INVALID_ARGUMENT');
    return { message: error.message, violations: error.details?.[0]?.fieldViolations };
  };

  it('names every unknown field at once', async () => {
    const one = 'Invalid JSON payload received. Unknown name "dateRange": Cannot find field.';
    const two = 'Invalid JSON payload received. Unknown name "zzz" at \'date_ranges[0]\': Cannot find field.';
    const answer = await caller.post(`${property}:runReport`, {
      ...valid,
      dateRange: [],
      dateRanges: [{ ...month[0], zzz: 1 }],
    });
    assert.deepEqual(answer.body, {
      error: {
        code: 400,
        message: `${two}\n${one}`,
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'date_ranges[0]', description: two }, { description: one }],
          },
        ],
      },
    });
  });

  it('finds unknown fields deep inside filters', async () => {
    const filter = {
      andGroup: { expressions: [{ filter: { fieldName: 'country', stringFilter: { match: 'EXACT' } } }] },
    };
    const path = 'dimension_filter.and_group.expressions[0].filter.string_filter';
    assert.equal(
      (await refused({ ...valid, dimensionFilter: filter })).message,
      `Invalid JSON payload received. Unknown name "match" at '${path}': Cannot find field.`,
    );
  });

  it('says which value has the wrong type, and what type it wants', async () => {
    const analytics = 'type.googleapis.com/google.analytics.data.v1beta';
    const cases: [Record<string, unknown>, string][] = [
      [{ metrics: ['sessions'] }, `Invalid value at 'metrics[0]' (${analytics}.Metric), "sessions"`],
      [{ metrics: 'sessions' }, `Invalid value at 'metrics' (${analytics}.Metric), "sessions"`],
      [{ limit: 'ten' }, 'Invalid value at \'limit\' (TYPE_INT64), "ten"'],
      [{ limit: 1.5 }, "Invalid value at 'limit' (TYPE_INT64), 1.5"],
      [{ keepEmptyRows: 'yes' }, 'Invalid value at \'keep_empty_rows\' (TYPE_BOOL), "yes"'],
      [{ currencyCode: 5 }, "Invalid value at 'currency_code' (TYPE_STRING), 5"],
      [
        { metricAggregations: ['AVERAGE'] },
        `Invalid value at 'metric_aggregations[0]' (${analytics}.MetricAggregation), "AVERAGE"`,
      ],
    ];
    for (const [request, message] of cases) assert.equal((await refused(request)).message, message);
  });

  it('refuses a list where one thing belongs', async () => {
    assert.equal(
      (await refused({ dimensionFilter: [] })).message,
      'Invalid JSON payload received. Unknown name "dimension_filter": Proto field is not repeating, cannot start list.',
    );
  });

  it('refuses two kinds of filter at once', async () => {
    const filter = { fieldName: 'country', stringFilter: { value: 'x' }, inListFilter: { values: ['x'] } };
    assert.match(
      (await refused({ dimensionFilter: { filter } })).message,
      /oneof field 'one_filter' is already set. Cannot set 'inListFilter'/,
    );
  });

  it('reads an empty body as an empty message', async () => {
    assert.equal((await refused('')).message, 'A dateRange is required.');
  });

  it('wants an object at the root', async () => {
    for (const body of ['[]', 'null', '"x"', '5']) {
      assert.equal(
        (await refused(body)).message,
        'Invalid JSON payload received. Unknown name "": Root element must be a message.',
      );
    }
  });

  it('points at what is not JSON', async () => {
    const lines = (await refused('{"metrics": [}')).message.split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? '', /^Invalid JSON payload received. /);
    assert.equal(lines[1], '{"metrics": [}');
    assert.equal(lines[2], '             ^');
  });

  it('answers whatever comes with 200 or 400', async () => {
    const key = fc.constantFrom(
      'dimensions',
      'metrics',
      'dateRanges',
      'dimensionFilter',
      'filter',
      'andGroup',
      'expressions',
      'fieldName',
      'stringFilter',
      'value',
      'name',
      'limit',
      'orderBys',
      'x',
      '__proto__',
      'constructor',
    );
    const leaf = fc.oneof(
      fc.constantFrom('country', 'sessions', 'today', 'date', '', "'; DROP TABLE users", '\u0000'),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const json = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    const methods = fc.constantFrom(
      'v1beta:runReport',
      'v1beta:runPivotReport',
      'v1beta:runRealtimeReport',
      'v1beta:batchRunReports',
      'v1beta:checkCompatibility',
      'v1alpha:runFunnelReport',
    );
    await fc.assert(
      fc.asyncProperty(
        methods,
        fc.dictionary(key, json, { maxKeys: 6 }),
        fc.boolean(),
        async (method, body, withRange) => {
          const [version, name] = method.split(':');
          const request = withRange ? { dateRanges: month, ...body } : body;
          const { status, text } = await caller.post(`/${version}/properties/213025502:${name}`, request);
          assert.ok(status === 200 || status === 400, `${status} ${text}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('survives JSON that is deep beyond reason', async () => {
    const deep = (open: string, close: string): string => open.repeat(20_000) + close.repeat(20_000);
    for (const body of [deep('[', ']'), `{"dimensionFilter":${deep('{"notExpression":', '}')}}`]) {
      const { status } = await caller.post(`${property}:runReport`, body);
      assert.equal(status, 400);
    }
    const nested = `${'{"notExpression":'.repeat(90)}{"filter":{"fieldName":"country","emptyFilter":{}}}${'}'.repeat(90)}`;
    assert.equal((await caller.post(`${property}:runReport`, `{"dimensionFilter":${nested}}`)).status, 400);
  });
});

describe('batch methods refuse', () => {
  it('more than five requests, none, and one for another property', async () => {
    const batch = async (requests: unknown[]): Promise<string> =>
      (await caller.post(`${property}:batchRunReports`, { requests })).body.error.message;
    assert.equal(
      await batch(new Array(6).fill(valid)),
      'Batch requests are limited to 5 requests.\n  This batch request contains 6 requests.',
    );
    assert.equal(await batch([]), 'The batchRunReportsRequest must contain at least one runReportRequest.');
    assert.match(await batch([{ ...valid, property: 'properties/331207644' }]), /one property/);
    assert.match(await batch([valid, { metrics: named('nope') }]), /is not a valid metric/);
  });
});

describe('access to a property', () => {
  const message = `User does not have sufficient permissions for this property. To learn more about Property ID, see ${guides}/property-id.`;

  it('is refused alike whether the property is another’s or does not exist', async () => {
    for (const id of ['402118977', '999999999']) {
      const { status, body } = await caller.post(`/v1beta/properties/${id}:runReport`, valid);
      assert.equal(status, 403);
      assert.deepEqual(body, { error: { code: 403, message, status: 'PERMISSION_DENIED' } });
      assert.equal((await caller.get(`/v1beta/properties/${id}/metadata`)).status, 403);
    }
  });

  it('is refused to people without Analytics', async () => {
    const other = createCaller();
    other.setPerson('nobody@example.com');
    assert.equal((await other.post(`${property}:runReport`, valid)).body.error.message, message);
  });

  it('wants a number for a name', async () => {
    for (const id of ['abc', 'G-EVQR5VXBQN', 'UA-1-1']) {
      const { status, body } = await caller.post(`/v1beta/properties/${id}:runReport`, valid);
      assert.equal(status, 400);
      assert.equal(
        body.error.message,
        `Invalid property ID: ${id}. A numeric Property ID is required. To learn more about Property ID, see ${guides}/property-id.`,
      );
    }
  });
});

describe('a URL without a method', () => {
  it('gets the gateway’s page, for unknown paths and wrong verbs alike', async () => {
    const answers = [
      await caller.get('/v1beta/nowhere'),
      await caller.get(`${property}:runReport`),
      await caller.post(`${property}:runNothing`, {}),
      await caller.post(`${property}:constructor`, {}),
      await caller.post(`${property}:runFunnelReport`, {}),
      await caller.post(`${property}/metadata`, {}),
      await caller.post('/v1alpha/properties/213025502:runPivotReport', {}),
      await caller.get('/v1beta/properties/213025502'),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 404);
      assert.match(answer.type, /^text\/html/);
      assert.match(answer.text, /Error 404 \(Not Found\)!!1/);
    }
  });

  it('is not echoed as markup', async () => {
    const { text } = await caller.get('/v1beta/<script>alert(1)</script>');
    assert.ok(!text.includes('<script>'));
  });
});

describe('a switched-off API', () => {
  it('says who must switch it on where', async () => {
    const other = createCaller();
    other.setFaults('api-disabled');
    const { status, body } = await other.post(`${property}:runReport`, valid);
    assert.equal(status, 403);
    assert.equal(body.error.status, 'PERMISSION_DENIED');
    assert.match(
      body.error.message,
      /^Google Analytics Data API has not been used in project 123456 before or it is disabled. Enable it by visiting https:\/\/console.developers.google.com\/apis\/api\/analyticsdata.googleapis.com\/overview\?project=123456 then retry. /,
    );
    assert.equal(body.error.details[0].reason, 'SERVICE_DISABLED');
    assert.equal((await other.get(`${property}/metadata`)).status, 403);
  });
});
