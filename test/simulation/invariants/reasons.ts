/**
 * Every end has a reason in the audit trail, and the reason is true. An event that a crash or a failing store took along is
 * excused (the trail is kept lazily, store.ts says so), and counted.
 */
import type { Event, Grant, GrantEnd, NewEvent } from '../../../src/store/records.ts';
import type { Clock } from '../clock.ts';
import type { GrantLife, Ledger } from '../ledger.ts';
import type { Act, Violate, Witness } from '../witness.ts';

interface Owed {
  what: 'grant' | 'dead' | 'ended';
  id: string;
  replica: string;
}

interface ReasonParts {
  ledger: Ledger;
  clock: Clock;
  isPublic(clientId: string): boolean;
  shownRefresh: ReadonlyMap<string, ReadonlySet<string>>;
  replayWindowMs: number;
  violate: Violate;
}

const MOST_REPLAYS = 10;

export function watchReasons(parts: ReasonParts): Witness & { excused(): number } {
  const { ledger, violate } = parts;
  let owed: Owed[] = [];
  let excused = 0;

  const settle = (isSettled: (one: Owed) => boolean): number => {
    const before = owed.length;
    owed = owed.filter((one) => !isSettled(one));
    return before - owed.length;
  };

  const learn = (event: Event | NewEvent) => {
    if (event.step === 'grant' && event.outcome === 'ended') {
      const life = ledger.grants.get(event.grantId ?? '');
      if (life === undefined) violate('reason', `the trail tells of the end of ${event.grantId}, which never was`);
      else checkWhy(parts, life, event.detail.why as GrantEnd);
      settle(({ what, id }) => what === 'grant' && id === event.grantId);
    }
    if (event.step === 'connection' && event.outcome === 'dead')
      settle(({ what, id }) => what === 'dead' && id === event.connectionId);
    if (event.step === 'connection' && event.outcome === 'ended')
      settle(({ what, id }) => what === 'ended' && id === event.connectionId);
  };

  return {
    excused: () => excused,
    acted(act) {
      if (act.verb === 'events.append') for (const event of act.args[0] as NewEvent[]) learn(event);
    },
    changed(act) {
      const losses = lossesOf(act).map((loss) => ({ ...loss, replica: act.replica }));
      // The bridge was told that the store failed: it cannot know, and tells whoever asks to try again.
      if (act.isHeard) owed.push(...losses);
      else excused += losses.length;
    },
    refused({ verb, args }) {
      if (verb !== 'events.append') return;
      const about = new Set((args[0] as NewEvent[]).flatMap(({ grantId, connectionId }) => [grantId, connectionId]));
      excused += settle(({ id }) => about.has(id));
    },
    crashed(replica) {
      excused += settle((one) => one.replica === replica);
    },
    atEnd() {
      for (const { what, id } of owed) violate('reason', `the trail does not say why ${id} ended (${what})`);
    },
  };
}

function lossesOf({ verb, args, result }: Act): Omit<Owed, 'replica'>[] {
  if (verb === 'grants.revoke' && result !== undefined) return [{ what: 'grant', id: args[0] as string }];
  if (verb === 'grants.takeExpired') return (result as Grant[]).map(({ id }) => ({ what: 'grant', id }));
  if (verb === 'connections.markDead' && result === true) return [{ what: 'dead', id: args[0] as string }];
  if (verb === 'connections.removeRetired' && result === true) return [{ what: 'ended', id: args[0] as string }];
  return [];
}

function checkWhy(parts: ReasonParts, life: GrantLife, why: GrantEnd): void {
  const { ledger, violate } = parts;
  const isTrue: Partial<Record<GrantEnd, () => boolean>> = {
    client: () => life.asked.has('client'),
    // Who disconnects all means those, too, that were connected after the page was shown.
    person: () => life.asked.has('person') || ledger.askedAll.has(ledger.lastKnown(life.connectionId)?.subject ?? ''),
    'code-twice': () => (ledger.codes.get(life.codeId)?.shown ?? 0) > 1,
    'refresh-stale': () => parts.isPublic(life.clientId) && wasStaleShown(parts, life),
    unused: () => ledger.isExpired(life),
  };
  if (isTrue[why]?.() !== true)
    violate('reason', `the grant ${life.id} ended for "${why}", which is not what happened`);
}

function wasStaleShown({ clock, shownRefresh, replayWindowMs }: ReasonParts, life: GrantLife): boolean {
  return life.tokens.some(
    ({ hash, retiredAt }) =>
      retiredAt !== undefined &&
      shownRefresh.get(life.id)?.has(hash) === true &&
      (clock.latest() - retiredAt >= replayWindowMs || life.mostReplays >= MOST_REPLAYS),
  );
}
