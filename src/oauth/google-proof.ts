/**
 * What proves to us that Google's answer belongs to this approval: a PKCE verifier (RFC 7636) and a nonce (OpenID
 * Connect Core 3.1.2.1). Both are derived with the vault's key from the approval's random hash, so that nothing secret
 * travels in the state that Google and the browser's history see, and nothing has to be stored.
 */
import type { Vault } from '../vault/vault.ts';
import type { ApprovedFlow } from './flow.ts';
import { challengeOf } from './pkce.ts';

export interface GoogleProof {
  codeVerifier: string;
  codeChallenge: string;
  nonce: string;
}

export function googleProof(vault: Vault, { hash, kid }: ApprovedFlow['approval']): GoogleProof {
  const codeVerifier = vault.derive('google-proof', `verifier/${hash}`, kid);
  return {
    codeVerifier,
    codeChallenge: challengeOf(codeVerifier),
    nonce: vault.derive('google-proof', `nonce/${hash}`, kid),
  };
}
