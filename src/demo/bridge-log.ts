/**
 * The bridge's JSON log, as far as somebody needs it whose request went wrong.
 *
 * Owns: reading a line, choosing the one that says why. Does not own: keeping lines (processes.ts). Pure.
 */

export interface LogLine {
  level: number;
  msg?: string;
  url?: string;
}

/** Undefined for what is no line of the log, such as what Node itself prints. */
export function readLog(line: string): LogLine | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && 'level' in parsed ? (parsed as LogLine) : undefined;
  } catch {
    return undefined; // not JSON
  }
}

const WARN = 40;

/** The last warning, error or crash, else the last line; in words. Undefined when nothing was logged. */
export function tellingLine(lines: readonly string[]): string | undefined {
  const said = lines.filter((line) => line.trim() !== '');
  const line = said.findLast((each) => (readLog(each)?.level ?? WARN) >= WARN) ?? said.at(-1);
  return line === undefined ? undefined : inWords(line);
}

/** `the code was redeemed (step=token ref=BXRL-T6GF)` */
function inWords(line: string): string {
  const log = readLog(line);
  if (log === undefined) return line;
  const { level: _level, time: _time, msg = '', err, ...fields } = log as LogLine & Record<string, unknown>;
  const reason = typeof err === 'object' && err !== null && 'message' in err ? { error: err.message } : {};
  const rest = Object.entries({ ...fields, ...reason }).map(([name, value]) => `${name}=${plain(value)}`);
  return rest.length === 0 ? msg : `${msg} (${rest.join(' ')})`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
