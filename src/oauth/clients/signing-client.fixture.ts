/**
 * A client that signs: its keys, its key set and the assertions that it sends (RFC 7523 3). Made with the same library that
 * verifies, so what it proves is our rules, not the library's cryptography.
 *
 * Owns: a right assertion, and ways to make each part of it wrong. Does not own: where the keys are served.
 */
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

export type SigningAlgorithm = 'RS256' | 'ES256' | 'EdDSA';

export interface SigningClient {
  /** The public half, as a key set holds it. */
  jwk: Record<string, unknown>;
  privateKey: CryptoKey;
  /** A signed assertion; `undefined` leaves a claim out. */
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export async function createSigningClient(alg: SigningAlgorithm, kid: string): Promise<SigningClient> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    privateKey,
    sign(claims, header = {}) {
      const kept = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
      return new SignJWT(kept).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
    },
  };
}

/** What ChatGPT and others put into one: issuer and subject are the client, the audience is the token endpoint. */
export function claimsFor(clientId: string, audience: string | string[], now: number, jti: string) {
  const seconds = Math.floor(now / 1000);
  return { iss: clientId, sub: clientId, aud: audience, iat: seconds, exp: seconds + 300, jti };
}
