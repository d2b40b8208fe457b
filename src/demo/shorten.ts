/**
 * Long and secret things made fit for one line.
 *
 * Owns: how much of a secret is shown: enough to recognise it two lines further down, too little to use. Pure.
 */

const SHOWN = 6;
const TAIL = 4;

/**
 * A token of ours by its kind and its end, since two tokens of one grant begin alike: `ggpt_at_…56fY`. Anything else by its
 * beginning. Never more than a third of it.
 */
export function shorten(secret: string): string {
  const kind = /^[a-z]+_[a-z]+_(?=.{24})/.exec(secret)?.[0];
  if (kind !== undefined) return `${kind}…${secret.slice(-TAIL)}`;
  return `${secret.slice(0, Math.min(SHOWN, Math.floor(secret.length / 3)))}…`;
}

/** Text without line breaks and control characters, cut to a length. */
export function oneLine(text: string, most: number): string {
  return cut(text.replaceAll(/[\s\p{C}]+/gu, ' ').trim(), most);
}

/** Cut to a number of characters, the last of them an ellipsis where something is missing. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const kept = characters.slice(0, Math.max(most - 1, 0)).join('');
  return kept.endsWith('…') ? kept : `${kept}…`;
}

/** The same, but between two words where the first of them fits. */
export function cutWords(text: string, most: number): string {
  if ([...text].length <= most) return text;
  const end = text.lastIndexOf(' ', most - 2);
  return end <= 0 ? cut(text, most) : `${text.slice(0, end)} …`;
}

/** Lines of whole words; a word longer than a line stays whole. Breaks that are there already stay. */
export function wrap(text: string, width: number): string {
  const lines = text
    .split('\n')
    .map((line) => line.replaceAll(new RegExp(`(.{1,${width}})( +|$)`, 'g'), '$1\n').trimEnd());
  return lines.join('\n');
}
