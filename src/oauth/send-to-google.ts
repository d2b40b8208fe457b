/**
 * The step to Google: a flow that the person allowed gets its approval, and the browser is sent to Google's page.
 *
 * Owns: the approval (a random cookie whose hash is sealed into Google's `state`), so that Google's answer counts only
 * in the browser that allowed, and only for this approval. Called by consent.ts after a click, and by callback.ts when
 * the same flow must go to Google once more. Does not own: checking the approval (callback.ts).
 */
import type { Context } from 'hono';
import { writeCookie } from '../http/cookies.ts';
import { siteOfRequest } from '../http/limit-requests.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import type { AuthorizationUrlParts, Provider } from '../upstream/provider.ts';
import { createSecret, hashSecret, type Random } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import { type ApprovedFlow, type Flow, GOOGLE_MS, referenceOf, sealFlow } from './flow.ts';
import { reachGoogle } from './google-answer.ts';
import { googleProof } from './google-proof.ts';
import { OFFLINE_ACCESS } from './scope.ts';

interface SendParts {
  vault: Vault;
  provider: Provider;
  random: Random;
  record: RecordEvent;
  now(): number;
}

/** Sets the approval cookie and returns the address to redirect to. Throws PageError `google-unreachable`. */
export async function sendToGoogle(
  { vault, provider, random, record, now }: SendParts,
  c: Context,
  flow: Flow,
): Promise<string> {
  const secret = createSecret(random);
  const approval = { hash: hashSecret(secret), kid: vault.activeKid };
  const approved: ApprovedFlow = { ...flow, approval, expiresAt: now() + GOOGLE_MS };
  const { codeChallenge, nonce } = googleProof(vault, approval);
  const url = await reachGoogle(() =>
    provider.authorizationUrl({
      state: sealFlow(vault, 'flow-google', approved),
      scopes: flow.again?.scopes ?? googleScopes(flow.scopes),
      codeChallenge,
      nonce,
      prompt: promptFor(flow),
      loginHint: flow.again?.loginHint,
    }),
  );
  record({
    step: 'google',
    outcome: 'sent',
    ref: referenceOf(flow.id),
    clientId: flow.clientId,
    site: siteOfRequest(c),
  });
  writeCookie(c, approvalCookie(flow.id), secret, GOOGLE_MS / 1000);
  c.header('Cache-Control', 'no-store');
  c.header('Referrer-Policy', 'no-referrer');
  return url;
}

/**
 * Google sends a refresh token only after a fresh consent. In broker mode one link serves every client, so it is asked
 * for only when it is found to be lacking; a relay client has nothing but what this very answer brings.
 */
function promptFor(flow: Flow): AuthorizationUrlParts['prompt'] {
  if (flow.again !== undefined) return 'consent';
  return flow.mode === 'relay' ? 'consent select_account' : 'select_account';
}

/** One small cookie for each approved flow, so that two tabs do not disturb each other. */
export function approvalCookie(flowId: string): string {
  return `ganalyticsgpt-approval-${flowId.slice(0, 8)}`;
}

/** Ours without the one that Google does not know. */
export function googleScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => scope !== OFFLINE_ACCESS);
}
