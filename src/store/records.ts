/**
 * What survives a restart, as types only. Times are milliseconds since the epoch; `…Hash` is SHA-256 in base64url;
 * `sealed…` are bytes that only the vault opens. docs/storage.md says who expires each row.
 */

export type AuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/** Public keys as JSON (RFC 7517 5). */
export interface PublicKeySet {
  keys: Record<string, unknown>[];
}

/** An OAuth client of ours (RFC 6749 2). */
export interface Client {
  clientId: string;
  /** How it became known: by the operator, by RFC 7591, or by the document at its own URL, which no row is kept for. */
  kind: 'predefined' | 'registered' | 'document';
  name: string;
  redirectUris: readonly string[];
  /** What it may use at the token endpoint; `none` alone makes it a public client. */
  authMethods: readonly AuthMethod[];
  secretHash: string | undefined;
  mode: 'broker' | 'relay';
  createdAt: number;
  lastUsedAt: number | undefined;
  /** Registration metadata that we only hand back or show (RFC 7591 2). Hostile text. */
  clientUri: string | undefined;
  logoUri: string | undefined;
  /** Its public keys or where they are, for `private_key_jwt`; known for clients of kind `document` only. */
  jwks?: PublicKeySet;
  jwksUri?: string;
  /** The one algorithm that it signs with, if it said so (OpenID Connect Registration 2). */
  assertionAlgorithm?: string;
}

/** One person's Google account linked to the bridge: one set of Google tokens per Google subject. */
export interface Connection {
  id: string;
  subject: string;
  email: string | undefined;
  name: string | undefined;
  /** Short names of the Google scopes that the person granted. */
  scopes: readonly string[];
  sealedRefreshToken: Uint8Array | undefined;
  sealedAccessToken: Uint8Array | undefined;
  accessExpiresAt: number;
  /** Known only for a Google project in Testing mode. */
  refreshExpiresAt: number | undefined;
  /** Why Google no longer accepts the link, once it said so. */
  deadReason: string | undefined;
  /** Counts the changes of the tokens, for compare-and-set. */
  version: number;
  createdAt: number;
  lastUsedAt: number;
}

/** An authorization code, not yet or already redeemed. */
export interface Code {
  id: string;
  secretHash: string;
  /** The flow that it came from: a flow gives at most one code. */
  flowId: string;
  clientId: string;
  connectionId: string;
  redirectUri: string;
  scopes: readonly string[];
  resource: string;
  codeChallenge: string | undefined;
  expiresAt: number;
  /** The grant that redeeming it made; undefined while it is fresh. */
  grantId: string | undefined;
}

/** An access token that is still good. */
export interface LiveAccess {
  hash: string;
  expiresAt: number;
  /** Narrower than the grant, when a refresh asked for less (RFC 6749 6). */
  scopes?: readonly string[];
}

/** A refresh token that was rotated away lately and may still come back because its answer was lost. */
export interface RetiredRefresh {
  hash: string;
  at: number;
}

/** How the newest pair was made, so that a lost answer can be made again. */
export interface Rotation {
  /** Random, fresh for each rotation; with the vault's key it yields the pair. Alone it yields nothing. */
  nonce: string;
  kid: string;
  at: number;
  /** How often the answer was given again. */
  replays: number;
  /** When it was last given again, or made. */
  answeredAt: number;
  /** Narrowed scopes of the answer, if any. */
  scopes?: readonly string[];
}

/** One client's permission to use one connection. All its tokens live in this one row. */
export interface Grant {
  id: string;
  clientId: string;
  connectionId: string;
  scopes: readonly string[];
  resource: string;
  createdAt: number;
  lastUsedAt: number;
  /** Slides with use. */
  expiresAt: number;
  /** Counts rotations, for compare-and-set. */
  generation: number;
  refreshHash: string;
  rotation: Rotation;
  retired: readonly RetiredRefresh[];
  access: readonly LiveAccess[];
}
