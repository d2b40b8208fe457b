/**
 * A command line that can be copied into a shell though some of its words were written by a stranger.
 *
 * Owns: quoting for POSIX shells. Does not own: what the command is.
 */

/** `undefined` where a word holds anything but printable ASCII: what cannot be seen must not be copied into a terminal. */
export function shellCommand(words: readonly string[]): string | undefined {
  if (!words.every((word) => /^[\x20-\x7e]{1,2000}$/.test(word))) return undefined;
  return words.map(quote).join(' ');
}

function quote(word: string): string {
  return /^[A-Za-z0-9_./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
