/**
 * Regular expressions as Google's filters understand them: RE2 syntax, matched in linear time whatever the pattern.
 *
 * Owns: reading a pattern and matching it. JavaScript's own engine would accept look-around and back-references, which Google
 * refuses, and could be made to run for years by a pattern such as `(a+)+$`. Does not own: what is matched.
 * Syntax: https://github.com/google/re2/wiki/Syntax (captures and rarely used escapes are read but mean nothing here).
 */
import { invalid } from './errors.ts';

type CharTest = (char: string) => boolean;

type Node =
  | { kind: 'char'; test: CharTest }
  | { kind: 'assert'; at: 'start' | 'end' | 'word' | 'not-word' }
  | { kind: 'sequence'; parts: Node[] }
  | { kind: 'choice'; options: Node[] }
  | { kind: 'repeat'; node: Node; min: number; max: number };

type Instruction =
  | { op: 'char'; test: CharTest }
  | { op: 'assert'; at: 'start' | 'end' | 'word' | 'not-word' }
  | { op: 'fork'; targets: number[] }
  | { op: 'match' };

const MAX_PATTERN = 2000;
const MAX_REPEAT = 1000;
const MAX_PROGRAM = 20_000;
const MAX_GROUPS = 100;

function bad(why: string): Error {
  return invalid(`Invalid regular expression: ${why}`);
}

