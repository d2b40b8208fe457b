/** The OpenAPI document: GPT Actions' limits, and that it describes what the door does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { catalog } from '../tools/catalog.ts';
import { defineTool, type JsonSchema, type Tool } from '../tools/tool.ts';
import { about } from './about.ts';
import { openapiDocument } from './openapi.ts';
import { toyTools } from './toy-doors.fixture.ts';

const PUBLIC_URL = 'https://ga.example.com';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  'x-openai-isConsequential': boolean;
  security: { oauth: string[] }[];
  requestBody: { content: { 'application/json': { schema: JsonSchema; examples?: Record<string, unknown> } } };
  responses: Record<string, { description: string; content: { 'application/json': { schema: JsonSchema } } }>;
}

interface Document {
  openapi: string;
  info: Record<string, unknown>;
  servers: { url: string }[];
  paths: Record<string, { post: Operation }>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, unknown> };
}

function documentOf(tools: readonly Tool[]): Document {
  const scopes = ['analytics.readonly', 'calendar.events'];
  const scopeName = (scope: string) => `Words for ${scope}`;
  const parts = {
    tools,
    publicUrl: PUBLIC_URL,
    scopes,
    about: about(tools, '1.2.3'),
    operatorEmail: undefined,
    scopeName,
  };
  return JSON.parse(JSON.stringify(openapiDocument(parts))) as Document;
}

/** Every object in the document, with where it stands. */
function* nodes(value: unknown, path = '#'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [name, member] of Object.entries(value)) yield* nodes(member, `${path}/${name}`);
}

/** A tool with everything that a JSON Schema generator likes and GPT Actions does not. */
interface Branch {
  label: string;
  children?: Branch[] | undefined;
}
const branch: z.ZodType<Branch> = z.lazy(() => z.object({ label: z.string(), children: z.array(branch).optional() }));
const awkward = defineTool({
  name: 'awkward_tool',
  title: 'Awkward',
  description: 'd'.repeat(400),
  scopes: ['some.scope'],
  effects: 'reads',
  input: z.object({
    tree: branch,
    named: z.object({ a: z.string() }).meta({ id: 'Shared' }),
    again: z.array(z.lazy(() => awkwardShared)),
    map: z.record(z.string(), z.number()).describe('p'.repeat(900)),
    description: z.string(),
    properties: z.object({ propertyNames: z.string(), $ref: z.string(), type: z.string() }),
    lenient: z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string())),
  }),
  output: branch as unknown as z.ZodObject,
  examples: [],
  call: async () => ({}),
  text: () => '',
});
const awkwardShared = z.object({ b: z.int() }).meta({ id: 'Other' });

for (const [what, tools] of [
  ['the toy tools', toyTools],
  ['an awkward tool', [awkward]],
  ['the catalogue', catalog],
] as const) {
  describe(`the OpenAPI document of ${what}, within GPT Actions' limits`, () => {
    const document = documentOf(tools);
    const operations = Object.values(document.paths).map(({ post }) => post);

    it(`says 3.1.0, one server and unique operation ids for ${what}`, () => {
      assert.equal(document.openapi, '3.1.0');
      assert.deepEqual(document.servers, [{ url: PUBLIC_URL }]);
      assert.equal(operations.length, tools.length);
      assert.ok(operations.length <= 30);
      assert.equal(new Set(operations.map((operation) => operation.operationId)).size, operations.length);
    });

    it(`keeps descriptions of operations to 300 characters, of parameters to 700, for ${what}`, () => {
      for (const { summary, description } of operations) {
        assert.ok(summary.length <= 300 && description.length <= 300, summary);
      }
      for (const [path, node] of nodes(document)) {
        if (typeof node.description === 'string') assert.ok(node.description.length <= 700, path);
      }
    });

    it(`refers only to components that exist, in one step, for ${what}`, () => {
      for (const [path, node] of nodes(document)) {
        if (typeof node.$ref !== 'string') continue;
        const name = node.$ref.replace('#/components/schemas/', '');
        assert.ok(document.components.schemas[name], `${path} -> ${node.$ref}`);
        assert.equal(document.components.schemas[name]?.$ref, undefined, path);
      }
    });

    it(`has no $defs, and properties in every object schema, for ${what}`, () => {
      for (const [path, node] of nodes(document)) {
        assert.equal(node.$defs, undefined, path);
        assert.equal(node.$schema, undefined, path);
        if (node.type === 'object') assert.ok(node.properties, path);
      }
    });

    it(`gives every operation of ${what} a body, an answer and an error`, () => {
      for (const { requestBody, responses } of operations) {
        assert.ok(requestBody.content['application/json'].schema);
        assert.ok(responses['200']?.content['application/json'].schema);
        assert.equal(responses.default?.content['application/json'].schema.$ref, '#/components/schemas/Error');
      }
    });
  });
}

