/**
 * The JSON layer in front of Google's APIs: turns a request body into a message, or says in Google's words what does not fit.
 *
 * Owns: proto3 JSON as servers read it (both spellings of a field, int64 as text or number, null = absent) and its errors.
 * Does not own: which messages exist (messages.ts) nor what their contents mean.
 */
import { badRequest, invalid, type Violation } from './errors.ts';

export type Scalar = 'string' | 'bool' | 'int32' | 'int64' | 'double';

export type Kind = Scalar | { enum: string; values: readonly string[] } | { message: string };

export interface Field {
  kind: Kind;
  repeated?: boolean;
  /** Fields of one oneof exclude each other. */
  oneof?: string;
}

export type Messages = Readonly<Record<string, Readonly<Record<string, Field>>>>;

type Decoded = Record<string, unknown>;

/**
 * Decodes `text` as the message `name`. Absent and null fields are absent in the result; an empty body is an empty message.
 * Throws the JSON layer's refusal with every violation at once. The result has exactly the shape that `messages` says.
 */
export function transcode(text: string, name: string, parts: { messages: Messages; package: string }): Decoded {
  const json = text.trim() === '' ? {} : parseJson(text);
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw badRequest([
      { description: 'Invalid JSON payload received. Unknown name "": Root element must be a message.' },
    ]);
  }
  const violations: Violation[] = [];
  const decoded = decodeMessage(json as Decoded, name, '', { ...parts, violations });
  if (violations.length > 0) throw badRequest(violations);
  return decoded;
}

/** Deeper messages than any request needs; the service has a limit of its own. */
const MAX_DEPTH = 100;

interface Decoding {
  messages: Messages;
  package: string;
  violations: Violation[];
}

export function snakeCase(camel: string): string {
  return camel.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The service quotes the offending line with a caret below the place. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const position = offendingPosition(text);
    const lineStart = text.lastIndexOf('\n', position - 1) + 1;
    const line = text.slice(lineStart).split('\n', 1)[0] ?? '';
    const reason = position >= text.length ? 'Unexpected end of string.' : 'Unexpected token.';
    const caret = `${' '.repeat(Math.min(MAX_QUOTE, position - lineStart))}^`;
    throw invalid(`Invalid JSON payload received. ${reason}\n${line.slice(0, MAX_QUOTE)}\n${caret}`);
  }
}

const MAX_QUOTE = 200;

/** The engine does not always say where it stopped: search for the longest beginning that could still become JSON. */
function offendingPosition(text: string): number {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (couldBecomeJson(text.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

function couldBecomeJson(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    return /end of JSON|Unterminated|is missing|No number/.test(String(error));
  }
}

function decodeMessage(json: Decoded, name: string, path: string, decoding: Decoding): Decoded {
  if (path.split('.').length > MAX_DEPTH)
    throw invalid('Invalid JSON payload received. Message too deep. Max recursion depth reached.');
  const fields = decoding.messages[name] ?? {};
  const bySpelling = new Map(
    Object.keys(fields).flatMap(
      (key) =>
        [
          [key, key],
          [snakeCase(key), key],
        ] as const,
    ),
  );
  const result: Decoded = {};
  const taken = new Map<string, string>();
  for (const [key, value] of Object.entries(json)) {
    const known = bySpelling.get(key);
    const field = known === undefined ? undefined : fields[known];
    if (known === undefined || field === undefined) {
      decoding.violations.push(unknownName(key, path, 'Cannot find field.'));
      continue;
    }
    if (value === null) continue;
    if (field.oneof !== undefined && isTaken(field.oneof, key, path, { taken, decoding })) continue;
    result[known] = decodeField(value, field, path === '' ? snakeCase(known) : `${path}.${snakeCase(known)}`, decoding);
  }
  return result;
}

function isTaken(
  oneof: string,
  key: string,
  path: string,
  state: { taken: Map<string, string>; decoding: Decoding },
): boolean {
  if (!state.taken.has(oneof)) {
    state.taken.set(oneof, key);
    return false;
  }
  const where = path === '' ? '' : ` at '${path}'`;
  const description = `Invalid value${where} (oneof), oneof field '${oneof}' is already set. Cannot set '${key}'`;
  state.decoding.violations.push(path === '' ? { description } : { field: path, description });
  return true;
}

function unknownName(key: string, path: string, why: string): Violation {
  const where = path === '' ? '' : ` at '${path}'`;
  const description = `Invalid JSON payload received. Unknown name "${key}"${where}: ${why}`;
  return path === '' ? { description } : { field: path, description };
}

function decodeField(value: unknown, field: Field, path: string, decoding: Decoding): unknown {
  if (field.repeated) {
    if (Array.isArray(value))
      return value.map((entry, index) => decodeValue(entry, field.kind, `${path}[${index}]`, decoding));
    return decodeValue(value, field.kind, path, decoding, true);
  }
  if (Array.isArray(value)) {
    const dot = path.lastIndexOf('.');
    const owner = dot < 0 ? '' : path.slice(0, dot);
    decoding.violations.push(
      unknownName(path.slice(dot + 1), owner, 'Proto field is not repeating, cannot start list.'),
    );
    return undefined;
  }
  return decodeValue(value, field.kind, path, decoding);
}

const typeNames: Record<Scalar, string> = {
  string: 'TYPE_STRING',
  bool: 'TYPE_BOOL',
  int32: 'TYPE_INT32',
  int64: 'TYPE_INT64',
  double: 'TYPE_DOUBLE',
};

/** `wantsList`: a lone value stands where a list belongs; the service reads it as a list of one, if it fits. */
function decodeValue(value: unknown, kind: Kind, path: string, decoding: Decoding, wantsList = false): unknown {
  const wrap = (decoded: unknown): unknown => (wantsList ? [decoded] : decoded);
  if (typeof kind === 'string') {
    const decoded = readScalar(value, kind);
    if (decoded === undefined) refuse(value, path, typeNames[kind], decoding);
    return wrap(decoded);
  }
  if ('enum' in kind) {
    if (typeof value === 'string' && kind.values.includes(value)) return wrap(value);
    refuse(value, path, `type.googleapis.com/${decoding.package}.${kind.enum}`, decoding);
    return undefined;
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return wrap(decodeMessage(value as Decoded, kind.message, path, decoding));
  }
  refuse(value, path, `type.googleapis.com/${decoding.package}.${kind.message}`, decoding);
  return undefined;
}

function refuse(value: unknown, path: string, type: string, decoding: Decoding): void {
  const shown = typeof value === 'string' ? `"${value.slice(0, 200)}"` : JSON.stringify(value)?.slice(0, 200);
  const description = `Invalid value at '${path}' (${type}), ${shown}`;
  decoding.violations.push({ field: path, description });
}

function readScalar(value: unknown, kind: Scalar): unknown {
  if (kind === 'string') return typeof value === 'string' ? value : undefined;
  if (kind === 'bool') return readBool(value);
  const number = readNumber(value);
  if (number === undefined || kind === 'double') return number;
  const limit = kind === 'int32' ? 2 ** 31 : 2 ** 63;
  return Number.isInteger(number) && number >= -limit && number < limit ? number : undefined;
}

function readBool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return undefined;
  return Number(value);
}
