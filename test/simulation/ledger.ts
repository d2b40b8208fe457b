/**
 * What really happened, as the invariants need it: the life of every grant and token by what the store's verbs did, and who
 * asked for what to end. Does not judge (invariants/), and does not read a token's state from the rows: a wrong verb leaves
 * wrong rows.
 */
import type { Code, Connection, Grant, GrantEnd } from '../../src/store/records.ts';
import type { GrantTokens, Store } from '../../src/store/store.ts';
import { hashSecret, parseToken } from '../../src/vault/token.ts';
import type { Act, Snapshot, Witness } from './witness.ts';

export interface GrantLife {
  id: string;
  clientId: string;
  connectionId: string;
  codeId: string;
  ref: string | undefined;
  /** Refresh tokens, the newest last. */
  tokens: { hash: string; retiredAt: number | undefined }[];
  access: { hash: string; expiresAt: number }[];
  replays: number;
  /** The most that one pair was ever given again. */
  mostReplays: number;
  expiresAt: number;
  /** The step in which the store let it go. */
  goneAt: number | undefined;
  /** The step in which somebody was told that it has ended. */
  toldAt: number | undefined;
  /** Who asked to end it. */
  asked: Set<GrantEnd>;
}

export interface CodeLife {
  code: Code;
  /** In steps. */
  bornAt: number;
  shown: number;
  redeemed: number;
}

export type Ledger = ReturnType<typeof createLedger>;

interface LedgerParts {
  store: Store;
  step(): number;
  /** The latest time that the bridges' clock ever showed. */
  latest(): number;
}

/** Verbs after which grants or connections may look different. */
const CHANGING = new Set(
  'grants.redeem grants.revoke grants.takeExpired connections.link connections.saveAccess connections.markDead connections.remove connections.retire connections.removeRetired connections.reseal connections.forgetTokens clients.remove'.split(
    ' ',
  ),
);

export function createLedger({ store, step, latest }: LedgerParts, witnesses: () => readonly Witness[]) {
  const grants = new Map<string, GrantLife>();
  const codes = new Map<string, CodeLife>();
  /** The last step in which the connection was dead or gone. */
  const deadAt = new Map<string, number>();
  /** Who asked, at some time, to disconnect whatever is connected. */
  const askedAll = new Set<string>();
  /** Every connection as it was last seen, gone ones too. */
  const known = new Map<string, Connection>();
  let snapshot: Snapshot = { grants: new Map(), connections: new Map() };

  const born = (codeId: string, grant: Grant) => {
    const life = codes.get(codeId);
    if (life !== undefined) life.redeemed += 1;
    grants.set(grant.id, {
      id: grant.id,
      clientId: grant.clientId,
      connectionId: grant.connectionId,
      codeId,
      ref: grant.ref,
      tokens: [{ hash: grant.refreshHash, retiredAt: undefined }],
      access: grant.access.map(({ hash, expiresAt }) => ({ hash, expiresAt })),
      replays: 0,
      mostReplays: 0,
      expiresAt: grant.expiresAt,
      goneAt: undefined,
      toldAt: undefined,
      asked: new Set(),
    });
  };

  const rotated = (id: string, next: GrantTokens) => {
    const life = grants.get(id);
    if (life === undefined) return;
    const newest = life.tokens.at(-1);
    if (newest !== undefined) newest.retiredAt = next.rotation.at;
    life.tokens.push({ hash: next.refreshHash, retiredAt: undefined });
    const fresh = next.access.at(-1);
    if (fresh !== undefined) life.access.push({ hash: fresh.hash, expiresAt: fresh.expiresAt });
    life.replays = 0;
    life.expiresAt = next.expiresAt;
  };

  const note = ({ verb, args, result }: Act) => {
    if (verb === 'codes.add' && result === true) {
      const [code] = args as [Code];
      codes.set(code.id, { code, bornAt: step(), shown: 0, redeemed: 0 });
    } else if (verb === 'grants.redeem' && result === true) born(...(args as [string, Grant]));
    else if (verb === 'grants.rotate' && result === true) rotated(args[0] as string, args[2] as GrantTokens);
    else if (verb === 'grants.countReplay' && result === true) {
      const life = grants.get(args[0] as string);
      if (life === undefined) return;
      life.replays += 1;
      life.mostReplays = Math.max(life.mostReplays, life.replays);
    }
  };

  const look = async (): Promise<Snapshot> => {
    const [grantRows, connectionRows] = await Promise.all([store.grants.list(), store.connections.list()]);
    return {
      grants: new Map(grantRows.map((row) => [row.id, row])),
      connections: new Map(connectionRows.map((row) => [row.id, row])),
    };
  };

  const compare = (after: Snapshot) => {
    for (const [id, row] of after.connections) known.set(id, row);
    const isDead = (id: string) => after.connections.get(id)?.deadReason !== undefined || !after.connections.has(id);
    const wasDead = (id: string) => snapshot.connections.get(id)?.deadReason !== undefined;
    for (const id of known.keys()) if (isDead(id) || wasDead(id)) deadAt.set(id, step());
    for (const life of grants.values()) if (!after.grants.has(life.id)) life.goneAt ??= step();
  };

  return {
    grants: grants as ReadonlyMap<string, GrantLife>,
    codes: codes as ReadonlyMap<string, CodeLife>,
    askedAll,
    snapshot: () => snapshot,
    connection: (id: string): Connection | undefined => snapshot.connections.get(id),
    lastKnown: (id: string): Connection | undefined => known.get(id),

    /** Called by the gated store after every verb that did its work. */
    async acted(act: Act): Promise<void> {
      note(act);
      for (const witness of witnesses()) witness.acted?.(act);
      if (!CHANGING.has(act.verb)) return;
      const before = snapshot;
      const after = await look();
      compare(after);
      snapshot = after;
      for (const witness of witnesses()) witness.changed?.(act, before, after);
    },

    /** Whether the connection was dead or gone at that step or later. */
    wasDeadSince: (connectionId: string, since: number): boolean => {
      const row = snapshot.connections.get(connectionId);
      return row === undefined || row.deadReason !== undefined || (deadAt.get(connectionId) ?? -1) >= since;
    },

    codeOf: (text: string): CodeLife | undefined => codes.get(parseToken('code', text)?.id ?? ''),
    /** The grant that a token belongs to, and which of its tokens it is. */
    find(kind: 'accessToken' | 'refreshToken', text: string): { life: GrantLife; hash: string } | undefined {
      const parsed = parseToken(kind, text);
      const life = parsed && grants.get(parsed.id);
      return life && parsed ? { life, hash: hashSecret(parsed.secret) } : undefined;
    },

    isExpired: ({ expiresAt }: { expiresAt: number }): boolean => expiresAt <= latest(),
  };
}
