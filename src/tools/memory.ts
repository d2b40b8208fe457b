/**
 * Small answers of Google's that change rarely (a property's time zone, its custom fields), kept for minutes.
 *
 * Owns: the bounded memory, its expiry and joining those who ask for the same thing at once. Does not own: what is worth
 * remembering and for how long (each tool). Every entry belongs to one person: the runner hands a tool only the part of
 * the person who asks, so one person's answers cannot reach another.
 */

/** Answers from memory, or makes, remembers and answers. A failure is not remembered. */
export type Remember = <Value>(key: string, lifetimeMs: number, make: () => Promise<Value>) => Promise<Value>;

interface Entry {
  value: Promise<unknown>;
  expiresAt: number;
}

const MAX_ENTRIES = 5000;

export function createMemory(parts: { now(): number; maxEntries?: number }): { of(person: string): Remember } {
  const entries = new Map<string, Entry>();
  const maxEntries = parts.maxEntries ?? MAX_ENTRIES;

  function find(key: string): Entry | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    entries.delete(key);
    if (entry.expiresAt <= parts.now()) return undefined;
    // Put back at the end: the first one in the map is always the one unused for longest.
    entries.set(key, entry);
    return entry;
  }

  function keep(key: string, entry: Entry): void {
    entries.set(key, entry);
    entry.value.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    const oldest = entries.keys().next();
    if (entries.size > maxEntries && oldest.done === false) entries.delete(oldest.value);
  }

  return {
    of: (person) => async (key, lifetimeMs, make) => {
      type Value = Awaited<ReturnType<typeof make>>;
      const fullKey = JSON.stringify([person, key]);
      const found = find(fullKey);
      if (found !== undefined) {
        try {
          return (await found.value) as Value;
        } catch {
          // The one we joined failed, perhaps only because its own caller went away: ask for ourselves.
          return make();
        }
      }
      const value = make();
      keep(fullKey, { value, expiresAt: parts.now() + lifetimeMs });
      return value;
    },
  };
}
