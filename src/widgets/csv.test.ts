import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { csvName, toCsv } from './csv.ts';
import { count, name, report } from './report.fixture.ts';

describe('the CSV of a report', () => {
  it('has a head with units, a row each, and the totals', () => {
    const columns = [name('country'), count('sessions'), { name: 'totalRevenue', unit: 'EUR' }];
    const csv = toCsv(
      report(
        columns,
        [
          ['Japan', 5, 1.5],
          ['Chile', 0, null],
        ],
        { totals: [null, 5, 1.5] },
      ),
    );
    assert.equal(csv, '\uFEFFcountry,sessions,totalRevenue (EUR)\r\nJapan,5,1.5\r\nChile,0,\r\nTotal,5,1.5\r\n');
  });

  it('quotes commas, quotes and line breaks (RFC 4180)', () => {
    assert.match(
      toCsv(report([name('title')], [['a,b'], ['say "hi"'], ['two\nlines']])),
      /"a,b"\r\n"say ""hi"""\r\n"two\nlines"/,
    );
  });

  it('makes text of what a spreadsheet would run, but not of a negative number', () => {
    const csv = toCsv(
      report(
        [name('title'), count('n')],
        [
          ['=cmd()', -5],
          ['@x', 1],
          ['+1', 1],
        ],
      ),
    );
    assert.match(csv, /'=cmd\(\),-5\r\n'@x,1\r\n'\+1,1/);
  });

  it('is named after what it holds', () => {
    assert.equal(csvName('Sessions by “page path”', report([], [])), 'sessions-by-page-path-2026-10-25-2026-11-21.csv');
  });
});
