/**
 * Orders to a process with kill-points.ts in it: at which point to end, and what it did until then.
 *
 * Owns: the folder with the orders and traces. Does not own: what is a point (kill-points.ts).
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface KillOrder {
  id: string;
  /** The subcommand of the process that is meant. */
  command: string;
  /** Counting begins with this request, such as `POST /token`; undefined: at once. */
  from: string | undefined;
  /** Undefined: only trace. */
  kill: string | undefined;
}

export interface KillOrders {
  /** For the environment of the processes. */
  settings: Readonly<Record<string, string>>;
  give(order: Omit<KillOrder, 'id'>): Promise<void>;
  /** What was reached since the order was given, in its order. */
  trace(): Promise<string[]>;
  takeBack(): Promise<void>;
  close(): Promise<void>;
}

export async function openKillOrders(): Promise<KillOrders> {
  const folder = await mkdtemp(join(tmpdir(), 'ganalyticsgpt-kill-'));
  const preload = pathToFileURL(join(import.meta.dirname, 'kill-points.ts')).href;
  const file = join(folder, 'order.json');
  let count = 0;
  return {
    settings: { KILL_POINTS: folder, NODE_OPTIONS: `--import ${preload}` },
    async give(order) {
      count += 1;
      await writeFile(file, JSON.stringify({ id: String(count), ...order }));
    },
    async trace() {
      const text = await readFile(join(folder, `${count}.trace`), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '');
    },
    takeBack: () => rm(file, { force: true }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Every gap that a traced run had: before anything, behind each thing that was done, behind the answer. */
export function gapsOf(trace: readonly string[]): string[] {
  const [first] = trace;
  const gaps = trace.filter((point) => !point.startsWith('before ') && !/^the answer is out \(/.test(point));
  return first?.startsWith('before ') ? [first, ...gaps] : gaps;
}
