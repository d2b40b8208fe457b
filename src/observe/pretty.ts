/**
 * Log lines for a person at a terminal: time, level, sentence, then the fields.
 *
 * Fields and errors carry text of strangers. What a terminal obeys, or reads as a new line, is written out as `\u{1b}`, so
 * that nobody can forge a line, colour one or take the terminal over.
 */
import { styleText } from 'node:util';

const LEVELS: Readonly<Record<number, string>> = {
  10: styleText('gray', 'trace'),
  20: styleText('gray', 'debug'),
  30: styleText('green', 'info '),
  40: styleText('yellow', 'warn '),
  50: styleText('red', 'error'),
  60: styleText('red', 'fatal'),
};

interface Line {
  level: number;
  time: string;
  msg?: string;
  err?: { stack?: string };
  [field: string]: unknown;
}

/** A destination for pino that writes readable lines instead of JSON. */
export function prettyLines(out: { write(text: string): void }): { write(line: string): void } {
  return {
    write(json) {
      const { level, time, msg, err, ...fields } = JSON.parse(json) as Line;
      const rest = Object.entries(fields).map(([name, value]) =>
        styleText('gray', writtenOut(`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)),
      );
      const sentence = writtenOut(msg ?? '');
      out.write(`${styleText('gray', time.slice(11, 23))} ${LEVELS[level] ?? level} ${sentence} ${rest.join(' ')}\n`);
      if (typeof err?.stack === 'string') out.write(`${styleText('gray', indented(err.stack))}\n`);
    },
  };
}

/** An error's message may be foreign and bring lines of its own: set in, none of them looks like a line of the log. */
function indented(stack: string): string {
  const lines = stack.split('\n').map((line) => `    ${writtenOut(line)}`);
  return lines.join('\n');
}

/** Control and format characters, lone surrogates and the two separators of Unicode, as text. */
function writtenOut(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
}
