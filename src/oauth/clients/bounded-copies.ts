/**
 * So many copies and so many bytes of what strangers publish, and which of them goes when that is too much.
 *
 * Owns: the two bounds and the order of leaving: the longest unused first, but nothing that a connected person depends on
 * while there is something else. Otherwise a few hundred documents of a stranger would push out the one copy that keeps
 * people connected while its host is away. Does not own: what a copy is or how old it may get (cached-document.ts).
 */
export interface BoundedCopies<Value> {
  /** Reading changes nothing; `use` also makes it the last to go. */
  get(key: string): Value | undefined;
  use(key: string): void;
  /** Resolves when the bounds hold again. */
  keep(key: string, value: Value): Promise<void>;
  delete(key: string): void;
}

interface BoundParts<Value> {
  most: number;
  mostBytes: number;
  /** Roughly. */
  bytesOf(value: Value): number;
  /** Whether a finished sign-in depends on it. Asked when room is wanted, once for each copy. */
  isConnected(key: string): Promise<boolean>;
}

interface Entry<Value> {
  value: Value;
  bytes: number;
  isConnected: boolean;
}

export function createBoundedCopies<Value>(parts: BoundParts<Value>): BoundedCopies<Value> {
  const { most, mostBytes, bytesOf, isConnected } = parts;
  const entries = new Map<string, Entry<Value>>();
  let bytes = 0;

  const remove = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  const isTooMuch = () => (entries.size > most || bytes > mostBytes) && entries.size > 1;

  const firstToGo = async (newest: string): Promise<string | undefined> => {
    for (const [key, entry] of [...entries]) {
      if (key === newest || entry.isConnected) continue;
      // A database that fails is not asked twice; the copy can be had again.
      entry.isConnected = await isConnected(key).catch(() => false);
      if (!entry.isConnected) return key;
    }
    return [...entries.keys()].find((key) => key !== newest);
  };

  return {
    get: (key) => entries.get(key)?.value,
    use(key) {
      const entry = entries.get(key);
      if (entry === undefined) return;
      entries.delete(key);
      entries.set(key, entry);
    },
    async keep(key, value) {
      remove(key);
      const entry = { value, bytes: key.length + bytesOf(value), isConnected: false };
      entries.set(key, entry);
      bytes += entry.bytes;
      while (isTooMuch()) {
        const gone = await firstToGo(key);
        if (gone !== undefined && isTooMuch()) remove(gone);
      }
    },
    delete: remove,
  };
}

/** What a value of plain data takes up in memory, on the safe side: two bytes a character, and the objects around them. */
export function roughBytes(value: unknown): number {
  return 1000 + 2 * JSON.stringify(value).length;
}
