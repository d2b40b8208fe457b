/**
 * A tool's input and output as JSON Schema, as the doors show them.
 *
 * Owns: the conversion and what is left out as noise. Does not own: validation, which the runner does with the zod
 * schemas themselves.
 */
import { z } from 'zod';
import type { JsonSchema, Tool } from '../tools/tool.ts';

export function inputSchema(tool: Tool): JsonSchema {
  return convert(tool.input, 'input');
}

export function outputSchema(tool: Tool): JsonSchema {
  return convert(tool.output, 'output');
}

/** Each is asked for by two doors, and converting is most of what a start costs. Readers change copies only. */
const converted = { input: new WeakMap<z.ZodType, JsonSchema>(), output: new WeakMap<z.ZodType, JsonSchema>() };

function convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const known = converted[io].get(schema) ?? toJsonSchema(schema, io);
  converted[io].set(schema, known);
  return known;
}

/** Lenient parts of an input (a text where a list is meant) have no JSON Schema: they show as "anything". */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const made = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // Every z.int() carries the range of safe integers: forty characters per field that tell a model nothing.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  // A copy without zod's hidden members, and without the dialect: MCP's default is the same.
  const { $schema, ...plain } = JSON.parse(JSON.stringify(made)) as JsonSchema;
  return { type: 'object', ...plain };
}
