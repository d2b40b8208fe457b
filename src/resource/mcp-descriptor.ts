/**
 * A tool as MCP's `tools/list` shows it, with the keys that ChatGPT reads.
 *
 * Owns: the mapping from a definition to annotations and `_meta`. Does not own: the protocol (mcp.ts).
 */
import type { JsonSchema, Tool } from '../tools/tool.ts';
import { pageLink } from './mcp-widgets.ts';
import { inputSchema, outputSchema } from './tool-schema.ts';

interface SecurityScheme {
  type: 'oauth2';
  scopes: string[];
}

/** What a call does to the world, as hosts ask it: they decide by it whether a person must confirm. */
interface Annotations {
  title: string;
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

type ObjectSchema = JsonSchema & { type: 'object' };

export interface ToolDescriptor {
  name: string;
  title: string;
  description: string;
  inputSchema: ObjectSchema;
  outputSchema: ObjectSchema;
  annotations: Annotations;
  securitySchemes: SecurityScheme[];
  _meta: Record<string, unknown>;
}

/**
 * `securitySchemes` stands at the top and in `_meta`: ChatGPT's documentation shows the first, its older reference the
 * second, and either alone has been missed.
 */
export function describeTool(tool: Tool): ToolDescriptor {
  const securitySchemes: SecurityScheme[] = [{ type: 'oauth2', scopes: [...tool.scopes] }];
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: asObject(inputSchema(tool)),
    outputSchema: asObject(outputSchema(tool)),
    annotations: annotationsOf(tool),
    securitySchemes,
    _meta: { securitySchemes, ...progressOf(tool), ...pageLink(tool), ...tool.meta },
  };
}

function annotationsOf(tool: Tool): Annotations {
  const isRead = tool.effects === 'reads';
  return {
    title: tool.title,
    readOnlyHint: isRead,
    destructiveHint: tool.effects === 'deletes' || tool.overwrites === true,
    // Reading and deleting twice leave the world as once; a second write may add a second thing.
    idempotentHint: tool.effects !== 'writes' || tool.isIdempotent === true,
    // Reading stays within the person's own account; a change there can reach others (an invitation, a cancellation).
    openWorldHint: !isRead,
  };
}

function progressOf(tool: Tool): Record<string, string> {
  if (tool.progress === undefined) return {};
  return {
    'openai/toolInvocation/invoking': tool.progress.running,
    'openai/toolInvocation/invoked': tool.progress.done,
  };
}

/** MCP wants an object at the root; a catalogue that breaks this must not start. */
function asObject(schema: JsonSchema): ObjectSchema {
  if (schema.type !== 'object')
    throw new TypeError(`a tool's input and output are objects, not ${String(schema.type)}`);
  return { ...schema, type: 'object' };
}
