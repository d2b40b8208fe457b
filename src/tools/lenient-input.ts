/**
 * Arguments as models send them, read as the tool's schema means them: a string where a list is wanted, `"10"` for 10,
 * `order_by` for `orderBy`, everything as one JSON string, nulls for what is left out.
 *
 * Owns: this reading, guided by the tool's JSON Schema, so that no tool needs code of its own for it. Does not own:
 * judging the result (input-error.ts, zod) nor other words for an argument (a tool's `understand`).
 */
import type { JsonSchema } from './tool.ts';

export type Arguments = Record<string, unknown>;

/** The arguments as an object, or `undefined` when they are nothing of the kind. */
export function openArguments(raw: unknown): Arguments | undefined {
  if (raw === undefined || raw === null || raw === '') return {};
  const opened = typeof raw === 'string' ? parseJson(raw) : raw;
  return isObject(opened) ? opened : undefined;
}

/** Some callers put all arguments below one key of their own. */
const WRAPPERS = ['arguments', 'args', 'input', 'params', 'parameters', 'request', 'kwargs'];

/** Takes the arguments out of a wrapper such as `{"arguments": {…}}`, unless the tool itself has such an argument. */
export function unwrap(given: Arguments, names: readonly string[]): Arguments {
  const [key, ...others] = Object.keys(given);
  if (key === undefined || others.length > 0 || names.includes(key) || !WRAPPERS.includes(key)) return given;
  return openArguments(given[key]) ?? given;
}

/** Renames keys to the schema's spelling where only case, `_` and `-` differ, and drops what is null. */
export function matchNames(given: Arguments, names: readonly string[]): Arguments {
  const bySqueezed = new Map(names.map((name) => [squeeze(name), name]));
  const matched: Arguments = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    const name = names.includes(key) ? key : (bySqueezed.get(squeeze(key)) ?? key);
    // The exact spelling wins over a second, similar one, whichever comes first.
    if (name === key || !(name in matched || name in given)) matched[name] = value;
  }
  return matched;
}

/** `order_by`, `OrderBy` and `order-by` are one name. */
export function squeeze(name: string): string {
  return name.toLowerCase().replaceAll(/[_\-\s]/g, '');
}

/** Coerces every argument that the schema knows; what cannot be read otherwise stays as it is, for the validator. */
export function coerceArguments(given: Arguments, properties: Readonly<Record<string, JsonSchema>>): Arguments {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const schema = properties[name];
      return [name, schema === undefined ? value : coerce(value, schema)];
    }),
  );
}

function coerce(value: unknown, schema: JsonSchema): unknown {
  const type = schema.type;
  if (type === 'array') return coerceList(value, schema);
  if (typeof value === 'string') return coerceText(value, schema);
  if (type === 'string' && (typeof value === 'number' || typeof value === 'bigint')) return String(value);
  return value;
}

function coerceText(value: string, schema: JsonSchema): unknown {
  const type = schema.type;
  const text = value.trim();
  if ((type === 'integer' || type === 'number') && /^-?[0-9][0-9_, ]*(\.[0-9]+)?$/.test(text)) {
    return Number(text.replaceAll(/[_, ]/g, ''));
  }
  if (type === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (type === 'object') return parseJson(text) ?? value;
  if (type === 'string') return matchChoice(text, schema.enum);
  return value;
}

/** `Previous Period` for `previous_period`. */
function matchChoice(text: string, choices: unknown): string {
  if (!Array.isArray(choices)) return text;
  return choices.find((choice) => typeof choice === 'string' && squeeze(choice) === squeeze(text)) ?? text;
}

function coerceList(value: unknown, schema: JsonSchema): unknown {
  const items = isObject(schema.items) ? schema.items : {};
  const list = toList(value, items);
  return list.map((item) => coerce(item, items));
}

/** A comma separates names. A condition such as `country in (Japan, India)` holds commas of its own and stays whole. */
const NAME_LIST = /^[\w:.+\- ]+(?:[,;|][\w:.+\- ]+)+,?$/;

function toList(value: unknown, items: JsonSchema): unknown[] {
  if (Array.isArray(value)) return value.filter((item) => item !== null && item !== '');
  if (typeof value !== 'string') return [value];
  const text = value.trim();
  if (text === '') return [];
  const parsed = /^[[{]/.test(text) ? parseJson(text) : undefined;
  if (Array.isArray(parsed)) return parsed;
  if (parsed !== undefined) return [parsed];
  if (items.type !== 'string' || !NAME_LIST.test(text)) return [text];
  return text
    .split(/[,;|]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON after all: the text itself is what was meant.
    return undefined;
  }
}
