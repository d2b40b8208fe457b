/**
 * Minting our own codes and tokens. The only place where they are born.
 *
 * Owns: what a grant's token state becomes. Does not own: whether it may (grants/), storing (store/), their text form
 * (vault/token.ts). A pair is derived from a random nonce under the vault's key, so that an answer that was lost can be
 * given again without any token being kept: the row holds hashes and the nonce, and neither opens anything alone.
 */
import type { Code, Grant, LiveAccess, RetiredRefresh, Rotation } from '../store/records.ts';
import type { GrantTokens } from '../store/store.ts';
import { createId, createSecret, formatToken, hashSecret, type Random, toBase64url } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import { type ApprovedFlow, referenceOf } from './flow.ts';

/** RFC 6749 5.1. */
export interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_token: string;
  scope: string;
}

export interface Issuer {
  /** A code for a finished flow: the text for the client, the record for the store. */
  code(flow: ApprovedFlow, connectionId: string): { code: string; record: Code };
  /** The grant that redeeming `code` makes, and the first answer. */
  firstPair(code: Code): { grant: Grant; answer: TokenAnswer };
  /** The grant's state after one more rotation, and its answer. `scopes` narrows this answer's access token. */
  nextPair(grant: Grant, scopes: string[] | undefined): { next: GrantTokens; answer: TokenAnswer };
  /** The newest answer once more, word for word. */
  sameAgain(grant: Grant): TokenAnswer;
}

interface IssuerParts {
  vault: Vault;
  random: Random;
  now(): number;
  lifetimes: { accessTokenSeconds: number; refreshTokenSeconds: number; refreshReplaySeconds: number };
}

/** RFC 6749 4.1.2 recommends at most ten minutes; a client redeems at once. */
export const CODE_MS = 60_000;

/** Clients with several workers hold several access tokens at a time. */
const MOST_LIVE_ACCESS = 4;
/** How many former refresh tokens are still recognised. */
const MOST_RETIRED = 16;

export function createIssuer({ vault, random, now, lifetimes }: IssuerParts): Issuer {
  const lives = {
    // Longer than promised by the replay window, so that an answer given again still keeps its `expires_in`.
    accessMs: (lifetimes.accessTokenSeconds + lifetimes.refreshReplaySeconds) * 1000,
    refreshMs: lifetimes.refreshTokenSeconds * 1000,
  };

  const derive = (grantId: string, { nonce, kid }: Rotation) => ({
    access: vault.derive('token-pair', `access/${grantId}/${nonce}`, kid),
    refresh: vault.derive('token-pair', `refresh/${grantId}/${nonce}`, kid),
  });

  const answerFor = (grant: Pick<Grant, 'id' | 'scopes'>, rotation: Rotation): TokenAnswer => {
    const secrets = derive(grant.id, rotation);
    return {
      access_token: formatToken('accessToken', grant.id, secrets.access),
      token_type: 'Bearer',
      expires_in: lifetimes.accessTokenSeconds,
      refresh_token: formatToken('refreshToken', grant.id, secrets.refresh),
      scope: (rotation.scopes ?? grant.scopes).join(' '),
    };
  };

  /** A fresh pair for the grant, with what it leaves behind. */
  const mint = (
    grant: Pick<Grant, 'id' | 'scopes'>,
    before: { access: readonly LiveAccess[]; retired: readonly RetiredRefresh[]; generation: number },
    scopes: string[] | undefined,
  ): { next: GrantTokens; answer: TokenAnswer } => {
    const at = now();
    const rotation: Rotation = {
      nonce: toBase64url(random(16)),
      kid: vault.activeKid,
      at,
      replays: 0,
      answeredAt: at,
      ...(scopes && { scopes }),
    };
    const secrets = derive(grant.id, rotation);
    const live = before.access.filter(({ expiresAt }) => expiresAt > at).slice(1 - MOST_LIVE_ACCESS);
    const fresh: LiveAccess = {
      hash: hashSecret(secrets.access),
      issuedAt: at,
      expiresAt: at + lives.accessMs,
      ...(scopes && { scopes }),
    };
    const next: GrantTokens = {
      generation: before.generation + 1,
      refreshHash: hashSecret(secrets.refresh),
      rotation,
      retired: before.retired.slice(-MOST_RETIRED),
      access: [...live, fresh],
      expiresAt: at + lives.refreshMs,
      lastUsedAt: at,
    };
    return { next, answer: answerFor(grant, rotation) };
  };

  return {
    code(flow, connectionId) {
      const id = createId(random);
      const secret = createSecret(random);
      const record: Code = {
        id,
        secretHash: hashSecret(secret),
        flowId: flow.id,
        clientId: flow.clientId,
        connectionId,
        redirectUri: flow.redirectUri,
        scopes: flow.scopes,
        resource: flow.resource,
        codeChallenge: flow.codeChallenge,
        expiresAt: now() + CODE_MS,
        grantId: undefined,
      };
      return { code: formatToken('code', id, secret), record };
    },

    firstPair(code) {
      const id = createId(random);
      const { next, answer } = mint({ id, scopes: code.scopes }, { access: [], retired: [], generation: 0 }, undefined);
      const { clientId, connectionId, scopes, resource, redirectUri } = code;
      const ref = referenceOf(code.flowId);
      const born = { id, clientId, connectionId, scopes, resource, redirectUri, ref, createdAt: now() };
      return { grant: { ...born, firstUsedAt: undefined, ...next }, answer };
    },

    nextPair(grant, scopes) {
      const retired = [...grant.retired, { hash: grant.refreshHash, at: now() }];
      return mint(grant, { access: grant.access, retired, generation: grant.generation }, scopes);
    },

    sameAgain: (grant) => answerFor(grant, grant.rotation),
  };
}
