/**
 * Running a tool: validate the arguments, check the scopes, call, shape the answer. Both doors use it, so that a tool
 * behaves the same whichever way a question came in.
 *
 * Owns: the order of these steps and the outcome type. Does not own: the wire form of an outcome (resource/).
 */
import type { ToolError } from '../errors.ts';
import type { Person, Tool } from './tool.ts';

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

export type RunTool = (tool: Tool, rawInput: unknown, caller: Caller, signal: AbortSignal) => Promise<ToolOutcome>;
