/**
 * Google is asked for a fresh token once for each life of a token: only by whoever has the turn, only when the one that is
 * stored is near its end or was refused by Google, and a second time only when what Google gave was lost on the way: with
 * the answer, with the replica, in the store, or because the turn was over.
 */
import { WRONG_CLOCK_MS } from '../../../src/store/store.ts';
import { tokenContext } from '../../../src/vault/google-tokens.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import type { Clock } from '../clock.ts';
import { type Google, isRefresh } from '../google.ts';
import type { Ledger } from '../ledger.ts';
import type { Act, Violate, Witness } from '../witness.ts';

/** The turn to refresh, for one stored token. */
interface Turn {
  /** The stored token that it is for: connection and version. */
  life: string;
  subject: string;
  replica: string;
  until: number;
  tries: number;
  /** Its time was over, by the clock of then, and another one has taken the turn: what it still does comes on top. */
  isOvertaken: boolean;
  /** `blocks`: nobody uses it any more, but the store does not know. */
  state: 'held' | 'blocks' | 'over';
}

interface Gift {
  turn: Turn;
  /** How what Google gave got lost; undefined while it should have been of use. */
  lostBy: string | undefined;
}

interface RefreshParts {
  ledger: Ledger;
  google: Google;
  vault: Vault;
  clock: Clock;
  violate: Violate;
}

const MARGIN_MS = 60_000;
const TRIES = 3;
const OVER = 'the turn was over';

export interface RefreshCount {
  /** Answers of Google's with a token. */
  all: number;
  /** Those that were due because the one before was lost, by how. */
  again: ReadonlyMap<string, number>;
}

export function watchRefreshes(parts: RefreshParts): Witness & { count(): RefreshCount } {
  const { google, violate } = parts;
  const turns: Turn[] = [];
  const gifts = new Map<string, Gift[]>();
  const again = new Map<string, number>();
  let all = 0;

  const lose = (turn: Turn, how: string) => {
    const gift = gifts.get(turn.life)?.at(-1);
    if (gift?.turn === turn) gift.lostBy ??= how;
  };

  const taken = ({ args, replica, isHeard }: Act) => {
    const [id, version, now, until] = args as [string, number, number, number];
    const life = `${id}@${version}`;
    const { subject } = checkNeeded(parts, id) ?? { subject: '?' };
    for (const turn of turns.filter((each) => each.life === life && each.state !== 'over')) {
      // A turn that ends later than any turn can was given by a clock that was wrong: it binds nobody.
      if (turn.until > now && turn.until <= until + WRONG_CLOCK_MS)
        violate('refreshes', `${replica} got the turn for ${subject} while ${turn.replica} has it`);
      lose(turn, OVER);
      turn.isOvertaken = true;
    }
    turns.push({ life, subject, replica, until, tries: 0, isOvertaken: false, state: isHeard ? 'held' : 'blocks' });
  };

  const giveBack = (replica: string, id: unknown, version: unknown) => {
    for (const turn of turns) if (turn.replica === replica && turn.life === `${id}@${version}`) turn.state = 'over';
  };

  const given = (turn: Turn, isHeard: boolean) => {
    const former = gifts.get(turn.life) ?? [];
    const last = former.at(-1);
    // Of two whose turns ran side by side, since the first one's was over, either may be the later.
    const why = turn.isOvertaken || last?.turn.isOvertaken ? OVER : last?.lostBy;
    if (last !== undefined && why === undefined)
      violate('refreshes', `Google gave ${turn.subject} a second token for one life, and the first was not lost`);
    all += 1;
    if (last !== undefined && why !== undefined) again.set(why, (again.get(why) ?? 0) + 1);
    gifts.set(turn.life, [...former, { turn, lostBy: isHeard ? undefined : 'the answer was lost' }]);
  };

  return {
    count: () => ({ all, again }),
    acted(act) {
      const [id, version] = act.args;
      if (act.verb === 'connections.claimRefresh' && act.result === true) taken(act);
      if (['connections.releaseRefresh', 'connections.saveAccess', 'connections.markDead'].includes(act.verb))
        giveBack(act.replica, id, version);
    },
    refused({ verb, args, replica }) {
      const turn = turns.findLast((each) => each.replica === replica && each.life === `${args[0]}@${args[1]}`);
      if (turn === undefined) return;
      if (verb === 'connections.saveAccess') lose(turn, 'the store refused it');
      if (verb === 'connections.releaseRefresh' && turn.state === 'held') turn.state = 'blocks';
    },
    crashed(replica) {
      for (const turn of turns.filter((each) => each.replica === replica && each.state === 'held')) {
        lose(turn, 'the replica crashed');
        turn.state = 'blocks';
      }
    },
    googleAnswered(replica, request, { status }, isHeard) {
      if (!isRefresh(request)) return;
      const subject = google.subjectOf(new URLSearchParams(request.body).get('refresh_token') ?? '');
      const turn = turns.findLast((each) => each.replica === replica && each.subject === subject);
      if (turn?.state !== 'held') return violate('refreshes', `${replica} asked Google for ${subject} out of turn`);
      turn.tries += 1;
      if (turn.tries > TRIES) violate('refreshes', `${replica} asked Google ${turn.tries} times in one turn`);
      if (status === 200) given(turn, isHeard);
      return undefined;
    },
  };
}

/** The stored token is near its end by the latest that the clock ever showed, or Google refused it. */
function checkNeeded({ ledger, google, vault, clock, violate }: RefreshParts, id: string) {
  const row = ledger.connection(id);
  if (row === undefined) return undefined;
  const { subject, sealedAccessToken } = row;
  const access = sealedAccessToken && vault.open('google-tokens', tokenContext(subject, 'access'), sealedAccessToken);
  const isGood =
    access !== undefined &&
    row.accessExpiresAt - MARGIN_MS > clock.latest() &&
    google.accessOf(access)?.wasRefused !== true;
  if (isGood) violate('refreshes', `a turn was taken for ${subject}, whose token was good`);
  return row;
}
