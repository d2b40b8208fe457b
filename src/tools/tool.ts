/**
 * What a tool is: one definition that every door reads.
 *
 * Owns: the contract between a tool and its runner, and `defineTool`. Does not own: the list (catalog.ts), the running
 * (run.ts), nor any door's wording of it (resource/). A tool receives an authorized way to ask Google and the caller's
 * identity; it cannot see a token.
 */
import type { z } from 'zod';
import type { Chart } from '../widgets/chart.ts';
import type { WidgetPage } from '../widgets/widget-page.ts';
import type { GoogleApi } from './google-api.ts';
import type { Remember } from './memory.ts';

/** A short Google scope name as in `GOOGLE_SCOPES`: `analytics.readonly` for `https://www.googleapis.com/auth/analytics.readonly`. */
export type GoogleScope = string;

/** Whose data a tool reads: the Google account of the connection. */
export interface Person {
  /** Google's stable subject identifier. */
  sub: string;
  email: string | undefined;
  name: string | undefined;
}

export interface ToolContext {
  /** Asks Google in the person's name. */
  google: GoogleApi;
  person: Person;
  /** Now, in milliseconds since the epoch. */
  now(): number;
  /** Aborted when the caller has gone away or the call's time is up. */
  signal: AbortSignal;
  /** This person's part of a short memory for what changes rarely at Google. */
  remember: Remember;
}

/** One worked call, for documentation, descriptions and tests. */
export interface ToolExample<Input> {
  question: string;
  input: Input;
}

/** A JSON Schema object (2020-12), for faces that zod's own output does not fit. */
export type JsonSchema = Record<string, unknown>;

export interface ToolWidget<Output> {
  page: WidgetPage;
  /** The chart in an answer, if there is one, and whether the caller asked for the image itself. */
  picture(output: Output): { chart: Chart; isImageWanted: boolean } | undefined;
}

export interface ToolDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  /** `verb_noun`, the same on every door. */
  name: string;
  /** For people, at most 40 characters. */
  title: string;
  /** For the model: what it answers, when to use it. At most 300 characters, GPT Actions' limit. */
  description: string;
  /**
   * All scopes that the tool needs at Google, each the least one that is enough: a wider one counts too (scopes.ts).
   * Empty for none beyond being connected.
   */
  scopes: readonly GoogleScope[];
  /** What a call does to the world: decides MCP annotations, `x-openai-isConsequential` and the consent page's words. */
  effects: 'reads' | 'writes' | 'deletes';
  /** Of a writing tool: the same call again changes nothing more. */
  isIdempotent?: boolean;
  /** Of a writing tool: it replaces what was there, instead of only adding. */
  overwrites?: boolean;
  input: Input;
  output: Output;
  examples: readonly ToolExample<z.input<Input>>[];
  /**
   * Reads arguments that other tools of this kind would take (`date_ranges`, `property_id`) as this tool's own, before
   * they are validated. Strings for lists, `"10"` for 10 and snake_case are understood for every tool without this.
   */
  understand?(given: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Said to hosts while the call runs and after it, each at most 64 characters. */
  progress?: { running: string; done: string };
  /** Extra `_meta` of the MCP descriptor, for instance `openai/profile`. */
  meta?: Readonly<Record<string, unknown>>;
  /** How an answer is seen: as a page where the host shows pages, as a picture elsewhere. */
  widget?: ToolWidget<z.output<Output>>;
  /** Throws ToolError for everything that the model, the person or the operator can mend. */
  call(context: ToolContext, input: z.output<Input>): Promise<z.output<Output>>;
  /** The same content as text. What a model without structured content reads. */
  text(output: z.output<Output>): string;
}

/** A tool whose input and output types are forgotten: how the catalogue, the runner and the doors see it. */
// biome-ignore lint/suspicious/noExplicitAny: the catalogue holds tools of every input and output type
export type Tool = ToolDefinition<any, any>;

/** Types a tool from its own schemas. The definition is returned as it is. */
export function defineTool<Input extends z.ZodType, Output extends z.ZodType>(
  definition: ToolDefinition<Input, Output>,
): ToolDefinition<Input, Output> {
  return definition;
}
