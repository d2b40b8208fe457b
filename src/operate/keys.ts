/**
 * The operator's verbs on keys: which are here, what still needs them, sealing anew, and whether one may go.
 *
 * Owns: counting and re-sealing, in batches beside running bridges. Does not own: where keys are kept (vault/keys.ts), nor
 * printing (cli/keys.ts). Throws OperatorError with one sentence and the fix.
 */
import { ConfigError, OperatorError } from '../errors.ts';
import type { Connection } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { sealAnew, tokenContext } from '../vault/google-tokens.ts';
import { sealedBy, type Vault, VaultError } from '../vault/vault.ts';

type Kept = Pick<Store, 'connections' | 'grants'>;

export interface KeyUse {
  kid: string;
  /** Whether the key is here. */
  isHere: boolean;
  isActive: boolean;
  /** Connections with a token of Google's that this key sealed. */
  connections: number;
  /** Grants whose newest pair was made under it so lately that the answer may be asked for again. */
  grants: number;
}

const BATCH = 200;

/** One line for each key that is here, the active one first, and then for each that is missed. */
export async function listKeys(
  store: Kept,
  vault: Vault,
  { now, replayWindowMs }: { now: number; replayWindowMs: number },
): Promise<KeyUse[]> {
  const connections = new Map<string, number>();
  for await (const connection of eachConnection(store))
    for (const kid of new Set(kidsOf(connection))) connections.set(kid, (connections.get(kid) ?? 0) + 1);
  const grants = await store.grants.countByKey(now - replayWindowMs);
  const here = vault.kids;
  return [...new Set([...here, ...connections.keys(), ...grants.keys()])].map((kid) => ({
    kid,
    isHere: here.includes(kid),
    isActive: kid === vault.activeKid,
    connections: connections.get(kid) ?? 0,
    grants: grants.get(kid) ?? 0,
  }));
}

export interface Resealing {
  looked: number;
  resealed: number;
  /** Connections whose tokens no key that is here opens. */
  unreadable: number;
}

/** Seals every token of Google's by the active key. `onBatch` is told how far it is after each batch. */
export async function resealAll(
  store: Pick<Store, 'connections'>,
  vault: Vault,
  onBatch: (soFar: Resealing) => void = () => {},
): Promise<Resealing> {
  const done: Resealing = { looked: 0, resealed: 0, unreadable: 0 };
  for await (const connection of eachConnection(store)) {
    const outcome = await resealOne(store, vault, connection);
    done.looked += 1;
    if (outcome === 'resealed') done.resealed += 1;
    if (outcome === 'unreadable') done.unreadable += 1;
    if (done.looked % BATCH === 0) onBatch({ ...done });
  }
  return done;
}

/** Loses against a refresh that stores new tokens at the same moment, and then looks at those. */
async function resealOne({ connections }: Pick<Store, 'connections'>, vault: Vault, first: Connection) {
  for (let connection: Connection | undefined = first; connection !== undefined; ) {
    const { id, subject, version } = connection;
    let sealedRefreshToken: Uint8Array | undefined;
    let sealedAccessToken: Uint8Array | undefined;
    try {
      sealedRefreshToken = sealAnew(vault, subject, 'refresh', connection.sealedRefreshToken);
      sealedAccessToken = sealAnew(vault, subject, 'access', connection.sealedAccessToken);
    } catch (error) {
      if (error instanceof VaultError) return 'unreadable';
      throw error;
    }
    if (sealedRefreshToken === undefined && sealedAccessToken === undefined) return 'right already';
    if (await connections.reseal(id, version, { sealedRefreshToken, sealedAccessToken })) return 'resealed';
    connection = await connections.find(id);
  }
  return 'gone';
}

/** Throws when the key is not here, seals, or is still needed. */
export function checkRemovable(uses: readonly KeyUse[], kid: string): void {
  const use = uses.find((each) => each.kid === kid && each.isHere);
  const named = JSON.stringify(kid);
  if (use === undefined)
    throw new OperatorError(`No key here has the id ${named}. List them with: ganalyticsgpt keys list`);
  if (use.isActive)
    throw new OperatorError(`The key ${named} is the one that seals. Make another first: ganalyticsgpt keys rotate`);
  if (use.connections > 0) {
    const still = use.connections === 1 ? 'One connection is' : `${use.connections} connections are`;
    throw new OperatorError(
      `${still} still sealed by the key ${named}. Seal anew first: ganalyticsgpt keys reseal, and then remove it.`,
    );
  }
  if (use.grants > 0) {
    const still = use.grants === 1 ? 'One assistant' : `${use.grants} assistants`;
    throw new OperatorError(
      `${still} refreshed under the key ${named} a moment ago and may ask for that answer again. Wait until REFRESH_REPLAY_WINDOW is over, and then remove it.`,
    );
  }
}

/** So many rows tell whether these are the database's keys. */
const SAMPLE = 100;

/** At the start: throws ConfigError when tokens were sealed by keys that are not here, or are others of the same name. */
export async function checkKeys(store: Pick<Store, 'connections'>, vault: Vault): Promise<void> {
  const sample = await store.connections.page('', SAMPLE);
  const missed = new Set(sample.flatMap(kidsOf).filter((kid) => !vault.kids.includes(kid)));
  if (missed.size > 0) throw wrongKeys(`the keys ${vault.kids.join(', ')}`, `${[...missed].join(', ')} as well`);
  const tried = new Set<string>();
  for (const connection of sample) {
    const [kid] = kidsOf(connection);
    if (kid === undefined || tried.has(kid)) continue;
    tried.add(kid);
    if (!opens(vault, connection)) throw wrongKeys(`another key by the name of ${kid}`, `the right ${kid}`);
  }
}

function wrongKeys(got: string, missed: string): ConfigError {
  const wanted = `${missed}: the tokens in the database were sealed by it; put it back behind the others (in SECRET_KEYS, or in the key file beside the database)`;
  return new ConfigError([{ option: 'SECRET_KEYS', got, wanted, example: 'new:…,old:…' }]);
}

function opens(vault: Vault, { subject, sealedRefreshToken, sealedAccessToken }: Connection): boolean {
  try {
    if (sealedRefreshToken !== undefined)
      vault.open('google-tokens', tokenContext(subject, 'refresh'), sealedRefreshToken);
    else if (sealedAccessToken !== undefined)
      vault.open('google-tokens', tokenContext(subject, 'access'), sealedAccessToken);
    return true;
  } catch (error) {
    if (error instanceof VaultError) return false;
    throw error;
  }
}

/** The keys that a connection's tokens are sealed by; the refresh token's first. */
function kidsOf({ sealedRefreshToken, sealedAccessToken }: Connection): string[] {
  return [sealedRefreshToken, sealedAccessToken].flatMap((sealed) => {
    const kid = sealed === undefined ? undefined : sealedBy(sealed);
    return kid === undefined ? [] : [kid];
  });
}

async function* eachConnection({ connections }: Pick<Store, 'connections'>): AsyncGenerator<Connection> {
  for (let after = ''; ; ) {
    const page = await connections.page(after, BATCH);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < BATCH) return;
    after = last.id;
  }
}
