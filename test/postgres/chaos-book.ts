/**
 * Google was asked twice in one life of a person's token: whose fault is that? A replica that dies between Google's answer
 * and storing it takes the answer with it, and nobody else can have it. That alone excuses a second question.
 *
 * Owns: telling the excused ones from all others. Pure. Does not own: the book (support/counted-google.ts), the killing.
 */
import type { Refresh } from '../support/counted-google.ts';

/** A replica that was killed. */
export interface Death {
  /** The how manieth kill. */
  kill: number;
  pid: number;
  goneAt: number;
  /** Whose turn to ask Google was taken in the database right after that, and until when. */
  turns: ReadonlyMap<string, number>;
}

export interface Excused {
  account: string;
  life: number;
  kill: number;
  /** From the question at Google whose answer was lost to the next one. */
  secondsBetween: number;
}

export interface Verdict {
  /** Lives in which Google was asked at all. */
  refreshedLives: number;
  excused: Excused[];
  /** In words; has to be empty. */
  unexplained: string[];
}

export function judge(refreshes: readonly Refresh[], deaths: readonly Death[]): Verdict {
  const lives = Map.groupBy(refreshes, ({ account, life }) => `${account} ${life}`);
  const excused: Excused[] = [];
  const unexplained: string[] = [];
  for (const asked of lives.values()) {
    for (const [n, next] of asked.slice(1).entries()) {
      const earlier = asked[n] as Refresh;
      const { account, life } = next;
      const death = deaths.find((each) => isLost(earlier, next, each));
      const secondsBetween = (next.askedAt - earlier.askedAt) / 1000;
      if (death !== undefined) excused.push({ account, life, kill: death.kill, secondsBetween });
      else unexplained.push(`${account}, life ${life}: ${earlier.pid}, then ${next.pid} after ${secondsBetween} s`);
    }
  }
  return { refreshedLives: lives.size, excused, unexplained };
}

/**
 * The killed process is the one that had asked; the database still gave it the turn when it was gone, so that nothing had
 * been stored; and the next one asked only when that turn had run out.
 */
function isLost(earlier: Refresh, next: Refresh, { pid, goneAt, turns }: Death): boolean {
  const until = turns.get(earlier.account);
  return earlier.pid === pid && until !== undefined && next.askedAt > goneAt && next.askedAt >= until;
}
