/**
 * Long and secret things made fit for one line.
 *
 * Owns: how much of a secret is shown: enough to recognise it two lines further down, too little to use. Pure.
 */

const SHOWN = 12;

/** The first characters of a token, a code, a secret or a state. Never more than a third of it. */
export function shorten(secret: string): string {
  return `${secret.slice(0, Math.min(SHOWN, Math.floor(secret.length / 3)))}…`;
}

/** Text without line breaks and control characters, cut to a length. */
export function oneLine(text: string, most: number): string {
  const flat = text.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
  return cut(flat, most);
}

/** Cut to a number of characters, the last of them an ellipsis where something is missing. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, Math.max(most - 1, 0)).join('')}…`;
}
