import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ToolError } from '../../errors.ts';
import { mapFields, operators, type ReadCondition } from './condition.ts';
import { readConditions } from './condition-objects.ts';
import { holds, splitByKind, toFilterExpression } from './condition-request.ts';
import { type Field, findField } from './fields/catalogue.ts';

async function read(given: unknown): Promise<ReadCondition> {
  const raw = readConditions(given) ?? assert.fail('no condition');
  return mapFields(raw, async (name): Promise<Field> => findField(name) ?? assert.fail(name));
}

async function sent(given: unknown) {
  return toFilterExpression(await read(given));
}

const exact = (fieldName: string, value: string) => ({
  filter: { fieldName, stringFilter: { matchType: 'EXACT', value } },
});
const above = (fieldName: string, int64Value: string) => ({
  filter: { fieldName, numericFilter: { operation: 'GREATER_THAN', value: { int64Value } } },
});

describe('filters as Google gets them', () => {
  const cases: [given: unknown, expected: unknown][] = [
    ['country == Japan', exact('country', 'Japan')],
    ['country=Japan', exact('country', 'Japan')],
    ['country is "United States"', exact('country', 'United States')],
    [`${'Event Name'.replace(' ', '_')} equals purchase`, exact('eventName', 'purchase')],
    ['ga:country==Japan', exact('country', 'Japan')],
    ['country != Japan', { notExpression: exact('country', 'Japan') }],
    ['not country == Japan', { notExpression: exact('country', 'Japan') }],
    [
      'deviceCategory in (mobile, tablet)',
      { filter: { fieldName: 'deviceCategory', inListFilter: { values: ['mobile', 'tablet'] } } },
    ],
    [
      'city in ("Washington, DC", Paris)',
      { filter: { fieldName: 'city', inListFilter: { values: ['Washington, DC', 'Paris'] } } },
    ],
    [
      'country not in Japan, India',
      { notExpression: { filter: { fieldName: 'country', inListFilter: { values: ['Japan', 'India'] } } } },
    ],
    [
      'pagePath contains /blog',
      { filter: { fieldName: 'pagePath', stringFilter: { matchType: 'CONTAINS', value: '/blog' } } },
    ],
    [
      'pagePath =@ /blog',
      { filter: { fieldName: 'pagePath', stringFilter: { matchType: 'CONTAINS', value: '/blog' } } },
    ],
    [
      'pagePath begins with /blog',
      { filter: { fieldName: 'pagePath', stringFilter: { matchType: 'BEGINS_WITH', value: '/blog' } } },
    ],
    [
      'pagePath ends_with .html',
      { filter: { fieldName: 'pagePath', stringFilter: { matchType: 'ENDS_WITH', value: '.html' } } },
    ],
    [
      'pagePath =~ ^/(a|b)',
      { filter: { fieldName: 'pagePath', stringFilter: { matchType: 'PARTIAL_REGEXP', value: '^/(a|b)' } } },
    ],
    [
      'pagePath fully matches /a.*',
      { filter: { fieldName: 'pagePath', stringFilter: { matchType: 'FULL_REGEXP', value: '/a.*' } } },
    ],
    ['itemName is empty', { filter: { fieldName: 'itemName', emptyFilter: {} } }],
    ['itemName is not empty', { notExpression: { filter: { fieldName: 'itemName', emptyFilter: {} } } }],
    ['sessions > 100', above('sessions', '100')],
    ['sessions > 1,000', above('sessions', '1000')],
    [
      'sessions between 5 and 10.5',
      {
        filter: {
          fieldName: 'sessions',
          betweenFilter: { fromValue: { int64Value: '5' }, toValue: { doubleValue: 10.5 } },
        },
      },
    ],
    [
      'sessions != 0',
      {
        notExpression: {
          filter: { fieldName: 'sessions', numericFilter: { operation: 'EQUAL', value: { int64Value: '0' } } },
        },
      },
    ],
    [
      'bounceRate > 50%',
      {
        filter: { fieldName: 'bounceRate', numericFilter: { operation: 'GREATER_THAN', value: { doubleValue: 0.5 } } },
      },
    ],
    [
      'bounceRate > 60',
      {
        filter: { fieldName: 'bounceRate', numericFilter: { operation: 'GREATER_THAN', value: { doubleValue: 0.6 } } },
      },
    ],
    [
      'date >= 2026-10-05',
      {
        filter: {
          fieldName: 'date',
          numericFilter: { operation: 'GREATER_THAN_OR_EQUAL', value: { int64Value: '20261005' } },
        },
      },
    ],
    ['date == 2026-10-05', exact('date', '20261005')],
    [
      'country == Japan and deviceCategory == mobile',
      { andGroup: { expressions: [exact('country', 'Japan'), exact('deviceCategory', 'mobile')] } },
    ],
    [
      'country == Japan or country == India',
      { orGroup: { expressions: [exact('country', 'Japan'), exact('country', 'India')] } },
    ],
    ['itemBrand == Black and Decker', exact('itemBrand', 'Black and Decker')],
    [
      ['country == Japan', 'deviceCategory == mobile'],
      { andGroup: { expressions: [exact('country', 'Japan'), exact('deviceCategory', 'mobile')] } },
    ],
    [
      { any: ['country == Japan', { field: 'country', op: '==', value: 'India' }] },
      { orGroup: { expressions: [exact('country', 'Japan'), exact('country', 'India')] } },
    ],
    [
      { not: { all: ['country == Japan', 'city == Tokyo'] } },
      { notExpression: { andGroup: { expressions: [exact('country', 'Japan'), exact('city', 'Tokyo')] } } },
    ],
    [
      { field: 'country', op: 'in', value: ['Japan'] },
      { filter: { fieldName: 'country', inListFilter: { values: ['Japan'] } } },
    ],
    [
      { field: 'country', value: ['Japan', 'India'] },
      { filter: { fieldName: 'country', inListFilter: { values: ['Japan', 'India'] } } },
    ],
    [{ country: 'Japan' }, exact('country', 'Japan')],
    [{ field: 'sessions', operator: 'greater_than', value: 100 }, above('sessions', '100')],
    [{ fieldName: 'country', stringFilter: { matchType: 'EXACT', value: 'Japan' } }, exact('country', 'Japan')],
    [{ filter: { field_name: 'event_name', string_filter: { value: 'purchase' } } }, exact('eventName', 'purchase')],
    [
      { filter: { fieldName: 'sessions', numericFilter: { operation: 'GREATER_THAN', value: { int64Value: '100' } } } },
      above('sessions', '100'),
    ],
    [
      { filter: { fieldName: 'country', stringFilter: { matchType: 'CONTAINS', value: 'a', caseSensitive: true } } },
      { filter: { fieldName: 'country', stringFilter: { matchType: 'CONTAINS', value: 'a', caseSensitive: true } } },
    ],
    [
      {
        or_group: {
          expressions: [
            { filter: { field_name: 'country', in_list_filter: { values: ['Japan'] } } },
            { not_expression: { filter: { field_name: 'city', empty_filter: {} } } },
          ],
        },
      },
      {
        orGroup: {
          expressions: [
            { filter: { fieldName: 'country', inListFilter: { values: ['Japan'] } } },
            { notExpression: { filter: { fieldName: 'city', emptyFilter: {} } } },
          ],
        },
      },
    ],
  ];
  for (const [given, expected] of cases) {
    it(`sends ${JSON.stringify(given)}`, async () => assert.deepEqual(await sent(given), expected));
  }

  it('gives back Google’s own nested form unchanged', async () => {
    const nested = {
      andGroup: {
        expressions: [
          exact('country', 'Japan'),
          { orGroup: { expressions: [exact('city', 'Tokyo'), { notExpression: exact('deviceCategory', 'mobile') }] } },
          { filter: { fieldName: 'pagePath', stringFilter: { matchType: 'FULL_REGEXP', value: '/x.*' } } },
        ],
      },
    };
    assert.deepEqual(await sent([nested]), nested);
  });
});

