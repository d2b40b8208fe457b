/**
 * What a list of tools costs a conversation: MCP's `tools/list` as it goes over the wire, counted in tokens of o200k, the
 * vocabulary of OpenAI's present models.
 *
 * Owns: asking and counting. Does not own: the limit (catalogue-tokens.test.ts) nor printing (scripts/count-tokens.ts).
 */
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { callMcp, connect, createWorld } from './world.ts';

export interface ToolTokens {
  name: string;
  tokens: number;
  bytes: number;
}

/** Every tool that a person with these scopes is offered. */
export async function countToolTokens(scopes: string): Promise<ToolTokens[]> {
  const world = await createWorld({ environment: { GOOGLE_SCOPES: scopes } });
  try {
    const { accessToken } = await connect(world, await world.client());
    const { text } = await callMcp(world, accessToken, 'tools/list');
    const message = JSON.parse(text.replace(/^[\s\S]*?^data: /m, '')) as { result: { tools: { name: string }[] } };
    return message.result.tools.map((tool) => {
      const wire = JSON.stringify(tool);
      return { name: tool.name, tokens: encode(wire).length, bytes: Buffer.byteLength(wire) };
    });
  } finally {
    await world.close();
  }
}
