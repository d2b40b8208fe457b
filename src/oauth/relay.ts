/**
 * Relay mode: the 2023 forum design. The client's code and tokens are Google's own, passed through.
 *
 * Owns: relay mode's code and its two grants. Does not own: `/authorize`, consent and callback, which both modes share.
 * Nothing is stored: the code that the client gets is Google's code, sealed together with what the client must prove to
 * redeem it. Our Google credentials are added here and never leave. docs/relay-or-broker.md weighs the two modes.
 */
import { z } from 'zod';
import { OAuthError, type OAuthReason } from '../errors.ts';
import type { Parameters } from '../http/parameters.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import type { Client } from '../store/records.ts';
import type { Provider, RawAnswer } from '../upstream/provider.ts';
import { readAnswer } from '../upstream/token-request.ts';
import { toBase64url, tokenPrefix } from '../vault/token.ts';
import { type Vault, VaultError } from '../vault/vault.ts';
import type { MayConnect } from './account-policy.ts';
import { type ApprovedFlow, referenceOf } from './flow.ts';
import { googleProof } from './google-proof.ts';
import { matchesChallenge } from './pkce.ts';

const relayCode = z.object({
  googleCode: z.string(),
  clientId: z.string(),
  ref: z.string().optional(),
  redirectUri: z.string(),
  codeChallenge: z.string().optional(),
  approval: z.object({ hash: z.string(), kid: z.string() }),
  expiresAt: z.number(),
});

type RelayCode = z.output<typeof relayCode>;

/** Google's own code lives about ten minutes; ours ends earlier, like broker mode's. */
const RELAY_CODE_MS = 60_000;

export function sealRelayCode(vault: Vault, flow: ApprovedFlow, googleCode: string, now: number): string {
  const { clientId, redirectUri, codeChallenge, approval } = flow;
  const code: RelayCode = {
    googleCode,
    clientId,
    ref: referenceOf(flow.id),
    redirectUri,
    codeChallenge,
    approval,
    expiresAt: now + RELAY_CODE_MS,
  };
  return tokenPrefix.relayCode + toBase64url(vault.seal('relay-code', '', JSON.stringify(code)));
}

export interface RelayParts {
  vault: Vault;
  provider: Provider;
  mayConnect: MayConnect;
  record: RecordEvent;
  now(): number;
}

/** The exchange, forwarded. Google enforces the single use of its code. Throws OAuthError, UpstreamError. */
export async function relayExchange(parts: RelayParts, client: Client, form: Parameters): Promise<RawAnswer> {
  const code = openRelayCode(parts.vault, form.get('code'));
  if (code.clientId !== client.clientId) throw refuse({ kind: 'code-other-client' });
  if (code.expiresAt <= parts.now()) throw refuse({ kind: 'code-expired' });
  const redirectUri = form.get('redirect_uri');
  if (redirectUri !== code.redirectUri) throw refuse({ kind: 'redirect-uri-mismatch' });
  const verifier = form.get('code_verifier');
  const isProved =
    code.codeChallenge === undefined ? verifier === undefined : matchesChallenge(code.codeChallenge, verifier ?? '');
  if (!isProved) throw refuse({ kind: 'pkce-mismatch' });

  const { codeVerifier, nonce } = googleProof(parts.vault, code.approval);
  const answer = await parts.provider.forward({
    grant_type: 'authorization_code',
    code: code.googleCode,
    code_verifier: codeVerifier,
  });
  await checkAccount(parts, answer, nonce);
  const about = { step: 'token', ref: code.ref, clientId: code.clientId } as const;
  if (answer.status === 200) parts.record({ ...about, outcome: 'issued', detail: { mode: 'relay' } });
  else parts.record({ ...about, outcome: 'refused', detail: { mode: 'relay', why: 'google-refused' } });
  return answer;
}

/**
 * A refresh, forwarded: the refresh token is Google's own, and Google checks that it is our Google client's (not which of
 * our relay clients it came through: Google knows one). ALLOWED_ACCOUNTS is asked again, as at each refresh.
 */
export async function relayRefresh({ provider, mayConnect }: RelayParts, form: Parameters): Promise<RawAnswer> {
  const refreshToken = form.get('refresh_token');
  if (refreshToken === undefined) throw new OAuthError('invalid_request', 'refresh_token is missing.');
  const answer = await provider.forward({ grant_type: 'refresh_token', refresh_token: refreshToken });
  if (answer.status !== 200 || mayConnect(undefined)) return answer; // whoever lets anybody in need not ask who it is
  const { access_token: accessToken } = readAnswer({ ...answer, headers: {} }, z.object({ access_token: z.string() }));
  const owner = await provider.tokenInfo(accessToken);
  if (!mayConnect(owner?.email)) throw refuse({ kind: 'account-not-allowed' });
  return answer;
}

/** ALLOWED_ACCOUNTS holds in relay mode too: a token of somebody else's is never handed over. */
async function checkAccount({ provider, mayConnect }: RelayParts, answer: RawAnswer, nonce: string): Promise<void> {
  if (answer.status !== 200) return;
  const { id_token: idToken } = readAnswer({ ...answer, headers: {} }, z.object({ id_token: z.string() }));
  const { email } = await provider.identify(idToken, nonce);
  if (!mayConnect(email)) throw refuse({ kind: 'account-not-allowed' });
}

function openRelayCode(vault: Vault, text: string | undefined): RelayCode {
  if (text === undefined) throw new OAuthError('invalid_request', 'code is missing.');
  const { relayCode: prefix } = tokenPrefix;
  if (!text.startsWith(prefix)) throw refuse({ kind: 'code-unknown' });
  const sealed = text.slice(prefix.length);
  try {
    return relayCode.parse(JSON.parse(vault.open('relay-code', '', Buffer.from(sealed, 'base64url'))));
  } catch (error) {
    if (error instanceof VaultError) throw refuse({ kind: 'code-unknown' });
    throw error;
  }
}

function refuse(reason: OAuthReason): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The authorization code is unknown, used, expired or was issued for another request.',
    { reason },
  );
}
