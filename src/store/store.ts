/**
 * What the rooms ask of a store: atomic verbs, grouped per record.
 *
 * Owns: the contract. Each verb is one transaction: it has happened wholly and durably when its promise resolves, or
 * not at all. Does not own: any SQL (sqlite.ts), nor any plaintext secret (it is handed hashes and sealed bytes).
 * A verb never throws for an expected outcome; it throws StoreError when the database itself fails.
 */
import type { Client, Code, Connection, Grant } from './records.ts';

export interface Store {
  clients: ClientStore;
  connections: ConnectionStore;
  codes: CodeStore;
  grants: GrantStore;
  assertions: AssertionStore;
  /** Deletes at most `limit` rows that ended before `now`; returns how many went. */
  sweep(now: number, limit: number): Promise<number>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ClientStore {
  find(clientId: string): Promise<Client | undefined>;
  list(): Promise<Client[]>;
  /** False when the id is taken. */
  add(client: Client): Promise<boolean>;
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

export interface ConnectionStore {
  find(id: string): Promise<Connection | undefined>;
  findBySubject(subject: string): Promise<Connection | undefined>;
  list(): Promise<Connection[]>;
  /** Makes the subject's connection or renews it: one row per subject whatever the race. A renewed link is alive again. */
  link(link: Link): Promise<Connection>;
  /** Stores a fresh access token if nobody changed the tokens since `version` was read; false otherwise. */
  saveAccess(id: string, version: number, fresh: FreshAccess): Promise<boolean>;
  /** Notes that Google refused the link, if nobody renewed it since `version` was read. */
  markDead(id: string, version: number, reason: string): Promise<boolean>;
  /** Removes the connection with its codes and grants. */
  remove(id: string): Promise<boolean>;
}

export interface CodeStore {
  find(id: string): Promise<Code | undefined>;
  /** False when the flow already gave a code: a flow gives one. */
  add(code: Code): Promise<boolean>;
}

export interface GrantStore {
  find(id: string): Promise<Grant | undefined>;
  list(filter?: { connectionId?: string; clientId?: string }): Promise<Grant[]>;
  /** Whether the client has any grant; cheap however many there are. */
  existsFor(clientId: string): Promise<boolean>;
  /** Spends the code and makes the grant. False, and nothing changed, when the code is gone or already spent. */
  redeem(codeId: string, grant: Grant): Promise<boolean>;
  /** Replaces the token state of the grant if it still is at `generation`; false otherwise. */
  rotate(id: string, generation: number, next: GrantTokens): Promise<boolean>;
  /** Counts one more replay of the newest answer if the grant still is at `generation`; false otherwise. */
  countReplay(id: string, generation: number, at: number): Promise<boolean>;
  /** Removes the grant. Says which connection it was on, and whether that one has no grant left. */
  revoke(id: string): Promise<{ connectionId: string; wasLast: boolean } | undefined>;
  /** Notes use, at most as often as the caller asks. */
  touch(id: string, at: number): Promise<void>;
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