/** Throws Google-like refusals for what RE2 cannot read. `whole`: the value must match from end to end. */
export function compileRegexp(
  pattern: string,
  options: { caseSensitive: boolean; whole: boolean },
): (value: string) => boolean {
  if (pattern.length > MAX_PATTERN) throw bad('pattern too large - compile failed');
  const program: Instruction[] = [];
  emit(parse(pattern, !options.caseSensitive), program);
  program.push({ op: 'match' });
  return (value) => run(program, value, options.whole);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\u0007' };
const classEscapes: Readonly<Record<string, RegExp>> = {
  d: /^[0-9]$/,
  D: /^[^0-9]$/s,
  w: /^[0-9A-Za-z_]$/,
  W: /^[^0-9A-Za-z_]$/s,
  s: /^[\t\n\f\r ]$/,
  S: /^[^\t\n\f\r ]$/s,
};

function literal(char: string, ignoreCase: boolean): Node {
  const folded = char.toLowerCase();
  return { kind: 'char', test: ignoreCase ? (other) => other.toLowerCase() === folded : (other) => other === char };
}

function parse(pattern: string, caseless: boolean): Node {
  const chars = [...pattern];
  let position = 0;
  let depth = 0;
  let ignoreCase = caseless;
  let dotAll = false;

  const peek = (ahead = 0): string => chars[position + ahead] ?? '';
  const atEnd = (): boolean => position >= chars.length;

  function choice(): Node {
    const options = [sequence()];
    while (peek() === '|') {
      position++;
      options.push(sequence());
    }
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  function sequence(): Node {
    const parts: Node[] = [];
    while (!atEnd() && peek() !== '|' && peek() !== ')') {
      const node = atom();
      if (node !== undefined) parts.push(repeated(node));
    }
    return { kind: 'sequence', parts };
  }

  function repeated(node: Node): Node {
    const range = quantifier();
    if (range === undefined) return node;
    if (peek() === '?') position++;
    if (quantifier() !== undefined) throw bad(`bad repetition operator: ${pattern.slice(-20)}`);
    return { kind: 'repeat', node, ...range };
  }

  function quantifier(): { min: number; max: number } | undefined {
    const char = peek();
    if (char === '*' || char === '+' || char === '?') {
      position++;
      return { min: char === '+' ? 1 : 0, max: char === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    const counted = char === '{' ? /^\{(\d+)(,(\d*))?\}/.exec(chars.slice(position, position + 16).join('')) : null;
    if (counted === null) return undefined;
    position += counted[0].length;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] ? Number(counted[3]) : Number.POSITIVE_INFINITY;
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY) || max < min) {
      throw bad(`bad repetition operator: ${counted[0]}`);
    }
    return { min, max };
  }

  function atom(): Node | undefined {
    const char = peek();
    position++;
    switch (char) {
      case '(':
        return group();
      case '[':
        return bracket();
      case '.': {
        const all = dotAll;
        return { kind: 'char', test: (other) => all || other !== '\n' };
      }
      case '^':
        return { kind: 'assert', at: 'start' };
      case '$':
        return { kind: 'assert', at: 'end' };
      case '\\':
        return escaped();
      case '*':
      case '+':
      case '?':
        throw bad(`no argument for repetition operator: ${char}`);
      default:
        return literal(char, ignoreCase);
    }
  }

  function group(): Node | undefined {
    const outer = { ignoreCase, dotAll };
    if (++depth > MAX_GROUPS) throw bad('pattern too large - compile failed');
    if (peek() === '?') {
      const head = /^\?(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?([:)]))/.exec(chars.slice(position, position + 40).join(''));
      if (head === null) throw bad(`invalid perl operator: (${chars.slice(position, position + 2).join('')}`);
      position += head[0].length;
      if (head[1]?.includes('i')) ignoreCase = true;
      if (head[1]?.includes('s')) dotAll = true;
      if (head[2]?.includes('i')) ignoreCase = false;
      if (head[2]?.includes('s')) dotAll = false;
      if (head[3] === ')') {
        depth--;
        return undefined;
      }
    }
    const inner = choice();
    if (peek() !== ')') throw bad(`missing ): ${pattern}`);
    position++;
    depth--;
    ({ ignoreCase, dotAll } = outer);
    return inner;
  }

  function escaped(): Node {
    const char = peek();
    position++;
    if (char === '') throw bad('trailing \\');
    if (char === 'b' || char === 'B') return { kind: 'assert', at: char === 'b' ? 'word' : 'not-word' };
    if (char === 'A' || char === 'z') return { kind: 'assert', at: char === 'A' ? 'start' : 'end' };
    const known = classEscapes[char];
    if (known !== undefined) return { kind: 'char', test: (other) => known.test(other) };
    if (/[1-9]/.test(char)) throw bad(`invalid escape sequence: \\${char}`);
    if (/[pP]/.test(char)) return property(char);
    const control = escapes[char];
    if (control !== undefined) return literal(control, false);
    if (/[A-Za-z0-9]/.test(char)) throw bad(`invalid escape sequence: \\${char}`);
    return literal(char, ignoreCase);
  }

  /** `\pL` and `\p{Greek}`. */
  function property(letter: string): Node {
    const named = /^(?:\{([\w^]+)\}|(\w))/.exec(chars.slice(position, position + 30).join(''));
    if (named === null) throw bad(`invalid character class range: \\${letter}`);
    position += named[0].length;
    const name = named[1] ?? named[2] ?? '';
    for (const candidate of [`\\${letter}{${name}}`, `\\${letter}{Script=${name}}`]) {
      try {
        const test = new RegExp(`^${candidate}$`, 'u');
        return { kind: 'char', test: (other) => test.test(other) };
      } catch {
        // Not a general category; perhaps a script. Neither: refused below.
      }
    }
    throw bad(`invalid character class range: \\${letter}{${name}}`);
  }

  /** `[…]`: read into single-character tests, joined by or. */
  function bracket(): Node {
    const start = position;
    const negated = peek() === '^';
    if (negated) position++;
    const tests: CharTest[] = [];
    for (let first = true; first || peek() !== ']'; first = false) {
      if (atEnd()) throw bad(`missing ]: [${chars.slice(start).join('')}`);
      tests.push(bracketItem());
    }
    position++;
    const fold = ignoreCase;
    const any: CharTest = (char) =>
      tests.some((test) => test(char) || (fold && (test(char.toLowerCase()) || test(char.toUpperCase()))));
    return { kind: 'char', test: negated ? (char) => !any(char) : any };
  }

  function bracketItem(): CharTest {
    const posix = /^\[:(\^?)(\w+):\]/.exec(chars.slice(position, position + 14).join(''));
    if (posix !== null) {
      position += posix[0].length;
      return posixClass(posix[2] ?? '', posix[1] === '^');
    }
    const low = bracketChar();
    if (typeof low !== 'string') return low;
    if (peek() !== '-' || peek(1) === ']' || peek(1) === '') return (char) => char === low;
    position++;
    const high = bracketChar();
    if (typeof high !== 'string' || high < low)
      throw bad(`invalid character class range: ${low}-${typeof high === 'string' ? high : ''}`);
    return (char) => char >= low && char <= high;
  }

  function bracketChar(): string | CharTest {
    const char = peek();
    if (char !== '\\') {
      position++;
      return char;
    }
    position++;
    const after = peek();
    const known = classEscapes[after];
    if (known !== undefined) {
      position++;
      return (other) => known.test(other);
    }
    if (/[pP]/.test(after)) {
      position++;
      const node = property(after);
      if (node.kind === 'char') return node.test;
    }
    if (after === '' || /[A-Za-z0-9]/.test(after)) {
      const control = escapes[after];
      if (control === undefined) throw bad(`invalid escape sequence: \\${after}`);
      position++;
      return control;
    }
    position++;
    return after;
  }

  const root = choice();
  if (!atEnd()) throw bad(`unexpected ): ${pattern}`);
  return root;
}

