/**
 * Makes text that a stranger wrote fit to be shown: the name a client gave itself, the host it wants its answer at.
 *
 * Owns: taking out what deceives the eye (direction overrides, invisible and control characters, towers of accents) and
 * bounding the length. Does not own: escaping, which the `html` templates do by construction.
 */

const LONGEST_NAME = 60;
const LONGEST_HOST = 120;

/**
 * Everything without a face of its own: control and format characters (bidirectional overrides, zero-width joiners, tag
 * characters among them), lone surrogates, private use, unassigned, and the letters that are drawn as nothing.
 */
const FACELESS = /[\p{C}\u{115F}\u{1160}\u{2800}\u{3164}\u{FFA0}\u{FFFC}\p{Variation_Selector}]+/gu;

/** A name in one line, at most 60 characters as a reader counts them; `an app without a name` for nothing at all. */
export function displayName(hostile: string): string {
  return displayLine(hostile, LONGEST_NAME) || 'an app without a name';
}

/** One line of foreign text, cut at the end. */
export function displayLine(hostile: string, longest: number): string {
  const plain = plainLine(hostile, longest);
  if (plain.length <= longest) return plain;
  const letters = [...graphemes.segment(plain)].map((each) => each.segment);
  return letters.length <= longest ? plain : `${letters.slice(0, longest).join('').trimEnd()}…`;
}

/**
 * A host as it will be asked for, in ASCII. It is cut at the *front*: the end decides who owns it, and a long
 * `chatgpt.com.….evil.example` must not push its true end out of sight.
 */
export function displayHost(hostile: string): string {
  const ascii = hostile.trim().replace(/[^\x21-\x7e]/gu, '\u{FFFD}');
  if (ascii === '') return 'an unknown place';
  return ascii.length <= LONGEST_HOST ? ascii : `…${ascii.slice(-LONGEST_HOST)}`;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function plainLine(hostile: string, longest: number): string {
  // Bounded before the costly steps: a name of a megabyte is cut here, not segmented.
  return hostile
    .slice(0, longest * 20)
    .normalize('NFC')
    .replace(/[^\S\uFEFF]+/gu, ' ')
    .replace(FACELESS, '')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .replace(/ {2,}/g, ' ')
    .trim();
}
