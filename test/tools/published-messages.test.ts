/**
 * What the Analytics tools send to the Data API is what Google publishes: the sandbox was written by those who wrote the
 * tools, and could share a misunderstanding.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OutgoingRequest } from '../../src/http/outgoing.ts';
import { dimensionNames, metricNames, shapes } from '../../src/tools/analytics/wrong-calls.fixture.ts';
import { understood } from '../../src/tools/analytics/wrong-report-calls.fixture.ts';
import { catalog } from '../../src/tools/catalog.ts';
import { acme, baseUrls, fakeGoogle, startTools } from '../../src/tools/google.fixture.ts';
import { QUESTIONS } from '../support/answer-size.ts';
import { requestProblems } from '../support/published-messages.ts';

type Call = readonly [tool: string, input: unknown];

/** Everything that left for the Data API while these calls were answered. */
async function sentBy(calls: readonly Call[]): Promise<OutgoingRequest[]> {
  const sent: OutgoingRequest[] = [];
  for (const [name, input] of calls) {
    const google = fakeGoogle(acme);
    const tool = catalog.find((one) => one.name === name) ?? assert.fail(name);
    await startTools(google.send).ask(tool, input);
    sent.push(...google.requests.filter(({ url }) => url.startsWith(baseUrls.analyticsdata)));
  }
  return sent;
}

function problemsOf({ method, url, body }: OutgoingRequest): string[] {
  const parsed: unknown = body === undefined ? undefined : JSON.parse(body);
  const { pathname, search } = new URL(url);
  const problems = requestProblems(method, pathname, parsed);
  if (search !== '') problems.push(`${search} in the address`);
  return problems.map((problem) => `${problem} in ${pathname} ${body ?? ''}`);
}

const onShop = (input: unknown) =>
  typeof input === 'object' && input !== null && !('arguments' in input || 'property_id' in input)
    ? { property: '11', ...input }
    : input;

const plain = (name: string) => (name.includes(' ') ? `"${name}"` : name);
const corpora: readonly [what: string, least: number, calls: readonly Call[]][] = [
  [
    'the examples of the tools',
    18,
    catalog.flatMap((tool) => tool.examples.map((one): Call => [tool.name, onShop(one.input)])),
  ],
  ['everyday questions', 12, QUESTIONS.map((one): Call => [one.tool, { property: '11', ...one.input }])],
  ['calls of run_report as models send them', 60, shapes.map(([call]): Call => ['run_report', onShop(call)])],
  [
    'calls of the other report tools as models send them',
    46,
    understood.map(([tool, call]): Call => [tool, onShop(call)]),
  ],
  [
    'every name of a metric that is understood',
    50,
    metricNames.map(
      ([given]): Call => ['run_report', { property: '11', metrics: [given], dimensions: ['sessionCampaignName'] }],
    ),
  ],
  [
    'every name of a dimension that is understood, as column and as filter',
    46,
    dimensionNames.map(
      ([given]): Call => [
        'run_report',
        { property: '11', metrics: ['eventCount'], dimensions: [given], filters: [`${plain(given)} == x`] },
      ],
    ),
  ],
  [
    'every kind of filter',
    14,
    [
      'country == Japan',
      'country != Japan',
      'country in (Japan, India)',
      'country not in (Japan, India)',
      'pagePath contains /a',
      'pagePath starts with /a',
      'pagePath ends with /a',
      'pagePath matches ^/a',
      'pagePath fully matches /a.*',
      'sessions > 100',
      'sessions between 1 and 9',
      'engagementRate >= 50%',
      'country is empty',
      { any: ['country == Japan', { not: 'deviceCategory == mobile' }] },
    ].map(
      (filter): Call => [
        'run_report',
        { property: '11', metrics: ['sessions', 'engagementRate'], dimensions: ['country'], filters: [filter] },
      ],
    ),
  ],
];

describe('requests to the Data API beside Google’s published messages', () => {
  for (const [what, least, calls] of corpora) {
    it(`fit for ${what}`, async () => {
      const sent = await sentBy(calls);
      assert.ok(sent.length >= least, `only ${sent.length} requests of ${calls.length} calls`);
      assert.deepEqual(sent.flatMap(problemsOf), []);
    });
  }

  const slips: [what: string, path: string, body: object, problem: RegExp][] = [
    ['an unknown field', 'v1beta/properties/1:runReport', { metric: [] }, /\.metric is unknown/],
    ['a snake_case name', 'v1beta/properties/1:runReport', { date_ranges: [] }, /\.date_ranges is unknown/],
    ['a number for an int64', 'v1beta/properties/1:runReport', { limit: 10 }, /\.limit is no int64/],
    [
      'an enum value of another enum',
      'v1beta/properties/1:runReport',
      { metricAggregations: ['SUM'] },
      /no MetricAggregation/,
    ],
    ['one message where a list is meant', 'v1beta/properties/1:runReport', { metrics: { name: 'x' } }, /is no list/],
    [
      'two filters in one',
      'v1beta/properties/1:runReport',
      { dimensionFilter: { filter: { fieldName: 'a', stringFilter: { value: 'x' }, emptyFilter: {} } } },
      /stringFilter and emptyFilter/,
    ],
    [
      'a field of another version',
      'v1beta/properties/1:runReport',
      { conversionSpec: {} },
      /\.conversionSpec is unknown/,
    ],
    [
      'a duration in words',
      'v1alpha/properties/1:runFunnelReport',
      { funnel: { steps: [{ withinDurationFromPriorStep: '1 hour' }] } },
      /no google\.protobuf\.Duration/,
    ],
    ['a method of another version', 'v1beta/properties/1:runFunnelReport', {}, /no published method/],
  ];
  for (const [what, path, body, problem] of slips) {
    it(`would not fit with ${what}`, () => {
      assert.match(requestProblems('POST', `/${path}`, body).join(), problem);
    });
  }
});
