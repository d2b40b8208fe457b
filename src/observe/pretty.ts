/** Log lines for a person at a terminal: time, level, sentence, then the fields. */
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
        styleText('gray', `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
      );
      out.write(`${styleText('gray', time.slice(11, 23))} ${LEVELS[level] ?? level} ${msg ?? ''} ${rest.join(' ')}\n`);
      if (err?.stack !== undefined) out.write(`${styleText('gray', err.stack)}\n`);
    },
  };
}
