/**
 * Reads a regular expression in RE2's syntax into a tree.
 *
 * Owns: the syntax, and RE2's words for what it cannot read: look-around, back-references, endless repetition counts. Does not
 * own: matching (regexp.ts). Syntax: https://github.com/google/re2/wiki/Syntax (captures are read but mean nothing here).
 */
import { invalid } from './errors.ts';

export type CharTest = (char: string) => boolean;

export type Anchor = 'start' | 'end' | 'word' | 'not-word';

export type RegexpNode =
  | { kind: 'char'; test: CharTest }
  | { kind: 'anchor'; at: Anchor }
  | { kind: 'sequence'; parts: readonly RegexpNode[] }
  | { kind: 'choice'; options: readonly RegexpNode[] }
  | { kind: 'repeat'; node: RegexpNode; min: number; max: number };

const MAX_REPEAT = 1000;
const MAX_DEPTH = 100;

export function badRegexp(why: string): Error {
  return invalid(`Invalid regular expression: ${why}`);
}

/** Where the reader stands, and which flags hold there. */
interface Scan {
  chars: readonly string[];
  position: number;
  depth: number;
  ignoreCase: boolean;
  dotAll: boolean;
}

export function readRegexp(pattern: string, ignoreCase: boolean): RegexpNode {
  const scan: Scan = { chars: [...pattern], position: 0, depth: 0, ignoreCase, dotAll: false };
  const root = readChoice(scan);
  if (scan.position < scan.chars.length) throw badRegexp(`unexpected ): ${pattern}`);
  return root;
}

const peek = (scan: Scan, ahead = 0): string => scan.chars[scan.position + ahead] ?? '';

/** The next few characters as text, for patterns that are easier seen at once. */
const window = (scan: Scan, length: number): string => scan.chars.slice(scan.position, scan.position + length).join('');

function readChoice(scan: Scan): RegexpNode {
  const options = [readSequence(scan)];
  while (peek(scan) === '|') {
    scan.position++;
    options.push(readSequence(scan));
  }
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
}

function readSequence(scan: Scan): RegexpNode {
  const parts: RegexpNode[] = [];
  while (!['', '|', ')'].includes(peek(scan))) {
    const node = readAtom(scan);
    if (node !== undefined) parts.push(readRepeats(scan, node));
  }
  return { kind: 'sequence', parts };
}

function readRepeats(scan: Scan, node: RegexpNode): RegexpNode {
  const count = readQuantifier(scan);
  if (count === undefined) return node;
  // A lazy match finds the same values as a greedy one.
  if (peek(scan) === '?') scan.position++;
  if (readQuantifier(scan) !== undefined) throw badRegexp('bad repetition operator: **');
  return { kind: 'repeat', node, ...count };
}

function readQuantifier(scan: Scan): { min: number; max: number } | undefined {
  const char = peek(scan);
  if (char === '*' || char === '+' || char === '?') {
    scan.position++;
    return { min: char === '+' ? 1 : 0, max: char === '?' ? 1 : Number.POSITIVE_INFINITY };
  }
  // A brace that does not count is a brace.
  const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(window(scan, 16));
  if (counted === null) return undefined;
  const [text, low, comma, high] = counted;
  scan.position += text.length;
  const min = Number(low);
  const max = comma === undefined ? min : high ? Number(high) : Number.POSITIVE_INFINITY;
  const tooMany = min > MAX_REPEAT || (Number.isFinite(max) && max > MAX_REPEAT);
  if (tooMany || max < min) throw badRegexp(`bad repetition operator: ${text}`);
  return { min, max };
}

function readAtom(scan: Scan): RegexpNode | undefined {
  const char = peek(scan);
  scan.position++;
  if (char === '(') return readGroup(scan);
  if (char === '[') return readBracket(scan);
  if (char === '\\') return readEscape(scan);
  if (char === '^') return { kind: 'anchor', at: 'start' };
  if (char === '$') return { kind: 'anchor', at: 'end' };
  if (char === '.')
    return scan.dotAll ? { kind: 'char', test: () => true } : { kind: 'char', test: (other) => other !== '\n' };
  if ('*+?'.includes(char)) throw badRegexp(`no argument for repetition operator: ${char}`);
  return literal(char, scan.ignoreCase);
}

function literal(char: string, ignoreCase: boolean): RegexpNode {
  const folded = char.toLowerCase();
  return { kind: 'char', test: ignoreCase ? (other) => other.toLowerCase() === folded : (other) => other === char };
}

/** Undefined for flags alone, `(?i)`, which hold to the end of the group around them. */
function readGroup(scan: Scan): RegexpNode | undefined {
  if (scan.depth >= MAX_DEPTH) throw badRegexp('expression nests too deeply');
  const { ignoreCase, dotAll } = scan;
  if (peek(scan) === '?' && readGroupHead(scan) === 'flags only') return undefined;
  scan.depth++;
  const inner = readChoice(scan);
  if (peek(scan) !== ')') throw badRegexp(`missing ): ${scan.chars.join('')}`);
  scan.position++;
  scan.depth--;
  Object.assign(scan, { ignoreCase, dotAll });
  return inner;
}

