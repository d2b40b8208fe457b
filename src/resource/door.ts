/**
 * What every door has in common: how it asks who calls, and how it finds a tool by name.
 *
 * Owns: the type that the doors and the bearer gate share. Does not own: what a token opens (bearer.ts), what a tool
 * does and how long it may take (tools/run.ts), nor the wire form of an answer (mcp.ts, actions.ts).
 */
import type { Caller } from '../tools/run.ts';
import type { Tool } from '../tools/tool.ts';

export type Door = 'mcp' | 'actions';

/** A caller whose request counted as one call when it was let in. */
export interface CountedCaller extends Caller {
  /** For a request that holds more: counts these, too, or throws TooManyRequests. Absent where nothing is limited. */
  countMore?(calls: number): void;
}

/** Finds out who calls, from the `Authorization` header alone. Throws BearerError for everything that opens nothing. */
export type Authenticate = (authorization: string | undefined, door: Door) => Promise<CountedCaller>;

export function toolsByName(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  return new Map(tools.map((tool) => [tool.name, tool]));
}

/** Said by every door when a name is not in the catalogue; the caller's own text is repeated only shortened. */
export function unknownTool(name: string, tools: readonly Tool[]): string {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  return `There is no tool called "${shown}". The tools are: ${tools.map((tool) => tool.name).join(', ')}.`;
}