describe('the OpenAPI document', () => {
  const document = documentOf(toyTools);
  const operation = (name: string): Operation => {
    const found = document.paths[`/actions/${name}`]?.post;
    assert.ok(found);
    return found;
  };

  it('marks as consequential exactly what changes the world', () => {
    assert.equal(operation('list_shops')['x-openai-isConsequential'], false);
    assert.equal(operation('add_shop')['x-openai-isConsequential'], true);
    assert.equal(operation('remove_shop')['x-openai-isConsequential'], true);
  });

  it('has one security scheme, OAuth with our endpoints on the same host', () => {
    assert.deepEqual(document.components.securitySchemes, {
      oauth: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: `${PUBLIC_URL}/authorize`,
            tokenUrl: `${PUBLIC_URL}/token`,
            refreshUrl: `${PUBLIC_URL}/token`,
            scopes: {
              'analytics.readonly': 'Words for analytics.readonly',
              'calendar.events': 'Words for calendar.events',
            },
          },
        },
      },
    });
    assert.deepEqual(operation('add_shop').security, [{ oauth: ['analytics.readonly', 'calendar.events'] }]);
  });

  it('names the privacy policy, the terms and a contact', () => {
    assert.equal(document.info['x-privacy-policy-url'], `${PUBLIC_URL}/privacy`);
    assert.match(String(document.info.description), /https:\/\/ga\.example\.com\/privacy/);
    assert.equal(document.info.termsOfService, `${PUBLIC_URL}/terms`);
    assert.deepEqual(document.info.contact, { url: `${PUBLIC_URL}/support` });
  });

  it("shows each tool's arguments in place, with its worked example", () => {
    const { schema, examples } = operation('list_shops').requestBody.content['application/json'];
    assert.equal((schema.properties as Record<string, JsonSchema>).search?.description, 'Part of a name');
    assert.deepEqual(examples, { example1: { summary: 'Which shops are there?', value: {} } });
  });

  it('moves definitions to components under the name of their tool', () => {
    const { schemas } = documentOf([awkward]).components;
    assert.ok(schemas.awkward_tool_input_Shared);
    assert.ok(schemas.awkward_tool_input_Other);
    assert.equal(schemas.awkward_tool_output?.type, 'object');
  });

  it('leaves alone a property that is called like a keyword', () => {
    const { post } = documentOf([awkward]).paths['/actions/awkward_tool'] ?? {};
    const properties = post?.requestBody.content['application/json'].schema.properties as Record<string, JsonSchema>;
    const inner = properties.properties;
    assert.deepEqual(Object.keys(inner?.properties as object), ['propertyNames', '$ref', 'type']);
  });

  it('does not leave a tool out in silence when there are too many', () => {
    const many = Array.from({ length: 31 }, (_, index) => ({ ...toyTools[0], name: `tool_${index}` }) as Tool);
    assert.throws(() => documentOf(many), /at most 30 operations, the catalogue has 31/);
  });
});