/** What may follow `(`: a name, flags, or nothing. Look-around is what RE2 calls a Perl operator. */
function readGroupHead(scan: Scan): 'group' | 'flags only' {
  const head = /^\?(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?([:)]))/.exec(window(scan, 40));
  if (head === null) throw badRegexp(`invalid perl operator: (${window(scan, 2)}`);
  const [text, on = '', off = '', end] = head;
  scan.position += text.length;
  scan.ignoreCase = (scan.ignoreCase || on.includes('i')) && !off.includes('i');
  scan.dotAll = (scan.dotAll || on.includes('s')) && !off.includes('s');
  return end === ')' ? 'flags only' : 'group';
}

const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\u0007' };

const sets: Readonly<Record<string, RegExp>> = {
  d: /^[0-9]$/,
  D: /^[^0-9]$/,
  w: /^[0-9A-Za-z_]$/,
  W: /^[^0-9A-Za-z_]$/,
  s: /^[\t\n\f\r ]$/,
  S: /^[^\t\n\f\r ]$/,
};

const anchors: Readonly<Record<string, Anchor>> = { b: 'word', B: 'not-word', A: 'start', z: 'end' };

function readEscape(scan: Scan): RegexpNode {
  const anchor = anchors[peek(scan)];
  if (anchor !== undefined) {
    scan.position++;
    return { kind: 'anchor', at: anchor };
  }
  const read = readEscapedChar(scan);
  return typeof read === 'string' ? literal(read, scan.ignoreCase) : { kind: 'char', test: read };
}

/** What stands after a backslash, inside brackets or out: a character or a set of them. */
function readEscapedChar(scan: Scan): string | CharTest {
  const char = peek(scan);
  scan.position++;
  if (char === '') throw badRegexp('trailing \\');
  const set = sets[char];
  if (set !== undefined) return (other) => set.test(other);
  if (char === 'p' || char === 'P') return readProperty(scan, char);
  const control = controls[char];
  if (control !== undefined) return control;
  // Back-references among them.
  if (/[A-Za-z0-9]/.test(char)) throw badRegexp(`invalid escape sequence: \\${char}`);
  return char;
}

/** `\pL` and `\p{Greek}`. */
function readProperty(scan: Scan, letter: string): CharTest {
  const named = /^(?:\{(\w+)\}|(\w))/.exec(window(scan, 30));
  if (named !== null) {
    scan.position += named[0].length;
    const name = named[1] ?? named[2] ?? '';
    for (const candidate of [`\\${letter}{${name}}`, `\\${letter}{Script=${name}}`]) {
      const test = unicodeTest(candidate);
      if (test !== undefined) return test;
    }
  }
  throw badRegexp(`invalid character class range: \\${letter}${named?.[0] ?? ''}`);
}

function unicodeTest(letters: string): CharTest | undefined {
  try {
    const test = new RegExp(`^${letters}$`, 'u');
    return (char) => test.test(char);
  } catch {
    // JavaScript does not know it by this name either; the caller refuses in RE2's words.
    return undefined;
  }
}

const posixSets: Readonly<Record<string, RegExp>> = {
  alnum: /^[0-9A-Za-z]$/,
  alpha: /^[A-Za-z]$/,
  digit: /^[0-9]$/,
  lower: /^[a-z]$/,
  upper: /^[A-Z]$/,
  space: /^[\t\n\v\f\r ]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  word: /^[0-9A-Za-z_]$/,
  xdigit: /^[0-9A-Fa-f]$/,
};

/** `[…]`: tests for one character, joined by or. */
function readBracket(scan: Scan): RegexpNode {
  const negated = peek(scan) === '^';
  if (negated) scan.position++;
  const tests: CharTest[] = [];
  // A bracket that comes first is a character of the set.
  do {
    if (peek(scan) === '') throw badRegexp(`missing ]: ${scan.chars.join('')}`);
    tests.push(readBracketItem(scan));
  } while (peek(scan) !== ']');
  scan.position++;
  const holds: CharTest = (char) => tests.some((test) => test(char));
  const folds = scan.ignoreCase;
  const any: CharTest = folds ? (char) => holds(char.toLowerCase()) || holds(char.toUpperCase()) : holds;
  return { kind: 'char', test: negated ? (char) => !any(char) : any };
}

function readBracketItem(scan: Scan): CharTest {
  const posix = /^\[:(\^?)(\w+):\]/.exec(window(scan, 40));
  if (posix !== null) {
    const name = posix[2] ?? '';
    const set = Object.hasOwn(posixSets, name) ? posixSets[name] : undefined;
    if (set === undefined) throw badRegexp(`invalid character class range: ${posix[0]}`);
    scan.position += posix[0].length;
    return (char) => set.test(char) !== (posix[1] === '^');
  }
  const low = readBracketChar(scan);
  if (typeof low !== 'string') return low;
  if (peek(scan) !== '-' || ['', ']'].includes(peek(scan, 1))) return (char) => char === low;
  scan.position++;
  const high = readBracketChar(scan);
  if (typeof high !== 'string' || high < low) throw badRegexp(`invalid character class range: ${low}-`);
  return (char) => char >= low && char <= high;
}

function readBracketChar(scan: Scan): string | CharTest {
  const char = peek(scan);
  scan.position++;
  return char === '\\' ? readEscapedChar(scan) : char;
}
