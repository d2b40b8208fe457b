/**
 * What the rooms ask of a store: atomic verbs, grouped per record.
 *
 * Owns: the contract. Each verb is one transaction: it has happened wholly and durably when its promise resolves, or
 * not at all. Does not own: any SQL (sqlite.ts), nor any plaintext secret (it is handed hashes and sealed bytes).
 * A verb never throws for an expected outcome; it throws StoreError when the database itself fails.
 */
import type { Client, Code, Connection, Event, Grant, NewEvent } from './records.ts';

export interface Store {
  clients: ClientStore;
  connections: ConnectionStore;
  codes: CodeStore;
  grants: GrantStore;
  assertions: AssertionStore;
  events: EventStore;
  /** Deletes at most `limit` rows that ended before `now`, grants excepted (`takeExpired`); returns how many went. */
  sweep(now: number, limit: number): Promise<number>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A client that registered itself and was not used for so long goes with the sweep. */
export const NEVER_USED_CLIENT_MS = 30 * 86_400_000;

/** A client that registered so lately may be in the middle of its first sign-in: no newcomer pushes it out. */
export const SPARED_CLIENT_MS = 3_600_000;

export interface ClientStore {
  find(clientId: string): Promise<Client | undefined>;
  list(): Promise<Client[]>;
  /** Whether Google's own tokens may open anything here. Asked for each unknown token, so it must not read every row. */
  anyInRelayMode(): Promise<boolean>;
  /** False when the id is taken. */
  add(client: Client): Promise<boolean>;
  /**
   * Adds a client that registers itself. Of those that no person ever finished a sign-in with, the oldest go when there
   * would be more than `mostNeverUsed`, but none that is younger than SPARED_CLIENT_MS: when that leaves no room, and
   * when the id is taken, it is false and nobody was added.
   */
  register(client: Client, mostNeverUsed: number): Promise<boolean>;
  /** False when there is no such client. Adding one that is there already changes nothing. */
  addRedirectUri(clientId: string, redirectUri: string): Promise<boolean>;
  /** Removes the client with its codes and grants. False when there is no such client. */
  remove(clientId: string): Promise<boolean>;
  /** Notes use. A client without a row, which one of kind `document` is, is no error. */
  touch(clientId: string, at: number): Promise<void>;
}

/** What a finished Google sign-in brings. Tokens that Google did not send this time are undefined and leave the old ones. */
export interface Link {
  /** Used only when the subject is new. */
  id: string;
  subject: string;
  email: string | undefined;
  name: string | undefined;
  scopes: readonly string[];
  sealedRefreshToken: Uint8Array | undefined;
  sealedAccessToken: Uint8Array;
  accessExpiresAt: number;
  refreshExpiresAt: number | undefined;
  at: number;
}

export interface FreshAccess {
  sealedAccessToken: Uint8Array;
  accessExpiresAt: number;
  /** Set when Google sent a new refresh token, which it does not do today. */
  sealedRefreshToken: Uint8Array | undefined;
  at: number;
}

/** The same tokens, sealed by another key. Those that are undefined stay. */
export interface Resealed {
  sealedRefreshToken: Uint8Array | undefined;
  sealedAccessToken: Uint8Array | undefined;
}

/** Clocks of several machines differ by less. */
export const WRONG_CLOCK_MS = 60_000;

export interface ConnectionStore {
  find(id: string): Promise<Connection | undefined>;
  findBySubject(subject: string): Promise<Connection | undefined>;
  list(): Promise<Connection[]>;
  /** At most `limit` connections in the order of their ids, from the first one after `after`; '' is before all. */
  page(after: string, limit: number): Promise<Connection[]>;
  /**
   * Replaces the sealed tokens if nobody changed the tokens since `version` was read; false otherwise. The version stays,
   * since the tokens do: a refresh that is under way is not disturbed.
   */
  reseal(id: string, version: number, tokens: Resealed): Promise<boolean>;
  /** Makes the subject's connection or renews it: one row per subject whatever the race. A renewed link is alive again. */
  link(link: Link): Promise<Connection>;
  /**
   * Takes the turn to ask Google for a fresh access token, until `until`: of many callers and processes one gets true, and
   * the next one only when the tokens were changed, the turn was given back, or its time is over. A turn that ends more
   * than WRONG_CLOCK_MS after `until` was taken by a clock that was wrong, and is over.
   */
  claimRefresh(id: string, version: number, now: number, until: number): Promise<boolean>;
  /** Gives the turn back without a token. */
  releaseRefresh(id: string, version: number): Promise<void>;
  /** Stores a fresh access token if nobody changed the tokens since `version` was read; false otherwise. */
  saveAccess(id: string, version: number, fresh: FreshAccess): Promise<boolean>;
  /** Notes that Google refused the link, if nobody renewed it since `version` was read. */
  markDead(id: string, version: number, reason: string): Promise<boolean>;
  /** The same for a link whose tokens were taken back: they are deleted, and no refresh that is under way brings them back. */
  forgetTokens(id: string, version: number, reason: string): Promise<boolean>;
  /** Removes the connection with its codes and grants. */
  remove(id: string): Promise<boolean>;
  /**
   * Marks the connection as ended if no grant and no living code hangs on it, so that a sign-in that comes meanwhile
   * makes a new link and does not lean on this one. Returns it then, also when it was marked before.
   */
  retire(id: string, now: number): Promise<Connection | undefined>;
  /** Removes a retired connection; false when a sign-in brought it back to life meanwhile. */
  removeRetired(id: string): Promise<boolean>;
  /** Ids of connections without a grant or a living code, last used before `before`: expiry or a crash left them. */
  unused(before: number, now: number, limit: number): Promise<string[]>;
}

export interface CodeStore {
  find(id: string): Promise<Code | undefined>;
  /** False when the flow already gave a code, since a flow gives one, and when the connection is dead, retired or gone. */
  add(code: Code): Promise<boolean>;
}

export interface GrantStore {
  find(id: string): Promise<Grant | undefined>;
  list(filter?: { connectionId?: string; clientId?: string }): Promise<Grant[]>;
  /** How many grants rotated last under each key id, at `since` or later: those that may ask for that pair again. */
  countByKey(since: number): Promise<Map<string, number>>;
  /** Whether the client has any grant; cheap however many there are. */
  existsFor(clientId: string): Promise<boolean>;
  /** Spends the code and makes the grant. False, and nothing changed, when the code is gone or spent or its connection has ended. */
  redeem(codeId: string, grant: Grant): Promise<boolean>;
  /** Replaces the token state of the grant if it still is at `generation`; false otherwise. */
  rotate(id: string, generation: number, next: GrantTokens): Promise<boolean>;
  /** Counts one more replay of the newest answer if the grant still is at `generation`; false otherwise. */
  countReplay(id: string, generation: number, at: number): Promise<boolean>;
  /** Removes the grant. Says which connection it was on, and whether that one has no grant left. */
  revoke(id: string): Promise<{ connectionId: string; wasLast: boolean } | undefined>;
  /** Removes at most `limit` grants that expired before `now` and returns them. */
  takeExpired(now: number, limit: number): Promise<Grant[]>;
  /** Notes use at a door. True when it is the first use of the grant: of many at once, one gets true. */
  touch(id: string, at: number): Promise<boolean>;
}

/** Events beyond so many push out the oldest. */
export const MOST_EVENTS = 500_000;

export interface EventFilter {
  /** A flow: its own events, those of its grant, and what befell its connection since. */
  ref?: string | undefined;
  clientId?: string | undefined;
  connectionIds?: readonly string[] | undefined;
  since?: number | undefined;
  limit: number;
}

export interface EventStore {
  /**
   * Keeps events in their order. The one verb that is lazy: it rides with the next write or goes by itself a moment later,
   * so that it costs nobody a wait for the disk; a crash in between loses it.
   */
  append(events: readonly NewEvent[]): Promise<void>;
  /** The newest that fit the filter, in the order in which they were kept. Sees every `append` made before it. */
  list(filter: EventFilter): Promise<Event[]>;
  /** The connections, gone ones included, whose events carry one of these fingerprints. */
  connectionsOf(persons: readonly string[]): Promise<string[]>;
  /**
   * Deletes every event of the connection, and of the flows that led to it, also what was appended just before. Returns
   * how many went.
   */
  forget(connectionId: string): Promise<number>;
}

export interface AssertionStore {
  /** Notes that the client used the assertion with this id. False when it had used it before: of many, one gets true. */
  claim(clientId: string, jtiHash: string, expiresAt: number): Promise<boolean>;
}

/** The part of a grant that a rotation replaces. */
export type GrantTokens = Pick<
  Grant,
  'generation' | 'refreshHash' | 'rotation' | 'retired' | 'access' | 'expiresAt' | 'lastUsedAt'
>;

/** The database could not do its work: full, locked for too long, damaged, or gone. */
export class StoreError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StoreError';
  }
}
