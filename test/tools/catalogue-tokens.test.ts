import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countToolTokens } from '../support/tool-tokens.ts';

describe('the Analytics tools in a conversation', () => {
  it('cost at most 5,000 tokens, all definitions together', async () => {
    const counted = await countToolTokens('analytics.readonly');
    assert.ok(counted.length >= 12);
    const total = counted.reduce((sum, { tokens }) => sum + tokens, 0);
    assert.ok(total <= 5000, `${total} tokens: ${counted.map(({ name, tokens }) => `${name} ${tokens}`).join(', ')}`);
  });
});
