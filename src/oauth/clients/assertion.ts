/**
 * `private_key_jwt`: a client proves itself with a statement that it signed (RFC 7523 2.2 and 3, OpenID Connect Core 9).
 *
 * Owns: what such an assertion must say, and that each works once. Does not own: keys (assertion-keys.ts), the choice among
 * methods (authenticate.ts). A check that fails says which one in the reason, for the log, and nothing on the wire.
 */
import { decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { ClientDocumentError, OAuthError } from '../../errors.ts';
import type { Log } from '../../observe/log.ts';
import type { Client } from '../../store/records.ts';
import type { AssertionStore } from '../../store/store.ts';
import { hashSecret } from '../../vault/token.ts';
import { ASSERTION_ALGORITHMS, type FindKey } from './assertion-keys.ts';
import { FetchesBusy } from './cached-document.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Resolves when the assertion is this client's, meant for us, in time and new; it is then used up. Throws OAuthError
 * `invalid_client`, or ClientDocumentError or FetchesBusy when the client's keys are not to be had: then nothing was checked.
 */
export type CheckAssertion = (client: Client, assertion: string) => Promise<void>;

interface AssertionParts {
  findKey: FindKey;
  assertions: AssertionStore;
  /** Our issuer and our endpoints where clients prove themselves, and nothing that merely looks like them. */
  audiences: readonly string[];
  now(): number;
  log: Log;
}

/** How far two clocks may be apart. */
const SKEW_SECONDS = 60;
/** An hour is what widespread client libraries sign for by default; what bounds it is how long we must remember ids. */
const LONGEST_SECONDS = 3600;

export function createAssertionCheck(parts: AssertionParts): CheckAssertion {
  return async (client, assertion) => {
    try {
      const payload = await verify(parts, client, assertion);
      const { jti, exp } = checkClaims(payload, parts.audiences, parts.now() / 1000);
      // Last, so that an assertion which fails elsewhere uses up nobody's id.
      const until = Math.ceil((exp + SKEW_SECONDS) * 1000);
      if (!(await parts.assertions.claim(client.clientId, hashSecret(jti), until)))
        throw new Refusal('it was used before');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const problem = error.message;
      parts.log.info({ step: 'token', client: client.clientId, problem }, 'an assertion was refused');
      throw new OAuthError('invalid_client', 'The client is unknown here or its credentials are wrong.', {
        reason: { kind: 'assertion', problem },
      });
    }
  };
}

/** Which check failed. */
class Refusal extends Error {}

/** Who the assertion says it is from. Proves nothing: it is for looking the client up. */
export function claimedSubject(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt(assertion);
    return typeof sub === 'string' && sub !== '' ? sub : undefined;
  } catch {
    return undefined; // not a JWT: the caller refuses it in the same words as an unknown client
  }
}

/** The library refuses an `exp` that is missing or no number, and an `iat` that is no number. */
type VerifiedPayload = JWTPayload & { exp: number };

async function verify(
  { findKey, audiences, now }: AssertionParts,
  client: Client,
  assertion: string,
): Promise<VerifiedPayload> {
  try {
    const { payload } = await jwtVerify<VerifiedPayload>(assertion, findKey(client), {
      algorithms: client.assertionAlgorithm === undefined ? [...ASSERTION_ALGORITHMS] : [client.assertionAlgorithm],
      issuer: client.clientId,
      subject: client.clientId,
      audience: [...audiences],
      requiredClaims: ['exp', 'jti'],
      clockTolerance: SKEW_SECONDS,
      currentDate: new Date(now()),
    });
    return payload;
  } catch (cause) {
    if (cause instanceof ClientDocumentError || cause instanceof FetchesBusy) throw cause;
    throw new Refusal(String(cause));
  }
}

function checkClaims(
  { aud, exp, iat, jti }: VerifiedPayload,
  audiences: readonly unknown[],
  now: number,
): { jti: string; exp: number } {
  // Meant for somebody else too, it could be used by them here.
  const isOnlyForUs = [aud].flat().every((one) => audiences.includes(one));
  if (!isOnlyForUs) throw new Refusal('it is meant for others too');
  if (typeof jti !== 'string' || jti === '') throw new Refusal('its jti is not a text');
  if (exp > now + LONGEST_SECONDS + SKEW_SECONDS) throw new Refusal('it lives too long');
  const signedAt = iat ?? now;
  if (signedAt > now + SKEW_SECONDS) throw new Refusal('it was signed in the future');
  if (signedAt < now - LONGEST_SECONDS - SKEW_SECONDS) throw new Refusal('it was signed long ago');
  return { jti, exp };
}
