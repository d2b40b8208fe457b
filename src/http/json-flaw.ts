/**
 * What `JSON.parse` lets pass and a server should not: depth without end, and a name given twice in one object.
 *
 * Owns: finding either. Does not own: parsing, nor the answer. Arguments nest a handful of levels; thousands are an
 * attack on the stack of whoever walks them.
 */

const MAX_DEPTH = 64;

/**
 * Walks text that is known to be valid JSON. Of a name given twice `JSON.parse` silently takes the last; two readers that
 * disagree on which one counts is how requests are smuggled.
 */
export function findJsonFlaw(text: string): string | undefined {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"(?=\s*(:)?)|[{}[\]]/g;
  const open: Set<string>[] = [];
  for (const [found, colon] of text.matchAll(token)) {
    if (found === '{' || found === '[') {
      if (open.push(new Set()) > MAX_DEPTH) return `The JSON is nested more than ${MAX_DEPTH} levels deep`;
    } else if (found === '}' || found === ']') {
      open.pop();
    } else if (colon !== undefined) {
      const name: string = JSON.parse(found);
      const names = open.at(-1);
      if (names?.has(name)) return `The JSON gives "${name.slice(0, 64)}" twice in one object`;
      names?.add(name);
    }
  }
  return undefined;
}
