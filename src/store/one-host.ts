/**
 * A SQLite file serves one machine. Where it lies on a disk that several machines share, a bridge on a second one is
 * noticed by a small file beside the database, in which the bridge on the first one counts.
 *
 * Owns: that file. Looks whether it changes rather than at its time, so that no two clocks have to agree; what a crash
 * left behind stands still and is taken over. It is a guard against a mistake, not a lock: two that start in the same
 * second on two machines are not noticed. Does not own: several processes on one machine, which SQLite itself handles.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError } from '../errors.ts';

const BEAT_MS = 2_000;
/** Long enough for a living one to count at least once. */
const WATCH_MS = 5_000;

interface HostParts {
  host: string;
  sleep: (milliseconds: number) => Promise<unknown>;
}

/** Throws ConfigError when a bridge on another machine uses the file. Returns how to give it free. */
export async function holdForThisHost(
  databasePath: string,
  { host, sleep }: HostParts = { host: hostname(), sleep: wait },
): Promise<() => void> {
  if (databasePath === ':memory:') return () => {};
  const file = `${databasePath}.host`;
  const other = read(file);
  if (other !== undefined && hostOf(other) !== host) {
    await sleep(WATCH_MS);
    const later = read(file);
    if (later !== undefined && later !== other && hostOf(later) !== host) throw inUse(databasePath, hostOf(later));
  }
  let count = 0;
  const beat = () => {
    count += 1;
    try {
      writeFileSync(file, `${host}\n${process.pid} ${count}\n`);
    } catch {
      // A full disk stops writes to the database too, and that is said where it matters.
    }
  };
  beat();
  const beating = setInterval(beat, BEAT_MS);
  beating.unref();
  return () => {
    clearInterval(beating);
    const last = read(file);
    if (last !== undefined && hostOf(last) === host) rmSync(file, { force: true });
  };
}

function inUse(databasePath: string, host: string): ConfigError {
  const wanted =
    'a database of its own for each machine, or PostgreSQL for several replicas (a SQLite file serves one machine; WORKERS uses its cores)';
  const got = `${databasePath}, which a bridge on the machine ${JSON.stringify(host)} is using`;
  return new ConfigError([{ option: 'DATABASE_URL', got, wanted, example: 'postgres://user@host/database' }]);
}

function hostOf(text: string): string {
  return text.split('\n')[0] ?? '';
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
