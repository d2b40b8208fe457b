/**
 * The secrets that passed between the clients of a test and its bridges, for a search of what the bridges left behind.
 *
 * Owns: the list, one for a test file, which is a process. Does not own: who adds to it (assistant.ts), nor the search
 * (search-bytes.ts).
 */
const passed = new Map<string, string>();

/** Hands the secret on. */
export function pass(kind: string, text: string): string {
  if (text !== '') passed.set(text, kind);
  return text;
}

export function secretsPassed(): ReadonlyMap<string, string> {
  return passed;
}
