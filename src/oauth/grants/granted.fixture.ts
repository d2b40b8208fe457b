/**
 * A store with a person, a fresh code and a grant in it, and what the two grant types need around it.
 *
 * Owns: the clock, the records, and a note of what was ended and recorded. Does not own: endings (end-grant.ts).
 */
import assert from 'node:assert/strict';
import { OAuthError } from '../../errors.ts';
import type { Happening } from '../../observe/record-event.ts';
import { aClient, aCode, aLink, T } from '../../store/conformance-records.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { createId, createRandom, createSecret, formatToken, hashSecret } from '../../vault/token.ts';
import { createVault } from '../../vault/vault.ts';
import { createIssuer } from '../issue.ts';

export const RESOURCE = 'https://b.example/mcp';
export const LIFETIMES = { accessTokenSeconds: 3600, refreshTokenSeconds: 86_400, refreshReplaySeconds: 120 };
export const SCOPES = ['analytics.readonly', 'calendar.readonly', 'offline_access'];
export const CLIENT = aClient();

/** Close it when done. */
export async function createGranted() {
  const store = openSqlite(':memory:');
  const random = createRandom();
  const vault = createVault([{ kid: 'k1', key: Buffer.alloc(32, 1) }], random);
  let time = T;
  const now = () => time;
  const issue = createIssuer({ vault, random, now, lifetimes: LIFETIMES });
  const ended: string[] = [];
  const recorded: Happening[] = [];
  const connection = await store.connections.link(aLink());
  assert.ok(connection !== undefined);

  /** A code in the store, and the text with which its client redeems it. */
  const addCode = async (changed: Parameters<typeof aCode>[0] = {}) => {
    const id = createId(random);
    const secret = createSecret(random);
    const code = aCode({
      id,
      secretHash: hashSecret(secret),
      flowId: id,
      scopes: SCOPES,
      resource: RESOURCE,
      ...changed,
    });
    assert.equal(await store.codes.add(code), true);
    return { code, text: formatToken('code', id, secret) };
  };
  return {
    store,
    vault,
    random,
    issue,
    now,
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
    addCode,
    /** A grant as redeeming a code makes it, and its first tokens. */
    async addGrant(changed: Parameters<typeof aCode>[0] = {}) {
      const { code } = await addCode(changed);
      const { grant, answer } = issue.firstPair(code);
      assert.equal(await store.grants.redeem(code.id, grant), true);
      return { grant, answer };
    },
    parts: {
      store,
      issue,
      now,
      mayConnect: () => true,
      replayWindowMs: LIFETIMES.refreshReplaySeconds * 1000,
      record: (happening: Happening) => void recorded.push(happening),
      end: {
        grant: async (grantId: string, why: string) => {
          ended.push(`${grantId} ${why}`);
          return 'ended' as const;
        },
      },
    },
    ended,
    recorded,
    close: () => store.close(),
  };
}

export type Granted = Awaited<ReturnType<typeof createGranted>>;

/** What a refusal says on the wire, and the reason that stays inside. */
export const refusedWith =
  (code: string, description: string, reason?: object) =>
  (error: unknown): true => {
    assert.ok(error instanceof OAuthError, String(error));
    assert.deepEqual([error.code, error.message, error.reason], [code, description, reason]);
    return true;
  };
