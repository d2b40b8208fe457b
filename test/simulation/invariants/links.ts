/**
 * Google's link: whatever the store calls alive, Google honours, unless the person ended it there; and we end it at Google
 * when and only when nothing needs it any more.
 */
import type { Connection } from '../../../src/store/records.ts';
import { tokenContext } from '../../../src/vault/google-tokens.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { type Google, isRevocation } from '../google.ts';
import type { Ledger } from '../ledger.ts';
import type { Act, Snapshot, Violate, Witness } from '../witness.ts';

interface LinkParts {
  ledger: Ledger;
  google: Google;
  vault: Vault;
  violate: Violate;
}

export function watchLinks({ ledger, google, vault, violate }: LinkParts): Witness {
  /** Every refresh token that was ever stored. */
  const stored = new Map<string, string>();

  /** By connection and version: opening the seal is what costs most here. */
  const opened = new Map<string, string>();
  const refreshTokenOf = ({ id, version, subject, sealedRefreshToken: sealed }: Connection): string | undefined => {
    if (sealed === undefined) return undefined;
    const key = `${id}@${version}`;
    const token = opened.get(key) ?? vault.open('google-tokens', tokenContext(subject, 'refresh'), sealed);
    opened.set(key, token);
    return token;
  };

  const checkAlive = () => {
    for (const row of ledger.snapshot().connections.values()) {
      const token = row.deadReason === undefined ? refreshTokenOf(row) : undefined;
      if (token !== undefined && google.enderOf(token) === 'bridge')
        violate('ourFault', `${row.subject}'s connection counts as alive, but we ourselves ended it at Google`);
    }
  };

  const checkRetired = ({ args, result }: Act, before: Snapshot) => {
    const row = result as Connection | undefined;
    if (row === undefined) return;
    if ([...before.grants.values()].some(({ connectionId }) => connectionId === row.id))
      violate('lastGrant', `${row.subject}'s connection was retired while a grant hung on it`);
    const isOnItsWay = [...ledger.codes.values()].some(
      ({ code, redeemed }) =>
        code.connectionId === row.id && redeemed === 0 && code.expiresAt > (args[1] as number) && isFresh(code.id),
    );
    if (isOnItsWay) violate('lastGrant', `${row.subject}'s connection was retired while a code was on its way`);
  };

  /** Codes of an earlier retirement are gone from the store, though nobody redeemed them. */
  const removedCodes = new Set<string>();
  const isFresh = (id: string) => !removedCodes.has(id);
  const forgetCodes = (connectionId: string) => {
    for (const { code } of ledger.codes.values()) if (code.connectionId === connectionId) removedCodes.add(code.id);
  };

  return {
    changed(act, before, after) {
      checkAlive();
      if (act.verb === 'connections.link') {
        const row = act.result as Connection;
        const token = refreshTokenOf(row);
        if (token !== undefined) stored.set(token, row.subject);
      }
      if (act.verb === 'connections.markDead' && act.result === true) {
        const token = refreshTokenOf(after.connections.get(act.args[0] as string) as Connection);
        if (token !== undefined && google.enderOf(token) === undefined)
          violate('ourFault', `${google.subjectOf(token)}'s connection was marked dead, though Google honours it`);
      }
      if (act.verb === 'connections.retire') {
        checkRetired(act, before);
        forgetCodes(act.args[0] as string);
      }
    },
    googleAnswered(_replica, request, { status }) {
      if (!isRevocation(request) || status !== 200) return;
      checkAlive();
      const subject = google.subjectOf(new URLSearchParams(request.body).get('token') ?? '');
      for (const { connectionId, id } of ledger.snapshot().grants.values())
        if (ledger.connection(connectionId)?.subject === subject)
          violate('lastGrant', `${subject}'s link was ended at Google while the grant ${id} needed it`);
    },
    atEnd() {
      const needed = new Set(
        [...ledger.snapshot().grants.values()].map(({ connectionId }) => ledger.connection(connectionId)?.subject),
      );
      for (const [token, subject] of stored)
        if (!needed.has(subject) && google.enderOf(token) === undefined)
          violate('lastGrant', `${subject} has no grant left, but Google still honours our link`);
    },
  };
}
