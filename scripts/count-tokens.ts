/**
 * Prints what each tool's definition costs a conversation, in o200k tokens, counted over the wire: `count-tokens.ts
 * [scopes]`, Analytics alone unless told otherwise.
 *
 * Does not own: the limit, which a test keeps (test/tools/catalogue-tokens.test.ts).
 */
import { countToolTokens } from '../test/support/tool-tokens.ts';

const counted = await countToolTokens(process.argv[2] ?? 'analytics.readonly');
for (const { name, tokens, bytes } of counted) {
  console.log(`${name.padEnd(26)} ${String(tokens).padStart(6)} tokens ${String(bytes).padStart(7)} bytes`);
}
const total = counted.reduce((sum, { tokens }) => sum + tokens, 0);
console.log(`${'total'.padEnd(26)} ${String(total).padStart(6)} tokens`);
