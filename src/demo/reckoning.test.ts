import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { answerTable, changeInWords, daysInWords } from './answer-table.ts';
import { differences } from './compare.ts';
import { weeksBefore } from './google-directly.ts';
import { createNarrator } from './narrate.ts';
import { CHANNEL, eachMetric, type Findings, METRICS, readFindings } from './question.ts';
import { judge, tellReckoning } from './reckoning.ts';

const weeks = {
  lastWeek: { start: '2026-11-09', end: '2026-11-15' },
  weekBefore: { start: '2026-11-02', end: '2026-11-08' },
};

function findings(changes: Partial<Findings> = {}): Findings {
  return {
    property: { id: '1', name: 'Shop', timeZone: 'Europe/London' },
    ...weeks,
    currency: 'GBP',
    totals: eachMetric(() => ({ lastWeek: 1200, weekBefore: 1000 })),
    channels: new Map([['Direct', eachMetric(() => ({ lastWeek: 1200, weekBefore: 1000 }))]]),
    ...changes,
  };
}

const totals = (lastWeek: number) => eachMetric(() => ({ lastWeek, weekBefore: 1000 }));

describe('last week', () => {
  const days = (now: string, zone: string) =>
    weeksBefore(new Date(now), zone).map(({ start, end }) => `${start}..${end}`);

  it('is Monday to Sunday before this week, on every day of it', () => {
    for (const day of ['16', '17', '20', '22']) {
      assert.deepEqual(days(`2026-11-${day}T12:00:00Z`, 'Europe/London'), [
        '2026-11-09..2026-11-15',
        '2026-11-02..2026-11-08',
      ]);
    }
  });

  it('ends when the week ends where the property is', () => {
    assert.equal(days('2026-11-16T07:59:00Z', 'America/Los_Angeles')[0], '2026-11-02..2026-11-08');
    assert.equal(days('2026-11-16T08:01:00Z', 'America/Los_Angeles')[0], '2026-11-09..2026-11-15');
    assert.equal(days('2026-11-15T11:01:00Z', 'Pacific/Auckland')[0], '2026-11-09..2026-11-15');
  });

  it('reaches over the end of a year and a change of the clocks', () => {
    assert.deepEqual(days('2027-01-05T12:00:00Z', 'Europe/London'), [
      '2026-12-28..2027-01-03',
      '2026-12-21..2026-12-27',
    ]);
    assert.deepEqual(days('2026-03-30T12:00:00Z', 'Europe/London'), [
      '2026-03-23..2026-03-29',
      '2026-03-16..2026-03-22',
    ]);
  });
});

describe('two answers to the question', () => {
  it('are equal when only a fraction of a cent is between them', () => {
    assert.deepEqual(
      differences(findings({ totals: totals(10.014) }), findings({ totals: totals(10.01) }), ['a', 'b']),
      [],
    );
  });

  it('differ by a number, a day, a zone, a currency or a channel, and it is said where', () => {
    const other = findings({
      property: { id: '1', name: 'Shop', timeZone: 'UTC' },
      currency: 'EUR',
      lastWeek: { start: '2026-11-08', end: '2026-11-14' },
      totals: { ...totals(1200), sessions: { lastWeek: 1201, weekBefore: 1000 } },
      channels: new Map(),
    });
    const said = differences(findings(), other, ['the door', 'Google']);
    assert.equal(said.length, 4 + 2 * METRICS.length);
    assert.ok(said.includes('sessions in total, last week: the door says 1200, Google says 1201'));
    assert.ok(said.includes('sessions Direct, the week before: the door says 1000, Google says 0'));
    assert.ok(said.includes('last week: the door says 2026-11-09 to 2026-11-15, Google says 2026-11-08 to 2026-11-14'));
  });

  it('must be the same to the last digit when two doors gave them', () => {
    const [one, two] = [
      { title: 'one', findings: findings() },
      { title: 'two', findings: findings({ totals: totals(1200.001) }) },
    ];
    assert.deepEqual(judge(one, [one, two], findings()), []);
    assert.deepEqual(judge(two, [one, two], findings()), ['two and one round differently']);
  });

  it('are read from the columns by name, whatever their order', () => {
    const columns = [
      { name: CHANNEL },
      ...METRICS.flatMap((name) => [
        { name: `${name}_previous`, unit: 'count' },
        { name, unit: 'GBP' },
      ]),
    ];
    const numbers = METRICS.flatMap(() => [1000, 1200]);
    const { lastWeek: dates, weekBefore: comparedWith } = weeks;
    const answer = {
      property: findings().property,
      dates: { ...dates, days: 7 },
      comparedWith,
      columns,
      rows: [['Direct', ...numbers]],
      totals: [null, ...numbers],
    };
    assert.deepEqual(readFindings(answer), findings());
    assert.throws(() => readFindings({ ...answer, totals: undefined }), /run_report, wanted two weeks with totals/);
  });
});

describe('the reckoning at the end of the demo', () => {
  function tell(doors: Findings[], seen = { signIns: 3, consents: 1 }) {
    const lines: string[] = [];
    const narrator = createNarrator({ print: (line) => lines.push(stripVTControlCharacters(line)) });
    const answers = doors.map((each, index) => ({ title: `Door ${index + 1}`, findings: each }));
    const problems = tellReckoning(narrator, answers, { direct: findings(), ...seen });
    return { problems, text: lines.join('\n') };
  }

  it('finds nothing wrong when three doors say what Google says', () => {
    const { problems, text } = tell([findings(), findings(), findings()]);
    assert.deepEqual(problems, []);
    assert.match(text, /How did last week go compared with the week before\?/);
    assert.match(text, /✔ 3 sign-ins {5,}Google asked for consent once/);
    assert.equal(text.match(/✔ Door/g)?.length, 3);
  });

  it('names the door that is wrong and leaves the others in peace', () => {
    const { problems, text } = tell([findings({ totals: totals(1) }), findings(), findings()]);
    assert.equal(problems.length, 5);
    assert.equal(problems[4], '… and 1 more differences of Door 1');
    assert.match(text, /✘ Door 1/);
    assert.equal(text.match(/✔ Door/g)?.length, 2);
  });

  it('wants three sign-ins and a single consent at Google', () => {
    const doors = [findings(), findings(), findings()];
    assert.match(tell(doors, { signIns: 2, consents: 1 }).problems.join(), /it saw 2 and 1/);
    assert.match(tell(doors, { signIns: 3, consents: 3 }).problems.join(), /it saw 3 and 3/);
  });

  it('shows amounts with their currency and changes in percent', () => {
    const table = stripVTControlCharacters(answerTable(findings()).join('\n'));
    assert.match(table, /\nRevenue +1,000\.00 GBP +1,200\.00 GBP +\+20\.0 %\n/);
    assert.match(table, /\nDirect +1,000 +1,200 +\+20\.0 %$/);
    assert.equal(changeInWords(0, 5), 'new');
    assert.equal(changeInWords(0, 0), '0 %');
    assert.equal(changeInWords(200, 150), '−25.0 %');
    assert.equal(daysInWords(weeks.lastWeek), '9 – 15 Nov');
    assert.equal(daysInWords({ start: '2026-12-28', end: '2027-01-03' }), '28 Dec – 3 Jan');
  });
});
