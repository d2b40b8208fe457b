/**
 * Requests of the Analytics Data API held against the messages that Google publishes for it, in the descriptors of
 * @google-analytics/data, by the JSON mapping of protocol buffers (https://protobuf.dev/programming-guides/json/).
 *
 * Owns: finding the method by its published address and every field, type, enum value and `oneof`. Stricter than Google
 * where that catches slips: names in lowerCamelCase only, no enum value "unspecified". Does not own: what no descriptor
 * says, such as which fields fit together.
 */
import { readFileSync } from 'node:fs';

interface Field {
  type: string;
  rule?: string;
  options?: Readonly<Record<string, unknown>>;
}

interface Method {
  requestType: string;
  options: Readonly<Record<string, string>>;
}

interface Node {
  fields?: Readonly<Record<string, Field>>;
  oneofs?: Readonly<Record<string, { oneof: string[] }>>;
  values?: Readonly<Record<string, number>>;
  methods?: Readonly<Record<string, Method>>;
  nested?: Readonly<Record<string, Node>>;
}

/** A type with the names of everything around it, the innermost last. */
interface Scoped {
  node: Node;
  around: readonly Node[];
}

const file = new URL(import.meta.resolve('@google-analytics/data/build/protos/protos.json'));
const root = JSON.parse(readFileSync(file, 'utf8')) as Node;

/** What is wrong with a request, each with where; empty if nothing is. `path` begins with the version. */
export function requestProblems(verb: string, path: string, body: unknown): string[] {
  const version = path.split('/')[1] ?? '';
  const around = enclosing(['google', 'analytics', 'data', version]);
  const method = around === undefined ? undefined : findMethod(around, verb, path);
  if (around === undefined || method === undefined) return [`${verb} ${path} is no published method`];
  if (method.options['(google.api.http).body'] !== '*') return body === undefined ? [] : ['a body where there is none'];
  const message = resolve(method.requestType, around);
  return message === undefined ? [`no ${method.requestType}`] : messageProblems(message, body, '');
}

function enclosing(names: readonly string[]): Node[] | undefined {
  const around = [root];
  for (const name of names) {
    const next = around.at(-1)?.nested?.[name];
    if (next === undefined) return undefined;
    around.push(next);
  }
  return around;
}

function findMethod(around: readonly Node[], verb: string, path: string): Method | undefined {
  const methods = Object.values(around.at(-1)?.nested ?? {}).flatMap((node) => Object.values(node.methods ?? {}));
  return methods.find(({ options }) => {
    const template = options[`(google.api.http).${verb.toLowerCase()}`];
    return template !== undefined && asPattern(template).test(path);
  });
}

/** `/v1beta/{property=properties/*}:runReport` */
function asPattern(template: string): RegExp {
  const plain = template.replace(/\{\w+=([^}]+)\}/g, '$1');
  return new RegExp(`^${plain.replaceAll('*', '[0-9]+')}$`);
}

/** Names are looked up from the inside out, as in the language itself. */
function resolve(name: string, around: readonly Node[]): Scoped | undefined {
  for (let depth = around.length; depth > 0; depth -= 1) {
    const path = around.slice(0, depth);
    let node = path.at(-1);
    for (const part of name.split('.')) {
      node = node?.nested?.[part];
      if (node !== undefined) path.push(node);
    }
    if (node !== undefined) return { node, around: path };
  }
  return undefined;
}

function messageProblems({ node, around }: Scoped, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at || 'body'} is no object`];
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const names = entries.map(([name]) => name);
  const problems = entries.flatMap(([name, inner]) => {
    const field = node.fields?.[name];
    return field === undefined ? [`${at}.${name} is unknown`] : fieldProblems(field, around, inner, `${at}.${name}`);
  });
  for (const { oneof } of Object.values(node.oneofs ?? {})) {
    const given = oneof.filter((name) => names.includes(name));
    if (given.length > 1) problems.push(`${at} has ${given.join(' and ')}, of which one is allowed`);
  }
  return problems;
}

function fieldProblems(field: Field, around: readonly Node[], value: unknown, at: string): string[] {
  if (field.rule !== 'repeated') return valueProblems(field.type, around, value, at);
  if (!Array.isArray(value)) return [`${at} is no list`];
  return value.flatMap((one, index) => valueProblems(field.type, around, one, `${at}[${index}]`));
}

const isText = (value: unknown): value is string => typeof value === 'string';
const INT64 = 2n ** 63n;

/** https://protobuf.dev/programming-guides/json/#field-representation */
const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  bool: (value) => typeof value === 'boolean',
  int32: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  int64: (value) => isText(value) && /^-?[0-9]{1,19}$/.test(value) && BigInt(value) < INT64 && BigInt(value) >= -INT64,
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  'google.protobuf.Duration': (value) => isText(value) && /^-?[0-9]+(\.[0-9]{1,9})?s$/.test(value),
};

function valueProblems(type: string, around: readonly Node[], value: unknown, at: string): string[] {
  const scalar = SCALARS[type];
  if (scalar !== undefined) return scalar(value) ? [] : [`${at} is no ${type}`];
  const found = resolve(type, around);
  if (found === undefined) return [`${at} is of the type ${type}, which this check does not know`];
  if (found.node.values === undefined) return messageProblems(found, value, at);
  const number = isText(value) ? found.node.values[value] : undefined;
  return number === undefined || number === 0 ? [`${at} is no ${type}`] : [];
}
