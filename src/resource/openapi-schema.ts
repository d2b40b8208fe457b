/**
 * JSON Schemas made fit for GPT Actions: no `$defs`, no references but into components, an object always with
 * `properties` (the builder says "object schema missing properties" otherwise), descriptions of at most 700 characters.
 *
 * Owns: the rewriting and the components it fills. Does not own: the document around it (openapi.ts).
 */
import type { JsonSchema } from '../tools/tool.ts';

export interface SchemaStore {
  /** Puts a schema under its name, as it is. */
  add(name: string, schema: JsonSchema): void;
  /** The schema to write in place; what it defines besides, or refers back to, goes to the components. */
  fit(name: string, schema: JsonSchema): JsonSchema;
  schemas(): Record<string, JsonSchema>;
}

const MAX_PARAMETER_DESCRIPTION = 700;

/** Members that hold one schema, a list of schemas, or schemas by name. Everything else is copied as it stands. */
const ONE = new Set(['items', 'additionalProperties', 'contains', 'not', 'if', 'then', 'else', 'unevaluatedItems']);
const LIST = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const NAMED = new Set(['properties', 'patternProperties', 'dependentSchemas']);
/** Known to validators only, or moved elsewhere. */
const DROPPED = new Set(['$schema', '$id', 'id', '$defs', 'definitions', 'propertyNames']);

export function createSchemaStore(): SchemaStore {
  const components = new Map<string, JsonSchema>();
  return {
    add: (name, schema) => {
      components.set(name, schema);
    },
    fit(name, schema) {
      const rename = (reference: string) => `#/components/schemas/${componentName(name, reference)}`;
      const definitions = Object.entries(isObject(schema.$defs) ? schema.$defs : {});
      for (const [defined, definition] of definitions) {
        components.set(componentName(name, `#/$defs/${defined}`), rewrite(definition, rename));
      }
      const fitted = rewrite(schema, rename);
      if (!refersToItsRoot(schema)) return fitted;
      components.set(name, fitted);
      return { $ref: `#/components/schemas/${name}` };
    },
    schemas: () => Object.fromEntries(components),
  };
}

/** `#` is the schema itself, `#/$defs/Row` one of its definitions; names are unique by the tool's name in front. */
function componentName(name: string, reference: string): string {
  if (reference === '#') return name;
  return `${name}_${reference.slice(reference.lastIndexOf('/') + 1).replaceAll(/[^\w.-]/g, '_')}`;
}

function rewrite(schema: unknown, rename: (reference: string) => string): JsonSchema {
  if (!isObject(schema)) return schema as JsonSchema; // true and false are schemas too
  const fitted: JsonSchema = {};
  for (const [member, value] of Object.entries(schema)) {
    if (!DROPPED.has(member)) fitted[member] = rewriteMember(member, value, rename);
  }
  if (fitted.type === 'object' && fitted.properties === undefined) fitted.properties = {};
  return fitted;
}

function rewriteMember(member: string, value: unknown, rename: (reference: string) => string): unknown {
  if (member === '$ref' && typeof value === 'string') return rename(value);
  if (member === 'description' && typeof value === 'string') return clip(value, MAX_PARAMETER_DESCRIPTION);
  if (ONE.has(member)) return rewrite(value, rename);
  if (LIST.has(member) && Array.isArray(value)) return value.map((item) => rewrite(item, rename));
  if (NAMED.has(member) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rewrite(item, rename)]));
  }
  return value;
}

function refersToItsRoot(schema: JsonSchema): boolean {
  return JSON.stringify(schema).includes('"$ref":"#"');
}

/** The catalogue keeps to the limits by itself; a third party's tool that does not must not break the whole document. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).trimEnd()}…`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
