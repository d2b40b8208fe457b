/**
 * What survives a restart, as types only. Times are milliseconds since the epoch; `…Hash` is SHA-256 in base64url;
 * `sealed…` are bytes that only the vault opens. docs/storage.md says who expires each row.
 */

import type { OAuthCode, OAuthReason, PageProblem, UpstreamKind } from '../errors.ts';

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
  /** For a client that registered itself: what manages the registration (RFC 7592), and what it said that it is. */
  registration?: { tokenHash: string; applicationType: 'native' | 'web' };
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
  /** When Google last gave tokens at a sign-in; 0 on rows of before version 6 that had no sign-in since. */
  linkedAt: number;
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
  /** Missing on rows of before version 3. */
  issuedAt?: number;
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
  /** When one of its tokens first came to a door; undefined until then, and for rows of before version 3. */
  firstUsedAt: number | undefined;
  /** Slides with use. */
  expiresAt: number;
  /** The reference of the flow that it came from. */
  ref: string | undefined;
  /** Where the code went. */
  redirectUri: string | undefined;
  /** Counts rotations, for compare-and-set. */
  generation: number;
  refreshHash: string;
  rotation: Rotation;
  retired: readonly RetiredRefresh[];
  access: readonly LiveAccess[];
}

/** What can happen to an attempt to connect, step by step, and to what comes of it. */
interface Outcomes {
  authorize: 'started' | 'refused';
  consent: 'shown' | 'allowed' | 'denied' | 'refused';
  google: 'sent';
  callback: 'denied' | 'scopes-missing' | 'refused';
  code: 'issued';
  token: 'issued' | 'refused';
  refresh: 'refused';
  call: 'first' | 'refused';
  grant: 'ended';
  connection: 'dead' | 'ended' | 'end-failed' | 'noticed';
  account: 'signed-in' | 'deleted' | 'refused';
}

export type EventStep = keyof Outcomes;
export type EventOutcome<Step extends EventStep = EventStep> = Outcomes[Step];
export type EventName = { [Step in EventStep]: { step: Step; outcome: Outcomes[Step] } }[EventStep];

/** What Google says of an account by itself (Cross-Account Protection). */
export type GoogleNotice =
  | 'sessions-revoked'
  | 'tokens-revoked'
  | 'token-revoked'
  | 'account-hijacked'
  | 'account-disabled'
  | 'account-enabled'
  | 'credential-change-required';

/** Who or what ended a grant. */
export type GrantEnd =
  | Extract<GoogleNotice, 'sessions-revoked' | 'tokens-revoked' | 'account-hijacked'>
  | 'client'
  | 'client-removed'
  | 'person'
  | 'operator'
  | 'code-twice'
  | 'refresh-stale'
  | 'unused'
  | 'deleted';

/** Our own words and codes only: never what a request said, and never a secret. */
export interface EventDetail {
  why?: GrantEnd | GoogleNotice | OAuthReason['kind'] | OAuthCode | PageProblem | UpstreamKind | CallRefusal;
  /** Google's code for a dead link, of the closed list that upstream/token-request.ts keeps, or a GoogleNotice. */
  google?: string | undefined;
  mode?: 'relay';
  link?: 'kept' | 'renewed';
  door?: 'mcp' | 'actions';
}

/** Why a token of ours that was right opened nothing. */
export type CallRefusal = 'other-resource' | 'connection-dead' | 'account-not-allowed';

/** One line of the audit trail. */
export type NewEvent = EventName & {
  at: number;
  expiresAt: number;
  /** The flow's reference, as the person was shown it. */
  ref: string | undefined;
  clientId: string | undefined;
  connectionId: string | undefined;
  grantId: string | undefined;
  /** A keyed fingerprint of the person's address, on what an operator looks for by address. */
  person: string | undefined;
  detail: EventDetail;
};

/** Events are numbered in the order in which they were kept. */
export type Event = NewEvent & { id: number };
