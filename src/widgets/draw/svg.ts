/**
 * SVG as text, escaped by construction, and how wide a text will be.
 *
 * Owns: elements, text and its estimated width: a server has no browser to measure with, and both sides must agree.
 */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeXml(text: string): string {
  // Control characters are no XML at all, escaped or not.
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are taken out
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
  );
}

/** `inner` is SVG already; `text()` is the way for words. */
export function element(name: string, attributes: Attributes, inner: readonly string[] = []): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? short(value) : escapeXml(value)}"`],
  );
  return inner.length === 0 ? `<${name}${given.join('')}/>` : `<${name}${given.join('')}>${inner.join('')}</${name}>`;
}

export function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, [escapeXml(words)]);
}

/** A tenth of a pixel is all that can be seen. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const NARROW = /[iljtfrI.,:;|!'()[\] ·]/;
const WIDE = /[mwMW@%]/;
const FULL = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u;

/** In pixels, on the generous side. */
export function textWidth(words: string, size: number): number {
  let units = 0;
  for (const character of words) {
    if (FULL.test(character)) units += 1.05;
    else if (NARROW.test(character)) units += 0.36;
    else if (WIDE.test(character)) units += 0.9;
    else units += /[A-Z0-9]/.test(character) ? 0.66 : 0.58;
  }
  return units * size;
}

/** As many whole characters as fit, with an ellipsis where some did not. */
export function fitText(words: string, size: number, width: number): string {
  if (textWidth(words, size) <= width) return words;
  let shown = '';
  for (const character of words) {
    if (textWidth(`${shown}${character}…`, size) > width) break;
    shown += character;
  }
  return `${shown.trimEnd()}…`;
}

/** Words broken into lines of at most this width. */
export function wrapText(words: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(fitText(word, size, width));
  }
  return lines;
}
