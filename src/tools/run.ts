/**
 * Running a tool: check the scopes, validate the arguments, call, shape the answer. All doors use it, so that a tool
 * behaves the same whichever way a question came in.
 *
 * Owns: the order of these steps, the time that a call may take, and the outcome type. Does not own: the wire form of an
 * outcome (resource/), how arguments are read (lenient-input.ts) nor how Google is asked (google-api.ts).
 */
import { z } from 'zod';
import { ToolError } from '../errors.ts';
import type { Outgoing } from '../http/outgoing.ts';
import { CALL_BUDGET_MS, type ConfiguredService, createGoogleApi, type GoogleApiParts } from './google-api.ts';
import { inputError, notArguments } from './input-error.ts';
import { coerceArguments, matchNames, openArguments, unwrap } from './lenient-input.ts';
import { createMemory } from './memory.ts';
import { createPropertyGate } from './property-gate.ts';
import { missingScopes } from './scopes.ts';
import type { JsonSchema, Person, Tool } from './tool.ts';

/** Who calls, as the bearer gate found out. */
export interface Caller {
  person: Person;
  clientId: string;
  /** Short scope names that this grant holds. */
  scopes: readonly string[];
  /** A live Google access token. `rejected` is a token that Google just answered with 401: a fresh one is fetched. */
  accessToken(rejected?: string): Promise<string>;
}

export type ToolOutcome =
  | { ok: true; structured: Record<string, unknown>; text: string }
  | { ok: false; error: ToolError };

/** Never throws: whatever happens is an outcome. */
export type RunTool = (tool: Tool, rawInput: unknown, caller: Caller, signal: AbortSignal) => Promise<ToolOutcome>;

export interface RunnerParts {
  /** How requests leave. */
  send: Outgoing;
  /** Where each Google API that the configuration knows is, without a trailing slash. */
  baseUrls: Readonly<Record<ConfiguredService, string>>;
  now(): number;
  /** Told of every exception that is no ToolError: a fault of ours. The caller only hears a general sentence. */
  onUnexpected?(tool: string, cause: unknown): void;
  /** Told of every refusal, for counting; `error.cause` may hold Google's own words. */
  onRefusal?(tool: string, error: ToolError): void;
  /** Milliseconds for one call, everything included. */
  budgetMs?: number;
  sleep?: NonNullable<GoogleApiParts['sleep']>;
  random?: NonNullable<GoogleApiParts['random']>;
}

export function createRunner(parts: RunnerParts): RunTool {
  const memory = createMemory(parts);
  const gate = createPropertyGate(parts);
  const remembered = (caller: Caller) => memory.of(caller.person.sub);

  return async (tool, rawInput, caller, signal) => {
    try {
      checkScopes(tool, caller);
      const input = readInput(tool, rawInput);
      const output = await withinTime(parts, signal, (within) =>
        tool.call(
          {
            google: createGoogleApi({
              ...parts,
              accessToken: (rejected) => caller.accessToken(rejected),
              signal: within,
              scopes: tool.scopes,
              gate,
            }),
            person: caller.person,
            now: parts.now,
            signal: within,
            remember: remembered(caller),
          },
          input,
        ),
      );
      const structured = tool.output.parse(output) as Record<string, unknown>;
      return { ok: true, structured, text: tool.text(structured) };
    } catch (cause) {
      if (cause instanceof ToolError) {
        parts.onRefusal?.(tool.name, cause);
        return { ok: false, error: cause };
      }
      parts.onUnexpected?.(tool.name, cause);
      const message = `${tool.name} failed because of a fault in this server, not because of the question. Ask again later.`;
      return { ok: false, error: new ToolError('unavailable', message, { cause }) };
    }
  };
}

/** Throws ToolError `scope-missing`, before anything is asked of Google. */
function checkScopes(tool: Tool, caller: Caller): void {
  const missing = missingScopes(caller.scopes, tool.scopes);
  if (missing.length === 0) return;
  const message = `${tool.name} needs the permission ${missing.join(', ')}, which this connection does not have. The person has to connect again and allow it.`;
  throw new ToolError('scope-missing', message, { scopes: tool.scopes });
}

/** The arguments, read leniently and then validated. Throws ToolError `bad-input`. */
export function readInput(tool: Tool, rawInput: unknown): unknown {
  const properties = propertiesOf(tool);
  const names = Object.keys(properties);
  const opened = openArguments(rawInput);
  if (opened === undefined) throw notArguments(tool, rawInput);
  const matched = matchNames(unwrap(opened, names), names);
  const understood = tool.understand === undefined ? matched : tool.understand(matched);
  const coerced = coerceArguments(understood, properties);
  const result = tool.input.safeParse(coerced);
  if (!result.success) throw inputError(tool, coerced, result.error.issues, properties);
  return result.data;
}

const propertiesByTool = new WeakMap<Tool, Readonly<Record<string, JsonSchema>>>();

/** The tool's arguments as JSON Schema, worked out once. */
function propertiesOf(tool: Tool): Readonly<Record<string, JsonSchema>> {
  const known = propertiesByTool.get(tool);
  if (known !== undefined) return known;
  const schema = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' });
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  propertiesByTool.set(tool, properties);
  return properties;
}

/** Ends with ToolError `unavailable` when the time is up or the caller has gone, even if the tool does not notice. */
async function withinTime<Value>(
  parts: RunnerParts,
  signal: AbortSignal,
  work: (within: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const limit = AbortSignal.timeout(parts.budgetMs ?? CALL_BUDGET_MS);
  const within = AbortSignal.any([signal, limit]);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const stop = () => {
    const message = signal.aborted
      ? 'The call was given up by its caller.'
      : 'This took too long. Ask again, perhaps for a shorter date range or with fewer dimensions.';
    reject(new ToolError('unavailable', message, { retryAfterSeconds: 10 }));
  };
  if (within.aborted) stop();
  else within.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([ended, work(within)]);
  } finally {
    within.removeEventListener('abort', stop);
  }
}
