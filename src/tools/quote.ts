/**
 * Repeating what somebody else wrote inside a sentence of ours.
 *
 * Owns: making such text short, one line and visibly quoted. It is the only way that arguments, property names and the
 * like get into an error or a note.
 */

const MAX_QUOTED = 60;

/** `text` in backticks: no control characters, no line breaks, no backticks of its own, at most 60 characters. */
export function quote(text: string): string {
  return `\`${plainLine(text, MAX_QUOTED)}\``;
}

export function quoteAll(texts: readonly string[]): string {
  return texts.map(quote).join(', ');
}

/** A value of any kind as short JSON, quoted. */
export function quoteValue(value: unknown): string {
  if (typeof value === 'string') return quote(JSON.stringify(plainLine(value, MAX_QUOTED)));
  return quote(JSON.stringify(value) ?? String(value));
}

/** One line of at most `max` characters, without anything that could be read as layout. */
export function plainLine(text: string, max: number): string {
  const line = text
    .toWellFormed()
    .slice(0, max * 4)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s`]+/gu, ' ')
    .trim();
  return line.length > max
    ? `${line
        .slice(0, max - 1)
        .trimEnd()
        .toWellFormed()}…`
    : line;
}
