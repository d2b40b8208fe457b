/**
 * The walk as lines that a person can follow: who calls whom, with what, and what came back; one hop, one line.
 *
 * Owns: columns, colours, cutting lines to the terminal's width. Does not own: what is said (each walker), nor where it
 * is printed. Colours are left out where the terminal has none or NO_COLOR is set: `styleText` looks after that.
 */
import { styleText } from 'node:util';
import { cut, cutWords } from './shorten.ts';

export type Party = 'ChatGPT' | 'Browser' | 'Bridge' | 'Google';

export interface Hop {
  from: Party;
  to: Party;
  /** `POST /token` */
  asked: string;
  /** The telling part of what went along, secrets shortened already. */
  with?: string | undefined;
  /** `200 access token ggpt_at_…` */
  got: string;
  /** What the asked party had to ask elsewhere before it could answer. */
  isInner?: boolean;
}

export interface Narrator {
  /** A part of the walk begins. */
  part(title: string, about: string): void;
  hop(hop: Hop): void;
  /** What the person in front of the browser does, or what an assistant makes of it. */
  act(who: string, what: string): void;
  /** Something came up: a name, where it is, what it is. */
  up(name: string, where: string, what: string): void;
  /** A line of the reckoning. */
  check(isGood: boolean, what: string, how: string): void;
  /** An address to open or a command to type, and what is there. */
  look(where: string, what?: string): void;
  say(text?: string): void;
}

/** Wider lines are harder to follow, however wide the window is. */
const WIDEST = 110;
const NARROWEST = 72;
const NAME = 7;
const LEFT = 2 + NAME + 3 + NAME + 2;
/** `http://localhost:40000/.well-known/ai-plugin.json` */
const ADDRESS = 49;
const GOT_SHARE = 0.375;

const COLOURS = { ChatGPT: 'green', Browser: 'cyan', Bridge: 'magenta', Google: 'blue' } as const;

export interface NarratorOptions {
  print(line: string): void;
  /** The terminal's; undefined when there is none. */
  columns?: number | undefined;
}

export function createNarrator({ print, columns }: NarratorOptions): Narrator {
  const width = widthFor(columns);
  return {
    part(title, about) {
      print('');
      print(` ${styleText('bold', title)}  ${styleText('gray', cut(about, width - title.length - 3))}`);
      print('');
    },
    hop: (hop) => print(hopLine(hop, width)),
    act: (who, what) => print(actLine(who, what, width)),
    up: (name, where, what) =>
      print(
        `   ${styleText('green', '✔')} ${name.padEnd(8)} ${where.padEnd(24)} ${styleText('gray', cut(what, width - 39))}`,
      ),
    check: (isGood, what, how) => {
      const mark = isGood ? styleText('green', '✔') : styleText('red', '✘');
      print(`   ${mark} ${what.padEnd(16)} ${styleText('gray', cut(how, width - 22))}`);
    },
    look: (where, what = '') => {
      const padded = what === '' ? where : where.padEnd(ADDRESS);
      print(`   ${padded}  ${styleText('gray', cut(what, width - padded.length - 5))}`.trimEnd());
    },
    say: (text = '') => print(text),
  };
}

/** One less than the terminal has: some wrap already when the last column is written. */
export function widthFor(columns: number | undefined): number {
  return Math.max(NARROWEST, Math.min(WIDEST, (columns ?? WIDEST + 1) - 1));
}

export function hopLine({ from, to, asked, with: details = '', got, isInner = false }: Hop, width: number): string {
  const gotWidth = Math.floor((width - LEFT) * GOT_SHARE);
  const askedWidth = width - LEFT - gotWidth - 2;
  const arrow = styleText('gray', isInner ? ' └ ' : ' → ');
  const first = cut(asked, askedWidth);
  const room = askedWidth - [...first].length - 2;
  const second = room > 3 && details !== '' ? `  ${cutWords(details, room)}` : '';
  const gap = ' '.repeat(askedWidth - [...first].length - [...second].length + 2);
  const middle = isInner ? styleText('gray', first + second) : `${first}${styleText('gray', second)}`;
  return `  ${partyName(from)}${arrow}${partyName(to)}  ${middle}${gap}${status(cut(got, gotWidth))}`;
}

function partyName(party: Party): string {
  return styleText(COLOURS[party], party.padEnd(NAME));
}

function actLine(who: string, what: string, width: number): string {
  const text = cut(what, width - 2 - NAME - 1);
  const colour = Object.entries(COLOURS).find(([party]) => party === who)?.[1] ?? 'yellow';
  return `  ${styleText(colour, `${who.padEnd(NAME)} ${text}`)}`;
}

/** The number in front says how it went; the rest is for who wants to know more. */
function status(got: string): string {
  const [, code = '', rest = ''] = /^(\d{3})?(.*)$/.exec(got) ?? [];
  const isRefusal = code.startsWith('4') || code.startsWith('5');
  return `${code === '' ? '' : styleText(isRefusal ? 'yellow' : 'green', code)}${rest}`;
}
