/**
 * Prints what our answers to twelve everyday questions cost a model, beside google-analytics-mcp's format for the same
 * data: tokens of o200k, and bytes.
 *
 * Does not own: the questions and the measuring (test/support/answer-size.ts), nor the limit, which a test keeps.
 */
import { compareAnswers, median } from '../test/support/answer-size.ts';
import { openSandboxTools } from '../test/support/sandbox-tools.ts';

const tools = await openSandboxTools();
const compared = await compareAnswers(tools);
await tools.close();

const percent = (ratio: number) => `${(ratio * 100).toFixed(0)}%`;
const size = ({ tokens, bytes }: { tokens: number; bytes: number }) => `${tokens} (${bytes})`;
console.log('Sizes in o200k tokens, bytes in brackets. A call is one tool call. Ratio: the larger of our text and our');
console.log(
  'structured answer, of which a host shows a model one or both, to the same data in google-analytics-mcp’s form.\n',
);
console.log('| question | our calls | our text | our structured | their calls | theirs | ratio |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const { question, text, structured, theirs, ratio } of compared)
  console.log(
    `| ${question} | 1 | ${size(text)} | ${size(structured)} | ${theirs.calls} | ${size(theirs)} | ${percent(ratio)} |`,
  );
const both = compared.map((one) => (one.text.tokens + one.structured.tokens) / one.theirs.tokens);
console.log(`\nmedian ${percent(median(compared.map((one) => one.ratio)))}`);
console.log(`median where the host shows both of ours ${percent(median(both))}`);
