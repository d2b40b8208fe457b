/**
 * An area of tools: what one Google API offers to a conversation, as one folder that is added in one line.
 *
 * Owns: the contract between an area and the catalogue. Does not own: which areas there are (catalog.ts).
 */
import type { GoogleScope, Tool } from './tool.ts';

/** What a scope means to the person who is asked for it: one of `reads` and `changes`, as one sentence. */
export interface ScopeWords {
  /** The product, as people call it: `Google Calendar`. */
  area: string;
  reads?: string;
  changes?: string;
}

export interface ToolArea {
  tools: readonly Tool[];
  /** Every scope that may stand in `GOOGLE_SCOPES` for this area. What is not here cannot be asked of anybody. */
  scopes: Readonly<Record<GoogleScope, ScopeWords>>;
}
