/**
 * grant_type=authorization_code (RFC 6749 4.1.3): a code becomes a grant and its first pair of tokens.
 *
 * Owns: the order of the checks and the single use of the code. Does not own: client authentication (already done, see
 * token.ts) nor what a token looks like (issue.ts). Every check is done before anything is consumed, so that a stranger
 * with half a code can spend nobody's; the consuming itself is one atomic verb, so that two racing requests can't both win.
 */
import { OAuthError, type OAuthReason } from '../../errors.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { RecordEvent } from '../../observe/record-event.ts';
import type { Client, Code } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { hashSecret, isSame, parseToken } from '../../vault/token.ts';
import type { Endings } from '../end-grant.ts';
import type { Issuer, TokenAnswer } from '../issue.ts';
import { matchesChallenge } from '../pkce.ts';
import { chooseResource } from '../resource.ts';

export interface RedeemParts {
  store: Pick<Store, 'codes' | 'grants'>;
  issue: Issuer;
  end: Pick<Endings, 'grant'>;
  now(): number;
  record: RecordEvent;
}

/**
 * Throws OAuthError `invalid_grant` for every way a code can be wrong; the reason tells them apart, the wire does not.
 * A code shown twice has leaked or lost its answer: what the first use gave out is revoked (RFC 6749 4.1.2, 10.5).
 */
export async function redeemCode(parts: RedeemParts, client: Client, form: Parameters): Promise<TokenAnswer> {
  const code = await findCode(parts, form.get('code'));
  if (code.clientId !== client.clientId) throw refuse({ kind: 'code-other-client' });
  if (code.grantId !== undefined) throw await revokeSpent(parts, code);
  if (code.expiresAt <= parts.now()) throw refuse({ kind: 'code-expired' });
  checkRedirectUri(code, form.get('redirect_uri'));
  checkVerifier(code, form.get('code_verifier'));
  chooseResource(form.get('resource'), code.resource); // RFC 8707 2.2; omitted means the one that was authorized

  const { grant, answer } = parts.issue.firstPair(code);
  if (!(await parts.store.grants.redeem(code.id, grant)))
    throw await revokeSpent(parts, await findCode(parts, form.get('code')));
  const { id: grantId, clientId, connectionId, ref } = grant;
  parts.record({ step: 'token', outcome: 'issued', ref, clientId, connectionId, grantId });
  return answer;
}

async function findCode({ store }: RedeemParts, text: string | undefined): Promise<Code> {
  if (text === undefined) throw new OAuthError('invalid_request', 'code is missing.');
  const parsed = parseToken('code', text);
  if (parsed === undefined) throw refuse({ kind: 'code-unknown' });
  const code = await store.codes.find(parsed.id);
  if (code === undefined || !isSame(hashSecret(parsed.secret), code.secretHash)) throw refuse({ kind: 'code-unknown' });
  return code;
}

async function revokeSpent({ end }: RedeemParts, code: Code): Promise<OAuthError> {
  if (code.grantId !== undefined) await end.grant(code.grantId, 'code-twice');
  return refuse({ kind: 'code-spent', grantId: code.grantId });
}

/** RFC 6749 4.1.3: identical to the one of the authorization request. With PKCE a client of OAuth 2.1 may leave it out. */
function checkRedirectUri(code: Code, given: string | undefined): void {
  if (given === undefined && code.codeChallenge !== undefined) return;
  if (given !== code.redirectUri) throw refuse({ kind: 'redirect-uri-mismatch' });
}

/** RFC 7636 4.6; and a verifier where none was promised means that a challenge was stripped on the way (RFC 9700 2.1.1). */
function checkVerifier(code: Code, verifier: string | undefined): void {
  const isRight =
    code.codeChallenge === undefined ? verifier === undefined : matchesChallenge(code.codeChallenge, verifier ?? '');
  if (!isRight) throw refuse({ kind: 'pkce-mismatch' });
}

function refuse(reason: OAuthReason): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The authorization code is unknown, used, expired or was issued for another request.',
    { reason },
  );
}
