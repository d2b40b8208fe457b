/**
 * What the bridge asked of Google, as Google's side tells it: the sandbox lists every request that reached it.
 *
 * Owns: telling new ones from old ones and the bridge's from the browser's. Does not own: how they are shown.
 */
import { HopError } from './hop-error.ts';

export interface GoogleCall {
  id: number;
  method: string;
  path: string;
  query: Record<string, string>;
  /** Form fields; secrets come shortened. */
  form: Record<string, string>;
  status: number | null;
}

export interface GoogleCalls {
  /** Those that came since the last time. */
  fresh(): Promise<GoogleCall[]>;
  /** Forgets what has come until now. */
  skip(): Promise<void>;
  /** Everything that the bridge and the browser have asked so far. */
  all(): Promise<GoogleCall[]>;
}

export function watchGoogle(sandboxUrl: string): GoogleCalls {
  let seen = 0;
  const all = async () => {
    const answer = await fetch(`${sandboxUrl}/sandbox/requests`);
    if (!answer.ok) throw new HopError(`the sandbox was asked for its request log and answered ${answer.status}`);
    return ((await answer.json()) as { requests: GoogleCall[] }).requests;
  };
  const fresh = async () => {
    const calls = (await all()).filter(({ id }) => id > seen);
    seen = calls.at(-1)?.id ?? seen;
    return calls.filter(({ path }) => !isBrowsers(path));
  };
  return {
    all,
    fresh,
    skip: async () => {
      await fresh();
    },
  };
}

/** People's pages; everything else is asked by servers. */
export function isBrowsers(path: string): boolean {
  return path.startsWith('/o/oauth2/');
}
