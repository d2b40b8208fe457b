/**
 * Answers of Google's, kept for minutes: a property's time zone, its custom fields, a report just asked for.
 *
 * Owns: the bounded memory, its expiry and joining those who ask for the same thing at once. Does not own: what is worth
 * remembering and for how long (each tool). Every entry belongs to one person: the runner hands a tool only the part of
 * the person who asks, so one person's answers cannot reach another.
 */
import { GoogleRefusal } from './google-error.ts';

/**
 * Answers from memory, or makes, remembers and answers. A failure is not remembered. A lifetime of 0 only joins those
 * who ask at the same time. What may be long is remembered as text, whose length is counted.
 */
export type Remember = <Value>(key: string, lifetimeMs: number, make: () => Promise<Value>) => Promise<Value>;

interface Entry {
  value: Promise<unknown>;
  /** Whoever comes before the answer joins, however long it takes. */
  isPending: boolean;
  expiresAt: number;
  length: number;
}

interface MemoryParts {
  now(): number;
  maxEntries?: number;
  /** Characters of all texts together; one text may have a sixteenth of it. */
  maxLength?: number;
}

const MAX_ENTRIES = 5000;
const MAX_LENGTH = 32 * 1024 * 1024;

export function createMemory(parts: MemoryParts): { of(person: string): Remember } {
  const entries = new Map<string, Entry>();
  const maxEntries = parts.maxEntries ?? MAX_ENTRIES;
  const maxLength = parts.maxLength ?? MAX_LENGTH;
  let length = 0;

  function forget(key: string, entry: Entry): void {
    if (entries.get(key) !== entry) return;
    entries.delete(key);
    length -= entry.length;
  }

  function find(key: string, lifetimeMs: number): Entry | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const leftMs = entry.expiresAt - parts.now();
    // More than there was at first: the clock was put back, and it would be remembered for hours.
    if (!entry.isPending && (leftMs <= 0 || leftMs > lifetimeMs)) {
      forget(key, entry);
      return undefined;
    }
    // Put back at the end: the first one in the map is always the one unused for longest.
    entries.delete(key);
    entries.set(key, entry);
    return entry;
  }

  function keep(key: string, entry: Entry): void {
    entries.set(key, entry);
    entry.value.then(
      (value) => settle(key, entry, value),
      () => forget(key, entry),
    );
    for (const [oldest, other] of entries) {
      if (entries.size <= maxEntries) break;
      forget(oldest, other);
    }
  }

  function settle(key: string, entry: Entry, value: unknown): void {
    entry.isPending = false;
    if (entries.get(key) !== entry) return;
    entry.length = typeof value === 'string' ? value.length : 0;
    length += entry.length;
    if (entry.expiresAt <= parts.now() || entry.length > maxLength / 16) forget(key, entry);
    for (const [oldest, other] of entries) {
      if (length <= maxLength) break;
      if (other.length > 0) forget(oldest, other);
    }
  }

  return {
    of: (person) =>
      async function remember<Value>(key: string, lifetimeMs: number, make: () => Promise<Value>): Promise<Value> {
        const fullKey = JSON.stringify([person, key]);
        const found = find(fullKey, lifetimeMs);
        if (found === undefined) {
          const value = make();
          keep(fullKey, { value, isPending: true, expiresAt: parts.now() + lifetimeMs, length: 0 });
          return value;
        }
        try {
          return (await found.value) as Value;
        } catch (cause) {
          // What Google said to the one we joined, it would say to us. Anything else may have been that caller's own end:
          // then the first of those who waited asks, and the others join it.
          if (cause instanceof GoogleRefusal) throw cause;
          return remember(key, lifetimeMs, make);
        }
      },
  };
}