const posixClasses: Readonly<Record<string, RegExp>> = {
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

function posixClass(name: string, negated: boolean): CharTest {
  const known = posixClasses[name];
  if (known === undefined) throw bad(`invalid character class range: [:${name}:]`);
  return (char) => known.test(char) !== negated;
}

function emit(node: Node, program: Instruction[]): void {
  if (program.length > MAX_PROGRAM) throw bad('pattern too large - compile failed');
  switch (node.kind) {
    case 'char':
      program.push({ op: 'char', test: node.test });
      return;
    case 'assert':
      program.push({ op: 'assert', at: node.at });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      return;
    case 'choice':
      return emitChoice(node.options, program);
    case 'repeat':
      return emitRepeat(node, program);
  }
}

function emitChoice(options: readonly Node[], program: Instruction[]): void {
  const fork = { op: 'fork' as const, targets: [] as number[] };
  program.push(fork);
  const ends = options.map((option) => {
    fork.targets.push(program.length);
    emit(option, program);
    const end = { op: 'fork' as const, targets: [] as number[] };
    program.push(end);
    return end;
  });
  for (const end of ends) end.targets.push(program.length);
}

function emitRepeat(node: { node: Node; min: number; max: number }, program: Instruction[]): void {
  for (let i = 0; i < node.min; i++) emit(node.node, program);
  if (node.max === Number.POSITIVE_INFINITY) {
    const fork = { op: 'fork' as const, targets: [program.length + 1] };
    const start = program.length;
    program.push(fork);
    emit(node.node, program);
    program.push({ op: 'fork', targets: [start] });
    fork.targets.push(program.length);
    return;
  }
  const forks = [];
  for (let i = node.min; i < node.max; i++) {
    const fork = { op: 'fork' as const, targets: [program.length + 1] };
    forks.push(fork);
    program.push(fork);
    emit(node.node, program);
  }
  for (const fork of forks) fork.targets.push(program.length);
}

const isWord = (char: string | undefined): boolean => char !== undefined && /[0-9A-Za-z_]/.test(char);

/** All ways through the program at once, one character after another: time is pattern times value, never more. */
function run(program: readonly Instruction[], value: string, whole: boolean): boolean {
  const chars = [...value];
  let threads: number[] = [];
  for (let index = 0; index <= chars.length; index++) {
    const seen = new Set<number>();
    const waiting: number[] = [];
    const starts = index === 0 || !whole ? [...threads, 0] : threads;
    if (follow(starts, { program, chars, index, seen, waiting }) && (!whole || index === chars.length)) return true;
    const char = chars[index];
    threads = char === undefined ? [] : waiting.flatMap((at) => step(program[at], char, at));
    if (whole && threads.length === 0) return false;
  }
  return false;
}

function step(instruction: Instruction | undefined, char: string, at: number): number[] {
  return instruction?.op === 'char' && instruction.test(char) ? [at + 1] : [];
}

interface Following {
  program: readonly Instruction[];
  chars: readonly string[];
  index: number;
  seen: Set<number>;
  waiting: number[];
}

/** Follows forks and assertions up to the next character; true if the program's end is reached. */
function follow(starts: readonly number[], state: Following): boolean {
  const todo = [...starts];
  let matched = false;
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (state.seen.has(at)) continue;
    state.seen.add(at);
    const instruction = state.program[at];
    if (instruction === undefined) continue;
    if (instruction.op === 'match') matched = true;
    else if (instruction.op === 'char') state.waiting.push(at);
    else if (instruction.op === 'fork') todo.push(...instruction.targets);
    else if (holds(instruction.at, state)) todo.push(at + 1);
  }
  return matched;
}

function holds(at: 'start' | 'end' | 'word' | 'not-word', { chars, index }: Following): boolean {
  if (at === 'start') return index === 0;
  if (at === 'end') return index === chars.length;
  const boundary = isWord(chars[index - 1]) !== isWord(chars[index]);
  return at === 'word' ? boundary : !boundary;
}
