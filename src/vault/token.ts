/**
 * Random values, what our tokens look like, and how they are compared.
 *
 * Owns: the only source of randomness for secrets, the token text format, hashing and constant-time comparison.
 * Does not own: what a token means (oauth/issue.ts) nor where hashes are kept (store/).
 *
 * A token is `<prefix><id><secret>`: the id (22 characters) finds a row by its primary key, the secret (43 characters,
 * 256 bits) is proved against that row's SHA-256. Nothing about a secret can be learnt by timing an index.
 */
import { hash, randomFillSync, timingSafeEqual } from 'node:crypto';

/** Returns `size` random bytes. Passed in, so that a test or a simulation can replay a run. */
export type Random = (size: number) => Uint8Array;

const POOL_BYTES = 65_536;

/** Bytes of the operating system's generator, fetched 64 kB at a time; each byte is given out once. */
export function createRandom(): Random {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return (size) => {
    if (used + size > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = Buffer.from(pool.subarray(used, used + size));
    pool.fill(0, used, used + size);
    used += size;
    return bytes;
  };
}

export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

/** A 128-bit identifier, 22 characters of base64url. Never begins with a dash: on a command line it would be an option. */
export function createId(random: Random): string {
  for (;;) {
    const id = toBase64url(random(16));
    if (!id.startsWith('-')) return id;
  }
}

/** A 256-bit secret, 43 characters of base64url. */
export function createSecret(random: Random): string {
  return toBase64url(random(32));
}

/** Ours at a glance, and known to secret scanners by their form. */
export const tokenPrefix = {
  accessToken: 'ggpt_at_',
  refreshToken: 'ggpt_rt_',
  code: 'ggpt_ac_',
  relayCode: 'ggpt_rc_',
  clientSecret: 'ggpt_cs_',
  registrationToken: 'ggpt_rg_',
} as const;

export type TokenKind = 'accessToken' | 'refreshToken' | 'code';

const ID_LENGTH = 22;
const BODY = /^[A-Za-z0-9_-]{65}$/;

export function formatToken(kind: TokenKind, id: string, secret: string): string {
  return `${tokenPrefix[kind]}${id}${secret}`;
}

/** The parts of a token of that kind, or `undefined` for anything else. Proves nothing yet. */
export function parseToken(kind: TokenKind, token: string): { id: string; secret: string } | undefined {
  const prefix = tokenPrefix[kind];
  if (!token.startsWith(prefix)) return undefined;
  const body = token.slice(prefix.length);
  return BODY.test(body) ? { id: body.slice(0, ID_LENGTH), secret: body.slice(ID_LENGTH) } : undefined;
}

/** SHA-256 in base64url. Enough for 256-bit secrets; not for anything a person chose. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** Compares in time that depends on the lengths only. */
export function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