describe('filters that cannot be read', () => {
  const cases: [given: unknown, message: RegExp][] = [
    ['just words', /cannot be read.*"country == Japan"/],
    ['country ==', /cannot be read/],
    ['sessions between 5', /cannot be read/],
    [{ field: 'country' }, /cannot be read/],
    [{ field: 'country', op: 'resembles', value: 'x' }, /cannot be read/],
    [{ any: [] }, /empty/],
    [5, /cannot be read/],
    [{ filter: {} }, /cannot be read/],
    ['sessions contains 5', /`sessions` is a number.*"sessions > 100"/],
    ['sessions > many', /needs a number/],
  ];
  for (const [given, message] of cases) {
    it(`says what is wrong with ${JSON.stringify(given)} as a filter`, async () => {
      await assert.rejects(
        async () => toFilterExpression(await read(given)),
        (error) => error instanceof ToolError && message.test(error.message),
      );
    });
  }

  it('stops at filters nested without end', () => {
    let nested: unknown = 'country == Japan';
    for (let depth = 0; depth < 10_000; depth += 1) nested = { not: nested };
    assert.throws(() => readConditions(nested), /levels deep/);
  });

  it('throws nothing but a ToolError, whatever the filter', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue(),
          fc.constantFrom(...operators).map((one) => `a ${one} b`),
        ),
        (given) => {
          try {
            readConditions(given);
          } catch (error) {
            assert.ok(error instanceof ToolError, String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads a long hostile text in no time', () => {
    const started = process.cpuUsage();
    const hostile = [
      `a${' '.repeat(900)}and${' '.repeat(900)}b`,
      'not '.repeat(490),
      ' or not a'.repeat(220),
      'a;'.repeat(990),
      `a ${'is '.repeat(600)}`,
      `"${'a'.repeat(1990)}`,
      `a in (${'"'.repeat(1900)}`,
      'x'.repeat(100_000),
    ];
    for (const text of hostile) {
      try {
        readConditions(text);
      } catch (error) {
        assert.ok(error instanceof ToolError, String(error));
      }
    }
    assert.ok(process.cpuUsage(started).user < 2_000_000);
  });
});

describe('conditions on dimensions and on metrics', () => {
  it('go to Google’s two different places', async () => {
    const { dimensions, metrics } = splitByKind(await read(['country == Japan', 'sessions > 5', 'city == Tokyo']));
    assert.deepEqual(dimensions && toFilterExpression(dimensions), {
      andGroup: { expressions: [exact('country', 'Japan'), exact('city', 'Tokyo')] },
    });
    assert.deepEqual(metrics && toFilterExpression(metrics), above('sessions', '5'));
  });

  it('cannot be alternatives to each other', async () => {
    const mixed = await read({ any: ['country == Japan', 'sessions > 5'] });
    assert.throws(() => splitByKind(mixed), /`country`.*`sessions`.*separate conditions/);
  });

  it('on numbers already here mean the same as at Google', async () => {
    const cases: [given: unknown, sessions: number, expected: boolean][] = [
      ['sessions > 5', 6, true],
      ['sessions > 5', 5, false],
      ['sessions >= 5', 5, true],
      ['sessions < 5', 5, false],
      ['sessions <= 5', 5, true],
      ['sessions == 5', 5, true],
      ['sessions != 5', 5, false],
      ['sessions between 5 and 7', 7, true],
      ['sessions between 5 and 7', 8, false],
      ['sessions in (5, 7)', 7, true],
      ['sessions not in (5, 7)', 7, false],
      [{ any: ['sessions < 2', 'sessions > 8'] }, 9, true],
      [{ all: ['sessions > 2', 'sessions < 8'] }, 9, false],
      [{ not: 'sessions > 2' }, 9, false],
    ];
    for (const [given, sessions, expected] of cases) {
      assert.equal(
        holds(await read(given), () => sessions),
        expected,
        JSON.stringify(given),
      );
    }
  });
});
