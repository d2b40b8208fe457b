/**
 * GET /openapi.json and /openapi.yaml: the REST door described, generated from the catalogue, within GPT Actions' limits
 * (platform documentation "Actions", "Production": 300 characters per description, 700 per parameter; 30 operations).
 *
 * Owns: the document. Does not own: the tools' words (tools/), schemas made fit for it (openapi-schema.ts).
 */
import type { Handler } from 'hono';
import type { Tool } from '../tools/tool.ts';
import type { About } from './about.ts';
import { clip, createSchemaStore, type SchemaStore } from './openapi-schema.ts';
import { publish } from './publish.ts';
import { inputSchema, outputSchema } from './tool-schema.ts';
import { toYaml } from './yaml.ts';

export interface OpenapiParts {
  tools: readonly Tool[];
  publicUrl: string;
  scopes: readonly string[];
  about: About;
  operatorEmail: string | undefined;
  /** A scope in words for people. */
  scopeName(scope: string): string;
}

const MAX_OPERATIONS = 30;
const MAX_DESCRIPTION = 300;

const ERROR_SCHEMA = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        kind: { type: 'string', description: 'What is wrong, by who can mend it' },
        message: { type: 'string', description: 'What happened and what to do about it' },
        scopes: { type: 'array', items: { type: 'string' }, description: 'All permissions that the call needs' },
        tools: { type: 'array', items: { type: 'string' }, description: 'The names of the tools there are' },
        retry_after_seconds: { type: 'integer', description: 'When asking again makes sense' },
      },
      required: ['kind', 'message'],
    },
  },
  required: ['error'],
};

export function openapi(parts: OpenapiParts & { format: 'json' | 'yaml' }): Handler {
  const document = openapiDocument(parts);
  return parts.format === 'json'
    ? publish({ type: 'application/json', text: JSON.stringify(document) })
    : publish({ type: 'application/yaml', text: toYaml(document) });
}

/** Throws when the catalogue has more tools than an action set takes: a silently missing one would be looked for long. */
export function openapiDocument(parts: OpenapiParts): Record<string, unknown> {
  const { publicUrl, tools } = parts;
  if (tools.length > MAX_OPERATIONS) {
    throw new RangeError(`GPT Actions takes at most ${MAX_OPERATIONS} operations, the catalogue has ${tools.length}`);
  }
  const store = createSchemaStore();
  store.add('Error', ERROR_SCHEMA);
  const paths = tools.map((tool) => [`/actions/${tool.name}`, { post: operation(tool, store) }]);
  return {
    openapi: '3.1.0',
    info: {
      title: parts.about.title,
      version: parts.about.version,
      summary: parts.about.summary,
      description: `${parts.about.summary} Privacy policy: ${publicUrl}/privacy`,
      termsOfService: `${publicUrl}/terms`,
      contact: {
        url: `${publicUrl}/support`,
        ...(parts.operatorEmail === undefined ? {} : { email: parts.operatorEmail }),
      },
      'x-privacy-policy-url': `${publicUrl}/privacy`,
    },
    servers: [{ url: publicUrl }],
    paths: Object.fromEntries(paths),
    components: { schemas: store.schemas(), securitySchemes: { oauth: securityScheme(parts) } },
  };
}

function securityScheme({ publicUrl, scopes, scopeName }: OpenapiParts): Record<string, unknown> {
  const flow = {
    authorizationUrl: `${publicUrl}/authorize`,
    tokenUrl: `${publicUrl}/token`,
    refreshUrl: `${publicUrl}/token`,
    scopes: Object.fromEntries(scopes.map((scope) => [scope, scopeName(scope)])),
  };
  return { type: 'oauth2', flows: { authorizationCode: flow } };
}

function operation(tool: Tool, store: SchemaStore): Record<string, unknown> {
  const content = (schema: unknown, extra = {}) => ({ 'application/json': { schema, ...extra } });
  return {
    operationId: tool.name,
    summary: tool.title,
    description: clip(tool.description, MAX_DESCRIPTION),
    // Asked by ChatGPT: must a person confirm each call? Left out, every POST would count as one.
    'x-openai-isConsequential': tool.effects !== 'reads',
    security: [{ oauth: [...tool.scopes] }],
    requestBody: {
      required: true,
      content: content(store.fit(`${tool.name}_input`, inputSchema(tool)), examplesOf(tool)),
    },
    responses: {
      200: {
        description: tool.progress?.done ?? 'The answer',
        content: content(store.fit(`${tool.name}_output`, outputSchema(tool))),
      },
      default: {
        description: 'What went wrong and what to do',
        content: content({ $ref: '#/components/schemas/Error' }),
      },
    },
  };
}

function examplesOf(tool: Tool): Record<string, unknown> {
  if (tool.examples.length === 0) return {};
  const examples = tool.examples.map(({ question, input }, index) => [
    `example${index + 1}`,
    { summary: question, value: input },
  ]);
  return { examples: Object.fromEntries(examples) };
}
