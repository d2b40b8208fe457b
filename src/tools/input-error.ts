/**
 * Wrong arguments, said so that the next call is right: which argument, what was given, what is wanted, and a call that
 * would do.
 *
 * Owns: the sentences for what a schema can find wrong. Does not own: what only a tool can judge (unknown fields, bad
 * dates); those errors end in the same kind of example through `correctedCall`.
 */
import type { z } from 'zod';
import { ToolError } from '../errors.ts';
import type { Arguments } from './lenient-input.ts';
import { nearest } from './nearest.ts';
import { quote, quoteValue } from './quote.ts';
import type { JsonSchema, Tool } from './tool.ts';

const MAX_REPORTED = 3;

/** The ToolError for arguments that failed the tool's schema. */
export function inputError(
  tool: Tool,
  given: Arguments,
  issues: readonly z.core.$ZodIssue[],
  properties: Readonly<Record<string, JsonSchema>>,
): ToolError {
  const sentences = issues.slice(0, MAX_REPORTED).map((issue) => describeIssue(issue, given, properties));
  const example = correctedCall(tool, given, new Set(issues.flatMap(concernedNames)));
  return new ToolError('bad-input', `${tool.name}: ${sentences.join(' ')} For example: ${example}`);
}

/** Arguments that are no object at all. */
export function notArguments(tool: Tool, raw: unknown): ToolError {
  const example = JSON.stringify(tool.examples[0]?.input ?? {});
  const message = `${tool.name}: the arguments must be one JSON object, but ${quoteValue(raw)} was given. For example: ${example}`;
  return new ToolError('bad-input', message);
}

const MAX_EXAMPLE = 600;

/** What was given, with the wrong arguments replaced by the tool's own example. */
function correctedCall(tool: Tool, given: Arguments, wrong: ReadonlySet<string>): string {
  const example = (tool.examples[0]?.input ?? {}) as Arguments;
  const kept = Object.entries(given).filter(([name]) => !wrong.has(name));
  const mended = Object.entries(example).filter(([name]) => wrong.has(name));
  const corrected = JSON.stringify(Object.fromEntries([...kept, ...mended]));
  return corrected.length <= MAX_EXAMPLE ? corrected : JSON.stringify(example);
}

function concernedNames(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return issue.keys;
  return issue.path.length === 0 ? [] : [String(issue.path[0])];
}

function describeIssue(
  issue: z.core.$ZodIssue,
  given: Arguments,
  properties: Readonly<Record<string, JsonSchema>>,
): string {
  if (issue.code === 'unrecognized_keys') return describeUnknownName(issue.keys, properties);
  const value = valueAt(given, issue.path);
  const name = quote(issue.path.map(String).join('.'));
  const wanted = describeWanted(issue);
  if (value === undefined) return `${name} is missing, wanted ${wanted}.`;
  return `${name} is ${quoteValue(value)}, wanted ${wanted}.`;
}

function describeUnknownName(keys: readonly string[], properties: Readonly<Record<string, JsonSchema>>): string {
  const names = Object.keys(properties);
  const [key = ''] = keys;
  const [best] = nearest(key, names, 1);
  const hint = best === undefined ? '' : ` Did you mean ${quote(best)}?`;
  const list = names.length === 0 ? 'It takes no arguments.' : `Its arguments are ${names.join(', ')}.`;
  return `There is no argument ${quote(key)}.${hint} ${list}`;
}

function valueAt(given: Arguments, path: readonly PropertyKey[]): unknown {
  let value: unknown = given;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** Zod's codes in our words. */
function describeWanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `at most ${issue.maximum}${COUNTED[issue.origin] ?? ''}`;
    case 'too_small':
      return `at least ${issue.minimum}${COUNTED[issue.origin] ?? ''}`;
    case 'custom':
      return issue.message;
    default:
      return 'something else';
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const COUNTED: Readonly<Record<string, string>> = { array: ' entries', string: ' characters' };
