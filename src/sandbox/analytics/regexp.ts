/**
 * Regular expressions as Google's filters understand them: RE2, matched in linear time whatever the pattern.
 *
 * Owns: matching. JavaScript's own engine would accept what Google refuses, and could be kept busy for years by a pattern such as
 * `(a+)+$`. Does not own: the syntax (regexp-syntax.ts).
 */
import { type Anchor, badRegexp, type CharTest, type RegexpNode, readRegexp } from './regexp-syntax.ts';

/** A program for a machine that is in many places at once. */
type Instruction =
  | { op: 'char'; test: CharTest }
  | { op: 'anchor'; at: Anchor }
  | { op: 'fork'; targets: number[] }
  | { op: 'match' };

const MAX_PATTERN = 2000;
const MAX_PROGRAM = 20_000;

/** Throws for what RE2 cannot read. `whole`: the value must match from end to end. */
export function compileRegexp(
  pattern: string,
  options: { caseSensitive: boolean; whole: boolean },
): (value: string) => boolean {
  if (pattern.length > MAX_PATTERN) throw badRegexp('pattern too large - compile failed');
  const program: Instruction[] = [];
  emit(readRegexp(pattern, !options.caseSensitive), program);
  program.push({ op: 'match' });
  return (value) => run(program, value, options.whole);
}

function emit(node: RegexpNode, program: Instruction[]): void {
  if (program.length > MAX_PROGRAM) throw badRegexp('pattern too large - compile failed');
  if (node.kind === 'char') program.push({ op: 'char', test: node.test });
  else if (node.kind === 'anchor') program.push({ op: 'anchor', at: node.at });
  else if (node.kind === 'choice') emitChoice(node.options, program);
  else if (node.kind === 'repeat') emitRepeat(node, program);
  else for (const part of node.parts) emit(part, program);
}

function fork(program: Instruction[], ...targets: number[]): number[] {
  program.push({ op: 'fork', targets });
  return targets;
}

function emitChoice(options: readonly RegexpNode[], program: Instruction[]): void {
  const starts = fork(program);
  const ends = options.map((option) => {
    starts.push(program.length);
    emit(option, program);
    return fork(program);
  });
  for (const end of ends) end.push(program.length);
}

function emitRepeat(node: { node: RegexpNode; min: number; max: number }, program: Instruction[]): void {
  for (let i = 0; i < node.min; i++) emit(node.node, program);
  if (node.max === Number.POSITIVE_INFINITY) {
    const start = program.length;
    const exits = fork(program, start + 1);
    emit(node.node, program);
    fork(program, start);
    exits.push(program.length);
    return;
  }
  const exits = [];
  for (let i = node.min; i < node.max; i++) {
    exits.push(fork(program, program.length + 1));
    emit(node.node, program);
  }
  for (const exit of exits) exit.push(program.length);
}

/** All ways through the program at once, one character after another: time is pattern times value, never more. */
function run(program: readonly Instruction[], value: string, whole: boolean): boolean {
  const chars = [...value];
  let threads: number[] = [];
  for (let index = 0; index <= chars.length; index++) {
    // A partial match may begin anywhere.
    if (index === 0 || !whole) threads.push(0);
    const { waiting, matched } = settle(threads, { program, chars, index });
    if (matched && (!whole || index === chars.length)) return true;
    const char = chars[index] ?? '';
    threads = waiting.filter((at) => accepts(program[at], char)).map((at) => at + 1);
  }
  return false;
}

function accepts(instruction: Instruction | undefined, char: string): boolean {
  return instruction?.op === 'char' && instruction.test(char);
}

interface Place {
  program: readonly Instruction[];
  chars: readonly string[];
  index: number;
}

/** Follows forks and anchors up to where the next character is wanted. */
function settle(threads: readonly number[], place: Place): { waiting: number[]; matched: boolean } {
  const seen = new Set<number>();
  const waiting: number[] = [];
  const todo = [...threads];
  let matched = false;
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const instruction = place.program[at];
    if (instruction === undefined || seen.has(at)) continue;
    seen.add(at);
    if (instruction.op === 'match') matched = true;
    else if (instruction.op === 'char') waiting.push(at);
    else if (instruction.op === 'fork') todo.push(...instruction.targets);
    else if (holds(instruction.at, place)) todo.push(at + 1);
  }
  return { waiting, matched };
}

const isWord = (char: string | undefined): boolean => char !== undefined && /[0-9A-Za-z_]/.test(char);

function holds(at: Anchor, { chars, index }: Place): boolean {
  if (at === 'start') return index === 0;
  if (at === 'end') return index === chars.length;
  const boundary = isWord(chars[index - 1]) !== isWord(chars[index]);
  return at === 'word' ? boundary : !boundary;
}
