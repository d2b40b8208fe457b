/**
 * The keys that sign ID tokens and security events: RS256, two published at a time, as at Google.
 *
 * Owns: making, publishing, rotating, signing, checking. Does not own: what an ID token says (id-token.ts). The keys are
 * made on first use, because an RSA key takes time that most tests need not spend.
 */
import { randomBytes } from 'node:crypto';
import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';

interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

export type Keys = ReturnType<typeof createKeys>;

export function createKeys(now: () => Date) {
  /** Newest first; the first one signs. */
  let ring: Promise<SigningKey[]> | undefined;
  const current = () => {
    ring ??= makeKey().then((key) => [key]);
    return ring;
  };
  const published = async () => ({ keys: (await current()).map((key) => key.publicJwk) });

  return {
    published,

    /** From now on a new key signs; the one before stays published, older ones go. */
    async rotate(): Promise<string> {
      const [before] = await current();
      const key = await makeKey();
      ring = Promise.resolve(before === undefined ? [key] : [key, before]);
      return key.kid;
    },

    async sign(claims: JWTPayload, typ = 'JWT'): Promise<string> {
      const [key] = await current();
      if (key === undefined) throw new Error('a key ring is never empty');
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid, typ }).sign(key.privateKey);
    },

    /** Throws when the signature is not ours or the time is over. */
    async verify(token: string, issuer: string) {
      return jwtVerify(token, createLocalJWKSet(await published()), { issuer, currentDate: now() });
    },
  };
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = randomBytes(20).toString('hex');
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}
