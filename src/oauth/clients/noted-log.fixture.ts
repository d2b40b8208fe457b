/** A log for tests that notes each line: its level, its fields, its words. */
import type { Log } from '../../observe/log.ts';

export type NotedLine = [level: string, fields: unknown, message: unknown];

export function createNotedLog(): { log: Log; lines: NotedLine[] } {
  const lines: NotedLine[] = [];
  const note = (level: string) => (fields: unknown, message: unknown) => void lines.push([level, fields, message]);
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') } as Log;
  return { log, lines };
}
