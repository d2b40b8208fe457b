import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Answer,
  type Cell,
  createCaller,
  flat,
  named,
  openingTime,
  rowsOf,
  sameRows,
} from './call-data.fixture.ts';
import { openWorld } from './seed.ts';

const shop = '/v1beta/properties/213025502:runReport';
const caller = createCaller();
const world = openWorld({ now: () => openingTime, size: 'small' });
const db = world.sql('213025502');
const today = world.today('213025502');

const dateRanges = [{ startDate: '28daysAgo', endDate: 'yesterday' }];
const inMonth = `e.day BETWEEN ${today - 28} AND ${today - 1}`;
const truth = (sql: string): Cell[][] => rowsOf(db, sql);

async function report(request: Record<string, unknown>): Promise<Answer> {
  const answer = await caller.post(shop, { dateRanges, ...request });
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

describe('a filter of runReport', () => {
  const countries = truth(
    `SELECT p.country, COUNT(*) FROM sessions e JOIN users USING (user_id) JOIN places p USING (place_id) WHERE ${inMonth} GROUP BY 1`,
  );
  const byCountry = (keeps: (country: string) => boolean): (string | number)[][] =>
    countries.filter(([country]) => keeps(String(country)));

  const stringFilter = (matchType: string, value: string, caseSensitive?: boolean) => ({
    stringFilter: { matchType, value, ...(caseSensitive === undefined ? {} : { caseSensitive }) },
  });
  const matrix: [string, Record<string, unknown>, (country: string) => boolean][] = [
    ['EXACT', stringFilter('EXACT', 'france'), (country) => country === 'France'],
    ['EXACT by default', { stringFilter: { value: 'FRANCE' } }, (country) => country === 'France'],
    ['EXACT with case', stringFilter('EXACT', 'france', true), () => false],
    ['BEGINS_WITH', stringFilter('BEGINS_WITH', 'united'), (country) => country.startsWith('United')],
    ['ENDS_WITH', stringFilter('ENDS_WITH', 'AND'), (country) => country.endsWith('and')],
    ['CONTAINS with case', stringFilter('CONTAINS', 'an', true), (country) => country.includes('an')],
    ['FULL_REGEXP', stringFilter('FULL_REGEXP', 'in.*|japan'), (country) => ['India', 'Japan'].includes(country)],
    ['FULL_REGEXP that only fits a part', stringFilter('FULL_REGEXP', 'ndi'), () => false],
    ['PARTIAL_REGEXP', stringFilter('PARTIAL_REGEXP', 'ndi'), (country) => country === 'India'],
    [
      'inListFilter',
      { inListFilter: { values: ['FRANCE', 'Spain'] } },
      (country) => ['France', 'Spain'].includes(country),
    ],
    [
      'inListFilter with case',
      { inListFilter: { values: ['FRANCE', 'Spain'], caseSensitive: true } },
      (country) => country === 'Spain',
    ],
    ['emptyFilter', { emptyFilter: {} }, (country) => country === '(not set)'],
  ];
  for (const [title, conditions, keeps] of matrix) {
    it(`keeps the values that match: ${title}`, async () => {
      const { body } = await report({
        dimensions: named('country'),
        metrics: named('sessions'),
        dimensionFilter: { filter: { fieldName: 'country', ...conditions } },
      });
      sameRows(flat(body), byCountry(keeps));
    });
  }

  it('compares numbers in dimensions', async () => {
    const hours = async (conditions: Record<string, unknown>): Promise<string[]> => {
      const { body } = await report({
        dimensions: named('hour'),
        metrics: named('sessions'),
        dimensionFilter: { filter: { fieldName: 'hour', ...conditions } },
      });
      return flat(body)
        .map((row) => String(row[0]))
        .sort();
    };
    assert.deepEqual(await hours({ betweenFilter: { fromValue: { int64Value: '9' }, toValue: { doubleValue: 11 } } }), [
      '09',
      '10',
      '11',
    ]);
    assert.deepEqual(
      await hours({ numericFilter: { operation: 'GREATER_THAN_OR_EQUAL', value: { int64Value: 22 } } }),
      ['22', '23'],
    );
    assert.deepEqual(await hours({ numericFilter: { operation: 'EQUAL', value: { int64Value: '7' } } }), ['07']);
  });

  it('combines by and, or and not, nested', async () => {
    const leaf = (fieldName: string, value: string) => ({ filter: { fieldName, stringFilter: { value } } });
    const { body } = await report({
      dimensions: named('country'),
      metrics: named('sessions'),
      dimensionFilter: {
        andGroup: {
          expressions: [
            {
              orGroup: { expressions: [leaf('country', 'France'), leaf('country', 'Spain'), leaf('country', 'Japan')] },
            },
            {
              notExpression: {
                andGroup: { expressions: [leaf('country', 'Spain'), { notExpression: leaf('country', 'Italy') }] },
              },
            },
          ],
        },
      },
    });
    sameRows(
      flat(body),
      byCountry((country) => ['France', 'Japan'].includes(country)),
    );
  });

  it('may be as broad as a body allows, and as mixed as anybody needs', async () => {
    const leaf = (fieldName: string, value: string) => ({ filter: { fieldName, stringFilter: { value } } });
    const expressions = Array.from({ length: 3000 }, (_, index) =>
      leaf('country', index === 2999 ? 'Japan' : `nowhere ${index}`),
    );
    const { body } = await report({
      dimensions: named('country'),
      metrics: named('sessions'),
      dimensionFilter: { orGroup: { expressions } },
    });
    sameRows(
      flat(body),
      byCountry((country) => country === 'Japan'),
    );
    const pairs = expressions
      .slice(0, 300)
      .map((one) => ({ andGroup: { expressions: [one, leaf('browser', 'Chrome')] } }));
    const refused = await caller.post(shop, {
      dateRanges,
      metrics: named('sessions'),
      dimensionFilter: { orGroup: { expressions: pairs } },
    });
    assert.equal(refused.status, 400);
    assert.equal(refused.body.error.message, 'The filter expression is too complex.');
  });

  it('may speak of fields that the report does not show', async () => {
    const { body } = await report({
      dimensions: named('date'),
      metrics: named('sessions'),
      dimensionFilter: { filter: { fieldName: 'country', stringFilter: { value: 'India' } } },
    });
    sameRows(
      flat(body),
      truth(
        `SELECT dd.date, COUNT(*) FROM sessions e JOIN days dd USING (day) JOIN users USING (user_id) JOIN places p USING (place_id) WHERE ${inMonth} AND p.country = 'India' GROUP BY 1`,
      ),
    );
    const few = await report({
      dimensions: named('country'),
      metrics: named('activeUsers'),
      metricFilter: {
        filter: { fieldName: 'sessions', numericFilter: { operation: 'LESS_THAN', value: { int64Value: 30 } } },
      },
    });
    const small = new Set(countries.filter(([, sessions]) => Number(sessions) < 30).map(([country]) => country));
    assert.deepEqual(new Set(flat(few.body).map((row) => row[0])), small);
    assert.equal(few.body.metricHeaders.length, 1);
  });

  it('on metrics is applied to finished rows', async () => {
    const { body } = await report({
      dimensions: named('country'),
      metrics: named('sessions', 'engagementRate'),
      metricFilter: {
        andGroup: {
          expressions: [
            {
              filter: {
                fieldName: 'sessions',
                betweenFilter: { fromValue: { int64Value: '50' }, toValue: { int64Value: '300' } },
              },
            },
            {
              notExpression: {
                filter: {
                  fieldName: 'engagementRate',
                  numericFilter: { operation: 'LESS_THAN', value: { doubleValue: 0.8 } },
                },
              },
            },
          ],
        },
      },
    });
    const rows = flat(body);
    assert.ok(rows.length > 0);
    assert.ok(
      rows.every(([, sessions, rate]) => Number(sessions) >= 50 && Number(sessions) <= 300 && Number(rate) >= 0.8),
    );
  });

  it('is read in either spelling of its keys', async () => {
    const { body } = await report({
      dimensions: named('country'),
      metrics: named('sessions'),
      dimension_filter: { filter: { field_name: 'country', in_list_filter: { values: ['spain'] } } },
    });
    sameRows(
      flat(body),
      byCountry((country) => country === 'Spain'),
    );
  });
});

describe('the order and the page of runReport', () => {
  const first = async (request: Record<string, unknown>): Promise<(string | number)[]> =>
    flat((await report({ metrics: named('sessions'), ...request })).body).map((row) => row[0] ?? '');

  it('is the first metric, largest first, when nothing else is said', async () => {
    const numbers = flat((await report({ dimensions: named('country'), metrics: named('sessions') })).body).map((row) =>
      Number(row[1]),
    );
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => b - a),
    );
  });

  it('follows orderBys: metric, dimension, descending', async () => {
    const channels = await first({
      dimensions: named('sessionDefaultChannelGroup'),
      orderBys: [{ dimension: { dimensionName: 'sessionDefaultChannelGroup' }, desc: true }],
    });
    assert.deepEqual(channels, [...channels].sort().reverse());
    const rising = flat(
      (
        await report({
          dimensions: named('country'),
          metrics: named('sessions'),
          orderBys: [{ metric: { metricName: 'sessions' } }, { dimension: { dimensionName: 'country' }, desc: true }],
        })
      ).body,
    );
    const expected = [...rising].sort((a, b) => Number(a[1]) - Number(b[1]) || (String(a[0]) < String(b[0]) ? 1 : -1));
    assert.deepEqual(rising, expected);
  });

  it('knows that 9 is less than 10 only when told', async () => {
    const versions = async (orderType: string): Promise<(string | number)[]> =>
      first({
        dimensions: named('operatingSystemVersion'),
        orderBys: [{ dimension: { dimensionName: 'operatingSystemVersion', orderType } }],
      });
    const numeric = await versions('NUMERIC');
    const numbers = numeric.map(Number).filter((value) => !Number.isNaN(value));
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    assert.ok(Number.isNaN(Number(numeric[0])), 'what is not a number comes first');
    const text = await versions('ALPHANUMERIC');
    assert.deepEqual(text, [...text].sort());
  });

  it('is cut by limit and offset, as text or number, while rowCount stays', async () => {
    const all = await first({ dimensions: named('country') });
    assert.deepEqual(await first({ dimensions: named('country'), limit: '3' }), all.slice(0, 3));
    assert.deepEqual(await first({ dimensions: named('country'), limit: 3, offset: '2' }), all.slice(2, 5));
    assert.equal(
      (await report({ dimensions: named('country'), metrics: named('sessions'), limit: 3 })).body.rowCount,
      all.length,
    );
    assert.equal((await first({ dimensions: named('country'), limit: 0 })).length, all.length);
    assert.equal((await first({ dimensions: named('country'), limit: '9000000' })).length, all.length);
  });
});
