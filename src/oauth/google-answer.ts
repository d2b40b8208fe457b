/**
 * Google's code → who signed in, with what tokens; and Google's failures → pages a person can do something with.
 *
 * Owns: that sorting, which a client's flow (callback.ts) and a visit to the account page share. Does not own: what is
 * asked of Google (upstream/), nor what a sign-in leads to.
 */
import { PageError, UpstreamError } from '../errors.ts';
import type { Identity, Provider, ProviderTokens } from '../upstream/provider.ts';
import type { Vault } from '../vault/vault.ts';
import type { ApprovedFlow } from './flow.ts';
import { googleProof } from './google-proof.ts';

interface ExchangeParts {
  provider: Pick<Provider, 'exchange' | 'identify'>;
  vault: Vault;
}

export interface GoogleSignIn {
  approval: ApprovedFlow['approval'];
  code: string;
}

/** Throws PageError: `google-misconfigured` for the operator, `flow-damaged`, `google-refused`, `google-unreachable`. */
export async function exchangeCode(
  { provider, vault }: ExchangeParts,
  { approval, code }: GoogleSignIn,
): Promise<{ tokens: ProviderTokens; identity: Identity }> {
  const { codeVerifier, nonce } = googleProof(vault, approval);
  try {
    const tokens = await provider.exchange(code, codeVerifier);
    return { tokens, identity: await provider.identify(tokens.idToken ?? '', nonce) };
  } catch (cause) {
    const kind = cause instanceof UpstreamError ? cause.kind : undefined;
    if (kind === 'misconfigured') throw new PageError('google-misconfigured', 500, { cause });
    // Google knows each code once: who reloads the page after a lost answer comes here, and was not refused anything.
    if (cause instanceof UpstreamError && cause.code === 'invalid_grant')
      throw new PageError('flow-damaged', 400, { cause });
    if (kind === 'grant-dead' || kind === 'refused') throw new PageError('google-refused', 400, { cause });
    throw new PageError('google-unreachable', 503, { cause });
  }
}

/** Runs a question to Google's sign-in whose failure a person in the browser has to see. */
export async function reachGoogle<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (cause) {
    throw new PageError('google-unreachable', 503, { cause });
  }
}
