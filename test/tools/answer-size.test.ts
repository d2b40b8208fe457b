/** What answers cost a model, kept from growing; scripts/answer-size.ts prints the table. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Compared, compareAnswers, median, printAsTheirs } from '../support/answer-size.ts';
import { openSandboxTools, type SandboxTools } from '../support/sandbox-tools.ts';

describe('the size of answers to twelve everyday questions', () => {
  let tools: SandboxTools;
  let compared: Compared[];
  before(async () => {
    tools = await openSandboxTools();
    compared = await compareAnswers(tools);
  });
  after(() => tools.close());

  it('is in the median at most 30% of indented Google messages with the same data', () => {
    assert.equal(compared.length, 12);
    const ratio = median(compared.map((one) => one.ratio));
    assert.ok(ratio <= 0.3, `${ratio}`);
  });

  it('is never larger than those, not even for four numbers', () => {
    const larger = compared.filter((one) => !(one.ratio < 1));
    assert.deepEqual(larger, []);
  });

  it('is compared with messages printed as google-analytics-mcp prints them', () => {
    for (const { question, theirs } of compared) assert.ok(theirs.calls > 0 && theirs.bytes > 500, question);
    const answer = { dimensionHeaders: [{ name: 'date' }], rowCount: 1 };
    assert.equal(
      printAsTheirs(answer),
      '{\n  "dimension_headers": [\n    {\n      "name": "date"\n    }\n  ],\n  "row_count": 1\n}',
    );
  });
});
