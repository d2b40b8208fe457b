/**
 * Stores that are broken on purpose, each in one small way that somebody might break them in by accident. The simulation is
 * worth something as long as it notices every one of them within two hundred seeds.
 *
 * They stand between a replica and the gates, so that a check and an act are two steps that others come between.
 */
import type { Grant } from '../../src/store/records.ts';
import type { GrantTokens, Store } from '../../src/store/store.ts';
import type { Invariant } from './witness.ts';

export interface Broken {
  name: string;
  /** What it violates; the one that is noticed first depends on the seed. */
  violates: readonly Invariant[];
  spoil(store: Store): Store;
}

export const broken: readonly Broken[] = [
  {
    name: 'rotate-ignores-the-generation',
    violates: ['refusal', 'heals', 'reason'],
    spoil: (store) => ({
      ...store,
      grants: { ...store.grants, rotate: (id, _, next) => rotateAnyway(store, id, next) },
    }),
  },
  {
    name: 'rotate-forgets-the-former-token',
    violates: ['refusal', 'heals', 'reason'],
    spoil: (store) => ({
      ...store,
      grants: {
        ...store.grants,
        rotate: (id, generation, next) => store.grants.rotate(id, generation, { ...next, retired: [] }),
      },
    }),
  },
  {
    name: 'redeem-checks-then-acts',
    violates: ['codeOnce', 'oneFamily'],
    spoil: (store) => ({
      ...store,
      grants: { ...store.grants, redeem: (id, grant) => redeemAnyway(store, id, grant) },
    }),
  },
  {
    name: 'claim-refresh-always-says-yes',
    violates: ['refreshes'],
    spoil: (store) => ({
      ...store,
      connections: {
        ...store.connections,
        claimRefresh: async (...turn) => (await store.connections.claimRefresh(...turn)) || true,
      },
    }),
  },
  {
    name: 'save-access-saves-nothing',
    violates: ['refreshes'],
    spoil: (store) => ({
      ...store,
      connections: {
        ...store.connections,
        saveAccess: async (id, version) => {
          await store.connections.releaseRefresh(id, version);
          return true;
        },
      },
    }),
  },
  {
    name: 'trouble-at-google-marks-the-link-dead',
    violates: ['ourFault', 'reason'],
    spoil: (store) => ({
      ...store,
      connections: {
        ...store.connections,
        releaseRefresh: async (id, version) => void (await store.connections.markDead(id, version, 'invalid_grant')),
      },
    }),
  },
  {
    name: 'revoke-revokes-nothing',
    violates: ['revoked'],
    spoil: (store) => ({
      ...store,
      grants: {
        ...store.grants,
        revoke: async (id) => {
          const found = await store.grants.find(id);
          return found && { connectionId: found.connectionId, wasLast: false };
        },
      },
    }),
  },
  {
    name: 'retire-does-not-look-for-grants',
    violates: ['ourFault', 'lastGrant', 'refusal'],
    spoil: (store) => ({ ...store, connections: { ...store.connections, retire: (id) => retireAnyway(store, id) } }),
  },
  {
    name: 'retire-retires-nothing',
    violates: ['lastGrant'],
    spoil: (store) => ({ ...store, connections: { ...store.connections, retire: async () => undefined } }),
  },
  {
    name: 'events-are-dropped',
    violates: ['reason'],
    spoil: (store) => ({ ...store, events: { ...store.events, append: async () => {} } }),
  },
];

async function rotateAnyway(store: Store, id: string, next: GrantTokens): Promise<boolean> {
  const found = await store.grants.find(id);
  if (found === undefined) return false;
  const { generation } = found;
  return (
    (await store.grants.rotate(id, generation, { ...next, generation: generation + 1 })) ||
    rotateAnyway(store, id, next)
  );
}

/** Who finds the code spent at the last moment gets a grant all the same. */
async function redeemAnyway(store: Store, codeId: string, grant: Grant): Promise<boolean> {
  const code = await store.codes.find(codeId);
  if (code === undefined || code.grantId !== undefined) return false;
  if (await store.grants.redeem(codeId, grant)) return true;
  const again = { ...code, id: [...code.id].reverse().join(''), flowId: `${code.flowId} again`, grantId: undefined };
  return (await store.codes.add(again)) && store.grants.redeem(again.id, grant);
}

async function retireAnyway(store: Store, id: string) {
  const found = await store.connections.find(id);
  if (found === undefined) return undefined;
  await store.connections.markDead(id, found.version, 'ended');
  return found;
}
