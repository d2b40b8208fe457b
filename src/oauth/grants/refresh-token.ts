/**
 * grant_type=refresh_token (RFC 6749 6): a new pair for an old refresh token, which is thereby retired.
 *
 * Owns: rotation, and telling a lost answer from theft. Does not own: minting (issue.ts), Google's tokens (they are not
 * touched here: our pair is ours alone).
 *
 * Assistants refresh from several workers at once and lose answers; without grace that signs people out. A retired token
 * that comes back within the replay window gets the newest answer again, at most ten times. After the window it is
 * refused, and everything is revoked if the client did not prove itself in this request, since then it is either theft or a
 * client that cannot keep a token (RFC 9700 4.14.2). For one that proved itself a stale token is only stale.
 */
import { OAuthError, type OAuthReason } from '../../errors.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { AuthMethod, Client, Grant } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { hashSecret, isSame, parseToken } from '../../vault/token.ts';
import type { MayConnect } from '../account-policy.ts';
import type { AuthenticatedClient } from '../clients/find.ts';
import type { Endings } from '../end-grant.ts';
import type { Issuer, TokenAnswer } from '../issue.ts';
import { chooseResource } from '../resource.ts';
import { narrowScopes } from '../scope.ts';

export interface RefreshParts {
  store: Pick<Store, 'connections' | 'grants'>;
  issue: Issuer;
  mayConnect: MayConnect;
  end: Pick<Endings, 'grant'>;
  now(): number;
  replayWindowMs: number;
}

const MOST_REPLAYS = 10;
/** Workers that refresh at the same moment are one burst: it counts once, or sixty-four of them would use up the ten. */
const BURST_MS = 1000;

/** Throws OAuthError `invalid_grant` only when the grant is really gone or the token really stale. */
export async function refreshTokens(
  parts: RefreshParts,
  { client, method }: AuthenticatedClient,
  form: Parameters,
): Promise<TokenAnswer> {
  const text = form.get('refresh_token');
  if (text === undefined) throw new OAuthError('invalid_request', 'refresh_token is missing.');
  const parsed = parseToken('refreshToken', text);
  if (parsed === undefined) throw refuse({ kind: 'refresh-unknown' });
  const hash = hashSecret(parsed.secret);

  for (;;) {
    const grant = await findGrant(parts, client, parsed.id);
    const scopes = narrowScopes(form.get('scope'), grant.scopes);
    chooseResource(form.get('resource'), grant.resource);

    // Each branch ends in one compare-and-set; losing it means that somebody else rotated, so look again.
    if (isSame(hash, grant.refreshHash)) {
      const { next, answer } = parts.issue.nextPair(grant, scopes);
      if (await parts.store.grants.rotate(grant.id, grant.generation, next)) return answer;
    } else {
      await checkReplay(parts, method, grant, hash);
      if (await countReplay(parts, grant)) return parts.issue.sameAgain(grant);
    }
  }
}

async function findGrant({ store, mayConnect, now }: RefreshParts, client: Client, id: string): Promise<Grant> {
  const grant = await store.grants.find(id);
  if (grant === undefined) throw refuse({ kind: 'refresh-unknown' });
  if (grant.clientId !== client.clientId) throw refuse({ kind: 'refresh-other-client' });
  const connection = await store.connections.find(grant.connectionId);
  if (grant.expiresAt <= now() || connection === undefined || connection.deadReason !== undefined)
    throw refuse({ kind: 'grant-dead' });
  if (!mayConnect(connection.email)) throw refuse({ kind: 'account-not-allowed' });
  return grant;
}

async function countReplay({ store, now }: RefreshParts, { id, generation, rotation }: Grant): Promise<boolean> {
  const since = now() - rotation.answeredAt;
  if (since >= 0 && since < BURST_MS) return true; // a clock that was put back opens no burst of hours
  return store.grants.countReplay(id, generation, now());
}

/** Returns when the retired token may have its answer again; otherwise throws, having revoked what must be revoked. */
async function checkReplay(
  { end, now, replayWindowMs }: RefreshParts,
  method: AuthMethod,
  grant: Grant,
  hash: string,
): Promise<void> {
  const retired = grant.retired.find((token) => isSame(token.hash, hash));
  if (retired === undefined) throw refuse({ kind: 'refresh-unknown' });
  if (now() - retired.at < replayWindowMs && grant.rotation.replays < MOST_REPLAYS) return;
  if (method === 'none') await end.grant(grant.id, 'refresh-stale');
  throw refuse({ kind: 'refresh-stale' });
}

function refuse(reason: OAuthReason): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The refresh token is unknown, expired, revoked or was issued to another client.',
    { reason },
  );
}
